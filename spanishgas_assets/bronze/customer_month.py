"""Consumption and prices of the same customer and month, side by side."""

import polars as pl

_KEY = ["customer_id", "month"]


def customer_months(consumption: pl.LazyFrame, prices: pl.LazyFrame) -> pl.LazyFrame:
    """Put each consumption row's prices beside it; one row per consumption row."""
    return consumption.join(prices, on=_KEY, how="left")


def prices_without_consumption(consumption: pl.LazyFrame, prices: pl.LazyFrame) -> pl.LazyFrame:
    """Return the price rows that no consumption row takes up."""
    return prices.join(consumption, on=_KEY, how="anti")
