"""A folder of part files under a file's name, as Spark writes it, is that file."""

import gzip
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.bronze.consumption_month import consumption_months
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.operations.arrivals.inventory import summarise
from spanishgas_assets.operations.arrivals.listing import list_raw
from spanishgas_assets.raw.bucket import RawBucket
from spanishgas_assets.raw.corrections import place_corrections
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets_tests.raw.drops import CSV_ROWS, csv_text, file_named, notes, readings

LABELS, NOTES = file_named("churn_label"), file_named("customer_interactions")
ROWS = CSV_ROWS["churn_label"]


def spread(folder: Path, name: str, *parts: str | bytes) -> Path:
    """Write part files as Spark does: with marks of success and checksums about."""
    inside = folder / name
    inside.mkdir(parents=True)
    (inside / "_SUCCESS").write_bytes(b"")
    ending = name.split(".", 1)[1]
    for number, part in enumerate(parts):
        path = inside / f"part-{number:05d}-3f1c.{ending}"
        path.write_bytes(part if isinstance(part, bytes) else part.encode())
        (inside / f".{path.name}.crc").write_bytes(b"crc")
    return folder


def labels(*parts: list[str]) -> list[str]:
    return [csv_text("churn_label", rows) for rows in parts]


def found(folder: Path) -> Drop:
    return find_drop(str(folder), LABELS)


def test_part_files_are_one_file_with_rows_numbered_through(tmp_path: Path) -> None:
    spread(tmp_path, "churn_label.csv", *labels(ROWS[:5], [], ROWS[5:11], [",0", ROWS[11]]), b"")
    reading = read_rows(found(tmp_path))
    assert reading.rows["row"].to_list() == [*range(1, 12), 13]
    assert reading.rows["file"].unique().to_list() == ["churn_label.csv"]
    assert reading.set_aside.select("file", "row").rows() == [("churn_label.csv", 12)]


def test_parts_are_read_as_each_is_written(tmp_path: Path) -> None:
    parts = [csv_text("churn_label", ROWS[:6]), csv_text("churn_label", ROWS[6:], separator=";")]
    spread(tmp_path, "churn_label.csv", *parts)
    assert read_rows(found(tmp_path)).rows.height == 12


def test_packed_parts_and_parts_of_json_are_read(tmp_path: Path) -> None:
    packed = [gzip.compress(text.encode()) for text in labels(ROWS[:5], ROWS[5:])]
    spread(tmp_path, "churn_label.csv.gz", *packed)
    assert read_rows(found(tmp_path)).rows.height == 12
    lines = [json.dumps(note) for note in notes()]
    spread(tmp_path, "customer_interactions.json", "\n".join(lines[:5]), "\n".join(lines[5:]))
    assert read_rows(find_drop(str(tmp_path), NOTES)).rows["row"].to_list() == list(range(1, 13))


def test_corrected_rows_lie_beside_the_folder(tmp_path: Path) -> None:
    spread(tmp_path, "churn_label.csv", *labels(ROWS[:5], ROWS[5:]))
    before = found(tmp_path).version()
    corrected = tmp_path / "mine.csv"
    corrected.write_text("row,customer_id,churn\n7,C00007,1\n")
    place_corrections(str(tmp_path), "churn_label.csv", corrected)
    assert (tmp_path / "churn_label.corrected.csv").is_file()
    assert found(tmp_path).version() != before
    assert read_rows(found(tmp_path)).rows.filter(churn=1)["row"].to_list() == [7]


@pytest.mark.parametrize("parts", [[], [b""]])
def test_folder_without_a_part_file_is_refused(tmp_path: Path, parts: list[bytes]) -> None:
    said = "a folder without a part file that has rows"
    spread(tmp_path, "churn_label.csv", *parts)
    with pytest.raises(RawFileError, match=rf"churn_label\.csv: {said}"):
        read_rows(found(tmp_path))
    spread(tmp_path, "consumption_hourly_2024.parquet", *parts)
    with pytest.raises(RawFileError, match=rf"consumption_hourly_2024\.parquet: {said}"):
        january(tmp_path)


def january(folder: str | Path, cache: str = "") -> pl.DataFrame:
    files = scan_readings(find_drop(str(folder), CONSUMPTION_HOURLY, cache=cache), ["2024-01-01"])
    return consumption_months(files, date(2024, 1, 1), date(2024, 2, 1), 11.0).rows


def write_readings(folder: Path, ending: str) -> None:
    every = readings(days=4)
    parts = []
    for rows in (every.head(100), every.slice(100)):
        path = folder / "part"
        if ending == "parquet":
            rows.write_parquet(path)
        else:
            rows.write_csv(path, datetime_format="%F %T")
        content = path.read_bytes()
        parts.append(gzip.compress(content) if ending == "csv.gz" else content)
        path.unlink()
    spread(folder, f"consumption_hourly_2024.{ending}", *parts)


@pytest.mark.parametrize("ending", ["parquet", "csv", "csv.gz"])
def test_readings_of_part_files_are_those_of_a_file(tmp_path: Path, ending: str) -> None:
    readings(days=4).write_parquet(tmp_path / "consumption_hourly_2024.parquet")
    (tmp_path / "spread").mkdir()
    write_readings(tmp_path / "spread", ending)
    assert january(tmp_path / "spread").equals(january(tmp_path))


def test_part_files_arrive_as_the_file(tmp_path: Path) -> None:
    spread(tmp_path, "churn_label.csv", *labels(ROWS[:5], ROWS[5:]))
    (tmp_path / "churn_label.corrected.csv").write_text("row,customer_id,churn\n1,C00001,1\n")
    arrived = summarise(
        list_raw(str(tmp_path), {}, lambda _: False, 0).objects, frozenset({"2024-01"})
    )
    assert arrived.unrecognised == {}
    assert list(arrived.drops["flat"].units) == ["churn_label"]


def test_part_files_in_s3_are_read_as_those_in_a_folder(s3_store_url: str, tmp_path: Path) -> None:
    local = tmp_path / "local"
    spread(local, "churn_label.csv", *labels(ROWS[:5], ROWS[5:]), b"")
    write_readings(local, "parquet")
    bucket = RawBucket(s3_store_url)
    for path in sorted(local.rglob("*")):
        if path.is_file():
            bucket.put(path.relative_to(local).as_posix(), path.read_bytes())
    cache = str(tmp_path / "copies")
    drop = find_drop(s3_store_url, LABELS, cache=cache)
    before = drop.version()
    assert read_rows(drop).rows.equals(read_rows(found(local)).rows)
    assert january(s3_store_url, cache).equals(january(local))
    corrected = tmp_path / "mine.csv"
    corrected.write_text("row,customer_id,churn\n7,C00007,1\n")
    for row in (7, 8):
        corrected.write_text(f"row,customer_id,churn\n{row},C0000{row},1\n")
        place_corrections(s3_store_url, "churn_label.csv", corrected, cache=cache)
    mended = find_drop(s3_store_url, LABELS, cache=cache)
    assert mended.version() != before
    assert read_rows(mended).rows.filter(churn=1)["row"].to_list() == [7, 8]
