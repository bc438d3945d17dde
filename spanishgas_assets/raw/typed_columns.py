"""The columns of a small raw file read as their kinds, and what is wrong with a cell, in words.

Columns are read whole, not cell by cell: which part of a date is the day and which mark is the
decimal one is a matter of the column.
"""

import functools
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import polars as pl

from spanishgas_assets.raw.customer_ids import normal_ids
from spanishgas_assets.raw.dialect import Dialect
from spanishgas_assets.raw.files import FIRST_PROVINCE, LAST_PROVINCE, Kind, RawFile
from spanishgas_assets.raw.plausible import PLACEHOLDER_YEARS
from spanishgas_assets.raw.written_dates import (
    DateForm,
    has_two_digit_year,
    read_dates,
    read_months,
)
from spanishgas_assets.raw.written_flags import read_flags
from spanishgas_assets.raw.written_numbers import (
    Mark,
    NumberForm,
    decimal_mark,
    has_mark,
    read_numbers,
    without_gaps,
)

#: ``(null)`` is written by Oracle's tools, ``\\N`` by MySQL and PostgreSQL, ``<null>`` by others.
_EMPTY = ("", "null", "NULL", "Null", "(null)", "<null>", "\\N", "NaN", "nan", "NA")
#: What else spreadsheets and people write where there is no number or date: the word for "not
#: available", or an error. An answer that forbids is not among them: such a word does not open.
_NOT_AVAILABLE = ("#N/A", "#N/D", "N/A", "N/D", "n/a", "n/d", "n.d.", "N.D.", "s/d", "S/D", "None")
_WHOLE = r"^([+-]?\d+)\.0+$"
_SPANISH_WHOLE = r"^([+-]?\d+)[.,]0+$"
#: ``0000-00-00``, ``00.00.0000``, ``00000000``, ``0000-00-00 00:00:00``: what SAP and MySQL write.
_NO_DAY = r"^(?:0[-/. :T]*){8,}$"

_WRONG = {
    "id": "no id",
    "text": "no text",
    "number": "not a number",
    "province": f"not a province code from {FIRST_PROVINCE} to {LAST_PROVINCE}",
    "flag": "not 0 or 1",
    "date": "not a date",
    "month": "not a month",
}


#: The decimal mark that all numbers of a file show together.
MarkOfFile = Callable[[], Mark | None]

#: Characters of a cell that a reason shows; quarantine keeps the whole row.
_LONGEST_CELL = 80


@dataclass(frozen=True)
class TypedColumn:
    """A column's values, and which of its cells are at fault.

    Attributes:
        values: typed; null where a cell is at fault, empty or a placeholder.
        unread: whether a cell cannot be read, or lacks what it must have.
        outside: whether a cell holds a value that is not plausible.
        placeholders: cells whose date stands for none.
        note: what speaks against the cells that cannot be read; may be empty.
    """

    values: pl.Series
    unread: pl.Series
    outside: pl.Series
    placeholders: int = 0
    note: str = ""

    @property
    def faults(self) -> pl.Series:
        """Whether a cell is at fault."""
        return self.unread | self.outside


def cleaned(name: str, kind: Kind) -> pl.Expr:
    """A column's cells without surrounding spaces; null where nothing is written."""
    stripped = pl.col(name).str.strip_chars()
    measured = kind.removeprefix("optional_") in {"number", "date", "month"}
    empty = _EMPTY + _NOT_AVAILABLE if measured else _EMPTY
    return pl.when(stripped.is_in(empty)).then(None).otherwise(stripped).alias(name)


def type_columns(cells: pl.DataFrame, file: RawFile, dialect: Dialect) -> dict[str, TypedColumn]:
    """Read every column of a file.

    Args:
        cells: the file's columns as text, ``cleaned``.
        file: what they are to hold.
        dialect: how they are written.
    """
    numbers = [name for name, kind in file.columns.items() if kind.endswith("number")]

    @functools.cache
    def mark_of_file() -> Mark | None:
        return decimal_mark(cells[name] for name in numbers)

    return {name: _typed(cells[name], file, dialect, mark_of_file) for name in file.columns}


