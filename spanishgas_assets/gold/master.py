"""All tiers of a customer side by side, with the money that decisions need."""

from collections.abc import Sequence

import polars as pl

from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.gold.trends import by_month
from spanishgas_assets.silver.ordered_join import ordered_join


def gold_master(tiers: Sequence[pl.LazyFrame], customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Join the tiers and the window's margin into one row per customer.

    Grain: one row per customer_id, in every tier the same customers. Margins in EUR, 0 for a
    customer without months; they serve decisions and are no features.
    """
    money = customer_month.group_by("customer_id").agg(
        avg_monthly_margin_eur=by_month("total_margin_eur").list.mean(),
        total_margin_12m_eur=by_month("total_margin_eur").list.sum(),
    )
    first, *others = tiers
    key = ["customer_id"]
    rest = [ordered_join(first.select(key), other, key, unique=True).drop(key) for other in others]
    master = pl.concat([first, *rest], how="horizontal")
    return GOLD_MASTER.arrange(
        ordered_join(master, money, key).with_columns(
            pl.col("avg_monthly_margin_eur", "total_margin_12m_eur").fill_null(0.0)
        )
    )
