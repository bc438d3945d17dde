"""Are quarter-hourly readings energies? Powers in kW are four times those, and add up to hours too.

A meter that is changed from hours to quarters does not change what its customer uses. Customers who
use much more than the month before are held against those who are measured by the hour: seasons and
second homes are the same for both.
"""

from datetime import timedelta

import polars as pl

from spanishgas_assets.partitions import month_start
from spanishgas_assets.tables.table_checks import Finding

_NAME = "finer_readings"

#: Use that is over so many times that of the month before may be four times it.
MUCH_MORE = 2.5
#: Share of the customers with quarter-hourly readings who may use much more, and how many times
#: that of others.
MOST_WITH_MUCH_MORE, MOST_TIMES_OTHERS = 0.05, 3
#: Fewer of them say nothing.
LEAST_CUSTOMERS = 10

FINER_CHECK = {
    _NAME: (
        f"At most {MOST_WITH_MUCH_MORE:.0%} of the customers with quarter-hourly electricity, or "
        f"{MOST_TIMES_OTHERS} times as many as of the others, use over {MUCH_MORE} times "
        "what they did the month before."
    )
}


def finer_readings_finding(
    rows: pl.DataFrame, finer: pl.DataFrame, partition: str, before: pl.DataFrame | None = None
) -> Finding:
    """Hold the use of customers with quarter-hourly readings against the month before, and others.

    Args:
        rows: the customer-months of a run: customer_id, month, elec_kwh, hours_seen.
        finer: customer_id and month of those whose electricity is measured by quarters of an hour.
        partition: the month to be judged (``2024-03-01``).
        before: the customer-months of the month before the run, if they are known.
    """
    month = month_start(partition)
    earlier = (month - timedelta(days=1)).replace(day=1)
    columns = ["customer_id", "month", "elec_kwh", "hours_seen"]
    known = pl.concat([frame.select(columns) for frame in (rows, before) if frame is not None])
    kw = known.filter(pl.col("elec_kwh") > 0).select(
        "customer_id", "month", (pl.col("elec_kwh") / pl.col("hours_seen")).alias("kw")
    )
    now, then = (kw.filter(pl.col("month") == when).drop("month") for when in (month, earlier))
    more = now.join(then, on="customer_id", suffix="_before").select(
        "customer_id", (pl.col("kw") > MUCH_MORE * pl.col("kw_before")).alias("more")
    )
    mine = finer.filter(pl.col("month") == month)
    some, others = (more.join(mine, on="customer_id", how=how) for how in ("semi", "anti"))
    much, usual = int(some["more"].sum()), int(others["more"].sum())
    share = usual / others.height if others.height else 0.0
    limit = max(MOST_WITH_MUCH_MORE, MOST_TIMES_OTHERS * share) * some.height
    passed = some.height < LEAST_CUSTOMERS or much <= limit
    said = (
        f"{much:,} of {some.height:,} customers with quarter-hourly readings, and {usual:,} of "
        f"{others.height:,} others, use over {MUCH_MORE} times what they did in {earlier:%Y-%m}"
    )
    return Finding(
        _NAME,
        passed,
        said
        if passed
        else f"{said}: they are likely powers in kW, not kWh of each quarter, a factor of 4. Ask "
        "the source, and deliver energies",
        {"customers_of_quarters": some.height, "customers_of_quarters_with_much_more": much},
    )