def reasons(
    cells: pl.DataFrame, columns: Mapping[str, TypedColumn], file: RawFile, rows: pl.Series
) -> pl.Series:
    """Say of some rows what is wrong with their cells, column by column.

    Args:
        cells: all rows, ``cleaned``.
        columns: the same, typed.
        file: what they are to hold.
        rows: whether a row is asked for.
    """
    said = []
    for name, column in columns.items():
        base = file.columns[name].removeprefix("optional_")
        note = f"; {column.note}" if column.note else ""
        unread = pl.lit(f"{_WRONG[base]}{note}")
        if base == "date":
            short = has_two_digit_year(pl.col("cell")).fill_null(value=False)
            unread = (
                pl.when(short & pl.lit(name not in file.date_orders))
                .then(pl.lit("not a date with a year of four digits"))
                .otherwise(unread)
            )
        plausible = file.plausible.get(name)
        outside = pl.lit(f"not {plausible.in_words()}" if plausible else "")
        said.append(
            pl.DataFrame([cells[name].alias("cell"), column.unread, column.outside])
            .filter(rows)
            # Polars 1 panics where a format with a choice inside meets a column of two chunks.
            .rechunk()
            .select(
                pl.when(pl.col("unread") | pl.col("outside"))
                .then(
                    pl.format(
                        "{}: {} ({})",
                        pl.lit(name),
                        pl.when("outside").then(outside).otherwise(unread),
                        pl.col("cell").str.head(_LONGEST_CELL).fill_null("empty"),
                    )
                )
                .alias(name)
            )
        )
    return (
        pl.concat(said, how="horizontal")
        .select(pl.concat_str(pl.all(), separator="; ", ignore_nulls=True).alias("reason"))
        .to_series()
    )


def _typed(
    cells: pl.Series,
    file: RawFile,
    dialect: Dialect,
    mark_of_file: MarkOfFile,
) -> TypedColumn:
    kind: Kind = file.columns[cells.name]
    values, note = _values(cells, file, dialect, mark_of_file)
    unread = values.is_null()
    if kind.startswith("optional_"):
        unread &= cells.is_not_null()
    outside, placeholders = unread & False, 0
    if cells.name in file.placeholders:
        no_day = cells.str.contains(_NO_DAY)
        none = (values.dt.year().is_in(PLACEHOLDER_YEARS) | no_day).fill_null(value=False)
        values, unread, placeholders = values.set(none, None), unread & ~none, int(none.sum())
    plausible = file.plausible.get(cells.name)
    if plausible and not (holds := plausible.holds(values)).all():
        outside = (~holds).fill_null(value=False)
        values = values.set(outside, None)
    return TypedColumn(
        values.alias(cells.name),
        unread.alias("unread"),
        outside.alias("outside"),
        placeholders,
        note,
    )


def _values(
    cells: pl.Series, file: RawFile, dialect: Dialect, mark_of_file: MarkOfFile
) -> tuple[pl.Series, str]:
    """Return a column's values, and what its other cells say of those that are not read."""
    match file.columns[cells.name].removeprefix("optional_"):
        case "id":
            return normal_ids(cells), ""
        case "number":
            return _numbers(cells, dialect, mark_of_file)
        case "province":
            code = _whole(cells, dialect).cast(pl.Int64, strict=False)
            return _where(code, (code >= FIRST_PROVINCE) & (code <= LAST_PROVINCE)), ""
        case "flag":
            return read_flags(_whole(cells, dialect)), ""
        case "date" | "month" as shape:
            read = read_dates if shape == "date" else read_months
            form = DateForm(dialect.spanish, file.date_orders.get(cells.name))
            written = read(cells, form)
            return written.dates, written.against
        case _:
            return cells, ""


def _numbers(cells: pl.Series, dialect: Dialect, mark_of_file: MarkOfFile) -> tuple[pl.Series, str]:
    mark = _mark(cells, dialect, mark_of_file)
    if dialect.spanish:
        number = read_numbers(pl.col(cells.name), NumberForm(mark))
        values = cells.to_frame().select(number).to_series()
    else:
        values = cells.cast(pl.Float64, strict=False)
    joined = without_gaps(cells) if values.null_count() > cells.null_count() else cells
    if joined is not cells:
        return _numbers(joined, dialect, mark_of_file)
    return _where(values, values.is_finite()), _number_note(cells, mark, dialect)


def _where(values: pl.Series, holds: pl.Series) -> pl.Series:
    """Leave values that hold; null for the rest."""
    return values if holds.all() else values.set(~holds, None)


def _whole(cells: pl.Series, dialect: Dialect) -> pl.Series:
    """Write as ``8`` what a table of numbers with gaps makes of it: ``8.0`` or ``8,0``."""
    if not (has_mark(cells, ".") or (dialect.spanish and has_mark(cells, ","))):
        return cells
    return cells.str.replace(_SPANISH_WHOLE if dialect.spanish else _WHOLE, "${1}")


def _mark(cells: pl.Series, dialect: Dialect, mark_of_file: MarkOfFile) -> Mark | None:
    if not dialect.spanish or not (has_mark(cells, ",") or has_mark(cells, ".")):
        return None
    shown = decimal_mark([cells]) or mark_of_file()
    return shown or ("," if has_mark(cells, ",") else None)


def _number_note(cells: pl.Series, mark: Mark | None, dialect: Dialect) -> str:
    if mark is not None:
        return f"the column's decimal mark is {mark!r}"
    unsure = dialect.spanish and has_mark(cells, ".")
    return "thousands or decimals: nothing in the file tells" if unsure else ""
