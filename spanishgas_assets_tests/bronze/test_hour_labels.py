# ruff: noqa: DTZ001  # labels of readings are naive
"""Labels of the ends of hours are read where they are declared, and told where they are not."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.bronze.consumption_month import ConsumptionMonths, consumption_months
from spanishgas_assets.bronze.hour_label_check import label_finding, label_shifts
from spanishgas_assets.partitions import month_after, month_start
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.settings import Clock, HourLabels
from spanishgas_assets.tables.table_checks import Finding

JANUARY, JUNE = "2024-01-01", "2024-06-01"
YEAR = (datetime(2024, 1, 1), datetime(2025, 1, 1))
BEGINNINGS, ENDS = HourLabels.BEGINNING, HourLabels.ENDING
HOUR = timedelta(hours=1)


def hours(start: datetime, end: datetime, customers: int = 1) -> pl.DataFrame:
    """A kWh an hour, and five in the hour before 10:00: standard by day, and off-peak at night."""
    time = pl.datetime_range(start, end, "1h", closed="left", eager=True, time_unit="us")
    use = pl.when(pl.col("timestamp").dt.hour() == 9).then(5.0).otherwise(1.0)
    names = pl.DataFrame({"customer_id": [f"C{number}" for number in range(1, customers + 1)]})
    return names.join(time.to_frame("timestamp"), how="cross").with_columns(
        consumption_elec_kwh=use, consumption_gas_m3=pl.lit(0.0)
    )


def january(customers: int = 1) -> pl.DataFrame:
    return hours(datetime(2024, 1, 1), datetime(2024, 2, 1), customers)


def at_ends(frame: pl.DataFrame, of: pl.Expr | None = None) -> pl.DataFrame:
    """Label hours by their ends, with 00:00 of the next day for 24:00; of some customers only."""
    shifted, chosen = pl.col("timestamp") + HOUR, pl.lit(value=True) if of is None else of
    return frame.with_columns(
        pl.when(chosen).then(shifted).otherwise("timestamp").alias("timestamp"), is_end=chosen
    )


def as_parquet(folder: Path, frame: pl.DataFrame) -> Drop:
    frame.drop("is_end", strict=False).write_parquet(folder / "consumption_hourly_2024.parquet")
    return Drop(CONSUMPTION_HOURLY, folder / "consumption_hourly_2024.parquet")


def as_csv(folder: Path, frame: pl.DataFrame) -> Drop:
    """Write an end at midnight as 24:00 of the day before, as distributors do."""
    time, eve = pl.col("timestamp"), pl.col("timestamp") - HOUR
    text = (
        pl.when("is_end", time.dt.hour() == 0)
        .then(eve.dt.to_string("%F 24:00"))
        .otherwise(time.dt.to_string("%F %H:%M"))
    )
    path = folder / "consumption_hourly_2024.csv"
    frame.with_columns(text.alias("timestamp")).drop("is_end").write_csv(path)
    return Drop(CONSUMPTION_HOURLY, path)


WRITERS = {"parquet": as_parquet, "csv": as_csv}
Writer = Callable[[Path, pl.DataFrame], Drop]


def read(
    drop: Drop, declared: HourLabels, *keys: str, clock: Clock = Clock.GRID
) -> tuple[ConsumptionMonths, dict[str, Finding]]:
    """Sum months of a file, and judge their labels as the asset does."""
    keys = keys or (JANUARY,)
    labels = TimeLabels(clock, declared)
    files = scan_readings(drop, keys, labels)
    start, end = month_start(keys[0]), month_after(keys[-1])
    result = consumption_months(files, start, end, 11.0, clock)
    shifts = label_shifts(files, labels, result)
    found = {}
    for key in keys:
        bad = result.bad.filter(pl.col("month").fill_null(month_start(key)) == month_start(key))
        seen = int(result.rows.filter(month=month_start(key))["hours_seen"].sum())
        found[key] = label_finding(bad, seen + bad.height, key, labels, shifts, zone=files[0].zone)
    return result, found


def by_period(months: pl.DataFrame) -> dict[str, float]:
    """Electricity of a month by the Peninsula's 2.0TD periods."""
    blocks = {
        "peak": ("h10", "core", "h18"),
        "standard": ("side", "h09", "h14", "h22"),
        "offpeak": ("valley", "holiday"),
    }
    (row,) = months.iter_rows(named=True)
    return {
        band: sum(row[f"elec_{block}_kwh"] for block in names) for band, names in blocks.items()
    }


