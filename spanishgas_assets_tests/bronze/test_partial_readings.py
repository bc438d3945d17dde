# ruff: noqa: DTZ001  # labels of readings are naive
"""Quarter and half hours, and fuels in rows of their own, are put together to hours."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest

from spanishgas_assets.bronze import consumption_month
from spanishgas_assets.bronze.clock_check import clock_finding
from spanishgas_assets.bronze.consumption_month import ConsumptionMonths, consumption_months
from spanishgas_assets.bronze.energy_sums import judged_again, partial_readings
from spanishgas_assets.bronze.hour_label_check import label_finding, label_shifts
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.meter_readings import SCHEMA, scan_readings
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.settings import Clock, HourLabels
from spanishgas_assets_tests.bronze.readings import JANUARY, month_of, readings, summed

QUARTER, HALF = timedelta(minutes=15), timedelta(minutes=30)
NOON = datetime(2024, 1, 2, 12)
OCTOBER, NOVEMBER = date(2024, 10, 1), date(2024, 11, 1)

Rows = list[tuple[Any, ...]]


def finer(customer: str, step: timedelta = QUARTER, elec: float = 0.25, gas: Any = 0.5) -> Rows:
    """January in readings of so long an interval."""
    count = timedelta(days=31) // step
    return [(customer, datetime(2024, 1, 1) + step * place, elec, gas) for place in range(count)]


def months(result: ConsumptionMonths) -> dict[str, tuple[Any, ...]]:
    """By customer: kWh, m3, hours seen and missing."""
    rows = result.rows.select(
        "customer_id", "elec_kwh", "gas_m3", "hours_seen", "hours_missing"
    ).rows()
    return {customer: rest for customer, *rest in rows}


def reasons(result: ConsumptionMonths) -> list[tuple[int, str]]:
    return result.bad.select("row", "reason").rows()


def assert_reconciled(result: ConsumptionMonths, rows: Rows) -> None:
    assert int(result.used["readings"].sum()) + result.bad.height == len(rows)
    assert result.file_rows == len(rows)


def without(rows: Rows, *gone: datetime) -> Rows:
    return [row for row in rows if row[1] not in gone]


def test_quarter_and_half_hourly_customers_beside_hourly_ones() -> None:
    rows = finer("C1") + finer("C2", HALF) + month_of("C3", 3.0, 1.0)
    result = summed(readings(rows))
    assert months(result) == {
        "C1": [744.0, 1488.0, 744, 0],
        "C2": [372.0, 744.0, 744, 0],
        "C3": [2232.0, 744.0, 744, 0],
    }
    assert result.bad.is_empty()
    assert_reconciled(result, rows)


def test_quarters_are_in_the_tariff_period_of_their_hour() -> None:
    rows = [(name, when, float(when.hour == 10), gas) for name, when, _, gas in finer("C1")]
    row = summed(readings(rows)).rows.row(0, named=True)
    assert row["elec_kwh"] == 31 * 4
    assert row["elec_h10_kwh"] == 22 * 4


def test_an_hour_without_one_of_its_quarters_is_set_aside() -> None:
    rows = without(finer("C1"), NOON + QUARTER)
    result = summed(readings(rows))
    assert months(result) == {"C1": [743.0, 1486.0, 743, 1]}
    first = rows.index(("C1", NOON, 0.25, 0.5)) + 1
    why = "incomplete hour (3 of 4 readings)"
    assert reasons(result) == [(first, why), (first + 1, why), (first + 2, why)]
    assert_reconciled(result, rows)


def test_the_first_quarter_of_an_hour_alone_is_no_hourly_reading() -> None:
    rows = without(finer("C1"), *(NOON + QUARTER * place for place in (1, 2, 3)))
    result = summed(readings(rows))
    assert months(result) == {"C1": [743.0, 1486.0, 743, 1]}
    assert [why for _, why in reasons(result)] == ["incomplete hour (1 of 4 readings)"]


def test_two_quarters_of_an_hour_are_no_halves() -> None:
    result = summed(readings(without(finer("C1"), NOON + QUARTER, NOON + 3 * QUARTER)))
    assert months(result) == {"C1": [743.0, 1486.0, 743, 1]}
    assert {why for _, why in reasons(result)} == {"incomplete hour (2 of 4 readings)"}


def test_a_meter_that_changes_to_quarters_in_the_middle_of_a_month() -> None:
    change = datetime(2024, 1, 16)
    rows = [row for row in month_of("C1", 1.0, 2.0) if row[1] < change]
    rows += [row for row in finer("C1") if row[1] >= change]
    result = summed(readings(rows))
    assert months(result) == {"C1": [744.0, 1488.0, 744, 0]}
    assert result.bad.is_empty()
    assert_reconciled(result, rows)


def only_at_the_hour(rows: Rows, *days: int) -> Rows:
    return [row for row in rows if row[1].day not in days or row[1].minute == 0]


@pytest.mark.parametrize("gas", [0.5, 0.0], ids=["both fuels", "no gas"])
@pytest.mark.parametrize("day", [1, 15, 31], ids=["first", "middle", "last"])
def test_a_day_of_quarters_that_holds_full_hours_alone_is_set_aside(day: int, gas: float) -> None:
    rows = only_at_the_hour(finer("C1", gas=gas), day)
    result = summed(readings(rows))
    assert months(result) == {"C1": [720.0, 2880.0 * gas, 720, 24]}
    assert [why for _, why in reasons(result)] == ["incomplete hour (1 of 4 readings)"] * 24
    first = rows.index(("C1", datetime(2024, 1, day), 0.25, gas)) + 1
    assert reasons(result)[0][0] == first
    assert_reconciled(result, rows)


def test_a_day_of_halves_that_holds_full_hours_alone_is_set_aside() -> None:
    result = summed(readings(only_at_the_hour(finer("C1", HALF), 15)))
    assert {why for _, why in reasons(result)} == {"incomplete hour (1 of 2 readings)"}


def test_a_day_of_quarters_that_holds_halves_alone_is_set_aside() -> None:
    rows = [row for row in finer("C1") if row[1].day != 15 or row[1].minute in (0, 30)]
    result = summed(readings(rows))
    assert months(result) == {"C1": [720.0, 1440.0, 720, 24]}
    assert {why for _, why in reasons(result)} == {"incomplete hour (2 of 4 readings)"}


def test_a_meter_that_changes_back_to_hours_and_one_without_gas() -> None:
    change = datetime(2024, 1, 16)
    rows = [row for row in finer("C1", gas=0.0) if row[1] < change]
    rows += [row for row in month_of("C1", 1.2, 0.0) if row[1] >= change]
    result = summed(readings(rows))
    assert months(result) == {"C1": [pytest.approx(360 + 1.2 * 384), 0.0, 744, 0]}
    assert result.bad.is_empty()


def test_some_stray_quarters_do_not_speak_against_hourly_days() -> None:
    strays = [("C1", NOON + timedelta(days=5) + QUARTER, 1.0, 0.0)]
    gone = [datetime(2024, 1, 7, hour) for hour in range(24)]
    result = summed(readings(without(month_of("C1"), *gone) + strays))
    assert months(result)["C1"][2:] == [720, 24]
    assert result.bad.height == 1


def test_a_slip_of_the_minute_does_not_make_a_day_half_hourly() -> None:
    rows = [*month_of("C1"), ("C1", NOON + HALF, 9.0, 0.0)]
    result = summed(readings(rows))
    assert months(result) == {"C1": [744.0, 0.0, 744, 0]}
    assert reasons(result) == [(745, "time off the hour")]


def test_a_quarter_that_is_there_twice_counts_once() -> None:
    rows = [*finer("C1"), ("C1", NOON + QUARTER, 0.25, 0.5)]
    result = summed(readings(rows))
    assert months(result) == {"C1": [744.0, 1488.0, 744, 0]}
    ((row, why),) = reasons(result)
    assert (row, why) == (2977, f"repeats row {rows.index(rows[-1]) + 1}")
    assert_reconciled(result, rows)


def test_quarters_that_contradict_each_other_cost_their_hour() -> None:
    rows = [*finer("C1"), ("C1", NOON + QUARTER, 0.5, 0.5)]
    result = summed(readings(rows))
    assert months(result) == {"C1": [743.0, 1486.0, 743, 1]}
    kinds = [why for _, why in reasons(result)]
    assert kinds.count("other readings of the hour say otherwise") == 2
    assert kinds.count("incomplete hour (3 of 4 readings)") == 3
    assert_reconciled(result, rows)


def test_hourly_readings_and_quarters_of_the_same_hours_contradict_each_other() -> None:
    rows = finer("C1") + month_of("C1") + month_of("C2")
    with pytest.raises(RawFileError, match="744 of 4,464 readings are there more than once"):
        summed(readings(rows))


def test_a_file_that_lost_a_quarter_of_every_hour_is_refused() -> None:
    rows = [row for row in finer("C1") if row[1].minute != 45]
    why = (
        r"2,232 of 2,976 readings are of hours that are not whole, more than 10%: incomplete hour "
        r"\(2,232 rows, first 1, 2, 3\)\. Deliver"
    )
    with pytest.raises(RawFileError, match=why):
        summed(readings(rows + month_of("C2")))


def test_gas_by_the_hour_beside_electricity_by_the_quarter() -> None:
    rows = [
        (name, when, elec, 2.0 if when.minute == 0 else None) for name, when, elec, _ in finer("C1")
    ]
    result = summed(readings(rows))
    assert months(result) == {"C1": [744.0, 1488.0, 744, 0]}
    assert result.rows["gas_empty_hours"].item() == 0


def test_a_fuel_without_one_of_its_quarters_leaves_the_other() -> None:
    rows = [
        (name, when, elec, None if when == NOON + QUARTER else gas)
        for name, when, elec, gas in finer("C1")
    ]
    result = summed(readings(rows))
    assert months(result) == {"C1": [744.0, 1486.0, 744, 0]}
    assert result.rows["gas_empty_hours"].item() == 1
    assert_reconciled(result, rows)


def test_an_hour_of_surplus_is_judged_as_a_whole() -> None:
    rows = [
        (name, when, -0.5 if when == NOON else elec, gas) for name, when, elec, gas in finer("C1")
    ]
    row = summed(readings(rows)).rows.row(0, named=True)
    assert (row["elec_kwh"], row["elec_negative_hours"]) == (743.25, 0)


def test_an_hour_is_estimated_if_one_of_its_quarters_is() -> None:
    frame = pl.DataFrame(finer("C1"), schema=SCHEMA, orient="row")
    marked = frame.with_columns(is_estimated=pl.col("timestamp") == NOON + QUARTER)
    result = summed(readings([], original=marked.lazy()))
    assert result.rows["estimated_hours"].item() == 1


def test_quarters_that_add_up_to_an_absurd_hour_are_set_aside() -> None:
    rows = [
        (name, when, 4e4 if NOON <= when < NOON + 2 * HALF else elec, gas)
        for name, when, elec, gas in finer("C1")
    ]
    result = summed(readings(rows))
    assert months(result) == {"C1": [743.0, 1488.0, 744, 0]}
    assert result.rows["elec_empty_hours"].item() == 1


def in_rows_of_their_own(customer: str) -> tuple[Rows, Rows]:
    hours = month_of(customer)
    return (
        [(name, when, 1.0, None) for name, when, _, _ in hours],
        [(name, when, None, 2.0) for name, when, _, _ in hours],
    )


@pytest.mark.parametrize("beside", [True, False], ids=["beside", "apart"])
def test_fuels_in_rows_of_their_own(*, beside: bool) -> None:
    elec, gas = in_rows_of_their_own("C1")
    rows = [row for pair in zip(elec, gas, strict=True) for row in pair] if beside else elec + gas
    result = summed(readings(rows))
    assert months(result) == {"C1": [744.0, 1488.0, 744, 0]}
    assert result.rows.select("elec_empty_hours", "gas_empty_hours").row(0) == (0, 0)
    assert_reconciled(result, rows)


def test_fuels_in_files_of_their_own() -> None:
    elec, gas = in_rows_of_their_own("C1")
    result = summed(readings(elec, name="elec.parquet"), readings(gas, name="gas.parquet"))
    assert months(result) == {"C1": [744.0, 1488.0, 744, 0]}


def test_a_repeated_row_of_one_fuel_is_told() -> None:
    elec, gas = in_rows_of_their_own("C1")
    result = summed(readings([*elec, *gas, elec[5]]))
    assert months(result) == {"C1": [744.0, 1488.0, 744, 0]}
    assert reasons(result) == [(1489, "repeats row 6")]


def test_an_hour_of_one_fuel_alone_lacks_the_other() -> None:
    elec, gas = in_rows_of_their_own("C1")
    result = summed(readings(elec + gas[:-1]))
    assert months(result) == {"C1": [744.0, 1486.0, 744, 0]}
    assert result.rows["gas_empty_hours"].item() == 1


def uneven(rows: Rows) -> Rows:
    draw = random.Random(7)
    return [
        (name, when, draw.uniform(-0.1, 1.0), draw.uniform(0.0, 0.5)) for name, when, _, _ in rows
    ]


ORDERS = {
    "by customer": lambda row: (row[0], row[1]),
    "by time": lambda row: (row[1], row[0]),
    "backwards": lambda row: (row[0], datetime(2025, 1, 1) - row[1]),
    "by minute": lambda row: (row[1].minute, row[0], row[1]),
}


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("waiting", [0, 10_000])
def test_sums_are_the_same_bits_in_every_order_and_piece(order: str, waiting: int) -> None:
    rows = uneven(without(finer("C1"), NOON) + finer("C2", HALF) + month_of("C3") + finer("C4"))
    expected = summed(readings(rows))
    with (
        patch.object(consumption_month, "BATCH_ROWS", 500),
        patch.object(consumption_month, "GROUPED_ROWS", 1100),
        patch.object(partial_readings, "_MOST_WAITING", waiting),
        patch.object(judged_again, "_JUDGED_ROWS", 1000),
    ):
        result = summed(readings(sorted(rows, key=ORDERS[order])))
    key = "customer_id"
    assert result.rows.sort(key).equals(expected.rows.sort(key))
    assert sorted(result.bad["reason"]) == sorted(expected.bad["reason"])
    assert result.bad.height == 3
    assert_reconciled(result, rows)


#: Days of the change in quarter-hours: begin (local time of the labels) and hours of the month.
LONG_DAY = {Clock.LOCAL: 745, Clock.UTC: 745, Clock.GRID: 744}


def october(clock: Clock) -> list[datetime]:
    """Quarter-hours of October, labelled by a clock."""
    if clock is Clock.UTC:
        first = datetime(2024, 9, 30, 22)
        return [first + QUARTER * place for place in range(4 * 745)]
    times = [datetime(2024, 10, 1) + QUARTER * place for place in range(4 * 744)]
    again = [time for time in times if (time.day, time.hour) == (27, 2)]
    return [*times, *again] if clock is Clock.LOCAL else times


@pytest.mark.parametrize("clock", Clock)
def test_the_long_day_has_100_quarters_by_local_time(clock: Clock) -> None:
    rows = [("C1", when, 0.25, 0.5) for when in october(clock)]
    result = summed(readings(rows), start=OCTOBER, end=NOVEMBER, clock=clock)
    hours = LONG_DAY[clock]
    assert months(result) == {"C1": [float(hours), 2.0 * hours, hours, 0]}
    assert result.bad.is_empty()
    assert clock_finding(result.clock, "2024-10-01", clock).passed


def test_the_long_day_of_quarters_speaks_against_a_grid() -> None:
    rows = [("C1", when, 0.25, 0.5 + place) for place, when in enumerate(october(Clock.LOCAL))]
    result = summed(readings(rows), start=OCTOBER, end=NOVEMBER)
    finding = clock_finding(result.clock, "2024-10-01", Clock.GRID)
    assert "1 of 1 customers have 25 readings on 2024-10-27" in finding.description


def test_the_short_day_has_92_quarters_by_local_time() -> None:
    march, april = date(2024, 3, 1), date(2024, 4, 1)
    times = [datetime(2024, 3, 1) + QUARTER * place for place in range(4 * 744)]
    rows = [("C1", when, 0.25, 0.5) for when in times if (when.day, when.hour) != (31, 2)]
    result = summed(readings(rows), start=march, end=april, clock=Clock.LOCAL)
    assert months(result) == {"C1": [743.0, 1486.0, 743, 0]}


def as_drop(folder: Path, frame: pl.DataFrame, form: str) -> Drop:
    path = folder / f"consumption_hourly_2024.{form}"
    if form == "parquet":
        frame.write_parquet(path)
    else:
        frame.with_columns(pl.col("timestamp").dt.to_string("%F %H:%M")).write_csv(path)
    return Drop(CONSUMPTION_HOURLY, path)


@pytest.mark.parametrize("hours", HourLabels)
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_a_mixture_in_files_of_either_label(tmp_path: Path, form: str, hours: HourLabels) -> None:
    """Hourly customers first: the first labels of a file do not show that finer ones follow."""
    steps = {"C1": timedelta(hours=1), "C2": HALF, "C3": QUARTER}
    rows = [
        (name, when + (step if hours is HourLabels.ENDING else timedelta()), when.hour == 9, gas)
        for name, step in steps.items()
        for _, when, _, gas in finer(name, step)
    ]
    frame = pl.DataFrame(
        [(name, when, float(at_nine), gas) for name, when, at_nine, gas in rows],
        schema=SCHEMA,
        orient="row",
    )
    labels = TimeLabels(Clock.GRID, hours)
    files = scan_readings(as_drop(tmp_path, frame, form), ["2024-01-01"], labels)
    result = consumption_months(files, JANUARY, date(2024, 2, 1), 11.0)
    assert months(result) == {
        "C1": [31.0, 372.0, 744, 0],
        "C2": [62.0, 744.0, 744, 0],
        "C3": [124.0, 1488.0, 744, 0],
    }
    assert result.rows["elec_h09_kwh"].to_list() == [22.0, 44.0, 88.0]
    assert result.bad.is_empty()
    shifts = label_shifts(files, labels, result)
    assert label_finding(result.bad, len(rows), "2024-01-01", labels, shifts).passed
