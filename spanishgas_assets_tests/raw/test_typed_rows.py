"""Small raw files: the forms they come in, and everything that can be wrong with them."""

import gzip
import json
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.drops import Drop
from spanishgas_assets.raw.typed_rows import read_rows
from spanishgas_assets_tests.raw.drops import (
    CSV_ROWS,
    CUSTOMERS,
    csv_text,
    file_named,
    notes,
    notes_text,
    write,
)

CSV_FILES = list(CSV_ROWS)
NOTES = "customer_interactions"


def test_every_csv_file_is_read_whole(tmp_path: Path) -> None:
    for name in CSV_FILES:
        reading = read_rows(write(tmp_path, name, csv_text(name)))
        assert reading.rows.height == 12
        assert reading.set_aside.is_empty()
        assert reading.rows["row"].to_list() == list(range(1, 13))
        assert reading.ignored_columns == []


@pytest.mark.parametrize(
    "change",
    [
        lambda text: "\ufeff" + text,
        lambda text: text.replace("\n", "\r\n"),
        lambda text: text.rstrip("\n"),
    ],
    ids=["byte order mark", "CRLF", "no last newline"],
)
def test_forms_of_the_same_text_read_alike(tmp_path: Path, change) -> None:
    for name in CSV_FILES:
        plain = read_rows(write(tmp_path, name, csv_text(name))).rows
        assert read_rows(write(tmp_path, name, change(csv_text(name)))).rows.equals(plain)


def test_gzip_reads_alike(tmp_path: Path) -> None:
    plain = read_rows(write(tmp_path, "churn_label", csv_text("churn_label"))).rows
    packed = gzip.compress(csv_text("churn_label").encode())
    drop = write(tmp_path, "churn_label", packed, "churn_label.csv.gz")
    assert read_rows(drop).rows.drop("file").equals(plain.drop("file"))


def test_spanish_excel_is_read(tmp_path: Path) -> None:
    text = "\ufeff" + ";".join(file_named("price_history").columns) + "\r\n"
    text += "C00001;31/01/2024;0,2;0,15;0,1;10,5;6;;0;0\r\n"
    row = read_rows(write(tmp_path, "price_history", text)).rows.row(0, named=True)
    assert row["pricing_date"] == date(2024, 1, 31)
    assert row["variable_price_tier1_eur_kwh"] == 0.2
    assert row["elec_fixed_fee_eur_month"] == 10.5


def test_column_order_does_not_matter_and_extra_columns_are_reported(tmp_path: Path) -> None:
    text = "note,churn,customer_id\n" + "".join(f"x,1,{name}\n" for name in CUSTOMERS)
    reading = read_rows(write(tmp_path, "churn_label", text))
    assert reading.rows.columns == ["file", "row", "customer_id", "churn", "label_date"]
    assert reading.rows["churn"].sum() == 12
    assert reading.ignored_columns == ["note"]


def test_ids_with_spaces_or_in_lower_case_are_the_same_customers(tmp_path: Path) -> None:
    rows = [" c00001 ,1", *CSV_ROWS["churn_label"][1:]]
    reading = read_rows(write(tmp_path, "churn_label", csv_text("churn_label", rows)))
    assert reading.rows["customer_id"].to_list() == CUSTOMERS
    assert reading.respelled_ids == 1


@pytest.mark.parametrize("name", [*CSV_FILES, NOTES])
def test_empty_file_is_refused(tmp_path: Path, name: str) -> None:
    for content in (b"", b" \n\n"):
        with pytest.raises(RawFileError, match=r"the file is empty .*Deliver it again"):
            read_rows(write(tmp_path, name, content))


@pytest.mark.parametrize("name", CSV_FILES)
def test_header_without_rows_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(RawFileError, match="has a header but no row"):
        read_rows(write(tmp_path, name, csv_text(name, [])))


@pytest.mark.parametrize("name", [*CSV_FILES, NOTES])
@pytest.mark.parametrize(
    "content",
    [b"PAR1\x15\x04", b"PK\x03\x04\0\0", gzip.compress(b"a,b")],
    ids=["parquet", "zip", "gzip"],
)
def test_file_of_another_kind_is_refused(tmp_path: Path, name: str, content: bytes) -> None:
    with pytest.raises(RawFileError, match=r"a binary file, not (CSV|JSON) text .*it begins with"):
        read_rows(write(tmp_path, name, content))


def test_broken_gzip_is_refused(tmp_path: Path) -> None:
    packed = gzip.compress(csv_text("churn_label").encode())[:40]
    with pytest.raises(RawFileError, match="cannot be unpacked"):
        read_rows(write(tmp_path, "churn_label", packed, "churn_label.csv.gz"))
    with pytest.raises(RawFileError, match="not a gzip file"):
        read_rows(write(tmp_path, "churn_label", b"customer_id,churn", "churn_label.csv.gz"))


