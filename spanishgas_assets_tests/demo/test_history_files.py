"""The files of a longer history: dated drops, monthly readings, the truth aside, the command."""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.demo import DemoSummary, write_demo_history, write_demo_retailer
from spanishgas_assets.raw.files import CHURN_LABEL, CONSUMPTION_HOURLY, COSTS, PRICE_HISTORY
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import SCHEMA

CUSTOMERS, SEED = 120, 4
DAYS = ["2025-01-06", "2025-04-07"]
MONTHS = [f"2024-{month:02d}" for month in range(1, 13)] + ["2025-01", "2025-02", "2025-03"]
SNAPSHOT_FILES = {
    "churn_label.csv",
    "customer_attributes.csv",
    "customer_contracts.csv",
    "customer_interactions.json",
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, DemoSummary, list]:
    raw = tmp_path_factory.mktemp("history") / "raw"
    seen: list[tuple[str, float]] = []
    summary = write_demo_history(
        raw,
        customers=CUSTOMERS,
        seed=SEED,
        months=15,
        truth=raw.parent / "truth.parquet",
        progress=lambda stage, fraction: seen.append((stage, fraction)),
    )
    return raw, summary, seen


@pytest.fixture(scope="module")
def raw(written) -> Path:
    return written[0]


def _month(raw: Path, month: str) -> pl.DataFrame:
    part = raw / "consumption_hourly" / f"month={month}" / "part.parquet"
    return pl.read_parquet(part, hive_partitioning=False)


def test_a_drop_per_label_date_a_file_per_month_prices_and_costs_flat(raw: Path, written) -> None:
    top = {path.name for path in raw.iterdir()}
    flat = {"price_history.csv", "costs_by_province_month.csv"}
    assert top == {*DAYS, *flat, "consumption_hourly"}
    for day in DAYS:
        assert {path.name for path in (raw / day).iterdir()} == SNAPSHOT_FILES
    parts = sorted(raw.glob("consumption_hourly/month=*/*"))
    assert [part.parent.name for part in parts] == [f"month={month}" for month in MONTHS]
    files = written[1].files
    assert files["2025-04-07/churn_label.csv"] == CUSTOMERS
    assert files["consumption_hourly/month=2024-02/part.parquet"] == _month(raw, "2024-02").height


def test_the_platform_finds_each_snapshot_its_drop_and_all_months(raw: Path) -> None:
    assert find_drop(str(raw), CHURN_LABEL, date(2025, 3, 31)).path.parent.name == DAYS[0]
    assert find_drop(str(raw), CHURN_LABEL, date(2025, 7, 7)).path.parent.name == DAYS[1]
    assert list(find_drop(str(raw), CONSUMPTION_HOURLY).parts) == MONTHS
    assert find_drop(str(raw), PRICE_HISTORY).path.parent == raw
    assert find_drop(str(raw), COSTS).path.parent == raw


def test_the_first_drop_and_the_first_years_readings_are_those_of_the_plain_retailer(
    raw: Path, tmp_path: Path
) -> None:
    write_demo_retailer(tmp_path, customers=CUSTOMERS, seed=SEED, layout="hive")
    for name in SNAPSHOT_FILES:
        assert (raw / DAYS[0] / name).read_bytes() == (tmp_path / name).read_bytes(), name
    prices = (tmp_path / "price_history.csv").read_bytes()
    assert (raw / "price_history.csv").read_bytes().startswith(prices)
    for month in ("2024-01", "2024-12"):
        plain = _month(tmp_path, month)
        assert _month(raw, month).head(plain.height).equals(plain)


def test_months_hold_whole_customers_sorted_and_nobody_who_left(raw: Path) -> None:
    churners = set(
        pl.read_csv(raw / DAYS[0] / "churn_label.csv").filter(pl.col("churn") == 1)["customer_id"]
    )
    assert len(churners) == 12
    april = set(pl.read_csv(raw / DAYS[1] / "customer_attributes.csv")["customer_id"])
    assert not churners & april
    there = {}
    for month, hours in (("2024-03", 744), ("2024-04", 720), ("2025-01", 744), ("2025-03", 744)):
        readings = _month(raw, month)
        assert readings.schema == SCHEMA
        counts = readings.group_by("customer_id", maintain_order=True).len()
        assert counts["len"].unique().to_list() == [hours]
        assert counts["customer_id"].is_sorted()
        there[month] = set(counts["customer_id"])
    newcomers = {f"C{k:05d}" for k in range(121, 133)}
    assert not newcomers & there["2024-03"]  # their readings reach back a year before April 2025
    assert newcomers <= there["2024-04"] & there["2025-03"]
    assert churners <= there["2025-01"]  # they leave at the end of a month
    assert churners & there["2025-03"] < churners
    assert there["2025-03"] - churners == april


