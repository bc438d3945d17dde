"""Personal data in texts replaced by tags, before anything else sees a text.

Found by their form: e-mail addresses, phones, IBAN, DNI and NIE, CUPS, and other numbers of nine
digits or more (cards, accounts). Found by their place: names after a greeting, a title or a
signature, and known given names followed by a surname. What is tagged too much costs a word;
what is tagged too little cannot be taken back, so doubt ends in a tag.
"""

import functools
from pathlib import Path

import polars as pl

from spanishgas_assets.yaml_models import YamlModel, read_yaml
from spanishgas_assets.yaml_values import Text, Texts

TAGS = ["[EMAIL]", "[CUPS]", "[IBAN]", "[ID]", "[PHONE]", "[NUMBER]", "[NAME]"]

_WORDS = Path(__file__).with_name("pii.yaml")

_EMAIL = (
    r"(?i)[\w.+%'-]+@[\w.-]*\w"
    r"|[\w.+%-]+\s?(?:\(at\)|\[at\]|\(arroba\)|\sarroba\s|\s@\s?)\s?[\w-]+"
    r"(?:\s?(?:\.|\(dot\)|\(punto\)|\spunto\s|\sdot\s)\s?[a-z]{2,})+"
)
_CUPS = r"(?i)\bES(?:[\s.-]?\d){16}[\s.-]?[A-Z]{2}(?:[\s.-]?\d[FPRCXYZ])?\b"
_IBAN = (
    r"(?i:\bES[\s-]?\d{2}(?:[\s.-]?\d){20}\b)"
    r"|\b[A-Z]{2}\d{2}(?:[ -]?[A-Z0-9]{4}){2,7}(?:[ -]?[A-Z0-9]{1,3})?\b"
    r"|(?i:\b[a-z]{2}\d{2}[a-z0-9]{11,30}\b)"
)
_ID = (
    r"(?i)\b[XYZ][\s.-]?\d\.?\d{3}\.?\d{3}[\s.-]?[A-Z]\b"
    r"|\b\d{1,2}[.\s]?\d{3}[.\s]?\d{3}[\s.-]?[A-HJ-NP-TV-Z]\b"
    r"|\b(?:dni|nif|nie|d\.n\.i\.?|n\.i\.f\.?)\W{0,3}(?:n\w?\.?\s?)?\d[\d.]{5,9}\d(?:[\s-]?[A-Z])?\b"
)
_PHONE = (
    r"(?:\+|\b00)[1-9]\d{0,2}(?:[\s./()-]{0,2}\d{2,4}){3,5}\b"
    r"|\b[6789]\d{2}(?:[\s./-]?\d{3}){2}\b"
    r"|\b[6789]\d{2}(?:[\s./-]?\d{2}){3}\b"
    r"|\b[89]\d[\s./-]\d{3}[\s./-]?\d{2}[\s./-]?\d{2}\b"
    r"|\b0\d{2,4}[\s-]\d{3}[\s-]?\d{3,4}\b"
    r"|\(?\b\d{3}\)?[\s.-]\d{3}[\s.-]\d{4}\b"
)
_NUMBER = r"\b\d{9,}\b|\b\d{4}(?:[\s-]\d{4}){2,}(?:[\s-]\d{1,4})?\b"

_CAPITALISED = r"\p{Lu}(?:\p{Ll}|['’·-]\p{L})+"


class NameWords(YamlModel):
    """The words by which a name is known, as regular expressions."""

    greetings: Texts
    titles: Texts
    signatures: Texts
    introductions: Texts
    particles: Text
    given: Texts
    surnames: Texts


def redact(text: pl.Expr) -> pl.Expr:
    """Return texts with personal data replaced by ``TAGS``; null stays null."""
    for pattern, tag in ((_EMAIL, 0), (_CUPS, 1), (_IBAN, 2), (_ID, 3), (_PHONE, 4), (_NUMBER, 5)):
        text = text.str.replace_all(pattern, TAGS[tag])
    for pattern, kept in _name_patterns():
        text = text.str.replace_all(pattern, kept)
    return text


def redact_text(text: str) -> str:
    """Return one text with personal data replaced by ``TAGS``."""
    return str(pl.select(redact(pl.lit(text))).item())


@functools.cache
def _name_patterns() -> list[tuple[str, str]]:
    """Return patterns of names with what stands in their place."""
    words = read_yaml(_WORDS, NameWords)
    lists = words.model_dump(exclude={"particles"})
    either = {key: "|".join(patterns) for key, patterns in lists.items()}
    given = rf"\b(?i:{either['given']})\b"
    surname = rf"\b(?i:{either['surnames']})\b"
    title = rf"(?:\b(?:{either['titles']})\s*)"
    further = rf"(?:{_CAPITALISED}|\p{{Lu}}\.|{given}|{surname})"
    tail = rf"(?:[\s-]+(?:(?:{words.particles})\s+)*{further})"
    name = rf"(?:{_CAPITALISED}|{given}){tail}{{0,4}}"
    known = rf"{given}{tail}{{0,4}}"
    greeting = rf"(?i:\b(?:{either['greetings']}))"
    signature = rf"(?i:\b(?:{either['signatures']}))"
    introduction = rf"(?i:\b(?:{either['introductions']}))"
    tag = TAGS[6]
    return [
        (rf"({greeting}\s+{title}?){name}", f"${{1}}{tag}"),
        (rf"({title}){name}", f"${{1}}{tag}"),
        (rf"({greeting}\s*[,!:;.-]\s*){known}", f"${{1}}{tag}"),
        # Without a known name, punctuation on both sides tells a name from a sentence.
        (rf"({greeting}\s*[,!:;-]\s*){name}(\s*[,.!:;\n])", f"${{1}}{tag}${{2}}"),
        (rf"({greeting} )[\p{{L}}-]{{2,}}(\s*[,!:;\n])", f"${{1}}{tag}${{2}}"),
        (rf"({signature}[\s,:.-]+){name}", f"${{1}}{tag}"),
        (
            rf"({introduction}[\s,:]+)(?:{known}|{_CAPITALISED}{tail}{{1,4}})",
            f"${{1}}{tag}",
        ),
        (rf"{given}{tail}{{1,4}}", tag),
    ]
