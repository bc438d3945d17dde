"""Notes in every shape in which a program writes a table as JSON."""

import json
from datetime import date
from pathlib import Path

import pytest

from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.typed_rows import Reading, read_rows
from spanishgas_assets_tests.raw.drops import notes, write

NOTES = "customer_interactions"
COLUMNS = list(notes(1)[0])


def read(folder: Path, text: str) -> Reading:
    return read_rows(write(folder, NOTES, text))


def by_column(index: bool) -> object:
    if not index:
        return {name: [note[name] for note in notes()] for name in COLUMNS}
    return {name: {str(at): note[name] for at, note in enumerate(notes())} for name in COLUMNS}


SHAPES = {
    "a record a line": "\n".join(map(json.dumps, notes())),
    "records over several lines": "\n".join(json.dumps(note, indent=2) for note in notes()),
    "columns by index": json.dumps(by_column(index=True)),
    "columns of lists": json.dumps(by_column(index=False)),
    "records by index": json.dumps({str(at): note for at, note in enumerate(notes())}),
    "split": json.dumps(
        {"columns": COLUMNS, "index": [], "data": [list(note.values()) for note in notes()]}
    ),
    "table": json.dumps({"schema": {"fields": [{"name": "date"}]}, "data": notes()}),
    "wrapped": json.dumps({"count": 12, "interactions": notes()}),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_reads_as_a_list_does(tmp_path: Path, shape: str) -> None:
    plain = read(tmp_path, json.dumps(notes()))
    assert plain.rows.height == 12
    shaped = read(tmp_path, SHAPES[shape])
    assert shaped.rows.equals(plain.rows)
    assert shaped.set_aside.is_empty()


def test_one_record_alone_is_a_record(tmp_path: Path) -> None:
    assert read(tmp_path, json.dumps(notes(1)[0])).rows["customer_id"].to_list() == ["C00001"]


def test_columns_without_a_row_are_no_notes(tmp_path: Path) -> None:
    assert read(tmp_path, json.dumps({name: {} for name in COLUMNS})).rows.is_empty()


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\x0c", "\x1c"])
def test_line_separator_within_a_note_ends_no_record(tmp_path: Path, mark: str) -> None:
    records = [*notes(11), notes()[11] | {"interaction_summary": f"one{mark}two"}]
    text = "\n".join(json.dumps(note, ensure_ascii=mark < "\x20") for note in records)
    reading = read(tmp_path, text + "\n{")  # a broken line: the records are read line by line
    assert reading.rows["interaction_summary"][11] == f"one{mark}two"
    assert reading.set_aside["row"].to_list() == [13]


def test_numbers_stay_as_they_are_written(tmp_path: Path) -> None:
    digits = "9" * 5000
    record = (
        '{"customer_id": %s, "date": "2024-11-15", "channel": 1e999, "interaction_summary": %s}'
    )
    row = read(tmp_path, f"[{record % (5, digits)}]").rows.row(0, named=True)
    assert (row["customer_id"], row["channel"]) == ("5", "1e999")
    assert row["interaction_summary"] == digits


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[" * 100_000, "within each other, too deep to be a table"),
        ('{"date":' * 100_000, "within each other, too deep to be a table"),
        ('{"customer_id": ["C1", "C2"], "date": ["2024-01-01"]}', "columns of different lengths"),
        ('{"customer_id": {"0": "C1"}}', "columns date, channel, interaction_summary are missing"),
    ],
)
def test_what_is_no_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(RawFileError, match=f"customer_interactions.json: .*{said}"):
        read(tmp_path, text)


def test_milliseconds_of_pandas_are_dates(tmp_path: Path) -> None:
    columns = by_column(index=True) | {"date": {str(at): 1731628800000 for at in range(12)}}
    rows = read(tmp_path, json.dumps(columns)).rows
    assert rows["date"].unique().to_list() == [date(2024, 11, 15)]
