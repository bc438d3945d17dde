"""Hourly readings in every form that they come in, and files that cannot be used."""

import gzip
import math
from datetime import date, timedelta
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spanishgas_assets.bronze.consumption_month import consumption_months
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.unreadable import refusing_unreadable
from spanishgas_assets_tests.raw.drops import readings

JANUARY = "2024-01-01"
PARQUET = "consumption_hourly_2024.parquet"
CSV = "consumption_hourly_2024.csv"


def drop(folder: Path, name: str = PARQUET) -> Drop:
    return Drop(CONSUMPTION_HOURLY, folder / name)


def january(found: Drop) -> pl.DataFrame:
    with refusing_unreadable(found):
        files = scan_readings(found, [JANUARY])
        result = consumption_months(files, date(2024, 1, 1), date(2024, 2, 1), 11.0)
    assert result.bad.is_empty()
    return result.rows.sort("customer_id")


def csv(
    frame: pl.DataFrame, *, separator: str = ",", comma: bool = False, time: str = "%F %T"
) -> str:
    return frame.write_csv(separator=separator, decimal_comma=comma, datetime_format=time)


def write_parquet(path: Path, frame: pl.DataFrame) -> None:
    frame.write_parquet(path)


def text_times(path: Path, frame: pl.DataFrame) -> None:
    frame.with_columns(pl.col("timestamp").dt.to_string("%F %T")).write_parquet(path)


def iso_times(path: Path, frame: pl.DataFrame) -> None:
    frame.with_columns(pl.col("timestamp").dt.to_string("%FT%T")).write_parquet(path)


def parts_of_seconds(path: Path, frame: pl.DataFrame) -> None:
    frame.with_columns(pl.col("timestamp").cast(pl.String)).write_parquet(path)


def nanoseconds(path: Path, frame: pl.DataFrame) -> None:
    frame.with_columns(pl.col("timestamp").cast(pl.Datetime("ns"))).write_parquet(path)


def other_order(path: Path, frame: pl.DataFrame) -> None:
    frame.select(
        "consumption_gas_m3", "timestamp", "customer_id", "consumption_elec_kwh"
    ).write_parquet(path)


def extra_column(path: Path, frame: pl.DataFrame) -> None:
    frame.with_columns(meter=pl.lit("m")).write_parquet(path)


def categories(path: Path, frame: pl.DataFrame) -> None:
    frame.with_columns(
        pl.col("customer_id").cast(pl.Categorical),
        pl.col("timestamp").dt.to_string("%F %T").cast(pl.Categorical),
    ).write_parquet(path)


def listed_ids(path: Path, frame: pl.DataFrame) -> None:
    ids = pl.Enum(frame["customer_id"].unique().sort())
    frame.with_columns(pl.col("customer_id").cast(ids)).write_parquet(path)


def dictionary_of_arrow(path: Path, frame: pl.DataFrame) -> None:
    table = frame.to_arrow()
    ids = table["customer_id"].cast(pa.string()).dictionary_encode()
    pq.write_table(table.set_column(0, "customer_id", ids), path)


def bytes_for_text(path: Path, frame: pl.DataFrame) -> None:
    frame.with_columns(pl.col("customer_id").cast(pl.Binary)).write_parquet(path)


def decimals(path: Path, frame: pl.DataFrame) -> None:
    frame.with_columns(pl.col("consumption_elec_kwh").cast(pl.Decimal(12, 4))).write_parquet(path)


def single_precision(path: Path, frame: pl.DataFrame) -> None:
    frame.with_columns(pl.col("consumption_elec_kwh").cast(pl.Float32)).write_parquet(path)


