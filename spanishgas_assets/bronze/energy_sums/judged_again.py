"""Customer-months whose readings are not each of an hour of its own, judged and summed again.

Readings that are there more than once are set aside, and those of a part of an hour put together.
"""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

import polars as pl

from spanishgas_assets.bronze.energy_sums.grouped_sums import grouped_sums
from spanishgas_assets.bronze.energy_sums.hour_slots import QUARTER_US, HourSlots
from spanishgas_assets.bronze.energy_sums.month_sums import month_sums
from spanishgas_assets.bronze.energy_sums.partial_readings import Hours, are_parts, whole_hours
from spanishgas_assets.bronze.invalid_readings import repeated, spelled_id, usable_values
from spanishgas_assets.raw.meter_readings import ReadingsFile
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.settings import Clock

#: Readings that are judged at a time, about.
_JUDGED_ROWS = 8_000_000

_HOUR = timedelta(hours=1)


_ASIDE = {
    "file": pl.String,
    "row": pl.Int64,
    "customer_id": pl.String,
    "reason": pl.String,
    "month": pl.Date,
}


class Judged(NamedTuple):
    """Customer-months that were summed again.

    Attributes:
        months: their sums, columns of ``month_sums``; none of a customer without a usable reading.
        readings: customer_id, month, and how many readings are in the sums.
        repeats: readings that repeat or contradict another: file, row, customer_id, reason, month.
        parts: readings of which there is no whole hour, likewise.
    """

    months: pl.DataFrame
    readings: pl.DataFrame
    repeats: pl.DataFrame
    parts: pl.DataFrame


def judged_again(
    files: Sequence[ReadingsFile],
    suspects: pl.DataFrame,
    slots: HourSlots,
    needs: Sequence[pl.Expr],
    clock: Clock,
) -> Judged:
    """Judge customer-months that lack hours, have too many, or were measured in several ways.

    Those with a reading of each hour that they have, once, are left as they are.

    Args:
        files: the files of a run.
        suspects: columns of ``month_sums``.
        slots: hours of the run.
        needs: by file, which of its readings the run needs.
        clock: what labels are declared to mean.
    """
    aside = pl.DataFrame(schema=_ASIDE)
    counted = {"customer_id": pl.String, "month": pl.Date, "readings": pl.Int64}
    found = [Judged(suspects.clear(), pl.DataFrame(schema=counted), aside, aside)]
    day = TimeLabels(clock).local(pl.col("timestamp")).dt.date()
    for some in _some_at_a_time(suspects):
        month = some["month"][0]
        held = [
            (file, needed)
            for file, needed in zip(files, needs, strict=True)
            if file.start <= month < file.end
        ]
        rows = _rows(held, some, slots)
        kept, repeats = repeated(rows, slots)
        hours, parts = whole_hours(kept, day) if are_parts(kept) else Hours(kept, aside)
        changed = _changed(rows, hours, pl.concat([repeats, parts]))
        sums = grouped_sums(hours.join(changed, on="customer_id", how="semi"), slots, held[0][0])
        readings = changed.select("customer_id", pl.lit(month).alias("month"), "readings")
        found.append(Judged(month_sums(sums, slots), readings, repeats, parts))
    return Judged(*(pl.concat(frames) for frames in zip(*found, strict=True)))


def _changed(rows: pl.DataFrame, hours: pl.DataFrame, aside: pl.DataFrame) -> pl.DataFrame:
    """Return whose readings are not each an hour, and how many are in the sums."""

    def counted(frame: pl.DataFrame, name: str) -> pl.DataFrame:
        return frame.group_by("customer_id").agg(pl.len().cast(pl.Int64).alias(name))

    return (
        counted(rows, "rows")
        .join(counted(hours, "hours"), on="customer_id", how="left")
        .join(counted(aside, "aside"), on="customer_id", how="left")
        .filter(pl.col("rows").ne_missing(pl.col("hours")))
        .with_columns((pl.col("rows") - pl.col("aside").fill_null(0)).alias("readings"))
    )


def _some_at_a_time(suspects: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Part customer-months by month, and those of a month so that not too many are read at once."""
    for _, month in suspects.sort("month", "customer_id").group_by("month", maintain_order=True):
        before = pl.col("hours_seen").cum_sum() // _JUDGED_ROWS
        for _, some in month.group_by(before, maintain_order=True):
            yield some


def _rows(
    held: Sequence[tuple[ReadingsFile, pl.Expr]], some: pl.DataFrame, slots: HourSlots
) -> pl.DataFrame:
    """Read usable readings of some customers of a month: file, row, month, columns of readings."""
    month = some["month"][0]
    hours = slots.hours.filter(pl.col("month") == month)["timestamp"]
    time = pl.col("timestamp")
    return pl.concat(
        [
            file.numbered()
            .filter(
                needed,
                time.is_between(hours[0], hours[-1] + _HOUR, closed="left"),
                time.cast(pl.Int64) % QUARTER_US == 0,
                usable_values(),
            )
            .with_columns(spelled_id(), pl.lit(month).alias("month"))
            .join(some.lazy().select("customer_id"), on="customer_id", how="semi")
            .collect(engine="streaming")
            for file, needed in held
        ],
        how="diagonal",
    )
