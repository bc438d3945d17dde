"""The check summary: every check of every table behind a snapshot, with its trend."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from spanishgas_assets.monitoring.tables import CHECK_SUMMARY


@dataclass(frozen=True)
class Outcome:
    """The latest outcome of one check on one partition; ``severity`` is WARN or ERROR."""

    table: str
    check: str
    partition: str
    passed: bool
    severity: str
    says: str


def check_summary(outcomes: Sequence[Outcome], before: pl.DataFrame | None) -> pl.DataFrame:
    """Count the outcomes of each check, and compare them with the previous summary.

    Grain: one row per (table, check) (CHECK_SUMMARY). ``before`` is the summary of the snapshot
    before, None where there is none.
    """
    found = pl.LazyFrame(
        [vars(outcome) for outcome in outcomes],
        schema={
            "table": pl.String,
            "check": pl.String,
            "partition": pl.String,
            "passed": pl.Boolean,
            "severity": pl.String,
            "says": pl.String,
        },
    )
    failed = ~pl.col("passed")
    counted = (
        found.sort("partition")
        .group_by("table", "check")
        .agg(
            pl.len().cast(pl.Int64).alias("partitions"),
            failed.sum().cast(pl.Int64).alias("failed"),
            # ERROR comes before WARN in the alphabet.
            pl.col("severity").filter(failed).min().alias("severity"),
            pl.col("says").filter(failed).last().alias("says"),
        )
    )
    earlier = (CHECK_SUMMARY.empty() if before is None else before).lazy()
    joined = counted.join(
        earlier.select(
            "table",
            "check",
            pl.col("failed").alias("failed_before"),
            pl.col("snapshots_failing").alias("failing_before"),
        ),
        on=["table", "check"],
        how="left",
    )
    change = pl.col("failed") - pl.col("failed_before")
    return CHECK_SUMMARY.arrange(
        joined.with_columns(
            pl.when(change.is_null())
            .then(pl.lit("new"))
            .when(change < 0)
            .then(pl.lit("better"))
            .when(change > 0)
            .then(pl.lit("worse"))
            .otherwise(pl.lit("same"))
            .alias("trend"),
            pl.when(pl.col("failed") > 0)
            .then(pl.col("failing_before").fill_null(0) + 1)
            .otherwise(0)
            .alias("snapshots_failing"),
        )
    ).collect()
