"""The checks of decisions find what they look for; the tables that decisions make pass."""

import polars as pl
import pytest

from spanishgas_assets.retention.decision.guardrails import (
    GUARDRAILS,
    guardrail_findings,
    tier_migration,
)

from .customers import RULES, permissions, recommend, rules, scored

CUSTOMERS = [(0.9, 100.0), (0.9, -5.0)]


def failed(change=None, given=None, team=RULES):
    table = recommend(*CUSTOMERS)
    if change:
        first = pl.col("customer_id") == "C1"
        table = table.with_columns(
            pl.when(first).then(pl.lit(value, table.schema[name])).otherwise(name).alias(name)
            for name, value in change.items()
        )
    found = guardrail_findings(
        table, scored(*CUSTOMERS), permissions(2, **(given or {})).collect(), team
    )
    assert [finding.name for finding in found] == list(GUARDRAILS)
    return [finding.name for finding in found if not finding.passed]


def test_what_the_platform_decides_passes():
    assert failed() == []


@pytest.mark.parametrize(
    ("change", "given", "name"),
    [
        ({"expected_margin_impact_eur": -0.01}, None, "no_offer_at_a_loss"),
        ({"risk_score": 1.2}, None, "risk_score_in_range"),
        ({"risk_score": 0.8}, None, "risk_score_in_range"),
        ({"reason_codes": ""}, None, "reasons_given"),
        ({"reasons_es": ""}, None, "reasons_given"),
        (
            {"withheld_action": "offer_large", "block_reason": "holdout"},
            None,
            "withheld_offers_explained",
        ),
        ({}, {"C1": {"phone_block": "opted_out"}}, "contact_rules_kept"),
        ({}, {"C1": {"in_cool_down": True}}, "cool_down_kept"),
        ({}, {"C1": {"in_holdout": True}}, "holdout_untouched"),
        ({"action": "gift"}, None, "known_actions"),
    ],
)
def test_a_broken_guardrail_is_found(change, given, name):
    assert failed(change, given) == [name]


def test_an_offer_on_a_negative_margin_is_found():
    table = recommend((0.9, 100.0), (0.9, 100.0))
    found = guardrail_findings(
        table, scored((0.9, 100.0), (0.9, -5.0)), permissions(2).collect(), RULES
    )
    broken = {finding.name: finding.description for finding in found if not finding.passed}
    assert broken == {"no_offer_on_negative_margin": "1 customers: C2"}


def test_two_offers_to_one_owner_are_found():
    table = recommend((0.9, 100.0), (0.9, 100.0)).with_columns(owner_id=pl.lit("one"))
    found = guardrail_findings(
        table, scored((0.9, 100.0), (0.9, 100.0)), permissions(2).collect(), RULES
    )
    assert [f.name for f in found if not f.passed] == ["one_offer_per_owner"]


def test_a_customer_twice_is_found():
    table = recommend(*CUSTOMERS)
    twice = pl.concat([table, table.tail(1)])
    found = guardrail_findings(twice, scored(*CUSTOMERS), permissions(2).collect(), RULES)
    assert [f.name for f in found if not f.passed] == ["one_row_per_customer"]


def test_more_than_the_budget_and_the_calls_is_found():
    # The offer costs 75 EUR and a call of 20.
    assert failed(team=rules(budget_eur=94.98)) == ["budget_respected"]
    assert failed(team=rules(budget_eur=95.0)) == []
    assert failed(team=rules(calls=1)) == []
    two = recommend((0.9, 100.0), (0.9, 100.0))
    found = guardrail_findings(
        two, scored((0.9, 100.0), (0.9, 100.0)), permissions(2).collect(), rules(calls=1)
    )
    assert [f.name for f in found if not f.passed] == ["calls_respected"]


def tiers(*names):
    ids = [f"C{n}" for n in range(1, len(names) + 1)]
    return pl.DataFrame({"customer_id": ids, "risk_tier": names})


def test_who_changed_tier_is_counted():
    found = tier_migration(tiers("Low", "High", "Low", "Low", "Low"), tiers("Low", "Low", "Low"))
    assert not found.passed
    assert found.description == "1 of 3 customers moved (33.3%), 2 are new, 0 are gone"
    assert "| Low | 2 | 0 | 1 | 0 |" in found.metadata["matrix"]


def test_a_quiet_week_passes():
    assert tier_migration(tiers("Low", "Low"), tiers("Low", "Low")).passed


def test_the_first_snapshot_has_nothing_to_compare():
    assert tier_migration(tiers("Low"), None).description == "no earlier snapshot to compare"
