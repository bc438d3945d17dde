"""Tier 1B: two categories joined as ``a_x_b``, for linear models only."""

import polars as pl

from spanishgas_assets.gold.tables import INTERACTION_STRINGS, NO_INTERACTION


def interaction_strings(
    lifecycle: pl.LazyFrame, behavioral: pl.LazyFrame, sentiment: pl.LazyFrame
) -> pl.LazyFrame:
    """Pairs of categories from three tiers (docs/domain.md#interaction-strings).

    Grain: one row per customer_id of ``lifecycle``. Without a note, intent and sentiment read
    ``no_interaction``; with one, has_interaction reads ``interaction``. Competition reads ``high``
    or ``low``.
    """
    intent = pl.col("customer_intent").fill_null(NO_INTERACTION)
    label = pl.col("sentiment_label").fill_null(NO_INTERACTION)
    renewal = pl.col("renewal_bucket")
    tenure = pl.col("tenure_bucket")
    note = pl.when("has_interaction").then(pl.lit("interaction")).otherwise(pl.lit(NO_INTERACTION))
    competition = (
        pl.when("is_high_competition_province").then(pl.lit("high")).otherwise(pl.lit("low"))
    )
    return INTERACTION_STRINGS.arrange(
        lifecycle.join(behavioral, on="customer_id", how="left")
        .join(sentiment, on="customer_id", how="left")
        .with_columns(
            intent_x_renewal_bucket=_pair(intent, renewal),
            intent_x_tenure_bucket=_pair(intent, tenure),
            intent_x_sentiment=_pair(intent, label),
            sentiment_x_renewal_bucket=_pair(label, renewal),
            tenure_x_renewal_bucket=_pair(tenure, renewal),
            sales_channel_x_renewal_bucket=_pair(pl.col("sales_channel"), renewal),
            has_interaction_x_renewal_bucket=_pair(note, renewal),
            competition_x_intent=_pair(competition, intent),
        )
    )


def _pair(first: pl.Expr, second: pl.Expr) -> pl.Expr:
    return pl.concat_str(first, second, separator="_x_")
