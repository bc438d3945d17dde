"""Small pictures for asset metadata, as SVG in markdown.

The UI shows a markdown entry of under 1,000 characters at once and hides a longer one behind a
link, so a picture is a few strokes: a line or some bars in a frame, and its title in words.
"""

import base64
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT = 220, 120
_MOST_POINTS = 24
_PANEL_WIDTH, _PANEL_HEIGHT, _PANELS_A_ROW = 180, 40, 4
_BAR_HEIGHT, _NAME_WIDTH, _LONGEST_BAR = 16, 230, 200


def line_picture(
    title: str,
    points: Sequence[tuple[float, float]],
    *,
    diagonal: bool = False,
) -> str:
    """Draw points in the unit square as a line; ``diagonal`` adds the line y = x."""
    step = max(1, -(-len(points) // _MOST_POINTS))
    kept = [*points[::step], *points[-1:]]
    path = " ".join(f"{x * _WIDTH:.0f},{(1 - y) * _HEIGHT:.0f}" for x, y in kept)
    guide = f'<path d="M0 {_HEIGHT}L{_WIDTH} 0" stroke="#bbb"/>' if diagonal else ""
    line = f'<polyline points="{path}" fill="none" stroke="#2563eb" stroke-width="2"/>'
    return _markdown(title, _framed(guide + line))


def bar_picture(title: str, values: Sequence[float]) -> str:
    """Draw values as bars, the highest filling the frame."""
    top = max(values, default=0.0) or 1.0
    width = _WIDTH / max(len(values), 1)
    path = "".join(
        f"M{(index + 0.5) * width:.0f} {_HEIGHT}V{(1 - value / top) * _HEIGHT:.0f}"
        for index, value in enumerate(values)
    )
    bars = f'<path d="{path}" stroke="#2563eb" stroke-width="{width * 0.7:.0f}"/>'
    return _markdown(title, _framed(bars))


def panel_picture(title: str, panels: Mapping[str, Sequence[float]]) -> str:
    """Draw each named panel's values as bars, four panels to a row, their names below them.

    Larger than the limit of what the UI shows at once: it opens behind a link.
    """
    drawn = []
    for index, (name, values) in enumerate(panels.items()):
        left = index % _PANELS_A_ROW * (_PANEL_WIDTH + 10)
        floor = index // _PANELS_A_ROW * (_PANEL_HEIGHT + 24) + _PANEL_HEIGHT
        top = max(values, default=0.0) or 1.0
        width = _PANEL_WIDTH / max(len(values), 1)
        bars = "".join(
            f"M{left + (place + 0.5) * width:.0f} {floor}v{-value / top * _PANEL_HEIGHT:.0f}"
            for place, value in enumerate(values)
        )
        drawn.append(
            f'<path d="{bars}" stroke="#2563eb" stroke-width="{width * 0.8:.0f}"/>'
            f'<path d="M{left} {floor}h{_PANEL_WIDTH}" stroke="#666"/>'
            f'<text x="{left}" y="{floor + 12}">{escape(name)}</text>'
        )
    rows = -(-len(panels) // _PANELS_A_ROW)
    size = _PANELS_A_ROW * (_PANEL_WIDTH + 10), rows * (_PANEL_HEIGHT + 24)
    return _markdown(title, _lettered("".join(drawn)), size)


def named_bar_picture(title: str, values: Mapping[str, float]) -> str:
    """Draw named shares as bars, one below the other, with their percentage; opens as above."""
    top = max(values.values(), default=0.0) or 1.0
    drawn = "".join(
        f'<text x="{_NAME_WIDTH - 6}" y="{(place + 0.75) * _BAR_HEIGHT:.0f}" text-anchor="end">'
        f"{escape(name)}</text>"
        f'<path d="M{_NAME_WIDTH} {(place + 0.5) * _BAR_HEIGHT:.0f}'
        f'h{value / top * _LONGEST_BAR:.0f}" stroke="#2563eb" stroke-width="11"/>'
        f'<text x="{_NAME_WIDTH + 4 + value / top * _LONGEST_BAR:.0f}"'
        f' y="{(place + 0.75) * _BAR_HEIGHT:.0f}">{value:.1%}</text>'
        for place, (name, value) in enumerate(values.items())
    )
    size = _NAME_WIDTH + _LONGEST_BAR + 50, max(len(values), 1) * _BAR_HEIGHT
    return _markdown(title, _lettered(drawn), size)


def _lettered(drawn: str) -> str:
    return f'<g font-family="sans-serif" font-size="10" fill="#777">{drawn}</g>'


def _framed(strokes: str) -> str:
    return f'<path d="M0 0V{_HEIGHT}H{_WIDTH}" fill="none" stroke="#666"/>{strokes}'


def _markdown(title: str, drawn: str, size: tuple[int, int] = (_WIDTH, _HEIGHT)) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{size[0]}" height="{size[1]}">'
        f"{drawn}</svg>"
    )
    encoded = base64.b64encode(svg.encode()).decode()
    return f"{title}\n\n![{title}](data:image/svg+xml;base64,{encoded})"
