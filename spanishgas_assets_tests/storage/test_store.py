"""A store publishes whole objects or none, in a folder and in a bucket alike."""

import errno
import os
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.churn.model import model_store
from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.storage import file_versions, publication_log, table_versions
from spanishgas_assets.storage.folder import FolderStore
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import scan_tables, write_table


@pytest.fixture
def store(store_url: str) -> Store:
    return open_store(store_url)


def test_what_is_written_is_read(store: Store) -> None:
    assert not store.exists("a/b.json")
    store.write("a/b.json", b"1")
    store.write("a/b.json", b"2")
    assert store.exists("a/b.json")
    assert store.read("a/b.json") == b"2"


def test_a_key_that_begins_another_does_not_exist(store: Store) -> None:
    store.write("a/b.json", b"1")
    assert not store.exists("a/b")
    assert list(store.versions(["a/b", "a/b.json", "a/c.json"])) == ["a/b.json"]


def test_another_content_is_another_version(store: Store) -> None:
    store.write("a/b.json", b"1")
    first = store.versions(["a/b.json"])
    assert store.versions(["a/b.json"]) == first
    store.write("a/b.json", b"2")
    assert store.versions(["a/b.json"])["a/b.json"] != first["a/b.json"]


def test_a_missing_object_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match=r"nothing\.json is not in the store"):
        store.read("nothing.json")


def test_keys_are_listed_below_a_prefix(store: Store) -> None:
    for key in ("a/1", "a/c/2", "b/3"):
        store.write(key, b"x")
    assert store.keys("a/") == ["a/1", "a/c/2"]
    assert store.keys("none/") == []


def test_of_two_that_create_an_object_the_first_wins(store: Store) -> None:
    assert store.create("log/1.json", b"first")
    assert not store.create("log/1.json", b"second")
    assert store.read("log/1.json") == b"first"


def test_a_file_is_published_when_its_block_ends(store: Store) -> None:
    with store.writing(lambda _: "t/1.txt") as path:
        Path(path).write_bytes(b"whole")
        assert store.keys("t/") == []
    assert store.read("t/1.txt") == b"whole"


def test_a_write_that_fails_leaves_the_old_object_and_no_other(store: Store) -> None:
    store.write("t/1.txt", b"old")
    used: list[str] = []

    def interrupted() -> None:
        with store.writing(lambda _: "t/1.txt") as path:
            used.append(path)
            Path(path).write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.read("t/1.txt") == b"old"
    assert store.keys("") == ["t/1.txt"]
    assert not Path(used[0]).exists()


def test_tables_go_in_and_come_out_lazily(store: Store) -> None:
    for key, value in (("t/n/1", 1), ("t/n/2", 2)):
        version = write_table(store, key, pl.DataFrame({"n": [value], "m": ["x"]}))
        assert version.size_bytes == len(store.read(version.key))
    table = scan_tables(store, ["t/n/1", "t/n/2"])
    assert table.collect_schema() == {"n": pl.Int64, "m": pl.String}
    assert table.collect().rows() == [(1, "x"), (2, "x")]
    assert table.filter(pl.col("n") > 1).select("m").collect().rows() == [("x",)]
    assert table.select(pl.len()).collect().item() == 2
    assert table.head(1).collect().height == 1


def test_a_table_joins_with_itself(store: Store) -> None:
    write_table(store, "t/n/1", pl.DataFrame({"n": [1, 2, 2]}))
    table = scan_tables(store, ["t/n/1"])
    joined = table.join(table.group_by("n").len(), on="n", maintain_order="left")
    for engine in ("in-memory", "streaming"):
        assert joined.collect(engine=engine).rows() == [(1, 1), (2, 2), (2, 2)]


def test_a_table_without_rows_keeps_its_columns(store: Store) -> None:
    write_table(store, "t/n/1", pl.DataFrame(schema={"n": pl.Int64}))
    assert scan_tables(store, ["t/n/1"]).collect().schema == {"n": pl.Int64}


def test_every_missing_partition_is_named(store: Store) -> None:
    write_table(store, "t/n/1", pl.DataFrame({"n": [1]}))
    with pytest.raises(StoreError, match=r"2 of 3 partitions.*t/n/2, t/n/3"):
        scan_tables(store, ["t/n/1", "t/n/2", "t/n/3"])


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        (errno.ENOSPC, StoreError, r"/a/b\.json: No space left on device\. Free space on its disk"),
        (errno.EACCES, StoreError, r"/a/b\.json: Permission denied\. Give the user"),
        (errno.ESTALE, StoreUnavailableError, r"/a/b\.json: Stale file handle\. Check the disk"),
    ],
)
def test_what_the_operating_system_refuses_is_told_in_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, kind: type, said: str
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(StoreError, match=said) as refused:
        FolderStore(str(tmp_path)).write("a/b.json", b"x")
    assert type(refused.value) is kind


def test_a_listing_that_the_disk_refuses_is_no_empty_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FolderStore(str(tmp_path))
    store.write("a/b.json", b"x")

    def refuse(_: object) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(StoreError, match="Input/output error"):
        store.keys("a/")


def test_a_store_that_does_not_answer_is_not_taken_for_a_damaged_one(tmp_path: Path) -> None:
    class Silent(FolderStore):
        def read_version(self, key: str) -> tuple[bytes, str] | None:
            raise StoreUnavailableError(key)

    store = Silent(str(tmp_path))
    for ask in (
        lambda: table_versions.is_intact(store, "a/b/c"),
        lambda: file_versions.are_intact(store, "a/b/c"),
        lambda: model_store.is_intact(store, "champion", "2025-01-06"),
        lambda: publication_log.is_published(store, "2025-01-06"),
    ):
        with pytest.raises(StoreUnavailableError):
            ask()
