"""The mood of a note: the lexicon on published notes, and the choice of a backend."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text.sentiment import SCORES, score_moods
from spanishgas_assets_tests.text.published_notes import published_notes


def moods(texts):
    return score_moods(pl.Series(texts, dtype=pl.String), "lexicon")["sentiment_label"].to_list()


def test_the_lexicon_agrees_with_the_published_mood_of_every_note():
    notes = published_notes()
    assert moods([text for text, _, _ in notes]) == [mood for _, mood, _ in notes]


@pytest.mark.parametrize(
    ("text", "mood"),
    [
        ("Not satisfied.", "negative"),
        ("Is not at all happy with the reply.", "negative"),
        ("No longer happy.", "negative"),
        ("No issues.", "neutral"),
        ("Not unhappy.", "neutral"),
        ("No complaints, happy.", "positive"),
        ("Happy with service, upset about the bill.", "neutral"),
        ("Voiced concerns regarding renewal.", "neutral"),
        ("Cliente muy contento con el servicio.", "positive"),
        ("Está satisfecha. Gracias.", "positive"),
        ("No está nada satisfecho.", "negative"),
        ("Cliente enfadado por la factura.", "negative"),
        ("Poco contento con la oferta.", "negative"),
        ("Sin problemas. Datos confirmados.", "neutral"),
        ("Sin quejas.", "neutral"),
        ("Consulta sobre la renovación.", "neutral"),
    ],
)
def test_negation_and_spanish_are_understood(text, mood):
    assert moods([text]) == [mood]


def test_the_scores_follow_the_stated_formula():
    scores = score_moods(pl.Series(["Unhappy.", "Concerns.", "Happy but upset."]), "lexicon")
    assert scores.select(SCORES).rows() == [
        pytest.approx((2 / 3, 1 / 3, 0)),
        pytest.approx((0.4 / 1.4, 1 / 1.4, 0)),
        pytest.approx((2 / 7, 3 / 7, 2 / 7)),
    ]


def test_no_text_is_neutral_and_no_rows_are_no_rows():
    scores = score_moods(pl.Series(["", None, " \t"], dtype=pl.String), "lexicon")
    assert scores.rows() == [(0.0, 1.0, 0.0, "neutral", "lexicon")] * 3
    assert score_moods(pl.Series([], dtype=pl.String), "lexicon").height == 0


def test_an_unknown_backend_is_refused_with_the_known_ones():
    with pytest.raises(SettingsError, match="'vader' is unknown; known are lexicon, transformers"):
        score_moods(pl.Series(["Happy"]), "vader")


@settings(deadline=None)
@given(st.lists(st.one_of(st.none(), st.text(max_size=60)), max_size=8))
def test_scores_of_any_text_sum_to_one_and_the_label_is_the_highest(texts):
    scored = score_moods(pl.Series(texts, dtype=pl.String), "lexicon")
    assert scored.height == len(texts)
    for row in scored.iter_rows(named=True):
        shares = [row[name] for name in SCORES]
        assert sum(shares) == pytest.approx(1, abs=1e-12)
        assert row[f"sentiment_{row['sentiment_label']}"] == max(shares)
