"""Only tables of one making are published together."""

import polars as pl
import pytest

from spanishgas_assets.errors import StoreError
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.publication.assembly import published_tables
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import TableVersion, write_table

SNAPSHOT = "2025-01-06"
TABLES = [GOLD_MASTER, SCORED_CUSTOMERS, RECOMMENDATIONS]


def rows(value: int) -> pl.DataFrame:
    return pl.DataFrame({"customer_id": ["C0"], "value": [value]})


@pytest.fixture
def store(store_url: str) -> Store:
    return open_store(store_url)


def make(store: Store, table: object, value: int, *sources: TableVersion) -> TableVersion:
    return write_table(
        store,
        f"{table.title}/{SNAPSHOT}",  # type: ignore[attr-defined]
        rows(value),
        inputs={one.partition: one.digest for one in sources},
    )


def test_the_current_versions_are_published(store: Store) -> None:
    gold = make(store, GOLD_MASTER, 1)
    scored = make(store, SCORED_CUSTOMERS, 2, gold)
    make(store, RECOMMENDATIONS, 3, gold, scored)
    found = published_tables(store, TABLES, SNAPSHOT)
    assert found[GOLD_MASTER.title] == {SNAPSHOT: gold}
    assert {title: parts[SNAPSHOT].rows for title, parts in found.items()} == {
        table.title: 1 for table in TABLES
    }


def test_tables_of_two_runs_are_not_published_together(store: Store) -> None:
    gold = make(store, GOLD_MASTER, 1)
    scored = make(store, SCORED_CUSTOMERS, 2, gold)
    make(store, RECOMMENDATIONS, 3, gold, scored)
    make(store, GOLD_MASTER, 9)
    with pytest.raises(StoreError) as refusal:
        published_tables(store, TABLES, SNAPSHOT)
    said = str(refusal.value)
    assert "its tables are of two runs" in said
    for table in (SCORED_CUSTOMERS, RECOMMENDATIONS):
        assert f"{table.title}/{SNAPSHOT} was made from an earlier {gold.partition}" in said


def test_a_table_made_again_with_the_same_rows_is_the_same(store: Store) -> None:
    gold = make(store, GOLD_MASTER, 1)
    make(store, SCORED_CUSTOMERS, 2, gold)
    assert make(store, GOLD_MASTER, 1) == gold
    published_tables(store, TABLES[:2], SNAPSHOT)


def test_a_missing_or_damaged_table_is_named(store: Store) -> None:
    gold = make(store, GOLD_MASTER, 1)
    with pytest.raises(StoreError, match=f"retention/scored_customers/{SNAPSHOT}"):
        published_tables(store, TABLES[:2], SNAPSHOT)
    store.write(gold.key, b"PAR1 of another file")
    with pytest.raises(StoreError, match=rf"damaged or missing: .*{gold.key}.*spanishgas run"):
        published_tables(store, TABLES[:1], SNAPSHOT)


def test_a_table_of_an_earlier_release_moves_over_and_stays_where_it_was(store: Store) -> None:
    former = f"{GOLD_MASTER.title}/{SNAPSHOT}.parquet"
    with store.writing(lambda _: former) as path:
        rows(1).write_parquet(path)
    data = store.read(former)
    version = published_tables(store, TABLES[:1], SNAPSHOT)[GOLD_MASTER.title][SNAPSHOT]
    assert version.rows == 1
    assert version.digest
    assert store.read(former) == data
