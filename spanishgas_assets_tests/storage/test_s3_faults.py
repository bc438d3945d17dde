"""S3 that is slow, answers 500 or 503, or breaks off: tried again, or refused in words."""

import re
from collections.abc import Callable, Iterable
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.storage.s3 import S3Store
from spanishgas_assets_tests.storage.conftest import ATTEMPTS
from spanishgas_assets_tests.storage.faulty_s3 import PASSING, Fault, FaultyS3, Seen

TABLE = pl.DataFrame({"n": range(1000), "text": [f"row {n}" for n in range(1000)]})


def put(store: S3Store, key: str, rows: pl.DataFrame) -> None:
    with store.writing(lambda _: key) as path:
        rows.write_parquet(path)


def scan(store: S3Store, keys: list[str]) -> pl.LazyFrame:
    return store.scan(store.versions(keys))


def scanned(store: S3Store) -> pl.DataFrame:
    return scan(store, ["t/old.parquet"]).select("n").collect()


def written(store: S3Store) -> bytes:
    store.write("a/new.json", b"new")
    return store.read("a/new.json")


def created(store: S3Store) -> tuple[bool, bytes]:
    return store.create("a/first.json", b"first"), store.read("a/first.json")


def table_written(store: S3Store) -> bytes:
    put(store, "t/new.parquet", TABLE)
    return scan(store, ["t/new.parquet"]).collect().write_json().encode()


#: Each operation, the request that does its work, and what comes of it.
OPERATIONS: dict[str, tuple[Callable[[S3Store], object], str, object]] = {
    "read": (lambda store: store.read("a/old.json"), "GET", b"old" * 1000),
    "exists": (lambda store: store.exists("a/old.json"), "HEAD", True),
    "keys": (lambda store: store.keys("a/"), "GET", ["a/old.json"]),
    "scan": (lambda store: scanned(store)["n"].sum(), "GET", sum(range(1000))),
    "write": (written, "PUT", b"new"),
    "create": (created, "PUT", (True, b"first")),
    "write_table": (table_written, "PUT", TABLE.write_json().encode()),
}


@pytest.fixture
def store(s3_store: S3Store) -> S3Store:
    s3_store.write("a/old.json", b"old" * 1000)
    put(s3_store, "t/old.parquet", TABLE)
    return s3_store


def met(operations: Iterable[str], faults: Iterable[Fault]) -> list[tuple[str, Fault]]:
    """Each operation with each fault; answers to PUT and HEAD have no body that could break off."""
    return [
        (operation, fault)
        for operation in operations
        for fault in faults
        if not (OPERATIONS[operation][1] in {"PUT", "HEAD"} and fault == "broken answer")
    ]


@pytest.mark.parametrize(("operation", "fault"), met(OPERATIONS, PASSING))
def test_what_passes_is_tried_again(
    store: S3Store, proxy: FaultyS3, operation: str, fault: Fault
) -> None:
    act, method, result = OPERATIONS[operation]
    faults = [fault] * (ATTEMPTS - 1)
    proxy.strike(*faults, wanted=lambda seen: seen.method == method)
    assert act(store) == result
    assert proxy.struck == faults


@pytest.mark.parametrize(
    ("operation", "fault"),
    met(
        ["read", "scan", "write", "write_table"],
        ["slow", "503", "broken answer", "broken request"],
    ),
)
def test_what_does_not_pass_is_refused_in_words_and_harms_nothing(
    store: S3Store, proxy: FaultyS3, operation: str, fault: Fault
) -> None:
    act, method, _ = OPERATIONS[operation]
    before = {key: store.read(key) for key in store.keys("")}
    proxy.strike(*[fault] * 100, wanted=lambda seen: seen.method == method)
    with pytest.raises(StoreUnavailableError, match=f"^{re.escape(store.root)}/.* run "):
        act(store)
    assert len(proxy.struck) <= 4 * ATTEMPTS
    proxy.strike()
    after = {key: store.read(key) for key in store.keys("")}
    if fault == "slow":  # S3 may finish what nobody waits for any more: whole, then
        assert before.items() <= after.items()
    else:
        assert after == before


