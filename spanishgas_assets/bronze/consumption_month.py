"""Hourly readings summed to customer-months in one streaming pass.

Month and tariff band of every hour of the span are packed in one small code that is fetched by
the hour's index, so that no calendar arithmetic is done per reading.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import polars as pl

from spanishgas_assets.tariffs.periods import BANDS, calendar

#: A single hour above this, in kWh or m3, cannot be a reading: 100 MW of supply.
ABSURD = 1e5

_HOUR_US = 3_600_000_000
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  # readings carry naive local time
_ONE_HOUR = timedelta(hours=1)
_UNITS = 2.0**60
_OUTSIDE = 254
_BAD = 255

_ID = pl.col("customer_id")
_ELEC = pl.col("consumption_elec_kwh")
_GAS = pl.col("consumption_gas_m3")
_MICROS = pl.col("timestamp").cast(pl.Int64)


_NO_BAD = pl.DataFrame(
    schema={
        "row": pl.Int64,
        "customer_id": pl.String,
        "timestamp": pl.Datetime("us"),
        "consumption_elec_kwh": pl.Float64,
        "consumption_gas_m3": pl.Float64,
        "reason": pl.String,
        "month": pl.Date,
    }
)


@dataclass(frozen=True)
class ConsumptionMonths:
    """The sums of a span of months, and the readings that could not be used.

    ``rows`` has the columns of bronze/consumption_month. ``bad`` has the readings as read, with
    month and reason; the month is null where the reading has no usable time. ``outside`` counts
    readings of other months.
    """

    rows: pl.DataFrame
    bad: pl.DataFrame
    outside: int


def consumption_months(
    readings: pl.LazyFrame, start: date, end: date, gas_kwh_per_m3: float
) -> ConsumptionMonths:
    """Sum the readings from ``start`` to the day before ``end`` (both the first of a month).

    Negative readings count as zero in the sums and are reported beside them (facts.md 1.7). A
    reading is bad if it has no id, no time, a time off the hour, or a value that is missing, not
    finite or absurd.
    """
    hours = calendar(start, end)
    months = hours["month"].unique().sort()
    code = (
        hours.select(
            pl.col("month").rank("dense").cast(pl.Int16) * len(BANDS) - len(BANDS) + pl.col("band")
        )
        .to_series()
        .cast(pl.UInt8)
    )
    codes = pl.concat([code, pl.Series([_OUTSIDE], dtype=pl.UInt8)])
    first = (datetime.combine(start, datetime.min.time()) - _EPOCH) // _ONE_HOUR
    index = _MICROS // _HOUR_US - first
    inside = pl.when((index >= 0) & (index < hours.height)).then(index).otherwise(hours.height)
    slot = pl.when(_is_good()).then(pl.lit(codes).gather(inside)).otherwise(_BAD).cast(pl.UInt8)
    sums = (
        readings.group_by("customer_id", slot.alias("slot"))
        .agg(
            pl.len().cast(pl.Int64).alias("hours_seen"),
            _exact(_ELEC).clip(lower_bound=0).sum().alias("elec_kwh"),
            _exact(_GAS).clip(lower_bound=0).sum().alias("gas_m3"),
            (_ELEC < 0).sum().cast(pl.Int64).alias("elec_negative_hours"),
            _exact(_ELEC).clip(upper_bound=0).sum().alias("elec_negative_kwh"),
            (_GAS < 0).sum().cast(pl.Int64).alias("gas_negative_hours"),
            _exact(_GAS).clip(upper_bound=0).sum().alias("gas_negative_m3"),
        )
        .collect(engine="streaming")
    )
    known = sums.filter(pl.col("slot") < _OUTSIDE)
    return ConsumptionMonths(
        rows=_by_month(known, months, gas_kwh_per_m3),
        bad=_bad_readings(readings) if sums["slot"].eq(_BAD).any() else _NO_BAD,
        outside=int(sums.filter(pl.col("slot") == _OUTSIDE)["hours_seen"].sum()),
    )


def _by_month(sums: pl.DataFrame, months: pl.Series, gas_kwh_per_m3: float) -> pl.DataFrame:
    band = pl.col("slot") % len(BANDS)
    return sums.group_by(
        "customer_id",
        pl.lit(months).gather(pl.col("slot").cast(pl.Int64) // len(BANDS)).alias("month"),
    ).agg(
        _energy(pl.col("elec_kwh").sum()),
        *(
            _energy(pl.col("elec_kwh").filter(band == number).sum()).alias(f"elec_{name}_kwh")
            for number, name in enumerate(BANDS)
        ),
        _energy(pl.col("gas_m3").sum()),
        (_energy(pl.col("gas_m3").sum()) * gas_kwh_per_m3).alias("gas_kwh"),
        pl.col("hours_seen", "elec_negative_hours", "gas_negative_hours").sum(),
        _energy(pl.col("elec_negative_kwh", "gas_negative_m3").sum()),
    )


def _exact(value: pl.Expr) -> pl.Expr:
    """Turn a reading into a whole number of 2**-60 units.

    Whole numbers add to the same sum in any order; floats would differ in the last digit from run
    to run, with the order in which threads finish, and a re-run would look like new data.
    """
    return (value * _UNITS).cast(pl.Int128, strict=False)


def _energy(units: pl.Expr) -> pl.Expr:
    return units.cast(pl.Float64) / _UNITS


def _is_good() -> pl.Expr:
    return (
        _ID.is_not_null()
        & (_MICROS % _HOUR_US == 0)
        & (_ELEC.abs() < ABSURD)
        & (_GAS.abs() < ABSURD)
    ).fill_null(value=False)


def _bad_readings(readings: pl.LazyFrame) -> pl.DataFrame:
    """Collect the unusable readings themselves: a second pass, made only where there are some."""
    reason = (
        pl.when(_ID.is_null())
        .then(pl.lit("no id"))
        .when(pl.col("timestamp").is_null())
        .then(pl.lit("no time"))
        .when(_MICROS % _HOUR_US != 0)
        .then(pl.lit("time off the hour"))
        .when(_ELEC.is_null() | _GAS.is_null())
        .then(pl.lit("no value"))
        .when(~(_ELEC.is_finite() & _GAS.is_finite()))
        .then(pl.lit("value not finite"))
        .otherwise(pl.lit("value absurd"))
    )
    return (
        readings.with_row_index("row", offset=1)
        .filter(~_is_good())
        .with_columns(
            pl.col("row").cast(pl.Int64),
            reason.alias("reason"),
            pl.col("timestamp").dt.date().dt.truncate("1mo").alias("month"),
        )
        .collect(engine="streaming")
    )
