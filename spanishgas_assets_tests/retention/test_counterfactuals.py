"""What would change it: the smallest change of one lever that lowers a tier."""

from datetime import date

import polars as pl

from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.retention.config.tiers import Tiers
from spanishgas_assets.retention.counterfactuals import counterfactuals
from spanishgas_assets.retention.tables import COUNTERFACTUALS
from spanishgas_assets.silver.tables import CUSTOMER, CUSTOMER_MONTH
from spanishgas_assets_tests.builders import frame

from .customers import AS_OF, RULES, gold_master, scores
from .test_scores import scored_customers

RENEWAL = date(2025, 2, 10)
TIERS = RULES.policy.tiers


def moves(rule, *, probability=0.9, tiers=TIERS, margin=10.0, sentiment=None, **gold):
    """Moves of one customer whom ``rule`` (an expression over gold_master) scores."""
    customer = frame(
        CUSTOMER,
        {
            "customer_id": "C1",
            "next_renewal_date": RENEWAL,
            "sentiment_label": sentiment,
            "customer_intent": "Complaint / Escalation" if sentiment else None,
            "last_interaction_date": date(2024, 12, 1) if sentiment else None,
        },
    )
    master = gold_master({"customer_id": "C1", "avg_monthly_margin_eur": margin} | gold)
    scored = scored_customers(scores(C1=probability), master, 0.5, "v1", AS_OF, tiers)
    table = counterfactuals(
        scored,
        master,
        customer,
        frame(CUSTOMER_MONTH, {"customer_id": "C1"}),
        AS_OF,
        tiers,
        lambda changed: changed.select("customer_id", churn_probability=rule),
    )
    assert COUNTERFACTUALS.judge(table).explain() == ""
    return table


def only(rule, **more):
    return moves(rule, **more).row(0, named=True)


def when(condition, then, otherwise=0.9):
    return pl.when(condition).then(then).otherwise(otherwise)


def test_the_shortest_renewal_that_suffices_is_told():
    row = only(when(pl.col("months_to_renewal") > 6, 0.7))
    assert (row["lever"], row["change"]) == ("renewal", "Renew the contract for 6 months")
    assert row["change_es"] == "Renovar el contrato por 6 meses"
    assert (row["risk_tier"], row["tier_after"], row["probability_after"]) == (
        "Critical",
        "High",
        0.7,
    )


def test_what_follows_from_a_renewal_changes_with_it():
    row = only(when(~pl.col("is_within_3m_of_renewal") & (pl.col("renewal_bucket") == "3-6m"), 0.1))
    assert row["change"] == "Renew the contract for 3 months"


def test_the_smallest_price_cut_that_suffices_is_told():
    row = only(
        when(pl.col("elec_price_vs_province_cost_spread_eur_kwh") < 0.0905, 0.5),
        elec_price_vs_province_cost_spread_eur_kwh=0.10,
        elec_price_last_eur_kwh=0.20,
        elec_price_trend_12m=0.02,
        is_price_increase=True,
        elec_price_vs_market=0.1,
    )
    assert (row["lever"], row["change"]) == ("price", "Lower the price of electricity by 5%")


def test_a_price_cut_turns_a_rise_into_none():
    row = only(
        when(~pl.col("is_price_increase") & (pl.col("elec_price_trend_12m") < 0), 0.5),
        elec_price_trend_12m=0.01,
        is_price_increase=True,
    )
    assert row["change"] == "Lower the price of electricity by 2%"


def test_a_settled_complaint_is_a_lever_of_the_angry():
    calm = when(~pl.col("is_negative_sentiment"), 0.3)
    row = only(
        when(pl.col("sentiment_label") == "neutral", 0.3),
        sentiment="negative",
        sentiment_label="negative",
        is_negative_sentiment=True,
    )
    assert row["lever"] == "sentiment"
    assert only(calm, sentiment="negative", is_negative_sentiment=True)["tier_after"] == "Low"


def test_of_levers_that_suffice_the_one_that_lowers_most_is_told():
    renewed, cheaper = pl.col("months_to_renewal") > 5, ~pl.col("is_price_increase")
    row = only(
        pl.when(renewed).then(0.7).when(cheaper).then(0.5).otherwise(0.9),
        elec_price_trend_12m=0.01,
        is_price_increase=True,
        months_to_renewal=1.0,
    )
    assert row["lever"] == "price"


def test_where_nothing_suffices_nothing_is_told():
    row = only(pl.lit(0.81))
    assert (row["lever"], row["change"], row["tier_after"]) == (None, None, None)
    assert row["to_lower_tier"] > 0


def test_customers_of_the_lowest_tier_are_not_asked():
    assert moves(pl.lit(0.1), probability=0.39).is_empty()


def test_tiers_by_value_are_left_by_losing_less():
    by_value = Tiers(by="value", begins={"Medium": 2.0, "High": 5.0, "Critical": 8.0})
    row = only(when(pl.col("months_to_renewal") > 4, 0.6), tiers=by_value, margin=10.0)
    assert (row["risk_tier"], row["tier_after"]) == ("Critical", "High")


def test_a_changed_gold_master_keeps_its_contract():
    seen = []

    def rule(changed):
        seen.append(GOLD_MASTER.model.to_schema().columns.keys() <= set(changed.columns))
        return changed.select("customer_id", churn_probability=pl.lit(0.9))

    master = gold_master({"customer_id": "C1"})
    scored = scored_customers(scores(C1=0.9), master, 0.5, "v1", AS_OF, TIERS)
    counterfactuals(
        scored,
        master,
        frame(CUSTOMER, {"customer_id": "C1"}),
        frame(CUSTOMER_MONTH, {"customer_id": "C1"}),
        AS_OF,
        TIERS,
        rule,
    )
    assert seen == [True] * 9
