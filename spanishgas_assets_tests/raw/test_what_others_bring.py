"""Tables as other systems write them: SAP, Oracle, spreadsheets of a Spanish locale, exports.

Each is read as it is meant, or said to be wrong with file, column, row and what to do.
"""

import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.bronze.interactions import read_notes
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.customer_ids import lookalikes
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import CAMPAIGN_OUTCOMES, CONTACT_PREFERENCES
from spanishgas_assets.raw.typed_rows import Reading, read_rows
from spanishgas_assets_tests.raw.drops import CUSTOMERS, csv_text, notes, notes_text, write

PRICES, ATTRIBUTES, CONTRACTS = "price_history", "customer_attributes", "customer_contracts"
COSTS, NOTES = "costs_by_province_month", "customer_interactions"

THIN, HARD = "\u202f", "\u00a0"


def table(folder: Path, name: str, row: str, separator: str = ";") -> Reading:
    """Read a table in which each customer has one row (``{id}``); cells stand between bars."""
    rows = [row.format(id=customer) for customer in CUSTOMERS]
    header = csv_text(name, []).strip().replace(",", separator)
    text = "\n".join([header, *(line.replace("|", separator) for line in rows)])
    return read_rows(write(folder, name, text))


def cells(reading: Reading, column: str) -> object:
    """The one value that all rows have."""
    assert reading.set_aside.is_empty()
    (value,) = reading.rows[column].unique().to_list()
    return value


def contract(renewal: str = "2025-06-01", change: str = "", first: str = "2020-01-06") -> str:
    return f"{{id}}|{first}|2024-06-01|{change}|{renewal}"


def price(fee: str, tier: str = "0,2") -> str:
    return f"{{id}}|2024-01-01|{tier}|0,15|0,1|{fee}|6||0|0"


@pytest.mark.parametrize(
    "nothing",
    ["00.00.0000", "00000000", "0000-00-00 00:00:00", "00/00/0000", "(null)", "<null>", r"\N"],
)
def test_no_day_of_sap_and_of_databases(tmp_path: Path, nothing: str) -> None:
    reading = table(tmp_path, CONTRACTS, contract(change=nothing))
    assert cells(reading, "last_product_change_date") is None
    assert cells(reading, "next_renewal_date") == date(2025, 6, 1)


def test_no_day_where_one_is_needed_is_told(tmp_path: Path) -> None:
    said = r"next_renewal_date: not a date .*row 1: next_renewal_date: not a date \(00\.00\.0000\)"
    with pytest.raises(RawFileError, match=said):
        table(tmp_path, CONTRACTS, contract("00.00.0000"))


def test_nothing_of_a_database_is_no_text_and_no_id(tmp_path: Path) -> None:
    row = "{id}|4,6|0|0|28|(null)|0|1|oficina"
    assert cells(table(tmp_path, ATTRIBUTES, row), "region") is None
    lines = [f"{name},0" for name in CUSTOMERS]
    drop = write(tmp_path, "churn_label", csv_text("churn_label", [*lines, "(null),1"]))
    assert read_rows(drop).set_aside["reason"].to_list() == ["customer_id: no id (empty)"]


@pytest.mark.parametrize(
    "written",
    ["06-ENE-2020", "6 de enero de 2020", "06.01.2020", "6 ene 2020", "06/01/2020 0:00:00"],
)
def test_day_of_other_systems(tmp_path: Path, written: str) -> None:
    reading = table(tmp_path, CONTRACTS, contract(first=written))
    assert cells(reading, "customer_first_activation_date") == date(2020, 1, 6)


@pytest.mark.parametrize("written", ["06-JAN-20", "43836", "lunes, 6 de enero de 2020", "ene-20"])
def test_day_that_nobody_can_be_sure_of_is_refused(tmp_path: Path, written: str) -> None:
    with pytest.raises(RawFileError, match=r"12 of 12 rows .*first_activation_date: not a date"):
        table(tmp_path, CONTRACTS, contract(first=written))


