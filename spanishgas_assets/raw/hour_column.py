"""Readings that are dated by a day and the number of its hour, in two columns."""

import polars as pl

DAYS = ("timestamp", "date")
HOUR = "hour"
_SNIFFED_ROWS = 1000
#: A day, and the midnight that programs write where a column of days is one of times.
_DAY = r"^\s*(\d[\d/-]*\d)(?:[T ]00:00(?::00(?:\.0+)?)?)?\s*$"
_ONLY_DAY = r"^\s*\d[\d/-]*\d\s*$"
#: ``7``, ``07``, ``7.0``, ``07:00``; the hour that autumn repeats may be marked, ``2A`` and ``2B``.
_NUMBER = r"^\s*(\d{1,2})(?:\.0+|:00(?::00)?|[ABab])?\s*$"


def with_hour_in_timestamp(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Put day and hour together as text, ``2024-10-27 25``, in the column ``timestamp``.

    Files without a column ``hour``, and those whose timestamps are times of day, stay as they are.
    A row whose day or hour is none has no timestamp.
    """
    found = rows.collect_schema()
    day = next((name for name in DAYS if name in found), None)
    if day is None or HOUR not in found or not _are_days(rows.select(day, HOUR), day):
        return rows
    text = (
        pl.col(day).dt.to_string("%Y-%m-%d")
        if found[day].is_temporal()
        else pl.col(day).cast(pl.String).str.extract(_DAY)
    )
    number = pl.col(HOUR).cast(pl.String).str.extract(_NUMBER)
    together = pl.concat_str(text, number, separator=" ").alias("timestamp")
    return rows.with_columns(together).drop({day, HOUR} - {"timestamp"})


def _are_days(rows: pl.LazyFrame, day: str) -> bool:
    """Whether a column's first cells are days, and not times that happen to be midnight."""
    first = rows.head(_SNIFFED_ROWS).drop_nulls().collect()
    days, hours = first[day], first[HOUR].cast(pl.String).str.extract(_NUMBER)
    if days.dtype == pl.Date:
        return True
    text = days.cast(pl.String)
    if text.str.contains(_ONLY_DAY).all():
        return bool(text.len())
    return bool(text.str.contains(_DAY).all()) and bool((hours.cast(pl.Int64) > 0).any())
