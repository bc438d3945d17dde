# ruff: noqa: DTZ001  # labels of readings are naive
"""Files that people reported, each with what it has to become: a value, or a refusal in words."""

from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.bronze.consumption_month import ConsumptionMonths, consumption_months
from spanishgas_assets.bronze.hour_label_check import label_finding, label_shifts
from spanishgas_assets.bronze.interactions import interactions, read_notes
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.partitions import month_after, month_start
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import (
    CONSUMPTION_HOURLY,
    CONTACT_PREFERENCES,
    CUSTOMER_ATTRIBUTES,
    CUSTOMER_CONTRACTS,
    CUSTOMER_INTERACTIONS,
    RawFile,
)
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.optional import read_optional
from spanishgas_assets.raw.time_labels import TimeLabels
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets.retention.preferences import read_preferences
from spanishgas_assets.settings import DateOrder, HourLabels
from spanishgas_assets.silver.key_checks import notes_finding
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets.tables.set_aside_limit import limits_of

JANUARY, JUNE = "2024-01-01", "2024-06-01"
READINGS = "customer_id,timestamp,consumption_elec_kwh,consumption_gas_m3"
CUSTOMERS = ["C00185", "C00186", "C00997", "C01310"]


def dropped(folder: Path, file: RawFile, text: str, name: str = "") -> Drop:
    path = folder / (name or file.filenames[0])
    path.write_text(text, encoding="utf-8")
    return Drop(file, path)


def readings_of(folder: Path, text: str) -> Drop:
    return dropped(folder, CONSUMPTION_HOURLY, text, "consumption_hourly_2024.csv")


def summed(drop: Drop, month: str, labels: TimeLabels) -> ConsumptionMonths:
    files = scan_readings(drop, [month], labels)
    return consumption_months(files, month_start(month), month_after(month), 11.0)


def test_opted_out_customers_whose_ids_lost_letter_and_zeros_are_not_called(tmp_path: Path) -> None:
    dropped(
        tmp_path,
        CONTACT_PREFERENCES,
        "customer_id,consent_calls,opted_out,vulnerable\n185,0,1,0\n997,0,1,0\n1310,0,1,0\n",
    )
    asked = read_optional(str(tmp_path), CONTACT_PREFERENCES, date(2025, 1, 6))
    found = read_preferences(asked, pl.Series(CUSTOMERS), pl.Series(dtype=pl.String))
    out = found.rows.filter(opted_out=1)["customer_id"].sort().to_list()
    assert out == ["C00185", "C00997", "C01310"]
    assert found.set_aside["reason"].to_list() == [
        f"id without its letters, zeros or digits ({lost} may be {meant})"
        for lost, meant in (("185", "C00185"), ("997", "C00997"), ("1310", "C01310"))
    ]


CONTRACT = (
    "customer_id;customer_first_activation_date;contract_start_date;last_product_change_date;"
    "next_renewal_date\nC1;07/11/20;30/04/24;;30/04/25\n"
)


def test_years_of_two_digits_are_refused(tmp_path: Path) -> None:
    drop = dropped(tmp_path, CUSTOMER_CONTRACTS, CONTRACT)
    said = r"1 of 1 rows.*not a date with a year of four digits.*SPANISHGAS_DATE_ORDERS="
    with pytest.raises(RawFileError, match=said):
        read_rows(drop)


def test_years_of_two_digits_are_read_in_their_declared_order(tmp_path: Path) -> None:
    declared = CUSTOMER_CONTRACTS.declared({"customer_contracts": DateOrder.DAY_MONTH_YEAR})
    (row,) = read_rows(dropped(tmp_path, declared, CONTRACT)).rows.iter_rows(named=True)
    assert row["customer_first_activation_date"] == date(2020, 11, 7)
    assert row["contract_start_date"] == date(2024, 4, 30)
    assert row["next_renewal_date"] == date(2025, 4, 30)


def test_thousands_beside_decimals_are_one_number(tmp_path: Path) -> None:
    text = (
        f"{READINGS.replace(',', ';')}\nC1;01/01/2024 00:00:00;926,876;0,000\n"
        "C1;01/01/2024 01:00:00;1.234;0,000\n"
    )
    assert summed(readings_of(tmp_path, text), JANUARY, TimeLabels()).rows["elec_kwh"].item() == (
        2160.876
    )
    attributes = (
        f"{';'.join(CUSTOMER_ATTRIBUTES.columns)}\nC1;1.234;1;0;8;X;0;1;oficina\n"
        "C2;3,45;0;0;28;X;0;1;oficina\n"
    )
    rows = read_rows(dropped(tmp_path, CUSTOMER_ATTRIBUTES, attributes)).rows
    assert rows["contracted_power_kw"].to_list() == [1234, 3.45]