def test_a_large_file_goes_up_in_parts_each_tried_again(
    store: S3Store, proxy: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = bytes(range(256)) * 4 * 6 * 1024  # 6 MiB; S3 takes parts from 5 MiB on
    monkeypatch.setattr(store._transfer, "multipart_threshold", 5 * 2**20)
    monkeypatch.setattr(store._transfer, "multipart_chunksize", 5 * 2**20)
    proxy.strike("500", "broken request", wanted=lambda seen: "partNumber" in seen.path)
    with store.writing(lambda _: "t/large.bin") as path:
        Path(path).write_bytes(data)
    assert proxy.struck == ["500", "broken request"]
    assert [seen.method for seen in proxy.seen if "uploads" in seen.path] == ["POST"]
    assert store.read("t/large.bin") == data


def test_a_large_file_that_cannot_go_up_leaves_no_parts(
    store: S3Store, proxy: FaultyS3, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store._transfer, "multipart_threshold", 5 * 2**20)
    monkeypatch.setattr(store._transfer, "multipart_chunksize", 5 * 2**20)
    proxy.strike(*["500"] * 9, wanted=lambda seen: "partNumber=2" in seen.path)

    def upload() -> None:
        with store.writing(lambda _: "t/large.bin") as path:
            Path(path).write_bytes(bytes(6 * 2**20))

    with pytest.raises(StoreUnavailableError, match=r"t/large\.bin: S3 keeps answering"):
        upload()
    proxy.strike()
    assert "Uploads" not in store.client.list_multipart_uploads(Bucket=store.bucket)
    assert not store.exists("t/large.bin")


def test_a_winner_whose_answer_was_lost_is_not_told_that_it_lost(
    store: S3Store, proxy: FaultyS3
) -> None:
    proxy.strike("lost answer", wanted=lambda seen: seen.method == "PUT")
    assert store.create("log/1.json", b"same")
    assert not store.create("log/1.json", b"same")


def test_an_object_replaced_while_it_is_read_is_refused(store: S3Store, proxy: FaultyS3) -> None:
    other = S3Store(store.root)

    def replace(seen: Seen) -> None:
        """Let another run write the table between the footer and the columns."""
        if seen.headers.get("range", "").startswith("bytes=4"):
            proxy.before = lambda seen: None
            put(other, "t/old.parquet", TABLE.with_columns(pl.col("n") + 1))

    proxy.before = replace
    table = scan(store, ["t/old.parquet"])
    for _ in range(2):  # what was opened is gone for good: a second look must not mix either
        with pytest.raises(StoreUnavailableError, match=r"t/old\.parquet: replaced while it was"):
            table.collect()
    assert scanned(store)["n"].sum() == sum(range(1000)) + 1000


def test_an_object_that_goes_while_it_is_read_is_named(store: S3Store) -> None:
    table = scan(store, ["t/old.parquet"])
    store.client.delete_object(Bucket=store.bucket, Key=store._name("t/old.parquet"))
    with pytest.raises(StoreError, match=r"t/old\.parquet: not in the store"):
        table.collect()


def test_an_object_that_is_no_parquet_is_named(store: S3Store) -> None:
    store.write("t/old.parquet", b"no Parquet" * 100)
    with pytest.raises(StoreError, match=r"t/old\.parquet: .*make the table again"):
        scan(store, ["t/old.parquet"])


def test_partitions_of_other_columns_are_refused_in_words(store: S3Store) -> None:
    put(store, "t/2.parquet", pl.DataFrame({"m": [1]}))
    with pytest.raises(StoreError, match=r"t/old\.parquet: .*make the table again"):
        scan(store, ["t/old.parquet", "t/2.parquet"]).collect()


def everything(store: S3Store) -> list[Callable[[], object]]:
    return [
        lambda: store.read("a/old.json"),
        lambda: store.exists("a/old.json"),
        lambda: store.keys("a/"),
        lambda: store.write("a/new.json", b"x"),
        lambda: store.create("a/first.json", b"x"),
        lambda: put(store, "t/new.parquet", TABLE),
        lambda: scan(store, ["t/old.parquet"]),
    ]


def test_a_missing_bucket_is_named_by_every_operation(store: S3Store) -> None:
    for act in everything(S3Store("s3://no-such-bucket-here/prefix")):
        with pytest.raises(StoreError, match="there is no bucket 'no-such-bucket-here'"):
            act()


def test_denied_access_is_told_with_what_is_needed(store: S3Store, proxy: FaultyS3) -> None:
    needed = [*["s3:GetObject"] * 2, "s3:ListBucket", *["s3:PutObjectTagging"] * 3, "s3:GetObject"]
    for act, permission in zip(everything(store), needed, strict=True):
        proxy.strike("403")
        with pytest.raises(StoreError, match=f"^s3://.*access denied .*needs .*{permission}"):
            act()


def test_polars_denied_access_is_told_likewise(store: S3Store, proxy: FaultyS3) -> None:
    table = scan(store, ["t/old.parquet"])
    proxy.strike(*["403"] * 20)
    with pytest.raises(StoreError, match="access denied to HeadObject"):
        table.collect()


def test_missing_credentials_are_told(
    store: S3Store, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    import boto3

    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    for act in everything(S3Store(store.root)):
        with pytest.raises(StoreError, match=r"no AWS credentials .*AWS_ACCESS_KEY_ID"):
            act()


def test_an_endpoint_that_nobody_answers_at_is_told(
    store: S3Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    for act in everything(S3Store(store.root)):
        with pytest.raises(StoreUnavailableError, match=r"does not answer .*127\.0\.0\.1:9.*URL"):
            act()


@pytest.mark.parametrize(
    ("variable", "value"), [("AWS_ENDPOINT_URL", "no url"), ("AWS_PROFILE", "nobody")]
)
def test_an_environment_that_cannot_be_used_is_told(
    store: S3Store, monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    import boto3

    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    monkeypatch.setenv(variable, value)
    with pytest.raises(StoreError, match=f"^{re.escape(store.root)}: .*{value}"):
        S3Store(store.root)
