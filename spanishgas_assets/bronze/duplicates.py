"""Rows of a small file that share a key: one is kept of equals, none of those that differ."""

from collections.abc import Sequence
from dataclasses import replace

import polars as pl

from spanishgas_assets.raw.typed_rows import Reading

_PLACE = ("file", "row")


def without_duplicates(reading: Reading, key: Sequence[str | pl.Expr]) -> Reading:
    """Keep one row per key; all others are set aside with the row that they repeat.

    Rows that say the same: the first is kept. Rows that differ: none is, since nothing tells which
    one is right.
    """
    told = [name for name in reading.rows.columns if name not in _PLACE]
    keys = [pl.col(part) if isinstance(part, str) else part for part in key]
    judged = reading.rows.with_columns(
        pl.col("row").first().over(keys).alias("_first"),
        pl.struct(told).n_unique().over(keys).alias("_said"),
    )
    conflict = pl.col("_said") > 1
    bad = judged.filter(conflict | (pl.col("row") != pl.col("_first")))
    if bad.is_empty():
        return reading
    named = ", ".join(part if isinstance(part, str) else part.meta.output_name() for part in key)
    month = [name for name in told if reading.rows[name].dtype == pl.Date]
    aside = bad.select(
        "file",
        "row",
        pl.when(conflict)
        .then(
            pl.format(
                "rows of the same {} contradict each other, first at row {}",
                pl.lit(named),
                "_first",
            )
        )
        .otherwise(pl.format("repeats row {}", "_first"))
        .alias("reason"),
        pl.struct(pl.col(told).cast(pl.String)).struct.json_encode().alias("values"),
        (pl.col(month[0]).dt.truncate("1mo") if month else pl.lit(None, pl.Date)).alias("month"),
    )
    return replace(
        reading,
        rows=judged.join(aside, on=["file", "row"], how="anti").select(reading.rows.columns),
        set_aside=pl.concat([reading.set_aside, aside.select(reading.set_aside.columns)]),
    )
