"""The team's figures of a snapshot, defined once: money at risk, offers made, offers withheld.

The assets' metadata, the dashboard and the page for management show what is counted here.
"""

from collections.abc import Sequence

import polars as pl

from spanishgas_assets.retention.column_values import BLOCK_REASONS, NO_OFFER, PHONE

_OFFERED = pl.col("action") != NO_OFFER

#: Money at risk and who is flagged, of rows of SCORED_CUSTOMERS.
RISK_TOTALS = (
    pl.len().cast(pl.Int64).alias("customers"),
    pl.col("churn_flag").sum().cast(pl.Int64).alias("flagged"),
    pl.col("expected_monthly_loss_eur").sum(),
    pl.col("expected_yearly_loss_eur").sum(),
)

#: Offers made, of rows of RECOMMENDATIONS.
OFFER_TOTALS = (
    _OFFERED.sum().cast(pl.Int64).alias("offers"),
    (_OFFERED & (pl.col("channel") == PHONE)).sum().cast(pl.Int64).alias("calls"),
    pl.col("offer_cost_eur").filter(_OFFERED).sum().alias("offers_eur"),
    pl.col("contact_cost_eur").filter(_OFFERED).sum().alias("contacts_eur"),
    pl.col("expected_margin_impact_eur").filter(_OFFERED).sum(),
)


def totals_by(rows: pl.LazyFrame, by: str, totals: Sequence[pl.Expr]) -> pl.DataFrame:
    """Add up totals for each value of a column, which keeps its name; sorted by it."""
    return rows.group_by(by).agg(*totals).sort(by).collect()


def withheld_steps(
    scored: pl.LazyFrame, recommendations: pl.LazyFrame, tier: str | None
) -> pl.DataFrame:
    """Follow customers from their risk tier to the offer: how many each rule takes away.

    Grain: one row per rule that takes anybody, in the order in which rules are told; ``reason``
    (a block reason), ``customers`` and ``expected_yearly_loss_eur`` that it takes, and
    ``customers_left`` after it.

    Args:
        scored: SCORED_CUSTOMERS.
        recommendations: RECOMMENDATIONS.
        tier: risk tier to begin with; None for all customers.
    """
    of_tier = pl.lit(value=True) if tier is None else pl.col("risk_tier") == tier
    rows = (
        scored.filter(of_tier)
        .select("customer_id", "expected_yearly_loss_eur")
        .join(recommendations.select("customer_id", "block_reason"), on="customer_id", how="inner")
    )
    order = pl.Enum(BLOCK_REASONS)
    return (
        rows.with_columns(pl.len().alias("all").cast(pl.Int64))
        .filter(pl.col("block_reason").is_not_null())
        .group_by(pl.col("block_reason").cast(order).alias("reason"))
        .agg(
            pl.len().cast(pl.Int64).alias("customers"),
            pl.col("expected_yearly_loss_eur").sum(),
            pl.col("all").first(),
        )
        .sort("reason")
        .select(
            pl.col("reason").cast(pl.String),
            "customers",
            "expected_yearly_loss_eur",
            (pl.col("all") - pl.col("customers").cum_sum()).alias("customers_left"),
        )
        .collect()
    )
