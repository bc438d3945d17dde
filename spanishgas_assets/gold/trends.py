"""Values of a group in the order of their months: all, the observed ones, first to last.

The functions return expressions for an aggregation over rows that have a ``month``.
"""

import polars as pl

#: Smallest move of the P1 price that counts as a change (docs/domain.md#market-core-tier).
PRICE_MOVE_EUR_KWH = 0.001


def by_customer(customer_month: pl.LazyFrame) -> pl.LazyFrame:
    """Stored silver months, marked as sorted by customer, as their contract arranges them.

    A group-by over marked rows takes half the time, and grows no faster than the rows.
    """
    return customer_month.set_sorted("customer_id")


def by_month(values: str | pl.Expr) -> pl.Expr:
    """List of a group's values in the order of their months, to sum or average as a list.

    A sum of floats depends on its order in the last bits. A group-by adds up in the order of its
    threads, and its optimizer drops a sort that it takes to be without effect; a list is summed
    from first to last. So a re-run gives the same bytes, the table keeps its data version, and
    nothing downstream turns stale.
    """
    value = pl.col(values) if isinstance(values, str) else values
    return value.sort_by("month").implode()


def observed(column: str, source: str) -> pl.Expr:
    """Values of ``column`` that the retailer gave, not imputed, in the order of their months."""
    seen = pl.col(source) == "observed"
    return pl.col(column).filter(seen).sort_by(pl.col("month").filter(seen))


def last_peak_price() -> pl.Expr:
    """Return the last observed P1 price of the window, EUR/kWh; null where none was observed."""
    return observed("elec_price_peak_eur_kwh", "elec_price_peak_source").last()


def relative_change(values: pl.Expr) -> pl.Expr:
    """(last - first) / first; null with fewer than two values, which show no change."""
    return pl.when(values.len() >= 2).then((values.last() - values.first()) / values.first())


def price_moved(prices: pl.Expr) -> pl.Expr:
    """Whether each price, in EUR/kWh, differs from the one before by a change that counts.

    The step is rounded to 1e-9 EUR/kWh: a price list in steps of 0.001 would otherwise count by
    the noise of its binary fractions.
    """
    return prices.diff().abs().round(9) > PRICE_MOVE_EUR_KWH
