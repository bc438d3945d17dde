"""Raw drops in S3 are read as those in a folder are, and an object never in halves."""

import shutil
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import boto3
import dagster as dg
import polars as pl
import pytest

from spanishgas_assets.errors import MissingRawFileError, RawFileError
from spanishgas_assets.raw import mirror
from spanishgas_assets.raw.bucket import RawBucket
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY, RawFile
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets.raw.versions import month_versions
from spanishgas_assets_tests.bronze.platform import MONTHS, Bronze, write_raw
from spanishgas_assets_tests.raw.drops import csv_text, file_named, readings

CONTRACTS = file_named("customer_contracts")
CORRECTED = (
    "row,customer_id,customer_first_activation_date,contract_start_date,"
    "last_product_change_date,next_renewal_date\n3,C00003,2020-01-06,2024-06-01,,2025-09-01\n"
)


class CopiedBucket(RawBucket):
    """A raw root with a folder for the copies of its drops."""

    def __init__(self, root: str, cache: Path) -> None:
        super().__init__(root)
        self.cache = cache

    def drop(self, file: RawFile, as_of: date | None = None) -> Drop:
        return find_drop(self.root, file, as_of, cache=str(self.cache))


@pytest.fixture
def bucket(s3_store_url: str, tmp_path: Path) -> CopiedBucket:
    return CopiedBucket(s3_store_url, tmp_path / "copies")


def upload(bucket: CopiedBucket, folder: Path) -> None:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            bucket.put(path.relative_to(folder).as_posix(), path.read_bytes())


def contracts(bucket: CopiedBucket) -> pl.DataFrame:
    return read_rows(bucket.drop(CONTRACTS)).rows


def ran(raw: str | Path, store: Path, cache: Path | str = "") -> dict[str, pl.DataFrame]:
    """Every table that a run of bronze leaves, by its place in the store."""
    with dg.DagsterInstance.ephemeral() as instance:
        bronze = Bronze(raw, store, instance, raw_cache=str(cache))
        assert bronze.run_months(), bronze.failures
        assert bronze.run_customers(), bronze.failures
    found = store.rglob("*.parquet")
    return {str(path.relative_to(store)): pl.read_parquet(path) for path in sorted(found)}


def by_month(folder: Path) -> None:
    """Lay the year's readings out as a folder of months."""
    year = pl.read_parquet(folder / "consumption_hourly_2024.parquet")
    (folder / "consumption_hourly_2024.parquet").unlink()
    for month in MONTHS:
        part = folder / f"consumption_hourly/month={month[:7]}"
        part.mkdir(parents=True)
        rows = year.filter(pl.col("timestamp").dt.to_string("%Y-%m") == month[:7])
        rows.write_parquet(part / "part.parquet")


@pytest.mark.parametrize("layout", [lambda _: None, by_month], ids=["year", "months"])
def test_a_run_over_s3_leaves_what_a_run_over_a_folder_leaves(
    bucket: CopiedBucket, tmp_path: Path, layout: Callable[[Path], None]
) -> None:
    raw = write_raw(tmp_path / "raw")
    layout(raw)
    (raw / "customer_contracts.corrected.csv").write_text(CORRECTED)
    upload(bucket, raw)
    mine = ran(bucket.root, tmp_path / "of_s3", bucket.cache)
    theirs = ran(raw, tmp_path / "of_folder")
    assert list(mine) == list(theirs)
    assert all(mine[name].equals(theirs[name]) for name in mine)


