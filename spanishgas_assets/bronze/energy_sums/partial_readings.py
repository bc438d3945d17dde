"""Readings of a part of an hour put together: half and quarter hours, fuels in rows of their own.

While a file is read, hours are put together of what is there of them, some readings at a time. What
is no whole hour so far waits for the readings that follow. All that this decides is right for
customer-months that are measured in one way and lack nothing; others are counted, and judged again
with all their readings at hand (``whole_hours``).
"""

from typing import NamedTuple

import polars as pl

from spanishgas_assets.bronze.energy_sums.exact_sums import LIMIT, parts
from spanishgas_assets.bronze.energy_sums.hour_slots import HOUR_US, QUARTER_US, HourSlots
from spanishgas_assets.bronze.energy_sums.measured_steps import (
    BASE,
    COUNTS,
    FUELS,
    there,
    with_steps,
)
from spanishgas_assets.bronze.invalid_readings import fuel_alone, usable_values
from spanishgas_assets.raw.estimate_marks import ESTIMATED
from spanishgas_assets.raw.meter_readings import ReadingsFile

_HOUR_OF = ["customer_id", "hour"]

#: Readings that may wait for those that follow.
_MOST_WAITING = 2_000_000

_QUARTER = (pl.col("timestamp").cast(pl.Int64) % HOUR_US) // QUARTER_US
_OFF_THE_HOUR = pl.col("timestamp").cast(pl.Int64) % HOUR_US != 0
#: Customer-months whose readings were put together: how many readings more than hours, hours of
#: each fuel made of halves and of quarters, readings that are of no whole hour.
TOGETHER = pl.Schema(
    {
        "customer_id": pl.String,
        "month": pl.Date,
        "more": pl.Int64,
        **{f"{fuel}_{count}": pl.Int64 for fuel in FUELS for count in (2, 4)},
        "left": pl.Int64,
    }
)


class PartialReadings:
    """The hours of one file that its readings make up, batch by batch."""

    def __init__(self, slots: HourSlots, file: ReadingsFile) -> None:
        """Expect readings of ``file``, some of them in ``slots``."""
        self._slots, self._file = slots, file
        self._waiting: pl.DataFrame | None = None
        self._together = [TOGETHER.to_frame()]

    def together(self) -> pl.DataFrame:
        """Count what was put together, columns as ``TOGETHER``; a customer may be there twice."""
        return pl.concat(self._together)

    def hours(self, readings: pl.DataFrame, *, last: bool = False) -> pl.DataFrame:
        """Return readings of hours, and those of no part of one as they are.

        Args:
            readings: columns of readings, in any order.
            last: whether no more follow. What is no whole hour by then is left to stand for its
                hour, and counted.
        """
        if self._waiting is not None:
            readings, self._waiting = pl.concat([self._waiting, readings]), None
        customers = _customers_of_parts(readings)
        if not customers.len():
            return readings
        slot = self._slots.slot(pl.col("timestamp"), self._file.start, self._file.end)
        is_part = (
            pl.col("customer_id").is_in(customers.implode())
            & (pl.col("timestamp").cast(pl.Int64) % QUARTER_US == 0)
            & (slot < self._slots.outside)
            & usable_values()
        ).fill_null(value=False)
        mine = readings.filter(is_part).with_columns(hour_of())
        found = _hours(mine)
        whole, others = found.filter(_is_whole()), found.filter(~_is_whole())
        rows = mine.join(others, on=_HOUR_OF, how="semi")
        again = _hours(_numbered(rows), [*_HOUR_OF, "copy"])
        # An hour that is there twice, as in autumn by local time, is two.
        several = again.filter(_is_whole().all().over(_HOUR_OF))
        whole = pl.concat([whole, several.drop("copy")])
        unlike = [others.join(several, on=_HOUR_OF, how="anti")]
        if not last:
            unlike.append(whole.filter(_may_go_on()))
        apart = mine.join(pl.concat(unlike), on=_HOUR_OF, how="semi")
        if not last and apart.height <= _MOST_WAITING:
            whole = whole.join(apart, on=_HOUR_OF, how="anti")
            self._waiting = apart.drop("hour")
            apart = apart.clear()
        else:
            apart = apart.join(whole, on=_HOUR_OF, how="anti")
        self._count(whole, apart)
        columns = readings.columns
        return pl.concat(
            [
                readings.filter(~is_part),
                whole.with_columns(pl.col("hour").alias("timestamp")).select(columns),
                apart.with_columns(pl.col("hour").alias("timestamp")).select(columns),
            ]
        )

    def _count(self, whole: pl.DataFrame, apart: pl.DataFrame) -> None:
        counted = pl.concat(
            [
                whole.select(
                    *_HOUR_OF,
                    (pl.col("readings") - 1).alias("more"),
                    *(
                        (pl.col(f"{fuel}_count") == COUNTS[count]).alias(f"{fuel}_{count}")
                        for fuel in FUELS
                        for count in (2, 4)
                    ),
                    pl.lit(0).alias("left"),
                ),
                apart.select(*_HOUR_OF, pl.lit(1).alias("left")),
            ],
            how="diagonal_relaxed",
        )
        slot = self._slots.slot(pl.col("hour"), self._file.start, self._file.end)
        month = pl.lit(self._slots.slots["month"]).gather(slot)
        self._together.append(
            counted.group_by("customer_id", month.alias("month"))
            .agg(pl.col(list(TOGETHER)[2:]).sum())
            .cast(TOGETHER)
        )


