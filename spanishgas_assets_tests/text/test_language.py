"""The language of a note: ours, and the neighbours that must not be taken for ours."""

import polars as pl
import pytest

from spanishgas_assets.text.language import _lists, read_languages
from spanishgas_assets.text.vocabulary import LANGUAGES
from spanishgas_assets_tests.text.labelled_notes import labelled_notes
from spanishgas_assets_tests.text.published_notes import published_notes


def languages(texts):
    return read_languages(pl.Series(texts, dtype=pl.String)).to_list()


def test_the_word_lists_are_of_the_languages_of_the_vocabulary():
    assert list(dict.fromkeys(language for language, _ in _lists())) == LANGUAGES


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The customer asked about the renewal of the contract.", "en"),
        ("Unhappy. Cancelling.", "en"),
        ("El cliente pregunta por la renovación de su contrato.", "es"),
        ("CLIENTE MUY DESCONTENTO", "es"),
        ("El client vol donar-se de baixa perquè el preu és molt car.", "ca"),
        ("A clienta quere cambiar de compañía, non está contenta co servizo.", "gl"),
        ("Der Kunde ist mit der Rechnung nicht zufrieden.", "other"),
        ("Le client n'est pas content de la facture et veut partir.", "other"),
        ("Il cliente non è contento della bolletta.", "other"),
        ("O cliente não quer pagar, está muito zangado com a fatura.", "other"),
        ("Bezeroa ez dago pozik eta faktura oso garestia da.", "eu"),
        ("顾客想取消合同", "other"),
        ("Клиент хочет расторгнуть договор", "other"),
        ("😀😀", "other"),
        ("159", "other"),
        ("", None),
        (" \n ", None),
        (None, None),
    ],
)
def test_each_text_has_its_language(text, language):
    assert languages([text]) == [language]


def test_published_and_labelled_notes_are_in_their_language():
    assert set(languages([text for text, _, _ in published_notes()])) == {"en"}
    notes = labelled_notes()
    assert languages([note[0] for note in notes]) == [note[3] for note in notes]


def test_order_and_number_of_texts_are_kept():
    assert languages(["Hola, buenos días", None, "Hello there", "Hola, buenos días"]) == [
        "es",
        None,
        "en",
        "es",
    ]
    assert languages([]) == []
