"""Recommendations: the tier's offer, the guardrails, and the impact of an offer."""

from dataclasses import replace
from datetime import date

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.errors import StoreError
from spanishgas_assets.retention.offers import recommendations
from spanishgas_assets.retention.policy import load_policy
from spanishgas_assets.retention.scores import scored_customers
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets_tests.retention.customers import gold_master, scores

POLICY = load_policy()
REASONS = pl.LazyFrame(
    {
        "customer_id": ["C1", "C2"],
        "reason_codes": ["complaint,price_rise", "renewal_near"],
        "reasons": ["Complained 5 days ago; Price up", "Renews in 41 days"],
    }
)


def recommend(*customers, policy=POLICY):
    """Recommend for customers given as (probability, monthly margin), named C1, C2, ..."""
    named = {f"C{n}": customer for n, customer in enumerate(customers, 1)}
    scored = scored_customers(
        scores(**{name: probability for name, (probability, _) in named.items()}),
        gold_master(
            *(
                {"customer_id": name, "avg_monthly_margin_eur": margin}
                for name, (_, margin) in named.items()
            )
        ),
        0.5,
        "v1",
        date(2025, 1, 6),
        policy,
    )
    return recommendations(scored, REASONS, policy)


def with_save_rate(rate):
    return replace(POLICY, tiers=tuple(replace(tier, save_rate=rate) for tier in POLICY.tiers))


def test_each_tier_gets_its_offer_budget_and_timing():
    table = recommend((0.9, 20.0), (0.7, 20.0), (0.5, 20.0), (0.1, 20.0))
    assert RECOMMENDATIONS.judge(table).explain() == ""
    assert table.collect().select(
        "customer_id",
        "action",
        "timing_window",
        "offer_budget_eur_month",
        "expected_margin_impact_eur_month",
        "block_reason",
    ).rows() == [
        # 0.9 x 0.35 x 20 - 25% of 20; 0.7 x 0.30 x 20 - 15%; 0.5 x 0.15 x 20 - 5%
        ("C1", "offer_large", "immediate", 5.0, 1.3, None),
        ("C2", "offer_medium", "immediate", 3.0, 1.2, None),
        ("C3", "offer_small", "30_60_days", 1.0, 0.5, None),
        ("C4", "no_offer", "60_90_days", 0.0, 0.0, None),
    ]


def test_a_customer_with_negative_margin_gets_no_offer_and_is_not_immediate():
    row = recommend((0.9, -5.88)).collect().row(0, named=True)
    assert row == {
        "customer_id": "C1",
        "risk_score": 0.9,
        "segment": "Residential",
        "risk_tier": "Critical",
        "action": "no_offer",
        "timing_window": "60_90_days",
        "offer_budget_eur_month": 0.0,
        "expected_margin_impact_eur_month": 0.0,
        "reason_codes": "complaint,price_rise",
        "reasons": "Complained 5 days ago; Price up; "
        "Offer withheld: the customer brings no margin to share",
        "block_reason": "negative_margin",
    }


def test_an_offer_that_costs_more_than_it_saves_is_withheld():
    row = recommend((0.9, 20.0), policy=with_save_rate(0.2)).collect().row(0, named=True)
    assert (row["action"], row["timing_window"], row["block_reason"]) == (
        "no_offer",
        "60_90_days",
        "budget_not_worth",
    )
    assert row["reasons"].endswith("Offer withheld: it would cost more than it is expected to save")


def test_a_customer_without_margin_has_nothing_to_save():
    assert recommend((0.9, 0.0)).collect()["block_reason"].to_list() == ["budget_not_worth"]


def test_a_low_tier_customer_with_negative_margin_has_no_offer_to_withhold():
    row = recommend((0.1, -3.0)).collect().row(0, named=True)
    assert (row["action"], row["block_reason"]) == ("no_offer", None)


def test_a_customer_without_reasons_is_monitored():
    row = recommend((0.9, 20.0), (0.9, 20.0), (0.1, 20.0)).collect().row(2, named=True)
    assert row["reason_codes"] == "low_risk_monitoring"
    assert row["reasons"] == "Nothing known raises this customer's risk"


def test_a_probability_that_is_none_is_refused():
    scored = pl.LazyFrame({"customer_id": ["C1"], "churn_probability": [1.2]})
    with pytest.raises(StoreError, match=r"first 1\.2 of customer C1"):
        recommendations(scored, REASONS, POLICY)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(0, 1), st.floats(-500, 500)), min_size=1, max_size=20),
    st.floats(0, 1),
)
def test_no_customer_ever_breaks_a_guardrail(customers, save_rate):
    table = recommend(*customers, policy=with_save_rate(save_rate)).collect()
    assert RECOMMENDATIONS.judge(table).explain() == ""
    margin = dict(enumerate(margin for _, margin in customers))
    for row in table.iter_rows(named=True):
        if row["action"] == "no_offer":
            assert row["offer_budget_eur_month"] == row["expected_margin_impact_eur_month"] == 0
        else:
            assert margin[int(row["customer_id"][1:]) - 1] > 0
        if row["block_reason"]:
            assert row["action"] == "no_offer"
            assert row["timing_window"] != "immediate"
