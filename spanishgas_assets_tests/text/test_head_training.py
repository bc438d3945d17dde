"""Training: equal notes give equal bytes, writers are parted, and too little is refused."""

import numpy as np
import polars as pl
import pytest

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text.embedding.encoder import sentence_encoder
from spanishgas_assets.text.head.head_training import (
    GROUPS,
    OWN_COUNT,
    counts_of,
    train,
    writer_groups,
)
from spanishgas_assets.text.head.labelled_file import OWN_WRITER
from spanishgas_assets.text.head.most_telling import most_telling
from spanishgas_assets.text.head.note_features import features_of
from spanishgas_assets_tests.text.labelled_notes import INTENT, SENTIMENT, labelled_notes


def some_notes(writers=GROUPS, step=2):
    letters = {name: letter for letter, name in INTENT.items()}
    signs = {name: sign for sign, name in SENTIMENT.items()}
    rows = [
        {
            "id": f"n{number:03}",
            "writer": f"w{number % writers}",
            "language": language,
            "text": text,
            "writer_intent": letters[intent],
            "writer_sentiment": signs[sentiment],
            "reader_intent": letters[intent],
            "reader_sentiment": signs[sentiment],
        }
        for number, (text, intent, sentiment, language) in enumerate(labelled_notes()[::step])
    ]
    return pl.DataFrame(rows)


@pytest.fixture(scope="module")
def head():
    return train(some_notes(), sentence_encoder(), "2026-11-28")


def test_equal_notes_in_any_order_give_equal_bytes(head):
    again = train(some_notes().reverse(), sentence_encoder(), "2026-11-28")
    assert again.to_bytes() == head.to_bytes()


def test_the_card_says_where_the_head_comes_from(head):
    card = head.card
    assert (card.trained, card.notes, card.writers) == ("2026-11-28", 107, GROUPS)
    assert card.languages == {"en": 54, "es": 53}
    assert 0 < card.sure < 1
    assert card.scores["intent_macro_f1"] > 0.5


def test_a_head_reads_the_notes_that_it_learned_from(head):
    notes = some_notes()
    read = head.read(features_of(notes["text"], sentence_encoder()))
    likeliest = read.select(pl.concat_list(pl.col("^intent_.*$")).list.arg_max()).to_series()
    right = [list(INTENT)[place] for place in likeliest]
    assert np.mean(np.array(right) == notes["reader_intent"].to_numpy()) > 0.95


def test_the_notes_of_a_writer_stay_together():
    writers = pl.Series("writer", ["a", "b", "c", "d", "e", "f"] * 3 + ["a"])
    groups = writer_groups(writers)
    assert {(writer, group) for writer, group in zip(writers, groups, strict=True)} == {
        (writer, groups[place]) for place, writer in enumerate("abcdef")
    }
    assert set(groups) == set(range(GROUPS))


def test_ones_own_notes_count_more():
    notes = some_notes().head(2).with_columns(writer=pl.Series(["w0", OWN_WRITER]))
    assert counts_of(notes).tolist() == [1.0, OWN_COUNT]


def test_few_writers_and_missing_classes_are_refused():
    with pytest.raises(SettingsError, match="107 notes of 2 writers: a head needs notes of 3"):
        train(some_notes(writers=2), sentence_encoder(), "2026-11-28")
    without = some_notes().filter(pl.col("reader_intent") != "B")
    with pytest.raises(SettingsError, match="none is labelled with the intent Billing / Payment"):
        train(without, sentence_encoder(), "2026-11-28")


def test_the_most_telling_notes_are_those_the_head_wavers_on_and_differ(head):
    sure = some_notes()["text"].head(6)
    texts = pl.concat([sure, pl.Series(["Perhaps.", "Perhaps!", "El gato duerme"])]).alias("text")
    first, second = most_telling(texts, head, sentence_encoder(), 2)
    assert first not in set(sure)
    assert {first, second} != {"Perhaps.", "Perhaps!"}
    assert most_telling(texts.clear(), head, sentence_encoder(), 2).is_empty()