@pytest.mark.parametrize("form", WRITERS)
def test_declared_ends_are_put_into_their_hours(tmp_path: Path, form: str) -> None:
    result, found = read(WRITERS[form](tmp_path, at_ends(january())), ENDS)
    assert result.bad.is_empty()
    assert result.rows["elec_kwh"].item() == 868
    assert by_period(result.rows) == {"peak": 176, "standard": 264, "offpeak": 428}
    assert found[JANUARY].passed


def test_ends_are_told_from_beginnings_by_their_24_00(tmp_path: Path) -> None:
    _, found = read(as_csv(tmp_path, at_ends(january())), BEGINNINGS)
    assert not found[JANUARY].passed
    assert found[JANUARY].description == (
        "31 of 744 labels are 24:00: they look like the ends of hours. Ask the source, and set "
        "SPANISHGAS_HOUR_LABELS=hour_ending"
    )


@pytest.mark.parametrize("customers", [1, 12])
def test_ends_are_told_from_beginnings_by_the_edges(tmp_path: Path, customers: int) -> None:
    part = tmp_path / "consumption_hourly/month=2024-01"
    part.mkdir(parents=True)
    at_ends(january(customers)).write_parquet(part / "part.parquet")
    drop = Drop(CONSUMPTION_HOURLY, tmp_path / "consumption_hourly")
    result, found = read(drop, BEGINNINGS)
    assert not found[JANUARY].passed
    assert found[JANUARY].description == (
        f"the hours of {customers} of {customers} customers run from 2024-01-01 01:00 to "
        "2024-02-01 00:00, which are whole days 1 h late: their labels look like the ends of "
        "hours. Ask the source, and set SPANISHGAS_HOUR_LABELS=hour_ending"
    )
    result, found = read(drop, ENDS)
    assert found[JANUARY].passed
    assert set(result.rows["elec_kwh"]) == {868}


@pytest.mark.parametrize("form", WRITERS)
def test_one_month_of_a_year_of_ends_is_told(tmp_path: Path, form: str) -> None:
    drop = WRITERS[form](tmp_path, at_ends(hours(*YEAR)))
    assert not read(drop, BEGINNINGS, JUNE)[1][JUNE].passed
    result, found = read(drop, ENDS, JUNE)
    assert found[JUNE].passed
    assert (result.rows["hours_seen"].item(), result.rows["elec_kwh"].item()) == (720, 840)


@pytest.mark.parametrize("form", WRITERS)
def test_ends_in_the_order_of_time_are_told(tmp_path: Path, form: str) -> None:
    drop = WRITERS[form](tmp_path, at_ends(january(3)).sort("timestamp", descending=True))
    assert read(drop, ENDS)[1][JANUARY].passed
    assert not read(drop, BEGINNINGS)[1][JANUARY].passed


@pytest.mark.parametrize("form", WRITERS)
@pytest.mark.parametrize("declared", HourLabels)
def test_customers_of_both_kinds_are_a_mixture(
    tmp_path: Path, form: str, declared: HourLabels
) -> None:
    part = tmp_path / "consumption_hourly/month=2024-01"
    part.mkdir(parents=True)
    half = pl.col("customer_id").is_in(["C1", "C2", "C3", "C4"])
    WRITERS[form](part, at_ends(january(8), half))
    drop = Drop(CONSUMPTION_HOURLY, tmp_path / "consumption_hourly")
    said = read(drop, declared)[1][JANUARY]
    assert not said.passed
    assert "Only 50% of them are: a mixture, which no setting reads" in said.description


def test_declared_ends_that_are_beginnings_are_told(tmp_path: Path) -> None:
    _, found = read(as_parquet(tmp_path, hours(*YEAR, customers=2)), ENDS)
    assert found[JANUARY].description == (
        "the hours of 2 of 2 customers run from 2023-12-31 23:00 to 2024-12-31 22:00, which are "
        "whole days 1 h early: their labels look like the beginnings of hours, or those of a file "
        "that is cut before its last 24:00. Ask the source, and set "
        "SPANISHGAS_HOUR_LABELS=hour_beginning, or let it deliver 24:00 with the day that ends"
    )


def test_one_month_of_ends_among_others_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "consumption_hourly"
    for number in (1, 2, 3):
        month = hours(datetime(2024, number, 1), datetime(2024, number + 1, 1), 2)
        (folder / f"month=2024-0{number}").mkdir(parents=True)
        late = at_ends(month) if number == 2 else month
        late.write_parquet(folder / f"month=2024-0{number}/part.parquet")
    drop = Drop(CONSUMPTION_HOURLY, folder)
    _, found = read(drop, BEGINNINGS, JANUARY, "2024-02-01", "2024-03-01")
    assert [finding.passed for finding in found.values()] == [True, False, True]


