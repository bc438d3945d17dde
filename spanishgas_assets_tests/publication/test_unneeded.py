"""Pruning removes what nobody follows, and nothing else."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.publication.unneeded import Unneeded, remove, unneeded
from spanishgas_assets.publication.verify import verify
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.storage.file_versions import write_files
from spanishgas_assets.storage.publication_log import manifest_key
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import write_table
from spanishgas_assets_tests.stored import NOON, publish_tables

SNAPSHOT = "2025-01-06"
LATER = (datetime.fromisoformat(NOON) + timedelta(days=100)).timestamp()


@pytest.fixture
def store(store_url: str) -> Store:
    return open_store(store_url)


def publish_values(store: Store, *values: int) -> None:
    for value in values:
        rows = pl.DataFrame({"customer_id": ["C0"], "value": [value]})
        publish_tables(store, SNAPSHOT, (RECOMMENDATIONS, rows))


def choose(store: Store, *, keep_count: int = 1, keep_days: float = 90, now: float = LATER):
    return unneeded(store, now=now, keep_days=keep_days, keep_count=keep_count)


@pytest.mark.parametrize(
    ("keep_count", "keep_days", "gone"),
    [(1, 90, [1, 2]), (2, 90, [1]), (3, 90, []), (1, 101, [])],
)
def test_publications_go_by_age_and_count(
    store: Store, keep_count: int, keep_days: float, gone: list[int]
) -> None:
    publish_values(store, 1, 2, 3)
    chosen = choose(store, keep_count=keep_count, keep_days=keep_days)
    assert chosen.manifests == gone
    assert len(chosen.keys) == 2 * len(gone)


def test_what_is_kept_is_whole_after_a_prune(store: Store) -> None:
    publish_values(store, 1, 2, 1, 3)
    write_table(store, f"{RECOMMENDATIONS.title}/{SNAPSHOT}", pl.DataFrame({"n": [7]}))
    write_files(store, f"retention/call_list/{SNAPSHOT}", {"csv": b"old"})
    write_files(store, f"retention/call_list/{SNAPSHOT}", {"csv": b"new"})
    remove(store, choose(store, keep_count=2))
    for number in (3, 4):
        assert verify(open_publication(store.root, number=number)).faults[:-1] == []
    keys = store.keys("")
    assert manifest_key(1) not in keys
    assert len([key for key in keys if key.endswith(".parquet")]) == 3
    assert [store.read(key) for key in keys if key.endswith(".csv")] == [b"new"]
    assert choose(store, keep_count=2) == Unneeded([], [], [])


def test_a_table_that_was_never_published_stays_while_it_is_current(store: Store) -> None:
    version = write_table(store, f"gold/gold_master/{SNAPSHOT}", pl.DataFrame({"n": [1]}))
    assert version.key not in choose(store).keys
    write_table(store, f"gold/gold_master/{SNAPSHOT}", pl.DataFrame({"n": [2]}))
    assert choose(store).keys == [version.key]


def test_what_a_killed_process_began_to_write_goes(tmp_path) -> None:
    store = open_store(str(tmp_path))
    publish_values(store, 1)
    left = tmp_path / ".incoming/1.tmp"
    left.write_bytes(b"half")
    assert choose(store, now=left.stat().st_mtime + 1).abandoned == []
    chosen = choose(store, now=left.stat().st_mtime + 91 * 86_400)
    assert chosen.abandoned == [".incoming/1.tmp"]
    remove(store, chosen)
    assert not left.exists()


def test_a_damaged_pointer_keeps_all_it_may_have_pointed_to_and_holds_up_nothing(
    store: Store,
) -> None:
    place, other = f"gold/gold_master/{SNAPSHOT}", f"gold/lifecycle/{SNAPSHOT}"
    for number in (1, 2):
        for title in (place, other):
            write_table(store, title, pl.DataFrame({"n": [number]}))
    store.write(f"{place}/current.json", b"{")
    chosen = choose(store)
    assert [key.rpartition("/")[0] for key in chosen.keys] == [other]
