"""The twelve months before a snapshot: use, imputed prices, province costs and margins."""

import polars as pl

from spanishgas_assets.bronze.tables import CUSTOMER_MONTH as BRONZE_CUSTOMER_MONTH
from spanishgas_assets.settings import GasMargin
from spanishgas_assets.silver.margins import monthly_margin
from spanishgas_assets.silver.ordered_join import ordered_join
from spanishgas_assets.silver.prices import impute_prices
from spanishgas_assets.silver.regional_bands import with_regional_bands
from spanishgas_assets.silver.tables import CUSTOMER_MONTH
from spanishgas_assets.tariffs.periods import BLOCKS

_COST_KEY = ["province_code", "month"]
_HAS_COST = pl.col("elec_energy_cost_eur_kwh").is_not_null()

_BLOCKS = [f"elec_{block}_kwh" for block in BLOCKS]

#: Columns of a bronze month that silver keeps, or puts into periods, or divides by twelve.
_TAKEN = [
    *(name for name in BRONZE_CUSTOMER_MONTH.columns if name in CUSTOMER_MONTH.columns),
    *_BLOCKS,
    "gas_fixed_revenue_eur_year",
    "gas_fixed_cost_eur_year",
]


def customer_month(
    window: pl.LazyFrame,
    costs: pl.LazyFrame,
    customer: pl.LazyFrame,
    gas_margin: GasMargin = GasMargin.SUPPLIED,
) -> pl.LazyFrame:
    """Silver customer-months from a window of bronze ones, bronze costs and silver customers.

    Grain: one row per (customer_id, month) of the window whose customer is in the snapshot and
    whose province has a cost row; ``months_without_customer`` and ``months_without_cost`` return
    the rest. Amounts in EUR without VAT. Prices are imputed before the costs join, so that an
    observed price counts also where its own month falls out.
    """
    # Read and sorted once, while the rows are narrow: all that follows keeps their order.
    known = (
        window.select(_TAKEN)
        .join(customer, on="customer_id", how="semi")
        .sort("customer_id", "month")
        .collect()
    )
    banded = with_regional_bands(known.lazy(), customer).drop(_BLOCKS)
    priced = impute_prices(banded, customer, gas_margin)
    costed = ordered_join(_with_province(priced, customer), costs, _COST_KEY).filter(_HAS_COST)
    return monthly_margin(costed).select(list(CUSTOMER_MONTH.columns))


def months_without_customer(window: pl.LazyFrame, customer: pl.LazyFrame) -> pl.LazyFrame:
    """Customer-months of the window whose customer is not in the snapshot, as in bronze."""
    return window.join(customer, on="customer_id", how="anti")


def months_without_cost(
    window: pl.LazyFrame, costs: pl.LazyFrame, customer: pl.LazyFrame
) -> pl.LazyFrame:
    """Customer-months of the snapshot's customers without a cost row, with their province_code."""
    known = window.join(customer, on="customer_id", how="semi")
    return _with_province(known, customer).join(costs, on=_COST_KEY, how="anti")


def _with_province(months: pl.LazyFrame, customer: pl.LazyFrame) -> pl.LazyFrame:
    return ordered_join(months, customer.select("customer_id", "province_code"), ["customer_id"])
