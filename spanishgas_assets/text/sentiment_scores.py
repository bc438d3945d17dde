"""The sentiment of texts, by the scorers that the settings name; never by others."""

import polars as pl

from spanishgas_assets.text.backends import Scorer
from spanishgas_assets.text.remembered_scores import Progress, remembered_scores
from spanishgas_assets.text.score_cache import SCORES, ScoreCache
from spanishgas_assets.text.vocabulary import SENTIMENT_NOT_UNDERSTOOD, SENTIMENTS

#: Scores of an empty note: nothing in it is good or bad.
NO_TEXT = (0.0, 1.0, 0.0)


def score_sentiment(
    texts: pl.DataFrame,
    scorers: dict[str, Scorer],
    backend: str,
    *,
    cache: ScoreCache | None = None,
    progress: Progress = lambda _message: None,
) -> pl.DataFrame:
    """Score the sentiment of distinct texts (``text`` and ``language``).

    Grain: one row per text, in order: ``sentiment_negative``, ``_neutral`` and ``_positive``, which
    sum to 1, ``sentiment_label``, the strongest of them, and ``sentiment_revision``. An empty text
    gets ``NO_TEXT``. One in a language without a scorer is not understood, and has no scores. No
    scorer sees either.

    Args:
        texts: distinct texts.
        scorers: by language.
        backend: name under which scores are remembered.
        cache: where scores are stored; None scores every text.
        progress: told in words how far it is.
    """
    numbered = texts.with_row_index("place")
    pieces = [
        _scored(
            numbered.filter(pl.col("language").is_in(languages)), scorer, backend, cache, progress
        )
        for scorer, languages in _languages_of(scorers)
    ]
    no_text = pl.col("language").is_null()
    scored = numbered.select("place", "language").join(
        pl.concat([_NONE.to_frame(), *pieces]), on="place", how="left", maintain_order="left"
    )
    return scored.select(
        *(
            pl.coalesce(name, pl.when(no_text).then(empty)).alias(name)
            for name, empty in zip(SCORES, NO_TEXT, strict=True)
        ),
        "sentiment_revision",
    ).with_columns(strongest().alias("sentiment_label"))


def no_sentiment(rows: int) -> pl.DataFrame:
    """Return the columns of ``score_sentiment``, all null: sentiment is switched off."""
    return pl.DataFrame(
        {name: [None] * rows for name in _SENTIMENTS},
        schema=_SENTIMENTS,
    )


_SCORES: dict[str, pl.DataType] = {name: pl.Float64() for name in SCORES}
_SENTIMENTS = pl.Schema(
    {**_SCORES, "sentiment_revision": pl.String(), "sentiment_label": pl.String()}
)
_NONE = pl.Schema({"place": pl.UInt32(), **_SCORES, "sentiment_revision": pl.String()})


def _languages_of(scorers: dict[str, Scorer]) -> list[tuple[Scorer, list[str]]]:
    """Return each scorer once, with the languages that it serves."""
    distinct = {id(scorer): scorer for scorer in scorers.values()}
    return [
        (scorer, [language for language, its in scorers.items() if its is scorer])
        for scorer in distinct.values()
    ]


def _scored(
    texts: pl.DataFrame,
    scorer: Scorer,
    backend: str,
    cache: ScoreCache | None,
    progress: Progress,
) -> pl.DataFrame:
    """Return place, scores and revision of texts; the scorer sees those not remembered."""
    return remembered_scores(
        texts,
        lambda new: scorer.score(new["text"]),
        SCORES,
        (backend, scorer.revision),
        cache=cache,
        progress=progress,
    ).select("place", *SCORES, pl.lit(scorer.revision).alias("sentiment_revision"))


def strongest() -> pl.Expr:
    """Name the highest of the three scores; without scores the text was not understood."""
    place = pl.concat_list(SCORES).list.arg_max()
    named = place.replace_strict(list(range(len(SENTIMENTS))), SENTIMENTS, return_dtype=pl.String)
    scored = pl.col(SCORES[0]).is_not_null()
    return pl.when(scored).then(named).otherwise(pl.lit(SENTIMENT_NOT_UNDERSTOOD))
