"""Dates in every form, and those that nobody can read for sure."""

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.errors import RawFileError, SettingsError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.files import refuse_unknown_columns
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets.raw.written_dates import DateForm, read_dates, read_months
from spanishgas_assets.settings import DateOrder
from spanishgas_assets_tests.raw.drops import CUSTOMERS, csv_text, write

CONTRACTS = "customer_contracts"


DAY_FIRST = DateForm(day_first=True)


def read(
    *cells: str | None, day_first: bool = False, order: str | None = None
) -> list[date | None]:
    form = DateForm(day_first, order and DateOrder(order))
    return read_dates(pl.Series(cells, dtype=pl.String), form).dates.to_list()


@pytest.mark.parametrize(
    "cell",
    [
        "2024-10-25", "2024/10/25", "2024.10.25", "20241025", "2024-10-25 00:00:00",
        "2024-10-25T08:30", "2024-10-25T00:00:00.000", "2024-10-25T10:00:00Z",
        "2024-10-25T00:00:00+02:00", "2024-10-24T22:00:00.000Z", "1729814400000",
    ],
)  # fmt: skip
def test_year_first_is_read_in_every_file(cell: str) -> None:
    assert read(cell) == [date(2024, 10, 25)]


@pytest.mark.parametrize(
    "cell",
    [
        "20-11-07", "07/11/20", "24-13-01", "12024-01-01", "-2024-01-01", "2024011", "202411-5",
        "31012024", "2023-02-29", "2024-10-25T25:00:00Z", "45611", "202410251000", "soon",
    ],
)  # fmt: skip
def test_what_is_no_date_with_a_year_of_four_digits_is_not_read(cell: str) -> None:
    assert read(cell) == [None]
    assert read("2024-10-25", cell, day_first=True) == [date(2024, 10, 25), None]


def test_day_first_is_read_where_it_is_legal() -> None:
    assert read("31/01/2024", "1-2-2024", "05.02.2024 10:00:00", day_first=True) == [
        date(2024, 1, 31),
        date(2024, 2, 1),
        date(2024, 2, 5),
    ]
    assert read("31/01/2024") == [None]


def test_column_with_the_month_first_is_not_read_half() -> None:
    cells = pl.Series(["01/13/2024", "01/25/2024", "02/01/2024", "2024-03-01", "31/01/2024"])
    written = read_dates(cells, DAY_FIRST)
    assert written.against == "the column's dates have the month first"
    assert written.dates.to_list() == [None, None, None, date(2024, 3, 1), None]


def test_slip_in_a_column_with_the_day_first_is_one_cell() -> None:
    cells = pl.Series(["13/01/2024", "25/01/2024", "02/01/2024", "01/31/2024"])
    written = read_dates(cells, DAY_FIRST)
    assert written.against == ""
    assert written.dates.to_list() == [
        date(2024, 1, 13), date(2024, 1, 25), date(2024, 1, 2), None,
    ]  # fmt: skip


def test_months_in_every_form() -> None:
    cells = pl.Series(["2024-03", "202403", "2024/03", "2024-03-15", "03/2024", "31/03/2024"])
    march = date(2024, 3, 1)
    assert read_months(cells, DAY_FIRST).dates.to_list() == [march] * 6
    assert read_months(cells, DateForm()).dates.to_list() == [march] * 4 + [None] * 2
    wrong = pl.Series(["2024-1", "2024-13", "2024", "24-03"])
    assert read_months(wrong, DAY_FIRST).dates.to_list() == [None] * 4


@pytest.mark.parametrize("day", ["07/11/20", "20-11-07"])
def test_contracts_with_years_of_two_digits_are_refused(tmp_path: Path, day: str) -> None:
    rows = [f"{name},{day},2024-04-30,,2025-04-30" for name in CUSTOMERS]
    drop = write(tmp_path, CONTRACTS, csv_text(CONTRACTS, rows, separator=";"))
    said = (
        rf"12 of 12 rows.*first_activation_date: not a date with a year of four digits \({day}\)"
        r".*, or declare .* \(SPANISHGAS_DATE_ORDERS=customer_contracts=day_month_year\)\."
    )
    with pytest.raises(RawFileError, match=said):
        read_rows(drop)


@pytest.mark.parametrize(
    ("cell", "order", "expected"),
    [
        ("07/11/20", "day_month_year", date(2020, 11, 7)),
        ("07/11/20", "month_day_year", date(2020, 7, 11)),
        ("20-11-07", "year_month_day", date(2020, 11, 7)),
        ("7.1.49", "day_month_year", date(2049, 1, 7)),
        ("7.1.50", "day_month_year", date(1950, 1, 7)),
        ("07/11/20 10:30", "day_month_year", date(2020, 11, 7)),
        ("07/11/2020", "day_month_year", date(2020, 11, 7)),
        ("07/11/2020", "month_day_year", date(2020, 7, 11)),
        ("07-nov-20", "day_month_year", date(2020, 11, 7)),
        ("2020-11-07", "day_month_year", date(2020, 11, 7)),
        ("30/02/20", "day_month_year", None),
        ("07/11/020", "day_month_year", None),
    ],
)
def test_declared_order_says_which_part_is_the_year(
    cell: str, order: str, expected: date | None
) -> None:
    assert read(cell, order=order) == [expected]


