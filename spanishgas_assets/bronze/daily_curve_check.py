"""Does the daily curve of electricity lie where people's days do? If not, labels are shifted.

Labels that are an hour or two off leave whole days and plain sums: only what people do tells. At
night little is used, and the hours in which it is least are known within an hour or so; from one
month to the next the curve keeps its place. A sample of the readings shows both.
"""

from collections.abc import Sequence
from datetime import date, timedelta

import polars as pl

from spanishgas_assets.partitions import month_start
from spanishgas_assets.raw.meter_readings import ReadingsFile
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.settings import Clock
from spanishgas_assets.tables.table_checks import Finding
from spanishgas_assets.tariffs.clock import clock_change

_NAME = "daily_curve"
CURVE_CHECK = {
    _NAME: (
        "On working days the quietest four hours of the night are where the season has them, and "
        "the curve lies where that of the month before does. Labels that are an hour late in every "
        "month are not seen."
    )
}

#: Customers of the sample, who follow each other: a file in their order is read in one place.
SAMPLED = 150
#: Readings of a text file that are looked at: it cannot be read in the middle.
TEXT_ROWS = 1_000_000
#: A curve of fewer customers is theirs, not the season's.
LEAST_CUSTOMERS = 30
#: Hours of local time at which the quietest four hours may begin, in summer (daylight saving) and
#: in winter. A house rule: households sleep so, and the source of no published curve was checked.
SUMMER, WINTER = (1, 2, 3), (1, 2)
#: Months in most of which the clock is put forward.
SUMMER_MONTHS = range(4, 11)
#: Above this share of the mean, the quietest hours are no night: nothing is to be told.
FLAT = 0.75
#: A curve is another's shifted by some hours if that leaves this share of their difference.
LEFT_OF_DIFFERENCE = 0.5

_HOURS = 24
_QUIET = 4
#: Hours at which a night's quiet may begin: at noon, the sun may leave less to be measured.
_NIGHT = [(20 + hour) % _HOURS for hour in range(12)]
#: From the evening to the morning: the rest of the day depends on sun and heat.
_COMPARED = [(20 + hour) % _HOURS for hour in range(15)]
_SHIFTS = (-3, -2, -1, 0, 1, 2, 3)
_FRIDAY = 5

#: A month's curve: electricity in each hour of working days (``use``, 24 shares of the mean), the
#: median of so many customers.
CURVES = pl.Schema(
    [("month", pl.Date()), ("use", pl.List(pl.Float64())), ("customers", pl.Int64())]
)


