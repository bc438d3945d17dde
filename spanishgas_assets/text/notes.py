"""Service notes with what they say: the columns of bronze interactions that come from the text."""

import polars as pl

from spanishgas_assets.settings import Sentiment
from spanishgas_assets.text.backends import Models, Progress, open_scorers
from spanishgas_assets.text.intent import read_intents
from spanishgas_assets.text.language import read_languages
from spanishgas_assets.text.score_cache import ScoreCache
from spanishgas_assets.text.sentiment_scores import no_sentiment, score_sentiment
from spanishgas_assets.text.vocabulary import OTHER_LANGUAGE


def enrich_notes(
    notes: pl.LazyFrame,
    backend: str,
    *,
    models: Models | None = None,
    cache: ScoreCache | None = None,
    progress: Progress = lambda _message: None,
) -> pl.LazyFrame:
    """Add language, intent and sentiment to notes, read from ``interaction_summary``.

    Grain: one row per note, as it came in and in its order. The distinct texts are collected and
    read once each, because a sentiment model works on texts, not on expressions. An empty note is
    "Other / Unclassified" and neutral. With the backend ``off`` the sentiment is null.

    Args:
        notes: notes without personal data.
        backend: one of ``Sentiment``.
        models: those of the transformers backend; None are the default ones.
        cache: where scores are stored across runs.
        progress: told in words how far it is.

    Raises:
        SettingsError: the backend cannot be loaded; says how to fix it.
    """
    backend = Sentiment(backend)
    texts = (
        notes.select(text=pl.col("interaction_summary").cast(pl.String))
        .unique(maintain_order=True)
        .collect()
    )
    texts = texts.with_columns(read_languages(texts["text"]))
    known = [
        language
        for language in texts["language"].unique().drop_nulls()
        if language != OTHER_LANGUAGE
    ]
    scorers = open_scorers(backend, known, models)
    sentiments = (
        no_sentiment(texts.height)
        if backend is Sentiment.OFF
        else score_sentiment(texts, scorers, backend, cache=cache, progress=progress)
    )
    read = (
        texts.rename({"text": "interaction_summary"}).hstack(read_intents(texts)).hstack(sentiments)
    )
    return notes.join(
        read.lazy(),
        on="interaction_summary",
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).with_columns(sentiment_backend=pl.lit(backend.value))
