"""The worlds of the live retailer: what is packaged, and what a file of one's own is told."""

import pytest

from spanishgas_assets.demo.live.worlds import WORLDS, load_world
from spanishgas_assets.errors import SettingsError

_OWN = """\
says: nothing
responses:
  share_of_save_rate: 1.0
  share_of_save_rate_angry: 1.0
  woken_by_call: 0.0
  woken_after_weeks: 3
  save_lasts_weeks: 52
"""


def test_ten_worlds_are_packaged():
    assert WORLDS == (
        "as-assumed",
        "half-as-good",
        "lost-causes",
        "new-channel",
        "no-effect",
        "price-war",
        "quiet",
        "sleeping-dogs",
        "text-change",
        "warm-winter",
    )


@pytest.mark.parametrize("name", WORLDS)
def test_a_packaged_world_can_be_read(name):
    assert load_world(name).says


def test_quiet_plants_nothing_that_must_be_told():
    assert load_world("quiet").planted == ()


def test_a_price_war_raises_the_odds_of_leaving_from_its_week_on():
    war = load_world("price-war")
    assert (war.logit(19), round(war.logit(20), 4)) == (0.0, 0.9163)


def test_an_unknown_world_is_told_which_there_are():
    with pytest.raises(SettingsError, match="'war' is not a world: choose one of as-assumed, half"):
        load_world("war")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("colour: red\n", "line 8: colour is unknown; known are says, responses, competitor"),
        (
            "competitor: {from_week: 3, leaving_odds: 0}\n",
            "line 8: competitor.leaving_odds is 0, not a number above 0",
        ),
        (
            "planted:\n- {what: a, from_week: 5, seen_from_week: 4, told_by: [drift]}\n",
            r"line 9: planted\[0\] is seen from week 4, before it begins in week 5",
        ),
    ],
)
def test_a_wrong_world_is_told_with_file_and_line(tmp_path, text, line):
    path = tmp_path / "own.yaml"
    path.write_text(_OWN + text, encoding="utf-8")
    with pytest.raises(SettingsError, match=f"own.yaml, {line}"):
        load_world(str(path))
