"""A folder of raw drops looked through: what is in it, and every fault at once."""

import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.demo import write_demo_retailer
from spanishgas_assets.inspection.first_model import first_snapshot
from spanishgas_assets.inspection.inspection import inspect_folder
from spanishgas_assets.inspection.remarks import FileReport, Inspection, Weight
from spanishgas_assets.settings import Settings

CUSTOMERS = 300


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("inspected") / "raw"
    write_demo_retailer(folder, customers=CUSTOMERS, seed=7)
    return folder


@pytest.fixture
def raw(healthy: Path, tmp_path: Path) -> Path:
    """A copy of its own; the readings, which no test damages in place, are linked."""
    folder = tmp_path / "raw"
    shutil.copytree(healthy, folder, copy_function=shutil.copy, symlinks=True)
    return folder


def inspected(folder: Path) -> Inspection:
    return inspect_folder(str(folder), Settings.from_environment())


def part(found: Inspection, name: str) -> FileReport:
    return next(one for one in found.parts if one.name == name)


def said(report: FileReport, weight: Weight) -> str:
    return "\n".join(one.text for one in report.remarks if one.weight is weight)


def change(path: Path, edit: Callable[[pl.DataFrame], pl.DataFrame]) -> None:
    edit(pl.read_csv(path, infer_schema=False)).write_csv(path)


def test_a_healthy_folder_says_what_it_holds(raw: Path) -> None:
    found = inspected(raw)
    assert found.stops == 0
    readings = part(found, "consumption_hourly").facts
    assert readings["rows"] == f"{CUSTOMERS * 8784:,}"
    assert readings["months"] == "2024-01 to 2024-12, 12 of them"
    assert readings["hours read"] == "100.0% to 100.0% of a month"
    prices = part(found, "price_history").facts
    assert prices["decimal mark"] == "'.'"
    assert prices["dates like"] == "2024-01-01"
    assert (
        part(found, "the files together").facts["price_history"] == "300 of 300 ids are customers"
    )
    left = pl.read_csv(raw / "churn_label.csv")["churn"].sum()
    model = part(found, "a first model").facts
    assert model["snapshot"] == "2025-01-06, of 2024-01 to 2024-12"
    assert model["labels"].startswith(f"300 of 300 customers, {left} left")


def test_every_fault_is_told_at_once(raw: Path) -> None:
    change(raw / "customer_attributes.csv", lambda rows: rows.rename({"is_urban": "urbano"}))
    (raw / "churn_label.csv").rename(raw / "Churn-Label.csv")
    (raw / "notas.docx").write_bytes(b"x")
    change(
        raw / "costs_by_province_month.csv", lambda rows: rows.filter(pl.col("month") != "2024-07")
    )
    found = inspected(raw)
    assert "column is_urban is missing" in said(part(found, "customer_attributes"), Weight.STOPS)
    assert "There is Churn-Label.csv" in said(part(found, "churn_label"), Weight.STOPS)
    together = part(found, "the files together")
    assert said(together, Weight.TELLS) == "Nothing reads Churn-Label.csv, notas.docx"
    model = said(part(found, "a first model"), Weight.STOPS)
    assert "costs_by_province_month: 1 of the twelve months before 2025-01-06" in model
    assert "2024-07" in model


def test_a_bad_month_is_judged_by_itself(raw: Path) -> None:
    """Twenty rows are a small share of the file, and a large one of their month."""
    price, ids = "variable_price_tier1_eur_kwh", [f"C{number:05d}" for number in range(1, 21)]
    bad = pl.col("customer_id").is_in(ids) & pl.col("pricing_date").str.starts_with("2024-05")
    change(
        raw / "price_history.csv",
        lambda rows: rows.with_columns(
            pl.when(bad).then(pl.lit("99")).otherwise(price).alias(price)
        ),
    )
    text = said(part(inspected(raw), "price_history"), Weight.STOPS)
    assert text.startswith("2024-05: price_history.csv: 2")
    assert f"{price}: not from 0 to 2 EUR/kWh (20 rows" in text
    assert "quarantine" not in text


def test_ids_that_lost_their_letters_are_told_with_whom_they_may_mean(raw: Path) -> None:
    change(
        raw / "price_history.csv",
        lambda rows: rows.with_columns(pl.col("customer_id").str.strip_chars_start("C0")),
    )
    text = said(part(inspected(raw), "the files together"), Weight.STOPS)
    assert "price_history: 300 of 300 ids are no customer's" in text
    assert "id without its letters, zeros or digits" in text


def test_labels_of_those_who_left_before_a_dated_drop_stop_nothing(raw: Path) -> None:
    """As in a run: a label of a day before the customers' files may be of a former customer."""
    day = raw / "2025-04-07"
    day.mkdir()
    for name in ("customer_attributes.csv", "customer_contracts.csv"):
        (raw / name).rename(day / name)
        change(day / name, lambda rows: rows.filter(pl.col("customer_id") > "C00015"))
    change(raw / "churn_label.csv", lambda rows: rows.with_columns(label_date=pl.lit("2025-01-06")))
    together = part(inspected(raw), "the files together")
    assert said(together, Weight.STOPS) == ""
    assert "15 rows are set aside: label of a former customer" in said(together, Weight.WARNS)


