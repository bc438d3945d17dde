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
from spanishgas_assets.retention.tables import PROMISES

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


def promised(**row):
    """A month of an offer of which 500 EUR were promised and 120 came in."""
    plain = dict.fromkeys(PROMISES.columns) | {
        "campaign": "salt", "offer": "offer_small", "month": date(2024, 9, 1), "chosen": 800,
        "holdout": 200, "promised_eur": 500.0, "promised_eur_low": 100.0,
        "promised_eur_high": 900.0, "realised_eur": 120.0, "realised_eur_low": 20.0,
        "realised_eur_high": 240.0, "promise_holds": True,
    }  # fmt: skip
    return pl.DataFrame([plain | row], schema=PROMISES.empty().schema)


def report_of(shift, promises=None):
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
        promises=PROMISES.empty() if promises is None else promises,
    )


def test_what_was_promised_stands_beside_what_came_of_it():
    assert "No offer's outcome is measured yet." in as_html(report_of(0.0))
    page = as_html(report_of(0.0, promised()))
    row = "<td>500</td><td>100 to 900</td><td>120</td><td>20 to 240</td><td>holds</td>"
    assert row in page
    assert "does not hold" in as_html(report_of(0.0, promised(promise_holds=False)))
    assert as_json(report_of(0.0, promised()))["promised_and_realised"][0]["realised_eur"] == 120.0


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
