# ruff: noqa: DTZ001  # labels of readings are naive
"""Tariff periods against dates worked out by hand from Circular 3/2020 (docs/spain.md)."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.tariffs import periods
from spanishgas_assets.tariffs.period_rules import TARIFFS, WORKING_BLOCKS, ZONES
from spanishgas_assets.tariffs.periods import (
    BLOCKS,
    block_of_hour,
    block_periods,
    period,
    periods_version,
    tariff_of,
    zone_of,
)


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2024-01-02 00:00", 3),  # Tuesday night
        ("2024-01-02 07:59", 3),
        ("2024-01-02 08:00", 2),
        ("2024-01-02 09:59", 2),
        ("2024-01-02 10:00", 1),
        ("2024-01-02 13:59", 1),
        ("2024-01-02 14:00", 2),
        ("2024-01-02 18:00", 1),
        ("2024-01-02 21:59", 1),
        ("2024-01-02 22:00", 2),
        ("2024-01-02 23:59", 2),
        ("2024-01-06 11:00", 3),  # Epiphany
        ("2024-03-29 11:00", 1),  # Good Friday is a working day here
        ("2024-03-31 11:00", 3),  # Sunday of the clock change
        ("2024-05-01 11:00", 3),  # Labour Day, a Wednesday
        ("2024-08-15 20:00", 3),  # Assumption, a Thursday
        ("2024-08-16 20:00", 1),
        ("2024-10-27 11:00", 3),  # Sunday of the clock change
        ("2024-10-28 11:00", 1),
        ("2024-10-12 11:00", 3),
        ("2024-11-01 11:00", 3),
        ("2024-12-06 11:00", 3),
        ("2024-12-09 11:00", 1),  # Monday after the 8th: the holiday does not move
        ("2024-12-25 11:00", 3),
        ("2024-07-25 11:00", 1),  # Santiago is a regional holiday: working
    ],
)
def test_small_supply_of_the_peninsula(when: str, expected: int) -> None:
    assert period(datetime.fromisoformat(when)) == expected


@pytest.mark.parametrize("zone", ["ceuta", "melilla"])
@pytest.mark.parametrize(
    ("hour", "expected"),
    [(7, 3), (8, 2), (10, 2), (11, 1), (14, 1), (15, 2), (18, 2), (19, 1), (22, 1), (23, 2)],
)
def test_ceuta_and_melilla_keep_their_hours_all_year(zone: str, hour: int, expected: int) -> None:
    for month in (1, 4, 8):
        day = datetime(2024, month, 5 if month == 8 else 3, hour)
        assert period(day, "2.0TD", zone) == expected


def test_canaries_have_the_hours_of_the_peninsula_on_their_own_clock() -> None:
    for hour in range(24):
        when = datetime(2024, 2, 6, hour)
        assert period(when, "2.0TD", "canaries") == period(when)


# Dearer and cheaper period of the months January to December.
SEASONS = {
    "peninsula": "12 12 23 45 45 34 12 34 34 45 23 12",
    "balearics": "34 34 45 45 23 12 12 12 12 23 45 34",
    "canaries": "24 24 24 45 45 45 13 13 13 13 23 23",
    "ceuta": "14 14 24 35 35 35 23 14 14 23 24 24",
    "melilla": "12 23 45 45 45 34 12 12 12 34 34 23",
}
DEAR_HOURS = {
    "peninsula": {9, 10, 11, 12, 13, 18, 19, 20, 21},
    "balearics": {10, 11, 12, 13, 14, 18, 19, 20, 21},
    "canaries": {10, 11, 12, 13, 14, 18, 19, 20, 21},
    "ceuta": {10, 11, 12, 13, 14, 19, 20, 21, 22},
    "melilla": {10, 11, 12, 13, 14, 19, 20, 21, 22},
}


@pytest.mark.parametrize("zone", ZONES)
def test_large_supply_in_every_season_and_hour(zone: str) -> None:
    for month, pair in enumerate(SEASONS[zone].split(), start=1):
        dear, cheap = int(pair[0]), int(pair[1])
        day = next(
            day
            for day in range(2, 10)
            if date(2024, month, day).isoweekday() <= 5
            and (month, day) != (1, 6)
            and (month, day) not in {(12, 6), (12, 8)}
        )
        for hour in range(24):
            wanted = 6 if hour < 8 else dear if hour in DEAR_HOURS[zone] else cheap
            assert period(datetime(2024, month, day, hour), "3.0TD", zone) == wanted


@pytest.mark.parametrize("when", ["2024-01-06 11:00", "2024-01-07 11:00", "2024-08-15 12:00"])
def test_large_supply_is_in_p6_on_weekends_and_holidays(when: str) -> None:
    assert period(datetime.fromisoformat(when), "3.0TD", "peninsula") == 6


@pytest.mark.parametrize(
    ("when", "zone", "expected"),
    [
        ("2024-01-08 10:00", "peninsula", 1),  # high season
        ("2024-01-08 08:00", "peninsula", 2),
        ("2024-01-08 07:00", "peninsula", 6),
        ("2024-03-29 10:00", "peninsula", 2),  # medium-high, Good Friday: a working day
        ("2024-03-29 15:00", "peninsula", 3),
        ("2024-06-05 19:00", "peninsula", 3),  # medium
        ("2024-06-05 22:00", "peninsula", 4),
        ("2024-04-03 19:00", "peninsula", 4),  # low
        ("2024-04-03 23:00", "peninsula", 5),
        ("2024-03-31 10:00", "peninsula", 6),  # Sundays of the clock changes
        ("2024-10-27 10:00", "peninsula", 6),
        ("2024-01-06 10:00", "ceuta", 6),  # Epiphany
        ("2024-08-15 10:00", "canaries", 6),  # Assumption
        ("2024-08-14 10:00", "canaries", 1),
        ("2024-08-14 09:00", "canaries", 3),
        ("2024-08-14 10:00", "ceuta", 1),
        ("2024-08-14 18:00", "ceuta", 4),
        ("2024-12-04 22:00", "melilla", 2),
    ],
)
def test_large_supply_on_single_dates(when: str, zone: str, expected: int) -> None:
    assert period(datetime.fromisoformat(when), "3.0TD", zone) == expected


def test_no_tariff_or_zone_splits_a_block() -> None:
    months = [date(2024, month, 1) for month in range(1, 13)]
    told = {
        (row["tariff"], row["zone"], row["month"], row["block"]): row["period"]
        for row in block_periods(months).iter_rows(named=True)
    }
    assert len(told) == len(TARIFFS) * len(ZONES) * 12 * len(BLOCKS)
    for month in months:
        working = datetime(month.year, month.month, 3 if month.month != 2 else 6)
        while working.isoweekday() > 5:
            working = working.replace(day=working.day + 1)
        for hour, block in enumerate(block_of_hour()):
            for tariff in TARIFFS:
                for zone in ZONES:
                    assert told[tariff, zone, month, block] == period(
                        working.replace(hour=hour), tariff, zone
                    )
    assert set(block_of_hour()) == set(WORKING_BLOCKS)


def test_before_the_tariffs_validity_nothing_is_told() -> None:
    with pytest.raises(ValueError, match=r"begin on 2021-06-01"):
        period(datetime(2021, 5, 31))


def test_unknown_zone_is_refused() -> None:
    with pytest.raises(ValueError, match=r"no tariff '2.0TD' in zone 'andorra'"):
        period(datetime(2024, 1, 1), zone="andorra")


def test_tariff_by_power_and_zone_by_province() -> None:
    supply = pl.DataFrame({"power": [4.6, 15.0, 15.1], "province": [28, 51, 38]})
    told = supply.select(tariff_of(pl.col("power")), zone_of(pl.col("province")))
    assert told.rows() == [("2.0TD", "peninsula"), ("2.0TD", "ceuta"), ("3.0TD", "canaries")]


def test_other_rules_have_another_version(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    before, other = periods_version(), tmp_path / "periods.yaml"
    other.write_text(periods._PERIODS.read_text().replace("small_supply_kw: 15", "10"))
    monkeypatch.setattr(periods, "_PERIODS", other)
    assert periods_version() != before
