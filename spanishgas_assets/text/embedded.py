"""Intent and sentiment by the trained head on sentence embeddings: the ``embedded`` backend.

Three things are kept apart. "Other" is an intent of its own: nothing to do with the relation. A
text unlike all training notes (another alphabet, no words) is not understood at all: no intent and
no sentiment is stated. And of a text that is understood, but whose likeliest intent is not likely
enough, no intent is stated; its sentiment is.
"""

import polars as pl

from spanishgas_assets.text.embedding.encoder import sentence_encoder
from spanishgas_assets.text.head.linear_head import PROBABILITIES, READ, SCORES, Head
from spanishgas_assets.text.head.note_features import features_of
from spanishgas_assets.text.remembered_scores import Progress, remembered_scores
from spanishgas_assets.text.score_cache import ScoreCache
from spanishgas_assets.text.vocabulary import (
    INTENTS,
    NOT_UNDERSTOOD,
    OTHER_LANGUAGE,
    UNCLASSIFIED,
)

BACKEND = "embedded"

#: Letters of the scripts that the training notes are written in; a text without any says nothing.
_LETTERS = r"\p{Latin}"
#: Probability of the likeliest intent from which a text without any word that tells a language is
#: taken for a short note; below, for letters or a language that say nothing to the head.
_SURE_WITHOUT_A_WORD = 0.6


def read_by_head(
    texts: pl.DataFrame,
    head: Head,
    *,
    cache: ScoreCache | None = None,
    progress: Progress = lambda _message: None,
) -> pl.DataFrame:
    """Read distinct texts (``text``, and ``language`` as ``read_languages`` gives it) with a head.

    Grain: one row per text, in order, with the columns of ``READ``, null where there is no text.
    Texts that the cache knows under the head's revision are not encoded again.
    """
    numbered = texts.with_row_index("place")
    read = remembered_scores(
        numbered.filter(pl.col("language").is_not_null()),
        lambda new: head.read(features_of(new["text"], sentence_encoder())),
        READ,
        (BACKEND, head.revision),
        cache=cache,
        progress=progress,
    )
    return (
        numbered.select("place")
        .join(read.select("place", *READ), on="place", how="left", maintain_order="left")
        .drop("place")
    )


def stated_intents(texts: pl.DataFrame, read: pl.DataFrame, head: Head) -> pl.DataFrame:
    """State intents from what a head read: ``customer_intent``, its confidence, probabilities.

    Grain: one row per text, in order. An empty text is "Other / Unclassified" with confidence 0.
    """
    place = pl.concat_list(PROBABILITIES).list.arg_max()
    likeliest = place.replace_strict(list(range(len(INTENTS))), INTENTS, return_dtype=pl.String)
    stated = _understood(head) & (_confidence() >= head.card.sure)
    return read.with_columns(texts["text"], texts["language"]).select(
        pl.when(pl.col("language").is_null())
        .then(pl.lit(UNCLASSIFIED))
        .when(stated)
        .then(likeliest)
        .otherwise(pl.lit(NOT_UNDERSTOOD))
        .alias("customer_intent"),
        _confidence().alias("intent_confidence"),
        *PROBABILITIES,
        pl.when(pl.col("language").is_not_null())
        .then(pl.lit(head.revision))
        .alias("intent_revision"),
    )


def understood_scores(texts: pl.DataFrame, read: pl.DataFrame, head: Head) -> pl.DataFrame:
    """Return the three sentiment scores from what a head read; null where it did not understand.

    Grain: one row per text, in order. An empty text has none either.
    """
    return read.with_columns(texts["text"], texts["language"]).select(
        pl.when(_understood(head)).then(name).alias(name) for name in SCORES
    )


def _understood(head: Head) -> pl.Expr:
    worded = (pl.col("language") != OTHER_LANGUAGE) | (_confidence() >= _SURE_WITHOUT_A_WORD)
    return (pl.col("likeness") >= head.card.near) & pl.col("text").str.contains(_LETTERS) & worded


def _confidence() -> pl.Expr:
    return pl.max_horizontal(PROBABILITIES).fill_null(0.0)
