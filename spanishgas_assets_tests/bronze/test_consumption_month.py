# ruff: noqa: DTZ001  # labels of readings are naive
"""Readings to customer-months: periods, negatives, gaps, bad and repeated readings."""

import math
from datetime import date, datetime

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.bronze.tables import CONSUMPTION_MONTH
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.meter_readings import SCHEMA, ReadingsFile
from spanishgas_assets.settings import Clock
from spanishgas_assets.tariffs.periods import BLOCKS
from spanishgas_assets_tests.bronze.readings import (
    END,
    FEBRUARY,
    JANUARY,
    month_of,
    readings,
    summed,
)

TUESDAY = datetime(2024, 1, 2)
#: Enough good readings that a few bad ones do not refuse the file.
PLENTY = month_of("C00099")


def one(rows: list, **arguments):
    result = summed(readings(rows), **arguments)
    return result.rows.filter(pl.col("customer_id") == "C00001").row(0, named=True), result.bad


def test_january_by_block() -> None:
    row, bad = one(month_of("C00001", elec=1.0, gas=2.0))
    # January 2024: 23 weekdays less New Year; Epiphany is a Saturday and counts as a holiday.
    assert bad.is_empty()
    assert row["elec_kwh"] == 744
    assert sum(row[f"elec_{block}_kwh"] for block in BLOCKS) == 744
    assert (row["elec_h10_kwh"], row["elec_side_kwh"]) == (22, 22 * 5)
    assert row["elec_holiday_kwh"] == 48
    assert row["elec_valley_kwh"] == 22 * 8 + 7 * 24
    assert row["elec_core_kwh"] == 22 * 6
    assert row["gas_m3"] == 1488
    assert row["gas_kwh"] == 1488 * 11
    assert row["hours_seen"] == 744
    assert row["hours_missing"] == 0
    assert row["holiday_hours"] == 48
    assert row["estimated_hours"] is None


def test_result_keeps_the_contract() -> None:
    result = summed(readings(month_of("C00001") + month_of("C00002", 0.5, 0.1)))
    assert CONSUMPTION_MONTH.judge(CONSUMPTION_MONTH.arrange(result.rows.lazy())).explain() == ""


def test_negative_readings_count_as_zero_and_are_reported() -> None:
    row, bad = one(
        [
            ("C00001", TUESDAY.replace(hour=10), 5.0, 1.0),
            ("C00001", TUESDAY.replace(hour=11), -2.0, 3.0),
            ("C00001", TUESDAY.replace(hour=12), 4.0, -0.5),
            ("C00001", TUESDAY.replace(hour=13), -1.0, -0.25),
        ]
    )
    assert bad.is_empty()
    assert (row["elec_h10_kwh"], row["elec_core_kwh"]) == (5.0, 4.0)
    assert (row["elec_negative_hours"], row["elec_negative_kwh"]) == (2, -3.0)
    assert row["gas_m3"] == 4.0
    assert (row["gas_negative_hours"], row["gas_negative_m3"]) == (2, -0.75)
    assert row["gas_negative_kwh"] == -8.25
    assert (row["hours_seen"], row["hours_missing"]) == (4, 740)


BAD = {
    "no id": (None, TUESDAY, 1.0, 0.0),
    "no id (blank)": ("  ", TUESDAY, 1.0, 0.0),
    "no time": ("C00001", None, 1.0, 0.0),
    "time off the hour": ("C00001", TUESDAY.replace(minute=30), 1.0, 0.0),
    "time off the hour (and the quarter)": ("C00001", TUESDAY.replace(minute=7), 1.0, 0.0),
    "no value": ("C00001", TUESDAY, None, None),
    "consumption_elec_kwh: not a number": ("C00001", TUESDAY, math.nan, 0.0),
    "consumption_gas_m3: not a number": ("C00001", TUESDAY, None, math.nan),
    "consumption_gas_m3: not finite": ("C00001", TUESDAY, 1.0, -math.inf),
    "consumption_elec_kwh: absurd": ("C00001", TUESDAY, 1e5, 0.0),
    "consumption_elec_kwh: absurd (negative)": ("C00001", TUESDAY, -2e6, 0.0),
    "time outside 2024-01-01 to 2025-01-01": ("C00001", datetime(2023, 12, 31, 23), 1.0, 0.0),
    "time outside 2024-01-01 to 2025-01-01 (later)": ("C00001", datetime(2031, 1, 1), 1.0, 0.0),
}


_NO_NUMBERS = (
    r"5 of 29 readings cannot be used, more than 10%: "
    r"consumption_elec_kwh: not a number \(5 readings, first row 1\)\. Deliver"
)


@pytest.mark.parametrize("name", BAD)
def test_invalid_reading_is_set_aside_with_its_reason_and_row(name: str) -> None:
    good = ("C00001", TUESDAY.replace(hour=3), 7.0, 0.0)
    row, bad = one([*PLENTY, BAD[name], good], end=END)
    assert row["elec_kwh"] == 7.0
    assert row["hours_seen"] == 1
    assert bad["row"].to_list() == [len(PLENTY) + 1]
    assert bad["reason"].item().startswith(name.split(" (", maxsplit=1)[0])
    assert bad["month"].item() == (None if name.startswith("time outside") else JANUARY)
    assert '"customer_id"' in bad["values"].item()


