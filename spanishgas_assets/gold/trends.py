"""Values of a group in the order of their months: all, the observed ones, first to last.

The functions return expressions for an aggregation over rows that have a ``month``.
"""

import polars as pl


def by_month(column: str) -> pl.Expr:
    """List of a group's values in the order of their months, to sum or average as a list.

    A sum of floats depends on its order in the last bits. A group-by adds up in the order of its
    threads, and its optimizer drops a sort that it takes to be without effect; a list is summed
    from first to last. So a re-run gives the same bytes, the table keeps its data version, and
    nothing downstream turns stale.
    """
    return pl.col(column).sort_by("month").implode()


def observed(column: str, source: str) -> pl.Expr:
    """Values of ``column`` that the retailer gave, not imputed, in the order of their months."""
    seen = pl.col(source) == "observed"
    return pl.col(column).filter(seen).sort_by(pl.col("month").filter(seen))


def relative_change(values: pl.Expr) -> pl.Expr:
    """(last - first) / first; null with fewer than two values, which show no change."""
    return pl.when(values.len() >= 2).then((values.last() - values.first()) / values.first())
