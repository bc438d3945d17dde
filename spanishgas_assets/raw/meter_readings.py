"""The hourly readings as lazy frames, whatever file they come in.

They are too many to read whole: a file is scanned in batches, and rows are judged in the pass that
sums them (bronze/consumption_month.py). Corrected rows beside a file replace those with their
numbers.
"""

import functools
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from types import MappingProxyType

import polars as pl
import pyarrow.parquet as pq

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.column_names import extra_columns, listed, spelled
from spanishgas_assets.raw.dialect import PLAIN, Dialect, dialect_of, head_of
from spanishgas_assets.raw.drops import Drop, corrected_path
from spanishgas_assets.raw.estimate_marks import ESTIMATED, estimate_mark
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY, year_of_name
from spanishgas_assets.raw.fuel_columns import ELEC, GAS, with_both_fuels
from spanishgas_assets.raw.hour_column import DAYS, HOUR, with_hour_in_timestamp
from spanishgas_assets.raw.records import read_corrected
from spanishgas_assets.raw.time_labels import (
    PLAIN_LABELS,
    TimeLabels,
    WrittenTimes,
    corrected_times,
    written_times,
)
from spanishgas_assets.raw.time_span import time_span
from spanishgas_assets.raw.unreadable import first_line, refuse_other_encoding, refusing_unreadable
from spanishgas_assets.raw.written_numbers import NumberForm, number_forms, read_numbers

SCHEMA = pl.Schema(
    [
        ("customer_id", pl.String()),
        ("timestamp", pl.Datetime("us")),
        ("consumption_elec_kwh", pl.Float64()),
        ("consumption_gas_m3", pl.Float64()),
    ]
)
_VALUES = (ELEC, GAS)

#: Readings of a Parquet file that are in the making at a time: it bounds the memory of a pass.
PIECE_ROWS = 8_000_000

#: Columns that are read in any case; day and hour may be two.
_KNOWN = (*SCHEMA, ESTIMATED, *DAYS, HOUR)

_TEXT_KINDS = (pl.Categorical, pl.Enum, pl.Binary)
#: What stands in the cell of a fuel of which the source says nothing. Whole cells are compared: to
#: strip each would make the pass over a CSV file a tenth slower.
_EMPTY = ("", " ", "null", "NULL", "None", "NA", "N/A", "-", "(null)", "<null>", "\\N")


@dataclass(frozen=True)
class ReadingsFile:
    """One file of readings.

    Attributes:
        name: the file's name, as messages and quarantine say it.
        original: its rows as they stand, columns of the source.
        start, end: the local days that it is to hold, first and the one after the last.
        rows: how many rows it has, where that is known without reading it.
        time_span: its first and last hour, where that is known likewise.
        times: how its time labels are written; None where they are plain beginnings of hours.
        numbers: how each column of numbers is written, in a semicolon-separated file.
        corrected: corrected rows (row and the columns of ``SCHEMA``), or None.
        corrected_name: name of the file that they are in.
        ignored_columns: columns that the platform does not know.
    """

    name: str
    original: pl.LazyFrame
    start: date
    end: date
    rows: int | None = None
    time_span: tuple[datetime, datetime] | None = None
    times: WrittenTimes | None = None
    numbers: Mapping[str, NumberForm] = field(default_factory=dict)
    corrected: pl.DataFrame | None = None
    corrected_name: str = ""
    ignored_columns: tuple[str, ...] = ()

    def readings(self) -> pl.LazyFrame:
        """Return all readings, columns as ``SCHEMA`` (and ``is_estimated``)."""
        if self.corrected is not None:
            return self.numbered().drop("file", "row")
        return self.original.select(self._columns())

    def pieces(self, needed: pl.Expr | None) -> Iterator[pl.LazyFrame]:
        """Yield all readings in order, or those ``needed``, in pieces to be read one by one.

        If they ``are_early``, times off the hour are an hour early.
        """
        if needed is not None:
            yield self.readings().filter(needed)
        elif self.rows is None or self.corrected is not None:
            yield self.readings()
        else:
            for first in range(0, self.rows, PIECE_ROWS):
                yield self.original.slice(first, PIECE_ROWS).select(self._columns(early=True))

    def are_early(self, needed: pl.Expr | None) -> bool:
        """Whether ``pieces`` has times an hour early, which ``not_early`` puts right."""
        in_pieces = needed is None and self.rows is not None and self.corrected is None
        return in_pieces and self._times.can_be_early

    def numbered(self) -> pl.LazyFrame:
        """Return all readings with file and row (1 is the first), corrected ones in their place."""
        every = self.original.with_row_index("row", offset=1).select(
            pl.lit(self.name).alias("file"), pl.col("row").cast(pl.Int64), *self._columns()
        )
        if self.corrected is None:
            return every
        mended = self.corrected.lazy().select(
            pl.lit(self.corrected_name).alias("file"),
            *(pl.col(name) for name in ("row", *self.columns)),
        )
        mended_rows = self.corrected["row"].to_list()
        return pl.concat([every.filter(~pl.col("row").is_in(mended_rows)), mended])

    def values(self, places: pl.DataFrame) -> pl.DataFrame:
        """Return rows as they stand: file, row, values (JSON); ``places`` names them."""
        wanted = places.filter(pl.col("file") == self.name).select("row")
        found = (
            self.original.with_row_index("row", offset=1)
            .with_columns(pl.col("row").cast(pl.Int64))
            .join(wanted.lazy(), on="row", how="semi")
            .select(
                "row",
                pl.struct(pl.exclude("row").cast(pl.String)).struct.json_encode().alias("values"),
            )
            .collect(engine="streaming")
            .with_columns(pl.lit(self.name).alias("file"))
        )
        if self.corrected is None:
            return found
        mended = self.corrected.with_columns(pl.lit(self.corrected_name).alias("file")).join(
            places, on=["file", "row"], how="semi"
        )
        return pl.concat(
            [
                found,
                mended.select(
                    "row",
                    pl.struct(pl.col(*SCHEMA).cast(pl.String)).struct.json_encode().alias("values"),
                    "file",
                ),
            ]
        )

    def holds(self, month: str) -> bool:
        """Whether it is to hold a month (``2024-03-01``)."""
        return self.start <= date.fromisoformat(month) < self.end

    @property
    def zone(self) -> str:
        """The zone of its time labels, if they are instants; empty where they have none."""
        return self.times.zone if self.times else ""

    @functools.cached_property
    def columns(self) -> list[str]:
        """The columns of its readings."""
        marked = ESTIMATED in self.original.collect_schema()
        return [*SCHEMA, *([ESTIMATED] if marked else [])]

    @property
    def _times(self) -> WrittenTimes:
        return self.times or WrittenTimes(self.original.collect_schema()["timestamp"])

    def _columns(self, *, early: bool = False) -> list[pl.Expr]:
        found = self.original.collect_schema()
        time = self._times.read_as_hours() if early else self._times.read()
        return [
            time if name == "timestamp" else typed(name, found[name], self.numbers)
            for name in self.columns
        ]


