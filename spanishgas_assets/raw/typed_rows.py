"""Small raw files read into typed rows; rows that cannot be read are set aside with a reason.

A file that is wrong as a whole (empty, of another kind, other columns, mostly unreadable) is
refused with a :class:`RawFileError`; a row that is wrong is set aside with its number, its reason
and its values as they stood.
"""

from dataclasses import dataclass, field

import polars as pl

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import RawFile
from spanishgas_assets.raw.records import BROKEN, Part, read_cells
from spanishgas_assets.raw.typed_columns import (
    TypedColumn,
    cleaned,
    reasons,
    type_columns,
)
from spanishgas_assets.raw.written_dates import MONTH_FIRST
from spanishgas_assets.settings import DateOrder
from spanishgas_assets.tables.quarantine import SCHEMA, reasons_in_words

#: Above this share of unreadable rows, the file is refused: it is not a matter of some bad rows.
REFUSED_SHARE = 0.10


#: A date that another order of its parts would make one.
_OTHER_ORDER = r"not a date[^(]*\(\d{1,2}[-/. ]\w+[-/. ]\d{2,4}"
#: Rows set aside where there is none.
_NONE = pl.DataFrame(schema={**SCHEMA, "month": pl.Date})


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
        blank_rows: rows of a CSV file without a cell, as spreadsheets leave below a table.
    """

    rows: pl.DataFrame
    set_aside: pl.DataFrame
    ignored_columns: list[str] = field(default_factory=list)
    respelled_ids: int = 0
    placeholders: int = 0
    blank_rows: int = 0

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
    rows = _by_row([reading.rows for reading in readings])
    set_aside = _by_row([reading.set_aside for reading in readings])
    _refuse_mostly_unreadable(drop, rows.height + set_aside.height, set_aside)
    return Reading(
        rows,
        set_aside,
        ignored_columns=cells.extra,
        respelled_ids=sum(reading.respelled_ids for reading in readings),
        placeholders=sum(reading.placeholders for reading in readings),
        blank_rows=cells.blank,
    )


def _read(file: RawFile, part: Part) -> Reading:
    cells = part.frame.select(cleaned(name, kind) for name, kind in file.columns.items())
    columns = type_columns(cells, file, part.dialect)
    bad = part.frame[BROKEN].is_not_null()
    for column in columns.values():
        bad |= column.faults
    place = [part.frame[name] for name in ("file", "row")]
    rows = pl.DataFrame([*place, *(column.values for column in columns.values())])
    faulty = bad.any()
    ids = [name for name, kind in file.columns.items() if kind == "id"]
    return Reading(
        rows=rows.filter(~bad) if faulty else rows,
        set_aside=_set_aside(part, cells, columns, bad, file) if faulty else _NONE.clone(),
        respelled_ids=sum(int(((part.frame[name] != rows[name]) & ~bad).sum()) for name in ids),
        placeholders=sum(column.placeholders for column in columns.values()),
    )


def _set_aside(
    part: Part,
    cells: pl.DataFrame,
    columns: dict[str, TypedColumn],
    bad: pl.Series,
    file: RawFile,
) -> pl.DataFrame:
    """Return the bad rows with what is wrong with them, as text."""
    dated = columns[file.dated].values.dt.truncate("1mo").filter(bad) if file.dated else None
    return part.frame.filter(bad).select(
        "file",
        "row",
        pl.coalesce(BROKEN, reasons(cells, columns, file, bad)).alias("reason"),
        pl.struct(list(file.columns)).struct.json_encode().alias("values"),
        (pl.lit(None, pl.Date) if dated is None else dated).alias("month"),
    )


def _by_row(frames: list[pl.DataFrame]) -> pl.DataFrame:
    rows = frames[0] if len(frames) == 1 else pl.concat(frames)
    return rows if rows["row"].is_sorted() else rows.sort("row")


def _refuse_mostly_unreadable(drop: Drop, rows: int, bad: pl.DataFrame) -> None:
    # A single bad row of a short file is a bad row, not a bad file, unless there is no other.
    if bad.height > max(1, REFUSED_SHARE * rows) or bad.height == rows > 0:
        first = bad.row(0, named=True)
        raise RawFileError(
            f"{drop.path.name}: {bad.height:,} of {rows:,} rows cannot be read, more than "
            f"{REFUSED_SHARE:.0%}: {reasons_in_words(bad)}; row {first['row']}: {first['reason']}. "
            f"Deliver the file again{_or_declare(drop.file, bad)}."
        )


def _or_declare(file: RawFile, bad: pl.DataFrame) -> str:
    if not bad["reason"].str.contains(_OTHER_ORDER).any():
        return ""
    month_first = bad["reason"].str.contains(MONTH_FIRST, literal=True).any()
    order = DateOrder.MONTH_DAY_YEAR if month_first else DateOrder.DAY_MONTH_YEAR
    orders = f"SPANISHGAS_DATE_ORDERS={file.name}={order}"
    return f", or declare in which order its dates are written ({orders})"
