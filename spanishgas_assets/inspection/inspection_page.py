"""An inspection as one self-contained HTML page."""

from collections.abc import Iterator
from html import escape
from pathlib import Path

from spanishgas_assets.inspection.remarks import FileReport, Inspection, Weight

_CSS = Path(__file__).with_suffix(".css")
_ORDER = list(Weight)
#: A sign beside the colour, for whoever does not see colours.
_SIGNS = {Weight.STOPS: "✖", Weight.WARNS: "▲", Weight.TELLS: "·"}


def inspection_page(inspection: Inspection) -> str:
    """Return the page: the verdict, every file with what it was taken for, every remark."""
    return "".join(_lines(inspection))


def verdict(inspection: Inspection) -> str:
    """Say in a sentence whether a run would go through."""
    if not inspection.stops:
        count = inspection.warnings
        warnings = f", with {count} warning{'s' if count > 1 else ''}" if count else ""
        return f"A run would go through{warnings}."
    things = "1 thing" if inspection.stops == 1 else f"{inspection.stops} things"
    return f"{things} would stop a run."


def _lines(inspection: Inspection) -> Iterator[str]:
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8">'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>Inspection</title><style>{_CSS.read_text('utf-8')}</style></head><body><main>"
    yield f"<h1>{escape(inspection.folder)}</h1>"
    kind = Weight.STOPS if inspection.stops else Weight.TELLS
    yield f'<p class="verdict {kind.value}">{escape(verdict(inspection))}</p>'
    for part in inspection.parts:
        yield from _part(part)
    yield "</main></body></html>"


def _part(part: FileReport) -> Iterator[str]:
    place = f" <small>{escape(part.path.name)}</small>" if part.path else ""
    yield f"<section><h2>{escape(part.name)}{place}</h2><dl>"
    for name, value in part.facts.items():
        yield f"<div><dt>{escape(name)}</dt><dd>{escape(value)}</dd></div>"
    yield "</dl><ul>"
    for remark in sorted(part.remarks, key=lambda one: _ORDER.index(one.weight)):
        sign = f'<b title="{remark.weight.value}">{_SIGNS[remark.weight]}</b>'
        yield f'<li class="{remark.weight.value}">{sign} {escape(remark.text)}</li>'
    yield "</ul></section>"
