"""In how many readings an hour is measured: its day shows it, and the customer's other days.

Most hours of a day are there as they are measured. But a day that lost all readings of its hours
but the first looks as if it were measured by the hour: days of quarters before and after it say
otherwise. At either end of a month a meter may have changed; there a reading's energy tells.
"""

from functools import reduce
from operator import add

import polars as pl

FUELS = {"elec": "consumption_elec_kwh", "gas": "consumption_gas_m3"}
#: Readings of each quarter of an hour are counted in a number of that base, a digit each.
BASE = 4096
#: What such a number is of one hour that is there once, by its readings.
COUNTS = {1: 1, 2: 1 + BASE**2, 4: 1 + BASE + BASE**2 + BASE**3}

#: A day with so many whole hours of halves or quarters is measured so.
_HOURS_OF_A_FINE_DAY = 12
_DAY = ["customer_id", "day"]
#: Where a day lies to those on which the customer's hours have most readings.
_BEFORE, _AMONG, _AFTER = 0, 1, 2


def with_steps(hours: pl.DataFrame) -> pl.DataFrame:
    """Add in how many readings each fuel of an hour is measured, ``{fuel}_step``: 1, 2 or 4.

    Args:
        hours: customer_id, hour, day and the columns of both fuels: their energy, that of the
            reading at the full hour (``{fuel}_at_hour``), and ``{fuel}_count``, readings in digits
            of ``BASE``. They are of whole customer-months.
    """
    found = hours.with_columns(_of_most_hours(fuel) for fuel in FUELS)
    for fuel in FUELS:
        found = found.with_columns(_is_fine_day(fuel)).with_columns(_finest(fuel), _side(fuel))
        found = found.with_columns(_is_measured_so(fuel))
    return hours.with_columns(
        found.select(_step(fuel, other) for fuel, other in zip(FUELS, [*FUELS][::-1], strict=True))
    )


def there(fuel: str) -> pl.Expr:
    """Count the quarters of an hour with which a reading of a fuel begins."""
    return reduce(add, (digit.cast(pl.Int64) for digit in _digits(fuel)))


def _digits(fuel: str) -> list[pl.Expr]:
    return [pl.col(f"{fuel}_count") // BASE**place % BASE > 0 for place in range(4)]


def _of_most_hours(fuel: str) -> pl.Expr:
    """Say in how many readings most hours of a day have a fuel, or the fewest of as many hours."""
    digits = _digits(fuel)
    way = pl.when(digits[1] | digits[3]).then(4).when(digits[2]).then(2).when(digits[0]).then(1)
    votes = {step: (way == step).sum().over(_DAY) for step in COUNTS}
    step = (
        pl.when((votes[1] >= votes[2]) & (votes[1] >= votes[4]))
        .then(1)
        .when(votes[2] >= votes[4])
        .then(2)
        .otherwise(4)
    )
    return step.alias(f"{fuel}_step")


def _is_fine_day(fuel: str) -> pl.Expr:
    step, count = pl.col(f"{fuel}_step"), pl.col(f"{fuel}_count")
    whole = count == step.replace_strict(COUNTS, return_dtype=pl.Int64)
    fine = (step > 1) & (whole.sum().over(_DAY) >= _HOURS_OF_A_FINE_DAY)
    return fine.alias(f"{fuel}_fine")


def _finest(fuel: str) -> pl.Expr:
    """The most readings that an hour has on any of the customer's fine days; null without one."""
    finest = pl.col(f"{fuel}_step").filter(f"{fuel}_fine").max()
    return finest.over("customer_id").alias(f"{fuel}_finest")


def _side(fuel: str) -> pl.Expr:
    day = pl.col("day")
    fine = day.filter(f"{fuel}_fine")
    first, last = fine.min().over("customer_id"), fine.max().over("customer_id")
    side = pl.when(day < first).then(_BEFORE).when(day > last).then(_AFTER).otherwise(_AMONG)
    return side.alias(f"{fuel}_side")


def _is_measured_so(fuel: str) -> pl.Expr:
    """Whether a reading of days of fewer readings has the energy of a longer time than of others.

    Null where there is no energy to tell by.
    """
    step, finest = pl.col(f"{fuel}_step"), pl.col(f"{fuel}_finest")
    at_hour, total = pl.col(f"{fuel}_at_hour"), pl.col(FUELS[fuel])
    energy = pl.when(step == 1).then(at_hour).otherwise(total).abs()
    readings = pl.when(step == 1).then(at_hour.is_not_null()).otherwise(there(fuel))
    mean = energy.sum() / readings.sum()
    alike = mean.over("customer_id", f"{fuel}_side", f"{fuel}_step")
    fine = pl.col(f"{fuel}_fine")
    others = (energy.filter(fine).sum() / readings.filter(fine).sum()).over("customer_id")
    # Between once and so often as the readings are fewer: the middle of both, as factors are.
    times = (finest / step).sqrt()
    told = pl.when((alike > 0) & (others > 0)).then(alike >= times * others)
    return told.alias(f"{fuel}_so")


def _step(fuel: str, other: str) -> pl.Expr:
    """A fuel without energy is measured as the other is."""
    step, finest = pl.col(f"{fuel}_step"), pl.col(f"{fuel}_finest")
    told = pl.coalesce(f"{fuel}_so", f"{other}_so", pl.lit(value=False))
    kept = (pl.col(f"{fuel}_side") != _AMONG) & told
    return pl.when((finest > step) & ~kept).then(finest).otherwise(step).alias(f"{fuel}_step")
