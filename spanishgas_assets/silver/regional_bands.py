"""The three bands of electricity by the hours of the customer's own zone.

Bronze months know no province and take the Peninsula's hours, which Ceuta and Melilla do not have.
"""

from datetime import date

import polars as pl

from spanishgas_assets.bronze.tariff_month import months_by_period
from spanishgas_assets.silver.ordered_join import beside
from spanishgas_assets.tariffs.periods import BANDS, SMALL_TARIFF, block_periods, zone_of

_KEY = ["customer_id", "month"]
_MAINLAND = "peninsula"


def with_bands_of_zone(window: pl.LazyFrame, customer: pl.LazyFrame) -> pl.LazyFrame:
    """Sum the bands anew, from their blocks, where a zone has other hours than the Peninsula.

    ``window`` holds bronze customer-months, ``customer`` the silver customers. Grain: one row per
    (customer_id, month), as the window came in; kWh. The bands are the 2.0TD periods of every
    supply, also above 15 kW: the prices are by them (the periods of the own tariff are in
    bronze/tariff_month).
    """
    months = window.select("month").unique().collect()["month"].to_list()
    elsewhere = customer.select(
        "customer_id",
        pl.lit(SMALL_TARIFF).alias("tariff"),
        zone_of(pl.col("province_code")).alias("zone"),
    ).filter(pl.col("zone").is_in(_zones_of_other_hours(months)))
    own = months_by_period(window, elsewhere).select(
        *_KEY,
        *(pl.col(f"elec_p{number}_kwh").alias(_own(band)) for number, band in enumerate(BANDS, 1)),
    )
    return (
        beside(window, own, _KEY)
        .with_columns(
            pl.coalesce(_own(band), f"elec_{band}_kwh").alias(f"elec_{band}_kwh") for band in BANDS
        )
        .drop(_own(band) for band in BANDS)
    )


def _zones_of_other_hours(months: list[date]) -> list[str]:
    periods = block_periods(months).filter(tariff=SMALL_TARIFF)
    mainland = periods.filter(zone=_MAINLAND)
    other = periods.join(mainland, on=["month", "block", "period"], how="anti")
    return other["zone"].unique().sort().to_list()


def _own(band: str) -> str:
    return f"_own_{band}"
