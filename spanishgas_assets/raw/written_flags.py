"""Yes and no as people and programs write them, in Spanish and in English."""

import polars as pl

_YES = ("1", "SI", "SÍ", "S", "YES", "Y", "TRUE", "T", "VERDADERO", "V", "X", "✓", "✔")
_NO = ("0", "NO", "N", "FALSE", "FALSO", "F")
_ANSWERS = {**dict.fromkeys(_YES, 1), **dict.fromkeys(_NO, 0)}


def read_flags(cells: pl.Series) -> pl.Series:
    """Read yes as 1 and no as 0, in any case; null where a cell says something else, or nothing.

    Example:
        >>> read_flags(pl.Series(["1", "Sí", "no", "FALSE", "x", "perhaps", None])).to_list()
        [1, 1, 0, 0, 1, None, None]
    """
    yes = cells == "1"
    if (yes | (cells == "0")).all():
        return yes.cast(pl.Int64)
    # A column has a few words, and many rows of each.
    words = cells.drop_nulls().unique()
    said = words.str.strip_chars().str.normalize("NFC").str.to_uppercase()
    answers = said.replace_strict(_ANSWERS, default=None, return_dtype=pl.Int64)
    return cells.replace_strict(words, answers, default=None, return_dtype=pl.Int64)