def test_month_first_names_the_setting_that_reads_it(tmp_path: Path) -> None:
    with pytest.raises(RawFileError, match="=customer_contracts=month_day_year"):
        table(tmp_path, CONTRACTS, contract(first="01/31/2020"))


@pytest.mark.parametrize("month", ["enero 2024", "ene-2024", "Enero de 2024", "01/2024", "202401"])
def test_month_by_its_name(tmp_path: Path, month: str) -> None:
    rows = [f"{month};{code};0,08;0,75;0,02" for code in range(1, 13)]
    text = "\n".join([csv_text(COSTS, []).strip().replace(",", ";"), *rows])
    assert cells(read_rows(write(tmp_path, COSTS, text)), "month") == date(2024, 1, 1)


def test_month_with_a_year_of_two_digits_is_refused(tmp_path: Path) -> None:
    rows = [f"ene-24,{code},0.08,0.75,0.02" for code in range(1, 13)]
    with pytest.raises(RawFileError, match=r"month: not a month \(ene-24\)"):
        read_rows(write(tmp_path, COSTS, csv_text(COSTS, rows)))


@pytest.mark.parametrize(
    "fee", ["1'234,50", "1\u2019234,50", f"1{THIN}234,50", f"1{HARD}234,50", "1 234,50", "1.234,50"]
)
def test_thousands_that_are_parted(tmp_path: Path, fee: str) -> None:
    assert cells(table(tmp_path, PRICES, price(fee)), "elec_fixed_fee_eur_month") == 1234.5


def test_one_parted_number_among_plain_ones(tmp_path: Path) -> None:
    rows = [price("10,5").format(id=name) for name in CUSTOMERS[1:]]
    rows.append(price(f"1{HARD}234,50").format(id=CUSTOMERS[0]))
    text = "\n".join([csv_text(PRICES, []).strip().replace(",", ";"), *rows]).replace("|", ";")
    reading = read_rows(write(tmp_path, PRICES, text))
    assert reading.rows["elec_fixed_fee_eur_month"].to_list() == [10.5] * 11 + [1234.5]


@pytest.mark.parametrize("fee", ["12 34", "1'23", "10,00-", "10 €", "1,234,50"])
def test_number_that_is_none_is_refused_with_its_column(tmp_path: Path, fee: str) -> None:
    with pytest.raises(RawFileError, match=r"elec_fixed_fee_eur_month: not a number"):
        table(tmp_path, PRICES, price(fee))


def test_decimal_commas_between_commas_name_the_row(tmp_path: Path) -> None:
    said = r"price_history\.csv: .*row 1 has 13 cells, the header 10\. Text and numbers that hold"
    with pytest.raises(RawFileError, match=said):
        table(tmp_path, PRICES, "{id}|2024-01-01|0,2|0,15|0,1|10|6||0|0", ",")


@pytest.mark.parametrize(
    ("yes", "no"), [("Sí", "No"), ("S", "N"), ("VERDADERO", "FALSO"), ("x", "0"), ("1.0", "0.0")]
)
def test_answers(tmp_path: Path, yes: str, no: str) -> None:
    reading = table(tmp_path, ATTRIBUTES, f"{{id}}|4,6|{no}|{no}|28|Madrid|{no}|{yes}|oficina")
    assert (cells(reading, "is_urban"), cells(reading, "is_industrial")) == (1, 0)


def test_answers_of_marketing_are_none(tmp_path: Path) -> None:
    path = tmp_path / "contact_preferences.csv"
    rows = [f"{name},Acepta,Robinson,No" for name in CUSTOMERS]
    path.write_text("\n".join(["customer_id,consent_calls,opted_out,vulnerable", *rows]))
    with pytest.raises(RawFileError, match=r"consent_calls: not 0 or 1 \(Acepta\)"):
        read_rows(Drop(CONTACT_PREFERENCES, path))


