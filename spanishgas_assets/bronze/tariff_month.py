"""Electricity of every customer by the periods of the customer's own tariff and zone."""

import polars as pl

from spanishgas_assets.settings import Clock
from spanishgas_assets.tariffs.period_rules import LARGE_TARIFF
from spanishgas_assets.tariffs.periods import (
    BLOCKS,
    block_periods,
    tariff_of,
    zone_of,
)

_PERIODS = range(1, 7)
_ALWAYS_THERE = 3


def tariff_months(consumption: pl.LazyFrame, customer: pl.LazyFrame) -> pl.LazyFrame:
    """Put the blocks of bronze consumption-months into periods; columns of bronze/tariff_month.

    Grain: one row per (customer_id, month) of ``consumption`` whose customer is in ``customer``.
    kWh; the periods add up to the month's electricity. Power above 15 kW has six periods, the
    rest three and nulls.
    """
    supply = customer.select(
        "customer_id",
        tariff_of(pl.col("contracted_power_kw")).alias("tariff"),
        zone_of(pl.col("province_code")).alias("zone"),
    )
    return months_by_period(consumption, supply)


def months_by_period(consumption: pl.LazyFrame, supply: pl.LazyFrame) -> pl.LazyFrame:
    """Put blocks into the periods of a tariff and zone that ``supply`` names by customer_id.

    Columns and grain as ``tariff_months``.
    """
    months = consumption.select("month").unique().collect()["month"].to_list()
    blocks = (
        consumption.join(supply, on="customer_id")
        .unpivot(
            [f"elec_{block}_kwh" for block in BLOCKS],
            index=["customer_id", "month", "tariff", "zone"],
            variable_name="block",
            value_name="kwh",
        )
        .with_columns(pl.col("block").str.strip_prefix("elec_").str.strip_suffix("_kwh"))
        .join(
            block_periods(months).lazy(),
            on=["tariff", "zone", "month", "block"],
            maintain_order="left",
        )
    )
    return blocks.group_by("customer_id", "month", "tariff", "zone").agg(
        _period(number).alias(f"elec_p{number}_kwh") for number in _PERIODS
    )


def months_of_unknown_customers(consumption: pl.LazyFrame, customer: pl.LazyFrame) -> pl.LazyFrame:
    """Return the consumption-months whose customer is not in ``customer``."""
    return consumption.join(customer, on="customer_id", how="anti")


def supplies_an_hour_late(rows: pl.DataFrame, clock: Clock) -> int:
    """Count the supplies in the Canaries whose local hours follow from UTC by Peninsula time."""
    if clock is not Clock.UTC:
        return 0
    return rows.filter(pl.col("zone") == "canaries")["customer_id"].n_unique()


def _period(number: int) -> pl.Expr:
    # Summed as a list in the order of the blocks: the optimizer drops a sort before a plain sum,
    # and a float sum depends on the order of its rows in the last digit.
    in_period = pl.when(pl.col("period") == number).then("kwh").otherwise(0.0)
    kwh = in_period.sort_by("block").implode().list.sum()
    if number <= _ALWAYS_THERE:
        return kwh
    return pl.when(pl.col("tariff").first() == LARGE_TARIFF).then(kwh)
