"""Which tariff period an hour belongs to, by tariff, zone and season.

The rules are data, in ``periods.yaml``, with their source and validity. Hours are official local
time: which local hour a reading's label stands for is ``clock.py``'s matter.
"""

import functools
import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import polars as pl

from spanishgas_assets.tariffs.period_rules import (
    LARGE_TARIFF,
    SMALL_TARIFF,
    TARIFFS,
    WORKING_BLOCKS,
    ZONES,
    HourRange,
    TariffPeriods,
    ZoneHours,
)
from spanishgas_assets.yaml_models import read_yaml

#: The blocks of working days, and the holidays: valley as well, and told apart to be counted.
BLOCKS = (*WORKING_BLOCKS, "holiday")

#: 2.0TD periods in order: P1 punta, P2 llano, P3 valle.
BANDS = ("peak", "standard", "offpeak")

_SATURDAY = 6

_PERIODS = Path(__file__).with_name("periods.yaml")


@functools.cache
def _data() -> TariffPeriods:
    return read_yaml(_PERIODS, TariffPeriods)


def periods_version() -> str:
    """Digest the file: tables that are made by it carry it in their code version."""
    return hashlib.blake2b(_PERIODS.read_bytes(), digest_size=4).hexdigest()


def period(when: datetime, tariff: str = SMALL_TARIFF, zone: str = "peninsula") -> int:
    """Return the period (1 is P1) of the hour that begins at ``when``, official local time.

    Raises:
        ValueError: no rule in the data is that old, or the tariff or zone is unknown.

    Example:
        A Tuesday at 10:30 on the Peninsula, in Ceuta, above 15 kW, and on Labour Day.

        >>> period(datetime(2024, 1, 9, 10, 30))
        1
        >>> period(datetime(2024, 1, 9, 10, 30), zone="ceuta")
        2
        >>> period(datetime(2024, 4, 9, 10, 30), "3.0TD")
        4
        >>> period(datetime(2024, 5, 1, 10, 30))
        3
    """
    valley, hours = _rules(when.date(), tariff, zone)
    if when.isoweekday() >= _SATURDAY or (when.month, when.day) in holidays():
        return valley
    return _working_period(valley, hours, when.month, when.hour)


def block_periods(months: Sequence[date]) -> pl.DataFrame:
    """List the period of every block of hours, for the tariffs and zones of some months.

    One row per tariff, zone, month (its first day) and block (as in ``BLOCKS``); ``period`` is 1
    for P1.
    """
    first_hour = {name: _data().blocks[name][0][0] for name in WORKING_BLOCKS}
    rows = []
    for month in months:
        for tariff in TARIFFS:
            for zone in ZONES:
                valley, hours = _rules(month, tariff, zone)
                rows += [
                    (tariff, zone, month, name, _working_period(valley, hours, month.month, hour))
                    for name, hour in first_hour.items()
                ]
                rows.append((tariff, zone, month, "holiday", valley))
    return pl.DataFrame(
        rows,
        schema={
            "tariff": pl.String,
            "zone": pl.String,
            "month": pl.Date,
            "block": pl.String,
            "period": pl.Int64,
        },
        orient="row",
    )


def block_of_hour() -> list[str]:
    """Return the working-day block of each hour of the day, 0 to 23."""
    blocks = _data().blocks
    return [
        next(name for name in WORKING_BLOCKS if _within(hour, blocks[name])) for hour in range(24)
    ]


def holidays() -> frozenset[tuple[int, int]]:
    """Return the (month, day) of the fixed holidays that are valley all day."""
    return frozenset((day.month, day.day) for day in _data().holidays)


def tariff_of(contracted_power_kw: pl.Expr) -> pl.Expr:
    """Name the tariff of a supply: 2.0TD up to 15 kW, 3.0TD above."""
    small = contracted_power_kw <= _data().small_supply_kw
    return pl.when(small).then(pl.lit(SMALL_TARIFF)).otherwise(pl.lit(LARGE_TARIFF))


def zone_of(province_code: pl.Expr) -> pl.Expr:
    """Name the tariff zone of a province (INE code)."""
    return province_code.replace_strict(
        _data().zone_of_province, default="peninsula", return_dtype=pl.String
    )


def _rules(day: date, tariff: str, zone: str) -> tuple[int, ZoneHours]:
    """Return the valley period and the hours of a tariff in a zone."""
    in_force = [rule for rule in _data().rules if rule.valid_from <= day]
    if not in_force:
        raise ValueError(f"tariff periods begin on {_data().rules[0].valid_from}, not {day}")
    tariffs = in_force[-1].tariffs
    if tariff not in tariffs or zone not in tariffs[tariff].zones:
        raise ValueError(f"no tariff {tariff!r} in zone {zone!r}; known: {TARIFFS} in {ZONES}")
    return tariffs[tariff].valley, tariffs[tariff].zones[zone]


def _working_period(valley: int, hours: ZoneHours, month: int, hour: int) -> int:
    season = next(season for season in hours.seasons if month in season.months)
    if _within(hour, hours.first):
        return season.first
    return season.second if _within(hour, hours.second) else valley


def _within(hour: int, ranges: Sequence[HourRange]) -> bool:
    return any(first <= hour < last for first, last in ranges)