def test_a_reading_off_the_hour_at_the_end_of_a_month_is_of_that_month() -> None:
    last = datetime(2024, 1, 31, 23, 30)
    bad = summed(readings([*PLENTY, ("C00001", last, 1.0, 0.0)]), end=date(2024, 2, 1)).bad
    assert bad.select("row", "reason", "month").rows() == [
        (len(PLENTY) + 1, "incomplete hour (1 of 2 readings)", JANUARY)
    ]


def test_mostly_bad_file_is_refused() -> None:
    rows = [("C00001", TUESDAY, math.nan, 0.0)] * 5 + month_of("C00002", days=1)
    with pytest.raises(RawFileError, match=_NO_NUMBERS):
        summed(readings(rows))


def test_file_delivered_twice_in_one_is_refused() -> None:
    with pytest.raises(RawFileError, match="744 of 1,488 readings are there more than once"):
        summed(readings(month_of("C00001") * 2))


def test_repeated_reading_is_counted_once() -> None:
    rows = month_of("C00001", elec=2.0) + month_of("C00002")
    row, bad = one([*rows, rows[5]])
    assert row["elec_kwh"] == 1488
    assert row["hours_seen"] == 744
    assert bad.select("row", "reason", "month").rows() == [
        (len(rows) + 1, "repeats row 6", JANUARY)
    ]


def test_contradicting_readings_of_an_hour_are_both_set_aside() -> None:
    rows = month_of("C00001", elec=2.0) + month_of("C00002")
    row, bad = one([*rows, ("C00001", rows[5][1], 3.0, 0.0)])
    assert row["elec_kwh"] == 1486
    assert (row["hours_seen"], row["hours_missing"]) == (743, 1)
    assert bad["row"].to_list() == [6, len(rows) + 1]
    assert set(bad["reason"]) == {"other readings of the hour say otherwise"}


def test_repeat_is_found_also_where_another_hour_is_missing() -> None:
    rows = month_of("C00001", elec=2.0)
    swapped = [row for row in rows if row[1] != datetime(2024, 1, 20, 4)] + [rows[5]]
    row, bad = one(swapped)
    assert (row["hours_seen"], row["hours_missing"], row["elec_kwh"]) == (743, 1, 1486)
    assert bad.height == 1


def test_two_spellings_are_one_customer() -> None:
    rows = month_of("C00001")
    mixed = [(" c00001 " if place % 2 else "C00001", *row[1:]) for place, row in enumerate(rows)]
    row, bad = one(mixed)
    assert bad.is_empty()
    assert (row["elec_kwh"], row["hours_seen"]) == (744, 744)


def test_one_month_of_a_year_is_that_month_of_the_year_pass() -> None:
    rows = month_of("C00001", 1.25, 0.3) + month_of("C00001", 0.7, 0.1, FEBRUARY, 29)
    year = summed(readings(rows), end=END).rows
    february = summed(readings(rows), start=FEBRUARY, end=date(2024, 3, 1)).rows
    assert february.equals(year.filter(pl.col("month") == FEBRUARY).select(february.columns))


def test_month_of_another_folder_is_not_taken() -> None:
    rows = [*month_of("C00001"), ("C00001", datetime(2024, 2, 1), 9.0, 0.0)]
    january = readings(rows, start=JANUARY, end=FEBRUARY, name="month=2024-01/part.parquet")
    february = readings(
        month_of("C00001", start=FEBRUARY, days=29), start=FEBRUARY, end=date(2024, 3, 1)
    )
    result = summed(january, february, end=date(2024, 3, 1))
    assert result.rows.sort("month")["elec_kwh"].to_list() == [744, 696]
    assert result.bad["reason"].item().startswith("time outside 2024-01-01 to 2024-02-01")


def test_fuel_that_is_absent_does_not_drop_the_other() -> None:
    rows = [(name, when, elec, None) for name, when, elec, _ in month_of("C00001", elec=2.0)]
    row, bad = one([*rows[:5], ("C00001", rows[5][1], None, 3.0), *rows[6:]])
    assert bad.is_empty()
    assert (row["elec_kwh"], row["gas_m3"], row["hours_seen"]) == (1486, 3, 744)
    assert (row["elec_empty_hours"], row["gas_empty_hours"]) == (1, 743)
    assert (row["elec_negative_hours"], row["gas_negative_hours"]) == (0, 0)


def test_repeat_of_a_reading_with_one_fuel_is_counted_once() -> None:
    rows = [(name, when, elec, None) for name, when, elec, _ in month_of("C00001", elec=2.0)]
    row, bad = one([*rows, rows[5], *month_of("C00002")])
    assert (row["elec_kwh"], row["hours_seen"], row["gas_empty_hours"]) == (1488, 744, 744)
    assert bad["reason"].to_list() == ["repeats row 6"]