class Hours(NamedTuple):
    """Readings of hours, and the readings of which there is no whole hour.

    Attributes:
        readings: columns of readings and month.
        aside: file, row, customer_id, reason and month.
    """

    readings: pl.DataFrame
    aside: pl.DataFrame


def are_parts(readings: pl.DataFrame) -> bool:
    """Whether some of the readings may be of a part of an hour."""
    return _customers_of_parts(readings).len() > 0


def is_mixed() -> pl.Expr:
    """Whether a customer-month with columns of ``TOGETHER`` and ``month_sums`` has to be judged.

    It has readings of no whole hour, or a fuel is measured in several ways.
    """
    mixed = []
    for fuel in FUELS:
        ways = [pl.col(f"{fuel}_{count}") for count in (2, 4)]
        whole = pl.col("hours_seen") - pl.col(f"{fuel}_empty_hours") - pl.sum_horizontal(ways)
        mixed.append(pl.sum_horizontal((way > 0).cast(pl.Int8) for way in (whole, *ways)) > 1)
    return pl.any_horizontal(pl.col("left") > 0, *mixed)


def whole_hours(rows: pl.DataFrame, day: pl.Expr) -> Hours:
    """Put the readings of whole customer-months together to hours.

    A fuel is measured by the hour, half or quarter, as most hours of the customer's day show; if
    they are as many, by the longer. An hour that lacks one of its readings is not used.

    Args:
        rows: file, row, month and the columns of readings, none there twice.
        day: the local day of a reading.
    """
    rows = _numbered(rows.with_columns(hour_of(), day.alias("day")))
    key = [*_HOUR_OF, "copy"]
    hours = with_steps(_hours(rows, key, "month", "day"))
    steps = [f"{fuel}_step" for fuel in FUELS]
    hours = hours.with_columns(_fuel_of_hour(fuel) for fuel in FUELS)
    values = list(FUELS.values())
    kept = hours.filter(~pl.all_horizontal(pl.col(*values).is_null()))
    judged = rows.join(
        hours.select(
            *key,
            *steps,
            *(pl.col(f"{fuel}_count") for fuel in FUELS),
            *(pl.col(column).is_not_null().alias(f"{fuel}_used") for fuel, column in FUELS.items()),
        ),
        on=key,
        how="left",
    )
    used = [
        pl.col(column).is_not_null()
        & pl.col(f"{fuel}_used")
        & ((pl.col(f"{fuel}_step") > 1) | ~_OFF_THE_HOUR)
        for fuel, column in FUELS.items()
    ]
    reason = pl.coalesce(
        pl.when(pl.col(column).is_not_null()).then(_why_apart(fuel))
        for fuel, column in FUELS.items()
    )
    aside = judged.filter(~pl.any_horizontal(used)).select(
        "file", "row", "customer_id", reason.alias("reason"), "month"
    )
    columns = [name for name in rows.columns if name not in ("file", "row", "hour", "copy", "day")]
    return Hours(kept.with_columns(pl.col("hour").alias("timestamp")).select(columns), aside)


