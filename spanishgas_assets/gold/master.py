"""All tiers of a customer side by side, with the facts and the money that decisions need."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from spanishgas_assets.gold.durations import days_between
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.gold.trends import by_month, last_peak_price
from spanishgas_assets.silver.ordered_join import ordered_join


def gold_master(
    tiers: Sequence[pl.LazyFrame],
    customer: pl.LazyFrame,
    customer_month: pl.LazyFrame,
    as_of: date,
) -> pl.LazyFrame:
    """Join the tiers, the days to renewal, the last price and the margin of the window.

    Grain: one row per customer_id, in every tier the same customers. What is added to the tiers
    serves decisions and reasons and is no feature: days; EUR/kWh, null without an observed price;
    margins in EUR, 0 for a customer without months.
    """
    key = ["customer_id"]
    renewal = customer.select(
        "customer_id", days_to_renewal=days_between(as_of, "next_renewal_date")
    )
    money = customer_month.group_by("customer_id").agg(
        elec_price_last_eur_kwh=last_peak_price(),
        avg_monthly_margin_eur=by_month("total_margin_eur").list.mean(),
        total_margin_12m_eur=by_month("total_margin_eur").list.sum(),
    )
    first, *others = tiers
    rest = [
        ordered_join(first.select(key), other, key, unique=True).drop(key)
        for other in (*others, renewal)
    ]
    master = pl.concat([first, *rest], how="horizontal")
    return GOLD_MASTER.arrange(
        ordered_join(master, money, key).with_columns(
            pl.col("avg_monthly_margin_eur", "total_margin_12m_eur").fill_null(0.0)
        )
    )
