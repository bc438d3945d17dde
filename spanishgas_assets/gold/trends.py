"""Values of the window in the order of their months: as given, as observed, first to last.

The functions return expressions for an aggregation over rows that have a ``month``.
"""

import polars as pl


def by_month(column: str) -> pl.Expr:
    """Values of ``column`` in the order of their months.

    A sum of floats depends on its order in the last bits. Summed by month, a re-run gives the same
    bytes, so that the table keeps its data version and nothing downstream turns stale.
    """
    return pl.col(column).sort_by("month")


def observed(column: str, source: str) -> pl.Expr:
    """Values of ``column`` that the retailer gave, not imputed, in the order of their months."""
    seen = pl.col(source) == "observed"
    return pl.col(column).filter(seen).sort_by(pl.col("month").filter(seen))


def relative_change(values: pl.Expr) -> pl.Expr:
    """(last - first) / first; null with fewer than two values, which show no change."""
    return pl.when(values.len() >= 2).then((values.last() - values.first()) / values.first())
