"""Which 2.0TD period an hour belongs to.

The source's clock is an idealised naive local grid of 24 hours a day: an hour's label is taken as
official local time. The hours and holidays are data, in ``periods.yaml``, with their source.
"""

import functools
from datetime import date
from importlib import resources
from typing import Any

import polars as pl
import yaml

#: 2.0TD periods in the order of their codes: P1 punta, P2 llano, P3 valle.
BANDS = ("peak", "standard", "offpeak")


@functools.cache
def _rules() -> dict[str, Any]:
    text = resources.files(__package__).joinpath("periods.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def calendar(start: date, end: date) -> pl.DataFrame:
    """List every hour from ``start`` to the end of the day before ``end``.

    One row per hour, in order: timestamp (naive), month (its first day), is_holiday and band
    (0 peak, 1 standard, 2 off-peak; 2.0TD outside Ceuta and Melilla).

    Raises:
        ValueError: the span begins before the tariff's validity.
    """
    rules = _rules()
    tariff = rules["tariffs"][0]
    if start < tariff["valid_from"]:
        raise ValueError(f"{tariff['name']} periods begin on {tariff['valid_from']}, not {start}")
    hours = pl.DataFrame(
        {"timestamp": pl.datetime_range(start, end, "1h", closed="left", eager=True)}
    )
    hour = pl.col("timestamp").dt.hour()
    month_day = pl.col("timestamp").dt.month().cast(pl.Int32) * 100 + pl.col("timestamp").dt.day()
    holidays = [day["month"] * 100 + day["day"] for day in rules["holidays"]]
    working = (pl.col("timestamp").dt.weekday() <= 5) & ~month_day.is_in(holidays)
    return hours.select(
        "timestamp",
        pl.col("timestamp").dt.date().dt.truncate("1mo").alias("month"),
        month_day.is_in(holidays).alias("is_holiday"),
        pl.when(working & _within(hour, tariff["peak"]))
        .then(0)
        .when(working & _within(hour, tariff["standard"]))
        .then(1)
        .otherwise(2)
        .cast(pl.Int8)
        .alias("band"),
    )


def _within(hour: pl.Expr, ranges: list[list[int]]) -> pl.Expr:
    return pl.any_horizontal([(hour >= first) & (hour < last) for first, last in ranges])
