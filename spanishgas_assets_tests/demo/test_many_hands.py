"""Notes of the demo retailer drawn from those of many hands: the truth decides, and stays aside."""

import numpy as np
import polars as pl
import pytest

from spanishgas_assets.cli import main
from spanishgas_assets.demo.population.contacts import CONTACT_INTENTS, Contacts
from spanishgas_assets.demo.population.many_hands import agreed_notes, draw_notes, packaged_hands
from spanishgas_assets.demo.population.world import build_world
from spanishgas_assets.text.vocabulary import BILLING, CANCELLATION, RENEWAL, SENTIMENTS

HANDS = pl.DataFrame(
    [
        ("me voy", CANCELLATION, "negative"),
        ("factura", BILLING, "neutral"),
        ("recibo", BILLING, "neutral"),
    ],
    schema=["text", "intent", "sentiment"],
    orient="row",
)


def contacts(*told):
    intents = np.array([CONTACT_INTENTS.index(intent) for intent, _ in told])
    sentiments = np.array([SENTIMENTS.index(sentiment) for _, sentiment in told])
    none = np.zeros(len(told), dtype=np.int64)
    return Contacts(none, none, sentiments, intents, none, np.zeros(1))


def drawn(*told):
    return draw_notes(contacts(*told), HANDS, np.random.default_rng(1))


def test_each_contact_gets_a_note_of_its_intent_and_sentiment():
    notes = drawn((CANCELLATION, "negative"), *[(BILLING, "neutral")] * 20)
    assert notes[0] == "me voy"
    assert set(notes[1:]) == {"factura", "recibo"}


def test_where_nobody_wrote_of_an_intent_the_sentiment_is_kept():
    assert drawn((RENEWAL, "negative")) == ["me voy"]
    with pytest.raises(ValueError, match="no hand wrote a positive note"):
        drawn((RENEWAL, "positive"))


def test_only_notes_that_both_label_alike_are_drawn_from():
    labels = {
        "writer_intent": ["X", "X", "B"],
        "reader_intent": ["X", "B", "B"],
        "writer_sentiment": ["-", "-", "="],
        "reader_sentiment": ["-", "-", "+"],
    }
    notes = agreed_notes(pl.DataFrame({"text": ["a", "b", "c"], **labels}))
    assert notes.rows() == [("a", CANCELLATION, "negative")]


def test_the_hands_change_the_notes_and_nothing_else():
    plain, by_hands = build_world(200, 7), build_world(200, 7, packaged_hands())
    texts = "interaction_summary"
    assert plain.interaction.drop(texts).equals(by_hands.interaction.drop(texts))
    assert plain.customer.equals(by_hands.customer)
    assert set(by_hands.interaction[texts]) <= set(packaged_hands()["text"])


def test_the_truth_lies_outside_the_raw_files(tmp_path, monkeypatch):
    monkeypatch.setenv("SPANISHGAS_RAW", str(tmp_path / "raw"))
    made = ["demo-data", "--customers", "100", "--notes", "many-hands"]
    assert main([*made, "--truth", str(tmp_path / "truth.parquet")]) == 0
    truth = pl.read_parquet(tmp_path / "truth.parquet")
    assert {"intent", "sentiment"} <= set(truth.columns)
    raw = pl.read_json(tmp_path / "raw" / "customer_interactions.json")
    assert set(raw.columns) == {"customer_id", "date", "channel", "interaction_summary"}


def test_a_history_has_composed_notes_only(capsys):
    assert main(["demo-data", "--months", "15", "--notes", "many-hands"]) == 1
    assert "the notes of a history are composed; use notes templates" in capsys.readouterr().err