def test_provinces_without_a_cost_are_told(raw: Path) -> None:
    province = pl.read_csv(raw / "customer_attributes.csv")["province_code"].mode()[0]
    change(
        raw / "costs_by_province_month.csv",
        lambda rows: rows.filter(
            ~((pl.col("province") == str(province)) & (pl.col("month") == "2024-03"))
        ),
    )
    text = said(part(inspected(raw), "the files together"), Weight.WARNS)
    assert f"have no cost, first province {province} in 2024-03" in text


def test_too_few_who_left_are_too_few_for_a_model(raw: Path) -> None:
    change(
        raw / "churn_label.csv",
        lambda rows: rows.with_columns(
            pl.when(pl.int_range(pl.len()) < 3)
            .then(pl.lit("1"))
            .otherwise(pl.lit("0"))
            .alias("churn")
        ),
    )
    text = said(part(inspected(raw), "a first model"), Weight.STOPS)
    assert text.startswith("3 customers left, at least 20 are needed")


def test_a_clock_that_is_declared_otherwise_is_told_with_its_months(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SPANISHGAS_CLOCK", "local")
    text = said(part(inspected(raw), "consumption_hourly"), Weight.STOPS)
    assert "2024-03: 300 of 300 customers have 24 readings on 2024-03-31" in text
    assert "Ask the source, and set SPANISHGAS_CLOCK" in text


def test_months_that_lack_readings_are_named(raw: Path) -> None:
    (raw / "consumption_hourly_2024.parquet").unlink()
    folder = raw / "consumption_hourly" / "month=2024-12"
    folder.mkdir(parents=True)
    hours = pl.datetime_range(
        pl.datetime(2024, 12, 1), pl.datetime(2024, 12, 31, 23), "1h", eager=True
    )
    pl.DataFrame({"timestamp": hours}).select(
        pl.lit("C00001").alias("customer_id"),
        "timestamp",
        pl.lit(0.5).alias("consumption_elec_kwh"),
        pl.lit(0.1).alias("consumption_gas_m3"),
    ).write_parquet(folder / "readings.parquet")
    found = inspected(raw)
    model = said(part(found, "a first model"), Weight.STOPS)
    assert "readings: 11 of the twelve months before 2025-01-06 are not there: 2024-01" in model
    warned = said(part(found, "the files together"), Weight.WARNS)
    assert "299 of 300 customers have no reading" in warned


def test_a_bad_month_of_readings_is_judged_by_itself(raw: Path) -> None:
    """Five in a hundred of December's readings are a small share of the year's."""
    path = raw / "consumption_hourly_2024.parquet"
    hour, use = pl.col("timestamp"), pl.col("consumption_elec_kwh")
    bad = (hour.dt.month() == 12) & (hour.dt.hour() == 5) & (hour.dt.day() > 3)
    rows = pl.read_parquet(path).with_columns(
        pl.when(bad).then(float("nan")).otherwise(use).alias("consumption_elec_kwh")
    )
    rows.write_parquet(path)
    text = said(part(inspected(raw), "consumption_hourly"), Weight.STOPS)
    assert text.startswith("2024-12: consumption_hourly")
    assert "limit 2.0%" in text


def test_a_year_before_the_first_snapshot_is_said(raw: Path) -> None:
    (raw / "consumption_hourly_2024.parquet").unlink()
    folder = raw / "consumption_hourly" / "month=2023-06"
    folder.mkdir(parents=True)
    (folder / "readings.csv").write_text(
        "customer_id,timestamp,consumption_elec_kwh,consumption_gas_m3\n"
        "C00001,2023-06-01 00:00:00,0.5,0.1\nC00001,2023-06-01 01:00:00,0.5,0.1\n"
    )
    text = said(part(inspected(raw), "a first model"), Weight.STOPS)
    assert "snapshots begin on 2025-01-06: deliver later months" in text


def test_what_is_said_of_notes_holds_no_personal_data(raw: Path) -> None:
    (raw / "customer_interactions.json").write_text(
        '[{"customer_id": "C00001", "date": "soy Ana, 612 345 678", "channel": "phone", '
        '"interaction_summary": "DNI 12345678Z"}]'
    )
    report = part(inspected(raw), "customer_interactions")
    assert said(report, Weight.STOPS)
    told = f"{report.facts} {report.remarks}"
    assert "612" not in told
    assert "12345678Z" not in told


@pytest.mark.parametrize(
    ("last", "monday"),
    [
        (date(2024, 12, 1), date(2025, 1, 6)),
        (date(2025, 8, 1), date(2025, 9, 1)),
        (date(2025, 1, 1), date(2025, 2, 3)),
    ],
)
def test_the_first_snapshot_is_the_monday_after_a_month(last: date, monday: date) -> None:
    assert first_snapshot(last) == monday


def test_the_command_ends_with_1_where_a_run_would_stop(
    raw: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = sorted(raw.rglob("*"))
    page = tmp_path / "page.html"
    assert main(["inspect", str(raw), "--page", str(page)]) == 0
    assert "A run would go through" in page.read_text("utf-8")
    (raw / "customer_contracts.csv").unlink()
    assert main(["inspect", str(raw), "--page", str(page)]) == 1
    shown = capsys.readouterr()
    assert "customer_contracts.csv: not found" in shown.out
    assert "would stop a run" in shown.err
    assert "✖" in page.read_text("utf-8")
    assert sorted([*raw.rglob("*"), raw / "customer_contracts.csv"]) == before


def test_an_empty_folder_lacks_everything(tmp_path: Path) -> None:
    found = inspected(tmp_path)
    assert all(one.path is None for one in found.files)
    assert [said(one, Weight.STOPS).count("not found") for one in found.files] == [1] * 7
