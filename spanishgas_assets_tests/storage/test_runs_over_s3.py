"""Runs of table assets over S3: the same tables as in a folder, also when S3 is ill."""

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from spanishgas_assets import step_retries
from spanishgas_assets.storage.s3 import S3Store
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import scan_tables, table_key
from spanishgas_assets_tests.bronze.platform import MONTHLY, MONTHS, SNAPSHOT, Bronze, write_raw
from spanishgas_assets_tests.raw.drops import csv_text, write
from spanishgas_assets_tests.storage.conftest import ATTEMPTS
from spanishgas_assets_tests.storage.faulty_s3 import PASSING, FaultyS3, Seen


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Raw drops, and beside them what the runs leave in a folder."""
    folder = tmp_path_factory.mktemp("platform")
    with dg.DagsterInstance.ephemeral() as instance:
        bronze = Bronze(write_raw(folder / "raw"), folder / "store", instance)
        assert bronze.run_months()
        assert bronze.run_customers()
    return folder


@pytest.fixture
def in_folder(folder: Path) -> dict[str, pl.DataFrame]:
    return stored(open_store(str(folder / "store")))


@pytest.fixture
def bronze(
    folder: Path, s3_store: S3Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Bronze]:
    """The same platform over S3, on a copy of the drops."""
    monkeypatch.setattr(step_retries, "IO_RETRY_SECONDS", 0)
    raw = shutil.copytree(folder / "raw", tmp_path / "raw")
    with dg.DagsterInstance.ephemeral() as instance:
        yield Bronze(raw, s3_store.root, instance)  # type: ignore[arg-type]


def stored(store: Store) -> dict[str, pl.DataFrame]:
    pointers = [key for key in store.keys("") if key.endswith("/current.json")]
    partitions = [key.removesuffix("/current.json") for key in pointers]
    return {key: scan_tables(store, [key]).collect() for key in partitions}


def same(mine: dict[str, pl.DataFrame], theirs: dict[str, pl.DataFrame]) -> bool:
    return mine.keys() == theirs.keys() and all(mine[key].equals(theirs[key]) for key in mine)


def test_a_range_of_months_is_one_object_a_month_as_in_a_folder(
    bronze: Bronze, s3_store: S3Store, in_folder: dict[str, pl.DataFrame]
) -> None:
    assert bronze.run_months()
    assert bronze.run_customers()
    assert same(stored(s3_store), in_folder)
    expected = {
        table_key(table.layer, table.name, month) for table in MONTHLY for month in MONTHS
    } | {table_key("bronze", "customer", SNAPSHOT)}
    assert expected <= set(stored(s3_store))


def test_a_run_lives_through_an_s3_that_fails_now_and_then(
    bronze: Bronze, s3_store: S3Store, proxy: FaultyS3, in_folder: dict[str, pl.DataFrame]
) -> None:
    """Every third request fails, each kind of fault in turn."""
    met = iter(range(10**6))
    faults = [*PASSING, *[fault for fault in PASSING if fault != "slow"] * 100]
    proxy.strike(*faults, wanted=lambda seen: next(met) % 3 == 0)
    assert bronze.run_months(), bronze.failures
    assert bronze.run_customers(), bronze.failures
    assert set(proxy.struck) == set(PASSING)
    proxy.strike()
    assert same(stored(s3_store), in_folder)


def test_a_step_that_lost_its_store_is_tried_again(
    bronze: Bronze, s3_store: S3Store, proxy: FaultyS3, in_folder: dict[str, pl.DataFrame]
) -> None:
    """More refusals in a row than one request may have: the step begins anew."""
    refusals = ATTEMPTS + 2
    proxy.strike(*["503"] * refusals, wanted=is_write_of("customer_month/2024-02-01"))
    assert bronze.run_months(), bronze.failures
    assert bronze.run_customers()
    assert len(proxy.struck) == refusals
    assert same(stored(s3_store), in_folder)


def test_a_run_that_s3_refuses_fails_in_words_and_the_next_makes_good(
    bronze: Bronze, s3_store: S3Store, proxy: FaultyS3
) -> None:
    assert bronze.run_customers()
    before = stored(s3_store)
    changed = csv_text("customer_attributes").replace(",4.6,", ",5.5,")
    assert changed != csv_text("customer_attributes")
    write(bronze.raw, "customer_attributes", changed)
    key = table_key("bronze", "customer", SNAPSHOT)
    proxy.strike(*["503"] * 1000, wanted=is_write_of(key))
    assert not bronze.run_customers()
    (said,) = bronze.failures
    assert re.search(rf"{key}/\w+\.parquet: S3 keeps answering SlowDown", said)
    proxy.strike()
    assert same(stored(s3_store), before)
    assert bronze.run_customers()
    now = stored(s3_store)
    assert [key for key in now if not now[key].equals(before[key])] == [key]


def is_write_of(part: str) -> Callable[[Seen], bool]:
    return lambda seen: seen.method == "PUT" and part in seen.path
