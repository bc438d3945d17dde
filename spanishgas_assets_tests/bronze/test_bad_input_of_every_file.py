"""All seven raw files against all that can be wrong with one: what is said, and no row is lost.

Files are read as the bronze assets read them; the source rows are those that go out and those that
are set aside.
"""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.bronze.consumption_month import consumption_months
from spanishgas_assets.bronze.duplicates import without_duplicates
from spanishgas_assets.bronze.interactions import read_notes
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets.raw.unreadable import refusing_unreadable
from spanishgas_assets_tests.bronze.platform import MONTHS, Bronze
from spanishgas_assets_tests.raw.drops import file_named

LABEL, ATTRIBUTES, CONTRACTS = "churn_label", "customer_attributes", "customer_contracts"
PRICES, COSTS = "price_history", "costs_by_province_month"
NOTES, READINGS = "customer_interactions", "consumption_hourly"
FILES = (LABEL, ATTRIBUTES, CONTRACTS, PRICES, COSTS, NOTES, READINGS)

KEYS = {
    LABEL: ["customer_id"],
    ATTRIBUTES: ["customer_id"],
    CONTRACTS: ["customer_id"],
    PRICES: ["customer_id", pl.col("pricing_date").dt.truncate("1mo")],
    COSTS: ["province", "month"],
}
#: The form of each file in which a line is a row.
FILENAMES = {
    **{name: f"{name}.csv" for name in KEYS},
    NOTES: "customer_interactions.jsonl",
    READINGS: "consumption_hourly_2024.csv",
}
ROWS = 24


#: A good line of each file, by the number of its customer or province.
LINES = {
    LABEL: "C{0:05d},0",
    ATTRIBUTES: "C{0:05d},4.6,0,0,28,Madrid,0,1,oficina",
    CONTRACTS: "C{0:05d},2020-01-06,2024-06-01,,2025-06-01",
    PRICES: "C{0:05d},2024-01-01,0.2,0.15,0.1,10,6,,0,0",
    COSTS: "2024-01,{0},0.08,0.75,0.02",
    NOTES: '{{"customer_id": "C{0:05d}", "date": "2024-11-15", "channel": "phone",'
    ' "interaction_summary": "Asked for the bill."}}',
    READINGS: "C{0:05d},2024-01-02 10:00:00,1.25,0.5",
}


def line(name: str, number: int) -> str:
    return LINES[name].format(number)


def lines(name: str, count: int = ROWS) -> list[str]:
    return [line(name, number) for number in range(1, count + 1)]


def write(folder: Path, name: str, rows: list[str], filename: str = "") -> None:
    header = [] if name == NOTES else [",".join(file_named(name).columns)]
    (folder / (filename or FILENAMES[name])).write_text("\n".join([*header, *rows]) + "\n")


@dataclass(frozen=True)
class Loaded:
    """What became of a file's rows."""

    out: int
    aside: pl.DataFrame

    def told(self) -> list[tuple[int, str]]:
        """Row and reason of the rows set aside."""
        return self.aside.sort("row").select("row", "reason").rows()


def load(folder: Path, name: str) -> Loaded:
    drop = find_drop(str(folder), file_named(name))
    if name == READINGS:
        with refusing_unreadable(drop):
            summed = consumption_months(
                scan_readings(drop, ["2024-01-01"]), date(2024, 1, 1), date(2024, 2, 1), 11.0
            )
        return Loaded(int(summed.rows["hours_seen"].sum()), summed.bad)
    reading = read_notes(drop) if name == NOTES else without_duplicates(read_rows(drop), KEYS[name])
    return Loaded(reading.rows.height, reading.set_aside)


def refused(folder: Path, name: str, said: str) -> None:
    with pytest.raises(RawFileError, match=said) as refusal:
        load(folder, name)
    assert str(refusal.value).startswith(name)


@pytest.mark.parametrize("name", FILES)
def test_good_file_is_read_whole(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, lines(name))
    assert load(tmp_path, name).out == ROWS
    assert load(tmp_path, name).told() == []


@pytest.mark.parametrize("name", FILES)
def test_missing_file(tmp_path: Path, name: str) -> None:
    refused(tmp_path, name, rf"not found in {tmp_path}.*Put the file there")


@pytest.mark.parametrize("name", FILES)
def test_empty_file(tmp_path: Path, name: str) -> None:
    for filename in file_named(name).filenames[:2]:
        (tmp_path / filename).write_bytes(b"")
        refused(tmp_path, name, "the file is empty.*Deliver it again")
        (tmp_path / filename).unlink()


