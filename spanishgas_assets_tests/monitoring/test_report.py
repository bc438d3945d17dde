"""The report: every figure that it must show, in one page that needs nothing else."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from spanishgas_assets.charts.distributions import distribution
from spanishgas_assets.monitoring.drift import Reference, drift
from spanishgas_assets.monitoring.performance_estimate import performance_estimate
from spanishgas_assets.monitoring.report import Report, as_html, as_json
from spanishgas_assets.monitoring.tables import REALISED_PERFORMANCE, TIER_CALIBRATION

DAY, BEFORE = date(2025, 1, 13), date(2025, 1, 6)


def table(shift=0.0):
    random = np.random.default_rng(1)
    return pl.DataFrame(
        {
            "usage_kwh": random.normal(size=500) + shift,
            "channel": ["Office", "Web<b>"] * 250,
            "churn_probability": random.beta(1, 9, 500),
        }
    )


def report_of(shift):
    reference = Reference("training", BEFORE, table(), "m1")
    rows = drift(reference, table(shift), dict.fromkeys(table().columns, 0.3))
    scored = table().select("churn_probability", churn_flag=pl.col("churn_probability") > 0.3)
    return Report(
        snapshot=DAY,
        model_version="m1",
        drift=rows,
        estimate=performance_estimate(scored.lazy()).collect(),
        realised_performance=REALISED_PERFORMANCE.empty(),
        tiers=TIER_CALIBRATION.empty(),
        history={BEFORE: rows, DAY: rows},
        current=table(shift),
        references={"training": reference},
    )


def test_a_quiet_snapshot_says_so():
    page = as_html(report_of(0.0))
    assert 'class="verdict ok"' in page
    assert "Nothing drifted from any reference." in page


def test_what_drifted_is_drawn_and_told():
    page = as_html(report_of(1.0))
    assert 'class="verdict alarm"' in page
    assert "1 drifted: usage_kwh (high" in page
    assert "<h3>usage_kwh</h3>" in page
    assert page.count("<svg") >= 3


def test_the_page_needs_no_other_file_and_no_script():
    page = as_html(report_of(1.0))
    assert not any(word in page for word in ("src=", "href=", "<script", "@import", "url("))


def test_the_json_has_the_same_figures():
    data = json.loads(json.dumps(as_json(report_of(1.0))))
    assert data["snapshot"] == "2025-01-13"
    assert [alarm["feature"] for alarm in data["alarms"]] == ["usage_kwh"]
    assert {row["feature"] for row in data["drift"]} == set(table().columns)


def test_shares_of_numbers_add_up_with_the_missing_ones_apart():
    reference = pl.Series([float(n) for n in range(100)])
    shown = distribution(reference, pl.Series([None] * 25 + [50.0] * 75))
    assert [sum(shown.reference), sum(shown.current)] == pytest.approx([1, 1])
    assert (shown.reference[-1], shown.current[-1], shown.labels[-1]) == (0, 0.25, "(missing)")


def test_the_rarest_categories_are_one_bar():
    shown = distribution(
        pl.Series([f"level {n}" for n in range(10)] + ["often"] * 90), pl.Series(["often"] * 10)
    )
    assert (shown.labels[0], shown.labels[-1]) == ("often", "(others)")
    assert (shown.reference[0], shown.current[0], shown.current[-1]) == (0.9, 1.0, 0.0)


@pytest.mark.parametrize("odd", [[None] * 5, [5.0] * 5, [float("inf"), float("nan"), 1.0]])
def test_odd_columns_can_be_drawn(odd):
    values = pl.Series(odd, dtype=pl.Float64)
    assert sum(distribution(values, values).current) == pytest.approx(1)
