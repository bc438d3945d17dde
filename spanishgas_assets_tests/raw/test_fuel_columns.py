"""Files of readings that lack a fuel: its column, or every value of it."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.bronze.consumption_month import ConsumptionMonths, consumption_months
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
from spanishgas_assets.raw.fuel_columns import ELEC, GAS
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets_tests.raw.drops import readings

FORMS = ["parquet", "csv", "semicolons"]


def summed(folder: Path, frame: pl.DataFrame, form: str = "parquet") -> ConsumptionMonths:
    path = folder / f"consumption_hourly_2024.{'parquet' if form == 'parquet' else 'csv'}"
    if form == "parquet":
        frame.write_parquet(path)
    else:
        spanish = form == "semicolons"
        frame.write_csv(path, separator=";" if spanish else ",", decimal_comma=spanish)
    files = scan_readings(Drop(CONSUMPTION_HOURLY, path), ["2024-01-01"])
    return consumption_months(files, date(2024, 1, 1), date(2024, 2, 1), 11.0)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("lacking", ["column", "values"])
def test_a_file_without_gas_has_its_electricity(tmp_path: Path, form: str, lacking: str) -> None:
    frame = readings(days=2, customers=1)
    nothing = (
        frame.drop(GAS) if lacking == "column" else frame.with_columns(pl.lit(None).alias(GAS))
    )
    result = summed(tmp_path, nothing, form)
    row = result.rows.row(0, named=True)
    assert (row["elec_kwh"], row["gas_m3"], row["gas_empty_hours"]) == (60.0, 0.0, 48)
    assert result.bad.is_empty()


@pytest.mark.parametrize("form", FORMS)
def test_a_file_without_electricity_has_its_gas(tmp_path: Path, form: str) -> None:
    result = summed(tmp_path, readings(days=2, customers=1).drop(ELEC), form)
    row = result.rows.row(0, named=True)
    assert (row["elec_kwh"], row["gas_m3"], row["elec_empty_hours"]) == (0.0, 24.0, 48)


def test_a_bad_row_of_a_file_without_gas_is_shown_as_it_stands(tmp_path: Path) -> None:
    frame = readings(days=2, customers=1).drop(GAS)
    far = pl.when(pl.int_range(pl.len()) == 5).then(1e9).otherwise(ELEC).alias(ELEC)
    (values,) = summed(tmp_path, frame.with_columns(far), "csv").bad["values"]
    assert '"consumption_elec_kwh":"1000000000.0"' in values


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", ["consumption_gas", "Consumo", "column_4"])
def test_a_renamed_column_is_no_absent_fuel(tmp_path: Path, name: str, form: str) -> None:
    with pytest.raises(RawFileError, match=f"column {GAS} is missing.*Found: .*{name}"):
        summed(tmp_path, readings(days=2, customers=1).rename({GAS: name}), form)


def test_a_column_of_words_is_no_fuel(tmp_path: Path) -> None:
    frame = readings(days=2, customers=1).drop(GAS).with_columns(tariff=pl.lit("2.0TD"))
    assert summed(tmp_path, frame, "csv").rows["elec_kwh"].item() == 60.0


def test_a_file_without_either_fuel_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match=f"columns {ELEC}, {GAS} are missing"):
        summed(tmp_path, readings(days=2, customers=1).drop(ELEC, GAS))