def test_days_after_an_offer_that_cannot_be_are_set_aside(tmp_path: Path) -> None:
    path = tmp_path / "campaign_outcomes.csv"
    days = ["91"] * 11 + ["-91"]
    rows = [
        f"{name},letter,2024-05-06,1,0,0,{count}"
        for name, count in zip(CUSTOMERS, days, strict=True)
    ]
    header = "customer_id,offer,offer_date,contacted,accepted,churned,churned_within_days"
    path.write_text("\n".join([header, *rows]))
    assert read_rows(Drop(CAMPAIGN_OUTCOMES, path)).set_aside["reason"].to_list() == [
        "churned_within_days: not from 1 to 3,650 days (-91)"
    ]


@pytest.mark.parametrize("line", ["sep=;\n", "SEP=;\r\n", '"sep=;"\n', "\ufeffsep=;\n"])
def test_separator_named_above_the_header(tmp_path: Path, line: str) -> None:
    text = line + csv_text(ATTRIBUTES, separator=";").replace("4.6", "4,6")
    reading = read_rows(write(tmp_path, ATTRIBUTES, text))
    assert cells(reading, "contracted_power_kw") == 4.6
    assert reading.rows["row"].to_list() == list(range(1, 13))


@pytest.mark.parametrize(
    "name", ["Contracted power (kW)", "contracted-power-kw", "CONTRACTED_POWER_KW "]
)
def test_punctuation_of_a_header_makes_no_difference(tmp_path: Path, name: str) -> None:
    text = csv_text(ATTRIBUTES).replace("contracted_power_kw", name)
    reading = read_rows(write(tmp_path, ATTRIBUTES, text))
    assert cells(reading, "contracted_power_kw") == 4.6
    assert reading.ignored_columns == []


def test_another_unit_in_a_header_is_another_column(tmp_path: Path) -> None:
    text = csv_text(ATTRIBUTES).replace("contracted_power_kw", "Contracted power (W)")
    said = r"contracted_power_kw is missing.*rename Contracted power \(W\) to contracted_power_kw"
    with pytest.raises(RawFileError, match=said):
        read_rows(write(tmp_path, ATTRIBUTES, text))


def test_name_without_an_end_is_shown_by_its_start(tmp_path: Path) -> None:
    text = csv_text("churn_label").replace("customer_id", "customer_id" * 100_000)
    with pytest.raises(RawFileError, match="customer_id is missing") as refusal:
        read_rows(write(tmp_path, "churn_label", text))
    assert len(str(refusal.value)) < 300


@pytest.mark.parametrize(
    ("name", "column"), [(PRICES, "elec_fixed_fee_eur_month"), ("churn_label", "customer_id")]
)
def test_column_that_is_there_twice_is_refused(tmp_path: Path, name: str, column: str) -> None:
    header, *rows = csv_text(name).splitlines()
    text = "\n".join([f"{header},{column}", *(f"{row},99" for row in rows)])
    with pytest.raises(RawFileError, match=rf"column {column} is there twice"):
        read_rows(write(tmp_path, name, text))


def test_columns_that_differ_in_spaces_are_not_mixed_up(tmp_path: Path) -> None:
    text = csv_text("churn_label").replace("churn\n", "churn,churn \n").replace(",0\n", ",0,1\n")
    assert cells(read_rows(write(tmp_path, "churn_label", text)), "churn") == 0


def test_lines_that_end_as_on_old_macs_are_told(tmp_path: Path) -> None:
    text = csv_text(ATTRIBUTES).replace("\n", "\r")
    with pytest.raises(RawFileError, match="lines end with a carriage return alone"):
        read_rows(write(tmp_path, ATTRIBUTES, text))


def test_second_header_and_units_below_it_are_set_aside(tmp_path: Path) -> None:
    header, *rows = csv_text(COSTS).splitlines()
    text = "\n".join([header, "mes,prov.,EUR/kWh,EUR/m3,EUR/kWh", *rows])
    reading = read_rows(write(tmp_path, COSTS, text))
    assert reading.rows.height == 12
    ((row, reason),) = reading.set_aside.select("row", "reason").rows()
    assert row == 1
    assert "elec_var_cost_eur_kwh: not a number (EUR/kWh)" in reason


