"""What a feature's values look like in two tables: shares per bin, for a picture."""

from dataclasses import dataclass

import numpy as np
import polars as pl

BINS = 24
#: Categories shown, the most frequent ones; the rest is one bar.
LEVELS = 8
MISSING = "(missing)"
OTHERS = "(others)"
#: Values outside these quantiles of both samples together are counted in the outermost bins.
_OUTER = (0.005, 0.995)


@dataclass(frozen=True)
class Distribution:
    """Shares of a reference and of the current values in the same bins, missing values included.

    ``labels`` names the bins: a category each, or the lower edge of a range of numbers.
    """

    labels: list[str]
    reference: list[float]
    current: list[float]
    numeric: bool


def distribution(reference: pl.Series, current: pl.Series) -> Distribution:
    """Count two samples of one feature in common bins; shares are of all rows of each."""
    sides = [_plain(values) for values in (reference, current)]
    numeric = all(values.dtype.is_numeric() or values.dtype == pl.Null for values in sides)
    present = (
        pl.concat([values.cast(pl.Float64) for values in sides]).drop_nulls() if numeric else None
    )
    if present is not None and present.n_unique() > LEVELS:
        return _of_numbers(sides, present)
    return _of_levels(sides)


def _of_numbers(sides: list[pl.Series], present: pl.Series) -> Distribution:
    low, high = (float(present.quantile(share) or 0.0) for share in _OUTER)
    edges = np.linspace(low, high if high > low else low + 1, BINS + 1)
    shares = []
    for values in sides:
        inside = np.clip(values.drop_nulls().cast(pl.Float64).to_numpy(), edges[0], edges[-1])
        counts = np.append(np.histogram(inside, edges)[0], values.null_count())
        shares.append((counts / max(values.len(), 1)).tolist())
    labels = [f"{edge:.4g}" for edge in edges[:-1]]
    return Distribution([*labels, MISSING], shares[0], shares[1], numeric=True)


def _of_levels(sides: list[pl.Series]) -> Distribution:
    texts = [values.cast(pl.String).fill_null(MISSING).alias("level") for values in sides]
    common = pl.concat(texts).value_counts().sort("count", "level", descending=[True, False])
    shown = common["level"].head(LEVELS).to_list()
    labels = shown + ([OTHERS] if common.height > LEVELS else [])
    shares = []
    for values in texts:
        counted = dict(values.value_counts().iter_rows())
        found = [counted.get(level, 0) for level in shown]
        rest = [values.len() - sum(found)] if common.height > LEVELS else []
        shares.append([count / max(values.len(), 1) for count in found + rest])
    return Distribution(labels, shares[0], shares[1], numeric=False)


def _plain(values: pl.Series) -> pl.Series:
    """Return the values with infinite and NaN ones null."""
    if not values.dtype.is_float():
        return values
    return values.to_frame("x").select(pl.when(pl.col("x").is_finite()).then("x")).to_series()
