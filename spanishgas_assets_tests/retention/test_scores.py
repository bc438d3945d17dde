"""Scored customers: flag, tier, distances and money at risk."""

import polars as pl
import pytest

from spanishgas_assets.errors import StoreError
from spanishgas_assets.retention.config.tiers import Tiers
from spanishgas_assets.retention.scores import scored_customers
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS

from .customers import AS_OF, RULES, gold_master, scores

TIERS = RULES.policy.tiers


def scored(probabilities, *customers, threshold=0.5, tiers=TIERS):
    return scored_customers(
        scores(**probabilities), gold_master(*customers), threshold, "v1", AS_OF, tiers
    )


def test_loss_is_probability_times_margin_and_never_below_zero():
    table = scored(
        {"C2": 0.425, "C1": 0.876, "C3": 0.9},
        {"customer_id": "C1", "avg_monthly_margin_eur": 111.55, "segment": "SME"},
        {"customer_id": "C2", "avg_monthly_margin_eur": 121.64},
        {"customer_id": "C3", "avg_monthly_margin_eur": -5.88, "total_margin_12m_eur": -70.56},
        {"customer_id": "C4", "avg_monthly_margin_eur": 1.0},
    )
    assert SCORED_CUSTOMERS.judge(table).explain() == ""
    shown = table.select(
        "customer_id",
        "churn_flag",
        "risk_tier",
        "segment",
        "avg_monthly_margin_eur",
        "total_margin_12m_eur",
        "expected_monthly_loss_eur",
        "expected_yearly_loss_eur",
        "model_version",
        "as_of",
    )
    assert shown.rows() == [
        ("C1", True, "Critical", "SME", 111.55, 120.0, 97.72, 1172.61, "v1", AS_OF),
        ("C2", False, "Medium", "Residential", 121.64, 120.0, 51.7, 620.36, "v1", AS_OF),
        ("C3", True, "Critical", "Residential", -5.88, -70.56, 0.0, 0.0, "v1", AS_OF),
    ]


def test_the_interval_of_the_score_is_kept_and_null_where_there_is_none():
    with_interval = scores(C1=0.5).with_columns(
        calibration_low=pl.lit(0.4), calibration_high=pl.lit(0.7)
    )
    table = scored_customers(
        with_interval, gold_master({"customer_id": "C1"}), 0.5, "v1", AS_OF, TIERS
    )
    interval = ["calibration_low", "calibration_high"]
    assert table.select(interval).row(0) == (0.4, 0.7)
    assert scored({"C1": 0.5}, {"customer_id": "C1"}).select(interval).row(0) == (None, None)


def test_the_threshold_itself_is_flagged():
    table = scored(
        {"C1": 0.5, "C2": 0.4999}, {"customer_id": "C1"}, {"customer_id": "C2"}, threshold=0.5
    )
    assert table["churn_flag"].to_list() == [True, False]


def named(*margins):
    return [
        {"customer_id": f"C{n}", "avg_monthly_margin_eur": margin}
        for n, margin in enumerate(margins, 1)
    ]


def test_the_way_to_the_next_tiers_is_told():
    table = scored({"C1": 0.25, "C2": 0.65, "C3": 0.9}, *named(1, 1, 1))
    up, down = table["to_higher_tier"].to_list(), table["to_lower_tier"].to_list()
    assert up == [pytest.approx(0.15), pytest.approx(0.15), None]
    assert down == [None, pytest.approx(0.05), pytest.approx(0.1)]


def test_tiers_by_value_follow_the_money():
    by_value = Tiers(by="value", begins={"Medium": 5.0, "High": 20.0, "Critical": 50.0})
    table = scored(
        {"C1": 0.283, "C2": 0.868, "C3": 0.5}, *named(385.81, 1.98, 12.0), tiers=by_value
    )
    assert table["risk_tier"].to_list() == ["Critical", "Low", "Medium"]
    assert table["to_higher_tier"].to_list() == [None, pytest.approx(3.28), pytest.approx(14.0)]


def test_tiers_by_capacity_hold_as_many_as_fit():
    by_capacity = Tiers(by="capacity", begins={"Medium": 1, "High": 2, "Critical": 1})
    table = scored(
        {"C1": 0.01, "C2": 0.02, "C3": 0.03, "C4": 0.04, "C5": 0.05},
        *named(1, 1, 1, 1, 1),
        tiers=by_capacity,
    )
    assert table["risk_tier"].to_list() == ["Low", "Medium", "High", "High", "Critical"]


def test_customers_of_equal_probability_share_a_tier_by_capacity():
    by_capacity = Tiers(by="capacity", begins={"Medium": 1, "High": 0, "Critical": 1})
    table = scored({"C1": 0.1, "C2": 0.9, "C3": 0.9}, *named(1, 1, 1), tiers=by_capacity)
    # Two do not fit into Critical, so both go one down, where two fit.
    assert table["risk_tier"].to_list() == ["Low", "Medium", "Medium"]


def test_a_tier_with_room_for_all_holds_all():
    room = Tiers(by="capacity", begins={"Medium": 1, "High": 1, "Critical": 9})
    table = scored({"C1": 0.1, "C2": 0.9}, *named(1, 1), tiers=room)
    assert table["risk_tier"].to_list() == ["Critical", "Critical"]


def test_an_edge_belongs_to_the_tier_above_it():
    points = [0.0, 0.3999, 0.4, 0.5999, 0.6, 0.7999, 0.8, 1.0]
    table = scored({f"C{n}": p for n, p in enumerate(points, 1)}, *named(*[1.0] * len(points)))
    assert table["risk_tier"].to_list() == [
        tier for tier in ("Low", "Medium", "High", "Critical") for _ in range(2)
    ]


def test_a_scored_customer_without_features_breaks_the_contract():
    verdict = SCORED_CUSTOMERS.judge(scored({"C9": 0.2}, {"customer_id": "C1"}))
    assert "column segment" in verdict.explain()


@pytest.mark.parametrize("probability", [1.01, -0.01, None, float("nan"), float("inf")])
def test_a_probability_that_is_none_is_refused(probability):
    with pytest.raises(StoreError, match=r"1 churn probabilities are missing or outside .* C2"):
        scored({"C1": 0.5, "C2": probability}, {"customer_id": "C1"}, {"customer_id": "C2"})


@pytest.mark.parametrize("by", ["probability", "value", "capacity"])
def test_no_scores_are_no_customers(by):
    nobody = scored({}, {"customer_id": "C1"}, tiers=TIERS.model_copy(update={"by": by}))
    assert SCORED_CUSTOMERS.judge(nobody).passed