def daily_curves(
    files: Sequence[ReadingsFile], labels: TimeLabels, customers: pl.Series
) -> pl.DataFrame:
    """Return the curve of each month that a sample of the readings shows; columns as ``CURVES``.

    Args:
        files: the files of a run.
        labels: what is declared of them.
        customers: ids of the customers who have readings.
    """
    ids = customers.unique().sort()
    middle = ids.slice(max(0, (ids.len() - SAMPLED) // 2), SAMPLED)
    if middle.is_empty():
        return CURVES.to_frame()
    sample = pl.col("customer_id").is_between(pl.lit(middle[0]), pl.lit(middle[-1]))
    time = labels.local(pl.col("timestamp"))
    kwh = pl.col("consumption_elec_kwh").fill_nan(None).clip(0)
    hours = [
        (file.readings().head(TEXT_ROWS) if file.rows is None else file.readings().filter(sample))
        .select("customer_id", time.alias("time"), kwh.alias("kwh"))
        .filter(pl.col("time").dt.weekday() <= _FRIDAY)
        .group_by(
            "customer_id",
            pl.col("time").dt.month_start().dt.date().alias("month"),
            pl.col("time").dt.hour().alias("hour"),
        )
        .agg(pl.col("kwh").sum(), pl.col("kwh").count().alias("readings"))
        .collect(engine="streaming")
        for file in files
    ]
    return _curves(pl.concat(hours))


def _curves(hours: pl.DataFrame) -> pl.DataFrame:
    """Take the median of the customers' curves, each of them a share of the customer's own mean."""
    customer = ["customer_id", "month"]
    mean = pl.col("kwh") / pl.col("readings")
    return (
        hours.group_by(*customer, "hour")
        .agg(pl.col("kwh", "readings").sum())
        .with_columns((mean / mean.mean().over(customer)).alias("use"))
        .filter(pl.col("use").is_finite(), pl.len().over(customer) == _HOURS)
        .group_by("month", "hour")
        .agg(pl.col("use").median(), pl.len().cast(pl.Int64).alias("customers"))
        .sort("month", "hour")
        .group_by("month", maintain_order=True)
        .agg("use", pl.col("customers").first())
        .select(list(CURVES))
    )


def curve_finding(curves: pl.DataFrame, partition: str, labels: TimeLabels) -> Finding:
    """Hold the curve of a month against the season's, and against that of the month before.

    Args:
        curves: columns as ``CURVES``.
        partition: the month (``2024-03-01``).
        labels: what is declared of the labels.
    """
    month = month_start(partition)
    curve, customers = _curve_of(curves, month)
    begins = _begin_of_quiet(curve) if customers >= LEAST_CUSTOMERS else None
    if begins is None:
        said = f"the curve of {customers:,} sampled customers has no night: it tells nothing"
        return Finding(_NAME, passed=True, description=said, metadata={"customers": customers})
    expected = SUMMER if month.month in SUMMER_MONTHS else WINTER
    before = (month - timedelta(days=1)).replace(day=1)
    moved = _shift(curve, _curve_of(curves, before)[0])
    seen = (
        f"on working days the quietest four hours of {customers:,} customers begin at "
        f"{begins:02d}:00 ({expected[0]:02d}:00 to {expected[-1]:02d}:00 is expected)"
    )
    faults = [
        *([] if begins in expected else [f"{seen}: labels may be {_off(begins, expected)}"]),
        *([_moved(moved, month, before, labels)] if moved else []),
    ]
    remedy = ". Ask the source, and set SPANISHGAS_CLOCK or SPANISHGAS_HOUR_LABELS"
    return Finding(
        _NAME,
        not faults,
        "; ".join(faults) + remedy if faults else seen,
        {"customers": customers, "quietest_hours_begin": begins, "hours_moved": moved},
    )


def _curve_of(curves: pl.DataFrame, month: date) -> tuple[list[float], int]:
    found = curves.filter(pl.col("month") == month)
    if found.is_empty() or found["use"].list.len().item() != _HOURS:
        return [], 0
    return found["use"].item().to_list(), int(found["customers"].item())


def _begin_of_quiet(curve: list[float]) -> int | None:
    """Return the hour at which the quietest hours begin; None where there is no night."""
    if not curve:
        return None
    used = {hour: sum(curve[(hour + step) % _HOURS] for step in range(_QUIET)) for hour in _NIGHT}
    begins = min(used, key=lambda hour: used[hour])
    return begins if used[begins] / _QUIET <= FLAT * sum(curve) / _HOURS else None


def _shift(curve: list[float], before: list[float]) -> int:
    """Return by how many hours a curve is later than another; 0 where nothing speaks for any."""
    if not curve or not before:
        return 0
    apart = {
        shift: sum((curve[(hour + shift) % _HOURS] - before[hour]) ** 2 for hour in _COMPARED)
        for shift in _SHIFTS
    }
    best = min(apart, key=lambda shift: apart[shift])
    return best if apart[best] < LEFT_OF_DIFFERENCE * apart[0] else 0


def _off(begins: int, expected: tuple[int, ...]) -> str:
    late = (begins - expected[-1]) % _HOURS
    early = (expected[0] - begins) % _HOURS
    if late < early:
        return f"at least {late} h late, as the ends of hours are"
    return f"at least {early} h early, as those of UTC are"


def _moved(shift: int, month: date, before: date, labels: TimeLabels) -> str:
    said = (
        f"the curve of {month:%Y-%m} is that of {before:%Y-%m} {abs(shift)} h "
        f"{'later' if shift > 0 else 'earlier'}"
    )
    if (
        clock_change(before.year, before.month)
        and abs(shift) == 1
        and labels.clock is not Clock.UTC
    ):
        return f"{said}: the clock changed between them, which labels of UTC do not follow"
    return f"{said}: labels of the two months are of different kinds"