def test_the_truth_of_every_label_date_is_aside(raw: Path) -> None:
    truth = pl.read_parquet(raw.parent / "truth.parquet")
    assert truth.columns == [
        "label_date",
        "customer_id",
        "churn_probability",
        "churn_probability_after_text",
    ]
    assert truth["label_date"].unique().sort().to_list() == [date.fromisoformat(d) for d in DAYS]
    assert truth.height == 2 * CUSTOMERS
    for path in (*raw.glob("*.csv"), *raw.glob("*/*.csv"), *raw.glob("*/*.json")):
        assert b"probability" not in path.read_bytes()


def test_no_contact_is_dated_on_or_after_its_drop(raw: Path) -> None:
    for day in DAYS:
        records = json.loads((raw / day / "customer_interactions.json").read_text())
        assert max(record["date"] for record in records) < day


def test_summary_counts_each_customer_once_and_progress_ends_at_one(written, raw: Path) -> None:
    _, summary, seen = written
    assert summary.customers == CUSTOMERS + 12
    labels = [pl.read_csv(raw / day / "churn_label.csv")["churn"].sum() for day in DAYS]
    assert summary.churners == sum(labels)
    assert summary.readings == sum(_month(raw, month).height for month in MONTHS)
    fractions = [fraction for stage, fraction in seen if stage == "readings"]
    assert fractions == sorted(fractions)
    assert seen[-1] == ("readings", 1.0)


def test_same_arguments_same_bytes_and_a_shift_other_bytes(raw: Path, tmp_path: Path) -> None:
    for name, shift in (("same", None), ("other", "price-rise")):
        write_demo_history(tmp_path / name, customers=CUSTOMERS, seed=SEED, months=15, shift=shift)
    files = [path.relative_to(raw) for path in raw.rglob("*") if path.is_file()]
    assert len(files) == 8 + 2 + 15
    for file in files:
        assert (raw / file).read_bytes() == (tmp_path / "same" / file).read_bytes(), file
    prices = [(tmp_path / name / "price_history.csv").read_bytes() for name in ("same", "other")]
    assert prices[0] != prices[1]


def test_csv_readings_hold_what_parquet_holds(raw: Path, tmp_path: Path) -> None:
    write_demo_history(tmp_path, customers=CUSTOMERS, seed=SEED, months=15, consumption="csv")
    part = tmp_path / "consumption_hourly" / "month=2025-02" / "part.csv"
    text = pl.read_csv(part, schema_overrides={"timestamp": pl.String})
    readings = _month(raw, "2025-02")
    assert text.height == readings.height
    assert (text["consumption_elec_kwh"] == readings["consumption_elec_kwh"]).all()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"shift": "war"}, "shift='war': choose one of price-rise, new-channel"),
        ({"consumption": "json"}, "consumption='json'"),
        ({"months": 14}, "months=14"),
        ({"start": "2024-06"}, "start='2024-06'"),
        ({"customers": 99}, "customers=99"),
    ],
)
def test_unknown_options_are_refused_before_anything_is_written(
    tmp_path: Path, options: dict, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        write_demo_history(tmp_path / "raw", **{"months": 15, **options})
    assert not (tmp_path / "raw").exists()


def test_nothing_is_written_beside_drops_that_readers_would_mix_with_it(
    raw: Path, tmp_path: Path
) -> None:
    with pytest.raises(ValueError, match="inside the raw folder"):
        write_demo_history(tmp_path, customers=100, months=15, truth=tmp_path / "truth.parquet")
    with pytest.raises(ValueError, match="2025-01-06, which is not of this history"):
        write_demo_history(raw, customers=100, start="2025-01", months=12)
    with pytest.raises(ValueError, match="already holds the dated drop 2025-01-06"):
        write_demo_retailer(raw, customers=100, layout="hive")
    with pytest.raises(ValueError, match="count every hour twice"):
        write_demo_history(raw, customers=100, months=15, consumption="csv")


def test_the_command_writes_a_history_when_asked_for_more_than_the_year(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    command = ["demo-data", "--customers", "100", "--seed", "2", "--out", str(tmp_path / "raw")]
    assert main([*command, "--months", "15", "--shift", "new-channel"]) == 0
    assert (tmp_path / "raw" / "2025-04-07" / "churn_label.csv").exists()
    capsys.readouterr()
    assert main([*command, "--months", "15", "--layout", "flat"]) == 1
    assert "monthly" in capsys.readouterr().err
    assert main([*command, "--months", "12", "--shift", "new-channel"]) == 1
    assert "15 months or more" in capsys.readouterr().err


def test_the_command_without_them_writes_the_year_flat(tmp_path: Path) -> None:
    asked = ["demo-data", "--customers", "100", "--seed", "2", "--out", str(tmp_path / "raw")]
    assert main([*asked, "--start", "2024-01", "--months", "12"]) == 0
    write_demo_retailer(tmp_path / "plain", customers=100, seed=2)
    for path in (tmp_path / "plain").iterdir():
        assert path.read_bytes() == (tmp_path / "raw" / path.name).read_bytes()
    assert len(list((tmp_path / "raw").iterdir())) == 7
