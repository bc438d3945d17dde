# ruff: noqa: DTZ001  # labels of readings are naive
"""Bronze as it runs: what is stored, what is set aside, what is refused, what is made again."""

import math
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from spanishgas_assets.bronze import tables
from spanishgas_assets.cli import main
from spanishgas_assets.settings import Clock, HourLabels
from spanishgas_assets_tests.bronze.platform import MONTHLY, MONTHS, SNAPSHOT, Bronze, monthly_rows
from spanishgas_assets_tests.raw.drops import CSV_ROWS, csv_text, readings, write
from spanishgas_assets_tests.stored import object_of

READINGS = "consumption_hourly_2024.parquet"


def test_corrected_month_touches_itself_and_nothing_else(bronze: Bronze) -> None:
    assert bronze.stale() == MONTHS
    assert bronze.run_months()
    assert bronze.stale() == []
    corrected = readings(days=91, customers=12).with_columns(
        consumption_elec_kwh=pl.when(pl.col("timestamp") == datetime(2024, 2, 3, 4))
        .then(9.0)
        .otherwise("consumption_elec_kwh")
    )
    corrected.write_parquet(bronze.raw / READINGS)
    assert bronze.stale() == [MONTHS[1]]
    before = {month: stored(bronze, month) for month in MONTHS}
    assert bronze.run_months(MONTHS[1], MONTHS[1])
    assert bronze.stale() == []
    after = {month: stored(bronze, month) for month in MONTHS}
    assert [month for month in MONTHS if before[month] != after[month]] == [MONTHS[1]]


def stored(bronze: Bronze, month: str) -> list[bytes]:
    return [object_of(bronze.store, f"{table.title}/{month}").read_bytes() for table in MONTHLY]


def test_corrected_price_touches_its_month_alone(bronze: Bronze) -> None:
    bronze.stale()
    assert bronze.run_months()
    rows = monthly_rows("price_history")
    rows[-1] = rows[-1].replace("0.2", "0.3")
    write(bronze.raw, "price_history", csv_text("price_history", rows))
    assert bronze.stale() == [MONTHS[2]]


@pytest.mark.parametrize(
    "setting", [{"gas_kwh_per_m3": 11.7}, {"clock": Clock.UTC}], ids=["gas energy", "clock"]
)
def test_other_way_to_read_readings_makes_every_month_stale(bronze: Bronze, setting: dict) -> None:
    bronze.stale()
    assert bronze.run_months()
    assert bronze.stale() == []
    changed = replace(bronze, **setting)
    assert changed.stale() == MONTHS
    assert changed.run_months(), changed.failures
    assert changed.stale() == []
    assert bronze.stale() == MONTHS


def test_gas_energy_of_the_settings_is_in_the_months(bronze: Bronze) -> None:
    bronze.gas_kwh_per_m3 = 10.0
    assert bronze.run_months(last=MONTHS[0])
    row = bronze.table(tables.CONSUMPTION_MONTH, MONTHS[0]).row(0, named=True)
    assert (row["gas_m3"], row["gas_kwh"]) == (372.0, 3720.0)


def test_same_content_under_a_new_time_makes_nothing_stale(bronze: Bronze) -> None:
    bronze.stale()
    assert bronze.run_months()
    path = bronze.raw / READINGS
    path.write_bytes(path.read_bytes())
    shuffled = readings(days=91, customers=12).reverse()
    shuffled.write_parquet(path)
    assert bronze.stale() == []


