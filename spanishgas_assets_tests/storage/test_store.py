"""A store publishes whole objects or none, in a folder and in a bucket alike."""

from collections.abc import Iterator
from pathlib import Path

import boto3
import polars as pl
import pytest
from moto.server import ThreadedMotoServer

from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage.lake import scan_tables, write_table
from spanishgas_assets.storage.store import FolderStore, Store, open_store


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    server = ThreadedMotoServer(port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(params=["folder", "s3"])
def store(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    if request.param == "folder":
        return open_store(str(tmp_path / "store"))
    monkeypatch.setenv("AWS_ENDPOINT_URL", request.getfixturevalue("s3"))
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    bucket = f"b{abs(hash(request.node.name)) % 10**8}"
    boto3.client("s3").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
    )
    return open_store(f"s3://{bucket}/prefix")


def test_what_is_written_is_read(store: Store) -> None:
    assert not store.exists("a/b.json")
    store.write("a/b.json", b"1")
    store.write("a/b.json", b"2")
    assert store.exists("a/b.json")
    assert store.read("a/b.json") == b"2"


def test_a_missing_object_is_named(store: Store) -> None:
    with pytest.raises(StoreError, match=r"nothing\.json is not in the store"):
        store.read("nothing.json")


def test_keys_are_listed_below_a_prefix(store: Store) -> None:
    for key in ("a/1", "a/c/2", "b/3"):
        store.write(key, b"x")
    assert store.keys("a/") == ["a/1", "a/c/2"]
    assert store.keys("none/") == []


def test_tables_go_in_and_come_out_lazily(store: Store) -> None:
    for key, value in (("t/1.parquet", 1), ("t/2.parquet", 2)):
        write_table(store, key, pl.DataFrame({"n": [value]}))
    assert scan_tables(store, ["t/1.parquet", "t/2.parquet"]).collect()["n"].to_list() == [1, 2]


def test_every_missing_partition_is_named(store: Store) -> None:
    write_table(store, "t/1.parquet", pl.DataFrame({"n": [1]}))
    with pytest.raises(StoreError, match=r"2 of 3 partitions.*t/2.parquet, t/3.parquet"):
        scan_tables(store, ["t/1.parquet", "t/2.parquet", "t/3.parquet"])


def test_a_write_that_fails_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    store = FolderStore(str(tmp_path))
    store.write("t/1.txt", b"old")

    def interrupted() -> None:
        with store.writing("t/1.txt") as temporary:
            Path(temporary).write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert store.read("t/1.txt") == b"old"
    assert [path.name for path in (tmp_path / "t").iterdir()] == ["1.txt"]
