"""Readings in any order, summed by customer and slot: the way for all that is no regular grid."""

import polars as pl

from spanishgas_assets.bronze.energy_sums.exact_sums import parts
from spanishgas_assets.bronze.energy_sums.hour_slots import HOUR_US, HourSlots, tag
from spanishgas_assets.bronze.energy_sums.month_sums import (
    BAD,
    EMPTY_ELEC,
    EMPTY_GAS,
    FLAGS,
    GRIDS,
    NEGATIVE_ELEC,
    NEGATIVE_GAS,
)
from spanishgas_assets.bronze.invalid_readings import usable_values
from spanishgas_assets.raw.estimate_marks import ESTIMATED
from spanishgas_assets.raw.meter_readings import ReadingsFile

_ELEC = pl.col("consumption_elec_kwh")
_GAS = pl.col("consumption_gas_m3")
_MICROS = pl.col("timestamp").cast(pl.Int64)
_PARTS = tuple(f"{fuel}_{grid}" for fuel in ("elec", "gas") for grid in GRIDS)


def grouped_sums(readings: pl.DataFrame, slots: HourSlots, file: ReadingsFile) -> pl.DataFrame:
    """Add up readings by customer, slot and flags; a null key is an invalid reading."""
    time = pl.col("timestamp")
    bad = (_MICROS % HOUR_US != 0) | ~usable_values()
    key = (
        slots.slot(time, file.start, file.end) * FLAGS
        + (_ELEC < 0).fill_null(value=False).cast(pl.UInt16) * NEGATIVE_ELEC
        + (_GAS < 0).fill_null(value=False).cast(pl.UInt16) * NEGATIVE_GAS
        + _ELEC.is_null().cast(pl.UInt16) * EMPTY_ELEC
        + _GAS.is_null().cast(pl.UInt16) * EMPTY_GAS
        + bad.cast(pl.UInt16) * BAD
    )
    marked = ESTIMATED in readings.columns
    return (
        readings.lazy()
        .select(
            "customer_id",
            key.alias("key"),
            tag(time).alias("tag_sum"),
            *(
                part.alias(name)
                for name, part in zip(_PARTS, (*parts(_ELEC), *parts(_GAS)), strict=True)
            ),
            *([pl.col(ESTIMATED)] if marked else []),
        )
        .group_by("customer_id", "key")
        .agg(
            pl.len().cast(pl.Int64).alias("readings"),
            pl.col("tag_sum", *_PARTS).sum(),
            (pl.col(ESTIMATED).fill_null(value=True).sum() if marked else pl.lit(0))
            .cast(pl.Int64)
            .alias("estimated"),
        )
        .collect(engine="streaming")
    )
