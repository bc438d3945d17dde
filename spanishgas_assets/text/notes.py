"""Service notes with what they say: the columns of bronze interactions that come from the text."""

import polars as pl

from spanishgas_assets.text.intent import read_intent
from spanishgas_assets.text.sentiment import score_moods


def enrich_notes(notes: pl.LazyFrame, backend: str) -> pl.LazyFrame:
    """Add intent and mood to notes, read from ``interaction_summary``.

    Grain: one row per note, as it came in and in its order. The distinct texts are collected and
    read once each, because a mood model works on texts, not on expressions. An empty note is
    "Other / Unclassified" and neutral.

    Raises:
        SettingsError: the backend is unknown or cannot be loaded; says how to fix it.
    """
    texts = notes.select(pl.col("interaction_summary")).unique(maintain_order=True).collect()
    moods = score_moods(texts["interaction_summary"], backend)
    read = read_intent(texts.hstack(moods).lazy())
    return notes.join(
        read,
        on="interaction_summary",
        how="left",
        nulls_equal=True,
        maintain_order="left",
    )
