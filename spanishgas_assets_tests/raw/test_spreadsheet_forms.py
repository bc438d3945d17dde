"""What spreadsheets and other people's exports write: read as it is meant, or refused in words."""

from datetime import date, datetime
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.errors import MissingRawFileError, RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CONSUMPTION_HOURLY, CUSTOMER_CONTRACTS
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.raw.meter_readings import scan_readings
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets_tests.raw.drops import CSV_ROWS, CUSTOMERS, csv_text, write

PRICES, ATTRIBUTES, CONTRACTS = "price_history", "customer_attributes", "customer_contracts"


def rows(drop: Drop) -> pl.DataFrame:
    reading = read_rows(drop)
    assert reading.set_aside.is_empty()
    return reading.rows.drop("file")


@pytest.fixture
def plain(tmp_path: Path) -> pl.DataFrame:
    return rows(write(tmp_path / "plain", ATTRIBUTES, csv_text(ATTRIBUTES)))


def test_header_in_capitals_names_the_same_columns(tmp_path: Path, plain: pl.DataFrame) -> None:
    header, *lines = csv_text(ATTRIBUTES).splitlines()
    text = "\n".join([header.upper().replace(",", " , "), *lines])
    assert rows(write(tmp_path, ATTRIBUTES, text)).equals(plain)


def test_two_columns_that_differ_in_case_are_not_mixed_up(tmp_path: Path) -> None:
    text = csv_text("churn_label").replace("customer_id,churn", "customer_id,churn,CHURN")
    text = text.replace(",0\n", ",0,1\n")
    with pytest.raises(RawFileError, match="column churn is missing"):
        read_rows(write(tmp_path, "churn_label", text.replace("churn,CHURN", "Churn,CHURN")))
    assert rows(write(tmp_path, "churn_label", text))["churn"].to_list() == [0] * 12


@pytest.mark.parametrize("separator", ["\t", "|"])
def test_tabs_and_bars_separate_like_semicolons(
    tmp_path: Path, plain: pl.DataFrame, separator: str
) -> None:
    text = csv_text(ATTRIBUTES, separator=separator).replace("4.6", "4,6")
    assert rows(write(tmp_path, ATTRIBUTES, text)).equals(plain)


def test_separator_after_the_last_cell_is_an_ignored_column(
    tmp_path: Path, plain: pl.DataFrame
) -> None:
    text = csv_text(ATTRIBUTES, separator=";").replace("\n", ";\n")
    reading = read_rows(write(tmp_path, ATTRIBUTES, text))
    assert reading.rows.drop("file").equals(plain)
    assert reading.ignored_columns == [""]


@pytest.mark.parametrize("below", ["", ";;;;\n" * 40])
def test_rows_without_a_cell_are_none(tmp_path: Path, below: str) -> None:
    text = csv_text(CONTRACTS, separator=";")
    first = text.index("C00002")
    reading = read_rows(write(tmp_path, CONTRACTS, f"{text[:first]};;;;\n{text[first:]}{below}"))
    assert (reading.height, reading.set_aside.height) == (12, 0)
    assert reading.rows["row"].to_list() == [1, *range(3, 14)]
    assert reading.blank_rows == 1 + len(below) // 5


def test_file_of_rows_without_a_cell_is_refused(tmp_path: Path) -> None:
    drop = write(tmp_path, CONTRACTS, csv_text(CONTRACTS, [",,,,"] * 9))
    with pytest.raises(RawFileError, match="has a header but no row"):
        read_rows(drop)


def test_total_below_a_table_is_set_aside(tmp_path: Path) -> None:
    lines = [*CSV_ROWS["costs_by_province_month"], "TOTAL,,0.9,9.1,0.3"]
    name = "costs_by_province_month"
    reading = read_rows(write(tmp_path, name, csv_text(name, lines)))
    assert reading.rows.height == 12
    assert reading.set_aside.select("row", "reason").rows() == [
        (13, "month: not a month (TOTAL); province: not a province code from 1 to 52 (empty)")
    ]


@pytest.mark.parametrize("word", ["#N/A", "#N/D", "N/D", "n.d.", "s/d", "N/A", "None"])
def test_word_for_not_available_is_an_empty_cell(tmp_path: Path, word: str) -> None:
    lines = [row.replace(",,", f",{word},") for row in CSV_ROWS[PRICES]]
    assert (
        rows(write(tmp_path, PRICES, csv_text(PRICES, lines)))[
            "gas_variable_price_eur_m3"
        ].to_list()
        == [None] * 12
    )


def test_word_for_not_available_is_no_answer_and_no_channel(tmp_path: Path) -> None:
    lines = [f"{name},0" for name in CUSTOMERS[1:]] + ["C00001,N/D"]
    reading = read_rows(write(tmp_path, "churn_label", csv_text("churn_label", lines)))
    assert reading.set_aside["reason"].to_list() == ["churn: not 0 or 1 (N/D)"]


def test_note_over_several_lines_is_one_cell(tmp_path: Path) -> None:
    text = csv_text(ATTRIBUTES).replace("Madrid", '"Comunidad de\nMadrid, centro"')
    read = rows(write(tmp_path, ATTRIBUTES, text))
    assert read["region"].to_list() == ["Comunidad de\nMadrid, centro"] * 12
    assert read["sales_channel"].to_list() == ["oficina"] * 12


@pytest.mark.parametrize(
    ("power", "said"), [("4,6 kW", r"\(4,6 kW\)"), ("46 %", r"\(46 %\)"), ("(4,6)", r"\(\(4,6\)\)")]
)
def test_number_with_a_unit_or_in_brackets_is_refused_in_words(
    tmp_path: Path, power: str, said: str
) -> None:
    text = csv_text(ATTRIBUTES, separator=";").replace("4.6", power)
    with pytest.raises(RawFileError, match=rf"contracted_power_kw: not a number.*{said}"):
        read_rows(write(tmp_path, ATTRIBUTES, text))


def test_day_first_between_commas_names_the_setting(tmp_path: Path) -> None:
    text = csv_text(CONTRACTS).replace("2020-01-06", "06/01/2020")
    said = "SPANISHGAS_DATE_ORDERS=customer_contracts=day_month_year"
    with pytest.raises(RawFileError, match=said):
        read_rows(write(tmp_path, CONTRACTS, text))


def test_table_under_another_name_is_named(tmp_path: Path) -> None:
    (tmp_path / "Customer Contracts.xlsx").write_bytes(b"PK")
    said = r"There is Customer Contracts.xlsx, which is not read: save it as one of them"
    with pytest.raises(MissingRawFileError, match=said):
        find_drop(str(tmp_path), CUSTOMER_CONTRACTS, date(2025, 1, 6))


def test_day_with_slashes_and_hour_of_a_distributor(tmp_path: Path) -> None:
    path = tmp_path / "consumption_hourly_2024.csv"
    path.write_text(
        "CUSTOMER_ID;Date;Hour;Consumption_Elec_kWh;consumption_gas_m3\n"
        "C1;2024/01/01;00:00;0,125;0\nC1;2024/01/01;01:00;1,5;0\n"
    )
    (file,) = scan_readings(Drop(CONSUMPTION_HOURLY, path), ["2024-01-01"])
    assert file.readings().collect().rows() == [
        ("C1", datetime(2024, 1, 1, 0), 0.125, 0.0),  # noqa: DTZ001  # labels are naive
        ("C1", datetime(2024, 1, 1, 1), 1.5, 0.0),  # noqa: DTZ001  # labels are naive
    ]
