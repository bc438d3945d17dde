"""The two clocks agree: a snapshot reads exactly the twelve complete months before it."""

from datetime import date

import dagster as dg
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanishgas_assets.partitions import MONTHS, SNAPSHOTS, month_after, trailing_year
from spanishgas_assets.snapshot_dates import trailing_year_keys

SOME_MONTHS = pl.LazyFrame(
    {"month": pl.date_range(date(2022, 1, 1), date(2027, 12, 1), "1mo", eager=True)}
)


def test_snapshots_are_mondays_keyed_by_their_own_date() -> None:
    keys = SNAPSHOTS.get_partition_keys(current_time=None)
    assert keys[0] == "2025-01-06"
    assert all(date.fromisoformat(key).weekday() == 0 for key in keys)


@pytest.mark.parametrize(
    ("as_of", "first", "last"),
    [
        ("2025-01-06", "2024-01-01", "2024-12-01"),
        ("2025-03-31", "2024-03-01", "2025-02-01"),
        ("2025-09-01", "2024-09-01", "2025-08-01"),
        ("2027-03-01", "2026-03-01", "2027-02-01"),
    ],
)
def test_the_window_is_the_twelve_complete_months(as_of: str, first: str, last: str) -> None:
    day = date.fromisoformat(as_of)
    kept = trailing_year(SOME_MONTHS, day).collect()["month"]
    assert (kept.len(), str(kept.min()), str(kept.max())) == (12, first, last)
    assert trailing_year_keys(day) == [str(month) for month in kept]


@given(st.dates(date(2023, 1, 1), date(2027, 12, 31)))
def test_no_month_of_the_window_reaches_the_as_of_date(as_of: date) -> None:
    kept = trailing_year(SOME_MONTHS, as_of).collect()["month"].to_list()
    assert len(kept) == 12
    assert all(month_after(month.isoformat()) <= as_of for month in kept)


@pytest.mark.parametrize(
    ("month", "after"), [("2024-01-01", "2024-02-01"), ("2024-12-01", "2025-01-01")]
)
def test_month_after(month: str, after: str) -> None:
    assert month_after(month).isoformat() == after


def test_months_and_snapshots_share_a_time_zone() -> None:
    assert MONTHS.timezone == SNAPSHOTS.timezone
    assert isinstance(MONTHS, dg.MonthlyPartitionsDefinition)
