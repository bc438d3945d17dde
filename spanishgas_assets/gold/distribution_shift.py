"""How far a snapshot's features have moved since the one before."""

from math import fsum

import polars as pl

from spanishgas_assets.gold.bins import binned

#: Share of customers that may be in other bins than a week before, without a warning.
MOVED_LIMIT = 0.10
_DIGITS = 9


def moved_limit(days: int) -> float:
    """Share that may have moved in ``days``: each week ``MOVED_LIMIT`` of those still in place."""
    still = float((1 - MOVED_LIMIT) ** (max(days, 7) / 7))
    return round(1 - still, 6)


def moved_shares(current: pl.DataFrame, previous: pl.DataFrame) -> pl.DataFrame:
    """Smallest share of customers that would have to change bin to undo each feature's move.

    Grain: one row per feature that both frames have (without customer_id), farthest first:
    feature and moved, 0 for equal distributions, 1 for disjoint ones. Numbers are cut at the
    previous snapshot's deciles; a null and a category are bins of their own.
    """
    names = [name for name in current.columns if name in previous.columns and name != "customer_id"]
    rows = [{"feature": name, "moved": _moved(current[name], previous[name])} for name in names]
    return pl.DataFrame(rows, schema={"feature": pl.String, "moved": pl.Float64}).sort(
        "moved", "feature", descending=[True, False]
    )


def _moved(current: pl.Series, previous: pl.Series) -> float:
    current, previous = _without_rounding(current), _without_rounding(previous)
    now, before = (_shares(binned(values, previous)) for values in (current, previous))
    both = now.join(before, on="bin", how="full", coalesce=True, suffix="_before").fill_null(0.0)
    return fsum((both["share"] - both["share_before"]).abs()) / 2


def _without_rounding(values: pl.Series) -> pl.Series:
    """Cut off what a sum in another order changes: else a province moves whole across a decile."""
    return values.round_sig_figs(_DIGITS) if values.dtype.is_float() else values


def _shares(bins: pl.Series) -> pl.DataFrame:
    return (
        bins.alias("bin")
        .value_counts(name="customers")
        .sort("bin")
        .select("bin", share=pl.col("customers") / bins.len())
    )
