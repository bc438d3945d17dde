"""Scored customers: flag, tier and money at risk."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.errors import StoreError
from spanishgas_assets.retention.policy import load_policy
from spanishgas_assets.retention.scores import scored_customers
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS
from spanishgas_assets_tests.retention.customers import gold_master, scores

AS_OF = date(2025, 1, 6)


def scored(probabilities, *customers, threshold=0.5):
    return scored_customers(
        scores(**probabilities), gold_master(*customers), threshold, "v1", AS_OF, load_policy()
    )


def test_loss_is_probability_times_margin_and_never_below_zero():
    table = scored(
        {"C2": 0.425, "C1": 0.876, "C3": 0.9},
        {"customer_id": "C1", "avg_monthly_margin_eur": 111.55, "segment": "SME"},
        {"customer_id": "C2", "avg_monthly_margin_eur": 121.64},
        {"customer_id": "C3", "avg_monthly_margin_eur": -5.88},
        {"customer_id": "C4", "avg_monthly_margin_eur": 1.0},
    )
    assert SCORED_CUSTOMERS.judge(table).explain() == ""
    assert table.collect().rows() == [
        ("C1", 0.876, "model", True, "Critical", "SME", 111.55, 97.72, 1172.61, "v1", AS_OF),
        ("C2", 0.425, "model", False, "Medium", "Residential", 121.64, 51.7, 620.36, "v1", AS_OF),
        ("C3", 0.9, "model", True, "Critical", "Residential", -5.88, 0.0, 0.0, "v1", AS_OF),
    ]


def test_the_threshold_itself_is_flagged():
    table = scored(
        {"C1": 0.5, "C2": 0.4999}, {"customer_id": "C1"}, {"customer_id": "C2"}, threshold=0.5
    )
    assert table.collect()["churn_flag"].to_list() == [True, False]


def test_a_scored_customer_without_features_breaks_the_contract():
    verdict = SCORED_CUSTOMERS.judge(scored({"C9": 0.2}, {"customer_id": "C1"}))
    assert "column segment" in verdict.explain()


@pytest.mark.parametrize("probability", [1.01, -0.01, None, float("nan"), float("inf")])
def test_a_probability_that_is_none_is_refused(probability):
    with pytest.raises(StoreError, match=r"1 churn probabilities are missing or outside .* C2"):
        scored({"C1": 0.5, "C2": probability}, {"customer_id": "C1"}, {"customer_id": "C2"})


def test_no_scores_are_no_customers():
    assert SCORED_CUSTOMERS.judge(scored({}, {"customer_id": "C1"})).passed
    assert isinstance(scored({}, {"customer_id": "C1"}), pl.LazyFrame)
