"""Province costs and tolls to province-months."""

import polars as pl


def cost_months(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rename the source's columns; one row per row of costs_by_province_month.csv."""
    return rows.select(
        pl.col("province").alias("province_code"),
        "month",
        pl.col("elec_var_cost_eur_kwh").alias("elec_energy_cost_eur_kwh"),
        pl.col("gas_var_cost_eur_m3").alias("gas_energy_cost_eur_m3"),
        pl.col("peaje_elec_eur_kwh").alias("elec_toll_eur_kwh"),
    )
