"""Tier 3: flags that join two facts."""

import polars as pl

from spanishgas_assets.gold.tables import COMPOUND
from spanishgas_assets.text.vocabulary import PRICING

_NEAR_OR_PAST_RENEWAL = ["expired", "0-3m"]
_FIRST_YEAR = ["0-6m", "6-12m"]


def compound(lifecycle: pl.LazyFrame, behavioral: pl.LazyFrame) -> pl.LazyFrame:
    """Pairs of flags from the lifecycle and behavioral tiers (docs/domain.md#compound-tier).

    Grain: one row per customer_id of ``lifecycle``.

    Example:
        >>> lifecycle = pl.LazyFrame(
        ...     {
        ...         "customer_id": ["C00001"], "is_within_3m_of_renewal": [True],
        ...         "renewal_bucket": ["0-3m"], "tenure_bucket": ["2-5y"],
        ...         "is_high_competition_province": [True], "is_dual_fuel": [False],
        ...     }
        ... )
        >>> behavioral = pl.LazyFrame(
        ...     {
        ...         "customer_id": ["C00001"], "customer_intent": [PRICING],
        ...         "recent_complaint_flag": [False],
        ...     }
        ... )
        >>> flags = compound(lifecycle, behavioral).collect()
        >>> [name for name, value in flags.row(0, named=True).items() if value is True]
        ['is_price_sensitive', 'is_competition_x_renewal']
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