def test_rows_are_conserved_and_set_aside_by_month(bronze: Bronze) -> None:
    rows = monthly_rows("price_history")
    dirty = [
        *rows,
        ",2024-02-01,,,,,,,,",
        rows[0],
        "C00001,2024-03-09,0.9,,,,,,,",
        "C00001,some,,,,,,,,",
    ]
    write(bronze.raw, "price_history", csv_text("price_history", dirty))
    bronze.set_aside_limits = {"bronze/price_month": 0.2}
    assert bronze.run_months(), bronze.failures
    aside = bronze.quarantine().filter(table="bronze_price_month").sort("row")
    # 25 and 39: the price of March and the one of a second day contradict each other.
    assert aside.select("partition", "file", "row", "reason").rows() == [
        ("2024-03-01", "price_history.csv", 25,
         "rows of the same customer_id, pricing_date contradict each other, first at row 25"),
        ("2024-02-01", "price_history.csv", 37, "customer_id: no id (empty)"),
        ("2024-01-01", "price_history.csv", 38, "repeats row 1"),
        ("2024-03-01", "price_history.csv", 39,
         "rows of the same customer_id, pricing_date contradict each other, first at row 25"),
        ("undated", "price_history.csv", 40, "pricing_date: not a date (some)"),
    ]  # fmt: skip
    out = sum(bronze.table(tables.PRICE_MONTH, month).height for month in MONTHS)
    assert out + aside.height == len(dirty)


def test_price_without_consumption_is_set_aside(bronze: Bronze) -> None:
    readings(days=91, customers=11).write_parquet(bronze.raw / READINGS)
    assert bronze.run_months(), bronze.failures
    aside = bronze.quarantine().filter(table="bronze_customer_month")
    assert aside["reason"].to_list() == ["price without consumption"] * 3
    assert aside["partition"].sort().to_list() == MONTHS


def test_clock_that_contradicts_the_data_stores_nothing(bronze: Bronze) -> None:
    bronze.clock = Clock.LOCAL
    assert not bronze.run_months()
    said = bronze.failures[0]
    assert "2024-03-01: clock_convention: 12 of 12 customers have 24 readings on 2024-03-31" in said
    assert "'local' expects 23" in said
    assert not bronze.has(tables.CONSUMPTION_MONTH, MONTHS[0])


def test_true_local_file_has_a_day_of_23_hours_and_is_told_from_a_grid(bronze: Bronze) -> None:
    local = readings(days=91, customers=12).filter(pl.col("timestamp") != datetime(2024, 3, 31, 2))
    local.write_parquet(bronze.raw / READINGS)
    assert not bronze.run_months()
    said = bronze.failures[0]
    assert "clock_convention: 12 of 12 customers have 23 readings on 2024-03-31" in said
    assert "their labels look like local. Ask the source, and set SPANISHGAS_CLOCK" in said
    assert not bronze.has(tables.CONSUMPTION_MONTH, MONTHS[2])
    bronze.clock = Clock.LOCAL
    assert bronze.run_months(), bronze.failures
    march = bronze.table(tables.CONSUMPTION_MONTH, MONTHS[2])
    assert set(march.select("hours_seen", "hours_missing").rows()) == {(743, 0)}


def test_ends_of_hours_with_midnight_of_the_next_day_store_nothing_until_declared(
    bronze: Bronze,
) -> None:
    ends = readings(days=91, customers=12).with_columns(pl.col("timestamp").dt.offset_by("1h"))
    ends.write_parquet(bronze.raw / READINGS)
    assert not bronze.run_months()
    said = bronze.failures[0]
    assert "hour_labels: the hours of 12 of 12 customers run from 2024-01-01 01:00" in said
    assert "set SPANISHGAS_HOUR_LABELS=hour_ending" in said
    assert not bronze.has(tables.CONSUMPTION_MONTH, MONTHS[0])
    bronze.stale()
    bronze.hour_labels = HourLabels.ENDING
    assert bronze.run_months(), bronze.failures
    january = bronze.table(tables.CONSUMPTION_MONTH, MONTHS[0])
    assert set(january.select("hours_seen", "hours_missing", "elec_kwh").rows()) == {(744, 0, 930)}


def test_unknown_columns_are_ignored_and_named_in_the_ui(bronze: Bronze) -> None:
    readings(days=91, customers=12).with_columns(meter=pl.lit("m")).write_parquet(
        bronze.raw / READINGS
    )
    assert bronze.run_months(), bronze.failures
    for table, named in ((tables.CONSUMPTION_MONTH, "meter"), (tables.PRICE_MONTH, "none")):
        key = dg.AssetKey([table.layer, table.name])
        wanted = dg.AssetRecordsFilter(asset_key=key, asset_partitions=[MONTHS[0]])
        found = bronze.instance.fetch_materializations(wanted, limit=1).records[0]
        assert found.asset_materialization.metadata["ignored_columns"].value == named