@pytest.mark.parametrize("name", CSV_FILES)
def test_missing_or_renamed_column_is_refused(tmp_path: Path, name: str) -> None:
    file = file_named(name)
    column = [needed for needed in file.columns if needed not in file.may_lack][-1]
    text = csv_text(name).replace(column, "renamed", 1)
    with pytest.raises(RawFileError, match=rf"column {column} is missing.*Found: .*renamed"):
        read_rows(write(tmp_path, name, text))


@pytest.mark.parametrize("name", CSV_FILES)
def test_other_text_than_utf8_is_refused_with_its_line(tmp_path: Path, name: str) -> None:
    lines = csv_text(name).encode().split(b"\n")
    lines[3] = lines[3] + "ñ".encode("latin-1")
    with pytest.raises(RawFileError, match=r"line 4 is not UTF-8 text \(byte 0xf1\)"):
        read_rows(write(tmp_path, name, b"\n".join(lines)))
    with pytest.raises(RawFileError, match="UTF-16 text, expected UTF-8"):
        read_rows(write(tmp_path, name, csv_text(name).encode("utf-16")))


def test_line_with_more_cells_than_columns_is_refused(tmp_path: Path) -> None:
    rows = [*CSV_ROWS["costs_by_province_month"], "2024-01,13,0,08,0,75,0,02"]
    with pytest.raises(RawFileError, match="not a table separated by ','"):
        read_rows(
            write(tmp_path, "costs_by_province_month", csv_text("costs_by_province_month", rows))
        )


BAD_CELLS = [
    ("churn_label", ",0", "customer_id: no id (empty)"),
    ("churn_label", "C00099,2", "churn: not 0 or 1 (2)"),
    ("churn_label", "C00099,perhaps", "churn: not 0 or 1 (perhaps)"),
    (
        "customer_attributes",
        "C00099,x,0,0,28,M,0,1,oficina",
        "contracted_power_kw: not a number (x)",
    ),
    (
        "customer_attributes",
        'C00099,"4,6",0,0,28,M,0,1,oficina',
        "contracted_power_kw: not a number (4,6)",
    ),
    (
        "customer_attributes",
        "C00099,4.6,0,0,28.5,M,0,1,oficina",
        "province_code: not a province code from 1 to 52 (28.5)",
    ),
    (
        "customer_attributes",
        "C00099,4.6,0,0,53,M,0,1,oficina",
        "province_code: not a province code from 1 to 52 (53)",
    ),
    ("customer_attributes", "C00099,4.6,0,0,28,M,0,1,", "sales_channel: no text (empty)"),
    (
        "customer_contracts",
        "C00099,06/01/2020,,,2025-06-01",
        "customer_first_activation_date: not a date (06/01/2020)",
    ),
    (
        "customer_contracts",
        "C00099,2020-01-06,,,2025-13-01",
        "next_renewal_date: not a date (2025-13-01)",
    ),
    (
        "customer_contracts",
        "C00099,2020-01-06,,2023-02-29,2025-06-01",
        "last_product_change_date: not a date (2023-02-29)",
    ),
    ("price_history", ",2024-01-01,0.2,0.15,0.1,10,6,,0,0", "customer_id: no id (empty)"),
    ("price_history", "C00099,,0.2,0.15,0.1,10,6,,0,0", "pricing_date: not a date (empty)"),
    (
        "price_history",
        "C00099,2024-01-01,inf,0.15,0.1,10,6,,0,0",
        "variable_price_tier1_eur_kwh: not a number (inf)",
    ),
    ("costs_by_province_month", "2024-1,28,0.08,0.75,0.02", "month: not a month (2024-1)"),
    ("costs_by_province_month", "2024-13,28,0.08,0.75,0.02", "month: not a month (2024-13)"),
    (
        "costs_by_province_month",
        "2024-01,28,,0.75,0.02",
        "elec_var_cost_eur_kwh: not a number (empty)",
    ),
    (
        "costs_by_province_month",
        "2024-01,0,0.08,0.75,0.02",
        "province: not a province code from 1 to 52 (0)",
    ),
]


@pytest.mark.parametrize(("name", "bad", "reason"), BAD_CELLS)
def test_bad_row_is_set_aside_with_file_row_reason_and_values(
    tmp_path: Path, name: str, bad: str, reason: str
) -> None:
    rows = [*CSV_ROWS[name][:5], bad, *CSV_ROWS[name][5:]]
    drop = write(tmp_path, name, csv_text(name, rows))
    reading = read_rows(drop)
    assert reading.rows.height == 12
    aside = reading.set_aside.row(0, named=True)
    assert (aside["file"], aside["row"], aside["reason"]) == (drop.path.name, 6, reason)
    written = [cell.strip('"') for cell in json.loads(aside["values"]).values() if cell]
    assert all(cell in bad for cell in written)


def test_bad_row_of_a_monthly_file_keeps_its_month(tmp_path: Path) -> None:
    rows = [*CSV_ROWS["price_history"], ",2024-02-10,,,,,,,,", "C1,soon,,,,,,,,"]
    drop = write(
        tmp_path, "price_history", csv_text("price_history", rows + CSV_ROWS["price_history"])
    )
    assert read_rows(drop).set_aside["month"].to_list() == [date(2024, 2, 1), None]


