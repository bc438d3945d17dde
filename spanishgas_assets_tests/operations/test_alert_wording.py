"""Texts fit for a message, and the runbook's line in each."""

import re
from pathlib import Path

import pytest

from spanishgas_assets.operations.alerts.advice import advice
from spanishgas_assets.operations.alerts.incidents import Kind
from spanishgas_assets.operations.alerts.messages import _TITLES
from spanishgas_assets.operations.alerts.wording import (
    ascii_line,
    one_line,
    paragraph,
    shortened,
)

RUNBOOK = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("a\nb\r\u2028c", "a\\nb\\r\\u2028c"),
        ("caf\udce9", "caf\\udce9"),
        ("a\u00a0b\u200b", "a\\xa0b\\u200b"),
        ("año 2024, ¿sí?", "año 2024, ¿sí?"),
    ],
)
def test_a_line_shows_what_a_header_cannot_take(text: str, clean: str) -> None:
    assert one_line(text) == clean


def test_a_paragraph_keeps_its_lines() -> None:
    assert paragraph("a\r\nb\tc\x00") == "a\nb   c\\x00"


@pytest.mark.parametrize(
    ("text", "most", "short"),
    [
        ("short.", 6, "short."),
        ("One is wrong. Two is not. Three", 27, "One is wrong. [...]"),
        ("First line\nsecond line", 18, "First line [...]"),
        ("file a.csv has no columns", 20, "file a.csv has [...]"),
        ("x" * 30, 10, "xxxx [...]"),
    ],
)
def test_a_text_is_cut_after_a_sentence_or_a_word(text: str, most: int, short: str) -> None:
    assert shortened(text, most) == short
    assert len(shortened(text, most)) <= most


def test_a_line_of_ascii_has_no_accents() -> None:
    assert ascii_line("Año ¿2024?\n€") == "Ano ?2024?\\n?"


def test_each_kind_has_the_line_of_the_runbook() -> None:
    rows = re.findall(r"^\| \*\*(.+?)\*\* \|.*\| (.*?) \|$", RUNBOOK.read_text(), re.MULTILINE)
    page = {title: line.replace("`", "") for title, line in rows}
    told = {_TITLES[kind]: advice(kind, "any") for kind in Kind if kind is not Kind.HEARTBEAT} | {
        "Heartbeat missing: daemon, sensor, schedule": advice(Kind.HEARTBEAT, "daemon SENSOR"),
        "Heartbeat missing: runs come to an end": advice(Kind.HEARTBEAT, "runs come to an end"),
        "Heartbeat missing: publication": advice(Kind.HEARTBEAT, "publication"),
    }
    assert told == {title: page[title] for title in told}
