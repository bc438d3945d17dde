"""Assignments: what a snapshot publishes of whom it chose, and what later ones read of it."""

import polars as pl
import pytest

from spanishgas_assets.retention.column_values import IN_HOLDOUT, OFFERED
from spanishgas_assets.retention.measurement.assignments import assignments, published_assignments
from spanishgas_assets.retention.tables import ASSIGNMENTS, RECOMMENDATIONS
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.stored import publish_tables

from .customers import AS_OF, RULES, recommend, rules, scored
from .measured import assigned, effect_of

CUSTOMERS = [(0.9, 100.0), (0.9, 100.0), (0.9, -1.0), (0.01, 1.0), (0.9, 100.0)]
GIVEN = {
    "C2": {"in_holdout": True},
    "C3": {"in_holdout": True},
    "C4": {"in_holdout": True},
    "C5": {"in_cool_down": True},
}


def made(team=RULES):
    recommended = recommend(*CUSTOMERS, rules=team, given=GIVEN)
    table = assignments(
        recommended.lazy(), scored(*CUSTOMERS).lazy(), effect_of().lazy(), team, AS_OF
    )
    assert ASSIGNMENTS.judge(table).explain() == ""
    return table, recommended


def test_who_gets_an_offer_and_who_would_have_but_for_the_draw_is_assigned_and_nobody_else():
    table, _ = made(rules(holdout_share=0.05))
    assert table.select("customer_id", "offer", "arm", "probability", "decision_date").rows() == [
        ("C1", "offer_large", OFFERED, 0.95, AS_OF),
        ("C2", "offer_large", IN_HOLDOUT, 0.05, AS_OF),
    ]
    assert table["draw"].unique().to_list() == [RULES.policy.holdout_salt]


def test_the_promise_is_what_the_recommendation_claims():
    table, recommended = made()
    row = table.row(0, named=True)
    claimed = recommended.row(0, named=True)["expected_margin_impact_eur"]
    assert row["save_rate"] * row["at_stake_eur"] - row["spend_eur"] == pytest.approx(claimed)
    assert (row["save_rate_low"], row["save_rate_high"]) == (pytest.approx(0.2), 0.5)
    assert table["spend_eur"][1] == 0


def test_later_snapshots_read_what_earlier_ones_published(tmp_path):
    store = open_store(str(tmp_path))
    first, second = (assigned({"customer_id": name}) for name in ("C1", "C2"))
    before = (RECOMMENDATIONS, recommend(*CUSTOMERS))
    publish_tables(store, "2024-12-23", before)  # of a release without assignments
    publish_tables(store, "2024-12-30", (ASSIGNMENTS, first))
    publish_tables(store, "2025-01-06", (ASSIGNMENTS, second))
    found = published_assignments(store, "2025-01-06")
    assert found["customer_id"].to_list() == ["C1"]
    assert published_assignments(store, "2024-12-30").schema == pl.Schema(
        ASSIGNMENTS.empty().schema
    )
