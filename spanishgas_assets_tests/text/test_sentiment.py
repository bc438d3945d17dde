"""The sentiment of a note: the lexicon on published notes, the rules around it, and the cache."""

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import scan_tables, stored_partitions
from spanishgas_assets.text.lexicon import Lexicon
from spanishgas_assets.text.remembered_scores import KEPT_TEXTS
from spanishgas_assets.text.score_cache import SCORES, ScoreCache
from spanishgas_assets.text.sentiment_scores import score_sentiment
from spanishgas_assets_tests.text.published_notes import published_notes


def distinct(texts, language="en"):
    return pl.DataFrame(
        {"text": texts, "language": [language if text else None for text in texts]},
        schema={"text": pl.String, "language": pl.String},
    )


def scored(texts, language="en", scorer=None, **options):
    scorers = dict.fromkeys(("en", "es"), scorer or Lexicon())
    return score_sentiment(distinct(texts, language), scorers, "lexicon", **options)


def sentiments(texts):
    return scored(texts)["sentiment_label"].to_list()


class Counting:
    """A scorer that counts the texts it sees: one that mentions joy is positive."""

    def __init__(self, revision="r1"):
        self.revision = revision
        self.seen = []

    def score(self, texts):
        self.seen += texts.to_list()
        happy = texts.str.contains("joy").cast(pl.Float64)
        return pl.DataFrame(
            {SCORES[0]: 1 - happy, SCORES[1]: happy * 0, SCORES[2]: happy},
        )


def test_the_lexicon_agrees_with_the_published_sentiment_of_every_note():
    notes = published_notes()
    assert sentiments([text for text, _, _ in notes]) == [sentiment for _, sentiment, _ in notes]


@pytest.mark.parametrize(
    ("text", "sentiment"),
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
def test_negation_and_spanish_are_understood(text, sentiment):
    assert sentiments([text]) == [sentiment]


def test_the_scores_follow_the_stated_formula():
    assert scored(["Unhappy.", "Concerns.", "Happy but upset."]).select(SCORES).rows() == [
        pytest.approx((2 / 3, 1 / 3, 0)),
        pytest.approx((0.4 / 1.4, 1 / 1.4, 0)),
        pytest.approx((2 / 7, 3 / 7, 2 / 7)),
    ]


def test_no_text_is_neutral_by_rule_and_no_rows_are_no_rows():
    scorer = Counting()
    assert scored([None], scorer=scorer).row(0) == (0.0, 1.0, 0.0, None, "neutral")
    assert scored([], scorer=scorer).height == 0
    assert scorer.seen == []


def test_a_language_without_a_scorer_is_not_understood():
    scorer = Counting()
    scores = scored(["Ganz toll", "joy"], "other", scorer=scorer)
    assert scores.rows() == [(None, None, None, None, "not understood")] * 2
    assert scorer.seen == []


def test_the_revision_of_the_scorer_stands_beside_its_scores():
    assert scored(["joy"], scorer=Counting("r7"))["sentiment_revision"].to_list() == ["r7"]
    assert Lexicon().revision == Lexicon().revision


def test_each_language_is_scored_by_its_own_scorer_and_order_is_kept():
    english, spanish = Counting("english"), Counting("spanish")
    texts = pl.DataFrame({"text": ["b joy", "hola", "a"], "language": ["en", "es", "en"]})
    scores = score_sentiment(texts, {"en": english, "es": spanish}, "x")
    assert sorted(english.seen) == ["a", "b joy"]
    assert spanish.seen == ["hola"]
    assert scores["sentiment_label"].to_list() == ["positive", "negative", "negative"]
    assert scores["sentiment_revision"].to_list() == ["english", "spanish", "english"]


def test_remembered_texts_are_not_scored_again(store_url):
    store = open_store(store_url)
    first, second = Counting(), Counting()
    cache = ScoreCache(store)
    before = scored(["a joy", "b"], scorer=first, cache=cache)
    assert (cache.hits, cache.misses) == (0, 2)
    cache = ScoreCache(store)
    after = scored(["c joy", "b", "a joy"], scorer=second, cache=cache)
    assert (cache.hits, cache.misses) == (2, 1)
    assert second.seen == ["c joy"]
    assert after["sentiment_label"].to_list() == ["positive", "negative", "positive"]
    assert after.row(2) == before.row(0)


def test_another_revision_or_backend_remembers_nothing_of_this_one(store_url):
    store = open_store(store_url)
    scored(["a"], scorer=Counting("r1"), cache=ScoreCache(store))
    other = Counting("r2")
    scored(["a"], scorer=other, cache=ScoreCache(store))
    again = Counting("r1")
    score_sentiment(distinct(["a"]), {"en": again}, "transformers", cache=ScoreCache(store))
    assert other.seen == again.seen == ["a"]


def test_what_is_remembered_holds_no_word_of_a_text(store_url):
    store = open_store(store_url)
    scored(["unforgettable"], scorer=Counting(), cache=ScoreCache(store))
    (batch,) = stored_partitions(store, "text/scores/lexicon/r1")
    kept = scan_tables(store, [f"text/scores/lexicon/r1/{batch}"]).collect()
    assert kept.columns == ["text_hash", *SCORES]
    assert "unforgettable" not in str(kept.rows())


def test_a_run_that_is_cut_off_goes_on_where_it_was(store_url):
    class Failing(Counting):
        def score(self, texts):
            if self.seen:
                raise RuntimeError
            return super().score(texts)

    texts = [f"note {number}" for number in range(KEPT_TEXTS + 3)]
    store, told = open_store(store_url), []
    with pytest.raises(RuntimeError):
        scored(texts, scorer=Failing(), cache=ScoreCache(store), progress=told.append)
    assert told == [f"notes by lexicon r1: {KEPT_TEXTS:,} of {KEPT_TEXTS + 3:,} texts"]
    rest = Counting()
    scored(texts, scorer=rest, cache=ScoreCache(store))
    assert len(rest.seen) == 3


@settings(deadline=None)
@given(st.lists(st.text(max_size=60), max_size=8, unique=True))
def test_scores_of_any_text_sum_to_one_and_the_label_is_the_highest(texts):
    scores = scored(texts)
    assert scores.height == len(texts)
    for row in scores.iter_rows(named=True):
        shares = [row[name] for name in SCORES]
        assert sum(shares) == pytest.approx(1, abs=1e-12)
        assert row[f"sentiment_{row['sentiment_label']}"] == max(shares)
