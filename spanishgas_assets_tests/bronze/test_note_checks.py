"""What the checks say of a snapshot's notes."""

import pytest

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.bronze.note_checks import (
    coverage_finding,
    scores_finding,
    shares_finding,
    unclassified_finding,
    what_notes_say,
)
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.text.score_cache import ScoreCache
from spanishgas_assets_tests.builders import frame


def notes(*rows):
    return frame(bronze.INTERACTIONS, *rows).collect()


def sentiments(negative, neutral, positive, label):
    return {
        "sentiment_negative": negative,
        "sentiment_neutral": neutral,
        "sentiment_positive": positive,
        "sentiment_label": label,
    }


def test_scores_that_sum_to_one_under_the_highest_label_pass():
    good = scores_finding(
        notes(sentiments(0.2, 0.3, 0.5, "positive"), sentiments(0.5, 0.5, 0, "neutral"))
    )
    assert good.passed


@pytest.mark.parametrize(
    ("sentiment", "says"),
    [
        (sentiments(0.2, 0.3, 0.6, "positive"), "1 do not sum to 1, 0 have another label"),
        (sentiments(0.2, 0.3, 0.5, "neutral"), "0 do not sum to 1, 1 have another label"),
    ],
)
def test_impossible_scores_fail(sentiment, says):
    finding = scores_finding(notes(sentiment, {}))
    assert not finding.passed
    assert says in finding.description


def test_a_note_without_a_sentiment_fails_unless_sentiment_is_switched_off():
    unknown = sentiments(None, None, None, None)
    missing = coverage_finding(notes({}, unknown))
    assert not missing.passed
    assert missing.description == "1 of 2 notes have a sentiment"
    off = coverage_finding(notes(unknown | {"sentiment_backend": "off"}))
    assert off.passed
    assert off.description == "sentiment is switched off: 1 notes have no sentiment"


def test_too_many_unclassified_texts_warn_and_empty_notes_are_not_texts():
    lists = {"intent_backend": "lexicon"}
    other = lists | {"customer_intent": "Other / Unclassified"}
    empty = other | {"interaction_summary": None, "language": None}
    assert unclassified_finding(notes(*[lists] * 9, other, empty)).passed
    over = unclassified_finding(notes(*[lists] * 8, other, other | {"language": "other"}))
    assert not over.passed
    assert over.description == "2 of 10 texts are unclassified, 1 in unknown languages"
    assert unclassified_finding(notes().clear()).passed


def test_a_class_that_grows_or_vanishes_against_the_previous_snapshot_warns():
    renewal, billing = {}, {"customer_intent": "Billing / Payment"}
    before = notes(*[renewal] * 9, billing)
    assert shares_finding(notes(*[renewal] * 8, *[billing] * 2), before).passed is True
    gone = shares_finding(notes(*[billing] * 2), before)
    assert not gone.passed
    assert abs(gone.metadata["largest_shift"]) == pytest.approx(0.9)
    assert shares_finding(before, None).passed
    assert shares_finding(before, before.clear()).passed


def test_a_sentiment_that_vanishes_warns_too():
    happy = sentiments(0, 0.2, 0.8, "positive")
    before = notes(*[{}] * 8, happy, happy)
    finding = shares_finding(notes(*[{}] * 10), before)
    assert not finding.passed
    assert finding.metadata["class"] in ("sentiment_label: neutral", "sentiment_label: positive")


def test_the_findings_hold_no_word_of_a_note():
    rows = notes({"interaction_summary": "unforgettable"}, sentiments(0.9, 0.9, 0.9, "neutral"))
    said = [scores_finding(rows), coverage_finding(rows), unclassified_finding(rows)]
    assert "unforgettable" not in str(said)


def test_the_ui_shows_counts_of_classes_and_languages_and_what_was_remembered(store_url):
    rows = notes(
        *[{"language": "es", "sentiment_revision": "r1"}] * 3,
        {"interaction_summary": None, "language": None, "sentiment_revision": None},
    )
    cache = ScoreCache(open_store(store_url))
    cache.hits, cache.misses = 2, 1
    said = what_notes_say(rows, cache)
    assert said["sentiment_backend"] == "lexicon"
    assert said["sentiment_revision"] == "r1"
    assert (said["texts_remembered"], said["texts_scored"]) == (2, 1)
    assert said["shares"].value.splitlines() == [
        "| what | class | share of notes |",
        "|---|---|---|",
        "| intent | Contract Renewal | 100.0% |",
        "| label | neutral | 100.0% |",
        "| language | es | 75.0% |",
        "| language | none | 25.0% |",
    ]


def test_a_run_with_sentiment_switched_off_says_so_where_the_notes_are_shown(store_url):
    off = sentiments(None, None, None, None) | {
        "sentiment_backend": "off",
        "sentiment_revision": None,
    }
    said = what_notes_say(notes(off), ScoreCache(open_store(store_url)))
    assert said["sentiment_backend"] == "off"
    assert "| label | none | 100.0% |" in said["shares"].value
