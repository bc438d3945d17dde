"""Tier MP risk: how use, price and margin moved in the window."""

import polars as pl

from spanishgas_assets.gold.province_cost import province_cost
from spanishgas_assets.gold.tables import MARKET_RISK
from spanishgas_assets.gold.trends import by_month, last_peak_price, observed, relative_change


def market_risk(customer: pl.LazyFrame, customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Spread and trend features from silver customers and their months.

    Grain: one row per customer_id of ``customer``; without months, counts and the lowest margin
    are 0 and the rest is null. Price features use observed prices only: an imputed price would
    show the neighbours' trend (docs/domain.md#market-risk-tier). Standard deviations are
    sample ones.
    """
    margin = pl.col("total_margin_eur")
    peak_price = observed("elec_price_peak_eur_kwh", "elec_price_peak_source")
    gas_price = observed("gas_price_eur_m3", "gas_price_source")
    months = customer_month.with_columns(_age=_months_before_end())
    moved = months.group_by("customer_id").agg(
        std_monthly_elec_kwh=by_month("elec_kwh").list.std(),
        std_monthly_gas_m3=by_month("gas_m3").list.std(),
        active_months_count=pl.col("month").n_unique().cast(pl.Int64),
        std_margin_eur=by_month("total_margin_eur").list.std(),
        min_monthly_margin_eur=margin.min(),
        loss_months_count=(margin < 0).sum().cast(pl.Int64),
        elec_price_trend_12m=relative_change(peak_price),
        gas_price_trend_12m=relative_change(gas_price),
        elec_price_volatility_12m_eur_kwh=peak_price.implode().list.std(),
        rolling_margin_trend_eur=_quarter_margin(0) - _quarter_margin(1),
        _last_peak_price=last_peak_price(),
    )
    spread = pl.col("_last_peak_price") - pl.col("province_avg_elec_cost_12m_eur_kwh")
    return MARKET_RISK.arrange(
        customer.select("customer_id", "province_code")
        .join(moved, on="customer_id", how="left")
        .join(province_cost(customer, customer_month), on="province_code", how="left")
        .with_columns(
            pl.col("active_months_count", "min_monthly_margin_eur", "loss_months_count").fill_null(
                0
            ),
            elec_price_vs_province_cost_spread_eur_kwh=spread,
            is_price_increase=(pl.col("elec_price_trend_12m") > 0).fill_null(value=False),
        )
    )


def _months_before_end() -> pl.Expr:
    """Months from a row to the window's last, which is the newest month that any customer has."""
    month = pl.col("month").dt.year().cast(pl.Int32) * 12 + pl.col("month").dt.month()
    return month.max() - month


def _quarter_margin(quarters_before_end: int) -> pl.Expr:
    """Mean margin of three calendar months of the window; null unless all three have readings."""
    newest = 3 * quarters_before_end
    inside = pl.col("_age").is_between(newest, newest + 2)
    margins = pl.col("total_margin_eur").filter(inside).sort_by(pl.col("_age").filter(inside))
    return pl.when(margins.len() == 3).then(margins.implode().list.mean())
