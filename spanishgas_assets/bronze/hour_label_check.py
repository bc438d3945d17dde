"""Are labels the beginnings or the ends of hours, as declared? The readings themselves tell.

Labels of the other kind put every hour an hour off, which no sum shows. Three things give them
away: hours that are written 24:00, which only an end is; hours that are written 25, which only the
long day of local time has; and a customer's first and last reading, which begin and end whole days.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from spanishgas_assets.bronze.consumption_month import ConsumptionMonths
from spanishgas_assets.bronze.invalid_readings import OUTSIDE
from spanishgas_assets.partitions import month_start
from spanishgas_assets.raw.meter_readings import ReadingsFile
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.settings import Clock, HourLabels
from spanishgas_assets.tables.table_checks import Finding
from spanishgas_assets.tariffs.clock import utc_offset

_NAME = "hour_labels"
LABEL_CHECK = {
    _NAME: (
        "Labels are what SPANISHGAS_HOUR_LABELS declares: customers' readings begin at 00:00 and "
        "end at 23:00 once they are put into their hours, and 24:00 and 25:00 are no more than "
        "slips."
    ),
}

#: Customers whose labels may be otherwise; one customer, or one label, may always be a slip.
MOST_OTHERWISE = 0.01

#: Customers who may lack the very first hour of a file: ends whose last 24:00 was cut off do.
MOST_WITHOUT_FIRST_HOUR = 0.5

_HOUR = timedelta(hours=1)
_DAY_HOURS = 24

#: Whole days that begin further off are no matter of labels: a gas day begins at 06:00.
_FURTHEST = 3

#: Customers by the hour of local time at which the whole days begin that their readings make up:
#: 0 where labels are as declared, 1 where they are an hour late, -1 where they are an hour early;
#: null where there are no whole days. Of days that are not ``whole``, the first lacks its first
#: hour. ``first`` and ``last`` are the edges of all of them.
SHIFTS = pl.Schema(
    [
        ("start", pl.Date()),
        ("end", pl.Date()),
        ("shift", pl.Int64()),
        ("whole", pl.Boolean()),
        ("customers", pl.Int64()),
        ("first", pl.Datetime("us")),
        ("last", pl.Datetime("us")),
    ]
)
_EDGES = pl.Schema({name: SHIFTS[name] for name in ("first", "last")})


def label_shifts(
    files: Sequence[ReadingsFile], labels: TimeLabels, summed: ConsumptionMonths
) -> pl.DataFrame:
    """Count customers by the hour of the day at which all their readings begin and end.

    Files are looked through only where something speaks for it: their first or last reading is at
    another hour than a whole day's, or customers lack the first or last hour of a month.

    Args:
        files: the files of a run.
        labels: what is declared of them.
        summed: the months that were made of them.

    Returns:
        Columns as ``SHIFTS``.
    """
    found = [SHIFTS.to_frame()]
    for start, end in dict.fromkeys((file.start, file.end) for file in files):
        held = [file for file in files if (file.start, file.end) == (start, end)]
        if _is_suspect(held, start, end, labels, summed):
            found.append(_shifts(held, start, end, labels))
    return pl.concat(found)


def label_finding(
    bad: pl.DataFrame,
    readings: int,
    partition: str,
    labels: TimeLabels,
    shifts: pl.DataFrame,
    *,
    zone: str = "",
) -> Finding:
    """Hold the labels of a month against what is declared of them.

    Args:
        bad: readings of the month, or of no month, that are set aside, with their values as they
            stood.
        readings: all readings of the month.
        partition: the month (``2024-03-01``).
        labels: what is declared.
        shifts: columns as ``SHIFTS``.
        zone: the zone of the labels, if they are instants.
    """
    written = {hour: _labelled(bad, hour) for hour in (24, 25)}
    month = month_start(partition)
    seen = shifts.filter(pl.col("start") <= month, pl.col("end") > month)
    contradicting = _contradicting(seen, labels, zone)
    off, cut = (contradicting.filter(pl.col("whole") == whole) for whole in (True, False))
    customers = int(seen["customers"].sum())
    shifted, lacking = int(off["customers"].sum()), int(cut["customers"].sum())
    faults = [
        *_ends_of_days(written[24], readings, labels),
        *_long_days(written[25], readings, labels),
        *(
            [_edges_in_words(off, customers, labels)]
            if shifted > MOST_OTHERWISE * customers
            else []
        ),
    ]
    if not faults and lacking > MOST_WITHOUT_FIRST_HOUR * customers and not labels.are_ends:
        faults.append(_first_hour_in_words(cut, customers))
    counts = {
        "labels_of_24_00": written[24],
        "labels_of_25_00": written[25],
        "readings": readings,
        "customers_at_edges": customers,
        "customers_with_shifted_labels": shifted,
        "customers_without_first_hour": lacking,
    }
    as_declared = f"labels are as {labels.hours.value!r} declares"
    return Finding(_NAME, not faults, "; ".join(faults) or as_declared, counts)


def _is_suspect(
    files: Sequence[ReadingsFile],
    start: date,
    end: date,
    labels: TimeLabels,
    summed: ConsumptionMonths,
) -> bool:
    months = summed.edges.filter(pl.col("month") >= start, pl.col("month") < end)
    at_edges = pl.col("lack_first") + pl.col("lack_last")
    if months.filter(at_edges > MOST_OTHERWISE * pl.col("customers")).height:
        return True
    names = [name for file in files for name in (file.name, file.corrected_name)]
    outside = summed.bad.filter(
        pl.col("reason").str.starts_with(OUTSIDE), pl.col("file").is_in(names)
    )
    if outside.height > MOST_OTHERWISE * summed.rows["customer_id"].n_unique():
        return True
    spans = [file.time_span for file in files if file.time_span is not None]
    if len(spans) < len(files):
        # Of a text file of which only some months were read, nothing is known at its edges.
        return months.height < (end.year - start.year) * 12 + end.month - start.month
    first, last = min(first for first, _ in spans), max(last for _, last in spans)
    edges = pl.DataFrame(
        {"first": [first], "last": [last]}, schema=SHIFTS.to_frame().select("first", "last").schema
    )
    return edges.select(_hour("first", labels), _hour("last", labels)).row(0) != (0, _DAY_HOURS - 1)


def _shifts(
    files: Sequence[ReadingsFile], start: date, end: date, labels: TimeLabels
) -> pl.DataFrame:
    time = pl.col("timestamp")
    opens, closes = _hour("first", labels), _hour("last", labels)
    shift = (opens + _DAY_HOURS // 2) % _DAY_HOURS - _DAY_HOURS // 2
    whole = opens == (closes + 1) % _DAY_HOURS
    are_days = (whole & (shift.abs() <= _FURTHEST)) | ((shift == 1) & (closes == _DAY_HOURS - 1))
    return (
        pl.concat([file.readings().select("customer_id", "timestamp") for file in files])
        .group_by("customer_id")
        .agg(time.min().alias("first"), time.max().alias("last"))
        .filter(pl.col("customer_id").is_not_null())
        .with_columns(pl.when(are_days).then(shift).alias("shift"), whole.alias("whole"))
        .group_by("shift", "whole")
        .agg(
            pl.len().cast(pl.Int64).alias("customers"), pl.col("first").min(), pl.col("last").max()
        )
        .select(pl.lit(start).alias("start"), pl.lit(end).alias("end"), *list(SHIFTS)[2:])
        .sort("shift", "whole")
        .collect(engine="streaming")
    )


def _hour(label: str, labels: TimeLabels) -> pl.Expr:
    return labels.local(pl.col(label)).dt.hour().cast(pl.Int64)


def _contradicting(seen: pl.DataFrame, labels: TimeLabels, zone: str) -> pl.DataFrame:
    """Leave customers whose labels are not as declared; instants may be cut at UTC's midnight."""
    cut = [0]
    if labels.clock is Clock.UTC or zone == "UTC":
        cut += [utc_offset(day) // _HOUR for day in seen["first"].drop_nulls().dt.date()]
    return seen.filter(~pl.col("shift").is_in(cut))


def _labelled(bad: pl.DataFrame, hour: int) -> int:
    return bad.filter(pl.col("values").str.contains(rf'"timestamp":"[^"]*[ T]{hour}[:"]')).height


def _ends_of_days(count: int, readings: int, labels: TimeLabels) -> list[str]:
    days = readings / 24
    if labels.are_ends or count <= max(1, MOST_OTHERWISE * days):
        return []
    said = f"{count:,} of {readings:,} labels are 24:00: they look like the ends of hours"
    return [f"{said}. {_remedy(HourLabels.ENDING)}{_mixture(count, days)}"]


def _long_days(count: int, readings: int, labels: TimeLabels) -> list[str]:
    as_local = labels.clock is Clock.LOCAL
    if not count or count <= MOST_OTHERWISE * readings / 744 or (as_local and labels.are_ends):
        return []
    said = f"{count:,} labels are 25:00, which only the long day of local time has"
    settings = [] if as_local else ["SPANISHGAS_CLOCK=local"]
    if not labels.are_ends:
        settings.append(f"SPANISHGAS_HOUR_LABELS={HourLabels.ENDING}")
    return [f"{said}. Ask the source, and set {' and '.join(settings)}"]


def _edges_in_words(off: pl.DataFrame, customers: int, labels: TimeLabels) -> str:
    shift, first, last = off.sort("customers").select("shift", "first", "last").row(-1)
    shifted = int(off["customers"].sum())
    said = (
        f"the hours of {shifted:,} of {customers:,} customers run from {first:%Y-%m-%d %H:%M} to "
        f"{last:%Y-%m-%d %H:%M}, which are whole days {abs(shift)} h "
        f"{'late' if shift > 0 else 'early'}: their labels look like {_likely(shift, labels)}"
    )
    return said + _mixture(shifted, customers)


def _first_hour_in_words(cut: pl.DataFrame, customers: int) -> str:
    lacking, first = int(cut["customers"].sum()), cut["first"][0]
    return (
        f"the readings of {lacking:,} of {customers:,} customers begin at {first:%Y-%m-%d %H:%M} "
        f"and end at 23:00: their labels look like the ends of hours without the last 24:00. "
        f"{_remedy(HourLabels.ENDING)}; if they are beginnings, let it deliver the hour before"
    )


def _likely(shift: int, labels: TimeLabels) -> str:
    if shift > 0 and not labels.are_ends:
        return f"the ends of hours. {_remedy(HourLabels.ENDING)}"
    if shift == -1 and labels.are_ends:
        return (
            "the beginnings of hours, or those of a file that is cut before its last 24:00. "
            f"{_remedy(HourLabels.BEGINNING)}, or let it deliver 24:00 with the day that ends"
        )
    if shift < 0 and labels.clock is not Clock.UTC:
        return "UTC. Ask the source, and set SPANISHGAS_CLOCK=utc"
    return f"another clock's, {abs(shift)} h {'late' if shift > 0 else 'early'}. Ask the source"


def _remedy(labels: HourLabels) -> str:
    return f"Ask the source, and set SPANISHGAS_HOUR_LABELS={labels}"


def _mixture(count: int, of: float) -> str:
    if count >= (1 - 2 * MOST_OTHERWISE) * of:
        return ""
    return (
        f". Only {count / of:.0%} of them are: a mixture, which no setting reads. Let the source "
        "label all hours alike"
    )
