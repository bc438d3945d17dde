"""Negated phrases: the pattern of "no ... <thing>", from the words of ``negations.yaml``."""

import functools
from collections.abc import Iterable
from pathlib import Path

from spanishgas_assets.packaged_yaml import read_packaged_yaml

_WORDS = Path(__file__).with_name("negations.yaml")

#: Linking words that may stand between the negator and the thing denied.
MOST_LINKS = 5


def any_of(patterns: Iterable[str]) -> str:
    """Join patterns into one that matches any of them as whole words."""
    return rf"\b(?:{'|'.join(patterns)})\b"


def negated(things: Iterable[str]) -> str:
    """Return the pattern of a negator, some linking words, and one of the things."""
    negator, link = _words()
    return rf"\b(?:{negator})\s+(?:(?:{link})\s+){{0,{MOST_LINKS}}}(?:{'|'.join(things)})\b"


@functools.cache
def _words() -> tuple[str, str]:
    known = read_packaged_yaml(_WORDS)
    return "|".join(known["negators"]), "|".join(known["links"])
