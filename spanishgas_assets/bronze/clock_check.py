"""Does the source's clock tick as declared? The days of the two clock changes tell."""

import polars as pl

from spanishgas_assets.partitions import month_start
from spanishgas_assets.settings import Clock
from spanishgas_assets.tables.table_checks import Finding
from spanishgas_assets.tariffs.clock import clock_change

_NAME = "clock_convention"
CLOCK_CHECK = {
    _NAME: "The days of the clock changes have the hours that SPANISHGAS_CLOCK declares.",
}

#: Customers with the day of another clock: a reading that is missing or there twice makes one.
MOST_OF_ANOTHER_CLOCK = 0.05

_UNCHANGED, _SHORT, _LONG = 24, 23, 25


def clock_finding(seen: pl.DataFrame, partition: str, declared: Clock, zone: str = "") -> Finding:
    """Hold the day of a month's clock change against the declared convention.

    Args:
        seen: month, readings that a customer has on the day of the change, customers.
        partition: the month (``2024-03-01``).
        declared: what the labels are declared to mean.
        zone: the zone of the labels, if they are instants.

    A month without a change, or without readings, passes: it says nothing. Whether labels that
    know no change are UTC or an idealised grid, the day cannot tell.
    """
    if zone and declared is Clock.GRID:
        said = (
            f"timestamps have a time zone ({zone}), which labels of a {declared.value!r} do not: "
            "set SPANISHGAS_CLOCK=utc. If the source wrote labels of local time as if they had a "
            "zone, let it deliver them without"
        )
        return Finding(_NAME, passed=False, description=said, metadata={"time_zone": zone})
    start = month_start(partition)
    change = clock_change(start.year, start.month)
    found = seen.filter(pl.col("month") == start)
    if change is None or found.is_empty():
        return Finding(_NAME, passed=True, description="no clock change in the month")
    followed = _SHORT if change.month < 6 else _LONG
    expected, other = (followed, _UNCHANGED) if declared is Clock.LOCAL else (_UNCHANGED, followed)
    having = dict(found.select("readings", "customers").iter_rows())
    customers, wrong = sum(having.values()), having.get(other, 0)
    passed = wrong <= max(1, MOST_OF_ANOTHER_CLOCK * customers) and wrong < customers
    count = having.get(expected, 0) if passed else wrong
    said = (
        f"{count:,} of {customers:,} customers have {expected if passed else other} readings on "
        f"{change:%Y-%m-%d}; {declared.value!r} expects {expected}"
    )
    if not passed:
        likely = "grid or utc" if declared is Clock.LOCAL else "local"
        said += f": their labels look like {likely}. Ask the source, and set SPANISHGAS_CLOCK"
        if having.get(expected):
            said += f"; {having[expected]:,} have {expected}: deliver all of them by one clock"
    return Finding(
        _NAME,
        passed,
        said,
        {
            "customers": customers,
            "readings_expected_each": expected,
            **{f"customers_with_{hours}_readings": having.get(hours, 0) for hours in (23, 24, 25)},
        },
    )
