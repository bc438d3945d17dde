"""Service notes with what they say: the columns of bronze interactions that come from the text."""

from dataclasses import dataclass, field
from typing import Self

import polars as pl

from spanishgas_assets.settings import Intent, Sentiment, Settings
from spanishgas_assets.text.backends import Models, open_scorers
from spanishgas_assets.text.embedded import read_by_head, stated_intents, understood_scores
from spanishgas_assets.text.head.linear_head import PROBABILITIES, Head, load_head
from spanishgas_assets.text.intent import read_intents
from spanishgas_assets.text.language import read_languages
from spanishgas_assets.text.remembered_scores import Progress
from spanishgas_assets.text.score_cache import ScoreCache
from spanishgas_assets.text.sentiment_scores import (
    NO_TEXT,
    no_sentiment,
    score_sentiment,
    strongest,
)
from spanishgas_assets.text.vocabulary import OTHER_LANGUAGE


@dataclass(frozen=True)
class Readers:
    """What reads the notes.

    Attributes:
        intent: backend of the intent.
        sentiment: backend of the sentiment.
        head: file of the ``embedded`` backends' head; empty is the packaged one.
        models: those of the ``transformers`` backend.
    """

    intent: Intent
    sentiment: Sentiment
    head: str = ""
    models: Models = field(default_factory=Models)

    @classmethod
    def of(cls, settings: Settings) -> Self:
        """Take what the settings name."""
        return cls(settings.intent, settings.sentiment, settings.notes_head, Models.of(settings))

    @property
    def embedded(self) -> bool:
        """Whether a head is read with."""
        return self.intent is Intent.EMBEDDED or self.sentiment is Sentiment.EMBEDDED


def enrich_notes(
    notes: pl.LazyFrame,
    readers: Readers,
    *,
    cache: ScoreCache | None = None,
    progress: Progress = lambda _message: None,
) -> pl.LazyFrame:
    """Add language, intent and sentiment to notes, read from ``interaction_summary``.

    Grain: one row per note, as it came in and in its order. The distinct texts are collected and
    read once each, because a model works on texts, not on expressions. An empty note is
    "Other / Unclassified" and neutral: nothing was said. A note that was not understood says so
    (``NOT_UNDERSTOOD``). With the sentiment switched off it is null.

    Args:
        notes: notes without personal data.
        readers: what reads them.
        cache: where scores are stored across runs.
        progress: told in words how far it is.

    Raises:
        SettingsError: a backend cannot be loaded; says how to fix it.
    """
    texts = (
        notes.select(text=pl.col("interaction_summary").cast(pl.String))
        .unique(maintain_order=True)
        .collect()
    )
    texts = texts.with_columns(read_languages(texts["text"]))
    head = load_head(readers.head) if readers.embedded else None
    by_head = read_by_head(texts, head, cache=cache, progress=progress) if head else None
    read = texts.rename({"text": "interaction_summary"}).hstack(
        _intents(texts, readers, head, by_head)
    )
    read = read.hstack(_sentiments(texts, readers, head, by_head, cache, progress))
    read = read.with_columns(
        pl.lit(None, pl.Float64).alias("likeness") if by_head is None else by_head["likeness"]
    )
    return notes.join(
        read.lazy(),
        on="interaction_summary",
        how="left",
        nulls_equal=True,
        maintain_order="left",
    ).with_columns(
        intent_backend=pl.lit(readers.intent.value),
        sentiment_backend=pl.lit(readers.sentiment.value),
    )


def _intents(
    texts: pl.DataFrame, readers: Readers, head: Head | None, by_head: pl.DataFrame | None
) -> pl.DataFrame:
    """Return intent, phrase, confidence, probabilities and revision of texts."""
    listed = read_intents(texts)
    if head is None or by_head is None or readers.intent is Intent.LEXICON:
        return listed.with_columns(
            *(pl.lit(None, pl.Float64).alias(name) for name in PROBABILITIES),
            intent_revision=pl.lit(None, pl.String),
        )
    stated = stated_intents(texts, by_head, head)
    speaks_for_it = listed["customer_intent"] == stated["customer_intent"]
    return stated.with_columns(
        listed.select(pl.when(speaks_for_it).then("intent_phrase").alias("intent_phrase"))
    )


def _sentiments(
    texts: pl.DataFrame,
    readers: Readers,
    head: Head | None,
    by_head: pl.DataFrame | None,
    cache: ScoreCache | None,
    progress: Progress,
) -> pl.DataFrame:
    """Return scores, label and revision of texts."""
    if readers.sentiment is Sentiment.OFF:
        return no_sentiment(texts.height)
    if head is not None and by_head is not None and readers.sentiment is Sentiment.EMBEDDED:
        silent = texts["language"].is_null()
        scores = understood_scores(texts, by_head, head)
        return scores.with_columns(
            pl.when(silent).then(empty).otherwise(pl.col(name)).alias(name)
            for name, empty in zip(scores.columns, NO_TEXT, strict=True)
        ).with_columns(
            strongest().alias("sentiment_label"),
            pl.when(~silent).then(pl.lit(head.revision)).alias("sentiment_revision"),
        )
    known = [
        language
        for language in texts["language"].unique().drop_nulls()
        if language != OTHER_LANGUAGE
    ]
    scorers = open_scorers(readers.sentiment, known, readers.models)
    return score_sentiment(texts, scorers, readers.sentiment, cache=cache, progress=progress)
