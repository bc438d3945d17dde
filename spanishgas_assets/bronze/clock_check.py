"""Does the source's clock tick as declared? The hours of the two clock changes tell."""

import polars as pl

from spanishgas_assets.partitions import month_start
from spanishgas_assets.settings import Clock
from spanishgas_assets.tables.table_checks import Finding
from spanishgas_assets.tariffs.clock import clock_change

_NAME, _LABELS = "clock_convention", "hour_labels"
CLOCK_CHECK = {
    _NAME: "The readings at the hours of the clock changes are as SPANISHGAS_CLOCK declares.",
    _LABELS: "Labels are the beginnings of hours: next to none is 24:00, an hour's end.",
}

#: One label in 24 is 24:00 where labels are the ends of hours; half of that is no slip any more.
_END_OF_DAY_SHARE = 1 / 48

#: Readings per customer at the hour of a change: by a clock without changes, and by local time.
_UNCHANGED, _SKIPPED, _REPEATED = 1.0, 0.0, 2.0


def clock_finding(seen: pl.DataFrame, partition: str, declared: Clock) -> Finding:
    """Hold the readings at a month's clock change against the declared convention.

    Args:
        seen: month, customers and readings at the hour of the change.
        partition: the month (``2024-03-01``).
        declared: what the labels are declared to mean.

    A month without a change, or without readings, passes: it says nothing. Whether labels that
    know no change are UTC or an idealised grid, their hours cannot tell.
    """
    start = month_start(partition)
    change = clock_change(start.year, start.month)
    found = seen.filter(pl.col("month") == start)
    if change is None or found.is_empty():
        return Finding(_NAME, passed=True, description="no clock change in the month")
    _, customers, readings = found.row(0)
    by_local = _SKIPPED if change.month < 6 else _REPEATED
    expected = by_local if declared is Clock.LOCAL else _UNCHANGED
    share = readings / customers
    passed = abs(share - expected) < 0.5
    said = (
        f"{readings:,} readings of {customers:,} customers at {change:%Y-%m-%d %H:%M}; "
        f"{declared.value!r} expects {expected:.0f} each"
    )
    if not passed:
        other = "grid or utc" if declared is Clock.LOCAL else "local"
        said += f": the labels look like {other}. Ask the source, and set SPANISHGAS_CLOCK"
    return Finding(
        _NAME,
        passed,
        said,
        {"customers": customers, "readings_at_change": readings, "expected_each": expected},
    )


def label_finding(bad: pl.DataFrame, readings: int) -> Finding:
    """Report labels of 24:00, which only the end of an hour can have.

    Args:
        bad: readings of a month, or of the run, that are set aside, with their values as they
            stood.
        readings: all readings of the same months.

    Where labels are the ends of hours, every other hour is counted an hour late, which the readings
    themselves do not show.
    """
    ends = bad.filter(pl.col("values").str.contains(r'"timestamp":"[^"]*[ T]24:00(:00)?"')).height
    passed = ends < max(1, _END_OF_DAY_SHARE * readings)
    said = f"{ends:,} of {readings:,} labels are 24:00"
    if not passed:
        said += (
            ": labels look like the ends of hours, and every hour would count an hour late. "
            "Deliver them by the beginning of the hour"
        )
    return Finding(_LABELS, passed, said, {"labels_of_24_00": ends, "readings": readings})
