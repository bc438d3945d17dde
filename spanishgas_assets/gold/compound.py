"""Tier 3: flags that join two facts."""

import polars as pl

from spanishgas_assets.gold.behavioral import PRICING
from spanishgas_assets.gold.tables import COMPOUND

_NEAR_OR_PAST_RENEWAL = ["expired", "0-3m"]
_FIRST_YEAR = ["0-6m", "6-12m"]


def compound(lifecycle: pl.LazyFrame, behavioral: pl.LazyFrame) -> pl.LazyFrame:
    """Pairs of flags from the lifecycle and behavioral tiers (docs/domain.md#compound-tier).

    Grain: one row per customer_id of ``lifecycle``.
    """
    near_renewal = pl.col("is_within_3m_of_renewal")
    competition = pl.col("is_high_competition_province")
    dual_fuel = pl.col("is_dual_fuel")
    return COMPOUND.arrange(
        lifecycle.join(behavioral, on="customer_id", how="left").with_columns(
            is_price_sensitive=pl.col("customer_intent").eq_missing(pl.lit(PRICING)),
            is_high_risk_lifecycle=pl.col("renewal_bucket").is_in(_NEAR_OR_PAST_RENEWAL)
            & pl.col("tenure_bucket").is_in(_FIRST_YEAR),
            is_competition_x_renewal=competition & near_renewal,
            dual_fuel_x_renewal=dual_fuel & near_renewal,
            dual_fuel_x_competition=dual_fuel & competition,
            dual_fuel_x_intent=dual_fuel & pl.col("recent_complaint_flag"),
        )
    )