def test_the_settings_of_a_run_name_the_folder_of_its_copies(
    bucket: CopiedBucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANISHGAS_RAW_CACHE", str(tmp_path / "of_the_environment"))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    upload(bucket, write_raw(tmp_path / "raw"))
    ran(bucket.root, tmp_path / "store", bucket.cache)
    assert {path.name for path in bucket.cache.rglob("*.csv")} >= {
        "churn_label.csv",
        "customer_contracts.csv",
        "price_history.csv",
    }
    assert not (tmp_path / "of_the_environment").exists()
    assert not list(temporary.glob("spanishgas-raw-*"))


def test_corrected_rows_come_with_their_file_and_change_its_version(bucket: CopiedBucket) -> None:
    bucket.put("customer_contracts.csv", csv_text("customer_contracts").encode())
    before = bucket.drop(CONTRACTS).version()
    bucket.put("customer_contracts.corrected.csv", CORRECTED.encode())
    drop = bucket.drop(CONTRACTS)
    assert drop.version() != before
    rows = read_rows(drop).rows.filter(pl.col("customer_id") == "C00003")
    assert rows["next_renewal_date"].to_list() == [date(2025, 9, 1)]


def test_the_newest_dated_drop_up_to_a_date_wins_over_a_flat_one(bucket: CopiedBucket) -> None:
    for folder in ("", "2025-01-06/", "2025-01-13/"):
        bucket.put(f"{folder}customer_contracts.csv", b"x")
    urls = [
        bucket.drop(CONTRACTS, day).url.removeprefix(bucket.root)
        for day in (date(2025, 1, 5), date(2025, 1, 12), None)
    ]
    assert urls == [
        "/customer_contracts.csv",
        "/2025-01-06/customer_contracts.csv",
        "/2025-01-13/customer_contracts.csv",
    ]


def test_a_file_that_no_drop_holds_is_named_with_what_to_do(bucket: CopiedBucket) -> None:
    with pytest.raises(MissingRawFileError, match=r"contracts.csv: not found in s3://.*Put the f"):
        bucket.drop(CONTRACTS)


def test_only_the_months_asked_for_are_downloaded(bucket: CopiedBucket, tmp_path: Path) -> None:
    for month in (1, 2, 3):
        path = tmp_path / "part.parquet"
        readings(start=date(2024, month, 1)).write_parquet(path)
        bucket.put(f"consumption_hourly/month=2024-{month:02d}/part.parquet", path.read_bytes())
    drop = bucket.drop(CONSUMPTION_HOURLY)
    before = month_versions(drop, MONTHS)
    drop.fetched(["2024-02"])
    assert [path.parent.name for path in (tmp_path / "copies").rglob("*.parquet")] == [
        "month=2024-02"
    ]
    bucket.put("consumption_hourly/month=2024-03/part.parquet", b"other")
    after = month_versions(bucket.drop(CONSUMPTION_HOURLY), MONTHS)
    assert [month for month in MONTHS if after[month] != before[month]] == ["2024-03-01"]


def test_a_file_deeper_in_a_month_s_folder_is_none_of_its_readings(bucket: CopiedBucket) -> None:
    bucket.put("consumption_hourly/month=2024-01/part.parquet", b"x")
    bucket.put("consumption_hourly/old/month=2024-01/part.parquet", b"y")
    drop = bucket.drop(CONSUMPTION_HOURLY)
    assert {month: len(parts) for month, parts in drop.parts.items()} == {"2024-01": 1}


def test_content_that_stays_is_downloaded_once(
    bucket: CopiedBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("customer_contracts.csv", csv_text("customer_contracts").encode())
    first = contracts(bucket)
    monkeypatch.setattr(RawBucket, "download", lambda *_: pytest.fail("was downloaded again"))
    assert contracts(bucket).equals(first)


def test_of_each_object_the_last_two_versions_stay(bucket: CopiedBucket, tmp_path: Path) -> None:
    for renewal in ("2025-06-01", "2025-07-01", "2025-08-01"):
        text = csv_text("customer_contracts").replace("2025-06-01", renewal)
        bucket.put("customer_contracts.csv", text.encode())
        assert contracts(bucket)["next_renewal_date"].unique().to_list() == [
            date.fromisoformat(renewal)
        ]
    copies = [path.read_text() for path in (tmp_path / "copies").rglob("*.csv")]
    assert sorted(text.count("2025-06-01") for text in copies) == [0, 0]


def test_an_object_replaced_while_it_is_read_is_had_whole_and_new(
    bucket: CopiedBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("customer_contracts.csv", csv_text("customer_contracts").encode())
    drop = bucket.drop(CONTRACTS)
    text = csv_text("customer_contracts").replace("2025-06-01", "2025-09-01")
    bucket.put("customer_contracts.csv", text.encode())
    rows = read_rows(drop).rows
    assert rows["next_renewal_date"].unique().to_list() == [date(2025, 9, 1)]


def test_an_upload_that_never_rests_is_told_after_five_tries(
    bucket: CopiedBucket, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.put("customer_contracts.csv", csv_text("customer_contracts").encode())
    drop = bucket.drop(CONTRACTS)
    download, tries = RawBucket.download, []

    def replaced_first(self, wanted, target):
        tries.append(wanted.version)
        bucket.put("customer_contracts.csv", f"version {len(tries)}".encode())
        download(self, wanted, target)

    monkeypatch.setattr(RawBucket, "download", replaced_first)
    with pytest.raises(RawFileError, match=r"was replaced 5 times while it was read. Let the upl"):
        drop.fetched()
    assert len(set(tries)) == mirror.LISTINGS == 5


def test_an_object_removed_while_it_is_read_is_told(bucket: CopiedBucket) -> None:
    bucket.put("customer_contracts.csv", csv_text("customer_contracts").encode())
    drop = bucket.drop(CONTRACTS)
    boto3.client("s3").delete_object(Bucket=bucket.bucket, Key="prefix/customer_contracts.csv")
    with pytest.raises(RawFileError, match=r"was removed while it was read. Deliver it again"):
        drop.fetched()


def test_an_error_names_the_object_and_not_its_copy(bucket: CopiedBucket) -> None:
    bucket.put("customer_contracts.csv", b"customer_id;other\nC1;2\n")
    with pytest.raises(RawFileError) as refused:
        contracts(bucket)
    assert f"{bucket.root}/customer_contracts.csv" in str(refused.value)
    assert "copies" not in str(refused.value)


def test_a_month_that_is_missing_is_told_with_the_folder(bucket: CopiedBucket) -> None:
    bucket.put("consumption_hourly/month=2024-01/part.parquet", b"x")
    place = f"{bucket.root}/consumption_hourly"
    with pytest.raises(RawFileError) as refused:
        scan_readings(bucket.drop(CONSUMPTION_HOURLY), ["2024-03-01"])
    assert str(refused.value).startswith(f"consumption_hourly: no file for 2024-03 under {place}")


def test_a_copy_that_was_cleared_away_is_brought_again(
    bucket: CopiedBucket, tmp_path: Path
) -> None:
    bucket.put("customer_contracts.csv", csv_text("customer_contracts").encode())
    first = contracts(bucket)
    shutil.rmtree(tmp_path / "copies")
    assert contracts(bucket).equals(first)


def test_the_file_of_any_year_is_found_in_a_bucket(bucket: CopiedBucket) -> None:
    bucket.put("2026-02-02/consumption_hourly_2026.csv", b"x")
    found = bucket.drop(CONSUMPTION_HOURLY)
    assert found.url == bucket.url("2026-02-02/consumption_hourly_2026.csv")
    bucket.put("2026-02-02/consumption_hourly_2025.csv", b"x")
    with pytest.raises(RawFileError, match=f"lie side by side in {bucket.url('2026-02-02')}"):
        bucket.drop(CONSUMPTION_HOURLY)