_REFUSAL = (
    r"3 of 12 rows cannot be read, more than 10%: churn: not 0 or 1 \(3 rows, first 1, 2, 3\); "
    r"row 1: churn: not 0 or 1 \(maybe\)\. Deliver the file again"
)


def test_mostly_unreadable_file_is_refused(tmp_path: Path) -> None:
    rows = [f"{name},maybe" for name in CUSTOMERS[:3]] + CSV_ROWS["churn_label"][3:]
    with pytest.raises(RawFileError, match=_REFUSAL):
        read_rows(write(tmp_path, "churn_label", csv_text("churn_label", rows)))


@pytest.mark.parametrize("filename", file_named(NOTES).filenames)
def test_notes_come_as_list_or_lines_packed_or_not(tmp_path: Path, filename: str) -> None:
    text = (
        "\n".join(json.dumps(record) for record in notes())
        if "jsonl" in filename
        else notes_text(notes())
    )
    content = gzip.compress(text.encode()) if filename.endswith(".gz") else text
    rows = read_rows(write(tmp_path, NOTES, content, filename)).rows
    assert rows["customer_id"].to_list() == CUSTOMERS
    assert rows["date"].unique().to_list() == [date(2024, 11, 15)]


def test_no_notes_is_legal(tmp_path: Path) -> None:
    reading = read_rows(write(tmp_path, NOTES, "[]"))
    assert reading.rows.is_empty()
    assert reading.set_aside.is_empty()
    assert reading.rows.schema["date"] == pl.Date


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[{]", "not a JSON list of records"),
        ("customer_id,date\n", "begins with 'customer_id,'"),
        (
            '[{"customer": "C1"}]',
            "columns customer_id, date, channel, interaction_summary are missing",
        ),
    ],
)
def test_notes_of_another_form_are_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RawFileError, match=said):
        read_rows(write(tmp_path, NOTES, text))


def test_broken_records_are_set_aside(tmp_path: Path) -> None:
    lines = [json.dumps(record) for record in notes()]
    text = "\n".join([*lines[:2], '{"customer_id": "C0', *lines[2:]])
    reading = read_rows(write(tmp_path, NOTES, text))
    assert reading.rows.height == 12
    assert reading.set_aside["row"].to_list() == [3]
    assert reading.set_aside["reason"].item().startswith("not a record")
    listed = read_rows(write(tmp_path, NOTES, notes_text([*notes(), 7])))
    assert listed.set_aside["row"].to_list() == [13]


def test_corrected_rows_give_what_a_clean_file_gives(tmp_path: Path) -> None:
    clean = read_rows(write(tmp_path, "churn_label", csv_text("churn_label"))).rows
    dirty = [",0", *CSV_ROWS["churn_label"][1:5], "C00006,maybe", *CSV_ROWS["churn_label"][6:]]
    # Two bad rows of twelve would refuse the file: the rest makes it longer.
    extra = [f"D{number:05d},0" for number in range(20)]
    drop = write(tmp_path, "churn_label", csv_text("churn_label", dirty + extra))
    assert read_rows(drop).set_aside.height == 2
    (tmp_path / "churn_label.corrected.csv").write_text(
        "row,customer_id,churn\n1,C00001,0\n6,C00006,0\n"
    )
    mended = read_rows(drop)
    assert mended.set_aside.is_empty()
    columns = ["row", "customer_id", "churn"]
    assert mended.rows.select(columns).head(12).equals(clean.select(columns))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("customer_id,churn\nC00001,0\n", "column row is missing"),
        ("row,customer_id,churn\nx,C00001,0\n", "number of each corrected row once"),
        ("row,customer_id,churn\n1,C00001,0\n1,C00001,1\n", "number of each corrected row once"),
        ("row,customer_id,churn\n99,C00001,0\n", "row 99 is not in churn_label.csv, which has 12"),
        ("row,customer_id\n1,C00001\n", "column churn is missing"),
    ],
)
def test_corrections_that_fit_no_row_are_refused(tmp_path: Path, text: str, said: str) -> None:
    drop = write(tmp_path, "churn_label", csv_text("churn_label"))
    (tmp_path / "churn_label.corrected.csv").write_text(text)
    with pytest.raises(RawFileError, match=said):
        read_rows(drop)


def test_drop_keeps_corrections_in_its_version(tmp_path: Path) -> None:
    drop = write(tmp_path, "churn_label", csv_text("churn_label"))
    before = drop.version()
    (tmp_path / "churn_label.corrected.csv").write_text("row,customer_id,churn\n1,C00001,1\n")
    assert Drop(drop.file, drop.path).version() != before


@pytest.mark.parametrize("text", ['[{"customer_id":"C1","date":"x"}]', '{"customer_id": "C0'])
def test_file_in_which_nothing_can_be_read_is_refused(tmp_path: Path, text: str) -> None:
    known = text.replace('"x"}', '"x","channel":null,"interaction_summary":null}')
    with pytest.raises(RawFileError, match="1 of 1 rows cannot be read"):
        read_rows(write(tmp_path, NOTES, known))