def test_a_slip_of_24_00_is_set_aside(tmp_path: Path) -> None:
    drop = as_parquet(
        tmp_path, january().with_columns(pl.col("timestamp").dt.to_string("%F %H:%M"))
    )
    frame = pl.read_parquet(drop.path)
    frame = pl.concat([frame, frame[:1].with_columns(timestamp=pl.lit("2024-01-09 24:00"))])
    result, found = read(as_parquet(tmp_path, frame), BEGINNINGS)
    assert found[JANUARY].passed
    assert found[JANUARY].metadata["labels_of_24_00"] == 1
    assert result.bad["reason"].to_list() == ["no time"]


@pytest.mark.parametrize("key", [JANUARY, JUNE])
def test_ends_whose_last_24_00_is_cut_off_are_told_by_the_first_hour(
    tmp_path: Path, key: str
) -> None:
    cut = at_ends(hours(*YEAR, customers=2)).filter(pl.col("timestamp") < YEAR[1])
    _, found = read(as_parquet(tmp_path, cut), BEGINNINGS, key)
    assert found[key].description == (
        "the readings of 2 of 2 customers begin at 2024-01-01 01:00 and end at 23:00: their labels "
        "look like the ends of hours without the last 24:00. Ask the source, and set "
        "SPANISHGAS_HOUR_LABELS=hour_ending; if they are beginnings, let it deliver the hour before"
    )
    assert read(as_parquet(tmp_path, cut), ENDS, key)[1][key].passed


def test_first_hour_that_some_customers_lack_says_nothing(tmp_path: Path) -> None:
    frame = hours(*YEAR, customers=4)
    first = (pl.col("customer_id") == "C1") & (pl.col("timestamp") == YEAR[0])
    _, found = read(as_parquet(tmp_path, frame.filter(~first)), BEGINNINGS)
    assert found[JANUARY].passed
    assert found[JANUARY].metadata["customers_without_first_hour"] == 1


def test_an_hour_too_many_is_no_end_where_none_is_missing(tmp_path: Path) -> None:
    """``BETWEEN '2024-01-01' AND '2025-01-01'`` has both midnights."""
    drop = as_parquet(tmp_path, hours(YEAR[0], YEAR[1] + HOUR, customers=2))
    result, found = read(drop, BEGINNINGS)
    assert found[JANUARY].passed
    assert result.bad.height == 2


def test_a_customer_who_came_in_summer_has_no_hour_missing(tmp_path: Path) -> None:
    later = hours(datetime(2024, 6, 1), YEAR[1] + HOUR, 2).filter(customer_id="C2")
    both = pl.concat([hours(YEAR[0], YEAR[1] + HOUR), later])
    _, found = read(as_parquet(tmp_path, both), BEGINNINGS)
    assert found[JANUARY].passed


def test_utc_declared_a_grid_is_told_by_the_edges(tmp_path: Path) -> None:
    drop = as_parquet(tmp_path, hours(YEAR[0] - HOUR, YEAR[1] - HOUR, customers=2))
    _, found = read(drop, BEGINNINGS)
    assert "their labels look like UTC" in found[JANUARY].description
    assert "set SPANISHGAS_CLOCK=utc" in found[JANUARY].description
    assert read(drop, BEGINNINGS, clock=Clock.UTC)[1][JANUARY].passed


def test_a_year_of_utc_may_be_cut_at_its_own_midnight(tmp_path: Path) -> None:
    drop = as_parquet(tmp_path, hours(*YEAR, customers=2))
    _, found = read(drop, BEGINNINGS, clock=Clock.UTC)
    assert found[JANUARY].passed
    assert found[JANUARY].metadata["customers_at_edges"] == 2


def test_hour_25_tells_local_time_from_a_grid(tmp_path: Path) -> None:
    october = hours(datetime(2024, 10, 1), datetime(2024, 11, 1)).with_columns(
        pl.col("timestamp").dt.to_string("%F %H:%M")
    )
    long = october[:1].with_columns(timestamp=pl.lit("2024-10-27 25:00"))
    _, found = read(as_parquet(tmp_path, pl.concat([october, long])), BEGINNINGS, "2024-10-01")
    assert found["2024-10-01"].description == (
        "1 labels are 25:00, which only the long day of local time has. Ask the source, and set "
        "SPANISHGAS_CLOCK=local and SPANISHGAS_HOUR_LABELS=hour_ending"
    )
