"""The customer's own figures, as the sentences of ``reasons.yaml`` quote them."""

import polars as pl

#: A customer of at most this many months is called new.
NEW_CUSTOMER_MONTHS = 24


def customer_figures(gold_master: pl.LazyFrame, provinces: pl.LazyFrame) -> pl.LazyFrame:
    """Add to gold_master the figures and conditions that are not gold columns as they are.

    Grain: one row per customer_id of ``gold_master``; ``provinces`` has customer_id and
    province_code.
    """
    return gold_master.join(
        provinces.select("customer_id", "province_code"), on="customer_id", how="left"
    ).with_columns(**figures())


def figures() -> dict[str, pl.Expr]:
    """Return the figures by name.

    Days are whole, years and percentages to one decimal, money in cents to one decimal. A customer
    uses little with less electricity than half of the customers of the snapshot. The price is the
    last observed P1 price.
    """
    spread = pl.col("elec_price_vs_province_cost_spread_eur_kwh")
    price = pl.col("elec_price_last_eur_kwh")
    above_province = (100 * (price / price.median().over("province_code") - 1)).round(1)
    use = pl.col("avg_monthly_elec_kwh")
    return {
        "days_past_renewal": -pl.col("days_to_renewal"),
        "tenure_years": (pl.col("tenure_months") / 12).round(1),
        "is_new_customer": pl.col("tenure_months") <= NEW_CUSTOMER_MONTHS,
        "elec_price_change_percent": (100 * pl.col("elec_price_trend_12m")).round(1),
        "gas_price_change_percent": (100 * pl.col("gas_price_trend_12m")).round(1),
        "gas_price_rose": pl.col("gas_price_trend_12m") > 0,
        "has_gas_price": pl.col("gas_price_trend_12m").is_not_null(),
        "percent_above_province": above_province,
        "price_is_above_province": above_province > 0,
        "price_is_above_cost": spread > 0,
        "cents_above_cost": (100 * spread).round(1),
        "province_cost_cents": (100 * pl.col("province_avg_elec_cost_12m_eur_kwh")).round(1),
        "elec_kwh_a_month": use.round().cast(pl.Int64),
        "uses_little": use < use.median(),
        "had_loss_months": pl.col("loss_months_count") > 0,
        "margin_deviation_eur": pl.col("std_margin_eur").round(2),
        "months_since_change": pl.col("months_since_last_change").round(1),
        "product_was_changed": pl.col("months_since_last_change").is_not_null(),
    }
