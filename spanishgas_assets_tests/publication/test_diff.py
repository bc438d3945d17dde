"""What a person is told of two publications of one snapshot."""

import polars as pl
import pytest

from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.publication.diff import changed_customers, diff, table_diff
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.stored import publish_tables

SNAPSHOT = "2025-01-06"


def recommended(*decisions: tuple[str, str, str]) -> pl.DataFrame:
    """Customer, tier and action; money counts up."""
    return pl.DataFrame(
        decisions, schema=["customer_id", "risk_tier", "action"], orient="row"
    ).with_columns(
        offer_cost_eur=pl.int_range(pl.len()).cast(pl.Float64),
        expected_margin_impact_eur=pl.lit(10.0),
    )


def gold(*values: float | None) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "customer_id": [f"C{n}" for n in range(len(values))],
            "price_eur_kwh": list(values),
            "tenure_days": [100] * len(values),
        },
        schema_overrides={"price_eur_kwh": pl.Float64},
    )


def test_rows_come_go_and_change_by_key() -> None:
    before = pl.DataFrame({"k": [1, 2, 3], "a": [1.0, None, 3.0], "b": ["x", "y", "z"]})
    after = pl.DataFrame({"k": [2, 3, 4], "a": [None, 3.5, 4.0], "b": ["y", "z", "w"]})
    found = table_diff("t", ["k"], before, after)
    assert (found.rows, found.added, found.removed) == ((3, 3), 1, 1)
    assert found.changed == {"a": 1}


def test_rows_of_another_grain_are_all_others() -> None:
    before = pl.DataFrame({"k": [1, 2], "a": [1, 2]})
    after = pl.DataFrame({"k": [1, 1, 2], "part": ["x", "y", "x"], "a": [1, 2, 3]})
    found = table_diff("t", ["k", "part"], before, after)
    assert (found.added, found.removed, found.changed) == (3, 2, {})


def test_a_new_column_has_changed_in_every_row() -> None:
    before = pl.DataFrame({"k": [1, 2], "a": [1, 2]})
    found = table_diff("t", ["k"], before, before.with_columns(c=pl.lit(1)).drop("a"))
    assert found.changed == {"a": 2, "c": 2}


def test_the_features_that_moved_are_the_reason() -> None:
    before = recommended(("C0", "Low", "no_offer"), ("C1", "Low", "no_offer"), ("C2", "Low", "a"))
    after = recommended(("C0", "High", "offer"), ("C1", "Low", "offer"), ("C2", "Low", "a"))
    found = changed_customers(
        before, after, gold(0.10001, 0.2, 0.3), gold(0.2, 0.2, 0.9), otherwise="model a -> b"
    )
    assert found.rows() == [
        ("C0", "Low", "High", "no_offer", "offer", "price_eur_kwh 0.1 -> 0.2"),
        ("C1", "Low", "Low", "no_offer", "offer", "model a -> b"),
    ]


def test_a_feature_that_comes_or_goes_is_named() -> None:
    before, after = (recommended(("C0", tier, "no_offer")) for tier in ("Low", "High"))
    found = changed_customers(before, after, gold(None), gold(0.2), otherwise="")
    assert found["because"].to_list() == ["price_eur_kwh none -> 0.2"]


@pytest.mark.parametrize("model", ["model-1", "model-2"])
def test_publications_are_compared_whole(tmp_path, model: str) -> None:
    store = open_store(str(tmp_path))
    publish_tables(
        store,
        SNAPSHOT,
        (RECOMMENDATIONS, recommended(("C0", "Low", "no_offer"), ("C1", "Low", "no_offer"))),
        (GOLD_MASTER, gold(0.1, 0.2)),
    )
    publish_tables(
        store,
        SNAPSHOT,
        (RECOMMENDATIONS, recommended(("C0", "High", "offer"), ("C1", "Low", "no_offer"))),
        GOLD_MASTER,
        model=model,
    )
    found = diff(
        *(open_publication(str(tmp_path), number=n) for n in (1, 2)), [GOLD_MASTER, RECOMMENDATIONS]
    )
    assert [(one.name, one.changed) for one in found.tables] == [
        (f"retention/recommendations/{SNAPSHOT}", {"action": 1, "risk_tier": 1})
    ]
    assert found.money_eur["offer_cost_eur"] == (1.0, 1.0)
    sources = [] if model == "model-1" else ["model model-1 -> model-2"]
    assert list(found.sources) == sources
    assert found.customers["because"].to_list() == [
        sources[0] if sources else "the offers of other customers"
    ]
