# ruff: noqa: DTZ001  # labels of readings are naive
"""Whole runs summed as matrices: to the bit what grouping gives, whatever else is in the file."""

import json
import math
import random
from collections.abc import Callable
from datetime import date, datetime
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.bronze.consumption_month import ConsumptionMonths
from spanishgas_assets.bronze.energy_sums.hour_slots import hour_slots
from spanishgas_assets.bronze.energy_sums.regular_grid import RegularGrid
from spanishgas_assets.raw.meter_readings import SCHEMA, ReadingsFile
from spanishgas_assets.settings import Clock
from spanishgas_assets_tests.bronze.readings import (
    END,
    FEBRUARY,
    JANUARY,
    NAME,
    month_of,
    readings,
    summed,
)

MARCH, APRIL = date(2024, 3, 1), date(2024, 4, 1)
OCTOBER, NOVEMBER = date(2024, 10, 1), date(2024, 11, 1)
JANUARY_HOURS = 744

Row = tuple[str | None, datetime | None, float | None, float | None]
Rows = list[Row]


def uneven(customer: str, start: date = JANUARY, days: int = 31, seed: int = 0) -> Rows:
    """A whole month whose values have all their digits, one in twelve of them negative."""
    draw = random.Random(f"{customer} {seed}")
    return [
        (name, when, draw.uniform(-0.3, 3.0), draw.uniform(-0.1, 1.0))
        for name, when, _, _ in month_of(customer, start=start, days=days)
    ]


def frame_of(rows: Rows) -> pl.DataFrame:
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def both_ways(*files: ReadingsFile, **span: object) -> tuple[ConsumptionMonths, ConsumptionMonths]:
    as_matrices = summed(*files, **span)
    with patch.object(RegularGrid, "without_runs", lambda _, readings: readings):
        return as_matrices, summed(*files, **span)


def bits(frame: pl.DataFrame) -> dict[str, bytes]:
    """The columns byte by byte: equal floats, zeros of either sign told apart."""
    return {
        name: frame[name].to_numpy().tobytes()
        if frame[name].dtype.is_numeric() and not frame[name].has_nulls()
        else repr(frame[name].to_list()).encode()
        for name in frame.columns
    }


def assert_same(one: ConsumptionMonths, other: ConsumptionMonths) -> None:
    assert one.rows.schema == other.rows.schema
    assert bits(one.rows) == bits(other.rows)
    assert one.bad.equals(other.bad)
    assert one.clock.equals(other.clock)


def left_of(rows: Rows, start: date = JANUARY, end: date = FEBRUARY) -> tuple[pl.DataFrame, int]:
    """The readings that are left to grouping, and how many customer-months were summed."""
    grid = RegularGrid(hour_slots(start, end, Clock.GRID), JANUARY, END)
    return grid.without_runs(frame_of(rows)), grid.customer_months().height


def test_whole_months_in_order_are_left_to_nobody() -> None:
    left, months = left_of(uneven("C00001") + uneven("C00002"))
    assert left.is_empty()
    assert months == 2


def test_two_months_of_a_run_are_two_customer_months() -> None:
    rows = uneven("C00001") + uneven("C00001", FEBRUARY, 29)
    left, months = left_of(rows, end=MARCH)
    assert left.is_empty()
    assert months == 2


def with_cell(place: int, column: int, value: object) -> Callable[[Rows], Rows]:
    def change(rows: Rows) -> Rows:
        cells = list(rows[place])
        cells[column] = value
        return [*rows[:place], tuple(cells), *rows[place + 1 :]]

    return change


def swapped(rows: Rows) -> Rows:
    return [rows[1], rows[0], *rows[2:]]


