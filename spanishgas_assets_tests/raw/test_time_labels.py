# ruff: noqa: DTZ001  # labels of readings are naive
"""Every way in which sources label hours gives the naive beginnings of the hours."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.meter_readings import ReadingsFile, scan_readings
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.raw.versions import NO_ROWS, month_versions
from spanishgas_assets.settings import Clock, HourLabels
from spanishgas_assets_tests.raw.drops import readings

ENDS = HourLabels.ENDING
HEADER = "customer_id,timestamp,consumption_elec_kwh,consumption_gas_m3"


def opened(
    path: Path,
    clock: Clock = Clock.GRID,
    hours: HourLabels = HourLabels.BEGINNING,
) -> ReadingsFile:
    drop = Drop(CONSUMPTION_HOURLY, path)
    return scan_readings(drop, ["2024-10-01"], TimeLabels(clock, hours))[0]


def times(file: ReadingsFile) -> list[datetime | None]:
    return file.readings().collect()["timestamp"].to_list()


def of_text(
    folder: Path,
    *labels: str,
    clock: str = "grid",
    hours: HourLabels = ENDS,
    header: str = HEADER,
    separator: str = ",",
) -> list[str]:
    """The day and hour that labels in a CSV file are read as."""
    rows = [separator.join(["C1", label, "1", "0"]) for label in labels]
    path = folder / "consumption_hourly_2024.csv"
    path.write_text("\n".join([header.replace(",", separator), *rows]) + "\n")
    read = times(opened(path, Clock(clock), hours))
    return [f"{time:%d %H:%M}" if time else "no time" for time in read]


@pytest.mark.parametrize(
    "labels",
    [
        ("2024-10-26 01:00", "2024-10-26 24:00", "2024-10-27 00:00"),
        ("2024-10-26 01:00:00", "2024-10-26 24:00:00", "2024-10-27 00:00:00"),
        ("2024-10-26T01:00", "2024-10-26T24:00", "2024-10-27T00:00"),
        ("2024-10-26T01:00:00.000", "2024-10-26T24:00:00.000", "2024-10-27T00:00:00.000"),
        ("2024-10-26 1", "2024-10-26 24", "2024-10-27 0"),
        ("26/10/2024 01:00", "26/10/2024 24:00", "27/10/2024 00:00"),
        ("2024-10-26T01:00:00Z", "2024-10-26T24:00:00Z", "2024-10-27T00:00:00Z"),
    ],
    ids=lambda labels: labels[1],
)
def test_ends_begin_an_hour_before(tmp_path: Path, labels: tuple[str, ...]) -> None:
    clock = "utc" if labels[0].endswith("Z") else "grid"
    read = of_text(tmp_path, *labels, clock=clock)
    assert read == ["26 00:00", "26 23:00", "26 23:00"]


def test_times_of_many_customers_in_turn_are_those_of_each(tmp_path: Path) -> None:
    labels = [f"2024-10-26 {hour:02d}:00" for hour in (7, 8)]
    by_time = [labels[0]] * 200 + ["2024-10-26 25:61"] + [labels[1]] * 200
    read = of_text(tmp_path, *by_time, hours=HourLabels.BEGINNING)
    assert read == ["26 07:00"] * 200 + ["no time"] + ["26 08:00"] * 200


def test_24_00_is_no_beginning(tmp_path: Path) -> None:
    labels = ("2024-10-26 24:00", "2024-10-26 01:00")
    beginning = HourLabels.BEGINNING
    assert of_text(tmp_path, *labels, hours=beginning) == ["no time", "26 01:00"]


def test_file_that_begins_with_24_00_is_read(tmp_path: Path) -> None:
    assert of_text(tmp_path, *["2024-10-26 24:00"] * 2) == ["26 23:00"] * 2


def test_hour_25_is_the_repeated_hour_of_local_time(tmp_path: Path) -> None:
    labels = ("2024-10-27 03:00", "2024-10-27 25:00", "2024-10-26 25:00")
    assert of_text(tmp_path, *labels, clock="local") == ["27 02:00", "27 02:00", "no time"]
    assert of_text(tmp_path, *labels) == ["27 02:00", "no time", "no time"]


def test_hours_from_0_to_24_are_those_of_the_long_day(tmp_path: Path) -> None:
    labels = ("2024-10-27 0", "2024-10-27 23", "2024-10-27 24")
    read = of_text(tmp_path, *labels, clock="local", hours=HourLabels.BEGINNING)
    assert read == ["27 00:00", "27 23:00", "27 02:00"]


@pytest.mark.parametrize("column", ["timestamp", "date"])
@pytest.mark.parametrize(
    "cells", [("1", "24", "25"), ("01:00", "24:00", "25:00"), ("1.0", "24.0", "25.0")]
)
def test_day_and_hour_in_two_columns(tmp_path: Path, column: str, cells: tuple[str, ...]) -> None:
    header = HEADER.replace("timestamp", f"{column},hour")
    labels = [f"2024-10-27,{cell}" for cell in cells]
    read = of_text(tmp_path, *labels, clock="local", header=header)
    assert read == ["27 00:00", "27 23:00", "27 02:00"]


def test_marked_hours_of_the_change(tmp_path: Path) -> None:
    header = HEADER.replace("timestamp", "date,hour")
    labels = ["2024-10-27,2A", "2024-10-27,2B", "2024-10-27,three", "2024-10-27,3.5"]
    read = of_text(tmp_path, *labels, clock="local", hours=HourLabels.BEGINNING, header=header)
    assert read == ["27 02:00", "27 02:00", "no time", "no time"]


def test_spanish_day_and_hour(tmp_path: Path) -> None:
    header = HEADER.replace("timestamp", "date,hour")
    read = of_text(tmp_path, "26/10/2024;1", "26/10/2024;24", header=header, separator=";")
    assert read == ["26 00:00", "26 23:00"]


@pytest.mark.parametrize("kind", [pl.Date, pl.Datetime("us"), pl.String])
def test_day_of_any_type_beside_a_number_of_the_hour(tmp_path: Path, kind: pl.DataType) -> None:
    path = tmp_path / "consumption_hourly_2024.parquet"
    frame = readings(days=1, customers=1)
    frame.with_columns(
        pl.col("timestamp").dt.date().cast(kind),
        hour=(pl.col("timestamp").dt.hour() + 1).cast(pl.Int32),
    ).write_parquet(path)
    assert times(opened(path, hours=ENDS)) == frame["timestamp"].to_list()


def test_hour_beside_a_time_of_day_is_an_unknown_column(tmp_path: Path) -> None:
    path = tmp_path / "consumption_hourly_2024.parquet"
    frame = readings(days=1, customers=1)
    frame.with_columns(hour=pl.col("timestamp").dt.hour()).write_parquet(path)
    file = opened(path)
    assert times(file) == frame["timestamp"].to_list()
    assert file.ignored_columns == ("hour",)


def test_ends_of_finer_intervals_are_put_into_their_hour(tmp_path: Path) -> None:
    hours = ("2024-10-26 00:15", "2024-10-26 00:30", "2024-10-26 00:45", "2024-10-26 01:00")
    read = of_text(tmp_path, *hours, "2024-10-26 02:00", "2024-10-26 23:45", "2024-10-26 24:00")
    assert read[:4] == ["26 00:15", "26 00:30", "26 00:45", "26 00:00"]
    assert read[4:] == ["26 01:00", "26 23:45", "26 23:00"]


#: The two hours from 02:00 of the day on which the clock goes back.
INSTANTS = pl.Series(
    "timestamp", [datetime(2024, 10, 27, 0), datetime(2024, 10, 27, 1)]
).dt.replace_time_zone("UTC")
BY_CLOCK = {
    Clock.UTC: [datetime(2024, 10, 27, 0), datetime(2024, 10, 27, 1)],
    Clock.LOCAL: [datetime(2024, 10, 27, 2)] * 2,
    Clock.GRID: [datetime(2024, 10, 27, 2)] * 2,
}


@pytest.mark.parametrize("clock", Clock)
@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", ["UTC", "Europe/Madrid", "America/New_York"])
def test_instants_are_read_by_the_declared_clock(
    tmp_path: Path, clock: Clock, unit: str, zone: str
) -> None:
    path = tmp_path / "consumption_hourly_2024.parquet"
    instants = INSTANTS.dt.convert_time_zone(zone).dt.cast_time_unit(unit)
    readings(days=1, customers=1)[:2].with_columns(instants).write_parquet(path)
    file = opened(path, clock)
    assert times(file) == BY_CLOCK[clock]
    assert file.zone == zone
    ends = [time - timedelta(hours=1) for time in BY_CLOCK[Clock.UTC]]
    assert times(opened(path, Clock.UTC, ENDS)) == ends


@pytest.mark.parametrize(
    ("labels", "zone"),
    [
        (("2024-10-27T00:00:00Z", "2024-10-27T01:00:00Z"), "UTC"),
        (("2024-10-27T00:00:00.000Z", "2024-10-27T01:00:00.000Z"), "UTC"),
        (("2024-10-27 00:00:00+00:00", "2024-10-27 01:00:00+00:00"), "UTC"),
        (("2024-10-27T02:00:00+02:00", "2024-10-27T02:00:00+01:00"), "an offset"),
        (("2024-10-27T02:00+02:00", "2024-10-27T02:00+01:00"), "an offset"),
        (("2024-10-27 02:00:00.000000+02:00", "2024-10-27 02:00:00.000000+01:00"), "an offset"),
    ],
    ids=lambda value: value[0],
)
@pytest.mark.parametrize("clock", Clock)
def test_instants_that_are_text_are_read_by_the_declared_clock(
    tmp_path: Path, labels: tuple[str, ...], zone: str, clock: Clock
) -> None:
    path = tmp_path / "consumption_hourly_2024.csv"
    path.write_text("\n".join([HEADER, *(f"C1,{label},1,0" for label in labels)]) + "\n")
    file = opened(path, clock)
    assert times(file) == BY_CLOCK[clock]
    assert file.zone == zone


def test_time_of_the_canaries_stays_theirs(tmp_path: Path) -> None:
    path = tmp_path / "consumption_hourly_2024.parquet"
    island = INSTANTS.dt.convert_time_zone("Atlantic/Canary")
    readings(days=1, customers=1)[:2].with_columns(island).write_parquet(path)
    read = [datetime(2024, 10, 27, 1), datetime(2024, 10, 27, 1)]
    assert times(opened(path, Clock.LOCAL)) == read


def test_corrected_end_is_an_end(tmp_path: Path) -> None:
    path = tmp_path / "consumption_hourly_2024.csv"
    path.write_text(f"{HEADER}\nC1,2024-10-26 23:00,1,0\nC1,2024-10-26 99:00,1,0\n")
    (tmp_path / "consumption_hourly_2024.corrected.csv").write_text(
        f"row,{HEADER}\n2,C1,2024-10-26 24:00,1,0\n"
    )
    read = times(opened(path, hours=ENDS))
    assert read == [datetime(2024, 10, 26, 22), datetime(2024, 10, 26, 23)]


@pytest.mark.parametrize(
    ("labels", "month"),
    [
        (TimeLabels(), "2024-02-01"),
        (TimeLabels(Clock.GRID, ENDS), "2024-01-01"),
        (TimeLabels(Clock.UTC, HourLabels.BEGINNING), "2024-02-01"),
    ],
)
def test_hour_at_the_edge_of_a_month_is_of_the_month_that_it_feeds(
    tmp_path: Path, labels: TimeLabels, month: str
) -> None:
    path = tmp_path / "consumption_hourly_2024.parquet"
    readings(days=1, customers=1, start=date(2024, 2, 1))[:1].write_parquet(path)
    drop = Drop(CONSUMPTION_HOURLY, path)
    found = month_versions(drop, ["2024-01-01", "2024-02-01"], labels)
    assert [key for key, version in found.items() if version != NO_ROWS] == [month]


def test_last_hour_of_a_month_of_utc_feeds_the_local_month_after(tmp_path: Path) -> None:
    path = tmp_path / "consumption_hourly_2024.parquet"
    readings(days=1, customers=1, start=date(2024, 1, 31))[-1:].write_parquet(path)
    drop = Drop(CONSUMPTION_HOURLY, path)
    found = month_versions(
        drop, ["2024-01-01", "2024-02-01"], TimeLabels(Clock.UTC, HourLabels.BEGINNING)
    )
    assert found["2024-01-01"] == NO_ROWS
