"""Raw files read into typed rows; rows that cannot be read are set aside with a reason.

A file that is wrong as a whole (empty, of another kind, other columns, mostly unreadable) is
refused with a :class:`RawFileError`; a row that is wrong is set aside with its number, its reason
and its values as they stood.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import Kind

#: Above this share of unreadable rows, the file is refused: it is not a matter of some bad rows.
REFUSED_SHARE = 0.10

_PARQUET_MAGIC = b"PAR1"
_DATE_SHAPES = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S")
_EMPTY = ("", "null", "NULL", "NaN", "nan", "NA")


@dataclass(frozen=True)
class Reading:
    """A raw file's rows: those that could be read, and those set aside.

    ``rows`` carries the file's columns, typed, and ``row`` (1 is the first below the header).
    ``set_aside`` has row, reason and values (the row as JSON text).
    """

    rows: pl.DataFrame
    set_aside: pl.DataFrame


def read_rows(drop: Drop) -> Reading:
    """Read a small raw file whole (all but the hourly readings).

    Raises:
        RawFileError: the file as a whole cannot be used.
    """
    refuse_unusable(drop.path)
    text = _json_cells(drop) if drop.path.suffix == ".json" else _csv_cells(drop)
    _refuse_other_columns(drop, text.columns)
    cells = text.select(list(drop.file.columns)).with_row_index("row", offset=1)
    typed = {name: _typed(name, kind) for name, kind in drop.file.columns.items()}
    problems = pl.concat_str(
        [_problem(name, kind, typed[name]) for name, kind in drop.file.columns.items()],
        separator="; ",
        ignore_nulls=True,
    )
    judged = cells.with_columns(problems.alias("reason")).with_columns(
        pl.col("reason").replace("", None)
    )
    bad = judged.filter(pl.col("reason").is_not_null())
    _refuse_mostly_unreadable(drop, judged.height, bad)
    good = judged.filter(pl.col("reason").is_null())
    return Reading(
        rows=good.select(pl.col("row").cast(pl.Int64), **typed),
        set_aside=bad.select(
            pl.col("row").cast(pl.Int64),
            "reason",
            pl.struct(list(drop.file.columns)).struct.json_encode().alias("values"),
        ),
    )


def refuse_unusable(path: Path) -> None:
    """Refuse a file of zero bytes, or of another kind than its name says.

    Raises:
        RawFileError: says what the file is and what to do.
    """
    with path.open("rb") as content:
        head = content.read(4096)
    if not head.strip():
        raise RawFileError(f"{path.name}: the file is empty ({path}). Deliver it again.")
    if path.suffix == ".parquet" and head[:4] != _PARQUET_MAGIC:
        raise RawFileError(
            f"{path.name}: not a Parquet file (it begins with {head[:8]!r}, not b'PAR1'). "
            "Deliver it again, or name it by its real kind."
        )
    if path.suffix != ".parquet" and (head[:4] == _PARQUET_MAGIC or b"\0" in head):
        raise RawFileError(
            f"{path.name}: a binary file, not {path.suffix[1:].upper()} text (it begins with "
            f"{head[:8]!r}). Deliver it again, or name it by its real kind."
        )


def _csv_cells(drop: Drop) -> pl.DataFrame:
    try:
        cells = pl.read_csv(drop.path, infer_schema=False, encoding="utf8")
    except (pl.exceptions.PolarsError, UnicodeDecodeError) as error:
        raise RawFileError(
            f"{drop.path.name}: not a comma-separated UTF-8 file with the columns "
            f"{', '.join(drop.file.columns)}: {_first_line(error)}"
        ) from error
    if cells.is_empty():
        raise RawFileError(f"{drop.path.name}: has a header but no row. Deliver it again.")
    return cells


def _json_cells(drop: Drop) -> pl.DataFrame:
    try:
        records: Any = json.loads(drop.path.read_text(encoding="utf-8"))
    except (json.JSONDecodeError, UnicodeDecodeError) as error:
        raise RawFileError(f"{drop.path.name}: not a JSON list of records: {error}") from error
    if not isinstance(records, list) or not all(isinstance(record, dict) for record in records):
        raise RawFileError(
            f"{drop.path.name}: expected a JSON list of records, found {type(records).__name__}"
        )
    if not records:
        return pl.DataFrame(schema=dict.fromkeys(drop.file.columns, pl.String))
    names = dict.fromkeys(name for record in records for name in record)
    return pl.DataFrame(
        {name: [_cell(record.get(name)) for record in records] for name in names},
        schema=dict.fromkeys(names, pl.String),
    )


def _cell(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _refuse_other_columns(drop: Drop, found: list[str]) -> None:
    expected = set(drop.file.columns)
    missing = [name for name in drop.file.columns if name not in found]
    extra = [name for name in found if name not in expected]
    if missing or extra:
        raise RawFileError(
            f"{drop.path.name}: "
            + "; ".join(
                [f"column {name} is missing" for name in missing]
                + [f"column {name} is not expected" for name in extra]
            )
            + f". Expected: {', '.join(drop.file.columns)}. Found: {', '.join(found)}."
        )


def _refuse_mostly_unreadable(drop: Drop, rows: int, bad: pl.DataFrame) -> None:
    if bad.height > rows * REFUSED_SHARE:
        first = bad.row(0, named=True)
        raise RawFileError(
            f"{drop.path.name}: {bad.height:,} of {rows:,} rows cannot be read, first row "
            f"{first['row']} ({first['reason']}). Above {REFUSED_SHARE:.0%} the file is refused: "
            "deliver it again."
        )


_WRONG = {
    "id": "no id",
    "text": "no text",
    "number": "not a number",
    "whole": "not a whole number",
    "flag": "not 0 or 1",
    "date": "not a date",
    "month": "not a month",
}


def _clean(name: str) -> pl.Expr:
    stripped = pl.col(name).str.strip_chars()
    return pl.when(stripped.is_in(_EMPTY)).then(None).otherwise(stripped)


def _typed(name: str, kind: Kind) -> pl.Expr:
    cell, base = _clean(name), kind.removeprefix("optional_")
    match base:
        case "number":
            value = cell.cast(pl.Float64, strict=False)
            return pl.when(value.is_finite()).then(value)
        case "whole":
            return cell.cast(pl.Int64, strict=False)
        case "flag":
            return cell.replace_strict(
                {"0": 0, "1": 1, "0.0": 0, "1.0": 1}, default=None, return_dtype=pl.Int64
            )
        case "date":
            return pl.coalesce(
                cell.str.to_date("%Y-%m-%d", strict=False),
                *(cell.str.to_datetime(shape, strict=False).dt.date() for shape in _DATE_SHAPES),
            )
        case "month":
            return (cell.str.head(7) + "-01").str.to_date("%Y-%m-%d", strict=False)
        case _:
            return cell


def _problem(name: str, kind: Kind, typed: pl.Expr) -> pl.Expr:
    """Say what is wrong with a cell, or null."""
    wrong = _WRONG[kind.removeprefix("optional_")]
    said = pl.format("{}: {} ({})", pl.lit(name), pl.lit(wrong), _clean(name).fill_null("empty"))
    unread = typed.is_null()
    if kind.startswith("optional_"):
        unread &= _clean(name).is_not_null()
    return pl.when(unread).then(said)


def _first_line(error: Exception) -> str:
    return str(error).strip().splitlines()[0]
