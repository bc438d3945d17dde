# ruff: noqa: DTZ001  # labels of readings are naive
"""The daily curve tells labels that are shifted, and no other curve."""

from datetime import datetime
from typing import Any

import polars as pl
import pytest

from spanishgas_assets.bronze.daily_curve_check import CURVES, curve_finding, daily_curves
from spanishgas_assets.raw.meter_readings import ReadingsFile
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.settings import Clock
from spanishgas_assets.tables.table_checks import Finding
from spanishgas_assets_tests.bronze.readings import END, JANUARY, NAME

#: Relative use of a household by hour of a working day.
HOME = (5, 4, 4, 4, 4, 5, 7, 10, 11, 10, 9, 9, 10, 12, 12, 10, 9, 9, 11, 14, 17, 18, 14, 8)
TIME = pl.col("timestamp")


def file_of(
    first: datetime, last: datetime, shift: Any = 0, curve: Any = HOME, customers: int = 40
) -> ReadingsFile:
    """Readings of customers with one curve, their labels ``shift`` hours late."""
    hours = pl.datetime_range(first, last, "1h", closed="left", eager=True, time_unit="us")
    names = pl.DataFrame({"customer_id": [f"C{number:05d}" for number in range(customers)]})
    use = TIME.dt.hour().replace_strict(list(range(24)), [float(each) for each in curve])
    frame = (
        names.with_row_index("size", offset=1)
        .join(hours.to_frame("timestamp"), how="cross")
        .with_columns(
            consumption_elec_kwh=use * pl.col("size"),
            consumption_gas_m3=pl.lit(0.0),
        )
        .with_columns(TIME + pl.duration(hours=pl.lit(shift) if isinstance(shift, int) else shift))
    )
    return ReadingsFile(
        name=NAME, original=frame.drop("size").lazy(), start=JANUARY, end=END, rows=frame.height
    )


def judged(file: ReadingsFile, month: str, labels: TimeLabels | None = None) -> Finding:
    labels = labels or TimeLabels()
    ids = file.original.select("customer_id").collect().to_series()
    return curve_finding(daily_curves([file], labels, ids), month, labels)


WINTER = datetime(2024, 1, 1), datetime(2024, 2, 1)
SUMMER = datetime(2024, 7, 1), datetime(2024, 8, 1)


@pytest.mark.parametrize(
    ("shift", "in_winter", "in_summer"),
    [(-2, False, False), (-1, False, False), (0, True, True), (1, True, True), (2, False, True),
     (3, False, False)],
)  # fmt: skip
def test_shift_is_told_where_it_leaves_the_hours_of_the_season(
    shift: int, in_winter: bool, in_summer: bool
) -> None:
    assert judged(file_of(*WINTER, shift), "2024-01-01").passed is in_winter
    assert judged(file_of(*SUMMER, shift), "2024-07-01").passed is in_summer


def test_finding_names_the_hour_and_what_is_expected() -> None:
    finding = judged(file_of(*WINTER, -1), "2024-01-01")
    assert finding.description == (
        "on working days the quietest four hours of 40 customers begin at 00:00 (01:00 to 02:00 is "
        "expected): labels may be at least 1 h early, as those of UTC are. Ask the source, and set "
        "SPANISHGAS_CLOCK or SPANISHGAS_HOUR_LABELS"
    )
    assert finding.metadata == {"customers": 40, "quietest_hours_begin": 0, "hours_moved": 0}
    late = judged(file_of(*WINTER, 2), "2024-01-01").description
    assert "begin at 03:00 (01:00 to 02:00 is expected): labels may be at least 1 h late" in late


def test_month_of_ends_among_others_is_told_by_the_month_before() -> None:
    ends = pl.when(TIME.dt.month() == 6).then(1).otherwise(0)
    file = file_of(datetime(2024, 5, 1), datetime(2024, 8, 1), ends)
    assert judged(file, "2024-05-01").passed
    june, july = judged(file, "2024-06-01"), judged(file, "2024-07-01")
    assert june.description.startswith(
        "the curve of 2024-06 is that of 2024-05 1 h later: labels of the two months are of "
        "different kinds."
    )
    assert july.metadata["hours_moved"] == -1


def test_ends_of_utc_are_told_once_the_clock_has_changed() -> None:
    ends_of_utc = pl.when(datetime(2024, 3, 31, 3) > TIME).then(0).otherwise(-1)
    file = file_of(datetime(2024, 3, 1), datetime(2024, 5, 1), ends_of_utc)
    assert judged(file, "2024-03-01").passed
    april = judged(file, "2024-04-01").description
    assert "the curve of 2024-04 is that of 2024-03 1 h earlier: the clock changed" in april
    assert "begin at 00:00 (01:00 to 03:00 is expected)" in april


def test_utc_that_is_declared_follows_the_clock() -> None:
    utc = pl.when(datetime(2024, 3, 31, 3) > TIME).then(-1).otherwise(-2)
    file = file_of(datetime(2024, 3, 1), datetime(2024, 5, 1), utc)
    labels = TimeLabels(Clock.UTC)
    assert judged(file, "2024-03-01", labels).passed
    assert judged(file, "2024-04-01", labels).passed


def test_sun_at_noon_is_no_night() -> None:
    solar = [0.0 if 11 <= hour <= 16 else use for hour, use in enumerate(HOME)]
    exported = [use - 20 if 11 <= hour <= 16 else use for hour, use in enumerate(HOME)]
    for curve in (solar, exported):
        assert judged(file_of(*SUMMER, curve=curve), "2024-07-01").metadata == {
            "customers": 40,
            "quietest_hours_begin": 1,
            "hours_moved": 0,
        }


@pytest.mark.parametrize(
    ("curve", "customers"), [((1,) * 24, 40), ((0,) * 24, 40), (HOME, 29), (HOME[::-1], 29)]
)
def test_what_has_no_night_or_few_customers_tells_nothing(
    curve: tuple[int, ...], customers: int
) -> None:
    finding = judged(file_of(*WINTER, curve=curve, customers=customers), "2024-01-01")
    assert finding.passed
    assert "it tells nothing" in finding.description


def test_months_without_readings_tell_nothing() -> None:
    nothing = CURVES.to_frame()
    assert curve_finding(nothing, "2024-01-01", TimeLabels()).passed
    none = file_of(*WINTER).original.clear().collect()["customer_id"]
    assert daily_curves([], TimeLabels(), none).equals(nothing)


def test_text_is_looked_at_from_its_beginning() -> None:
    file = file_of(*WINTER, -1)
    text = ReadingsFile(name="x.csv", original=file.original, start=JANUARY, end=END)
    assert not judged(text, "2024-01-01").passed
