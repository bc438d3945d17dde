"""What the UI shows of the bronze tables: counts of what was read, missing or odd."""

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from spanishgas_assets.bronze.price_month import zero_prices
from spanishgas_assets.partitions import month_start
from spanishgas_assets.raw.typed_rows import Reading


def consumption_metadata(
    rows: pl.DataFrame,
    readings: Mapping[str, int],
    set_aside: Mapping[str, pl.DataFrame],
    ignored_columns: Sequence[str],
) -> dict[str, dict[str, Any]]:
    """Describe each month of ``readings`` (usable ones by month) in readings, hours, kWh and m3."""
    return {
        key: {
            "readings": readings[key],
            "readings_set_aside": set_aside[key].height,
            "readings_missing": int(month["hours_missing"].sum()),
            "elec_kwh": float(month["elec_kwh"].sum()),
            "gas_m3": float(month["gas_m3"].sum()),
            "negative_hours": int(
                (month["elec_negative_hours"] + month["gas_negative_hours"]).sum()
            ),
            "ignored_columns": ", ".join(ignored_columns) or "none",
        }
        for key in readings
        for month in [rows.filter(pl.col("month") == month_start(key))]
    }


def price_metadata(reading: Reading, month: str) -> dict[str, Any]:
    """Describe the price rows of a month."""
    prices = reading.rows.filter(_in_month("pricing_date", month))
    return {**oddities(reading), "zero_prices": zero_prices(prices)}


def cost_metadata(reading: Reading, month: str) -> dict[str, Any]:
    """Describe the cost rows of a month: the file's provinces that it lacks."""
    given = set(reading.rows.filter(_in_month("month", month))["province"])
    missing = sorted(set(reading.rows["province"]) - given)
    return {
        **oddities(reading),
        "provinces_without_cost": ", ".join(str(code) for code in missing) or "none",
    }


def customer_metadata(
    known: pl.DataFrame, orphans: pl.DataFrame, readings: Sequence[Reading]
) -> dict[str, Any]:
    """Describe the customers of a drop and the rows that match no other file."""
    return {
        "labelled": int(known["churn"].is_not_null().sum()),
        "churners": int(known["churn"].sum()),
        "rows_of_orphans": orphans.height,
        **oddities(*readings),
    }


def oddities(*readings: Reading) -> dict[str, str | int]:
    """Count what was read although it is unusual: further columns, spellings, blanks."""
    ignored = [name for reading in readings for name in reading.ignored_columns]
    return {
        "ignored_columns": ", ".join(ignored) or "none",
        "respelled_ids": sum(reading.respelled_ids for reading in readings),
        "placeholder_dates": sum(reading.placeholders for reading in readings),
        "blank_rows": sum(reading.blank_rows for reading in readings),
    }


def _in_month(column: str, key: str) -> pl.Expr:
    return pl.col(column).dt.truncate("1mo") == month_start(key)
