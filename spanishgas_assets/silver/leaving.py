"""Who has left before a snapshot, as far as labels and readings say: no customers of it."""

from datetime import date, timedelta

import polars as pl

#: Use that a supply has while it is on.
_USED = (pl.col("elec_kwh") > 0) | (pl.col("gas_m3") > 0)


def left_before(
    customer: pl.LazyFrame, months: pl.LazyFrame, as_of: date, label_horizon_days: int
) -> pl.LazyFrame:
    """Bronze customers that are known on the morning of ``as_of`` to have left.

    A label of an earlier day says that they leave within its horizon: known once that is over, or
    as soon as the supply, once in use, has no use in the newest month that others have, a month
    that ends after the label's day. Who uses energy in a month that begins after the horizon is a
    customer, whatever the label says. A label without a day, or of the snapshot's own, says nothing
    of the past.

    Grain: one row per customer_id, columns as in bronze.

    Args:
        customer: bronze customers, with churn and label_date.
        months: bronze customer-months of the twelve before ``as_of``.
        as_of: the snapshot.
        label_horizon_days: days after the label date within which a label counts leaving.
    """
    used = months.filter(_USED.fill_null(value=False))
    last = used.group_by("customer_id").agg(pl.col("month").max().alias("_last_month"))
    newest = used.select(pl.col("month").max().alias("_newest_month"))
    horizon = pl.col("label_date") + timedelta(days=label_horizon_days)
    still_here = (pl.col("_last_month") > horizon).fill_null(value=False)
    over = (horizon <= as_of) & ~still_here
    silent = (pl.col("_last_month") < pl.col("_newest_month")) & (
        pl.col("_newest_month").dt.month_end() > pl.col("label_date")
    )
    left = (pl.col("churn") == 1) & (pl.col("label_date") < as_of) & (over | silent)
    return (
        customer.join(last, on="customer_id", how="left")
        .join(newest, how="cross")
        .filter(left.fill_null(value=False))
        .drop("_last_month", "_newest_month")
    )
