"""Features cut into few bins, so that any of them can be compared or counted like a category."""

import polars as pl

#: A number is cut at these shares of its reference.
QUANTILES = tuple(share / 10 for share in range(1, 10))

#: A number with no more values than this in the reference is not cut.
FEW_VALUES = 20

#: The bin of a null.
NULL_BIN = "null"


def binned(values: pl.Series, reference: pl.Series) -> pl.Series:
    """Give each value its bin: one of many numbers its place among the reference's deciles.

    Anything else is its own bin. A value that lies on a decile belongs to the bin that ends with
    it. The bins of two series with one reference can be compared.
    """
    if not values.dtype.is_numeric() or reference.n_unique() <= FEW_VALUES:
        return values.cast(pl.String).fill_null(NULL_BIN)
    edges = pl.Series(
        [reference.quantile(share, "lower") for share in QUANTILES], dtype=pl.Float64
    ).drop_nulls()
    place = edges.unique().sort().search_sorted(values.cast(pl.Float64), side="left")
    return (
        pl.select(
            pl.when(values.is_not_null()).then(place.cast(pl.String)).otherwise(pl.lit(NULL_BIN))
        )
        .to_series()
        .alias(values.name)
    )
