"""Customer-months with readings that are there more than once, summed again without them."""

from collections.abc import Sequence
from datetime import date, datetime

import polars as pl

from spanishgas_assets.bronze.energy_sums.grouped_sums import grouped_sums
from spanishgas_assets.bronze.energy_sums.hour_slots import HOUR_US, HourSlots
from spanishgas_assets.bronze.energy_sums.month_sums import month_sums
from spanishgas_assets.bronze.invalid_readings import repeated, spelled_id, usable_values
from spanishgas_assets.raw.meter_readings import ReadingsFile


def without_duplicate_readings(
    files: Sequence[ReadingsFile], suspects: pl.DataFrame, slots: HourSlots, needs: list[pl.Expr]
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Look at customer-months that lack hours or have too many, a month at a time.

    Returns the sums of those with repeated readings, without them, and the repeated readings.
    """
    mended, asides = [], []
    for month in suspects["month"].unique().sort():
        customers = suspects.filter(pl.col("month") == month).select("customer_id")
        bounds = _bounds(slots, month)
        rows = pl.concat(
            [
                _usable(file, needed, bounds)
                .with_columns(spelled_id(), pl.lit(month).alias("month"))
                .join(customers.lazy(), on="customer_id", how="semi")
                .collect(engine="streaming")
                for file, needed in zip(files, needs, strict=True)
                if file.start <= month < file.end
            ],
            how="diagonal",
        )
        kept, aside = repeated(rows, slots)
        if aside.height:
            again = kept.join(aside, on="customer_id", how="semi")
            sums = grouped_sums(again, slots, _first_of(files, month))
            mended.append(month_sums(sums, slots))
            asides.append(aside)
    empty = suspects.clear()
    return (
        pl.concat([empty.drop("hours", "tags"), *mended]),
        pl.concat(asides) if asides else suspects.clear(),
    )


def _first_of(files: Sequence[ReadingsFile], month: date) -> ReadingsFile:
    return next(file for file in files if file.start <= month < file.end)


def _usable(file: ReadingsFile, needed: pl.Expr, bounds: tuple[datetime, datetime]) -> pl.LazyFrame:
    return file.numbered().filter(
        needed,
        pl.col("timestamp").is_between(*bounds),
        pl.col("timestamp").cast(pl.Int64) % HOUR_US == 0,
        usable_values(),
    )


def _bounds(slots: HourSlots, month: date) -> tuple[datetime, datetime]:
    hours = slots.hours.filter(pl.col("month") == month)["timestamp"]
    return hours[0], hours[-1]