#: What makes a month of one customer no whole run.
BROKEN_RUNS: dict[str, Callable[[Rows], Rows]] = {
    "an hour is missing": lambda rows: rows[:100] + rows[101:],
    "the last hour is missing": lambda rows: rows[:-1],
    "an hour is there twice": lambda rows: [*rows[:6], rows[5], *rows[6:]],
    "an hour stands for its neighbour": lambda rows: [*rows[:6], rows[5], *rows[7:]],
    "two hours change places": swapped,
    "backwards": lambda rows: rows[::-1],
    "no time": with_cell(3, 1, None),
    "off the hour": with_cell(3, 1, datetime(2024, 1, 1, 3, 30)),
    "another year": with_cell(3, 1, datetime(2022, 1, 1, 3)),
    "no value": lambda rows: with_cell(3, 2, None)(with_cell(3, 3, None)(rows)),
    "not a number": with_cell(3, 2, math.nan),
    "infinite": with_cell(3, 3, -math.inf),
    "absurd": with_cell(3, 2, 1e5),
    "absurd below zero": with_cell(3, 3, -1e7),
    "no id": with_cell(3, 0, None),
    "another spelling": with_cell(3, 0, " c00001"),
}
#: What leaves a month a whole run: a fuel may be absent.
WHOLE_RUNS: dict[str, Callable[[Rows], Rows]] = {
    "no electricity in an hour": with_cell(3, 2, None),
    "no gas in an hour": with_cell(3, 3, None),
    "no gas at all": lambda rows: [(*row[:3], None) for row in rows],
    "zeros of gas": lambda rows: [(*row[:3], -0.0) for row in rows],
    "zeros of both": lambda rows: [(*row[:2], 0.0, 0.0) for row in rows],
    "gas below zero in an hour alone": lambda rows: [
        (*row[:3], -0.3 if place == 700 else 0.0) for place, row in enumerate(rows)
    ],
    "each fuel once": lambda rows: with_cell(5, 2, None)(with_cell(6, 3, None)(rows)),
}


@pytest.mark.parametrize("how", BROKEN_RUNS)
def test_run_that_is_not_whole_is_left_to_grouping(how: str) -> None:
    whole, broken = uneven("C00002"), BROKEN_RUNS[how](uneven("C00001"))
    left, months = left_of(whole + broken)
    assert left.equals(frame_of(broken))
    assert months == 1
    one, other = both_ways(readings(whole + broken + uneven("C00003")))
    assert_same(one, other)
    assert int(one.rows["hours_seen"].sum()) + one.bad.height == 2 * JANUARY_HOURS + len(broken)


@pytest.mark.parametrize("how", WHOLE_RUNS)
def test_run_without_a_fuel_is_whole(how: str) -> None:
    rows = WHOLE_RUNS[how](uneven("C00001"))
    left, months = left_of(uneven("C00002") + rows)
    assert left.is_empty()
    assert months == 2
    one, other = both_ways(readings(uneven("C00002") + rows + uneven("C00003")))
    assert_same(one, other)
    told = one.rows.row(0, named=True)
    for place, fuel in ((2, "elec"), (3, "gas")):
        assert told[f"{fuel}_empty_hours"] == sum(row[place] is None for row in rows)


@pytest.mark.parametrize("name", [None, "", "  "])
def test_whole_month_of_nobody_is_set_aside(name: str | None) -> None:
    others = [row for number in range(12) for row in uneven(f"C{number:05d}")]
    nobody = [(name, *row[1:]) for row in uneven("C00099")]
    one, other = both_ways(readings(others + nobody))
    assert_same(one, other)
    assert one.bad["reason"].to_list() == ["no id"] * JANUARY_HOURS
    assert one.rows["customer_id"].null_count() == 0


def test_two_spellings_of_whole_months_contradict_each_other() -> None:
    others = [row for number in range(2, 14) for row in uneven(f"C{number:05d}")]
    second = [(" c00001 ", *row[1:]) for row in uneven("C00001", seed=1)]
    one, other = both_ways(readings(others + uneven("C00001") + second))
    assert_same(one, other)
    assert set(one.bad["reason"]) == {"other readings of the hour say otherwise"}
    assert one.bad.height == 2 * JANUARY_HOURS


def test_customer_with_nothing_but_negative_readings() -> None:
    rows = [(name, when, -1.1, -0.0) for name, when, _, _ in month_of("C00001")]
    one, other = both_ways(readings(rows))
    assert_same(one, other)
    row = one.rows.row(0, named=True)
    assert (row["elec_kwh"], row["elec_negative_hours"]) == (0.0, JANUARY_HOURS)
    assert row["elec_negative_kwh"] == pytest.approx(-1.1 * JANUARY_HOURS)
    assert row["gas_negative_hours"] == 0


