"""Every hour of a span with what the pass over the readings needs to know of it."""

from datetime import date

import polars as pl

from spanishgas_assets.settings import Clock
from spanishgas_assets.tariffs.clock import labelled_hours
from spanishgas_assets.tariffs.periods import BLOCKS, block_of_hour, holidays


def calendar(start: date, end: date, clock: Clock = Clock.GRID) -> pl.DataFrame:
    """List every hour from local ``start`` to the end of the day before ``end``.

    One row per label of the source, in order and without gaps: timestamp (the label), month (first
    day of the local month), block (as in ``BLOCKS``), weekend, readings (expected of a customer)
    and change (whether the clock changes on the label's day).
    """
    hours = labelled_hours(start, end, clock)
    local = pl.col("local")
    month_day = local.dt.month().cast(pl.Int32) * 100 + local.dt.day()
    days = [month * 100 + day for month, day in holidays()]
    return hours.select(
        "timestamp",
        local.dt.date().dt.truncate("1mo").alias("month"),
        pl.when(month_day.is_in(days))
        .then(pl.lit("holiday"))
        .when(local.dt.weekday() > 5)
        .then(pl.lit("valley"))
        .otherwise(
            local.dt.hour().replace_strict(dict(enumerate(block_of_hour())), return_dtype=pl.String)
        )
        .cast(pl.Enum(BLOCKS))
        .alias("block"),
        (local.dt.weekday() > 5).alias("weekend"),
        "readings",
        "change",
    )
