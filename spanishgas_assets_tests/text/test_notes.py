"""Notes with intent and mood: what bronze interactions take from the text."""

from datetime import date

import polars as pl
import pytest

from spanishgas_assets.bronze.tables import INTERACTIONS
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text.notes import enrich_notes


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


def test_enriched_notes_keep_the_contract_of_interactions():
    texts = ["Unhappy. Cancelling.", None, "", "Bill ok", "Bill ok"]
    enriched = enrich_notes(notes(texts), "lexicon")
    read = enriched.collect()
    assert INTERACTIONS.judge(INTERACTIONS.arrange(enriched)).explain() == ""
    assert read.select("customer_intent", "sentiment_label").rows() == [
        ("Cancellation / Switch", "negative"),
        ("Other / Unclassified", "neutral"),
        ("Other / Unclassified", "neutral"),
        ("Billing / Payment", "neutral"),
        ("Billing / Payment", "neutral"),
    ]
    assert read["record"].to_list() == [1, 2, 3, 4, 5]


def test_no_notes_are_no_rows():
    none = enrich_notes(notes(["Bill"]).clear(), "lexicon")
    assert INTERACTIONS.judge(INTERACTIONS.arrange(none)).explain() == ""


def test_a_backend_that_does_not_exist_fails_at_once():
    with pytest.raises(SettingsError, match="known are lexicon, transformers"):
        enrich_notes(notes(["Happy"]), "none")
