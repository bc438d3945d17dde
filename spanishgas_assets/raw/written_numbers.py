"""Numbers as people and systems write them, read a column at a time.

A column has one decimal mark. In semicolon-separated files it is the comma or the point, whichever
the column's own cells show, or else the file's other columns; the other mark then parts thousands:
``1.234`` beside ``926,876`` is 1,234. A cell that fits neither way is not read, nor is ``1.234``
where nothing tells which of the two it is.
"""

from collections.abc import Iterable
from typing import Literal

import polars as pl

Mark = Literal[",", "."]

_MARKS: tuple[Mark, Mark] = (",", ".")


def _other(mark: Mark) -> Mark:
    return "." if mark == "," else ","


def _number(mark: Mark) -> str:
    """Return the pattern of a number with a decimal mark, thousands parted by the other."""
    return rf"^[+-]?(\d*|[1-9]\d{{0,2}}(\{_other(mark)}\d{{3}})+)(\{mark}\d*)?([eE][+-]?\d+)?$"


def _shows(mark: Mark) -> str:
    """Return the pattern of cells that can be read with this decimal mark alone."""
    thousands = rf"\d{{1,3}}(\{_other(mark)}\d{{3}})"
    # Its mark once and no thousands before it (0,5 and 12,34 but not 1,234), or the other twice.
    once = rf"\d*\{mark}(\d{{0,2}}|\d{{4,}})|(0\d*|\d{{4,}})?\{mark}\d*"
    return rf"^[+-]?({once}|{thousands}+\{mark}\d*|{thousands}{{2,}})([eE][+-]?\d+)?$"


def decimal_mark(columns: Iterable[pl.Series]) -> Mark | None:
    """Return the decimal mark that the cells of some columns show most; None if they show none.

    Args:
        columns: text; null where a cell is empty.

    Example:
        >>> decimal_mark([pl.Series(["926,876", "0,5"])])
        ','
        >>> decimal_mark([pl.Series(["1.234", "2.500"])]) is None
        True
    """
    votes = dict.fromkeys(_MARKS, 0)
    for cells in columns:
        for mark in _MARKS:
            votes[mark] += int(cells.str.contains(_shows(mark)).sum())
    if not any(votes.values()):
        return None
    return max(votes, key=lambda mark: votes[mark])


def has_mark(cells: pl.Series, mark: Mark) -> bool:
    """Whether any cell has a mark."""
    return bool(cells.str.contains(mark, literal=True).any())


def read_numbers(cells: pl.Series, mark: Mark | None) -> pl.Series:
    """Read a column of numbers with a decimal mark; null where a cell is none.

    Args:
        cells: text without surrounding spaces; null where a cell is empty.
        mark: None reads whole numbers alone.

    Example:
        >>> read_numbers(pl.Series(["1.234", "926,876", "1.5"]), ",").to_list()
        [1234.0, 926.876, None]
    """
    if mark is None:
        return cells.set(cells.str.contains(r"[.,]"), None).cast(pl.Float64, strict=False)
    thousands = _other(mark)
    if has_mark(cells, thousands):
        cells = cells.set(~cells.str.contains(_number(mark)), None).str.replace_all(
            thousands, "", literal=True
        )
    point = cells.str.replace(",", ".", literal=True) if mark == "," else cells
    return point.cast(pl.Float64, strict=False)
