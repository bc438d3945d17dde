"""How well intent and sentiment are read, on notes labelled by people."""

import polars as pl
import pytest
from sklearn.metrics import f1_score

from spanishgas_assets.settings import Intent, Sentiment
from spanishgas_assets.text.notes import Readers, enrich_notes
from spanishgas_assets.text.vocabulary import INTENTS, SENTIMENTS
from spanishgas_assets_tests.text.labelled_notes import labelled_notes

LISTS = Readers(Intent.LEXICON, Sentiment.LEXICON)


@pytest.fixture(scope="module")
def read():
    notes = pl.DataFrame(
        labelled_notes(),
        schema=["interaction_summary", "intent", "sentiment", "spoken"],
        orient="row",
    )
    return enrich_notes(notes.lazy(), LISTS).collect()


def test_at_least_200_distinct_notes_half_of_them_spanish_in_every_class():
    notes = labelled_notes()
    assert len({note[0] for note in notes}) == len(notes) >= 200
    for language in ("en", "es"):
        mine = [note for note in notes if note[3] == language]
        assert len(mine) == len(notes) / 2
        assert {note[1] for note in mine} == set(INTENTS)
        assert {note[2] for note in mine} == set(SENTIMENTS)


@pytest.mark.parametrize("language", ["en", "es"])
def test_intent_and_sentiment_reach_their_targets_in_each_language(read, language):
    mine = read.filter(pl.col("spoken") == language)
    assert f1_score(mine["intent"], mine["customer_intent"], average="macro") >= 0.90
    assert f1_score(mine["sentiment"], mine["sentiment_label"], average="macro") >= 0.80
