"""Texts that no one should send: each has a defined result, from the raw file to the sentiment."""

import json

import pytest

from spanishgas_assets.bronze.interactions import interactions, read_notes
from spanishgas_assets.bronze.tables import INTERACTIONS
from spanishgas_assets.errors import RawFileError
from spanishgas_assets.raw.files import CUSTOMER_INTERACTIONS
from spanishgas_assets.raw.finding import find_drop
from spanishgas_assets.settings import Intent, Sentiment
from spanishgas_assets.text.notes import Readers, enrich_notes

LISTS = Readers(Intent.LEXICON, Sentiment.LEXICON)

CANCEL, COMPLAINT, BILLING, OTHER = (
    "Cancellation / Switch",
    "Complaint / Escalation",
    "Billing / Payment",
    "Other / Unclassified",
)


def reading(folder, *records, encoding="utf-8"):
    """Read a drop of records; each needs only what the test is about."""
    plain = {"customer_id": "C1", "date": "2024-11-04", "channel": "email"}
    text = json.dumps([plain | record for record in records], ensure_ascii=encoding == "utf-8")
    (folder / "customer_interactions.json").write_bytes(text.encode(encoding))
    return read_notes(find_drop(str(folder), CUSTOMER_INTERACTIONS))


def enriched(folder, *texts):
    rows = reading(folder, *({"interaction_summary": text} for text in texts)).rows
    notes = enrich_notes(interactions(rows.lazy()), LISTS)
    assert INTERACTIONS.judge(INTERACTIONS.arrange(notes)).explain() == ""
    return notes.collect()


@pytest.mark.parametrize(
    ("text", "kept", "intent", "sentiment"),
    [
        (None, None, OTHER, "neutral"),
        ("", None, OTHER, "neutral"),
        (" \n\t ", None, OTHER, "neutral"),
        ("\u200b\x01", None, OTHER, "neutral"),
        ("<br>", None, OTHER, "neutral"),
        ("😀", "😀", "Not understood", "not understood"),
        ("Unhappy 😀. Cancel!", "Unhappy 😀. Cancel!", CANCEL, "negative"),
        ("Un\x00happy, cust can\u200bcel", "Un happy, cust cancel", CANCEL, "positive"),
        ("<p>Se queja de la <b>factura</b></p>", "Se queja de la  factura", COMPLAINT, "negative"),
        ("Duda de facturaci&oacute;n", "Duda de facturación", BILLING, "neutral"),
        ("Duda de facturaciÃ³n", "Duda de facturación", BILLING, "neutral"),
        (["Se queja", "Renovación"], '["Se queja", "Renovación"]', COMPLAINT, "negative"),
        ({"text": "the bill"}, '{"text": "the bill"}', BILLING, "neutral"),
        (12, "12", "Not understood", "not understood"),
        (True, "true", "Not understood", "not understood"),
        ("la factura \ud83d", "la factura ?", BILLING, "neutral"),
    ],
)
def test_each_kind_of_text_has_a_defined_result(tmp_path, text, kept, intent, sentiment):
    note = enriched(tmp_path, text).row(0, named=True)
    assert note["interaction_summary"] == kept
    assert (note["customer_intent"], note["sentiment_label"]) == (intent, sentiment)


def test_a_text_of_100_kb_is_read_whole(tmp_path):
    text = "the customer called about the usual things. " * 2_400 + "Unhappy. Cancel."
    assert len(text) > 100_000
    note = enriched(tmp_path, text).row(0, named=True)
    assert note["customer_intent"] == CANCEL
    assert note["sentiment_label"] == "negative"
    assert len(note["interaction_summary"]) == len(text)


def test_a_file_in_another_encoding_is_refused(tmp_path):
    with pytest.raises(RawFileError, match="line 1 is not UTF-8 text"):
        reading(tmp_path, {"interaction_summary": "renovación"}, encoding="latin-1")


def test_rows_set_aside_and_their_reasons_hold_no_personal_data(tmp_path):
    planted = {
        "date": "Hola Juan Pérez",
        "channel": "juan@correo.es",
        "interaction_summary": "DNI 12345678Z, tel. 612&#51;45678",
    }
    good = [{"interaction_summary": "Bill"}] * 20
    aside = reading(tmp_path, planted, *good).set_aside.row(0, named=True)
    assert aside["row"] == 1
    assert aside["reason"] == "date: not a date (Hola [NAME])"
    assert json.loads(aside["values"]) == {
        "customer_id": "C1",
        "date": "Hola [NAME]",
        "channel": "[EMAIL]",
        "interaction_summary": "[ID], tel. [PHONE]",
    }


def test_a_refused_file_is_refused_without_personal_data(tmp_path):
    with pytest.raises(RawFileError, match=r"not a date \(\[EMAIL\]\)") as refused:
        reading(tmp_path, *[{"date": "juan@correo.es", "interaction_summary": "Bill"}] * 3)
    assert "juan" not in str(refused.value)
    assert refused.value.__suppress_context__