FORMS = {
    "parquet, times as text": (PARQUET, text_times),
    "parquet, ISO times": (PARQUET, iso_times),
    "parquet, times as text with parts of seconds": (PARQUET, parts_of_seconds),
    "parquet, nanoseconds": (PARQUET, nanoseconds),
    "parquet, other column order": (PARQUET, other_order),
    "parquet, an extra column": (PARQUET, extra_column),
    "parquet, single precision": (PARQUET, single_precision),
    "parquet, categories": (PARQUET, categories),
    "parquet, a list of ids": (PARQUET, listed_ids),
    "parquet, a dictionary of Arrow": (PARQUET, dictionary_of_arrow),
    "parquet, bytes for text": (PARQUET, bytes_for_text),
    "parquet, decimals": (PARQUET, decimals),
    "csv": (CSV, lambda path, frame: path.write_text(csv(frame))),
    "csv, ISO times": (CSV, lambda path, frame: path.write_text(csv(frame, time="%FT%T"))),
    "csv, ISO times with parts of seconds": (
        CSV,
        lambda path, frame: path.write_text(csv(frame, time="%FT%T%.3f")),
    ),
    "csv, CRLF": (
        CSV,
        lambda path, frame: path.write_bytes(csv(frame).replace("\n", "\r\n").encode()),
    ),
    "csv, byte order mark": (CSV, lambda path, frame: path.write_text("\ufeff" + csv(frame))),
    "csv, Spanish Excel": (
        CSV,
        lambda path, frame: path.write_text(
            csv(frame, separator=";", comma=True, time="%d/%m/%Y %T")
        ),
    ),
    "csv.gz": (
        CSV + ".gz",
        lambda path, frame: path.write_bytes(gzip.compress(csv(frame).encode())),
    ),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_the_same_months(tmp_path: Path, form: str) -> None:
    write_parquet(tmp_path / PARQUET, readings())
    plain = january(drop(tmp_path))
    assert plain["elec_kwh"].to_list() == [60.0] * 3
    name, write = FORMS[form]
    folder = tmp_path / "other"
    folder.mkdir()
    write(folder / name, readings())
    assert january(find_drop(str(folder), CONSUMPTION_HOURLY)).equals(plain)


def test_folder_of_months_gives_the_same_months(tmp_path: Path) -> None:
    write_parquet(tmp_path / PARQUET, readings())
    part = tmp_path / "hive/consumption_hourly/month=2024-01"
    part.mkdir(parents=True)
    # Two files of one month, and what else lies about.
    readings(days=1).write_parquet(part / "a.parquet")
    (part / "b.csv").write_text(csv(readings(days=2).filter(pl.col("timestamp").dt.day() == 2)))
    (part / "_SUCCESS").write_text("")
    found = find_drop(str(tmp_path / "hive"), CONSUMPTION_HOURLY)
    assert january(found).equals(january(drop(tmp_path)))


def test_piecewise_pass_is_the_whole_pass(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_parquet(tmp_path / PARQUET, readings(days=5))
    whole = january(drop(tmp_path))
    monkeypatch.setattr("spanishgas_assets.raw.meter_readings.PIECE_ROWS", 30)
    monkeypatch.setattr("spanishgas_assets.bronze.consumption_month.BATCH_ROWS", 7)
    monkeypatch.setattr("spanishgas_assets.bronze.consumption_month.GROUPED_ROWS", 20)
    assert january(drop(tmp_path)).equals(whole)


def refused(found: Drop, said: str) -> None:
    with pytest.raises(RawFileError, match=said):
        january(found)


def test_empty_and_foreign_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / PARQUET).write_bytes(b"")
    refused(drop(tmp_path), "the file is empty")
    (tmp_path / PARQUET).write_bytes(b"customer_id,timestamp\n")
    refused(drop(tmp_path), "not a Parquet file .*b'cust'")
    readings().write_parquet(tmp_path / CSV)
    refused(drop(tmp_path, CSV), "a binary file, not CSV text")


def test_truncated_parquet_is_refused(tmp_path: Path) -> None:
    readings(days=20).write_parquet(tmp_path / PARQUET)
    whole = (tmp_path / PARQUET).read_bytes()
    (tmp_path / PARQUET).write_bytes(whole[: len(whole) // 2])
    refused(drop(tmp_path), "cannot be read as parquet.*Deliver it again")


def test_parquet_damaged_inside_is_refused(tmp_path: Path) -> None:
    readings(days=20).write_parquet(tmp_path / PARQUET)
    data = bytearray((tmp_path / PARQUET).read_bytes())
    data[4:200] = b"\xff" * 196
    (tmp_path / PARQUET).write_bytes(bytes(data))
    refused(drop(tmp_path), "cannot be read to its end")


def test_csv_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    text = csv(readings()).encode().replace(b"C00003", "Cñ0003".encode("latin-1"))
    (tmp_path / CSV).write_bytes(text)
    said = r"line 98 is not UTF-8 text \(byte 0xf1\)\. Save the file as UTF-8"
    refused(drop(tmp_path, CSV), said)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda frame: frame.drop("timestamp"), "column timestamp is missing"),
        (
            lambda frame: frame.rename({"customer_id": "id"}),
            "column customer_id is missing.*Found: id",
        ),
        (
            lambda frame: frame.with_columns(consumption_elec_kwh=pl.lit(value=True)),
            "column consumption_elec_kwh is Boolean, expected Float64",
        ),
        (
            lambda frame: frame.with_columns(timestamp=pl.lit("yesterday")),
            "column timestamp holds 'yesterday', which is no time in a known form",
        ),
    ],
)
def test_other_columns_or_types_are_refused(tmp_path: Path, change, said: str) -> None:
    write_parquet(tmp_path / PARQUET, change(readings()))
    refused(drop(tmp_path), said)


