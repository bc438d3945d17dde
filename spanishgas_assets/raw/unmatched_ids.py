"""Rows whose id matches nobody: set aside, and told where the id has only lost a part of itself."""

import polars as pl

from spanishgas_assets.raw.customer_ids import lookalikes
from spanishgas_assets.tables.quarantine import set_aside

#: Why a row is set aside whose id has lost a part of itself.
MANGLED_ID = "id without its letters, zeros or digits"


def without_match(
    rows: pl.DataFrame, known: pl.Series | pl.LazyFrame, reason: str | pl.Series
) -> pl.DataFrame:
    """Set rows aside whose customer_id is not among the known ids, with ``why_unmatched``.

    Args:
        rows: rows of any table, with customer_id; ``file`` and ``row`` say where from.
        known: the ids, or a table that has them.
        reason: of ids that resemble none of them.
    """
    if rows.is_empty():
        return set_aside(rows, "")
    ids = known.select("customer_id").collect() if isinstance(known, pl.LazyFrame) else known
    series = ids.to_series() if isinstance(ids, pl.DataFrame) else ids
    return set_aside(rows, why_unmatched(rows["customer_id"], series, reason))


def why_unmatched(unknown: pl.Series, known: pl.Series, reason: str | pl.Series) -> pl.Series:
    """Say of each id that matches nobody whom it may mean, or give the reason where it is nobody.

    Example:
        >>> unknown, known = pl.Series(["185", "X9"]), pl.Series(["C00185"])
        >>> why_unmatched(unknown, known, "not a customer").to_list()
        ['id without its letters, zeros or digits (185 may be C00185)', 'not a customer']
    """
    meant = lookalikes(unknown, known).unique("unknown", keep="first")
    rows = pl.DataFrame({"unknown": unknown.cast(pl.String)})
    return (
        rows.with_columns(pl.lit(reason).alias("reason"))
        .join(meant, on="unknown", how="left", maintain_order="left")
        .select(
            pl.when(pl.col("known").is_not_null())
            .then(pl.format("{} ({} may be {})", pl.lit(MANGLED_ID), "unknown", "known"))
            .otherwise("reason")
            .alias("reason")
        )
        .to_series()
    )
