"""The sentiment of texts, by the scorers that the settings name; never by others."""

import polars as pl

from spanishgas_assets.text.backends import Progress, Scorer
from spanishgas_assets.text.score_cache import SCORES, ScoreCache, text_hashes
from spanishgas_assets.text.vocabulary import SENTIMENTS

#: Scores of an empty note: nothing in it is good or bad.
NO_TEXT = (0.0, 1.0, 0.0)
#: Scores of a text in a language that is not read: neutral, and visibly unsure.
UNSURE = (0.25, 0.5, 0.25)

#: New texts are scored and remembered in batches of this many, so that a run that is cut off
#: goes on where it was.
KEPT_TEXTS = 2_000


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
    and one in a language without a scorer get ``NO_TEXT`` and ``UNSURE``; no scorer sees them.

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
            pl.coalesce(name, pl.when(no_text).then(empty).otherwise(unsure)).alias(name)
            for name, empty, unsure in zip(SCORES, NO_TEXT, UNSURE, strict=True)
        ),
        "sentiment_revision",
    ).with_columns(_strongest().alias("sentiment_label"))


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
    hashed = texts.with_columns(text_hashes(texts["text"]))
    known = (
        cache.get(backend, scorer.revision, hashed["text_hash"])
        if cache
        else hashed.select("text_hash", *(pl.lit(0.0).alias(name) for name in SCORES)).clear()
    )
    # Texts of like length share a batch, so that little of it is padding.
    new = hashed.join(known, on="text_hash", how="anti").sort(pl.col("text").str.len_bytes())
    pieces = [known]
    for batch in new.iter_slices(KEPT_TEXTS):
        scores = scorer.score(batch["text"]).with_columns(batch["text_hash"])
        if cache:
            cache.put(backend, scorer.revision, scores)
        pieces.append(scores.select(known.columns))
        done = sum(piece.height for piece in pieces)
        progress(f"sentiment by {backend} {scorer.revision}: {done:,} of {hashed.height:,} texts")
    return hashed.join(pl.concat(pieces), on="text_hash").select(
        "place", *SCORES, pl.lit(scorer.revision).alias("sentiment_revision")
    )


def _strongest() -> pl.Expr:
    """Name the highest of the three scores."""
    place = pl.concat_list(SCORES).list.arg_max()
    return place.replace_strict(list(range(len(SENTIMENTS))), SENTIMENTS, return_dtype=pl.String)
