"""How well a head understood a snapshot's notes: shares by language against their limits."""

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.bronze.understanding import (
    abstained_finding,
    unlike_finding,
    wavering_finding,
)
from spanishgas_assets_tests.builders import frame

SPANISH, CATALAN = {"language": "es"}, {"language": "ca"}
ABSTAINED = {"customer_intent": "Not understood"}


def notes(*rows):
    return frame(bronze.INTERACTIONS, *rows).collect()


def test_abstentions_within_a_languages_limit_pass():
    finding = abstained_finding(notes(*[SPANISH] * 90, *[SPANISH | ABSTAINED] * 10))
    assert finding.passed
    assert finding.description == "10.0% of 100 texts are without a stated intent"
    assert finding.metadata == {"share": 0.1, "share_es": 0.1}


def test_each_language_has_its_own_limit():
    twelve = [*[CATALAN] * 88, *[CATALAN | ABSTAINED] * 12]
    assert abstained_finding(notes(*twelve)).passed
    spanish = [row | SPANISH for row in twelve]
    over = abstained_finding(notes(*twelve, *spanish))
    assert not over.passed
    assert over.description.endswith("; in es 12.0%, more than 10%")


def test_a_language_of_few_texts_is_not_judged():
    assert abstained_finding(notes(*[SPANISH | ABSTAINED] * 49)).passed
    assert not abstained_finding(notes(*[SPANISH | ABSTAINED] * 50)).passed


def test_wavering_is_an_intent_below_one_half():
    wavering = SPANISH | {"intent_confidence": 0.49}
    assert wavering_finding(notes(*[SPANISH] * 75, *[wavering] * 25)).passed
    assert not wavering_finding(notes(*[SPANISH] * 74, *[wavering] * 26)).passed


def test_unlike_is_below_the_heads_own_limit():
    far = SPANISH | {"likeness": 0.2}
    rows = notes(*[SPANISH] * 97, *[far] * 3)
    assert unlike_finding(rows, near=0.1).passed
    assert not unlike_finding(rows, near=0.3).passed


def test_notes_that_the_lists_read_and_empty_ones_are_not_judged():
    by_lists = ABSTAINED | {"intent_backend": "lexicon", "sentiment_backend": "lexicon"}
    empty = ABSTAINED | {"interaction_summary": None, "language": None}
    assert abstained_finding(notes(*[by_lists] * 60, *[empty] * 60)).passed
    assert abstained_finding(notes().clear()).description.startswith("0.0% of 0 texts")
