"""What the dashboard says in English and Spanish, and how each language writes figures."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spanishgas_assets.packaged_yaml import read_packaged_yaml
from spanishgas_assets.retention.call_list import WORDS
from spanishgas_assets.retention.reasons import LANGUAGES as REASONS
from spanishgas_assets.retention.reasons import block_texts, value_names
from spanishgas_assets.text.written_figures import WrittenFigures

LANGUAGES = {"es": "Español", "en": "English"}

_TEXTS = Path(__file__).with_name("page_texts.yaml")
_PROVINCES = Path(__file__).with_name("provinces.yaml")
_TIERS_ES = {"Low": "Bajo", "Medium": "Medio", "High": "Alto", "Critical": "Crítico"}


@dataclass(frozen=True)
class Words(WrittenFigures):
    """The texts of one language, and its figures."""

    def __call__(self, key: str, **values: object) -> str:
        """Return a text by its dotted key, with values filled in.

        Raises:
            KeyError: there is no such text.
        """
        text: Any = texts()
        for part in key.split("."):
            text = text[part]
        said: str = text[self.language]
        return said.format(**values) if values else said

    def value(self, name: str | None) -> str:
        """Return a column's value as people say it: a channel, segment, tier, intent or window."""
        if name is None:
            return "–"
        if self.language == "es":
            return _TIERS_ES.get(name) or WORDS["es"].get(name) or value_names().get(name, name)
        return WORDS["en"].get(name, name)

    @property
    def reasons_column(self) -> str:
        """The column of recommendations with the reasons in this language."""
        return REASONS[self.language]

    def block(self, reason: str) -> str:
        """Say why no offer is made."""
        known = block_texts()
        if reason not in known:
            return self("customer.no_offer_due")
        return known[reason][self.language]

    def rule(self, reason: str) -> str:
        """Name the rule behind a block reason: what is said of it without "No offer"."""
        said = self.block(reason)
        rule = said.partition(": ")[2] or said
        return rule[0].upper() + rule[1:]

    def province(self, code: int | None) -> str:
        """Return a province's name by its INE code."""
        return _provinces().get(code or 0, "–" if code is None else str(code))


@functools.cache
def texts() -> Mapping[str, Any]:
    """Return every text by its keys, and below them by language."""
    found: Mapping[str, Any] = read_packaged_yaml(_TEXTS)
    return found


@functools.cache
def _provinces() -> Mapping[int, str]:
    found: Mapping[int, str] = read_packaged_yaml(_PROVINCES)
    return found