@pytest.mark.parametrize("name", FILES)
def test_truncated_parquet(tmp_path: Path, name: str) -> None:
    whole = tmp_path / "whole"
    pl.DataFrame({"customer_id": [f"C{number:05d}" for number in range(999)]}).write_parquet(whole)
    filename = file_named(name).filenames[0]
    (tmp_path / filename).write_bytes(whole.read_bytes()[:500])
    said = "cannot be read as parquet" if name == READINGS else "a binary file, not .* text .*PAR1"
    refused(tmp_path, name, said)


@pytest.mark.parametrize("name", FILES)
def test_wrong_magic_bytes(tmp_path: Path, name: str) -> None:
    for filename in file_named(name).filenames[:1] + tuple(
        filename for filename in file_named(name).filenames if filename.endswith(".gz")
    ):
        (tmp_path / filename).write_bytes(b"\x89PNG\r\n\x1a\n\0\0")
        refused(tmp_path, name, r"it begins with b'\\x89PNG.*or name it by its real kind")
        (tmp_path / filename).unlink()


@pytest.mark.parametrize("name", FILES)
def test_column_missing_or_renamed(tmp_path: Path, name: str) -> None:
    file = file_named(name)
    needed = [column for column in file.columns if column not in file.may_lack][-1]
    write(tmp_path, name, lines(name))
    path = tmp_path / FILENAMES[name]
    path.write_text(path.read_text().replace(needed, "renamed"))
    refused(tmp_path, name, f"column {needed} is missing. Expected: .*{needed}.*Found: .*renamed")


#: A cell of a good line, and a word in its place: the column is of another type in every row.
OTHER_TYPES = {
    LABEL: (",0", ",stays", "churn: not 0 or 1"),
    ATTRIBUTES: (",4.6,", ",small,", "contracted_power_kw: not a number"),
    CONTRACTS: (",2020-01-06,", ",43836,", "customer_first_activation_date: not a date"),
    PRICES: (",0.2,", ",cheap,", "variable_price_tier1_eur_kwh: not a number"),
    COSTS: (",0.08,", ",dear,", "elec_var_cost_eur_kwh: not a number"),
    NOTES: ('"2024-11-15"', "45611", "date: not a date"),
    READINGS: (",1.25,", ",much,", "readings cannot be used"),
}


@pytest.mark.parametrize("name", FILES)
def test_column_of_another_type(tmp_path: Path, name: str) -> None:
    good, other, said = OTHER_TYPES[name]
    write(tmp_path, name, [row.replace(good, other) for row in lines(name)])
    refused(tmp_path, name, rf"{ROWS} of {ROWS}.*more than 10%.*Deliver the file again")
    refused(tmp_path, name, said)


@pytest.mark.parametrize("name", FILES)
def test_row_delivered_twice(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, [*lines(name), line(name, 3)])
    loaded = load(tmp_path, name)
    # Whoever wrote twice on a day has two notes: a note has no key.
    kept = ROWS + (name == NOTES)
    assert loaded.out == kept
    assert loaded.told() == ([] if name == NOTES else [(ROWS + 1, "repeats row 3")])


