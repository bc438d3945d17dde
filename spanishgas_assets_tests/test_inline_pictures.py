"""Pictures are small enough to be shown at once, and are what they say."""

import base64
import re

from spanishgas_assets.charts.inline import bar_picture, line_picture


def svg(markdown: str) -> str:
    found = re.search(r"base64,([^)]+)\)", markdown)
    assert found
    return base64.b64decode(found.group(1)).decode()


def test_a_line_runs_from_corner_to_corner() -> None:
    assert 'points="0,120 220,0' in svg(line_picture("Up", [(0.0, 0.0), (1.0, 1.0)]))


def test_a_long_line_is_thinned_and_stays_under_the_limit_of_the_ui() -> None:
    points = [(n / 5000, n / 5000) for n in range(5001)]
    assert len(line_picture("Precision by recall", points, diagonal=True)) < 1000


def test_bars_are_scaled_to_the_highest() -> None:
    drawn = svg(bar_picture("Bars", [1.0, 2.0]))
    assert "V60" in drawn
    assert "V0" in drawn


def test_twenty_bars_fit_and_none_at_all_is_an_empty_frame() -> None:
    assert len(bar_picture("Customers by probability", list(range(20)))) < 1000
    assert "stroke=" in svg(bar_picture("None", []))