def test_orphans_of_the_customer_files_are_set_aside(bronze: Bronze) -> None:
    attributes = CSV_ROWS["customer_attributes"][:11]
    write(bronze.raw, "customer_attributes", csv_text("customer_attributes", attributes))
    labels = [*CSV_ROWS["churn_label"], "C00001,0", "C00002,1"]
    write(bronze.raw, "churn_label", csv_text("churn_label", labels))
    bronze.set_aside_limits = {"bronze/customer": 0.3}
    assert bronze.run_customers(), bronze.failures
    known = bronze.table(tables.CUSTOMER, SNAPSHOT)
    assert known.height == 11
    assert (
        known.filter(customer_id="C00002")["churn"].item() is None
    )  # two labels, none is believed
    aside = bronze.quarantine().sort("file", "row")
    assert aside.select("file", "row", "reason").rows() == [
        (
            "churn_label.csv",
            2,
            "rows of the same customer_id contradict each other, first at row 2",
        ),
        ("churn_label.csv", 12, "customer not in customer_attributes.csv"),
        ("churn_label.csv", 13, "repeats row 1"),
        (
            "churn_label.csv",
            14,
            "rows of the same customer_id contradict each other, first at row 2",
        ),
        ("customer_contracts.csv", 12, "customer not in customer_attributes.csv"),
    ]


BREAKS = {
    "missing": lambda path: path.unlink(),
    "empty": lambda path: path.write_bytes(b""),
    "of another kind": lambda path: path.write_bytes(b"\x89PNG\r\n\x1a\n\0\0"),
    "without a column": lambda path: path.write_text("something,else\n1,2\n"),
}


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize(
    ("file", "table"),
    [
        ("price_history.csv", tables.PRICE_MONTH),
        ("costs_by_province_month.csv", tables.COST_MONTH),
        (READINGS, tables.CONSUMPTION_MONTH),
    ],
)
def test_month_file_that_cannot_be_used_stores_nothing(
    bronze: Bronze, file: str, table, how: str
) -> None:
    BREAKS[how](bronze.raw / file)
    assert not bronze.run_months()
    # Of no year of readings is there a file: the one that is missed may be of any.
    named = file.replace("2024", "YYYY") if how == "missing" else file
    assert any(said.startswith(named) and "Traceback" not in said for said in bronze.failures)
    assert not bronze.has(table, MONTHS[0])


@pytest.mark.parametrize("how", BREAKS)
@pytest.mark.parametrize(
    "file", ["churn_label.csv", "customer_attributes.csv", "customer_contracts.csv"]
)
def test_customer_file_that_cannot_be_used_stores_nothing(
    bronze: Bronze, file: str, how: str
) -> None:
    BREAKS[how](bronze.raw / file)
    assert not bronze.run_customers()
    assert bronze.failures[0].startswith(file)
    assert not bronze.has(tables.CUSTOMER, SNAPSHOT)


NOTES = "customer_interactions.json"


@pytest.mark.parametrize("how", BREAKS)
def test_notes_that_cannot_be_used_store_nothing(bronze: Bronze, how: str) -> None:
    BREAKS[how](bronze.raw / NOTES)
    assert not bronze.run_notes()
    assert bronze.failures[0].startswith(NOTES)
    assert not bronze.has(tables.INTERACTIONS, SNAPSHOT)


def test_drop_without_a_note_is_an_empty_table(bronze: Bronze) -> None:
    (bronze.raw / NOTES).write_text("[]")
    assert bronze.run_notes(), bronze.failures
    assert bronze.table(tables.INTERACTIONS, SNAPSHOT).is_empty()


def test_replayed_rows_give_what_a_clean_load_gives(bronze: Bronze, tmp_path: Path) -> None:
    assert bronze.run_months()
    clean = {month: stored(bronze, month) for month in MONTHS}
    rows = monthly_rows("price_history")
    write(bronze.raw, "price_history", csv_text("price_history", ["" + rows[0][6:], *rows[1:]]))
    assert bronze.run_months(), bronze.failures
    assert bronze.quarantine().height == 1
    header = csv_text("price_history", [])
    (bronze.raw / "price_history.corrected.csv").write_text(f"row,{header}1,{rows[0]}\n")
    assert bronze.run_months(), bronze.failures
    assert bronze.quarantine().is_empty()
    assert {month: stored(bronze, month) for month in MONTHS} == clean


