"""A raw file that cannot be used: one message, an exit status, no traceback, nothing stored."""

from collections.abc import Callable
from pathlib import Path

import pytest

from spanishgas_assets.cli import main
from spanishgas_assets_tests.bronze.platform import write_raw
from spanishgas_assets_tests.raw.drops import readings

CASES: dict[str, tuple[str, Callable[[Path], object], str, str]] = {
    "a missing file": (
        "churn_label.csv", lambda path: path.unlink(), "churn_label.csv: not found in", "bronze",
    ),
    "a missing column": (
        "price_history.csv",
        lambda path: path.write_text(path.read_text().replace("pricing_date", "day", 1)),
        "column pricing_date is missing. Expected: customer_id, pricing_date",
        "bronze",
    ),
    "an empty file": (
        "costs_by_province_month.csv", lambda path: path.write_bytes(b""), "the file is empty",
        "bronze",
    ),
    "a file of another kind": (
        "consumption_hourly_2024.parquet",
        lambda path: path.write_text("customer_id,timestamp\n"),
        "not a Parquet file",
        "bronze",
    ),
    "a broken file of customers": (
        "customer_attributes.csv",
        lambda path: path.write_bytes(b"PK\x03\x04\0\0"),
        "customer_attributes.csv: a binary file, not CSV text",
        "bronze/customer",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = write_raw(tmp_path_factory.mktemp("drop") / "raw")
    readings(days=366, customers=12).write_parquet(folder / "consumption_hourly_2024.parquet")
    return folder


@pytest.mark.parametrize("case", CASES)
def test_file_that_cannot_be_used(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys, case: str
) -> None:
    name, spoil, said, missing = CASES[case]
    folder = tmp_path / "raw"
    folder.mkdir()
    for path in raw.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    spoil(folder / name)
    monkeypatch.setenv("SPANISHGAS_RAW", str(folder))
    monkeypatch.setenv("SPANISHGAS_STORE", str(tmp_path / "store"))
    monkeypatch.setenv("DAGSTER_HOME", "")
    assert main(["run", "--snapshot", "2025-01-06"]) == 1
    heard = capsys.readouterr()
    assert said in heard.err
    assert "Traceback" not in heard.err + heard.out
    assert not list((tmp_path / "store" / missing).rglob("*.parquet"))
