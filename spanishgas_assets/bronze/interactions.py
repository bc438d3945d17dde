"""Customer-service notes, numbered as found; their intent and mood are read in ``text``."""

import polars as pl


def interactions(rows: pl.LazyFrame) -> pl.LazyFrame:
    """Rename the source's columns; one row per record of customer_interactions.json."""
    return rows.select(
        pl.col("row").alias("record"),
        "customer_id",
        pl.col("date").alias("interaction_date"),
        "channel",
        "interaction_summary",
    )