def typed(
    name: str,
    found: pl.DataType,
    numbers: Mapping[str, NumberForm] = MappingProxyType({}),
) -> pl.Expr:
    """Read one column of readings other than their time: a value that is none becomes NaN.

    A value is null where the cell is empty: the source says nothing of that fuel.
    """
    cell = pl.col(name)
    if name == ESTIMATED:
        return estimate_mark(found)
    wanted = SCHEMA[name]
    if wanted == pl.Float64 and found == pl.String:
        number = (
            read_numbers(cell, numbers[name])
            if name in numbers
            else cell.cast(wanted, strict=False)
        )
        return _told_apart(cell, number).alias(name)
    return cell if found == wanted else cell.cast(wanted, strict=False)


def _told_apart(cell: pl.Expr, value: pl.Expr) -> pl.Expr:
    """Make a value NaN where a cell holds something that is no number; an empty cell stays null."""
    return pl.map_batches([cell, value], _with_nan, return_dtype=pl.Float64(), is_elementwise=True)


def _with_nan(pair: Sequence[pl.Series]) -> pl.Series:
    cell, value = pair
    # Nearly every cell is a number or null: to compare them with words would cost a third more.
    if value.null_count() == cell.null_count():
        return value
    return value.set(value.is_null() & cell.is_not_null() & ~cell.is_in(_EMPTY), math.nan)


def scan_readings(
    drop: Drop, months: Sequence[str], labels: TimeLabels = PLAIN_LABELS
) -> list[ReadingsFile]:
    """Open the files that can hold the months (keys ``2024-03-01``), labelled as declared.

    Raises:
        RawFileError: no file for a month, or a file of another kind or with other columns.
    """
    drop = drop.fetched([month[:7] for month in months])
    with drop.naming(), refusing_unreadable(drop):
        return [_open(*found, labels) for found in _files(drop, months)]