def replayed(bronze: Bronze, monkeypatch: pytest.MonkeyPatch, table: str, **mended: str) -> None:
    """Correct the quarantined rows of a table by command: cells of the source by column."""
    monkeypatch.setenv("SPANISHGAS_RAW", str(bronze.raw))
    monkeypatch.setenv("SPANISHGAS_STORE", str(bronze.store))
    sheet = bronze.store / "sheet.csv"
    assert main(["quarantine", "show", table, "--csv", str(sheet)]) == 0
    rows = pl.read_csv(sheet, infer_schema=False)
    rows.with_columns(**{name: pl.lit(cell) for name, cell in mended.items()}).write_csv(sheet)
    assert main(["quarantine", "replay", rows["file"][0], str(sheet)]) == 0
    sheet.unlink()


def test_replayed_readings_give_what_a_clean_load_gives(
    bronze: Bronze, monkeypatch: pytest.MonkeyPatch
) -> None:
    bronze.stale()
    assert bronze.run_months()
    clean = {month: stored(bronze, month) for month in MONTHS}
    broken = pl.int_range(pl.len()).is_in([5, 800])
    readings(days=91, customers=12).with_columns(
        consumption_elec_kwh=pl.when(broken).then(math.nan).otherwise("consumption_elec_kwh")
    ).write_parquet(bronze.raw / READINGS)
    assert bronze.stale() == MONTHS[:2]
    assert bronze.run_months(), bronze.failures
    assert bronze.quarantine().select("partition", "row", "reason").sort("row").rows() == [
        (MONTHS[0], 6, "consumption_elec_kwh: not a number"),
        (MONTHS[1], 801, "consumption_elec_kwh: not a number"),
    ]
    replayed(bronze, monkeypatch, "bronze/consumption_month", consumption_elec_kwh="1.25")
    assert bronze.stale() == MONTHS[:2]
    assert bronze.run_months(), bronze.failures
    assert bronze.quarantine().is_empty()
    assert {month: stored(bronze, month) for month in MONTHS} == clean


def test_months_of_quarter_hours_are_reconciled(bronze: Bronze) -> None:
    quarters = pl.DataFrame({"minutes": [0, 15, 30, 45]})
    finer = (
        readings(days=91, customers=12)
        .join(quarters, how="cross")
        .with_columns(timestamp=pl.col("timestamp") + pl.duration(minutes="minutes"))
        .filter(pl.int_range(pl.len()) != 5)
        .drop("minutes")
    )
    finer.write_parquet(bronze.raw / READINGS)
    assert bronze.stale() == MONTHS
    assert bronze.run_months(), bronze.failures
    january = bronze.table(tables.CONSUMPTION_MONTH, MONTHS[0]).sort("customer_id")
    assert january["elec_kwh"].to_list() == [743 * 5.0, *[744 * 5.0] * 11]
    assert bronze.quarantine().select("partition", "row", "reason").rows() == [
        (MONTHS[0], row, "incomplete hour (3 of 4 readings)") for row in (5, 6, 7)
    ]
    check = dg.AssetCheckKey(dg.AssetKey(["bronze", "consumption_month"]), "rows_reconciled")
    found = bronze.instance.event_log_storage.get_asset_check_execution_history(check, limit=3)
    said = {one.event.dagster_event.asset_check_evaluation_data.description for one in found}
    assert "35,711 in = 35,708 out + 3 set aside" in said


def test_gas_that_the_month_before_had_is_not_lost_in_silence(bronze: Bronze) -> None:
    assert bronze.run_months(MONTHS[0], MONTHS[0]), bronze.failures
    without = readings(days=91, customers=12).drop("consumption_gas_m3")
    without.write_parquet(bronze.raw / READINGS)
    bronze.run_months(MONTHS[1], MONTHS[1])
    assert (
        "bronze/consumption_month: consumption_gas_m3 is empty in all 8,352 readings; 12 of the "
        "customers had it in 2024-01. Deliver the readings again with values of that fuel"
    ) in bronze.warnings


