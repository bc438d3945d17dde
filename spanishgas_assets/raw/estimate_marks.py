"""Marks that say whether a reading was measured or estimated, in the spellings of the sources."""

import polars as pl

#: A column that a source may add: whether the reading is an estimate.
ESTIMATED = "is_estimated"

#: Words that nobody knows, and how many readings are marked with each.
MARKS = pl.Schema({"word": pl.String, "readings": pl.Int64})

_YES = ("1", "1.0", "true", "t", "yes", "y", "sí", "si", "s", "x", "verdadero")
_NO = ("0", "0.0", "false", "f", "no", "n", "falso", "")
#: What distributors write in English, Spanish and Catalan. Single letters that stand for several
#: words are none: A (autolectura, actual, ajustada), V, C and P.
_ESTIMATED = (
    *("e", "est", "est.", "estim", "estim.", "estimated", "estimate", "calculated"),
    *("estimada", "estimado", "estimación", "estimacion", "lectura estimada"),
    *("calculada", "calculado", "estimat", "lectura calculada", "lectura teórica"),
    *("teórica", "teorica", "teórico", "teorico", "perfilada", "perfilado", "profiled"),
)
_MEASURED = (
    *("r", "real", "m", "measured", "actual", "actual reading"),
    *("medida", "medido", "lectura real", "mesurada", "telemedida", "telelectura"),
    # Customers who read their own meter do measure.
    *("autolectura", "lectura del cliente"),
)

_MEANINGS = dict.fromkeys((*_YES, *_ESTIMATED), True) | dict.fromkeys((*_NO, *_MEASURED), False)


def estimate_mark(kind: pl.DataType) -> pl.Expr:
    """Read the column of marks: whether a reading is estimated; null for a word nobody knows.

    An empty cell marks nothing: the reading is a measured one. A word that nobody knows marks
    something: sums take the reading for an estimate.
    """
    cell = pl.col(ESTIMATED)
    if kind == pl.Boolean:
        return cell.fill_null(value=False)
    word = cell.cast(pl.String).str.strip_chars().str.to_lowercase().fill_null("")
    return word.replace_strict(_MEANINGS, default=None, return_dtype=pl.Boolean).alias(ESTIMATED)


def unknown_marks(original: pl.LazyFrame) -> pl.DataFrame:
    """Count the words of the marks that nobody knows: word, readings; the most frequent first."""
    kind = original.collect_schema()[ESTIMATED]
    return (
        original.filter(estimate_mark(kind).is_null())
        .group_by(pl.col(ESTIMATED).cast(pl.String).str.strip_chars().alias("word"))
        .agg(pl.len().cast(pl.Int64).alias("readings"))
        .sort("readings", "word", descending=[True, False])
        .collect(engine="streaming")
    )
