"""Small raw files read into typed rows; rows that cannot be read are set aside with a reason.

A file that is wrong as a whole (empty, of another kind, other columns, mostly unreadable) is
refused with a :class:`RawFileError`; a row that is wrong is set aside with its number, its reason
and its values as they stood.
"""

from dataclasses import dataclass, field

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.dialect import Dialect
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import FIRST_PROVINCE, LAST_PROVINCE, Kind
from spanishgas_assets.raw.records import BROKEN, read_cells

#: Above this share of unreadable rows, the file is refused: it is not a matter of some bad rows.
REFUSED_SHARE = 0.10

_DATE_SHAPES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_SPANISH_DATE = "%d/%m/%Y"
_EMPTY = ("", "null", "NULL", "NaN", "nan", "NA")


@dataclass(frozen=True)
class Reading:
    """A raw file's rows: those that could be read, and those set aside.

    Attributes:
        rows: the file's columns, typed, with file and row (1 is the first below the header).
        set_aside: file, row, reason, values (the row as JSON text) and month, the first day of the
            month that the row would feed; null where no date can be read or none is needed.
        ignored_columns: columns of the file that the platform does not know.
        respelled_ids: rows whose id was written with spaces or in lower case.
    """

    rows: pl.DataFrame
    set_aside: pl.DataFrame
    ignored_columns: list[str] = field(default_factory=list)
    respelled_ids: int = 0

    @property
    def height(self) -> int:
        """Rows of the file."""
        return self.rows.height + self.set_aside.height


def read_rows(drop: Drop) -> Reading:
    """Read a small raw file whole (all but the hourly readings), corrected rows included.

    Raises:
        RawFileError: the file as a whole cannot be used.
    """
    cells = read_cells(drop)
    kinds, dialect = drop.file.columns, cells.dialect
    typed = {name: _typed(name, kind, dialect) for name, kind in kinds.items()}
    problems = pl.concat_str(
        [_problem(name, kind, typed[name]) for name, kind in kinds.items()],
        separator="; ",
        ignore_nulls=True,
    )
    judged = cells.frame.with_columns(
        pl.coalesce(BROKEN, pl.when(problems != "").then(problems)).alias("reason")
    )
    bad = judged.filter(pl.col("reason").is_not_null())
    _refuse_mostly_unreadable(drop, judged.height, bad)
    good = judged.filter(pl.col("reason").is_null())
    dated = typed[drop.file.dated].dt.truncate("1mo") if drop.file.dated else pl.lit(None, pl.Date)
    return Reading(
        rows=good.select("file", "row", **typed),
        set_aside=bad.select(
            "file",
            "row",
            "reason",
            pl.struct(list(kinds)).struct.json_encode().alias("values"),
            dated.alias("month"),
        ),
        ignored_columns=cells.extra,
        respelled_ids=int(good.select(_respelled(kinds)).sum_horizontal().sum()),
    )


def _refuse_mostly_unreadable(drop: Drop, rows: int, bad: pl.DataFrame) -> None:
    # A single bad row of a short file is a bad row, not a bad file.
    if bad.height > max(1, REFUSED_SHARE * rows):
        first = bad.row(0, named=True)
        raise RawFileError(
            f"{drop.path.name}: {bad.height:,} of {rows:,} rows cannot be read, more than "
            f"{REFUSED_SHARE:.0%}; first at row {first['row']}: {first['reason']}. "
            "Deliver the file again."
        )


_WRONG = {
    "id": "no id",
    "text": "no text",
    "number": "not a number",
    "province": f"not a province code from {FIRST_PROVINCE} to {LAST_PROVINCE}",
    "flag": "not 0 or 1",
    "date": "not a date",
    "month": "not a month",
}


def _clean(name: str) -> pl.Expr:
    stripped = pl.col(name).str.strip_chars()
    return pl.when(stripped.is_in(_EMPTY)).then(None).otherwise(stripped)


def _typed(name: str, kind: Kind, dialect: Dialect) -> pl.Expr:
    cell, base = _clean(name), kind.removeprefix("optional_")
    match base:
        case "id":
            return cell.str.to_uppercase()
        case "number":
            point = cell.str.replace(",", ".", literal=True) if dialect.spanish else cell
            value = point.cast(pl.Float64, strict=False)
            return pl.when(value.is_finite()).then(value)
        case "province":
            code = cell.cast(pl.Int64, strict=False)
            return pl.when(code.is_between(FIRST_PROVINCE, LAST_PROVINCE)).then(code)
        case "flag":
            return cell.replace_strict(
                {"0": 0, "1": 1, "0.0": 0, "1.0": 1}, default=None, return_dtype=pl.Int64
            )
        case "date" | "month":
            return _dated(cell, base, dialect)
        case _:
            return cell


def _dated(cell: pl.Expr, kind: str, dialect: Dialect) -> pl.Expr:
    if kind == "month":
        whole = cell.str.contains(r"^\d{4}-\d{2}(-\d{2})?$")
        return pl.when(whole).then((cell.str.head(7) + "-01").str.to_date("%Y-%m-%d", strict=False))
    shapes = [cell.str.to_date("%Y-%m-%d", strict=False)] + [
        cell.str.to_datetime(shape, strict=False).dt.date() for shape in _DATE_SHAPES
    ]
    spanish = [cell.str.to_date(_SPANISH_DATE, strict=False)] if dialect.spanish else []
    return pl.coalesce(shapes + spanish)


def _problem(name: str, kind: Kind, typed: pl.Expr) -> pl.Expr:
    """Say what is wrong with a cell, or null."""
    wrong = _WRONG[kind.removeprefix("optional_")]
    said = pl.format("{}: {} ({})", pl.lit(name), pl.lit(wrong), _clean(name).fill_null("empty"))
    unread = typed.is_null()
    if kind.startswith("optional_"):
        unread &= _clean(name).is_not_null()
    return pl.when(unread).then(said)


def _respelled(kinds: dict[str, Kind]) -> list[pl.Expr]:
    names = [name for name, kind in kinds.items() if kind == "id"]
    return [(pl.col(name) != _clean(name).str.to_uppercase()).alias(name) for name in names] or [
        pl.lit(value=False)
    ]
