"""Hourly readings summed to customer-months in one streaming pass.

Customers with every reading in order are summed as matrices (``regular_grid``). For all others,
month and block of every hour are one small number, a slot, that is fetched by the hour's index, so
that no calendar arithmetic is done per reading, and readings are grouped by it. Readings of a part
of an hour are put together first (``partial_readings``). The sums are exact: they depend neither on
the order of the rows nor on threads, nor on the way that was used.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple, NoReturn

import polars as pl
from threadpoolctl import threadpool_limits

from spanishgas_assets.bronze.energy_sums.consumption_columns import consumption_columns
from spanishgas_assets.bronze.energy_sums.grouped_sums import grouped_sums
from spanishgas_assets.bronze.energy_sums.hour_slots import HourSlots, hour_slots
from spanishgas_assets.bronze.energy_sums.judged_again import judged_again
from spanishgas_assets.bronze.energy_sums.month_sums import BAD, FLAGS, month_sums
from spanishgas_assets.bronze.energy_sums.partial_readings import (
    TOGETHER,
    PartialReadings,
    is_mixed,
)
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
from spanishgas_assets.raw.time_labels import not_early
from spanishgas_assets.raw.typed_rows import REFUSED_SHARE
from spanishgas_assets.settings import Clock
from spanishgas_assets.tables.quarantine import reasons_in_words
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
        used: month, and how many readings are in its sums.
        marks: marks of estimated readings that nobody knows: word, readings.
        finer: customer_id and month of those whose electricity is measured by quarters.
    """

    rows: pl.DataFrame
    bad: pl.DataFrame
    clock: pl.DataFrame
    edges: pl.DataFrame
    file_rows: int
    used: pl.DataFrame
    marks: pl.DataFrame
    finer: pl.DataFrame


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
    it has no id, no time, one that no quarter of an hour begins with or outside what its file is to
    hold, no value of either fuel, one that is no number or absurd, if it repeats another, or if it
    is of an hour that is not there whole.

    Raises:
        RawFileError: too many readings are bad for it to be a matter of some bad rows.
    """
    slots = hour_slots(start, end, clock)
    relevant = [_relevant(file, slots, start, end, clock) for file in files]
    regular, grouped, marks, together = [], [], [MARKS.to_frame()], [TOGETHER.to_frame()]
    for file, needed in zip(files, relevant, strict=True):
        # The matrices are small: BLAS's own threads would only get in the way.
        with threadpool_limits(1, "blas"):
            found = _file_sums(file, needed, slots)
        regular.append(found.runs)
        grouped += found.others
        together.append(found.together)
        if found.unknown_marks:
            marks.append(unknown_marks(file.original))
    sums = pl.concat(grouped).with_columns(spelled_id())
    runs = pl.concat(regular).with_columns(spelled_id())
    good = (
        (pl.col("key") % FLAGS < BAD)
        & (pl.col("key") // FLAGS < slots.outside)
        & pl.col("customer_id").is_not_null()
    ).fill_null(value=False)
    put_together = (
        pl.concat(together)
        .with_columns(spelled_id())
        .group_by("customer_id", "month")
        .agg(pl.all().sum())
    )
    read = sum(
        int(counts.sum()) for counts in (sums["readings"], runs["hours_seen"], put_together["more"])
    )
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
    key = ["customer_id", "month"]
    # Only what is asked for: a join copies every column that it is given.
    counts = months.select(*key, "hours_seen", "tag_sum", "elec_empty_hours", "gas_empty_hours")
    seen = counts.join(slots.months, on="month").join(put_together, on=key, how="left")
    suspects = seen.filter((pl.col("tag_sum") != pl.col("tags")) | is_mixed())
    surplus = _surplus(suspects)
    if _mostly_bad(read, surplus):
        _refuse(files, read, surplus, "are there more than once")
    used = seen.select(*key, (pl.col("hours_seen") + pl.col("more").fill_null(0)).alias("readings"))
    if suspects.height:
        judged = judged_again(files, months.join(suspects, on=key, how="semi"), slots, needs, clock)
        if _mostly_bad(read, judged.parts.height):
            why = f": {reasons_in_words(judged.parts)}"
            _refuse(files, read, judged.parts.height, "are of hours that are not whole", why)
        months = pl.concat([months.join(judged.readings, on=key, how="anti"), judged.months])
        used = pl.concat([used.join(judged.readings, on=key, how="anti"), judged.readings])
        aside = pl.concat([judged.repeats, judged.parts])
        bad += [
            with_values(file, aside.filter(pl.col("file").is_in([file.name, file.corrected_name])))
            for file in (files if aside.height else ())
        ]
    return ConsumptionMonths(
        rows=consumption_columns(
            months, slots, gas_kwh_per_m3, marked=any(ESTIMATED in f.columns for f in files)
        ),
        bad=all_bad(bad),
        clock=clock_seen,
        edges=edges,
        file_rows=file_rows,
        used=used.group_by("month").agg(pl.col("readings").sum()),
        marks=pl.concat(marks).group_by("word", maintain_order=True).agg(pl.col("readings").sum()),
        finer=put_together.filter(pl.col("elec_4") > 0).select(key),
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


class _FileSums(NamedTuple):
    """The readings of a file summed.

    Attributes:
        runs: customer-months of whole runs.
        others: ``grouped_sums`` of all others.
        together: what was put together for them, columns as ``TOGETHER``.
        unknown_marks: whether a mark of an estimate is unknown.
    """

    runs: pl.DataFrame
    others: list[pl.DataFrame]
    together: pl.DataFrame
    unknown_marks: bool


def _file_sums(file: ReadingsFile, needed: pl.Expr | None, slots: HourSlots) -> _FileSums:
    """Sum a file's readings; what lies about the edge of two batches is put together before."""
    grid, partial = RegularGrid(slots, file.start, file.end), PartialReadings(slots, file)
    none = file.readings().clear().collect()
    left, groups, unknown = [none], [], False
    early = file.are_early(needed)

    def group(*, last: bool = False) -> None:
        readings = grid.without_runs(pl.concat(left, rechunk=True))
        if early:
            readings = readings.with_columns(not_early(pl.col("timestamp")))
        groups.append(grouped_sums(partial.hours(readings, last=last), slots, file))
        left[:] = [none]

    for batch in _batches(file.pieces(needed)):
        unknown |= ESTIMATED in batch.columns and batch[ESTIMATED].has_nulls()
        left.append(grid.without_runs(batch))
        if sum(part.height for part in left) >= GROUPED_ROWS:
            group()
    group(last=True)
    return _FileSums(grid.customer_months(), groups, partial.together(), unknown)


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
        months.select("month", "hours_seen", "change_readings")
        .join(slots.months.join(days, on="month"), on="month")
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
        months.select("month", "hours_seen", "tag_sum")
        .join(slots.months.join(by_month, on="month"), on="month")
        .group_by("month")
        .agg(
            pl.len().alias("customers"),
            (one & (lacking == pl.col("first"))).sum().alias("lack_first"),
            (one & (lacking == pl.col("last"))).sum().alias("lack_last"),
        )
        .sort("month")
    )


def _surplus(suspects: pl.DataFrame) -> int:
    """Count readings beyond the hours of a month; of those left apart, nothing is known yet.

    A fuel that has rows of its own is no reading more.
    """
    both = pl.min_horizontal("elec_empty_hours", "gas_empty_hours")
    more = (pl.col("hours_seen") - both - pl.col("hours")).clip(0)
    known = suspects.filter(pl.col("left").fill_null(0) == 0)
    return int(known.select(more.sum()).item())


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
