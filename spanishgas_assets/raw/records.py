"""The cells of a small raw file as text, whatever form it comes in, with its corrected rows."""

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.column_names import extra_columns, spelled
from spanishgas_assets.raw.dialect import PLAIN, Dialect, dialect_of, text_of
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import RawFile
from spanishgas_assets.raw.json_records import json_records
from spanishgas_assets.raw.longer_rows import longer_row

#: Reason column of a record that is no record at all (a broken JSON line).
BROKEN = "broken"


@dataclass(frozen=True)
class Part:
    """Rows as text that are written alike: the file's columns, file, row (1 is the first), broken.

    ``broken`` says why a record has no cells, and is null for the rest.
    """

    frame: pl.DataFrame
    dialect: Dialect


@dataclass(frozen=True)
class Cells:
    """A file's rows, the corrected ones among them, and what the platform leaves out of it.

    Attributes:
        parts: the rows.
        extra: columns that the platform does not know.
        blank: rows of a CSV file without a cell.
    """

    parts: list[Part]
    extra: list[str]
    blank: int = 0


def read_cells(drop: Drop) -> Cells:
    """Read a small raw file as text; a row that has a corrected one is replaced by it.

    Raises:
        RawFileError: the file as a whole cannot be used.
    """
    drop = drop.fetched()
    read = _json if ".json" in drop.path.name else _csv
    with drop.naming():
        cells = _together([read(drop.file, path) for path in drop.files], drop)
        if not any(part.frame.height for part in cells.parts) and read is _csv:
            raise RawFileError(f"{drop.path.name}: has a header but no row. Deliver it again.")
        return _with_corrected(cells, drop) if drop.corrected.is_file() else cells


def _together(pieces: list[Cells], drop: Drop) -> Cells:
    """Make one file of its part files, with the rows numbered through."""
    if not pieces:
        raise RawFileError(
            f"{drop.path.name}: a folder without a part file that has rows ({drop.url}). Deliver "
            "the file again."
        )
    if not drop.is_spread:
        return pieces[0]
    parts, rows = [], 0
    for part in (part for piece in pieces for part in piece.parts):
        numbered = part.frame.with_columns(pl.col("row") + rows, file=pl.lit(drop.path.name))
        parts.append(Part(numbered, part.dialect))
        rows += part.frame.height
    extra = dict.fromkeys(name for one in pieces for name in one.extra)
    return Cells(_alike(parts), list(extra), sum(one.blank for one in pieces))


def read_corrected(file: RawFile, path: Path) -> pl.DataFrame:
    """Read corrected rows as text: row, file and the raw file's columns.

    Raises:
        RawFileError: a row number is missing, is no number, or is there twice.
    """
    (written,) = _csv(file, path, number="row").parts
    cells = written.frame
    if cells.is_empty():
        raise RawFileError(f"{path.name}: has a header but no row. Deliver it again.")
    rows = cells.with_columns(pl.col("row").str.strip_chars().cast(pl.Int64, strict=False))
    if rows["row"].null_count() or rows["row"].is_duplicated().any():
        raise RawFileError(
            f"{path.name}: column row must hold the number of each corrected row once, as "
            "`spanishgas quarantine show` prints it"
        )
    return rows


def _with_corrected(cells: Cells, drop: Drop) -> Cells:
    path = drop.corrected
    corrected = Part(read_corrected(drop.file, path), dialect_of(path))
    rows = pl.concat(part.frame["row"] for part in cells.parts)
    unknown = corrected.frame.filter(~pl.col("row").is_in(rows.implode()))
    if unknown.height:
        raise RawFileError(
            f"{path.name}: row {unknown['row'][0]} is not in {drop.path.name}, which has "
            f"{rows.len():,} rows"
        )
    kept = [
        Part(part.frame.join(corrected.frame, on="row", how="anti"), part.dialect)
        for part in cells.parts
    ]
    columns = kept[0].frame.columns
    return Cells(
        _alike([*kept, Part(corrected.frame.select(columns), corrected.dialect)]),
        cells.extra,
        cells.blank,
    )


def _alike(parts: list[Part]) -> list[Part]:
    """Put parts together that are written alike: what a column shows, all of it shows."""
    dialects = dict.fromkeys(part.dialect for part in parts)
    return [
        Part(pl.concat(part.frame for part in parts if part.dialect == dialect), dialect)
        for dialect in dialects
    ]


def _csv(file: RawFile, path: Path, number: str | None = None) -> Cells:
    text, dialect = text_of(path), dialect_of(path)
    try:
        cells = pl.read_csv(
            io.BytesIO(text.encode()),
            infer_schema=False,
            separator=dialect.separator,
            skip_lines=dialect.above,
        )
    except pl.exceptions.PolarsError as error:
        why = longer_row(path, dialect) or str(error).strip().splitlines()[0]
        raise RawFileError(
            f"{path.name}: not a table separated by {dialect.separator!r} with the columns "
            f"{', '.join(file.columns)}: {why}"
        ) from None
    cells = cells.rename(spelled(cells.columns, (*file.columns, "row")))
    extra = extra_columns(file, path, cells.columns)
    if number is not None and number not in cells.columns:
        raise RawFileError(
            f"{path.name}: column {number} is missing: it says which row is corrected"
        )
    placed = _placed(file, path, cells)
    filled = placed if number else _without_blank_rows(placed, list(file.columns))
    return Cells(
        [Part(filled, dialect)],
        [name for name in extra if name != number],
        placed.height - filled.height,
    )


def _without_blank_rows(cells: pl.DataFrame, names: list[str]) -> pl.DataFrame:
    """Leave out rows that say nothing; those that are left keep their numbers."""
    if not cells[names[0]].null_count():
        return cells
    return cells.filter(~pl.all_horizontal(pl.col(names).is_null()))


def _json(file: RawFile, path: Path) -> Cells:
    records = json_records(text_of(path), path.name, file.columns)
    known = [record if isinstance(record, dict) else {} for record in records]
    names = list(dict.fromkeys(name for record in known for name in record))
    extra = extra_columns(file, path, names) if any(known) else []
    cells = pl.DataFrame(
        {name: [_cell(record.get(name)) for record in known] for name in file.columns},
        schema=dict.fromkeys(file.columns, pl.String),
    ).with_columns(
        pl.Series(
            BROKEN,
            [
                None if isinstance(record, dict) else f"not a record ({record})"
                for record in records
            ],
            dtype=pl.String,
        )
    )
    return Cells([Part(_placed(file, path, cells), PLAIN)], extra)


def _cell(value: Any) -> str | None:
    """Return a cell as text: a list or number as JSON, half a surrogate pair as a question mark."""
    if value is None:
        return None
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8")


def _placed(file: RawFile, path: Path, cells: pl.DataFrame) -> pl.DataFrame:
    """Add where each row stands, and order the columns."""
    row = "row" if "row" in cells.columns else pl.int_range(1, pl.len() + 1).alias("row")
    return cells.select(
        pl.lit(path.name).alias("file"),
        row,
        *(
            name if name in cells.columns else pl.lit(None, dtype=pl.String).alias(name)
            for name in (*file.columns, BROKEN)
        ),
    )
