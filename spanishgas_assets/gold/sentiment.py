"""Tier 2B: the sentiment of the latest note before the snapshot."""

import polars as pl

from spanishgas_assets.gold.tables import SENTIMENT


def sentiment(customer: pl.LazyFrame, behavioral: pl.LazyFrame) -> pl.LazyFrame:
    """Sentiment features from silver customers and the behavioral tier.

    Grain: one row per customer_id of ``customer``; without a note the flags are false
    (docs/domain.md#sentiment-tier).
    """
    negative = pl.col("sentiment_label").eq_missing(pl.lit("negative"))
    return SENTIMENT.arrange(
        customer.select("customer_id", "sentiment_label")
        .join(behavioral, on="customer_id", how="left")
        .with_columns(
            is_negative_sentiment=negative,
            complaint_x_negative_sentiment=negative & pl.col("recent_complaint_flag"),
        )
    )
