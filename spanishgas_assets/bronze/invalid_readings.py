"""Readings that cannot be used, found again one by one after the pass has counted them.

Passes over the file are made only where there is something to find.
"""

from collections.abc import Sequence

import polars as pl

from spanishgas_assets.bronze.energy_sums.exact_sums import LIMIT
from spanishgas_assets.bronze.energy_sums.hour_slots import QUARTER_US, HourSlots
from spanishgas_assets.raw.customer_ids import normal_id
from spanishgas_assets.raw.meter_readings import ReadingsFile

_MICROS = pl.col("timestamp").cast(pl.Int64)
_VALUES = (pl.col("consumption_elec_kwh"), pl.col("consumption_gas_m3"))
_HOUR = ["customer_id", "timestamp"]
_NO_TIME = "no time"
#: How the reason of a reading begins whose time its file is not to hold.
OUTSIDE = "time outside"

#: Columns of an invalid reading; the month is null where no month can claim it.
SCHEMA = pl.Schema(
    {"file": pl.String, "row": pl.Int64, "reason": pl.String, "values": pl.String, "month": pl.Date}
)


def spelled_id() -> pl.Expr:
    """The customer id in its normal form; null where there is none."""
    return normal_id(pl.col("customer_id")).alias("customer_id")


def usable_values() -> pl.Expr:
    """Whether a reading has a value of either fuel, and none that is no number or absurd.

    The source says nothing of a fuel that the customer does not have: such a cell is empty.
    """
    each = [(value.abs() < LIMIT).fill_null(value=True) for value in _VALUES]
    return pl.all_horizontal(*each, ~pl.all_horizontal(value.is_null() for value in _VALUES))


def fuel_alone() -> pl.Expr:
    """Tell rows of either fuel apart, ``alone``, where no row of the customer's time has both."""
    without = [value.is_null() for value in _VALUES]
    alone = pl.any_horizontal(without).all().over(_HOUR)
    return pl.when(alone).then(without[0]).alias("alone")


def why_unusable(files: Sequence[ReadingsFile], slots: HourSlots, asked: Sequence[pl.Expr]) -> str:
    """Say why readings of files cannot be used: each reason with its count and first row.

    Args:
        files: the files of a run.
        slots: hours of the run.
        asked: by file, which of its readings the run needs.
    """
    found = pl.concat(
        file.numbered()
        .filter(needed)
        .with_columns(_reason(file, slots).alias("reason"))
        .filter(pl.col("reason").is_not_null())
        .group_by("reason")
        .agg(pl.len(), pl.col("row").min())
        .collect(engine="streaming")
        for file, needed in zip(files, asked, strict=True)
    )
    counted = found.group_by("reason").agg(pl.col("len").sum(), pl.col("row").min())
    return ", ".join(
        f"{reason} ({readings:,} readings, first row {row})"
        for reason, readings, row in counted.sort(
            "len", "row", descending=[True, False]
        ).iter_rows()
    )


def unusable(file: ReadingsFile, slots: HourSlots, relevant: pl.Expr) -> pl.DataFrame:
    """Collect a file's readings without id, time or value, and why. Columns as ``SCHEMA``.

    A reading without a time is of the month of the customer's reading beside it in the file; one of
    a month that is not asked for is left out.
    """
    inside, reason = _inside(file, slots), _reason(file, slots)
    month = (
        pl.when(inside)
        .then(pl.col("timestamp").dt.truncate("1h"))
        .replace_strict(slots.hours["timestamp"], slots.hours["month"], default=None)
    )
    bad = (
        file.numbered()
        .filter(relevant)
        .with_columns(reason.alias("reason"))
        .filter(pl.col("reason").is_not_null())
        .select("file", "row", "reason", spelled_id(), month.alias("month"))
        .collect(engine="streaming")
    )
    asked = pl.col("month").is_null() | pl.col("month").is_in(slots.months["month"].to_list())
    return with_values(file, _claimed(file, bad).filter(asked).drop("customer_id"))


def _claimed(file: ReadingsFile, bad: pl.DataFrame) -> pl.DataFrame:
    """Give readings without a time the month of the customer's next reading before or after."""
    undated = bad.filter(pl.col("reason") == _NO_TIME).sort("row")
    if undated.is_empty():
        return bad
    # Rows that follow each other without a time look for theirs at the ends of their run.
    run = (pl.col("row").diff() > 1).fill_null(value=False).cum_sum()
    ends = [
        (pl.col("row").min().over(run) - 1).alias("before"),
        (pl.col("row").max().over(run) + 1).alias("after"),
    ]
    places = undated.select("row", "customer_id", *ends)
    wanted = pl.concat([places["before"], places["after"]]).unique().alias("row")
    beside = (
        file.numbered()
        .join(wanted.to_frame().lazy(), on="row", how="semi")
        .select("row", spelled_id(), pl.col("timestamp").dt.truncate("1mo").dt.date().alias("own"))
        .filter(pl.col("own") >= file.start, pl.col("own") < file.end)
        .collect(engine="streaming")
    )
    found = places
    for end in ("before", "after"):
        found = found.join(
            beside.rename({"row": end, "own": f"{end}_month"}), on=[end, "customer_id"], how="left"
        )
    claimed = found.select("row", pl.coalesce("before_month", "after_month").alias("claimed"))
    return (
        bad.join(claimed, on="row", how="left", maintain_order="left")
        .with_columns(pl.coalesce("month", "claimed").alias("month"))
        .drop("claimed")
    )


