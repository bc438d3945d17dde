"""The report's pictures, as SVG written by hand: paired bars, a heat map, an interval."""

from collections.abc import Sequence
from html import escape

from spanishgas_assets.charts.distributions import Distribution

REFERENCE_COLOUR, CURRENT_COLOUR = "#b6bdc9", "#2563eb"
#: Effects are drawn from white to red; this one and more are fully red.
FULL_EFFECT = 0.5
#: Width of a letter of the pictures' text, px; a little more than it takes.
_LETTER = 6.5


def paired_bars(shown: Distribution) -> str:
    """Draw both samples' shares per bin, the reference in grey and the current one in blue."""
    return _histogram(shown) if shown.numeric else _levels(shown)


def _histogram(shown: Distribution) -> str:
    width, height, foot = 340, 120, 16
    top = max((*shown.reference, *shown.current), default=0.0) or 1.0
    step = width / len(shown.labels)
    strokes = []
    for place, (before, now) in enumerate(zip(shown.reference, shown.current, strict=True)):
        for offset, share, colour in (
            (0.08, before, REFERENCE_COLOUR),
            (0.5, now, CURRENT_COLOUR),
        ):
            tall = share / top * height
            strokes.append(
                f'<rect x="{(place + offset) * step:.1f}" y="{height - tall:.1f}" '
                f'width="{step * 0.42:.1f}" height="{tall:.1f}" fill="{colour}"/>'
            )
    last = len(shown.labels) - 2
    marks = [
        _text(0, height + 13, shown.labels[0], "start"),
        _text(last / 2 * step, height + 13, shown.labels[last // 2], "middle"),
        _text(0.85 * width, height + 13, shown.labels[last], "end"),
        _text(width, height + 13, "missing", "end"),
    ]
    return _svg(width, height + foot, "".join(strokes + marks))


def _levels(shown: Distribution) -> str:
    width, row, names = 340, 26, 130
    top = max((*shown.reference, *shown.current), default=0.0) or 1.0
    room = width - names - 40
    strokes = []
    for place, label in enumerate(shown.labels):
        y = place * row
        strokes.append(_text(names - 6, y + 15, label[:20], "end"))
        for offset, share, colour in (
            (3, shown.reference[place], REFERENCE_COLOUR),
            (12, shown.current[place], CURRENT_COLOUR),
        ):
            wide = share / top * room
            strokes.append(
                f'<rect x="{names}" y="{y + offset}" width="{wide:.1f}" height="8" '
                f'fill="{colour}"/>'
            )
            strokes.append(_text(names + wide + 4, y + offset + 8, f"{share:.1%}", "start"))
    return _svg(width, row * len(shown.labels), "".join(strokes))


def heat_map(
    rows: Sequence[str], columns: Sequence[str], effects: Sequence[Sequence[float | None]]
) -> str:
    """Draw one cell per row and column, redder the larger the effect; None is left grey."""
    cell, height, head = 30, 18, 70
    names = 16 + _LETTER * max((len(name) for name in rows), default=0)
    strokes = []
    for place, column in enumerate(columns):
        x = names + place * cell + cell / 2 + 4
        strokes.append(
            f'<text transform="translate({x:.0f},{head - 4}) rotate(-60)">{escape(column)}</text>'
        )
    for line, (name, values) in enumerate(zip(rows, effects, strict=True)):
        y = head + line * height
        strokes.append(_text(names - 6, y + 13, name, "end"))
        for place, value in enumerate(values):
            said = "not compared" if value is None else f"{value:.2f}"
            strokes.append(
                f'<rect x="{names + place * cell}" y="{y}" width="{cell - 2}" '
                f'height="{height - 2}" stroke="#e3e6eb" '
                f'fill="{_heat(value)}"><title>{escape(name)} '
                f"{escape(columns[place])}: {said}</title></rect>"
            )
    return _svg(names + cell * len(columns) + 40, head + height * len(rows), "".join(strokes))


def interval_bar(low: float | None, value: float | None, high: float | None) -> str:
    """Draw a share with its interval on a line from 0 to 1."""
    if value is None or low is None or high is None:
        return ""
    width = 180
    return _svg(
        width + 8,
        14,
        f'<path d="M4 7H{width + 4}" stroke="#e3e6eb"/>'
        f'<path d="M{4 + low * width:.1f} 7H{4 + high * width:.1f}" stroke="{CURRENT_COLOUR}" '
        'stroke-width="5" opacity="0.45"/>'
        f'<circle cx="{4 + value * width:.1f}" cy="7" r="3.5" fill="{CURRENT_COLOUR}"/>',
    )


def _heat(effect: float | None) -> str:
    if effect is None:
        return "#eef0f3"
    depth = min(effect / FULL_EFFECT, 1.0)
    red, green, blue = (round(255 - depth * (255 - full)) for full in (190, 24, 30))
    return f"#{red:02x}{green:02x}{blue:02x}" if depth else "#ffffff"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(width: float, height: float, strokes: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}">{strokes}</svg>'
    )
