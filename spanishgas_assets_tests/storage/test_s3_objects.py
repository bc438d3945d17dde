"""How S3 keeps what the store writes, and how little of it a reader fetches."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Encryption, StoreSettings
from spanishgas_assets.storage.s3 import S3Store
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.storage.faulty_s3 import FaultyS3

PARTITION = "gold/gold_master/2025-01-06"
KEY = f"{PARTITION}/0.parquet"
KMS_KEY = "arn:aws:kms:eu-west-1:123456789012:key/11111111-2222-3333-4444-555555555555"


def in_one(store: S3Store) -> None:
    with store.writing(lambda _: KEY) as path:
        Path(path).write_bytes(b"x")


def in_parts(store: S3Store) -> None:
    store._transfer.multipart_threshold = store._transfer.multipart_chunksize = 5 * 2**20
    with store.writing(lambda _: KEY) as path:
        Path(path).write_bytes(bytes(6 * 2**20))


#: Every way in which an object gets into the store.
WRITING: dict[str, Callable[[S3Store], object]] = {
    "write": lambda store: store.write(KEY, b"x"),
    "create": lambda store: store.create(KEY, b"x"),
    "swap": lambda store: store.swap(KEY, b"x", None),
    "writing": in_one,
    "writing in parts": in_parts,
}


def head(store: S3Store) -> dict[str, Any]:
    return dict(store.client.head_object(Bucket=store.bucket, Key=store._name(KEY)))


def tags(store: S3Store, key: str = KEY) -> dict[str, str]:
    answer = store.client.get_object_tagging(Bucket=store.bucket, Key=store._name(key))
    return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}


@pytest.mark.parametrize("way", WRITING)
@pytest.mark.parametrize(
    ("settings", "encrypted", "kms_key"),
    [
        (StoreSettings(), None, None),
        (StoreSettings(encryption=Encryption.S3), "AES256", None),
        (StoreSettings(encryption=Encryption.KMS, kms_key=KMS_KEY), "aws:kms", KMS_KEY),
    ],
)
def test_every_write_is_encrypted_as_set(
    s3_store_url: str, settings: StoreSettings, encrypted: str, kms_key: str, way: str
) -> None:
    store = S3Store(s3_store_url, settings)
    sent: list[dict[str, Any]] = []
    store.client.meta.events.register(
        "before-call.s3", lambda params, model, **_: sent.append({model.name: params["headers"]})
    )
    WRITING[way](store)
    asked = {
        name: (
            headers.get("x-amz-server-side-encryption"),
            headers.get("x-amz-server-side-encryption-aws-kms-key-id"),
        )
        for call in sent
        for name, headers in call.items()
        if name in {"PutObject", "CreateMultipartUpload"}
    }
    opened = "CreateMultipartUpload" if way == "writing in parts" else "PutObject"
    assert asked == {opened: (encrypted, kms_key)}
    kept = head(store)
    if encrypted:
        assert kept["ServerSideEncryption"] == encrypted
    assert kept.get("SSEKMSKeyId") == kms_key


@pytest.mark.parametrize("way", WRITING)
def test_every_object_says_what_it_belongs_to(s3_store_url: str, way: str) -> None:
    store = S3Store(s3_store_url, StoreSettings(tags={"environment": "staging + test"}))
    WRITING[way](store)
    assert tags(store) == {
        "project": "spanishgas",
        "layer": "gold",
        "table": "gold_master",
        "environment": "staging + test",
    }


def test_an_object_of_no_table_has_its_layer_alone(s3_store_url: str) -> None:
    store = S3Store(s3_store_url)
    store.write("publication/latest.json", b"{}")
    assert tags(store, "publication/latest.json") == {
        "project": "spanishgas",
        "layer": "publication",
    }


def test_the_environment_decides_how_a_store_is_kept(
    s3_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANISHGAS_STORE_ENCRYPTION", "AES256")
    monkeypatch.setenv("SPANISHGAS_STORE_TAGS", "environment=prod, cost_centre=churn")
    store = open_store(s3_store_url)
    assert isinstance(store, S3Store)
    store.write(KEY, b"x")
    assert head(store)["ServerSideEncryption"] == "AES256"
    assert tags(store).items() >= {"environment": "prod", "cost_centre": "churn"}.items()


def test_settings_of_a_store_are_read_and_typed() -> None:
    read = StoreSettings.from_environment(
        {
            "SPANISHGAS_STORE_ENCRYPTION": "aws:kms",
            "SPANISHGAS_STORE_KMS_KEY": KMS_KEY,
            "SPANISHGAS_STORE_ATTEMPTS": "7",
            "SPANISHGAS_STORE_TIMEOUT_S": "2.5",
        }
    )
    assert read == StoreSettings(
        encryption=Encryption.KMS, kms_key=KMS_KEY, tags={}, attempts=7, timeout_s=2.5
    )
    assert StoreSettings.from_environment({}) == StoreSettings()


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("SPANISHGAS_STORE_ENCRYPTION", "yes"),
        ("SPANISHGAS_STORE_TAGS", "prod"),
        ("SPANISHGAS_STORE_KMS_KEY", KMS_KEY),
        ("SPANISHGAS_STORE_ATTEMPTS", "0"),
        ("SPANISHGAS_STORE_TIMEOUT_S", "0"),
    ],
)
def test_settings_that_cannot_be_used_are_named(variable: str, text: str) -> None:
    with pytest.raises(SettingsError, match=variable):
        StoreSettings.from_environment({variable: text})


def test_a_reader_fetches_the_columns_and_rows_that_it_asks_for(
    s3_store_url: str, proxy: FaultyS3
) -> None:
    """Of 20 columns in five row groups: one column of one group, and the footer."""
    store = S3Store(s3_store_url)
    wide = pl.DataFrame({f"c{n}": pl.int_range(100_000, eager=True).hash(n) for n in range(20)})
    wide = wide.with_columns(row=pl.int_range(pl.len()))
    with store.writing(lambda _: KEY) as path:
        wide.write_parquet(path, row_group_size=20_000)
    size = head(store)["ContentLength"]
    table = store.scan(store.versions([KEY]))

    def fetched(query: pl.LazyFrame) -> int:
        proxy.strike()
        query.collect()
        return sum(seen.body_bytes for seen in proxy.seen if "range" in seen.headers)

    assert size > 15_000_000
    assert fetched(table.select("c7")) < size / 10
    assert fetched(table.filter(pl.col("row") >= 80_000)) < size / 4
    assert all(
        "range" in seen.headers
        for seen in proxy.seen
        if seen.method == "GET" and KEY in seen.path.split("?")[0]
    )
