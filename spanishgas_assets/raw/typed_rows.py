"""Small raw files read into typed rows; rows that cannot be read are set aside with a reason.

A file that is wrong as a whole (empty, of another kind, other columns, mostly unreadable) is
refused with a :class:`RawFileError`; a row that is wrong is set aside with its number, its reason
and its values as they stood.
"""

from dataclasses import dataclass, field

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.customer_ids import normal_id
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import Kind, RawFile
from spanishgas_assets.raw.records import BROKEN, Part, read_cells
from spanishgas_assets.raw.typed_columns import cleaned, reasons, type_columns
from spanishgas_assets.tables.quarantine import reasons_in_words

#: Above this share of unreadable rows, the file is refused: it is not a matter of some bad rows.
REFUSED_SHARE = 0.10


@dataclass(frozen=True)
class Reading:
    """A raw file's rows: those that could be read, and those set aside.

    Attributes:
        rows: the file's columns, typed, with file and row (1 is the first below the header).
        set_aside: file, row, reason, values (the row as JSON text) and month, the first day of the
            month that the row would feed; null where no date can be read or none is needed.
        ignored_columns: columns of the file that the platform does not know.
        respelled_ids: rows whose id was written with spaces, unseen marks or in lower case.
        placeholders: cells whose date stands for none (9999-12-31).
    """

    rows: pl.DataFrame
    set_aside: pl.DataFrame
    ignored_columns: list[str] = field(default_factory=list)
    respelled_ids: int = 0
    placeholders: int = 0

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
    readings = [_read(drop.file, part) for part in cells.parts]
    rows = pl.concat(reading.rows for reading in readings).sort("row")
    set_aside = pl.concat(reading.set_aside for reading in readings).sort("row")
    _refuse_mostly_unreadable(drop, rows.height + set_aside.height, set_aside)
    return Reading(
        rows,
        set_aside,
        ignored_columns=cells.extra,
        respelled_ids=sum(reading.respelled_ids for reading in readings),
        placeholders=sum(reading.placeholders for reading in readings),
    )


def _read(file: RawFile, part: Part) -> Reading:
    names = list(file.columns)
    cells = part.frame.select(cleaned(name) for name in names)
    columns = type_columns(cells, file, part.dialect)
    bad = part.frame[BROKEN].is_not_null()
    for column in columns.values():
        bad |= column.faults
    place = part.frame.select("file", "row")
    dated = columns[file.dated].values.dt.truncate("1mo") if file.dated else None
    values = pl.DataFrame([column.values for column in columns.values()])
    return Reading(
        rows=pl.concat([place, values], how="horizontal").filter(~bad),
        set_aside=part.frame.filter(bad).select(
            "file",
            "row",
            pl.coalesce(BROKEN, reasons(cells, columns, file, bad)).alias("reason"),
            pl.struct(names).struct.json_encode().alias("values"),
            (pl.lit(None, pl.Date) if dated is None else dated.filter(bad)).alias("month"),
        ),
        respelled_ids=int(part.frame.filter(~bad).select(_respelled(file.columns)).item()),
        placeholders=sum(column.placeholders for column in columns.values()),
    )


def _refuse_mostly_unreadable(drop: Drop, rows: int, bad: pl.DataFrame) -> None:
    # A single bad row of a short file is a bad row, not a bad file, unless there is no other.
    if bad.height > max(1, REFUSED_SHARE * rows) or bad.height == rows > 0:
        first = bad.row(0, named=True)
        raise RawFileError(
            f"{drop.path.name}: {bad.height:,} of {rows:,} rows cannot be read, more than "
            f"{REFUSED_SHARE:.0%}: {reasons_in_words(bad)}; row {first['row']}: {first['reason']}. "
            "Deliver the file again."
        )


def _respelled(kinds: dict[str, Kind]) -> pl.Expr:
    """Count the ids that are written with spaces or in lower case."""
    names = [name for name, kind in kinds.items() if kind == "id"]
    return pl.sum_horizontal(
        [(pl.col(name) != normal_id(cleaned(name))).sum() for name in names] or [pl.lit(0)]
    )
