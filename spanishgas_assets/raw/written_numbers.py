"""Numbers as people and systems write them, read a column at a time.

A column has one decimal mark. In semicolon-separated files it is the comma or the point, whichever
the column's own cells show, or else the file's other columns; the other mark then parts thousands:
``1.234`` beside ``926,876`` is 1,234. A cell that fits neither way is not read, nor is ``1.234``
where nothing tells which of the two it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl

Mark = Literal[",", "."]
#: Rows of a large file that are looked at first.
SNIFFED_ROWS = 1000
#: Thousands parted by what is no decimal mark: a space of any kind, or an apostrophe.
_PARTED = r"^[+-]?\d{1,3}(?:[\s'\u2019]\d{3})+(?:[.,]\d*)?$"
_GAP = r"[\s'\u2019]"
#: Both, the one that wins a tie in semicolon-separated files first.
MARKS: tuple[Mark, Mark] = (",", ".")


@dataclass(frozen=True)
class NumberForm:
    """How the numbers of a column are written.

    Attributes:
        mark: the decimal mark; None where only whole numbers can be read for sure.
        parted: whether any cell has the other mark, which then parts thousands.
    """

    mark: Mark | None
    parted: bool = True


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
    frames = [cells.alias("cell").to_frame().select(**votes("cell")) for cells in columns]
    return elected(pl.concat(frames).sum().row(0, named=True)) if frames else None


def votes(name: str) -> dict[Mark, pl.Expr]:
    """Count the cells of a column that can be read with each decimal mark alone."""
    return {mark: pl.col(name).str.contains(_shows(mark)).sum() for mark in MARKS}


def elected(counts: Mapping[str, int]) -> Mark | None:
    """Return the decimal mark with the most ``votes``; None without any."""
    best = max(MARKS, key=lambda mark: counts[mark])
    return best if counts[best] else None


def has_mark(cells: pl.Series, mark: Mark) -> bool:
    """Whether any cell has a mark."""
    return bool(cells.str.contains(mark, literal=True).any())


def without_gaps(cells: pl.Series) -> pl.Series:
    """Join thousands that spaces or apostrophes part; the same series where there are none.

    Example:
        >>> without_gaps(pl.Series(["1 234,50", "1'234'567", "12 34"])).to_list()
        ['1234,50', '1234567', '12 34']
    """
    parted = cells.str.contains(_PARTED).fill_null(value=False)
    return cells.zip_with(~parted, cells.str.replace_all(_GAP, "")) if parted.any() else cells


def read_numbers(cell: pl.Expr, form: NumberForm) -> pl.Expr:
    """Read numbers; null where a cell is none in this form.

    Args:
        cell: text without surrounding spaces; null where it is empty.
        form: how they are written.

    Example:
        >>> cells = pl.DataFrame({"cell": ["1.234", "926,876", "1.5"]})
        >>> cells.select(read_numbers(pl.col("cell"), NumberForm(","))).to_series().to_list()
        [1234.0, 926.876, None]
    """
    if form.mark is None:
        return pl.when(~cell.str.contains(r"[.,]")).then(cell).cast(pl.Float64, strict=False)
    thousands = _other(form.mark)
    whole = cell.str.replace_all(thousands, "", literal=True)
    plain, parted = (
        text.str.replace(",", ".", literal=True) if form.mark == "," else text
        for text in (cell, whole)
    )
    if form.parted:
        plain = (
            pl.when(~cell.str.contains(thousands, literal=True))
            .then(plain)
            .when(cell.str.contains(_number(form.mark)))
            .then(parted)
        )
    return plain.cast(pl.Float64, strict=False)


def number_forms(
    rows: pl.LazyFrame, names: Sequence[str], files: Sequence[Path]
) -> dict[str, NumberForm]:
    """Find how each column of numbers is written, where there are too many rows to read them all.

    Args:
        rows: the file's rows as text.
        names: the columns of numbers.
        files: what the rows are in.
    """
    counts = [votes(name)[mark].alias(name + mark) for name in names for mark in MARKS]
    commas = [pl.col(name).str.contains(",", literal=True).any() for name in names]
    for part in (rows.head(SNIFFED_ROWS), rows):
        seen = part.select(*counts, *commas).collect(engine="streaming").row(0, named=True)
        of_file = elected({mark: sum(seen[name + mark] for name in names) for mark in MARKS})
        if of_file is not None:
            break
    # To look for a second mark in every cell costs a tenth of the pass; in the bytes, nothing.
    parted = any(
        file.suffix == ".gz" or all(_holds(file, mark) for mark in MARKS) for file in files
    )
    return {
        name: NumberForm(
            elected({mark: seen[name + mark] for mark in MARKS})
            or of_file
            or ("," if seen[name] else None),
            parted,
        )
        for name in names
    }


def _holds(path: Path, mark: Mark) -> bool:
    block, sought = bytearray(1 << 20), mark.encode()
    with path.open("rb", buffering=0) as file:
        while size := file.readinto(block):
            if block.find(sought, 0, size) >= 0:
                return True
    return False
