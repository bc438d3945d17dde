"""Tier MP core: how much the customer uses and what the province costs."""

import polars as pl

from spanishgas_assets.gold.province_cost import province_cost
from spanishgas_assets.gold.tables import MARKET_CORE
from spanishgas_assets.gold.trends import by_month, observed, price_moved


def market_core(customer: pl.LazyFrame, customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Use, gas share, price updates and province costs from silver customers and their months.

    Grain: one row per customer_id of ``customer``; without months, use and counts are 0 and the
    gas share is null. kWh, m3 and EUR/kWh, EUR/m3 (docs/domain.md#market-core-tier).
    """
    used = customer_month.group_by("customer_id").agg(
        avg_monthly_elec_kwh=by_month("elec_kwh").list.mean(),
        total_elec_12m_kwh=by_month("elec_kwh").list.sum(),
        avg_monthly_gas_m3=by_month("gas_m3").list.mean(),
        total_gas_12m_m3=by_month("gas_m3").list.sum(),
        gas_share_of_revenue=_gas_share(),
        price_update_count=price_moved(
            observed("elec_price_peak_eur_kwh", "elec_price_peak_source")
        )
        .sum()
        .cast(pl.Int64),
    )
    return MARKET_CORE.arrange(
        customer.select("customer_id", "province_code")
        .join(used, on="customer_id", how="left")
        .join(province_cost(customer, customer_month), on="province_code", how="left")
        .with_columns(
            pl.col(
                "avg_monthly_elec_kwh",
                "total_elec_12m_kwh",
                "avg_monthly_gas_m3",
                "total_gas_12m_m3",
                "price_update_count",
            ).fill_null(0)
        )
    )


def _gas_share() -> pl.Expr:
    """Share of gas in the revenue; clipped, as the two sums may differ by a rounding error."""
    total = by_month("total_revenue_eur").list.sum()
    return pl.when(total > 0).then((by_month("gas_revenue_eur").list.sum() / total).clip(0, 1))
