"""A choice that tries: known probabilities, within every guardrail, and nothing of it when off."""

import numpy as np
import polars as pl
import pytest

from spanishgas_assets.retention.config.policy import Explore
from spanishgas_assets.retention.decision.exploration import tried
from spanishgas_assets.retention.decision.guardrails import guardrail_findings
from spanishgas_assets.retention.decision.options import options

from .customers import AS_OF, RULES, effect, permissions, recommend, rules, scored, shifts

RICH = (0.9, 100.0)
NAMES = dict.fromkeys(RULES.offers.names, 0.0)


def trying(share=1.0, floor=0.1, **policy):
    return rules(explore=Explore(share=share, floor=floor), **policy)


def test_switched_off_it_is_the_choice_of_before():
    customers = [(0.9, 100.0), (0.3, 40.0), (0.9, -5.0)]
    table = recommend(*customers, rules=trying(share=0.0))
    assert table.equals(recommend(*customers))
    assert table["offer_probability"].to_list() == [1.0, 1.0, 1.0]


def test_every_possible_offer_is_tried_as_often_as_its_probability_says():
    customers = [RICH] * 3000
    table = recommend(*customers, rules=trying(), band=0.6)
    found = table.group_by("action").agg(pl.len(), pl.col("offer_probability").first())
    assert set(found["action"]) == set(RULES.offers.names)
    for _, count, probability in found.iter_rows():
        spread = np.sqrt(3000 * probability * (1 - probability))
        assert abs(count - 3000 * probability) < 4 * spread
    assert found["offer_probability"].sum() == pytest.approx(1.0)
    assert found["offer_probability"].min() >= 0.1 / 3 - 1e-9


def test_what_is_sure_is_tried_only_with_the_floor():
    table = recommend(*[RICH] * 500, rules=trying(floor=0.0), band=0.0)
    assert table["action"].unique().to_list() == ["offer_large"]
    assert table["offer_probability"].unique().to_list() == [1.0]


def test_only_a_share_of_owners_tries():
    table = recommend(*[RICH] * 2000, rules=trying(share=0.1, floor=1.0))
    tries = (table["offer_probability"] < 1).sum()
    assert 130 < tries < 270


def test_another_snapshot_draws_anew_and_the_same_draws_the_same():
    possible = options(scored(*[RICH] * 200).lazy(), permissions(200), RULES, shifts())
    given = (possible, scored(*[RICH] * 200).lazy(), effect(**NAMES), trying(floor=1.0).policy)
    today, again = tried(*given, AS_OF), tried(*given, AS_OF)
    later = tried(*given, AS_OF.replace(day=13))
    assert today.equals(again)
    assert not today.equals(later)


def test_a_customer_of_the_holdout_draws_an_offer_as_the_others_do():
    drawn = {f"C{n}": {"in_holdout": True} for n in range(1, 301)}
    table = recommend(*[RICH] * 300, rules=trying(floor=1.0), given=drawn)
    assert table["block_reason"].unique().to_list() == ["holdout"]
    assert set(table["withheld_action"]) == set(RULES.offers.names)
    assert table["offer_probability"].unique().to_list() == [pytest.approx(1 / 3)]


def test_guardrails_and_limits_hold_for_what_is_tried():
    given = {f"C{n}": {"phone_block": "opted_out"} for n in range(1, 21)}
    given |= {f"C{n}": {"owner_id": "one"} for n in range(21, 31)}
    given |= {f"C{n}": {"in_cool_down": True} for n in range(31, 41)}
    customers = [RICH] * 60
    team = trying(floor=1.0, budget_eur=900.0, calls=5)
    table = recommend(*customers, rules=team, given=given)
    found = guardrail_findings(table, scored(*customers), permissions(60, **given).collect(), team)
    assert [one.name for one in found if not one.passed] == []
    of_one = table.filter(pl.col("owner_id") == "one")
    assert set(of_one["block_reason"]) <= {
        None,
        "owner_has_offer",
        "no_call_left",
        "no_budget_left",
    }
