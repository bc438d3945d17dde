"""The intent of a note: published examples, closed gaps, negations, Spanish."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.text.intent import _words, read_intents
from spanishgas_assets.text.language import read_languages
from spanishgas_assets.text.vocabulary import INTENTS, NOT_UNDERSTOOD, UNCLASSIFIED
from spanishgas_assets_tests.text.published_notes import REREAD, published_notes

CANCEL, COMPLAINT, BILLING, RENEWAL, PRICING, PLAN, ACCOUNT, GENERAL, OTHER = INTENTS


def read(texts, language=None):
    frame = pl.DataFrame({"text": texts}, schema={"text": pl.String})
    spoken = pl.lit(language).alias("language") if language else read_languages(frame["text"])
    return read_intents(frame.with_columns(spoken))


def intents(texts):
    return read(texts)["customer_intent"]


def test_published_notes_keep_their_intent_but_for_the_known_misreadings():
    notes = published_notes()
    expected = [REREAD.get(text, intent) for text, _, intent in notes]
    assert len(notes) == 65
    assert intents([text for text, _, _ in notes]).to_list() == expected


def test_the_misreadings_are_notes_that_were_published_otherwise():
    published = {text: intent for text, _, intent in published_notes()}
    assert all(published[text] != intent for text, intent in REREAD.items())


def test_the_word_list_has_the_classes_of_the_vocabulary_in_their_priority():
    classes = [intent.name for intent in _words().classes]
    assert [*classes, UNCLASSIFIED] == INTENTS


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


@pytest.mark.parametrize("text", [None, "", "  \n", "Hola", "159 days left"])
def test_a_note_that_says_nothing_known_is_unclassified(text):
    assert intents([text, None]).to_list() == [OTHER, OTHER]


def test_general_contact_is_read_when_nothing_else_is():
    assert intents(["Routine follow-up. Resolved."]).to_list() == [GENERAL]


def test_the_phrase_that_decided_is_kept_with_how_sure_it_is():
    notes = ["Asked to CANCEL the bill.", "Renovación. Vence en mayo.", "Has alternatives.", "Hola"]
    assert read(notes, "en").rows() == [
        (CANCEL, "cancel", pytest.approx(0.9)),
        (RENEWAL, "renovacion", pytest.approx(0.99)),
        (PRICING, "alternatives", pytest.approx(0.6)),
        (OTHER, None, 0.0),
    ]


def test_a_lone_weak_word_in_a_long_text_is_unsure_and_stays_unclassified():
    long = "alternatives " + "blah " * 40
    assert read([long], "en").row(0) == (OTHER, "alternatives", pytest.approx(0.4))
    assert read([f"{long} alternatives"], "en").row(0)[0] == PRICING


def test_words_of_a_neighbour_language_say_less():
    assert read(["La factura"], "ca").row(0) == (BILLING, "factura", pytest.approx(0.675))
    assert read(["Consulta"], "es").row(0) == (ACCOUNT, "consulta", pytest.approx(0.6))
    assert read(["Consulta"], "ca").row(0) == (OTHER, "consulta", pytest.approx(0.45))


@pytest.mark.parametrize("language", ["other", "eu"])
def test_a_language_without_a_list_is_not_understood(language):
    assert read(["Cancel"], language).row(0) == (NOT_UNDERSTOOD, None, 0.0)


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=40)), max_size=8))
def test_any_text_has_one_known_intent(texts):
    known = read(texts, "es")
    assert known.height == len(texts)
    assert set(known["customer_intent"]) <= set(INTENTS)
    assert known["intent_confidence"].is_between(0, 1).all()
