"""What is worth a person's time: which drift alarms, and when labels refute the scores."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.monitoring.alarms import alarms, explain, refuted
from spanishgas_assets.monitoring.tables import (
    DRIFT_REPORT,
    OTHER_SEASON,
    REALISED_PERFORMANCE,
    TIER_CALIBRATION,
)

DAY = date(2025, 1, 6)


def report(*rows):
    """Rows of (reference, feature, severity, effect); severity none is not drifted."""
    return pl.DataFrame(
        [
            {
                "reference": reference,
                "feature": feature,
                "severity": severity,
                "effect": effect,
                "drifted": severity not in {"none", "other"},
                "note": OTHER_SEASON if severity == "other" else None,
            }
            for reference, feature, severity, effect in rows
        ],
        schema={
            name: DRIFT_REPORT.empty().schema[name]
            for name in ("reference", "feature", "severity", "effect", "drifted", "note")
        },
    )


@pytest.mark.parametrize(
    ("training", "season", "previous", "alarm"),
    [
        ("high", "high", "none", True),
        ("high", "none", "none", False),  # it comes every year
        ("high", None, "none", True),  # nobody knows the season yet
        ("none", "high", "none", False),  # as the model knows it
        ("none", "high", "high", True),  # jumped since last week
        ("high", "none", "high", False),
        ("none", None, "none", False),
        ("other", "other", "high", True),  # no season to explain it
    ],
)
def test_drift_alarms_unless_the_season_explains_it(training, season, previous, alarm):
    sides = {"training": training, "season": season, "previous": previous}
    rows = [(name, "x", severity, 0.3) for name, severity in sides.items() if severity]
    assert alarms(report(*rows)).height == alarm


def test_the_worst_comes_first_and_names_its_references():
    found = alarms(
        report(
            ("training", "a", "low", 0.9),
            ("training", "b", "high", 0.2),
            ("training", "c", "high", 0.4),
            ("previous", "c", "high", 0.3),
        )
    )
    assert found.rows() == [
        ("c", "high", 0.4, "training, previous"),
        ("b", "high", 0.2, "training"),
        ("a", "low", 0.9, "training"),
    ]
    assert explain(found.head(1), ["training"]) == (
        "1 drifted: c (high, effect 0.40) (compared with: training)"
    )


def test_without_drift_nothing_alarms():
    assert alarms(report()).is_empty()
    assert explain(alarms(report()), []) == ("no relevant drift (compared with: nothing)")


def record(realised, low=0.70):
    row = {
        "scored_snapshot": DAY, "metric": "pr_auc", "model_version": "m",
        "labelled_customers": 10, "estimated": 0.75, "estimated_low": low,
        "estimated_high": 0.80, "realised": realised, "within_interval": None,
    }  # fmt: skip
    return pl.DataFrame([row], schema=REALISED_PERFORMANCE.empty().schema)


def tier(*, off):
    row = {
        "scored_snapshot": DAY, "risk_tier": "High", "labelled_customers": 10,
        "expected_churn_rate": 0.6, "churn_rate": 0.3, "standard_error": 0.01, "off": off,
    }  # fmt: skip
    return pl.DataFrame([row], schema=TIER_CALIBRATION.empty().schema)


@pytest.mark.parametrize(
    ("realised", "off", "passed", "says"),
    [
        (None, False, True, "no labels yet"),
        (0.75, False, True, "labels of 2025-01-06: as expected"),
        (
            0.60,
            False,
            False,
            "labels of 2025-01-06: PR-AUC 0.600, below the expected 0.700 to 0.800",
        ),
        (
            0.75,
            True,
            False,
            "labels of 2025-01-06: tier High: 30.0% churned, 60.0% expected",
        ),
    ],
)
def test_labels_refute_the_scores_by_pr_auc_or_by_tier(realised, off, passed, says):
    assert refuted(record(realised), tier(off=off)) == (passed, says)