@pytest.mark.parametrize(("start", "end"), [(MARCH, APRIL), (OCTOBER, NOVEMBER)])
@pytest.mark.parametrize("clock", Clock)
def test_months_of_the_clock_changes(clock: Clock, start: date, end: date) -> None:
    hours = hour_slots(start, end, clock).hours
    labels = hours.select(pl.col("timestamp").repeat_by("readings").explode())["timestamp"]
    rows = [
        (name, when, 1.0 + place / 7, 0.1)
        for name in ("C00001", "C00002")
        for place, when in enumerate(labels.to_list())
    ]
    grid = RegularGrid(hour_slots(start, end, clock), JANUARY, END)
    assert grid.without_runs(frame_of(rows)).is_empty()
    one, other = both_ways(readings(rows), start=start, end=end, clock=clock)
    assert_same(one, other)
    assert one.bad.is_empty()
    assert one.rows["hours_missing"].to_list() == [0, 0]


def test_estimated_readings_are_counted_in_their_month() -> None:
    rows = uneven("C00001") + uneven("C00001", FEBRUARY, 29)
    marks = pl.int_range(len(rows), eager=True).is_in([0, 5, 743, 744])
    frame = frame_of(rows).with_columns(marks.alias("is_estimated"))
    one, other = both_ways(ReadingsFile(NAME, frame.lazy(), JANUARY, END), end=MARCH)
    assert_same(one, other)
    assert one.rows["estimated_hours"].to_list() == [3, 1]


CHANGES = st.one_of(
    st.just(list),
    st.sampled_from([*BROKEN_RUNS.values(), *WHOLE_RUNS.values()]),
    st.randoms(use_true_random=False).map(
        lambda draw: lambda rows: draw.sample(rows, k=draw.randrange(600, len(rows) + 1))
    ),
)
CUSTOMERS = st.lists(
    st.tuples(st.sampled_from(["C00001", "C00002", "C00003", "c00003 "]), CHANGES),
    min_size=1,
    max_size=4,
    unique_by=lambda customer: customer[0].strip().upper(),
)


def kwh_set_aside(bad: pl.DataFrame, column: str) -> list[float]:
    told = [json.loads(values)[column] for values in bad["values"]]
    return [float(cell) for cell in told if cell is not None and math.isfinite(float(cell))]


@settings(max_examples=40, deadline=None)
@given(
    CUSTOMERS,
    st.sampled_from([97, 744, 1000, 100_000]),
    st.sampled_from([1, 700, 2000]),
    st.sampled_from([1, 800, 100_000]),
    st.sampled_from([1, 1500]),
)
def test_both_ways_give_the_same_bits_wherever_batches_end(
    customers: list, piece: int, batch: int, group: int, block: int
) -> None:
    # Two whole months keep the file from being refused as mostly bad.
    rows = [row for name in ("C00098", "C00099") for row in uneven(name)]
    for name, change in customers:
        rows += change(uneven(name))
    file = ReadingsFile(NAME, frame_of(rows).lazy(), JANUARY, END, rows=len(rows))
    _, grouped = both_ways(file, end=END)
    with (
        patch("spanishgas_assets.raw.meter_readings.PIECE_ROWS", piece),
        patch("spanishgas_assets.bronze.consumption_month.BATCH_ROWS", batch),
        patch("spanishgas_assets.bronze.consumption_month.GROUPED_ROWS", group),
        patch("spanishgas_assets.bronze.energy_sums.regular_grid._BLOCK", block),
    ):
        in_batches = summed(file, end=END)
    assert bits(in_batches.rows) == bits(grouped.rows)
    assert in_batches.bad.equals(grouped.bad)
    for place, column, used, zeroed in (
        (2, "consumption_elec_kwh", "elec_kwh", "elec_negative_kwh"),
        (3, "consumption_gas_m3", "gas_m3", "gas_negative_m3"),
    ):
        came_in = math.fsum(
            row[place] for row in rows if row[place] is not None and math.isfinite(row[place])
        )
        went_out = [*in_batches.rows[used], *in_batches.rows[zeroed]]
        aside = kwh_set_aside(in_batches.bad, column)
        assert math.fsum([*went_out, *aside]) == pytest.approx(came_in, rel=1e-12, abs=1e-9)