def ends_of_january(folder: Path) -> Drop:
    """A kWh an hour and five in that which ends at 10:00, labelled 01:00 to 24:00."""
    labels = [
        f"C1,2024-01-{day:02d} {hour:02d}:00,{5 if hour == 10 else 1},0"
        for day in range(1, 32)
        for hour in range(1, 25)
    ]
    return readings_of(folder, "\n".join([READINGS, *labels]))


def test_ends_of_hours_are_put_into_their_periods(tmp_path: Path) -> None:
    rows = summed(ends_of_january(tmp_path), JANUARY, TimeLabels(hours=HourLabels.ENDING)).rows
    periods = {
        "peak": ("h10", "core", "h18"),
        "standard": ("side", "h09", "h14", "h22"),
        "offpeak": ("valley", "holiday"),
    }
    assert rows["elec_kwh"].item() == 868
    assert {
        period: sum(rows[f"elec_{block}_kwh"].item() for block in blocks)
        for period, blocks in periods.items()
    } == {"peak": 176, "standard": 264, "offpeak": 428}


def test_ends_of_hours_that_are_not_declared_are_stopped(tmp_path: Path) -> None:
    drop, labels = ends_of_january(tmp_path), TimeLabels()
    files = scan_readings(drop, [JANUARY], labels)
    result = consumption_months(files, month_start(JANUARY), month_after(JANUARY), 11.0)
    shifts = label_shifts(files, labels, result)
    finding = label_finding(result.bad, 744, JANUARY, labels, shifts)
    assert not finding.passed
    assert finding.description.startswith("31 of 744 labels are 24:00")
    assert "SPANISHGAS_HOUR_LABELS=hour_ending" in finding.description


def test_notes_by_columns_are_read(tmp_path: Path) -> None:
    text = (
        '{"customer_id":{"0":"C1","1":"C2"},"date":{"0":"2024-10-25","1":"2024-09-14"},'
        '"channel":{"0":"email","1":"office"},'
        '"interaction_summary":{"0":"complaint","1":"renewal"}}'
    )
    reading = read_notes(dropped(tmp_path, CUSTOMER_INTERACTIONS, text))
    assert reading.set_aside.is_empty()
    assert reading.rows.select("customer_id", "date", "channel", "interaction_summary").rows() == [
        ("C1", date(2024, 10, 25), "email", "complaint"),
        ("C2", date(2024, 9, 14), "office", "renewal"),
    ]


def test_notes_whose_ids_match_nobody_are_stopped(tmp_path: Path) -> None:
    text = (
        '[{"customer_id":5,"date":"2024-10-25","channel":"email",'
        '"interaction_summary":"complaint"}]'
    )
    notes = interactions(read_notes(dropped(tmp_path, CUSTOMER_INTERACTIONS, text)).rows.lazy())
    customers = pl.LazyFrame({"customer_id": [*CUSTOMERS, "C00005"]})
    finding = notes_finding(notes, customers, limits_of(CUSTOMER, {}))
    assert not finding.passed
    assert "1 of 1 rows without a customer" in finding.description


@pytest.fixture
def year_with_gaps(tmp_path: Path) -> Drop:
    """A year of one customer; every hundredth reading lacks its time."""
    start = datetime(2024, 1, 1)
    lines = [
        f"C1,{'' if hour % 100 == 50 else start + timedelta(hours=hour)},1.0,0.0"
        for hour in range(8784)
    ]
    return readings_of(tmp_path, "\n".join([READINGS, *lines]))


@pytest.mark.parametrize(
    ("month", "lost", "hours", "first"), [(JANUARY, 7, 744, 51), (JUNE, 8, 720, 3651)]
)
def test_rows_without_a_time_count_for_the_month_that_they_stand_in(
    year_with_gaps: Drop, month: str, lost: int, hours: int, first: int
) -> None:
    result = summed(year_with_gaps, month, TimeLabels())
    assert result.rows.select("hours_seen", "hours_missing").rows() == [(hours - lost, lost)]
    assert result.bad.select("reason", "month").unique().rows() == [("no time", month_start(month))]
    assert (result.bad.height, result.bad["row"].min(), result.file_rows) == (lost, first, 8784)
