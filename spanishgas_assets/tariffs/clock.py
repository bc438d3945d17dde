"""What a reading's time label means: the clock convention that a source declares.

* ``grid``: naive local labels on an idealised day of 24 hours, also on the days that the clock
  changes.
* ``local``: true local labels: no 02:00 on the last Sunday of March, two on that of October.
* ``utc``: naive UTC labels; the local hour follows from them by Peninsula time, which is an hour
  late for the Canaries: bronze/tariff_month counts the supplies concerned.

In the Canaries the clock changes at 01:00 local time, an hour earlier by the label.
Source of the change days: Directive 2000/84/EC (docs/spain.md#reading-clock).
"""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import polars as pl

from spanishgas_assets.settings import Clock

#: Local hour that the Peninsula's clock skips in spring and repeats in autumn.
CHANGE_HOUR = 2
SPRING, AUTUMN = 3, 10
_ZONE = "Europe/Madrid"


def clock_change(year: int, month: int) -> datetime | None:
    """Return the hour that the clock of the Peninsula skips or repeats in a month, if any."""
    if month not in (SPRING, AUTUMN):
        return None
    last = date(year, month, 31)
    sunday = last - timedelta(days=last.isoweekday() % 7)
    return datetime.combine(sunday, datetime.min.time()) + timedelta(hours=CHANGE_HOUR)


def utc_offset(day: date) -> timedelta:
    """Return how far the local time of the Peninsula is ahead of UTC as a day begins."""
    midnight = datetime.combine(day, datetime.min.time(), ZoneInfo(_ZONE))
    return midnight.utcoffset() or timedelta()


def repeatable_hours(start: date, end: date, clock: Clock) -> list[datetime]:
    """List the labels that a source may give to two readings of one customer."""
    if clock is not Clock.LOCAL:
        return []
    changes = [
        change for year in range(start.year, end.year + 1) if (change := clock_change(year, AUTUMN))
    ]
    return [hour for change in changes for hour in (change - timedelta(hours=1), change)]


def labelled_hours(start: date, end: date, clock: Clock) -> pl.DataFrame:
    """List the labels of the hours from local ``start`` to the end of the day before ``end``.

    One row per label, in order and without gaps: timestamp (as the source writes it), local (the
    local time that it stands for), readings (how many a customer has there: 0 and 2 only where the
    clock changes and the source follows it), change (whether the clock changes on the label's day).

    Example:
        A source that writes true local time has no 02:00 on the last Sunday of March.

        >>> spring = labelled_hours(date(2024, 3, 31), date(2024, 4, 1), Clock.LOCAL)
        >>> for label, readings in spring[1:4].select("timestamp", "readings").rows():
        ...     print(f"{label:%H:%M}", readings)
        01:00 1
        02:00 0
        03:00 1
    """
    first, last = (datetime.combine(day, datetime.min.time()) for day in (start, end))
    if clock is Clock.UTC:
        utc = (
            pl.Series([first, last], dtype=pl.Datetime("us"))
            .dt.replace_time_zone(_ZONE)
            .dt.convert_time_zone("UTC")
            .dt.replace_time_zone(None)
        )
        first, last = utc.to_list()
    hours = pl.DataFrame(
        {"timestamp": pl.datetime_range(first, last, "1h", closed="left", eager=True)}
    )
    label = pl.col("timestamp")
    changes = {
        change: 0 if month == SPRING else 2
        for year in range(start.year, end.year + 1)
        for month in (SPRING, AUTUMN)
        if (change := clock_change(year, month))
    }
    local = (
        label.dt.replace_time_zone("UTC").dt.convert_time_zone(_ZONE).dt.replace_time_zone(None)
        if clock is Clock.UTC
        else label
    )
    followed = changes if clock is Clock.LOCAL else {}
    return hours.select(
        label,
        local.alias("local"),
        label.replace_strict(followed, default=1, return_dtype=pl.Int64).alias("readings")
        if followed
        else pl.lit(1, dtype=pl.Int64).alias("readings"),
        label.dt.date().is_in([change.date() for change in changes]).alias("change"),
    )
