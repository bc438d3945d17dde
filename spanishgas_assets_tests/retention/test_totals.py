"""The team's figures: money at risk, offers made, and what each rule takes away."""

import polars as pl

from spanishgas_assets.retention.totals import (
    OFFER_TOTALS,
    RISK_TOTALS,
    totals_by,
    withheld_steps,
)

SCORED = pl.LazyFrame(
    {
        "customer_id": ["C1", "C2", "C3", "C4"],
        "risk_tier": ["Critical", "Critical", "Critical", "Low"],
        "churn_flag": [True, True, True, False],
        "expected_monthly_loss_eur": [5.0, 2.0, 0.0, 0.1],
        "expected_yearly_loss_eur": [60.0, 24.0, 0.0, 1.2],
    }
)
DECIDED = pl.LazyFrame(
    {
        "customer_id": ["C1", "C2", "C3", "C4"],
        "action": ["offer_large", "no_offer", "no_offer", "offer_small"],
        "channel": ["phone", None, None, "email"],
        "offer_cost_eur": [7.5, 0.0, 0.0, 1.0],
        "contact_cost_eur": [20.0, 0.0, 0.0, 0.5],
        "expected_margin_impact_eur": [30.0, 0.0, 0.0, 2.0],
        "block_reason": [None, "holdout", "negative_margin", None],
    }
)


def test_money_at_risk_adds_up_by_any_column() -> None:
    assert totals_by(SCORED, "risk_tier", RISK_TOTALS).rows() == [
        ("Critical", 3, 3, 7.0, 84.0),
        ("Low", 1, 0, 0.1, 1.2),
    ]


def test_only_offers_made_count() -> None:
    assert DECIDED.select(OFFER_TOTALS).collect().row(0, named=True) == {
        "offers": 2,
        "calls": 1,
        "offers_eur": 8.5,
        "contacts_eur": 20.5,
        "expected_margin_impact_eur": 32.0,
    }


def test_each_rule_takes_its_customers_in_the_order_in_which_it_is_told() -> None:
    assert withheld_steps(SCORED, DECIDED, "Critical").rows() == [
        ("negative_margin", 1, 0.0, 2),
        ("holdout", 1, 24.0, 1),
    ]


def test_of_a_tier_without_a_withheld_offer_no_rule_is_told() -> None:
    assert withheld_steps(SCORED, DECIDED, "Low").is_empty()


def test_all_customers_are_followed_where_no_tier_is_named() -> None:
    assert withheld_steps(SCORED, DECIDED, None)["customers_left"].to_list() == [3, 2]
