"""The mood of texts, by the backend that the settings name; never by another one."""

from collections.abc import Callable

import polars as pl

from spanishgas_assets.bronze.tables import SENTIMENTS
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.text import lexicon, transformer
from spanishgas_assets.text.plain import plain

BACKENDS: dict[str, Callable[[pl.Series], pl.DataFrame]] = {
    "lexicon": lexicon.score,
    "transformers": transformer.score,
}

SCORES = [f"sentiment_{label}" for label in SENTIMENTS]
_NO_TEXT = {"sentiment_negative": 0.0, "sentiment_neutral": 1.0, "sentiment_positive": 0.0}


def score_moods(texts: pl.Series, backend: str) -> pl.DataFrame:
    """Score the mood of texts.

    Grain: one row per text, in order: ``sentiment_negative``, ``_neutral`` and ``_positive``, which
    sum to 1, ``sentiment_label``, the strongest of them, and ``sentiment_backend``. A text without
    a visible character is neutral; no backend sees it.

    Raises:
        SettingsError: the backend is unknown or cannot be loaded; says how to fix it.
    """
    if backend not in BACKENDS:
        raise SettingsError(
            f"SPANISHGAS_SENTIMENT={backend!r} is unknown; known are {', '.join(BACKENDS)}"
        )
    numbered = texts.rename("text").cast(pl.String).to_frame().with_row_index("place")
    spoken = numbered.filter(plain(pl.col("text")) != "")
    if spoken.height:
        scores = BACKENDS[backend](spoken["text"]).with_columns(spoken["place"])
    else:
        scores = pl.DataFrame(schema={**dict.fromkeys(SCORES, pl.Float64), "place": pl.UInt32})
    return (
        numbered.select("place")
        .join(scores, on="place", how="left", maintain_order="left")
        .select(
            *(pl.col(name).fill_null(empty) for name, empty in _NO_TEXT.items()),
        )
        .with_columns(_strongest().alias("sentiment_label"))
        .with_columns(pl.lit(backend).alias("sentiment_backend"))
    )


def _strongest() -> pl.Expr:
    """Name the highest of the three scores."""
    place = pl.concat_list(SCORES).list.arg_max()
    return place.replace_strict(list(range(len(SENTIMENTS))), SENTIMENTS, return_dtype=pl.String)
