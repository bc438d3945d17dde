"""The snapshot before is one Monday for every comparison of a run."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

import spanishgas_assets
from spanishgas_assets.bronze.tables import INTERACTIONS
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring.references import previous_reference
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import table_key, write_table
from spanishgas_assets.tables.snapshot_before import snapshot_before, table_before
from spanishgas_assets_tests.stored import publish_tables

TABLES = (INTERACTIONS, GOLD_MASTER, SCORED_CUSTOMERS)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return open_store(str(tmp_path))


def put(store: Store, snapshot: str, *, published: bool) -> None:
    for table in TABLES:
        rows = table.empty().clear(1).with_columns(customer_id=pl.lit(snapshot))
        write_table(store, table_key(table.layer, table.name, snapshot), rows)
    if published:
        publish_tables(store, snapshot, *TABLES)


def test_after_a_skipped_monday_every_comparison_is_with_the_same_week(store: Store) -> None:
    put(store, "2025-01-06", published=True)
    put(store, "2025-01-13", published=False)
    assert snapshot_before(store, "2025-01-20") == "2025-01-06"
    for table in TABLES:
        before = table_before(store, table, "2025-01-20")
        assert before is not None
        assert before["customer_id"].to_list() == ["2025-01-06"], table.title
    reference = previous_reference(store, date(2025, 1, 20))
    assert reference
    assert reference.as_of == date(2025, 1, 6)


def test_neither_the_same_nor_a_later_snapshot_nor_the_latest_counts(store: Store) -> None:
    for snapshot in ("2025-01-20", "2025-01-27"):
        publish_tables(store, snapshot)
    assert snapshot_before(store, "2025-01-20") is None


@pytest.mark.parametrize(
    ("snapshot", "before"), [("2025-02-10", "2025-01-06"), ("2025-02-17", None)]
)
def test_a_snapshot_of_more_than_five_weeks_ago_is_another_season(
    store: Store, snapshot: str, before: str | None
) -> None:
    put(store, "2025-01-06", published=True)
    assert snapshot_before(store, snapshot) == before


def test_a_table_that_the_snapshot_before_has_no_more_is_not_compared(store: Store) -> None:
    publish_tables(store, "2025-01-06")
    assert table_before(store, GOLD_MASTER, "2025-01-13") is None
    assert previous_reference(store, date(2025, 1, 13)) is None


def test_no_layer_looks_for_an_earlier_snapshot_itself() -> None:
    package = Path(spanishgas_assets.__file__).parent
    layers = ("bronze", "silver", "gold", "churn", "retention", "monitoring", "tables")
    searching = [
        path.relative_to(package).as_posix()
        for layer in layers
        for path in (package / layer).rglob("*.py")
        if "SNAPSHOTS.get_partition_keys" in path.read_text(encoding="utf-8")
    ]
    assert searching == []