def test_bad_cells_of_a_csv_are_set_aside_as_they_stand(tmp_path: Path) -> None:
    lines = csv(readings(days=4)).splitlines()
    lines[3] = 'C00001,2024-01-01 02:00:00,"1,25",0.5'
    lines[7] = "C00001,2024-02-31 02:00:00,1.25,0.5"
    (tmp_path / CSV).write_text("\n".join(lines) + "\n")
    files = scan_readings(drop(tmp_path, CSV), [JANUARY])
    bad = consumption_months(files, date(2024, 1, 1), date(2024, 2, 1), 11.0).bad
    assert bad.select("file", "row", "reason").rows() == [
        (CSV, 3, "consumption_elec_kwh: not a number"),
        (CSV, 7, "no time"),
    ]
    assert '"1,25"' in bad["values"][0]
    assert "2024-02-31" in bad["values"][1]


def spanish(folder: Path, *values: str) -> pl.DataFrame:
    """Readings of one customer, hour after hour, in a file of Spanish Excel."""
    lines = [f"C00001;01/01/2024 {hour:02d}:00:00;{value};0" for hour, value in enumerate(values)]
    header = ";".join(CONSUMPTION_HOURLY.columns)
    (folder / CSV).write_text("\n".join([header, *lines]) + "\n")
    files = scan_readings(drop(folder, CSV), [JANUARY])
    return files[0].numbered().select("row", "consumption_elec_kwh").collect()


def test_column_has_one_decimal_mark(tmp_path: Path) -> None:
    read = spanish(tmp_path, "926,876", "1.234", "0,5", "0.5", "1.234,25")
    values = [926.876, 1234.0, 0.5, math.nan, 1234.25]
    assert read["consumption_elec_kwh"].to_list() == pytest.approx(values, nan_ok=True)


def test_other_fuel_tells_the_mark_where_a_column_does_not(tmp_path: Path) -> None:
    (tmp_path / CSV).write_text(
        "customer_id;timestamp;consumption_elec_kwh;consumption_gas_m3\n"
        "C1;01/01/2024 00:00:00;926,876;0,000\nC1;01/01/2024 01:00:00;1.234;0,000\n"
    )
    assert january(drop(tmp_path, CSV))["elec_kwh"].to_list() == [2160.876]


