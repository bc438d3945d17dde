"""The manifest of a snapshot, in a folder and in S3."""

import json

import polars as pl
import pytest

from spanishgas_assets.errors import StoreError
from spanishgas_assets.publication.manifest import LATEST, manifest, publish
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.storage.parquet_io_manager import table_key, write_table
from spanishgas_assets.storage.store import Store, open_store

TABLES = [SCORED_CUSTOMERS, RECOMMENDATIONS]
FIRST, SECOND = "2025-01-06", "2025-01-13"


@pytest.fixture
def store(store_url: str) -> Store:
    return open_store(store_url)


def latest(store: Store) -> str:
    return json.loads(store.read(LATEST))["snapshot"]


def test_the_manifest_says_where_each_table_is_and_how_long(store: Store) -> None:
    keys = [table_key(table.layer, table.name, FIRST) for table in TABLES]
    for key, rows in zip(keys, (2, 3), strict=True):
        write_table(store, key, pl.DataFrame({"customer_id": [f"C{n}" for n in range(rows)]}))
    content = manifest(store, FIRST, TABLES, "model-1")
    assert (content["snapshot"], content["model_version"]) == (FIRST, "model-1")
    assert [
        (table["url"], table["rows"]) for table in content["tables"].values()
    ] == [(store.url(keys[0]), 2), (store.url(keys[1]), 3)]  # fmt: skip


def test_a_table_that_is_not_there_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match="retention/scored_customers/2025-01-06"):
        manifest(store, FIRST, TABLES, "model-1")


def test_an_older_snapshot_made_again_does_not_become_the_latest(store: Store) -> None:
    for snapshot in (FIRST, SECOND, FIRST):
        publish(store, {"snapshot": snapshot})
    assert latest(store) == SECOND
    assert json.loads(store.read(f"publication/{FIRST}.json")) == {"snapshot": FIRST}
