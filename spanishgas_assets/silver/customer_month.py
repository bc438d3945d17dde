"""The twelve months before a snapshot: use, imputed prices, province costs and margins."""

import polars as pl

from spanishgas_assets.settings import GasMargin
from spanishgas_assets.silver.margins import monthly_margin
from spanishgas_assets.silver.prices import impute_prices
from spanishgas_assets.silver.tables import CUSTOMER_MONTH

_COST_KEY = ["province_code", "month"]


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
    # Scanned files arrive in many pieces, over which filling a customer's gaps takes five times
    # the time and 3 GB more: both inputs are read before. Sorted, a customer's rows lie together.
    known = window.join(customer, on="customer_id", how="semi").sort("customer_id", "month")
    known, costs = known.collect().lazy(), costs.collect().lazy()
    priced = impute_prices(known, customer, gas_margin)
    costed = _with_province(priced, customer).join(costs, on=_COST_KEY)
    return CUSTOMER_MONTH.arrange(monthly_margin(costed))


def months_without_customer(window: pl.LazyFrame, customer: pl.LazyFrame) -> pl.LazyFrame:
    """Customer-months of the window whose customer is not in the snapshot, as in bronze."""
    return window.join(customer, on="customer_id", how="anti")


def months_without_cost(
    window: pl.LazyFrame, costs: pl.LazyFrame, customer: pl.LazyFrame
) -> pl.LazyFrame:
    """Customer-months of the snapshot's customers without a cost row, with their province_code."""
    return _with_province(window, customer).join(costs, on=_COST_KEY, how="anti")


def _with_province(months: pl.LazyFrame, customer: pl.LazyFrame) -> pl.LazyFrame:
    return months.join(customer.select("customer_id", "province_code"), on="customer_id")
