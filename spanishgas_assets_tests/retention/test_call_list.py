"""The call list: who is on it, in which words, and that Excel reads it."""

import csv
import io
from types import SimpleNamespace

import polars as pl
import pytest
from openpyxl import load_workbook
from rich.console import Console

from spanishgas_assets.commands import calls
from spanishgas_assets.errors import SettingsError, StoreError
from spanishgas_assets.retention.call_list import as_csv, as_xlsx, call_list
from spanishgas_assets.retention.tables import RECOMMENDATIONS
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.stored import publish_tables

from .customers import RULES, recommend

CUSTOMERS = [(0.9, 100.0), (0.9, 300.0), (0.868, 1.982), (0.9, -5.0)]


def listed(top=10, channel="all", language="es"):
    table = recommend(*CUSTOMERS)
    titles = RULES.offers.titles(language)
    return call_list(table.lazy(), titles, top=top, channel=channel, language=language)


def test_the_offers_worth_most_come_first_in_words():
    assert listed().select("Cliente", "Oferta", "Canal", "Cuándo", "Riesgo (%)").rows() == [
        ("C2", "Oferta de retención grande", "teléfono", "ya", 90),
        ("C1", "Oferta de retención grande", "teléfono", "ya", 90),
        ("C3", "Oferta de retención pequeña", "correo electrónico", "en 30 a 60 días", 87),
    ]
    assert listed(language="en")["Why the customer may leave"][0] == "Complained 5 days ago"


def test_top_and_channel_choose():
    assert listed(top=1)["Cliente"].to_list() == ["C2"]
    assert listed(channel="email")["Cliente"].to_list() == ["C3"]
    assert listed(channel="letter").is_empty()


def test_texts_that_no_cell_can_hold_are_written_without_what_it_cannot(tmp_path):
    reasons = pl.lit("a\x00b\x1f\ufffe\ttab\n" + "x" * 40_000).alias("reasons_es")
    table = recommend(*CUSTOMERS).with_columns(reasons).lazy()
    titles = RULES.offers.titles("es")
    chosen = call_list(table, titles, top=1, channel="all", language="es")
    sheet = load_workbook(io.BytesIO(as_xlsx(chosen, "2025-01-06"))).active
    assert sheet["J2"].value == ("a b  \ttab\n" + "x" * 40_000)[:32_767]


def test_a_csv_for_spanish_excel_has_mark_semicolon_and_decimal_comma():
    data = as_csv(listed(top=1), ";")
    assert data.startswith(b"\xef\xbb\xbf")
    head, row = list(csv.reader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))
    assert head[:2] == ["Cliente", "Segmento"]
    assert row[5:8] == ["75,00", "225,00", "889,00"]


def test_a_csv_with_commas_has_decimal_points():
    _, row = csv.reader(io.StringIO(as_csv(listed(top=1), ",").decode("utf-8-sig")))
    assert row[5] == "75.00"


def test_the_sheet_opens_with_numbers_as_numbers():
    sheet = load_workbook(io.BytesIO(as_xlsx(listed(), "2025-01-06")))["2025-01-06"]
    assert [cell.value for cell in sheet[1]][:3] == ["Cliente", "Segmento", "Oferta"]
    assert sheet.max_row == 4
    assert sheet["F2"].value == 75.0
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:J4")
    assert sheet["A1"].font.bold


def test_no_text_becomes_a_formula():
    table = recommend(*CUSTOMERS).with_columns(reasons_es=pl.lit("=1+1"))
    titles = RULES.offers.titles("es")
    rows = call_list(table.lazy(), titles, top=1, channel="all", language="es")
    assert rows["Por qué puede irse"].to_list() == ["'=1+1"]
    sheet = load_workbook(io.BytesIO(as_xlsx(rows, "s"))).active
    assert sheet["J2"].data_type == "s"


def command(tmp_path, **options):
    given = {
        "snapshot": "2025-01-06",
        "out": tmp_path / "calls.csv",
        "top": 200,
        "channel": "phone",
        "language": "es",
        "separator": "semicolon",
        "unpublished": False,
    }
    said = Console(file=io.StringIO(), width=300)
    settings = Settings(store=str(tmp_path / "store"))
    calls.execute(SimpleNamespace(**(given | options)), settings, said)
    return said.file.getvalue()


@pytest.fixture
def stored(tmp_path):
    store = open_store(str(tmp_path / "store"))
    publish_tables(store, "2025-01-06", (RECOMMENDATIONS, recommend(*CUSTOMERS)))
    return tmp_path


def test_the_command_writes_a_csv_with_either_separator(stored):
    assert "calls.csv: 2 customers (phone)" in command(stored)
    assert b"Cliente;" in (stored / "calls.csv").read_bytes()
    command(stored, separator="comma", language="en")
    assert b"Customer,Segment" in (stored / "calls.csv").read_bytes()


def test_the_command_writes_a_sheet_and_makes_its_folder(stored):
    out = stored / "new" / "calls.xlsx"
    command(stored, out=out, channel="all")
    assert load_workbook(out).active.max_row == 4


def test_a_wrong_name_or_number_is_told(stored):
    with pytest.raises(SettingsError, match=r"must end in \.csv or \.xlsx"):
        command(stored, out=stored / "calls.pdf")
    with pytest.raises(SettingsError, match="must be at least 1"):
        command(stored, top=0)


def test_a_snapshot_that_was_not_run_is_told(tmp_path):
    with pytest.raises(StoreError, match="2025-01-06 is not published in"):
        command(tmp_path)
