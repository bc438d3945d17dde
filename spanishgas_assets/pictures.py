"""Small pictures for asset metadata, as SVG in markdown.

The UI shows a markdown entry of under 1,000 characters at once and hides a longer one behind a
link, so a picture is a few strokes: a line or some bars in a frame, and its title in words.
"""

import base64
from collections.abc import Sequence

_WIDTH, _HEIGHT = 220, 120
_MOST_POINTS = 24


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
    return _markdown(title, guide + line)


def bar_picture(title: str, values: Sequence[float]) -> str:
    """Draw values as bars, the highest filling the frame."""
    top = max(values, default=0.0) or 1.0
    width = _WIDTH / max(len(values), 1)
    path = "".join(
        f"M{(index + 0.5) * width:.0f} {_HEIGHT}V{(1 - value / top) * _HEIGHT:.0f}"
        for index, value in enumerate(values)
    )
    bars = f'<path d="{path}" stroke="#2563eb" stroke-width="{width * 0.7:.0f}"/>'
    return _markdown(title, bars)


def _markdown(title: str, strokes: str) -> str:
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}">'
        f'<path d="M0 0V{_HEIGHT}H{_WIDTH}" fill="none" stroke="#666"/>{strokes}</svg>'
    )
    encoded = base64.b64encode(svg.encode()).decode()
    return f"{title}\n\n![{title}](data:image/svg+xml;base64,{encoded})"