def repeated(file_rows: pl.DataFrame, slots: HourSlots) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Part usable readings into those kept and those that repeat or contradict another.

    ``file_rows`` has file, row, month and the columns of readings, of whole customer-months. Of
    readings that say the same of a time the first is kept; where they differ, none is. A fuel may
    have a row of its own. The second frame has file, row, customer_id, reason and month.
    """
    # The hour that the clock repeats has two readings of its own in a source that follows it.
    hour = pl.col("timestamp").dt.truncate("1h")
    allowed = pl.when(hour.is_in(slots.repeatable)).then(2).otherwise(1)
    same = [*_HOUR, "alone"]
    judged = (
        file_rows.sort("file", "row")
        .with_columns(fuel_alone())
        .with_columns(
            (pl.len().over(same) > allowed).alias("crowded"),
            pl.struct(_VALUES).n_unique().over(same).alias("said"),
            (pl.int_range(pl.len()).over(same) >= allowed).alias("later"),
            pl.col("row").first().over(same).alias("first"),
        )
    )
    conflict = pl.col("crowded") & (pl.col("said") > allowed)
    aside = judged.filter(pl.col("crowded") & (conflict | pl.col("later"))).select(
        "file",
        "row",
        "customer_id",
        pl.when(conflict)
        .then(pl.lit("other readings of the hour say otherwise"))
        .otherwise(pl.format("repeats row {}", "first"))
        .alias("reason"),
        "month",
    )
    kept = judged.join(aside, on=["file", "row"], how="anti")
    return kept.select(file_rows.columns), aside


def with_values(file: ReadingsFile, bad: pl.DataFrame) -> pl.DataFrame:
    """Add to a file's bad rows what stands there. Columns as ``SCHEMA``."""
    if bad.is_empty():
        return SCHEMA.to_frame()
    return bad.join(file.values(bad), on=["file", "row"], how="left").select(list(SCHEMA))


def all_bad(frames: Sequence[pl.DataFrame]) -> pl.DataFrame:
    """Put invalid readings of several files together, in the order of the files."""
    return pl.concat([SCHEMA.to_frame(), *frames]).sort("file", "row")


def _span(file: ReadingsFile, slots: HourSlots) -> tuple[pl.Expr, pl.Expr]:
    held = slots.hours.filter(pl.col("month") >= file.start, pl.col("month") < file.end)
    first, last = (held["timestamp"][place] for place in (0, -1)) if held.height else (None, None)
    # The last hour's label stands for all its minutes.
    return (
        pl.lit(first, dtype=pl.Datetime("us")),
        pl.lit(last, dtype=pl.Datetime("us")) + pl.duration(minutes=59, seconds=59),
    )


def _inside(file: ReadingsFile, slots: HourSlots) -> pl.Expr:
    """Whether a reading's time is one that its file is to hold."""
    return pl.col("timestamp").is_between(*_span(file, slots))


def _reason(file: ReadingsFile, slots: HourSlots) -> pl.Expr:
    """Say why a reading cannot be used; null for one that can."""
    inside = _inside(file, slots)
    return (
        pl.when(spelled_id().is_null())
        .then(pl.lit("no id"))
        .when(pl.col("timestamp").is_null())
        .then(pl.lit(_NO_TIME))
        .when(~inside)
        .then(pl.lit(f"{OUTSIDE} {file.start} to {file.end} (end not included)"))
        .when(_MICROS % QUARTER_US != 0)
        .then(pl.lit("time off the hour"))
        .when(pl.all_horizontal(value.is_null() for value in _VALUES))
        .then(pl.lit("no value"))
        .otherwise(pl.coalesce(_wrong_value(value) for value in _VALUES))
    )


def _wrong_value(value: pl.Expr) -> pl.Expr:
    name = value.meta.output_name()
    return (
        pl.when(value.is_nan())
        .then(pl.lit(f"{name}: not a number"))
        .when(value.is_infinite())
        .then(pl.lit(f"{name}: not finite"))
        .when(value.abs() >= LIMIT)
        .then(pl.lit(f"{name}: absurd ({LIMIT:,.0f} or more in an hour)"))
    )
