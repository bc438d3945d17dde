# ruff: noqa: DTZ001  # labels of readings are naive
"""A month's version changes with the rows that feed it, and with nothing else."""

from datetime import date, datetime
from pathlib import Path

import polars as pl

from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.versions import month_versions
from spanishgas_assets_tests.raw.drops import CSV_ROWS, csv_text, readings, write

MONTHS = ["2024-01-01", "2024-02-01", "2024-03-01"]


def changed(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [month for month in before if before[month] != after[month]]


def three_months() -> pl.DataFrame:
    return readings(days=75)


def of_readings(folder: Path, frame: pl.DataFrame) -> dict[str, str]:
    frame.write_parquet(folder / "consumption_hourly_2024.parquet")
    drop = Drop(CONSUMPTION_HOURLY, folder / "consumption_hourly_2024.parquet")
    return month_versions(drop, MONTHS)


def test_corrected_reading_changes_its_month_alone(tmp_path: Path) -> None:
    before = of_readings(tmp_path, three_months())
    mended = three_months().with_columns(
        consumption_elec_kwh=pl.when(pl.col("timestamp") == datetime(2024, 2, 10, 4))
        .then(9.0)
        .otherwise("consumption_elec_kwh")
    )
    assert changed(before, of_readings(tmp_path, mended)) == ["2024-02-01"]
    assert len(set(before.values())) == 3


def test_order_of_readings_is_no_content(tmp_path: Path) -> None:
    before = of_readings(tmp_path, three_months())
    assert changed(before, of_readings(tmp_path, three_months().reverse())) == []


def test_swapped_values_and_missing_rows_are_content(tmp_path: Path) -> None:
    frame = three_months().with_columns(
        consumption_elec_kwh=pl.int_range(pl.len()).cast(pl.Float64)
    )
    before = of_readings(tmp_path, frame)
    february = pl.col("timestamp").dt.month() == 2
    swapped = pl.concat(
        [frame.filter(~february),
         frame.filter(february).with_columns(pl.col("consumption_elec_kwh").reverse())]
    )  # fmt: skip
    assert changed(before, of_readings(tmp_path, swapped)) == ["2024-02-01"]
    assert changed(before, of_readings(tmp_path, frame.slice(1))) == ["2024-01-01"]
    fuels = frame.with_columns(
        consumption_elec_kwh=pl.col("consumption_gas_m3"),
        consumption_gas_m3=pl.col("consumption_elec_kwh"),
    )
    assert changed(before, of_readings(tmp_path, fuels)) == MONTHS


def test_correction_beside_the_file_changes_its_month_alone(tmp_path: Path) -> None:
    before = of_readings(tmp_path, three_months())
    (tmp_path / "consumption_hourly_2024.corrected.csv").write_text(
        "row,customer_id,timestamp,consumption_elec_kwh,consumption_gas_m3\n"
        "1,C00001,2024-01-01 00:00:00,7,0.5\n"
    )
    assert changed(before, of_readings(tmp_path, three_months())) == ["2024-01-01"]


def test_month_of_a_folder_follows_its_own_files(tmp_path: Path) -> None:
    def versions() -> dict[str, str]:
        drop = Drop(CONSUMPTION_HOURLY, tmp_path / "consumption_hourly")
        return month_versions(drop, MONTHS[:2])

    for number in (1, 2):
        part = tmp_path / f"consumption_hourly/month=2024-{number:02d}"
        part.mkdir(parents=True)
        readings(start=date(2024, number, 1)).write_parquet(part / "part.parquet")
    before = versions()
    readings(start=date(2024, 2, 1), days=3).write_parquet(part / "part.parquet")
    assert changed(before, versions()) == ["2024-02-01"]


def test_corrected_price_changes_its_month_alone(tmp_path: Path) -> None:
    rows = CSV_ROWS["price_history"] + [
        row.replace("2024-01-01", "2024-02-01") for row in CSV_ROWS["price_history"]
    ]

    def versions(lines: list[str]) -> dict[str, str]:
        return month_versions(
            write(tmp_path, "price_history", csv_text("price_history", lines)), MONTHS
        )

    before = versions(rows)
    assert changed(before, versions(rows[::-1])) == []
    assert changed(before, versions([*rows[:-1], rows[-1].replace("0.2", "0.3")])) == ["2024-02-01"]
    # A row that is set aside feeds its month's quarantine.
    assert changed(before, versions([*rows, ",2024-01-15,,,,,,,,"])) == ["2024-01-01"]
    assert changed(before, versions([*rows, "C00001,someday,,,,,,,,"])) == []