def test_mark_is_looked_for_beyond_the_first_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spanishgas_assets.raw.written_numbers.SNIFFED_ROWS", 2)
    read = spanish(tmp_path, "1.234", "5", "0,5")
    assert read["consumption_elec_kwh"].to_list() == [1234.0, 5.0, 0.5]


def test_points_that_may_be_thousands_or_decimals_are_not_read(tmp_path: Path) -> None:
    read = spanish(tmp_path, "1.234", "5")["consumption_elec_kwh"]
    assert read.to_list() == pytest.approx([math.nan, 5.0], nan_ok=True)


def test_text_that_is_no_number_is_no_absent_fuel(tmp_path: Path) -> None:
    read = spanish(tmp_path, "", "-", "n.d.", "0,5")["consumption_elec_kwh"]
    assert [value if value is None else str(value) for value in read] == [None, None, "nan", "0.5"]


def test_corrected_readings_give_what_a_clean_file_gives(tmp_path: Path) -> None:
    for name in ("clean", "dirty"):
        (tmp_path / name).mkdir()
    readings(days=4).write_parquet(tmp_path / "clean" / PARQUET)
    wrong = pl.int_range(pl.len()) == 9
    readings(days=4).with_columns(
        consumption_elec_kwh=pl.when(wrong).then(float("nan")).otherwise("consumption_elec_kwh")
    ).write_parquet(tmp_path / "dirty" / PARQUET)
    (tmp_path / "dirty" / "consumption_hourly_2024.corrected.csv").write_text(
        "row,customer_id,timestamp,consumption_elec_kwh,consumption_gas_m3\n"
        "10,C00001,2024-01-01 09:00:00,1.25,0.5\n"
    )
    assert january(drop(tmp_path / "dirty")).equals(january(drop(tmp_path / "clean")))


def test_correction_that_is_still_wrong_is_set_aside_under_its_own_file(tmp_path: Path) -> None:
    readings(days=4).write_parquet(tmp_path / PARQUET)
    (tmp_path / "consumption_hourly_2024.corrected.csv").write_text(
        "row,customer_id,timestamp,consumption_elec_kwh,consumption_gas_m3\n10,C00001,soon,1.25,0.5\n"
    )
    files = scan_readings(drop(tmp_path), [JANUARY])
    result = consumption_months(files, date(2024, 1, 1), date(2024, 2, 1), 11.0)
    assert result.bad.select("file", "row", "reason").rows() == [
        ("consumption_hourly_2024.corrected.csv", 10, "no time")
    ]
    assert result.rows["hours_seen"].sum() == 3 * 96 - 1


def test_year_file_does_not_hold_another_year(tmp_path: Path) -> None:
    write_parquet(tmp_path / PARQUET, readings())
    with pytest.raises(RawFileError, match="holds 2024, but 2025-01 is asked for"):
        scan_readings(drop(tmp_path), ["2025-01-01"])


def test_folder_without_the_month_is_refused(tmp_path: Path) -> None:
    part = tmp_path / "consumption_hourly/month=2024-02"
    part.mkdir(parents=True)
    readings(start=date(2024, 1, 1) + timedelta(days=31)).write_parquet(part / "part.parquet")
    refused(drop(tmp_path, "consumption_hourly"), "no file for 2024-01 .*found 2024-02")


def test_dated_drop_wins_over_flat_and_future_drops_wait(tmp_path: Path) -> None:
    for folder in ("", "2024-12-30", "2025-02-03"):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / PARQUET).write_bytes(b"x")
    found = find_drop(str(tmp_path), CONSUMPTION_HOURLY, date(2025, 1, 6))
    assert found.path == tmp_path / "2024-12-30" / PARQUET
    assert find_drop(str(tmp_path), CONSUMPTION_HOURLY).path.parent.name == "2025-02-03"