@pytest.mark.parametrize(
    ("order", "cells", "against"),
    [
        ("day_month_year", ["01/13/20", "02/03/20"], "the column's dates have the month first"),
        ("month_day_year", ["13/01/20", "02/03/20"], "the column's dates have the day first"),
    ],
)
def test_declared_order_that_the_dates_contradict_reads_none(
    order: str, cells: list[str], against: str
) -> None:
    written = read_dates(pl.Series(cells), DateForm(order=DateOrder(order)))
    assert (written.dates.to_list(), written.against) == ([None, None], against)


@pytest.mark.parametrize(
    "cell", ["07-nov-2020", "7 de noviembre de 2020", "07-NOV.-2020", "7 Nov 2020", "07/Nov/2020"]
)
def test_month_by_its_name_needs_no_order(cell: str) -> None:
    assert read(cell) == [date(2020, 11, 7)]
    assert read("07-nov-20", "07-foo-2020", "31-feb-2020") == [None, None, None]


def test_contracts_are_read_in_their_declared_order(tmp_path: Path) -> None:
    row = "C1;07/11/20;30/04/24;;30/04/25"
    drop = write(tmp_path, CONTRACTS, csv_text(CONTRACTS, [row], separator=";"))
    declared = drop.file.declared(
        {
            CONTRACTS: DateOrder.DAY_MONTH_YEAR,
            f"{CONTRACTS}.last_product_change_date": DateOrder.YEAR_MONTH_DAY,
            "churn_label": DateOrder.YEAR_MONTH_DAY,
        }
    )
    rows = read_rows(Drop(declared, drop.path)).rows
    assert rows["customer_first_activation_date"].to_list() == [date(2020, 11, 7)]
    assert rows["contract_start_date"].to_list() == [date(2024, 4, 30)]
    assert rows["next_renewal_date"].to_list() == [date(2025, 4, 30)]
    assert declared.date_orders["last_product_change_date"] is DateOrder.YEAR_MONTH_DAY


def test_declared_order_is_part_of_the_version(tmp_path: Path) -> None:
    file = write(tmp_path, CONTRACTS, csv_text(CONTRACTS)).file
    assert file.version_of("digest") == "digest"
    declared = file.declared({f"{CONTRACTS}.next_renewal_date": DateOrder.DAY_MONTH_YEAR})
    assert declared.version_of("digest") == "digest, next_renewal_date day_month_year"


def test_order_of_an_unknown_column_is_refused() -> None:
    with pytest.raises(SettingsError, match=r"customer_contract=.*did you mean customer_contracts"):
        refuse_unknown_columns({"customer_contract": DateOrder.DAY_MONTH_YEAR})
    with pytest.raises(SettingsError, match=r"no raw file or column of dates 'churn_label.churn'"):
        refuse_unknown_columns({"churn_label.churn": DateOrder.DAY_MONTH_YEAR})


def test_contracts_with_the_month_first_are_refused(tmp_path: Path) -> None:
    rows = [f"{name},{number:02d}/28/2020,,,2025-04-30" for number, name in enumerate(CUSTOMERS, 1)]
    drop = write(tmp_path, CONTRACTS, csv_text(CONTRACTS, rows, separator=";"))
    with pytest.raises(RawFileError, match=r"not a date; the column's dates have the month first"):
        read_rows(drop)


def contracts(folder: Path, odd: str) -> pl.DataFrame:
    rows = [f"{name},2020-01-06,2024-06-01,,2025-06-01" for name in CUSTOMERS[1:]]
    return write(folder, CONTRACTS, csv_text(CONTRACTS, [f"C00001,{odd}", *rows]))


@pytest.mark.parametrize(
    ("odd", "reason"),
    [
        (
            "0020-11-07,,,2025-06-01",
            "customer_first_activation_date: not from 1950-01-01 to 2049-12-31 (0020-11-07)",
        ),
        (
            "1900-01-01,,,2025-06-01",
            "customer_first_activation_date: not from 1950-01-01 to 2049-12-31 (1900-01-01)",
        ),
        (
            "2020-01-06,,,9999-12-31",
            "next_renewal_date: not from 2000-01-01 to 2049-12-31 (9999-12-31)",
        ),
        (
            "2020-01-06,2068-01-01,,2025-06-01",
            "contract_start_date: not from 1950-01-01 to 2049-12-31 (2068-01-01)",
        ),
        ("2020-01-06,,,0000-00-00", "next_renewal_date: not a date (0000-00-00)"),
    ],
)
def test_date_that_no_supply_can_have_is_set_aside(tmp_path: Path, odd: str, reason: str) -> None:
    reading = read_rows(contracts(tmp_path, odd))
    assert reading.rows.height == 11
    assert reading.set_aside.select("row", "reason").rows() == [(1, reason)]
    assert reading.placeholders == 0


@pytest.mark.parametrize("none", ["1900-01-01", "9999-12-31", "0001-01-01", "0000-00-00"])
def test_placeholder_of_a_date_that_may_be_absent_means_none(tmp_path: Path, none: str) -> None:
    reading = read_rows(contracts(tmp_path, f"2020-01-06,{none},{none},2025-06-01"))
    assert reading.set_aside.is_empty()
    assert reading.placeholders == 2
    assert reading.rows.row(0, named=True)["contract_start_date"] is None
    assert reading.rows.row(0, named=True)["last_product_change_date"] is None


def test_month_that_is_not_plausible_is_no_month_of_the_row(tmp_path: Path) -> None:
    rows = [f"2024-01,{code},0.08,0.75,0.02" for code in range(1, 13)] + ["0024-01,13,0.08,0.75,0"]
    name = "costs_by_province_month"
    aside = read_rows(write(tmp_path, name, csv_text(name, rows))).set_aside
    assert aside.select("row", "month").rows() == [(13, None)]
