"""What a column of a published table holds, and how many customers left by its values."""

from dataclasses import dataclass

import polars as pl

from spanishgas_assets.bronze.tables import CUSTOMER
from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.gold.tables import GOLD_MASTER

_BINS = 12
_LEVELS = 15


@dataclass(frozen=True)
class ColumnProfile:
    """A column in short.

    Attributes:
        missing_share: of its rows.
        distinct: number of different values.
        counts: value (text) and rows: the most frequent levels, or the bins of a number.
    """

    missing_share: float
    distinct: int
    counts: pl.DataFrame


def column_profile(rows: pl.LazyFrame, column: str) -> ColumnProfile:
    """Describe one column; only that column is read."""
    values = rows.select(column).collect().to_series()
    distinct, missing = values.n_unique() - (values.null_count() > 0), values.null_count()
    present = values.drop_nulls()
    if values.dtype.is_numeric() and distinct > _LEVELS:
        counts = present.hist(bin_count=_BINS, include_category=True).select(
            pl.col("category").cast(pl.String).alias("value"), pl.col("count").alias("rows")
        )
    else:
        counts = (
            present.cast(pl.String)
            .alias("value")
            .value_counts(sort=True, name="rows")
            .head(_LEVELS)
        )
    share = missing / len(values) if len(values) else 0.0
    return ColumnProfile(share, distinct, counts)


def churn_by(frames: PublishedFrames, column: str) -> pl.DataFrame:
    """Return the churn rate by a column of the features: value, customers, churn_rate.

    Customers without a label are left out. A number with many values is cut into fifths.
    """
    labelled = (
        frames.table(CUSTOMER.title)
        .filter(pl.col("churn").is_not_null())
        .select("customer_id", "churn")
    )
    rows = (
        frames.table(GOLD_MASTER.title)
        .select("customer_id", column)
        .join(labelled, on="customer_id", how="inner")
        .collect()
    )
    value = pl.col(column)
    if rows.schema[column].is_numeric() and rows[column].n_unique() > _LEVELS:
        value = value.qcut(5, allow_duplicates=True)
    return (
        rows.group_by(value.cast(pl.String).alias("value"))
        .agg(pl.len().alias("customers"), pl.col("churn").mean().alias("churn_rate"))
        .sort("customers", descending=True)
        .head(_LEVELS)
    )
