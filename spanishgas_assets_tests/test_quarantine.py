"""Rows set aside: how they are kept, listed, shown, corrected and replayed."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.errors import StoreError
from spanishgas_assets.raw.bucket import RawBucket
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.tables.quarantine import SCHEMA, is_intact, keep, kept, set_aside
from spanishgas_assets_tests.raw.drops import csv_text, file_named, readings, write

ROWS = pl.DataFrame(
    {
        "file": ["churn_label.csv"] * 2,
        "row": [3, 7],
        "reason": ["churn: not 0 or 1 (x)", "churn: not 0 or 1 (y)"],
        "values": ['{"customer_id":"C00003","churn":"x"}', '{"customer_id":"C00007","churn":"y"}'],
    }
)


@pytest.fixture
def store(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Store:
    monkeypatch.setenv("SPANISHGAS_STORE", store_url)
    monkeypatch.setenv("SPANISHGAS_RAW", str(tmp_path / "raw"))
    monkeypatch.setenv("COLUMNS", "200")
    return open_store(store_url)


def test_rows_of_a_table_are_set_aside_with_their_values() -> None:
    rows = pl.DataFrame({"customer_id": ["A"], "month": [date(2024, 1, 1)]})
    aside = set_aside(rows, "unknown")
    assert aside.schema == SCHEMA
    assert aside.rows() == [(None, None, "unknown", '{"customer_id":"A","month":"2024-01-01"}')]


def test_no_rows_are_an_empty_quarantine() -> None:
    assert set_aside(pl.DataFrame({"a": []}), "x").schema == SCHEMA


def test_quarantine_holds_what_the_last_run_set_aside(store: Store) -> None:
    keep(store, "bronze", "customer", "2025-01-06", ROWS)
    assert kept(store).select("table", "partition", *SCHEMA).row(0) == (
        "bronze_customer", "2025-01-06", *ROWS.row(0)
    )  # fmt: skip
    keep(store, "bronze", "customer", "2025-01-06", ROWS.clear())
    assert kept(store).is_empty()


def test_table_that_never_set_a_row_aside_has_no_file(store: Store) -> None:
    keep(store, "bronze", "customer", "2025-01-06", ROWS.clear())
    assert store.keys("quarantine/") == []


def test_list_counts_by_table_partition_file_and_reason(store: Store, capsys) -> None:
    keep(store, "bronze", "customer", "2025-01-06", ROWS)
    assert main(["quarantine", "list"]) == 0
    said = capsys.readouterr().out
    assert "bronze/customer   2025-01-06      2   churn_label.csv   churn: not 0 or 1" in said
    assert "2 rows in quarantine" in said


def test_show_prints_row_reason_and_values(store: Store, capsys) -> None:
    keep(store, "bronze", "customer", "2025-01-06", ROWS)
    assert main(["quarantine", "show", "bronze/customer", "--rows", "1"]) == 0
    said = capsys.readouterr().out
    assert "2025-01-06  churn_label.csv row 3: churn: not 0 or 1 (x)" in said
    assert '{"customer_id":"C00003","churn":"x"}' in said
    assert "... and 1 more" in said


def test_show_of_nothing_says_so(store: Store, capsys) -> None:
    keep(store, "bronze", "customer", "2025-01-06", ROWS)
    arguments = ["quarantine", "show", "bronze/customer", "--partition", "2025-01-13"]
    assert main(arguments) == 1
    assert (
        "no row of bronze/customer, partition 2025-01-13, is in quarantine"
        in capsys.readouterr().err
    )


def test_shown_rows_are_corrected_and_replayed(store: Store, tmp_path: Path, capsys) -> None:
    keep(store, "bronze", "customer", "2025-01-06", ROWS)
    write(tmp_path / "raw", "churn_label", csv_text("churn_label"))
    sheet = tmp_path / "sheet.csv"
    assert main(["quarantine", "show", "bronze/customer", "--csv", str(sheet)]) == 0
    sheet.write_text(sheet.read_text().replace(",x", ",1").replace(",y", ",0"))
    assert main(["quarantine", "replay", "churn_label.csv", str(sheet)]) == 0
    assert "2 corrected rows; the next `spanishgas run` reads them" in capsys.readouterr().out
    placed = tmp_path / "raw/churn_label.corrected.csv"
    assert placed.read_text() == "row,customer_id,churn\n3,C00003,1\n7,C00007,0\n"
    sheet.write_text("row,customer_id,churn\n7,C00007,1\n")
    assert main(["quarantine", "replay", "churn_label.csv", str(sheet)]) == 0
    assert placed.read_text() == "row,customer_id,churn\n3,C00003,1\n7,C00007,1\n"


def test_replay_of_an_unknown_file_says_so(store: Store, tmp_path: Path, capsys) -> None:
    (tmp_path / "sheet.csv").write_text("row,customer_id,churn\n1,C00001,0\n")
    assert main(["quarantine", "replay", "labels.csv", str(tmp_path / "sheet.csv")]) == 1
    assert "labels.csv: no such raw file in" in capsys.readouterr().err


def test_replay_of_a_monthly_part_lies_beside_it(store: Store, tmp_path: Path) -> None:
    for number in (1, 2):
        part = tmp_path / f"raw/consumption_hourly/month=2024-{number:02d}"
        part.mkdir(parents=True)
        readings(days=1).write_parquet(part / "part.parquet")
    sheet = tmp_path / "sheet.csv"
    sheet.write_text(
        "row,customer_id,timestamp,consumption_elec_kwh,consumption_gas_m3\n"
        "5,C00001,2024-02-01 04:00:00,1.25,0.5\n"
    )
    assert main(["quarantine", "replay", "month=2024-02/part.parquet", str(sheet)]) == 0
    assert (part / "part.corrected.csv").is_file()
    assert len(list((tmp_path / "raw").rglob("*.corrected.csv"))) == 1


def test_replay_into_s3_lies_beside_the_object_of_the_newest_drop(
    s3_store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.setenv("SPANISHGAS_RAW", s3_store_url)
    monkeypatch.setenv("SPANISHGAS_RAW_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("COLUMNS", "200")
    bucket, file = RawBucket(s3_store_url), file_named("churn_label")
    for folder in ("", "2025-01-06/"):
        bucket.put(f"{folder}churn_label.csv", csv_text("churn_label").encode())
    sheet = tmp_path / "sheet.csv"
    for row, churn in ((3, 1), (7, 1), (3, 0)):
        sheet.write_text(f"row,customer_id,churn\n{row},C{row:05d},{churn}\n")
        assert main(["quarantine", "replay", "churn_label.csv", str(sheet)]) == 0
    placed = f"{s3_store_url}/2025-01-06/churn_label.corrected.csv"
    assert placed in capsys.readouterr().out
    labels = (
        read_rows(find_drop(s3_store_url, file, cache=str(tmp_path / "cache")))
        .rows["churn"]
        .to_list()
    )
    assert [row for row, churn in enumerate(labels, 1) if churn] == [7]


def test_rows_whose_pointer_is_gone_are_missed(store: Store) -> None:
    keep(store, "bronze", "price_month", "2024-03-01", ROWS)
    pointer = "quarantine/bronze_price_month/2024-03-01/current.json"
    store.delete([pointer])
    with pytest.raises(StoreError, match=f"missing: .*{pointer}. Run the snapshot again"):
        kept(store)
    assert not is_intact(store, "bronze", "price_month", "2024-03-01")
    assert is_intact(store, "bronze", "price_month", "2024-04-01")
    keep(store, "bronze", "price_month", "2024-03-01", ROWS)
    assert kept(store).height == ROWS.height
