"""Notes read by the packaged head: other, unsure and not understood are three things."""

import dataclasses
import time

import polars as pl
import pytest

from spanishgas_assets.bronze.tables import INTERACTIONS
from spanishgas_assets.settings import Intent, Sentiment
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.text import embedded
from spanishgas_assets.text.embedded import read_by_head, stated_intents, understood_scores
from spanishgas_assets.text.head.linear_head import PROBABILITIES, SCORES, load_head
from spanishgas_assets.text.language import read_languages
from spanishgas_assets.text.notes import Readers, enrich_notes
from spanishgas_assets.text.score_cache import ScoreCache
from spanishgas_assets_tests.text.test_notes import notes

HEAD = Readers(Intent.EMBEDDED, Sentiment.EMBEDDED)


def texts(*some):
    frame = pl.DataFrame({"text": some}, schema={"text": pl.String})
    return frame.with_columns(read_languages(frame["text"]))


def read(*some, readers=HEAD):
    return enrich_notes(notes(list(some)), readers).collect()


def said(*some):
    return read(*some).select("customer_intent", "sentiment_label").rows()


def test_what_the_head_reads_keeps_the_contract_of_interactions():
    enriched = read("Unhappy. Cancelling.", None, "Quiere la factura de marzo", "😀")
    assert INTERACTIONS.judge(INTERACTIONS.arrange(enriched.lazy())).explain() == ""
    assert set(enriched["intent_backend"]) == {"embedded"}
    assert enriched["intent_revision"].unique().drop_nulls().to_list() == [load_head().revision]
    shares = enriched.drop_nulls("intent_billing").select(
        pl.sum_horizontal(PROBABILITIES).alias("intent")
    )
    assert shares["intent"].to_list() == pytest.approx([1, 1, 1])


def test_no_answer_is_other_and_an_unknown_script_is_not_understood():
    assert said("No contesta, buzón de voz") == [("Other / Unclassified", "neutral")]
    for text in ("😀😀", "Клиент хочет расторгнуть договор", "顾客想取消合同", "12 - 34", "...."):
        assert said(text) == [("Not understood", "not understood")]


def test_letters_without_a_word_are_not_read_as_neutral():
    for text in ("x" * 100_000, "qwrtpsdf ghjklzx", "asdf asdf asdf", "zzzz"):
        assert said(text) == [("Not understood", "not understood")]


def test_an_empty_note_says_nothing_and_is_not_misunderstood():
    assert said(None, "") == [("Other / Unclassified", "neutral")] * 2


def test_below_the_heads_limit_no_intent_is_stated_and_the_sentiment_is():
    card = load_head().card
    unsure = dataclasses.replace(load_head(), card=dataclasses.replace(card, sure=1.0))
    some = texts("Enfadado: la factura viene mal")
    scores = read_by_head(some, unsure)
    assert stated_intents(some, scores, unsure)["customer_intent"].to_list() == ["Not understood"]
    assert understood_scores(some, scores, unsure).null_count().row(0) == (0, 0, 0)


def test_a_text_unlike_the_training_notes_has_neither():
    card = load_head().card
    strict = dataclasses.replace(load_head(), card=dataclasses.replace(card, near=1.1))
    some = texts("Enfadado: la factura viene mal")
    scores = read_by_head(some, strict)
    assert stated_intents(some, scores, strict)["customer_intent"].to_list() == ["Not understood"]
    assert understood_scores(some, scores, strict).null_count().row(0) == (1, 1, 1)


def test_the_phrase_is_kept_where_the_lists_agree():
    row = read("Cust wants to cancel the contract").row(0, named=True)
    assert (row["customer_intent"], row["intent_phrase"]) == ("Cancellation / Switch", "cancel")


def test_each_half_can_be_read_by_the_lists():
    by_lists = read("Cancel", readers=Readers(Intent.LEXICON, Sentiment.EMBEDDED)).row(
        0, named=True
    )
    assert by_lists["intent_revision"] is None
    assert by_lists["sentiment_revision"] == load_head().revision
    half = read("Cancel", readers=Readers(Intent.EMBEDDED, Sentiment.LEXICON)).row(0, named=True)
    assert half["intent_revision"] == load_head().revision
    assert half["sentiment_revision"] != load_head().revision
    off = read("Cancel", readers=Readers(Intent.EMBEDDED, Sentiment.OFF)).row(0, named=True)
    assert off["sentiment_label"] is None


def test_a_text_is_encoded_once_for_each_revision(store_url, monkeypatch):
    cache, seen = ScoreCache(open_store(store_url)), []
    encode = embedded.features_of
    monkeypatch.setattr(
        embedded,
        "features_of",
        lambda new, encoder: seen.extend(new) or encode(new, encoder),
    )
    head = load_head()
    first = read_by_head(texts("Bill", None), head, cache=cache)
    again = read_by_head(texts("Bill", "Refund"), head, cache=cache)
    assert seen == ["Bill", "Refund"]
    assert again.row(0) == first.row(0)
    other = dataclasses.replace(head, bias=head.bias + 0.5)
    read_by_head(texts("Bill"), other, cache=cache)
    assert seen == ["Bill", "Refund", "Bill"]


ODD = {
    "long": "The customer called about the bill again and is furious. " * 2_000,
    "html": "<p>Se queja de la <b>factura</b>, quiere una reclamación</p>" * 3,
    "transcript": "Agente: buenos días. Cliente: quiero darme de baja. Agente: ¿por qué? "
    "Cliente: me cobráis dos veces, una vergüenza.",
    "french": "Le client n'est pas content de la facture et veut résilier son contrat.",
    "one letter": "x",
    "a word of 5,000 letters": "a" * 5_000,
    "control": "la factura \ufffd\u200b",
}


@pytest.mark.parametrize("kind", ODD)
def test_odd_texts_have_a_defined_result_in_no_time(kind):
    started = time.perf_counter()
    row = read(ODD[kind]).row(0, named=True)
    assert time.perf_counter() - started < 5
    if row["sentiment_label"] == "not understood":
        assert [row[name] for name in SCORES] == [None] * 3
    else:
        assert sum(row[name] for name in SCORES) == pytest.approx(1)