def test_count_of_rows_below_an_oracle_table_is_set_aside(tmp_path: Path) -> None:
    text = f"{csv_text('churn_label')}\n12 rows selected.\n"
    reading = read_rows(write(tmp_path, "churn_label", text))
    assert (reading.rows.height, reading.blank_rows) == (12, 1)
    assert reading.set_aside.select("row", "reason").rows() == [(14, "churn: not 0 or 1 (empty)")]


def test_list_with_borders_is_refused(tmp_path: Path) -> None:
    lines = [f"|{line.replace(',', '|')}|" for line in csv_text("churn_label").splitlines()]
    rule = "-" * 20
    text = "\n".join([rule, lines[0], rule, *lines[1:], rule])
    with pytest.raises(RawFileError, match="customer_id, churn are missing"):
        read_rows(write(tmp_path, "churn_label", text))
    borders = read_rows(write(tmp_path, "churn_label", "\n".join(lines)))
    assert cells(borders, "churn") == 0


def test_text_of_two_bytes_a_letter_is_refused(tmp_path: Path) -> None:
    content = csv_text(ATTRIBUTES, separator="\t").encode("utf-16")
    with pytest.raises(RawFileError, match=r"UTF-16 text, expected UTF-8\. Save it as UTF-8"):
        read_rows(write(tmp_path, ATTRIBUTES, content))


def test_id_of_a_supply_point_with_and_without_its_border_point() -> None:
    with_border, alone = "ES0021000000000001AA1P", "ES0021000000000001AA"
    assert lookalikes(pl.Series([with_border]), pl.Series([alone])).rows() == [(with_border, alone)]
    assert lookalikes(pl.Series([alone]), pl.Series([with_border])).rows() == [(alone, with_border)]
    other = pl.Series(["ES0021000000000002AA"])
    assert lookalikes(pl.Series([with_border]), other).is_empty()


def test_note_that_says_two_things_of_a_column_is_none(tmp_path: Path) -> None:
    first = notes_text(notes()).replace('"C00001"', '"C00001", "customer_id": "C00002"', 1)
    reading = read_notes(write(tmp_path, NOTES, first))
    assert reading.rows.height == 11
    assert reading.set_aside.select("row", "reason").rows() == [
        (1, "not a record (two values of customer_id)")
    ]


def test_note_that_says_the_same_twice_is_one(tmp_path: Path) -> None:
    text = notes_text(notes()).replace('"C00001"', '"C00001", "customer_id": "C00001"', 1)
    assert read_notes(write(tmp_path, NOTES, text)).rows.height == 12


@pytest.mark.parametrize("cells", [3, 5])
def test_row_of_other_length_than_its_columns_is_no_note(tmp_path: Path, cells: int) -> None:
    rows = [list(note.values()) for note in notes()]
    wrong = ["C00001", "2024-11-15", "phone", "Note", "more"][:cells]
    shaped = {"columns": list(notes()[0]), "data": [*rows, wrong]}
    reading = read_notes(write(tmp_path, NOTES, json.dumps(shaped)))
    assert reading.rows.height == 12
    assert reading.set_aside["row"].to_list() == [13]


@pytest.mark.parametrize(
    ("day", "said"),
    [
        ({"$date": "2024-11-15T00:00:00Z"}, "date: not a date"),
        (1731628800, "date: not a date"),
        ("15/11/2024", "=customer_interactions=day_month_year"),
    ],
    ids=["of MongoDB", "in seconds", "day first"],
)
def test_day_of_a_note_that_is_none_is_refused(tmp_path: Path, day: object, said: str) -> None:
    text = notes_text([{**note, "date": day} for note in notes()])
    with pytest.raises(RawFileError, match=said):
        read_notes(write(tmp_path, NOTES, text))


def test_notes_under_spanish_names_say_what_to_rename(tmp_path: Path) -> None:
    records = [dict(zip(("cliente", "fecha", "canal", "resumen"), note.values(), strict=True))
               for note in notes()]  # fmt: skip
    said = (
        r"rename cliente to customer_id, fecha to date, canal to channel, resumen to "
        r"interaction_summary\."
    )
    with pytest.raises(RawFileError, match=said):
        read_notes(write(tmp_path, NOTES, notes_text(records)))
