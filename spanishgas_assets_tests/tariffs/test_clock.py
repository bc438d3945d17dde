# ruff: noqa: DTZ001  # labels of readings are naive
from datetime import date, datetime

import polars as pl
import pytest

from spanishgas_assets.settings import Clock
from spanishgas_assets.tariffs.calendar import calendar
from spanishgas_assets.tariffs.clock import clock_change, labelled_hours, repeatable_hours

YEAR = (date(2024, 1, 1), date(2025, 1, 1))


@pytest.mark.parametrize(
    ("year", "month", "expected"),
    [
        (2024, 3, datetime(2024, 3, 31, 2)),
        (2024, 10, datetime(2024, 10, 27, 2)),
        (2025, 3, datetime(2025, 3, 30, 2)),
        (2025, 10, datetime(2025, 10, 26, 2)),
        (2024, 6, None),
    ],
)
def test_the_clock_changes_on_last_sundays(year: int, month: int, expected: datetime) -> None:
    assert clock_change(year, month) == expected


@pytest.mark.parametrize(
    ("clock", "march", "october"), [("grid", 744, 744), ("local", 743, 745), ("utc", 743, 745)]
)
def test_hours_of_the_months_with_a_change(clock: str, march: int, october: int) -> None:
    hours = calendar(*YEAR, Clock(clock)).group_by("month").agg(pl.col("readings").sum())
    told = dict(hours.iter_rows())
    assert told[date(2024, 3, 1)] == march
    assert told[date(2024, 10, 1)] == october
    assert sum(told.values()) == 8784


def test_utc_labels_begin_an_hour_before_the_local_year() -> None:
    hours = labelled_hours(*YEAR, Clock.UTC)
    assert hours.row(0)[:2] == (datetime(2023, 12, 31, 23), datetime(2024, 1, 1, 0))
    summer = hours.filter(pl.col("timestamp") == datetime(2024, 7, 1, 10))
    assert summer["local"].item() == datetime(2024, 7, 1, 12)


def test_only_local_labels_repeat() -> None:
    assert repeatable_hours(*YEAR, Clock.GRID) == []
    assert repeatable_hours(*YEAR, Clock.UTC) == []
    # 01:00 is the Canaries' own repeated hour.
    assert repeatable_hours(*YEAR, Clock.LOCAL)[:2] == [
        datetime(2024, 10, 27, 1),
        datetime(2024, 10, 27, 2),
    ]


def test_blocks_of_single_hours() -> None:
    hours = calendar(*YEAR)
    told = dict(hours.select("timestamp", pl.col("block").cast(pl.String)).iter_rows())
    assert told[datetime(2024, 1, 2, 7)] == "valley"
    assert told[datetime(2024, 1, 2, 8)] == "side"
    assert told[datetime(2024, 1, 2, 12)] == "core"
    assert told[datetime(2024, 1, 2, 22)] == "h22"
    assert told[datetime(2024, 1, 6, 12)] == "holiday"  # a Saturday, too
    assert told[datetime(2024, 1, 7, 12)] == "valley"
    assert told[datetime(2024, 3, 29, 12)] == "core"  # Good Friday
