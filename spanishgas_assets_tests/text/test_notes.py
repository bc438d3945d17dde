"""Notes with language, intent and sentiment: what bronze interactions take from the text."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.bronze.tables import INTERACTIONS
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import Intent, Sentiment, Settings
from spanishgas_assets.text.backends import Models
from spanishgas_assets.text.notes import Readers, enrich_notes
from spanishgas_assets.text.score_cache import SCORES

LISTS = Readers(Intent.LEXICON, Sentiment.LEXICON)


def notes(texts):
    return pl.LazyFrame(
        {
            "record": range(1, len(texts) + 1),
            "customer_id": "C1",
            "interaction_date": date(2024, 12, 1),
            "channel": "email",
            "interaction_summary": texts,
        },
        schema_overrides={"record": pl.Int64, "interaction_summary": pl.String},
    )


def read(texts, backend="lexicon"):
    return enrich_notes(notes(texts), Readers(Intent.LEXICON, Sentiment(backend))).collect()


def test_enriched_notes_keep_the_contract_of_interactions():
    enriched = read(["Unhappy. Cancelling.", None, "Ja, gut", "Bill ok", "Bill ok"])
    assert INTERACTIONS.judge(INTERACTIONS.arrange(enriched.lazy())).explain() == ""
    assert enriched.select("language", "customer_intent", "sentiment_label").rows() == [
        ("en", "Cancellation / Switch", "negative"),
        (None, "Other / Unclassified", "neutral"),
        ("other", "Not understood", "not understood"),
        ("en", "Billing / Payment", "neutral"),
        ("en", "Billing / Payment", "neutral"),
    ]
    assert enriched["record"].to_list() == [1, 2, 3, 4, 5]
    assert set(enriched["sentiment_backend"]) == {"lexicon"}
    assert enriched["sentiment_revision"].is_null().to_list() == [False, True, True, False, False]


def test_no_notes_are_no_rows():
    none = enrich_notes(notes(["Bill"]).clear(), LISTS)
    assert INTERACTIONS.judge(INTERACTIONS.arrange(none)).explain() == ""


def test_switched_off_the_intent_is_read_and_the_sentiment_is_unknown():
    off = read(["Unhappy. Cancelling.", None], "off")
    assert INTERACTIONS.judge(INTERACTIONS.arrange(off.lazy())).explain() == ""
    assert off["customer_intent"][0] == "Cancellation / Switch"
    assert off["sentiment_backend"].to_list() == ["off", "off"]
    empty = off.select(*SCORES, "sentiment_label", "sentiment_revision")
    assert empty.null_count().row(0) == (2,) * 5


def test_a_backend_that_cannot_load_fails_and_no_other_takes_its_place():
    with pytest.raises(SettingsError, match="cannot be loaded"):
        enrich_notes(
            notes(["Happy"]),
            Readers(Intent.LEXICON, Sentiment.TRANSFORMERS, models=Models("some/model@0a1b")),
        )


def test_a_backend_that_does_not_exist_is_refused_when_settings_are_read():
    with pytest.raises(
        SettingsError, match="'vader' is not embedded or lexicon or transformers or off"
    ):
        Settings.from_environment({"SPANISHGAS_SENTIMENT": "vader"})
    assert Settings.from_environment({"SPANISHGAS_SENTIMENT": "off"}).sentiment == "off"
    with pytest.raises(SettingsError, match="'fp8' is not fp32 or bf16 or int8"):
        Settings.from_environment({"SPANISHGAS_SENTIMENT_PRECISION": "fp8"})