CONTRADICTIONS = {
    LABEL: (",0", ",1"),
    ATTRIBUTES: (",28,", ",8,"),
    CONTRACTS: ("2025-06-01", "2026-06-01"),
    PRICES: (",0.2,", ",0.3,"),
    COSTS: (",0.08,", ",0.09,"),
    READINGS: (",1.25,", ",7,"),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_rows_of_one_key_that_contradict_each_other(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, [*lines(name), line(name, 3).replace(*CONTRADICTIONS[name])])
    loaded = load(tmp_path, name)
    assert loaded.out == ROWS - 1
    assert [row for row, _ in loaded.told()] == [3, ROWS + 1]
    assert all("contradict" in reason or "otherwise" in reason for _, reason in loaded.told())


@pytest.mark.parametrize("name", FILES)
def test_other_text_than_utf8(tmp_path: Path, name: str) -> None:
    write(tmp_path, name, lines(name))
    path = tmp_path / FILENAMES[name]
    path.write_bytes(path.read_bytes().replace(b"2024", "ñ".encode("latin-1"), 1) + b"\xf1")
    refused(tmp_path, name, r"line \d+ is not UTF-8 text \(byte 0xf1\)")


@pytest.mark.parametrize("name", [name for name in FILES if name != COSTS])
def test_ids_with_spaces_or_in_lower_case(tmp_path: Path, name: str) -> None:
    respelled = [row.replace("C00003", " c00003 ") for row in lines(name)]
    write(tmp_path, name, [*respelled, line(name, 3)])
    loaded = load(tmp_path, name)
    assert loaded.out + loaded.aside.height == ROWS + 1
    # It is the same customer: the second row of the key is set aside.
    assert [row for row, _ in loaded.told()] == ([] if name == NOTES else [ROWS + 1])


def test_province_codes_with_spaces(tmp_path: Path) -> None:
    write(tmp_path, COSTS, [row.replace(",3,", ", 3 ,") for row in lines(COSTS)])
    assert load(tmp_path, COSTS).out == ROWS


@pytest.mark.parametrize("name", FILES)
def test_row_without_an_id(tmp_path: Path, name: str) -> None:
    nobody = line(name, 3).replace(",3," if name == COSTS else "C00003", ",," * (name == COSTS))
    write(tmp_path, name, [*lines(name), nobody])
    loaded = load(tmp_path, name)
    assert loaded.out == ROWS
    ((row, reason),) = loaded.told()
    assert row == ROWS + 1
    assert "no id" in reason or "not a province code" in reason


#: A day of a good line; a day that is not in the calendar, and the day in another form.
DATES = {
    CONTRACTS: ("2020-01-06", "2023-02-29", "06/01/2020"),
    PRICES: ("2024-01-01", "2024-01-32", "01/01/2024"),
    COSTS: ("2024-01", "2024-13", "01/2024"),
    NOTES: ("2024-11-15", "2024-11-31", "15.11.2024"),
    READINGS: ("2024-01-02", "2024-02-30", "02/01/2024"),
}


@pytest.mark.parametrize("name", DATES)
@pytest.mark.parametrize("kind", ["impossible", "of another form"])
def test_date_that_cannot_be_read(tmp_path: Path, name: str, kind: str) -> None:
    good, impossible, other = DATES[name]
    wrong = impossible if kind == "impossible" else other
    write(tmp_path, name, [*lines(name), line(name, ROWS + 1).replace(good, wrong)])
    loaded = load(tmp_path, name)
    assert loaded.out == ROWS
    ((row, reason),) = loaded.told()
    assert row == ROWS + 1
    assert reason == "no time" if name == READINGS else f"({wrong})" in reason
    assert wrong in loaded.aside["values"].item()


#: A number of a good line; a file without numbers has no decimal comma.
NUMBERS = {
    LABEL: (",0", ',"0,0"', "0,0"),
    ATTRIBUTES: (",4.6,", ',"4,6",', "4,6"),
    PRICES: (",0.2,", ',"0,2",', "0,2"),
    COSTS: (",0.08,", ',"0,08",', "0,08"),
    READINGS: (",1.25,", ',"1,25",', "1,25"),
}


@pytest.mark.parametrize("name", NUMBERS)
def test_number_with_a_decimal_comma(tmp_path: Path, name: str) -> None:
    good, wrong, cell = NUMBERS[name]
    write(tmp_path, name, [*lines(name), line(name, ROWS + 1).replace(good, wrong)])
    loaded = load(tmp_path, name)
    assert loaded.out == ROWS
    ((row, reason),) = loaded.told()
    assert row == ROWS + 1
    told = "consumption_elec_kwh: not a number"
    assert reason == told if name == READINGS else f"({cell})" in reason
    assert cell in loaded.aside["values"].item()


def delivered(bronze: Bronze, name: str, count: int) -> list[str]:
    """Put a file of so many customers or provinces in the drop, run, and return what warns."""
    for filename in file_named(name).filenames:
        if (bronze.raw / filename).is_file():
            (bronze.raw / filename).unlink()
    write(bronze.raw, name, lines(name, count))
    # The other files stay as they are: whom they do not name is set aside.
    unused = "bronze/customer_month:price without consumption"
    bronze.set_aside_limits = {"bronze/customer": 1.0, unused: 1.0}
    monthly = dict.fromkeys(
        (PRICES, COSTS, READINGS), lambda: bronze.run_months(MONTHS[0], MONTHS[0])
    )
    run = {NOTES: bronze.run_notes, **monthly}.get(name, bronze.run_customers)
    assert run(), bronze.failures
    return [said for said in bronze.warnings if name in said.split(": ", 1)[1]]


@pytest.mark.parametrize("name", FILES)
def test_file_ten_times_larger_or_smaller_than_the_last_one(bronze: Bronze, name: str) -> None:
    assert delivered(bronze, name, 4) == []
    (larger,) = delivered(bronze, name, 40)
    assert f"{name}: 40, 10.00 times the last run's 4" in larger
    (smaller,) = delivered(bronze, name, 4)
    assert f"{name}: 4, 0.10 times the last run's 40" in smaller