def test_a_supplier_of_electricity_alone_needs_no_column_of_gas(bronze: Bronze) -> None:
    without = readings(days=91, customers=12).drop("consumption_gas_m3")
    without.write_parquet(bronze.raw / READINGS)
    assert bronze.stale() == MONTHS
    assert bronze.run_months(), bronze.failures
    assert bronze.table(tables.CONSUMPTION_MONTH, MONTHS[0])["gas_m3"].to_list() == [0.0] * 12


def test_replayed_customers_give_what_a_clean_load_gives(
    bronze: Bronze, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert bronze.run_customers()
    clean = bronze.table(tables.CUSTOMER, SNAPSHOT)
    contracts = CSV_ROWS["customer_contracts"]
    broken = contracts[4].replace("2025-06-01", "2025-13-01")
    rows = [*contracts[:4], broken, *contracts[5:]]
    write(bronze.raw, "customer_contracts", csv_text("customer_contracts", rows))
    assert bronze.run_customers(), bronze.failures
    assert bronze.table(tables.CUSTOMER, SNAPSHOT).height == clean.height - 1
    # What else the file's customer has is set aside with it, and comes back with it.
    assert bronze.quarantine()["file"].sort().to_list() == [
        "churn_label.csv", "customer_attributes.csv", "customer_contracts.csv"
    ]  # fmt: skip
    mended = bronze.store / "mended.csv"
    header = csv_text("customer_contracts", [])
    mended.write_text(f"row,{header}5,{contracts[4]}\n")
    monkeypatch.setenv("SPANISHGAS_RAW", str(bronze.raw))
    assert main(["quarantine", "replay", "customer_contracts.csv", str(mended)]) == 0
    assert bronze.run_customers(), bronze.failures
    assert bronze.quarantine().is_empty()
    assert bronze.table(tables.CUSTOMER, SNAPSHOT).equals(clean)


def test_prices_whose_ids_lost_their_letters_and_zeros_store_nothing(bronze: Bronze) -> None:
    rows = [row.replace("C0000", "").replace("C000", "") for row in monthly_rows("price_history")]
    write(bronze.raw, "price_history", csv_text("price_history", rows))
    assert not bronze.run_months()
    said = bronze.failures[0]
    assert "set_aside_limit: bronze/price_month: 12 of 12 rows set aside (100.0%" in said
    assert "id without its letters, zeros or digits (12 rows" in said
    assert not bronze.has(tables.CUSTOMER_MONTH, MONTHS[0])


def test_contracts_whose_ids_lost_their_letters_and_zeros_store_nothing(bronze: Bronze) -> None:
    rows = [row.replace("C0000", "").replace("C000", "") for row in CSV_ROWS["customer_contracts"]]
    write(bronze.raw, "customer_contracts", csv_text("customer_contracts", rows))
    assert not bronze.run_customers()
    aside = bronze.quarantine().filter(file="customer_contracts.csv")
    assert aside["reason"][0] == "id without its letters, zeros or digits (1 may be C00001)"
    assert not bronze.has(tables.CUSTOMER, SNAPSHOT)


def test_month_without_a_time_in_a_hundred_is_stored_and_tells_its_own_share(
    bronze: Bronze,
) -> None:
    blank = pl.int_range(pl.len()) % 100 == 50
    dirty = readings(days=91, customers=12).with_columns(
        timestamp=pl.when(~blank).then("timestamp")
    )
    dirty.write_parquet(bronze.raw / READINGS)
    assert bronze.run_months(MONTHS[1], MONTHS[1]), bronze.failures
    check = dg.AssetCheckKey(dg.AssetKey(["bronze", "consumption_month"]), "set_aside_limit")
    (record,) = bronze.instance.event_log_storage.get_asset_check_execution_history(check, limit=1)
    said = record.event.dagster_event.asset_check_evaluation_data.description
    assert said.startswith(f"{READINGS}: 84 of 8,352 rows set aside (1.0%, limit 2.0%): no time")
