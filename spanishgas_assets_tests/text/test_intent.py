"""The intent of a note: published examples, closed gaps, negations, Spanish."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.bronze.tables import INTENTS
from spanishgas_assets.text.intent import _words, read_intent
from spanishgas_assets_tests.text.published_notes import REREAD, published_notes

CANCEL, COMPLAINT, BILLING, RENEWAL, PRICING, PLAN, ACCOUNT, GENERAL, OTHER = INTENTS


def intents(texts):
    return read_intent(pl.LazyFrame({"interaction_summary": texts})).collect()["customer_intent"]


def test_published_notes_keep_their_intent_but_for_the_known_misreadings():
    notes = published_notes()
    expected = [REREAD.get(text, intent) for text, _, intent in notes]
    assert len(notes) == 65
    assert intents([text for text, _, _ in notes]).to_list() == expected


def test_the_misreadings_are_notes_that_were_published_otherwise():
    published = {text: intent for text, _, intent in published_notes()}
    assert all(published[text] != intent for text, intent in REREAD.items())


def test_classes_stand_in_the_published_priority():
    assert [intent["name"] for intent in _words()["classes"]] == INTENTS[:-1]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Customer complained on the phone.", COMPLAINT),
        ("Two complaints this week.", COMPLAINT),
        ("Finds the wait frustrating.", COMPLAINT),
        ("Disappointed.", COMPLAINT),
        ("Asked for contract termination.", CANCEL),
        ("Cust is cancelling.", CANCEL),
        ("Cust cancels in May.", CANCEL),
        ("Says he is leaving.", CANCEL),
        ("Will not renew.", CANCEL),
        ("Does not want to renew the contract.", CANCEL),
    ],
)
def test_gaps_of_the_old_list_are_closed(text, intent):
    assert intents([text]).to_list() == [intent]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Cust inquired about renewal. No price increase.", RENEWAL),
        ("No plans to switch. Asked about renewal.", RENEWAL),
        ("Has no immediate plans to leave; wants information.", ACCOUNT),
        ("Isn't looking to cancel, wants a better rate.", PRICING),
        ("No complaints. Bill explained.", BILLING),
        ("Not unhappy. Bill explained.", BILLING),
        ("Sin subida de precio. Consulta sobre renovación.", RENEWAL),
        ("No quiere darse de baja, pregunta por la factura.", BILLING),
        ("Sin quejas. Duda sobre la renovación.", RENEWAL),
        ("Left a voicemail: leaving a message about the bill.", BILLING),
    ],
)
def test_what_is_denied_is_not_what_the_customer_wants(text, intent):
    assert intents([text]).to_list() == [intent]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Not happy, will cancel.", CANCEL),
        ("No answer on Monday. Switching to another company.", CANCEL),
        ("Not interested in the plan and leaving.", CANCEL),
        ("No, quiere darse de baja.", CANCEL),
    ],
)
def test_a_negation_reaches_no_further_than_its_own_phrase(text, intent):
    assert intents([text]).to_list() == [intent]


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("Cliente solicita la baja del contrato.", CANCEL),
        ("Quiere cambiarse a otra compañía.", CANCEL),
        ("Quiere cambiar de comercializadora.", CANCEL),
        ("No quiere renovar.", CANCEL),
        ("Presenta una reclamación por la factura.", COMPLAINT),
        ("Cliente muy descontento con el servicio.", COMPLAINT),
        ("No está nada satisfecho con la atención.", COMPLAINT),
        ("Duda sobre la factura de marzo.", BILLING),
        ("PREGUNTA POR LA DOMICILIACIÓN", BILLING),
        ("Consulta sobre la renovación del contrato.", RENEWAL),
        ("Pregunta cuándo vence su contrato.", RENEWAL),
        ("Pide un descuento en la tarifa.", PRICING),
        ("Pregunta por las opciones de potencia.", PLAN),
        ("Solicita cambio de titular.", ACCOUNT),
        ("Llamada de seguimiento.", GENERAL),
    ],
)
def test_every_class_is_read_in_spanish(text, intent):
    assert intents([text]).to_list() == [intent]


@pytest.mark.parametrize("text", [None, "", "  \n", "😀", "Hola", "159 days left"])
def test_a_note_that_says_nothing_known_is_unclassified(text):
    assert intents([text, None]).to_list() == [OTHER, OTHER]


def test_general_contact_is_read_when_nothing_else_is():
    assert intents(["Routine follow-up. Resolved."]).to_list() == [GENERAL]


def test_notes_keep_their_order_rows_and_columns():
    notes = pl.LazyFrame({"record": [3, 1, 2], "interaction_summary": ["Bill.", None, "Bill."]})
    assert read_intent(notes).collect().to_dict(as_series=False) == {
        "record": [3, 1, 2],
        "interaction_summary": ["Bill.", None, "Bill."],
        "customer_intent": [BILLING, OTHER, BILLING],
    }


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=8))
def test_any_text_has_one_known_intent(texts):
    frame = pl.LazyFrame({"interaction_summary": texts}, schema={"interaction_summary": pl.String})
    read = read_intent(frame).collect()
    assert read["interaction_summary"].to_list() == texts
    assert set(read["customer_intent"]) <= set(INTENTS)
