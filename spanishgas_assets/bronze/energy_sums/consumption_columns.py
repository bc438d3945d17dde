"""The columns of bronze/consumption_month from the exact parts of its sums."""

import polars as pl

from spanishgas_assets.bronze.energy_sums.hour_slots import HourSlots
from spanishgas_assets.bronze.energy_sums.month_sums import KINDS


def consumption_columns(
    months: pl.DataFrame, slots: HourSlots, gas_kwh_per_m3: float, *, marked: bool
) -> pl.DataFrame:
    """Add the parts up and name the columns; kWh, m3 and hours.

    Grain: one row per (customer_id, month) of ``months``. ``marked`` says whether the source marks
    estimated readings; their count is null where it does not.
    """

    def total(name: str) -> pl.Expr:
        return pl.col(f"{name}_coarse") + pl.col(f"{name}_fine")

    return months.join(slots.months, on="month").select(
        "customer_id",
        "month",
        total("elec").alias("elec_kwh"),
        *(total(kind).alias(f"elec_{kind}_kwh") for kind in KINDS),
        total("gas").alias("gas_m3"),
        (total("gas") * gas_kwh_per_m3).alias("gas_kwh"),
        "hours_seen",
        # Labels of another clock than declared have an hour too many: the clock's check tells.
        (pl.col("hours") - pl.col("hours_seen")).clip(0).alias("hours_missing"),
        "holiday_hours",
        (pl.col("estimated_hours") if marked else pl.lit(None, pl.Int64)).alias("estimated_hours"),
        "elec_empty_hours",
        "gas_empty_hours",
        "elec_negative_hours",
        total("elec_negative").alias("elec_negative_kwh"),
        "gas_negative_hours",
        total("gas_negative").alias("gas_negative_m3"),
        (total("gas_negative") * gas_kwh_per_m3).alias("gas_negative_kwh"),
    )
