"""Hourly readings summed to customer-months in one streaming pass.

Customers with every reading in order are summed as matrices (``regular_grid``). For all others,
month and block of every hour are one small number, a slot, that is fetched by the hour's index, so
that no calendar arithmetic is done per reading, and readings are grouped by it. The sums are exact:
they depend neither on the order of the rows nor on threads, nor on which of the two was used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NoReturn

import polars as pl
from threadpoolctl import threadpool_limits

from spanishgas_assets.bronze.energy_sums.consumption_columns import consumption_columns
from spanishgas_assets.bronze.energy_sums.duplicate_readings import without_duplicate_readings
from spanishgas_assets.bronze.energy_sums.grouped_sums import grouped_sums
from spanishgas_assets.bronze.energy_sums.hour_slots import HourSlots, hour_slots
from spanishgas_assets.bronze.energy_sums.month_sums import BAD, FLAGS, month_sums
from spanishgas_assets.bronze.energy_sums.regular_grid import RegularGrid
from spanishgas_assets.bronze.invalid_readings import (
    all_bad,
    spelled_id,
    unusable,
    why_unusable,
    with_values,
)
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.estimate_marks import ESTIMATED, MARKS, unknown_marks
from spanishgas_assets.raw.meter_readings import ReadingsFile
from spanishgas_assets.raw.typed_rows import REFUSED_SHARE
from spanishgas_assets.settings import Clock
from spanishgas_assets.tariffs.clock import labelled_hours

#: Readings that are judged at a time: it bounds the memory of the pass.
BATCH_ROWS = 1_000_000
#: Readings of no regular grid that are grouped at a time.
GROUPED_ROWS = 4_000_000


@dataclass(frozen=True)
class ConsumptionMonths:
    """The sums of a span of months, and the readings that could not be used.

    Attributes:
        rows: columns of bronze/consumption_month.
        bad: unusable readings: file, row, reason, values (JSON) and month (its first day; null
            where no month can claim the reading).
        clock: month of a clock change, readings that a customer has on its day, as they came, and
            how many customers have so many.
        edges: month, customers, and how many of them lack but its first hour (``lack_first``), or
            but its last one.
        file_rows: readings of the files, those of months that were not asked for included.
        marks: marks of estimated readings that nobody knows: word, readings.
    """

    rows: pl.DataFrame
    bad: pl.DataFrame
    clock: pl.DataFrame
    edges: pl.DataFrame
    file_rows: int
    marks: pl.DataFrame


def consumption_months(
    files: Sequence[ReadingsFile],
    start: date,
    end: date,
    gas_kwh_per_m3: float,
    clock: Clock = Clock.GRID,
) -> ConsumptionMonths:
    """Sum the readings from ``start`` to the day before ``end`` (both the first of a month).

    Negative readings count as zero in the sums and are reported beside them
    (docs/domain.md#readings); so does a fuel of which a reading says nothing. A reading is bad if
    it has no id, no time, a time off the hour or outside what its file is to hold, no value of
    either fuel, one that is no number or absurd, or if it repeats another.

    Raises:
        RawFileError: too many readings are bad for it to be a matter of some bad rows.
    """
    slots = hour_slots(start, end, clock)
    relevant = [_relevant(file, slots, start, end, clock) for file in files]
    regular, grouped, marks = [], [], [MARKS.to_frame()]
    for file, needed in zip(files, relevant, strict=True):
        # The matrices are small: BLAS's own threads would only get in the way.
        with threadpool_limits(1, "blas"):
            months_of_runs, sums_of_others, unknown = _file_sums(file, needed, slots)
        regular.append(months_of_runs)
        grouped += sums_of_others
        if unknown:
            marks.append(unknown_marks(file.original))
    sums = pl.concat(grouped).with_columns(spelled_id())
    runs = pl.concat(regular).with_columns(spelled_id())
    good = (
        (pl.col("key") % FLAGS < BAD)
        & (pl.col("key") // FLAGS < slots.outside)
        & pl.col("customer_id").is_not_null()
    ).fill_null(value=False)
    read = int(sums["readings"].sum()) + int(runs["hours_seen"].sum())
    invalid_readings = int(sums.filter(~good)["readings"].sum())
    # A reading without a time may be of any month of its file: it is held against all of them.
    file_rows = _rows_of(files) if invalid_readings else read
    needs = [pl.lit(value=True) if needed is None else needed for needed in relevant]
    if _mostly_bad(file_rows, invalid_readings):
        why = f": {why_unusable(files, slots, needs)}"
        _refuse(files, file_rows, invalid_readings, "cannot be used", why)
    months = _together(runs, month_sums(sums.filter(good), slots))
    del sums, runs, regular, grouped
    clock_seen, edges = _on_clock_changes(months, slots), _at_edges(months, slots)
    bad = [
        unusable(file, slots, needed)
        for file, needed in (zip(files, needs, strict=True) if invalid_readings else ())
    ]
    suspects = months.join(slots.months, on="month").filter(pl.col("tag_sum") != pl.col("tags"))
    surplus = int(suspects.select((pl.col("hours_seen") - pl.col("hours")).clip(0).sum()).item())
    if _mostly_bad(read, surplus):
        _refuse(files, read, surplus, "are there more than once")
    if suspects.height:
        mended, repeats = without_duplicate_readings(files, suspects, slots, needs)
        months = pl.concat([months.join(repeats, on=["customer_id", "month"], how="anti"), mended])
        bad += [
            with_values(
                file, repeats.filter(pl.col("file").is_in([file.name, file.corrected_name]))
            )
            for file in (files if repeats.height else ())
        ]
    return ConsumptionMonths(
        rows=consumption_columns(
            months, slots, gas_kwh_per_m3, marked=any(ESTIMATED in f.columns for f in files)
        ),
        bad=all_bad(bad),
        clock=clock_seen,
        edges=edges,
        file_rows=file_rows,
        marks=pl.concat(marks).group_by("word", maintain_order=True).agg(pl.col("readings").sum()),
    )


def _relevant(
    file: ReadingsFile, slots: HourSlots, start: date, end: date, clock: Clock
) -> pl.Expr | None:
    """Leave out readings of the file's other months; None where it has none.

    The last hour's label stands for all its minutes: what lies off the hour is of a month as well.
    """
    if start <= file.start and file.end <= end:
        return None
    time, held = pl.col("timestamp"), labelled_hours(file.start, file.end, clock)["timestamp"]
    asked, others = (
        time.is_between(first, last + timedelta(hours=1), closed="left")
        for first, last in (slots.bounds, (held[0], held[-1]))
    )
    return (asked | ~others).fill_null(value=True)


def _file_sums(
    file: ReadingsFile, needed: pl.Expr | None, slots: HourSlots
) -> tuple[pl.DataFrame, list[pl.DataFrame], bool]:
    """Sum a file's readings: customer-months of whole runs, and ``grouped_sums`` of all others.

    What lies about the edge of two batches is put together before it is grouped. The third value
    says whether a mark of an estimate is unknown.
    """
    grid = RegularGrid(slots, file.start, file.end)
    none = file.readings().clear().collect()
    left, groups, unknown = [none], [], False
    for batch in _batches(file.pieces(needed)):
        unknown |= ESTIMATED in batch.columns and batch[ESTIMATED].has_nulls()
        left.append(grid.without_runs(batch))
        if sum(part.height for part in left) >= GROUPED_ROWS:
            groups.append(
                grouped_sums(grid.without_runs(pl.concat(left, rechunk=True)), slots, file)
            )
            left = [none]
    groups.append(grouped_sums(grid.without_runs(pl.concat(left, rechunk=True)), slots, file))
    return grid.customer_months(), groups, unknown


def _batches(pieces: Iterator[pl.LazyFrame]) -> Iterator[pl.DataFrame]:
    """Read in the order of the file, some readings at a time while others are being decoded."""
    waiting: list[pl.DataFrame] = []
    for piece in pieces:
        for part in piece.collect_batches(maintain_order=True, engine="streaming"):
            waiting.append(part)
            if sum(batch.height for batch in waiting) >= BATCH_ROWS:
                yield pl.concat(waiting)
                waiting = []
    if waiting:
        yield pl.concat(waiting)


def _together(runs: pl.DataFrame, months: pl.DataFrame) -> pl.DataFrame:
    """Put customer-months together; a customer that is in both, or twice in one, is added up."""
    every = pl.concat([runs, months])
    key = ["customer_id", "month"]
    if every.select(key).is_duplicated().any():
        every = every.group_by(key).agg(pl.all().sum())
    return every.sort(key)


def _on_clock_changes(months: pl.DataFrame, slots: HourSlots) -> pl.DataFrame:
    """Count customers by their readings on the day of a month's clock change.

    Where the rest of the month is not there, give or take two hours, the day says nothing.
    """
    days = slots.hours.filter("change").group_by("month").agg(pl.col("readings").sum().alias("day"))
    rest = pl.col("hours_seen") - pl.col("change_readings")
    return (
        months.join(slots.months.join(days, on="month"), on="month")
        .filter(rest >= pl.col("hours") - pl.col("day") - 2)
        .group_by("month", pl.col("change_readings").alias("readings"))
        .agg(pl.len().cast(pl.Int64).alias("customers"))
        .sort("month", "readings")
    )


def _at_edges(months: pl.DataFrame, slots: HourSlots) -> pl.DataFrame:
    """Count customers whose month lacks one hour, the first or the last: its tag is what lacks."""
    by_month = slots.hours.group_by("month").agg(
        pl.col("tag").first().alias("first"), pl.col("tag").last().alias("last")
    )
    lacking = pl.col("tags") - pl.col("tag_sum")
    one = pl.col("hours_seen") == pl.col("hours") - 1
    return (
        months.join(slots.months.join(by_month, on="month"), on="month")
        .group_by("month")
        .agg(
            pl.len().alias("customers"),
            (one & (lacking == pl.col("first"))).sum().alias("lack_first"),
            (one & (lacking == pl.col("last"))).sum().alias("lack_last"),
        )
        .sort("month")
    )


def _rows_of(files: Sequence[ReadingsFile]) -> int:
    """Count the readings of files; a text file is looked through for it."""
    return sum(
        file.original.select(pl.len()).collect(engine="streaming").item()
        if file.rows is None
        else file.rows
        for file in files
    )


def _mostly_bad(rows: int, bad: int) -> bool:
    """Whether it is no matter of some bad readings: the files are refused."""
    return bad > max(1, REFUSED_SHARE * rows) or bad == rows > 0


def _refuse(
    files: Sequence[ReadingsFile], rows: int, bad: int, what: str, why: str = ""
) -> NoReturn:
    raise RawFileError(
        f"{', '.join(file.name for file in files)}: {bad:,} of {rows:,} readings {what}, more "
        f"than {REFUSED_SHARE:.0%}{why}. Deliver the file again."
    )
