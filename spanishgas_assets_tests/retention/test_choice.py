"""The choice over all customers: sensitivity to the save rates, and what the UI is told."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.retention.decision.choice import lost_to_limits, sensitivity
from spanishgas_assets.retention.decision.options import options
from spanishgas_assets.retention.decision.recommendations import recommendations
from spanishgas_assets.retention.metadata import (
    actions_table,
    choice_figures,
    sensitivity_table,
    value_lost,
)

from .customers import RULES, choice, permissions, reasons, recommend, rules, scored, shifts

CUSTOMERS = [(0.9, 100.0), (0.3, 40.0), (0.9, -5.0)]


def scenarios(team=RULES):
    return sensitivity(scored(*CUSTOMERS).lazy(), permissions(3).lazy(), team, shifts())


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-50, 500)), min_size=1, max_size=10))
def test_without_limits_each_customer_gets_the_best_offer_that_is_worth_something(customers):
    possible = options(scored(*customers).lazy(), permissions(len(customers)), RULES, shifts())
    best = possible.group_by("customer_id").agg(pl.col("value_eur").max())
    worth = best.filter(pl.col("value_eur") > 0)["value_eur"].sum()
    taken = choice(*customers).taken
    assert taken["value_eur"].sum() == pytest.approx(worth)
    assert taken["customer_id"].is_unique().all()


def test_other_save_rates_are_another_gain():
    low, stated, high = scenarios().iter_rows(named=True)
    assert [low["save_rates"], stated["save_rates"], high["save_rates"]] == [
        "low",
        "stated",
        "high",
    ]
    assert low["value_eur"] < stated["value_eur"] < high["value_eur"]
    assert stated["stated_choice_value_eur"] == stated["value_eur"]
    # A choice made for the truth is never worse than one made for the stated rates.
    assert low["stated_choice_value_eur"] <= low["value_eur"]
    assert high["stated_choice_value_eur"] <= high["value_eur"]
    # C1 large: 0.9 x 100 x 12 x 0.20 - 75 - 20; C2 small: 0.3 x 40 x 12 x 0.05 - 6 - 0.50
    assert low["stated_choice_value_eur"] == pytest.approx(121.0 + 0.7)


def test_the_ui_is_told_actions_euros_and_prices():
    rows, made = recommendations(
        scored(*CUSTOMERS).lazy(), permissions(3), reasons(3), rules(calls=1), shifts()
    )
    told = choice_figures(rows, made)
    assert (told["action_offer_large"], told["action_offer_small"]) == (1, 1)
    assert (told["withheld_negative_margin"], told["calls"]) == (1, 1)
    assert (told["offers_eur"], told["contacts_eur"]) == (81.0, 20.5)
    assert told["unproven_gap_eur"] == 0
    assert "| offer_large | phone | 1 | 75.0 | 20.0 | 283.0 |" in actions_table(rows)
    assert sensitivity_table(scenarios()).startswith("| Save rates | Offers |")


def test_what_a_rule_keeps_from_coming_in_is_the_value_of_the_offer_that_it_withholds():
    free = recommend(*CUSTOMERS, rules=rules(holdout_share=0.0))
    shut = recommend(*CUSTOMERS, given={"C1": {"in_holdout": True}, "C2": {"in_cool_down": True}})
    made = free.sort("customer_id")["expected_margin_impact_eur"].to_list()
    lost = value_lost(shut, {"budget_eur": 12.5, "calls": 0.0})
    assert lost.rows() == [
        ("cool_down", 1, made[1]),
        ("holdout", 1, made[0]),
        ("limit_budget", None, 12.5),
        ("limit_calls", None, 0.0),
    ]


def test_a_limit_costs_what_the_choice_without_it_brings_more():
    both = [(0.9, 100.0), (0.9, 300.0)]
    given = (scored(*both).lazy(), permissions(2).lazy())
    within, without = (choice(*both, rules=team).allocation for team in (rules(calls=1), RULES))
    lost = lost_to_limits(*given, rules(calls=1), shifts(), within)
    assert lost == {"calls": pytest.approx(without.value_eur - within.value_eur)}
    assert lost["calls"] > 0
    assert lost_to_limits(*given, RULES, shifts(), without) == {}
    loose = rules(calls=100)
    assert lost_to_limits(*given, loose, shifts(), without) == {"calls": 0.0}