def test_missing_file_says_where_it_was_looked_for(tmp_path: Path) -> None:
    expected = "consumption_hourly_YYYY.csv"
    said = rf"not found in {tmp_path}.*Expected one of: .*{expected}"
    with pytest.raises(RawFileError, match=said):
        find_drop(str(tmp_path), CONSUMPTION_HOURLY)


def test_the_file_of_any_year_is_read_as_that_year(tmp_path: Path) -> None:
    readings(start=date(2026, 1, 1)).write_csv(tmp_path / "consumption_hourly_2026.csv")
    found = find_drop(str(tmp_path), CONSUMPTION_HOURLY)
    (file,) = scan_readings(found, ["2026-01-01", "2026-02-01"])
    assert (file.start, file.end) == (date(2026, 1, 1), date(2027, 1, 1))
    with pytest.raises(RawFileError, match="holds 2026, but 2025-12 is asked for"):
        scan_readings(found, ["2025-12-01"])


def test_files_of_two_years_are_not_chosen_from_in_silence(tmp_path: Path) -> None:
    for name in ("consumption_hourly_2024.parquet", "consumption_hourly_2025.csv"):
        (tmp_path / name).write_bytes(b"x")
    held = "consumption_hourly_2024.parquet, consumption_hourly_2025.csv lie side by side"
    with pytest.raises(RawFileError, match=f"{held} in {tmp_path}.*month=YYYY-MM"):
        find_drop(str(tmp_path), CONSUMPTION_HOURLY)


def test_of_two_forms_of_a_year_the_preferred_is_read(tmp_path: Path) -> None:
    for name in ("consumption_hourly_2025.csv", "consumption_hourly_2025.parquet"):
        (tmp_path / name).write_bytes(b"x")
    found = find_drop(str(tmp_path), CONSUMPTION_HOURLY)
    assert found.path.name == "consumption_hourly_2025.parquet"


def test_a_month_is_judged_by_its_own_readings_and_not_by_those_of_the_year(tmp_path: Path) -> None:
    """One time in a hundred is missing: 88 of the year's readings, 8 of June's 720."""
    lines = csv(readings(days=366, customers=1)).splitlines()
    for number in range(51, len(lines), 100):
        lines[number] = "C00001,,1.25,0.5"
    (tmp_path / CSV).write_text("\n".join(lines) + "\n")
    files = scan_readings(drop(tmp_path, CSV), ["2024-06-01"])
    june = consumption_months(files, date(2024, 6, 1), date(2024, 7, 1), 11.0)
    assert june.rows["hours_seen"].to_list() == [712]
    assert june.bad["month"].to_list() == [date(2024, 6, 1)] * 8
    assert june.bad["row"][0] == 3651
    files = scan_readings(drop(tmp_path, CSV), [f"2024-{month:02d}-01" for month in range(1, 13)])
    year = consumption_months(files, date(2024, 1, 1), date(2025, 1, 1), 11.0)
    assert year.bad.height == 88
    assert year.bad.filter(month=date(2024, 6, 1)).equals(june.bad)


def test_times_missing_in_a_row_are_of_the_month_of_the_readings_around_them(
    tmp_path: Path,
) -> None:
    lines = csv(readings(days=40, customers=2)).splitlines()
    for number in (741, 742, 960, 961):
        lines[number] = lines[number][:6] + ",,1.25,0.5"
    (tmp_path / CSV).write_text("\n".join(lines) + "\n")
    files = scan_readings(drop(tmp_path, CSV), [JANUARY, "2024-02-01"])
    bad = consumption_months(files, date(2024, 1, 1), date(2024, 3, 1), 11.0).bad
    assert bad.select("row", "month").rows() == [
        (741, date(2024, 1, 1)),
        (742, date(2024, 1, 1)),
        (960, date(2024, 2, 1)),
        (961, date(2024, 1, 1)),
    ]
