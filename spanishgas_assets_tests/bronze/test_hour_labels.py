"""Labels of the ends of hours are told from those of their beginnings."""

from datetime import date
from pathlib import Path

import polars as pl

from spanishgas_assets.bronze.clock_check import label_finding
from spanishgas_assets.bronze.consumption_month import consumption_months
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.settings import Clock
from spanishgas_assets_tests.bronze.readings import month_of, readings, summed

FILE = "consumption_hourly_2024.csv"


def read(folder: Path, labels: list[str]) -> tuple[pl.DataFrame, int]:
    rows = [f"C1,{label},1,0" for label in labels]
    (folder / FILE).write_text("\n".join([",".join(CONSUMPTION_HOURLY.columns), *rows]) + "\n")
    files = scan_readings(Drop(CONSUMPTION_HOURLY, folder / FILE), ["2024-01-01"])
    result = consumption_months(files, date(2024, 1, 1), date(2024, 2, 1), 11.0)
    return result.bad, int(result.rows["hours_seen"].sum()) + result.bad.height


def test_labels_of_the_ends_of_hours_stop_the_month(tmp_path: Path) -> None:
    labels = [f"2024-01-{day:02d} {hour:02d}:00" for day in range(1, 32) for hour in range(1, 25)]
    told = label_finding(*read(tmp_path, labels))
    assert not told.passed
    assert told.description.startswith(
        "31 of 744 labels are 24:00: labels look like the ends of hours"
    )


def test_a_slip_of_24_00_does_not(tmp_path: Path) -> None:
    labels = [f"2024-01-{day:02d} {hour:02d}:00" for day in range(1, 32) for hour in range(24)]
    told = label_finding(*read(tmp_path, [*labels, "2024-01-09 24:00"]))
    assert told.passed
    assert told.metadata == {"labels_of_24_00": 1, "readings": 745}


def test_grid_declared_local_has_no_hour_less_than_none() -> None:
    march = readings(month_of("C00001", start=date(2024, 3, 1)))
    result = summed(march, start=date(2024, 3, 1), end=date(2024, 4, 1), clock=Clock.LOCAL)
    assert result.rows.select("hours_seen", "hours_missing").row(0) == (744, 0)
    assert result.clock["readings"].to_list() == [1]
