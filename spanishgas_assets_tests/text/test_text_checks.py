"""What the checks say of a snapshot's notes."""

import polars as pl
import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.text.checks import (
    coverage_finding,
    scores_finding,
    shares_finding,
    unclassified_finding,
)
from spanishgas_assets_tests.builders import frame


def notes(*rows):
    return frame(bronze.INTERACTIONS, *rows).collect()


def moods(negative, neutral, positive, label):
    return {
        "sentiment_negative": negative,
        "sentiment_neutral": neutral,
        "sentiment_positive": positive,
        "sentiment_label": label,
    }


def test_scores_that_sum_to_one_under_the_highest_label_pass():
    good = scores_finding(notes(moods(0.2, 0.3, 0.5, "positive"), moods(0.5, 0.5, 0, "neutral")))
    assert good.passed


@pytest.mark.parametrize(
    ("mood", "says"),
    [
        (moods(0.2, 0.3, 0.6, "positive"), "1 do not sum to 1, 0 have another label"),
        (moods(0.2, 0.3, 0.5, "neutral"), "0 do not sum to 1, 1 have another label"),
    ],
)
def test_impossible_scores_fail(mood, says):
    finding = scores_finding(notes(mood, {}))
    assert not finding.passed
    assert says in finding.description


def test_a_note_without_a_mood_fails_unless_sentiment_is_switched_off():
    unknown = moods(None, None, None, None)
    missing = coverage_finding(notes({}, unknown))
    assert not missing.passed
    assert missing.description == "1 of 2 notes have a mood"
    off = coverage_finding(notes(unknown | {"sentiment_backend": "off"}))
    assert off.passed
    assert off.description == "sentiment is switched off: 1 notes have no mood"


def test_too_many_unclassified_texts_warn_and_empty_notes_are_not_texts():
    other = {"customer_intent": "Other / Unclassified"}
    empty = other | {"interaction_summary": None, "language": None}
    assert unclassified_finding(notes(*[{}] * 9, other, empty)).passed
    over = unclassified_finding(notes(*[{}] * 8, other, other | {"language": "other"}))
    assert not over.passed
    assert over.description == "2 of 10 texts are unclassified, 1 in unknown languages"
    assert unclassified_finding(notes().clear()).passed


def test_a_class_that_grows_or_vanishes_against_the_previous_snapshot_warns():
    renewal, billing = {}, {"customer_intent": "Billing / Payment"}
    before = notes(*[renewal] * 9, billing)
    assert shares_finding(notes(*[renewal] * 8, *[billing] * 2), before).passed is True
    gone = shares_finding(notes(*[billing] * 2), before)
    assert not gone.passed
    assert gone.metadata["largest_shift"] == pytest.approx(0.9) or gone.metadata[
        "largest_shift"
    ] == pytest.approx(-0.9)
    assert shares_finding(before, None).passed
    assert shares_finding(before, before.clear()).passed


def test_a_mood_that_vanishes_warns_too():
    happy = moods(0, 0.2, 0.8, "positive")
    before = notes(*[{}] * 8, happy, happy)
    finding = shares_finding(notes(*[{}] * 10), before)
    assert not finding.passed
    assert finding.metadata["class"] in ("sentiment_label: neutral", "sentiment_label: positive")


def test_the_findings_hold_no_word_of_a_note():
    rows = notes({"interaction_summary": "unforgettable"}, moods(0.9, 0.9, 0.9, "neutral"))
    said = [scores_finding(rows), coverage_finding(rows), unclassified_finding(rows)]
    assert "unforgettable" not in str(said)
    assert isinstance(rows, pl.DataFrame)
