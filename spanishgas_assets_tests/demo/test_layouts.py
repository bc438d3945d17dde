"""Layouts, formats, determinism and refusals of the demo retailer's writer."""

from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanishgas_assets.demo import write_demo_retailer
from spanishgas_assets.demo.files import writing as demo_files
from spanishgas_assets.demo.files.window import MONTHS

READINGS = "consumption_hourly_2024.parquet"
FILES = {
    "churn_label.csv",
    "customer_attributes.csv",
    "customer_contracts.csv",
    "price_history.csv",
    "costs_by_province_month.csv",
    "customer_interactions.json",
    READINGS,
}


def test_same_seed_same_bytes_other_seed_other_bytes(tmp_path: Path) -> None:
    for name, seed in (("a", 3), ("b", 3), ("c", 4)):
        write_demo_retailer(tmp_path / name, customers=130, seed=seed)
    for file in FILES:
        first = (tmp_path / "a" / file).read_bytes()
        assert first == (tmp_path / "b" / file).read_bytes(), file
        if file != "costs_by_province_month.csv":  # the country is the same for every seed
            assert first != (tmp_path / "c" / file).read_bytes(), file


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("layouts")
    for layout in ("flat", "hive"):
        for form in ("parquet", "csv"):
            write_demo_retailer(
                folder / f"{layout}-{form}", customers=120, seed=5, layout=layout, consumption=form
            )
    return folder


def test_hive_months_hold_what_the_flat_file_holds(layouts: Path) -> None:
    flat = pl.read_parquet(layouts / "flat-parquet" / READINGS)
    parts = sorted((layouts / "hive-parquet" / "consumption_hourly").glob("month=*/part.parquet"))
    assert [p.parent.name for p in parts] == [f"month={month}" for month in MONTHS]
    for part in parts:
        month = pl.read_parquet(part, hive_partitioning=False)
        wanted = flat.filter(
            pl.col("timestamp").dt.to_string("%Y-%m") == part.parent.name.removeprefix("month=")
        )
        assert_frame_equal(month, wanted, check_exact=True)


def test_csv_holds_what_parquet_holds(layouts: Path) -> None:
    flat = pl.read_parquet(layouts / "flat-parquet" / READINGS)
    path = layouts / "flat-csv" / "consumption_hourly_2024.csv"
    with path.open() as lines:
        assert next(lines) == ("customer_id,timestamp,consumption_elec_kwh,consumption_gas_m3\n")
        assert next(lines).startswith("C00001,2024-01-01 00:00:00,")
    text = pl.read_csv(path, try_parse_dates=False).with_columns(
        pl.col("timestamp").str.to_datetime("%Y-%m-%d %H:%M:%S", time_unit="us")
    )
    assert_frame_equal(text, flat, check_exact=True)
    gas_digits = pl.read_csv(path, infer_schema=False)["consumption_gas_m3"].str.len_chars()
    assert gas_digits.max() <= 8  # short values, as in the source


def test_hive_csv_is_the_flat_csv_in_months(layouts: Path) -> None:
    folder = layouts / "hive-csv" / "consumption_hourly"
    june = pl.read_csv(folder / "month=2024-06" / "part.csv", infer_schema=False)
    flat = pl.read_csv(layouts / "flat-csv" / "consumption_hourly_2024.csv", infer_schema=False)
    assert_frame_equal(june, flat.filter(pl.col("timestamp").str.starts_with("2024-06")))


def test_readings_of_another_layout_are_not_joined_by_a_second_copy(layouts: Path) -> None:
    with pytest.raises(ValueError, match="count every hour twice"):
        write_demo_retailer(layouts / "flat-parquet", customers=120, layout="hive")
    with pytest.raises(ValueError, match=r"month=2024-01/part\.parquet"):
        write_demo_retailer(layouts / "hive-parquet", customers=120)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"layout": "wide"}, "layout='wide'"),
        ({"consumption": "json"}, "consumption='json'"),
        ({"customers": 99}, "customers=99"),
        ({"customers": 100_000}, "customers=100000"),
    ],
)
def test_unknown_options_are_refused_by_name(tmp_path: Path, options, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        write_demo_retailer(tmp_path / "raw", **options)
    assert not (tmp_path / "raw").exists()


def test_a_failed_write_leaves_the_old_file_and_no_partial(tmp_path: Path) -> None:
    target = tmp_path / "file.csv"
    target.write_text("old")

    def fail() -> None:
        with demo_files.published(target) as partial:
            partial.write_text("half")
            raise RuntimeError("disk")

    with pytest.raises(RuntimeError, match="disk"):
        fail()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
