import base64
import re
from xml.etree import ElementTree

import pytest

from spanishgas_assets.charts.axes import Bar, Line, bar_chart, line_chart
from spanishgas_assets.churn.evaluation.pictures import pictures

_SVG = "{http://www.w3.org/2000/svg}"


def drawn(markdown):
    return ElementTree.fromstring(base64.b64decode(re.search(r"base64,([^)]*)", markdown).group(1)))


def texts(svg):
    return [element.text for element in svg.iter(f"{_SVG}text")]


def test_every_picture_of_a_model_is_drawn(model):
    found = pictures(model)
    assert list(found)[:5] == ["precision_recall", "roc", "calibration", "gains", "importance"]
    assert sum(name.startswith("dependence_") for name in found) == 6
    for name, picture in found.items():
        assert texts(drawn(picture)), name


@pytest.mark.parametrize("name", ["precision_recall", "roc", "gains"])
def test_curves_have_a_band_for_the_model_and_one_for_the_baseline(model, name):
    svg = drawn(pictures(model)[name])
    assert {"model", "logistic"} <= set(texts(svg))
    assert len(list(svg.iter(f"{_SVG}polygon"))) == 2


def test_calibration_is_drawn_before_and_after(model):
    assert {"before calibration", "after"} <= set(texts(drawn(pictures(model)["calibration"])))


def test_a_line_goes_through_its_points_and_keeps_the_last():
    points = [(number / 999, number / 999) for number in range(1000)]
    svg = drawn(line_chart("t", "x", "y", [Line("a", points)], diagonal=True))
    path = next(svg.iter(f"{_SVG}polyline")).get("points").split()
    assert (path[0], path[-1]) == ("52.0,256.0", "448.0,30.0")


def test_bars_are_as_long_as_their_values_and_names_are_escaped():
    svg = drawn(bar_chart("t", [("a<b", [Bar("one", 0.5, 0.4, 0.6)]), ("c", [Bar("one", 1.0)])]))
    lengths = [float(bar.get("width")) for bar in list(svg.iter(f"{_SVG}rect"))[1:]]
    assert lengths[1] == 2 * lengths[0]
    assert "a<b" in texts(svg)