def _files(drop: Drop, months: Sequence[str]) -> list[tuple[Path, list[Path], Path, date, date]]:
    """Return each file, its part files (or itself), its corrected rows, first day and end."""
    if not drop.is_folder:
        year = year_of_name(drop.path.name)
        if year is None:
            raise RawFileError(f"{drop.path.name}: its name does not say which year it holds")
        others = [month[:7] for month in months if int(month[:4]) != year]
        if others:
            raise RawFileError(
                f"{drop.path.name}: holds {year}, but {', '.join(others)} is asked for. Deliver "
                "readings as consumption_hourly/month=YYYY-MM/, and move the year's file into it."
            )
        return [(drop.path, drop.files, drop.corrected, date(year, 1, 1), date(year + 1, 1, 1))]
    wanted = [month[:7] for month in months]
    missing = [month for month in wanted if month not in drop.parts]
    if missing:
        raise RawFileError(
            f"{drop.path.name}: no file for {', '.join(missing)} under {drop.url}. Expected "
            f"month=YYYY-MM folders; found {', '.join(drop.parts) or 'none'}."
        )
    return [
        (path, [path], corrected_path(path), *_month(month))
        for month in wanted
        for path in drop.parts[month]
    ]


def _month(month: str) -> tuple[date, date]:
    start = date.fromisoformat(f"{month}-01")
    return start, date(start.year + start.month // 12, start.month % 12 + 1, 1)


def _open(
    path: Path,
    files: Sequence[Path],
    corrected: Path,
    start: date,
    end: date,
    labels: TimeLabels,
) -> ReadingsFile:
    if not files:
        raise RawFileError(f"{path.name}: a folder without a part file that has rows ({path}).")
    for file in files:
        head_of(file)
    try:
        original, dialect = _scan(path, files)
        original = original.rename(spelled(original.collect_schema().names(), _KNOWN))
        original = with_hour_in_timestamp(original)
        original = with_both_fuels(original, text=path.suffix != ".parquet")
        found = original.collect_schema()
        extra = extra_columns(CONSUMPTION_HOURLY, path, found.names(), _KNOWN)
        numbers = number_forms(original, _VALUES, files) if dialect.spanish else {}
    except pl.exceptions.PolarsError as error:
        refuse_other_encoding(error, files)
        raise RawFileError(
            f"{path.name}: cannot be read as {path.name.split('.', 1)[-1]}: "
            f"{first_line(error)}. Deliver it again."
        ) from None
    ignored = [name for name in extra if name != ESTIMATED]
    _refuse_other_types(path, found)
    footers = [pq.read_metadata(file) for file in files if path.suffix == ".parquet"]
    times = written_times(path.name, original, labels)
    # A monthly part has its folder in its name: parts of all months are called alike.
    folder = f"{path.parent.name}/" if path.parent.name.startswith("month=") else ""
    return ReadingsFile(
        name=folder + path.name,
        original=original.drop(ignored),
        start=start,
        end=end,
        rows=sum(footer.num_rows for footer in footers) if footers else None,
        time_span=time_span(footers, times),
        times=times,
        numbers=numbers,
        corrected=_corrected(corrected, times) if corrected.is_file() else None,
        corrected_name=folder + corrected_path(path).name,
        ignored_columns=tuple(ignored),
    )


def _scan(path: Path, files: Sequence[Path]) -> tuple[pl.LazyFrame, Dialect]:
    if path.suffix == ".parquet":
        stored = pl.scan_parquet(list(files), hive_partitioning=False)
        # Text may be kept as numbers of a dictionary, or (by old Spark) as bytes; a column without
        # a single value may have no type.
        typed = stored.cast({kind: pl.String() for kind in _TEXT_KINDS}, strict=False)
        return typed.cast({pl.Null: pl.Float64()}), PLAIN
    dialect, *others = {dialect_of(file) for file in files}
    if others:
        raise RawFileError(
            f"{path.name}: its part files are separated in different ways. Deliver it again."
        )
    rows = pl.scan_csv(
        list(files), infer_schema=False, separator=dialect.separator, skip_lines=dialect.above
    )
    return rows, dialect


def _corrected(path: Path, times: WrittenTimes) -> pl.DataFrame:
    cells = read_corrected(CONSUMPTION_HOURLY, path)
    numbers = number_forms(cells.lazy(), _VALUES, [path]) if dialect_of(path).spanish else {}
    return cells.select(
        "row",
        *(typed(name, pl.String(), numbers) for name in SCHEMA if name != "timestamp"),
        corrected_times(times),
        pl.lit(value=False).alias(ESTIMATED),
    )


def _refuse_other_types(path: Path, found: pl.Schema) -> None:
    problems = []
    for name, wanted in SCHEMA.items():
        kind = found[name]
        readable = kind in (wanted, pl.String) or (
            isinstance(kind, pl.Datetime | pl.Date)
            if name == "timestamp"
            else wanted == pl.Float64 and kind.is_numeric()
        )
        if not readable:
            problems.append(f"column {name} is {kind}, expected {wanted}")
    if problems:
        raise RawFileError(
            f"{path.name}: {'; '.join(problems)}. Expected: {', '.join(SCHEMA)}. "
            f"Found: {listed(list(found))}."
        )