def test_estimated_readings_are_counted_where_the_source_marks_them() -> None:
    frame = pl.DataFrame(month_of("C00001"), schema=SCHEMA, orient="row").with_columns(
        is_estimated=pl.Series(["1"] * 3 + ["0"] * 741)
    )
    file = ReadingsFile("part.parquet", frame.lazy(), JANUARY, END)
    assert summed(file).rows["estimated_hours"].item() == 3


def test_sums_do_not_depend_on_the_order_of_rows() -> None:
    rows = [
        (c, when, value * 1.1, value / 7)
        for c, when, _, _ in month_of("C00001")
        for value in [when.hour * 0.37 + when.day]
    ]
    forward = summed(readings(rows)).rows
    backward = summed(readings(rows[::-1])).rows
    assert forward.equals(backward)


def test_true_local_file_has_its_own_hours() -> None:
    march = [
        row
        for row in month_of("C00001", start=date(2024, 3, 1))
        if row[1] != datetime(2024, 3, 31, 2)
    ]
    october = month_of("C00001", start=date(2024, 10, 1))
    rows = [*march, *october, ("C00001", datetime(2024, 10, 27, 2), 5.0, 0.0)]
    result = summed(
        readings(rows), start=date(2024, 3, 1), end=date(2024, 11, 1), clock=Clock.LOCAL
    )
    assert result.bad.is_empty()
    told = {row["month"].month: row for row in result.rows.iter_rows(named=True)}
    assert (told[3]["hours_seen"], told[3]["hours_missing"]) == (743, 0)
    assert (told[10]["hours_seen"], told[10]["hours_missing"], told[10]["elec_kwh"]) == (
        745,
        0,
        749,
    )
    assert result.clock.select("readings", "customers").rows() == [(23, 1), (25, 1)]


def test_local_file_declared_a_grid_shows_at_the_hours_of_the_change() -> None:
    rows = [
        row
        for row in month_of("C00001", start=date(2024, 3, 1))
        if row[1] != datetime(2024, 3, 31, 2)
    ] + [
        *month_of("C00001", start=date(2024, 10, 1)),
        ("C00001", datetime(2024, 10, 27, 2), 5.0, 0),
    ]
    result = summed(readings(rows), start=date(2024, 3, 1), end=date(2024, 11, 1))
    assert result.clock.select("readings", "customers").rows() == [(23, 1), (25, 1)]
    # Which of the two readings of the repeated hour belongs to it, nothing tells.
    assert result.bad.height == 2


def test_part_of_a_month_says_nothing_of_the_clock() -> None:
    rows = month_of("C00001", start=date(2024, 3, 1), days=20)
    assert summed(readings(rows), start=date(2024, 3, 1), end=date(2024, 4, 1)).clock.is_empty()


def test_utc_labels_are_put_into_local_hours() -> None:
    # 09:00 UTC is 10:00 local time in winter: the first hour of the Peninsula's peak.
    row, _ = one([("C00001", TUESDAY.replace(hour=9), 1.0, 0.0)], clock=Clock.UTC)
    assert row["elec_h10_kwh"] == 1.0
    row, _ = one([("C00001", TUESDAY.replace(hour=9), 1.0, 0.0)])
    assert row["elec_h09_kwh"] == 1.0


CELLS = st.one_of(
    st.floats(-50, 500, allow_nan=False),
    st.sampled_from([None, math.nan, math.inf, 1e5, -1e7, 0.0, 99_999.999]),
)
READING = st.tuples(
    st.sampled_from(["C00001", "C00002", "c00002 ", None, " "]),
    st.one_of(
        st.datetimes(datetime(2024, 1, 1), datetime(2024, 1, 3)).map(
            lambda when: when.replace(minute=0, second=0, microsecond=0)
        ),
        st.sampled_from([None, datetime(2024, 1, 1, 5, 30), datetime(2022, 1, 1)]),
    ),
    CELLS,
    CELLS,
)


@settings(max_examples=60, deadline=None)
@given(st.lists(READING, max_size=60))
def test_every_reading_and_every_kwh_is_accounted_for(damage: list) -> None:
    # 800 good readings keep a random file from being refused as mostly bad.
    rows = PLENTY + month_of("C00098", 0.5) + damage
    result = summed(readings(rows))
    # An hour may be of two rows, one of each fuel.
    assert int(result.used["readings"].sum()) + result.bad.height == len(rows)
    aside = set(zip(result.bad["file"], result.bad["row"], strict=True))
    assert len(aside) == result.bad.height
    used = [row for number, row in enumerate(rows, 1) if number not in set(result.bad["row"])]
    for place, kwh, zeroed in (
        (2, "elec_kwh", "elec_negative_kwh"),
        (3, "gas_m3", "gas_negative_m3"),
    ):
        wanted = math.fsum(row[place] or 0.0 for row in used)
        got = math.fsum([*result.rows[kwh], *result.rows[zeroed]])
        assert got == pytest.approx(wanted, rel=1e-12, abs=1e-9)
    blocks = result.rows.select(pl.sum_horizontal(f"elec_{block}_kwh" for block in BLOCKS))
    assert blocks.to_series().to_list() == pytest.approx(
        result.rows["elec_kwh"].to_list(), rel=1e-12
    )
