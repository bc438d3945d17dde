"""Recommendations: the tier's offer, unless a guardrail withholds it."""

import polars as pl

from spanishgas_assets.retention.policy import Policy
from spanishgas_assets.retention.reasons import NOTHING_FOUND, NOTHING_FOUND_TEXT
from spanishgas_assets.retention.scores import refuse_impossible_scores
from spanishgas_assets.retention.tables import (
    BUDGET_NOT_WORTH,
    NEGATIVE_MARGIN,
    NO_OFFER,
    RECOMMENDATIONS,
)

_BLOCK_TEXTS = {
    NEGATIVE_MARGIN: "Offer withheld: the customer brings no margin to share",
    BUDGET_NOT_WORTH: "Offer withheld: it would cost more than it is expected to save",
}


def recommendations(scored: pl.LazyFrame, reasons: pl.LazyFrame, policy: Policy) -> pl.LazyFrame:
    """Choose each customer's action, timing and budget, and say why.

    Grain: one row per row of ``scored`` (SCORED_CUSTOMERS). ``reasons`` has customer_id,
    reason_codes and reasons, at most one row per customer. EUR a month. The tier's offer is
    withheld where the customer's margin is negative, and where the margin expected to be saved,
    probability x save rate x margin, is not above the offer's budget.

    Raises:
        StoreError: a probability is missing or outside 0..1.
    """
    refuse_impossible_scores(scored)
    margin = pl.col("avg_monthly_margin_eur")
    planned = (
        scored.join(policy.frame(), on="risk_tier", how="left")
        .join(reasons, on="customer_id", how="left")
        .with_columns(
            (pl.col("budget_share") * margin.clip(lower_bound=0)).alias("budget"),
            (pl.col("churn_probability") * pl.col("save_rate") * margin).alias("saving"),
        )
        .with_columns(_block_reason().alias("block_reason"))
    )
    blocked = pl.col("block_reason").is_not_null()
    offered = (pl.col("action") != NO_OFFER) & ~blocked
    return RECOMMENDATIONS.arrange(
        planned.with_columns(
            pl.col("churn_probability").alias("risk_score"),
            _where(offered, pl.col("budget").round(2)).alias("offer_budget_eur_month"),
            _where(offered, (pl.col("saving") - pl.col("budget")).round(2)).alias(
                "expected_margin_impact_eur_month"
            ),
            pl.when(blocked).then(pl.lit(NO_OFFER)).otherwise("action").alias("action"),
            pl.when(blocked)
            .then(pl.lit(policy.blocked_timing_window))
            .otherwise("timing_window")
            .alias("timing_window"),
            pl.col("reason_codes").fill_null(NOTHING_FOUND),
            pl.concat_str(
                pl.col("reasons").fill_null(NOTHING_FOUND_TEXT),
                pl.col("block_reason").replace_strict(_BLOCK_TEXTS, default=None),
                separator="; ",
                ignore_nulls=True,
            ).alias("reasons"),
        )
    )


def _block_reason() -> pl.Expr:
    """Name the first guardrail that withholds a planned offer; null where none does."""
    planned = pl.col("action") != NO_OFFER
    return (
        pl.when(planned & (pl.col("avg_monthly_margin_eur") < 0))
        .then(pl.lit(NEGATIVE_MARGIN))
        .when(planned & (pl.col("saving") <= pl.col("budget")))
        .then(pl.lit(BUDGET_NOT_WORTH))
    )


def _where(condition: pl.Expr, amount: pl.Expr) -> pl.Expr:
    return pl.when(condition).then(amount).otherwise(0.0)