def hour_of() -> pl.Expr:
    """The beginning of a reading's hour, as ``hour``."""
    micros = pl.col("timestamp").cast(pl.Int64)
    return (micros - micros % HOUR_US).cast(pl.Datetime("us")).alias("hour")


def _customers_of_parts(readings: pl.DataFrame) -> pl.Series:
    """Return who has readings off the hour, or rows of each fuel without the other."""
    customer = readings["customer_id"]
    off = readings.select(_OFF_THE_HOUR.fill_null(value=False)).to_series()
    found = [customer.filter(off)] if off.any() else []
    without = [readings[column].is_null() for column in FUELS.values()]
    if all(empty.any() for empty in without):
        first, second = (customer.filter(empty).unique() for empty in without)
        found.append(first.filter(first.is_in(second.implode())))
    return pl.concat([customer.clear(), *found]).drop_nulls().unique()


def _numbered(rows: pl.DataFrame) -> pl.DataFrame:
    """Number the readings that a customer has of a time, ``copy``; those of each fuel apart."""
    copy = pl.int_range(pl.len()).over("customer_id", "timestamp", "alone").alias("copy")
    return rows.sort(*FUELS.values()).with_columns(fuel_alone()).with_columns(copy).drop("alone")


def _hours(rows: pl.DataFrame, key: list[str] = _HOUR_OF, *further: str) -> pl.DataFrame:
    """Add readings up by hour: values, marks, readings, and the number of ``COUNTS`` by fuel."""
    sums, given = [], []
    for fuel, column in FUELS.items():
        value = pl.col(column)
        coarse, fine = parts(value)
        count = pl.when(value.is_not_null()).then(pl.lit(BASE, pl.Int64).pow(_QUARTER))
        sums += [
            pl.when(value.count() > 0).then(coarse.sum() + fine.sum()).alias(column),
            value.filter((_QUARTER == 0) & value.is_not_null()).first().alias(f"{fuel}_at_hour"),
            count.sum().alias(f"{fuel}_count"),
        ]
    if ESTIMATED in rows.columns:
        given.append(pl.col(ESTIMATED).fill_null(value=True).any())
    return (
        rows.lazy()
        .group_by(key)
        .agg(
            *sums,
            *given,
            pl.len().cast(pl.Int64).alias("readings"),
            *(pl.col(name).first() for name in further),
        )
        .collect(engine="streaming")
    )


def _is_whole() -> pl.Expr:
    """Whether each fuel of an hour is there once, and the hour's energy is not absurd."""
    return pl.all_horizontal(
        pl.col(f"{fuel}_count").is_in([0, *COUNTS.values()])
        & (pl.col(column).abs() < LIMIT).fill_null(value=True)
        for fuel, column in FUELS.items()
    )


def _may_go_on() -> pl.Expr:
    """Whether an hour may have further readings: a customer's last one that is there once."""
    once = pl.all_horizontal(pl.col(f"{fuel}_count") <= 1 for fuel in FUELS)
    return once & (pl.col("hour") == pl.col("hour").max().over("customer_id"))


def _fuel_of_hour(fuel: str) -> pl.Expr:
    """Return a fuel of an hour where it is there as it is measured, else null."""
    column, count, step = FUELS[fuel], pl.col(f"{fuel}_count"), pl.col(f"{fuel}_step")
    total = pl.col(column)
    value = (
        pl.when(step == 1)
        .then(pl.col(f"{fuel}_at_hour"))
        .when(count == step.replace_strict(COUNTS, return_dtype=pl.Int64))
        .then(total)
    )
    return pl.when(value.abs() < LIMIT).then(value).alias(column)


def _why_apart(fuel: str) -> pl.Expr:
    step = pl.col(f"{fuel}_step")
    return (
        pl.when(step == 1)
        .then(pl.lit("time off the hour"))
        .when(there(fuel) == step)
        .then(pl.lit(f"{FUELS[fuel]}: absurd ({LIMIT:,.0f} or more in an hour)"))
        .otherwise(pl.format("incomplete hour ({} of {} readings)", there(fuel), step))
    )
