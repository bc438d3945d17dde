"""One decimal mark a column: thousands, decimals, and cells that nobody can read for sure."""

from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.typed_rows import Reading, read_rows
from spanishgas_assets.raw.written_numbers import Mark, NumberForm, decimal_mark, read_numbers
from spanishgas_assets_tests.raw.drops import CUSTOMERS, csv_text, file_named, write

ATTRIBUTES = "customer_attributes"
COSTS = "costs_by_province_month"


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["0,5"], ","),
        (["0,000"], ","),
        (["3,45", "1.234"], ","),
        (["1.234,5"], ","),
        (["1.234.567"], ","),
        ([",5"], ","),
        (["0.5"], "."),
        (["1.0E-4"], "."),
        (["1,234.5"], "."),
        (["0,5", "0,6", "0.7"], ","),
        (["1.234", "926,876", "12"], None),
    ],
)
def test_mark_is_what_the_cells_show(cells: list[str], mark: str | None) -> None:
    assert decimal_mark([pl.Series(cells)]) == mark


def numbers(cells: list[str | None], mark: Mark | None) -> list[float | None]:
    cell = pl.DataFrame({"cell": cells})
    return cell.select(read_numbers(pl.col("cell"), NumberForm(mark))).to_series().to_list()


def test_other_mark_parts_thousands_or_is_not_read() -> None:
    comma = ["1.234", "926,876", "12.345,6", "-1.234.567,5", "1.5", "0.156", "1.23,4", "7", None]
    assert numbers(comma, ",") == [
        1234, 926.876, 12345.6, -1234567.5, None, None, None, 7, None,
    ]  # fmt: skip
    assert numbers(["1,234", "926.876", "1,5"], ".") == [
        1234, 926.876, None,
    ]  # fmt: skip
    assert numbers(["1.234", "7"], None) == [None, 7]


def attributes(folder: Path, *powers: str) -> Drop:
    lines = [";".join(file_named(ATTRIBUTES).columns)]
    lines += [
        f"{name};{power};1;0;8;X;0;1;oficina"
        for name, power in zip(CUSTOMERS, powers, strict=False)
    ]
    return write(folder, ATTRIBUTES, "\n".join(lines))


def powers_of(reading: Reading) -> list[float]:
    return reading.rows["contracted_power_kw"].to_list()


def test_thousands_beside_a_decimal_comma(tmp_path: Path) -> None:
    assert powers_of(read_rows(attributes(tmp_path, "1.234", "3,45"))) == [1234, 3.45]


def test_points_alone_are_decimals_where_they_show_it(tmp_path: Path) -> None:
    assert powers_of(read_rows(attributes(tmp_path, "4.600", "3.45"))) == [4.6, 3.45]


def test_cell_that_may_be_thousands_or_decimals_is_not_read(tmp_path: Path) -> None:
    said = "not a number; thousands or decimals: nothing in the file tells"
    with pytest.raises(RawFileError, match=rf"2 of 2 rows.*{said} \(4\.600\)"):
        read_rows(attributes(tmp_path, "4.600", "5.750"))


def test_other_columns_tell_where_a_column_does_not(tmp_path: Path) -> None:
    text = ";".join(file_named(COSTS).columns) + "\n2024-01;28;0,08;1.234;0,02\n"
    text += "2024-01;8;0,08;1;0,02\n"
    reading = read_rows(write(tmp_path, COSTS, text))
    # 1,234 EUR/m3 is no cost of gas, but it is what the file says.
    assert reading.set_aside["reason"].to_list() == [
        "gas_var_cost_eur_m3: not above 0 and up to 20 EUR/m3 (1.234)"
    ]


def test_cell_with_another_decimal_mark_is_set_aside(tmp_path: Path) -> None:
    reading = read_rows(attributes(tmp_path, *["3,45"] * 11, "4.6"))
    assert powers_of(reading) == [3.45] * 11
    assert reading.set_aside.select("row", "reason").rows() == [
        (12, "contracted_power_kw: not a number; the column's decimal mark is ',' (4.6)")
    ]


def test_corrected_row_is_read_as_its_own_file_is_written(tmp_path: Path) -> None:
    drop = attributes(tmp_path, *["3,45"] * 11, "x")
    (tmp_path / "customer_attributes.corrected.csv").write_text(
        f"row,{','.join(file_named(ATTRIBUTES).columns)}\n12,C00012,4.6,1,0,8,X,0,1,oficina\n"
    )
    assert powers_of(read_rows(drop)) == [*[3.45] * 11, 4.6]


@pytest.mark.parametrize("code", ["8.0", "08", "8,0"])
def test_province_comes_as_a_number_with_gaps(tmp_path: Path, code: str) -> None:
    text = ";".join(file_named(COSTS).columns) + f"\n2024-01;{code};0,08;0,75;0,02\n"
    assert read_rows(write(tmp_path, COSTS, text)).rows["province"].to_list() == [8]


#: A good cell, and one that no supply can have.
IMPLAUSIBLE = [
    (ATTRIBUTES, ",4.6,", ",0,", "contracted_power_kw: not above 0 and up to 100,000 kW (0)"),
    (ATTRIBUTES, ",4.6,", ",-1,", "contracted_power_kw: not above 0 and up to 100,000 kW (-1)"),
    (
        "price_history",
        ",0.2,",
        ",-0.2,",
        "variable_price_tier1_eur_kwh: not from 0 to 2 EUR/kWh (-0.2)",
    ),
    (
        "price_history",
        ",0.15,",
        ",150,",
        "variable_price_tier2_eur_kwh: not from 0 to 2 EUR/kWh (150)",
    ),
    (
        "price_history",
        ",10,",
        ",-10,",
        "elec_fixed_fee_eur_month: not from 0 to 1,000,000 EUR (-10)",
    ),
    (COSTS, ",0.08,", ",0,", "elec_var_cost_eur_kwh: not above 0 and up to 2 EUR/kWh (0)"),
    (COSTS, ",0.02", ",-0.02", "peaje_elec_eur_kwh: not from 0 to 2 EUR/kWh (-0.02)"),
]


@pytest.mark.parametrize(("name", "good", "bad", "reason"), IMPLAUSIBLE)
def test_value_out_of_range_is_the_fault_of_its_row(
    tmp_path: Path, name: str, good: str, bad: str, reason: str
) -> None:
    lines = csv_text(name).splitlines()
    lines[3] = lines[3].replace(good, bad, 1)
    reading = read_rows(write(tmp_path, name, "\n".join(lines)))
    assert reading.rows.height == 11
    assert reading.set_aside.select("row", "reason").rows() == [(3, reason)]
