"""Recommendations: what is chosen for whom, and every guardrail."""

from dataclasses import replace
from datetime import date

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.errors import StoreError
from spanishgas_assets.retention.config.offers import OfferTable
from spanishgas_assets.retention.decision.guardrails import guardrail_findings
from spanishgas_assets.retention.decision.kept_months import kept_months
from spanishgas_assets.retention.decision.recommendations import recommendations
from spanishgas_assets.retention.tables import RECOMMENDATIONS

from .customers import RULES, permissions, reasons, recommend, rules, scored, shifts

OLD = {"choose": "tier_table", "holdout_share": 0.0}
RICH = (0.9, 100.0)


def only(*customers, **more):
    return recommend(*customers, **more).row(0, named=True)


def test_the_three_customers_whom_the_old_system_got_wrong():
    # 109 EUR a month at risk in the Low tier, a worthless Critical, a loss-maker
    # (docs/domain.md#risk-tiers-and-money).
    table = recommend((0.283, 385.81), (0.868, 1.982), (0.9, -5.88))
    assert RECOMMENDATIONS.judge(table).explain() == ""
    assert table.select(
        "risk_tier", "action", "timing_window", "channel", "offer_cost_eur", "block_reason"
    ).rows() == [
        ("Low", "offer_medium", "immediate", "phone", 173.61, None),
        ("Critical", "offer_small", "30_60_days", "email", 0.3, None),
        ("Critical", "no_offer", "60_90_days", None, 0.0, "negative_margin"),
    ]
    # 0.283 x 0.30 x 385.81 x 12 months - 0.15 x 385.81 x 3 months - 20 of a call
    assert table["expected_margin_impact_eur"].to_list() == [199.45, 2.3, 0.0]
    assert table["reasons"][2] == (
        "Complained 5 days ago; No offer: the customer brings no margin to share"
    )
    assert table["reasons_es"][2].endswith("el cliente no deja margen que compartir")
    assert table["reason_codes"][2] == "complaint,negative_margin"


def test_the_tier_table_repeats_the_old_systems_mapping():
    table = recommend((0.8, 100.0), (0.6, 100.0), (0.4, 100.0), (0.3999, 100.0), rules=rules(**OLD))
    assert table.select("action", "timing_window", "offer_budget_eur_month").rows() == [
        ("offer_large", "immediate", 25.0),
        ("offer_medium", "immediate", 15.0),
        ("offer_small", "30_60_days", 5.0),
        ("no_offer", "60_90_days", 0.0),
    ]
    assert table["block_reason"].to_list() == [None, None, None, "no_offer_due"]


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-50, 500)), min_size=1, max_size=12))
def test_what_the_tier_table_offers_or_withholds_is_the_old_mapping(customers):
    def old(probability):
        edges = [(0.8, "offer_large"), (0.6, "offer_medium"), (0.4, "offer_small")]
        return next((offer for edge, offer in edges if probability >= edge), None)

    table = recommend(*customers, rules=rules(**OLD)).with_columns(
        number=pl.col("customer_id").str.slice(1).cast(pl.Int64)
    )
    planned = table.sort("number").select(
        pl.when(pl.col("action") != "no_offer").then("action").otherwise("withheld_action")
    )
    assert planned.to_series().to_list() == [old(probability) for probability, _ in customers]


def test_an_offer_says_its_break_even_save_rate():
    row = only((0.4, 50.0))
    # 22.50 EUR and a call of 20 EUR against 0.4 x 50 x 12 EUR at risk
    assert row["action"] == "offer_medium"
    assert row["break_even_save_rate"] == pytest.approx(42.5 / 240)
    assert row["expected_margin_impact_eur"] == 0.3 * 240 - 42.5
    assert row["expected_margin_impact_eur_month"] == round((0.3 * 240 - 42.5) / 12, 2)


def test_a_save_is_credited_the_months_that_it_lasts():
    # Windows of 91 days in a year: 2.99 months four times, and 0.04 of a month.
    for risk_after_save, months in ((0.0, 12.0), (0.5, 6.04), (1.0, 3.32)):
        row = only((0.9, 100.0), rules=rules(risk_after_save=risk_after_save))
        gain = 0.9 * row["save_rate"] * 100.0 * months
        spent = row["offer_cost_eur"] + row["contact_cost_eur"]
        assert row["kept_months"] == pytest.approx(months, abs=0.005)
        assert row["expected_margin_impact_eur"] == pytest.approx(gain - spent, rel=2e-3)


@pytest.mark.parametrize("risk_after_save", [0.1, 0.5, 1.0])
def test_what_is_claimed_of_a_save_is_what_comes_in(risk_after_save):
    """Customers who are kept, lived through window by window."""
    policy = rules(risk_after_save=risk_after_save, follow_up_days=91).policy
    rng, window = np.random.default_rng(4), 91 / (365.25 / 12)
    risk = rng.uniform(0, 1, 200_000)
    here, lived = np.ones(len(risk), dtype=bool), np.zeros(len(risk))
    for number in range(5):
        lived += here * min(window, 12 - number * window)
        here &= rng.random(len(risk)) >= risk_after_save * risk
    claimed = pl.DataFrame({"p": risk}).select(kept_months(pl.col("p"), policy)).to_series()
    assert claimed.mean() == pytest.approx(lived.mean(), rel=0.005)


def test_an_offer_below_the_least_value_is_not_made():
    worth = only((0.4, 50.0))["expected_margin_impact_eur"]
    kept = only((0.4, 50.0), rules=rules(least_value_eur=worth - 0.01))
    below = only((0.4, 50.0), rules=rules(least_value_eur=worth + 0.01))
    assert kept["action"] == "offer_medium"
    assert (below["action"], below["block_reason"]) == ("no_offer", "budget_not_worth")
    assert below["withheld_action"] is None


