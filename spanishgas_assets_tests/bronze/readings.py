# labels of readings are naive
"""Hand-made readings for tests of the pass: a file of readings from rows."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

import polars as pl

from spanishgas_assets.bronze.consumption_month import ConsumptionMonths, consumption_months
from spanishgas_assets.raw.meter_readings import SCHEMA, ReadingsFile
from spanishgas_assets.settings import Clock

JANUARY, FEBRUARY, END = date(2024, 1, 1), date(2024, 2, 1), date(2025, 1, 1)
NAME = "consumption_hourly_2024.parquet"


def hours(start: datetime, count: int) -> list[datetime]:
    return [start + timedelta(hours=step) for step in range(count)]


def month_of(
    customer: str, elec: float = 1.0, gas: float = 0.0, start: date = JANUARY, days: int = 31
) -> list[tuple[Any, ...]]:
    first = datetime.combine(start, datetime.min.time())
    return [(customer, when, elec, gas) for when in hours(first, days * 24)]


def readings(rows: Iterable[tuple[Any, ...]], **settings: Any) -> ReadingsFile:
    frame = pl.DataFrame(list(rows), schema=SCHEMA, orient="row")
    return ReadingsFile(
        **{"name": NAME, "original": frame.lazy(), "start": JANUARY, "end": END} | settings
    )


def summed(
    *files: ReadingsFile, start: date = JANUARY, end: date = FEBRUARY, clock: Clock = Clock.GRID
) -> ConsumptionMonths:
    return consumption_months(files, start, end, 11.0, clock)
