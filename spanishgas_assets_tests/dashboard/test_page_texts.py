"""Every text in both languages, and figures as each language writes them."""

import re
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from spanishgas_assets.dashboard import page_texts
from spanishgas_assets.dashboard.page_texts import LANGUAGES, Words, texts
from spanishgas_assets.retention.column_values import BLOCK_REASONS, CHANNELS, RISK_TIERS

FOLDER = Path(page_texts.__file__).parent
ENGLISH, SPANISH = Words("en"), Words("es")


def flat(some: Mapping[str, Any], above: str = "") -> dict[str, Mapping[str, str]]:
    """Texts by their dotted keys."""
    if all(isinstance(value, str) for value in some.values()):
        return {above.rstrip("."): some}
    parts = [flat(value, f"{above}{name}.") for name, value in some.items()]
    return {key: text for part in parts for key, text in part.items()}


TEXTS = flat(texts())


def test_every_text_is_in_both_languages_with_the_same_values() -> None:
    for key, text in TEXTS.items():
        assert set(text) == set(LANGUAGES), key
        assert set(re.findall(r"{\w+}", text["en"])) == set(re.findall(r"{\w+}", text["es"])), key


def test_every_text_that_a_page_names_exists() -> None:
    for path in FOLDER.rglob("*.py"):
        for key in re.findall(r'words\(\s*"([a-z_]+\.[a-z_.]+)"', path.read_text("utf-8")):
            assert SPANISH(key), key


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (ENGLISH.euros(-1234.5), "−€1,234.50"),
        (SPANISH.euros(-1234.5), "−1.234,50 €"),
        (SPANISH.euros(-0.001), "0,00 €"),
        (SPANISH.share(0.0345, 1), "3,5 %"),
        (ENGLISH.share(None), "–"),
        (SPANISH.signed(1200), "+1.200"),
        (ENGLISH.day(date(2025, 1, 6)), "6 Jan 2025"),
        (SPANISH.day(date(2025, 1, 6)), "06/01/2025"),
        (SPANISH.province(28), "Madrid"),
        (SPANISH.province(None), "–"),
    ],
)
def test_figures_are_written_as_the_language_does(written: str, said: str) -> None:
    assert written == said


def test_every_value_of_a_column_is_said_in_spanish() -> None:
    for value in (*RISK_TIERS, *CHANNELS):
        assert SPANISH.value(value) != value


def test_every_block_reason_names_its_rule() -> None:
    for reason in BLOCK_REASONS:
        assert not SPANISH.rule(reason).startswith("Sin oferta:")