def test_a_fallen_save_rate_changes_the_offer():
    assert only(RICH)["action"] == "offer_large"
    assert only(RICH, shift={"offer_large": -0.3})["action"] == "offer_medium"


def test_no_offer_to_a_customer_with_negative_margin():
    assert only((0.9, -0.01))["block_reason"] == "negative_margin"


@pytest.mark.parametrize("more", [{}, {"rules": rules(choose="tier_table")}])
def test_no_offer_that_costs_more_than_it_saves(more):
    row = only((0.9, 0.1), **more)
    assert (row["action"], row["block_reason"]) == ("no_offer", "budget_not_worth")


def test_a_withheld_offer_of_the_tier_table_is_named():
    row = only((0.9, 0.1), rules=rules(choose="tier_table"))
    assert row["withheld_action"] == "offer_large"
    assert only((0.9, 0.1))["withheld_action"] is None


@pytest.mark.parametrize("reason", ["opted_out", "no_call_consent", "vulnerable"])
def test_no_offer_on_a_closed_channel(reason):
    closed = {"C1": {"phone_block": reason}}
    assert only(RICH, given=closed)["channel"] == "email"
    closed["C1"]["email_block"] = reason
    row = only(RICH, given=closed)
    assert (row["action"], row["block_reason"]) == ("no_offer", reason)
    assert row["withheld_action"] == "offer_large"


def test_no_offer_in_the_cool_down():
    row = only(RICH, given={"C1": {"in_cool_down": True, "last_offer_date": date(2025, 1, 1)}})
    assert row["block_reason"] == "cool_down"


def test_no_offer_to_the_holdout():
    row = only(RICH, given={"C1": {"in_holdout": True}})
    assert (row["in_holdout"], row["block_reason"], row["withheld_action"]) == (
        True,
        "holdout",
        "offer_large",
    )


def test_who_is_drawn_into_the_holdout_is_told_of_it_though_a_better_offer_is_forbidden():
    """Whoever is not drawn gets the letter or mail; without this the groups are not alike."""
    closed = {"phone_block": "no_call_consent"}
    assert only(RICH, given={"C1": closed})["action"] == "offer_small"
    row = only(RICH, given={"C1": closed | {"in_holdout": True}})
    assert (row["block_reason"], row["withheld_action"]) == ("holdout", "offer_small")


def test_the_holdout_is_blamed_only_where_it_withholds():
    assert only((0.01, 1.0), given={"C1": {"in_holdout": True}})["block_reason"] == (
        "budget_not_worth"
    )


def test_an_owner_gets_one_offer_the_best():
    same = {"C1": {"owner_id": "one"}, "C2": {"owner_id": "one"}}
    table = recommend(RICH, (0.9, 101.0), given=same)
    assert table["action"].to_list() == ["no_offer", "offer_large"]
    assert table["block_reason"].to_list() == ["owner_has_offer", None]


def test_a_spent_budget_and_spent_calls_are_told():
    # Both want a call; one can be made.
    table = recommend((0.9, 100.0), (0.9, 300.0), rules=rules(calls=1))
    assert table["action"].to_list() == ["offer_small", "offer_large"]
    phones_only = replace(rules(calls=1), offers=OfferTable(offers=RULES.offers.offers[:2]))
    table = recommend((0.9, 100.0), (0.9, 300.0), rules=phones_only)
    assert table["block_reason"].to_list() == ["no_call_left", None]
    table = recommend((0.9, 100.0), (0.9, 300.0), rules=rules(budget_eur=50.0))
    assert table["block_reason"].to_list() == ["no_budget_left", None]


def test_a_probability_that_is_none_is_refused():
    wrong = pl.LazyFrame({"customer_id": ["C1"], "churn_probability": [1.2]})
    with pytest.raises(StoreError, match=r"first 1\.2 of customer C1"):
        recommendations(wrong, permissions(1), reasons(1), RULES, shifts())


_MAYBE = st.booleans()


@settings(max_examples=50, deadline=None)
@given(
    st.lists(
        st.tuples(st.floats(0, 1), st.floats(-500, 500), _MAYBE, _MAYBE, _MAYBE, st.integers(1, 4)),
        min_size=1,
        max_size=15,
    ),
    st.sampled_from(["best_value", "tier_table"]),
    st.one_of(st.none(), st.floats(0.5, 500)),
    st.one_of(st.none(), st.integers(1, 5)),
)
def test_no_customer_ever_breaks_a_guardrail(customers, choose, budget, calls):
    facts = {
        f"C{n}": {
            "in_holdout": held,
            "in_cool_down": cooling,
            "phone_block": "opted_out" if closed else None,
            "owner_id": str(owner),
        }
        for n, (_, _, held, cooling, closed, owner) in enumerate(customers, 1)
    }
    known = [(probability, margin) for probability, margin, *_ in customers]
    team = rules(choose=choose, budget_eur=budget, calls=calls)
    table = recommend(*known, rules=team, given=facts)
    assert RECOMMENDATIONS.judge(table).explain() == ""
    found = guardrail_findings(
        table, scored(*known), permissions(len(known), **facts).collect(), team
    )
    assert [finding.name for finding in found if not finding.passed] == []
    assert (
        table.filter((pl.col("action") == "no_offer") != pl.col("block_reason").is_not_null())[
            "customer_id"
        ].to_list()
        == []
    )
