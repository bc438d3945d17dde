"""The two clocks of the platform: calendar months and weekly snapshots.

A snapshot's key is its as-of date, a Monday, and is available on that Monday. It uses the twelve
complete months before it. Nothing else in the package defines a partition or a mapping.
"""

from datetime import date, timedelta

import dagster as dg
import polars as pl

from spanishgas_assets.snapshot_dates import FIRST_SNAPSHOT

MONTHS = dg.MonthlyPartitionsDefinition("2024-01-01", end_offset=1)
SNAPSHOTS = dg.WeeklyPartitionsDefinition(FIRST_SNAPSHOT.isoformat(), day_offset=1, end_offset=1)

#: The 12 or 13 months that can matter to a snapshot; ``trailing_year`` cuts exactly twelve.
TRAILING_YEAR = dg.TimeWindowPartitionMapping(start_offset=-52, end_offset=-1)

#: How long after its last partition a table may be remade before Dagster calls it stale, by
#: cadence: a month or a week, and some days for the drop to arrive.
FRESHNESS = {
    "month": dg.FreshnessPolicy.time_window(
        fail_window=timedelta(days=40), warn_window=timedelta(days=33)
    ),
    "snapshot": dg.FreshnessPolicy.time_window(
        fail_window=timedelta(days=9), warn_window=timedelta(days=8)
    ),
}


def as_of(context: dg.AssetExecutionContext) -> date:
    """Return the date that a snapshot run stands for."""
    return date.fromisoformat(context.partition_key)


def month_start(key: str) -> date:
    """Return the first day of a month partition's key (``2024-03-01``)."""
    return date.fromisoformat(key)


def month_after(key: str) -> date:
    """Return the first day of the month that follows a month partition's key."""
    start = date.fromisoformat(key)
    return date(start.year + start.month // 12, start.month % 12 + 1, 1)


def trailing_year(months: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Keep the twelve complete months that end before ``as_of`` (column ``month``)."""
    end = pl.lit(as_of).dt.truncate("1mo")
    return months.filter(pl.col("month") < end, pl.col("month") >= end.dt.offset_by("-12mo"))
