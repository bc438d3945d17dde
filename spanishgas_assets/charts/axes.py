"""Charts for people: lines with intervals, and bars, on axes with numbers; SVG, no library.

For what is to be read off, not just glanced at: ``pictures.py`` draws the small ones that the UI
shows without a click.
"""

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

_WIDTH, _HEIGHT = 460, 300
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 12, 30, 44
_COLOURS = ("#2563eb", "#d97706", "#059669", "#9333ea")
_MOST_POINTS = 80

Points = Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Line:
    """A named line; ``band`` gives lower and upper value at each of its x."""

    name: str
    points: Points
    band: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class Bar:
    """A named value with the ends of its interval; None draws none."""

    name: str
    value: float
    low: float | None = None
    high: float | None = None


def line_chart(
    title: str, x_title: str, y_title: str, lines: Sequence[Line], *, diagonal: bool = False
) -> str:
    """Draw lines in the unit square, with their bands; ``diagonal`` adds the line y = x."""
    parts = [_axes(x_title, y_title), _title(title)]
    if diagonal:
        parts.append(f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke="#aaa" fill="none"/>')
    for line, colour in zip(lines, _COLOURS, strict=False):
        step = max(1, -(-len(line.points) // _MOST_POINTS))
        kept = [*range(0, len(line.points), step)]
        if kept[-1] != len(line.points) - 1:
            kept.append(len(line.points) - 1)
        if line.band:
            upper = [f"{_x(line.points[i][0])},{_y(line.band[i][1])}" for i in kept]
            lower = [f"{_x(line.points[i][0])},{_y(line.band[i][0])}" for i in reversed(kept)]
            edge = " ".join(upper + lower)
            parts.append(f'<polygon points="{edge}" fill="{colour}" opacity=".18"/>')
        path = " ".join(f"{_x(line.points[i][0])},{_y(line.points[i][1])}" for i in kept)
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.6"/>'
        )
    parts += _legend([line.name for line in lines], low=diagonal)
    return _markdown(title, "".join(parts), _HEIGHT)


def bar_chart(title: str, groups: Sequence[tuple[str, Sequence[Bar]]], *, top: float = 0) -> str:
    """Draw groups of horizontal bars with their intervals; bars of one name have one colour.

    ``top`` is the value at the right edge; 0 takes the highest value or interval's end.
    """
    names = list(dict.fromkeys(bar.name for _, bars in groups for bar in bars))
    top = top or max(bar.high or bar.value for _, bars in groups for bar in bars) or 1.0
    colours = dict(zip(names, _COLOURS * len(names), strict=False))
    left, step = 150, 11
    width = _WIDTH - left - 60
    parts, y = [_title(title)], _TOP + (14 if len(names) > 1 else 0)
    for label, bars in groups:
        middle = y + step * len(bars) / 2 + 3
        parts.append(
            f'<text x="{left - 6}" y="{middle:.0f}" text-anchor="end">{escape(label)}</text>'
        )
        for bar in bars:
            length = width * bar.value / top
            parts.append(
                f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{step - 2}" '
                f'fill="{colours[bar.name]}"/>'
            )
            end = bar.value
            if bar.low is not None and bar.high is not None:
                parts.append(
                    f'<path d="M{left + width * bar.low / top:.1f} {y + 4.5}'
                    f'H{left + width * bar.high / top:.1f}" stroke="#222"/>'
                )
                end = bar.high
            parts.append(
                f'<text x="{left + width * end / top + 4:.1f}" y="{y + 8}" font-size="9">'
                f"{bar.value:.3f}</text>"
            )
            y += step
        y += 6
    if len(names) > 1:
        parts += [
            f'<text x="{left + 75 * number}" y="{_TOP + 4}" fill="{colours[name]}">'
            f"{escape(name)}</text>"
            for number, name in enumerate(names)
        ]
    return _markdown(title, "".join(parts), y + 8)


def _axes(x_title: str, y_title: str) -> str:
    ticks = [index / 5 for index in range(6)]
    grid = "".join(
        f'<path d="M{_x(t)} {_y(0)}V{_y(1)}M{_x(0)} {_y(t)}H{_x(1)}" stroke="#eee"/>'
        f'<text x="{_x(t)}" y="{_y(0) + 14}" text-anchor="middle">{t:.1f}</text>'
        f'<text x="{_x(0) - 5}" y="{_y(t) + 4}" text-anchor="end">{t:.1f}</text>'
        for t in ticks
    )
    middle_x, middle_y = _x(0.5), _y(0.5)
    return (
        grid + f'<path d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}" stroke="#555" fill="none"/>'
        f'<text x="{middle_x}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(x_title)}</text>'
        f'<text transform="translate(13 {middle_y}) rotate(-90)" text-anchor="middle">'
        f"{escape(y_title)}</text>"
    )


def _legend(names: Sequence[str], *, low: bool) -> list[str]:
    """Name the lines at the right: below, where a diagonal takes the upper corner."""
    top = _y(0) - 6 - 14 * (len(names) - 1) if low else _TOP + 14
    return [
        f'<text x="{_x(1) - 6}" y="{top + 14 * number}" text-anchor="end" '
        f'fill="{colour}">{escape(name)}</text>'
        for number, (name, colour) in enumerate(zip(names, _COLOURS, strict=False))
    ]


def _title(title: str) -> str:
    return f'<text x="10" y="18" font-size="13" font-weight="bold">{escape(title)}</text>'


def _x(share: float) -> float:
    return round(_LEFT + share * (_WIDTH - _LEFT - _RIGHT), 1)


def _y(share: float) -> float:
    return round(_TOP + (1 - share) * (_HEIGHT - _TOP - _BOTTOM), 1)


def _markdown(title: str, strokes: str, height: int) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{height}" '
        f'font-family="sans-serif" font-size="11"><rect width="100%" height="100%" fill="#fff"/>'
        f"{strokes}</svg>"
    )
    return f"![{title}](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
