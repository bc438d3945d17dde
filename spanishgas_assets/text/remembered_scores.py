"""Scores of texts, each text scored once: those in the cache are taken from it, new ones added."""

from collections.abc import Callable, Sequence

import polars as pl

from spanishgas_assets.text.score_cache import ScoreCache, text_hashes

#: Told in words what is done.
Progress = Callable[[str], None]

#: New texts are scored and remembered in batches of this many, so that a run that is cut off
#: goes on where it was.
KEPT_TEXTS = 2_000


def remembered_scores(
    texts: pl.DataFrame,
    score: Callable[[pl.DataFrame], pl.DataFrame],
    columns: Sequence[str],
    name: tuple[str, str],
    *,
    cache: ScoreCache | None = None,
    progress: Progress = lambda _message: None,
) -> pl.DataFrame:
    """Return ``texts`` (distinct, in ``text``) with their scores, in an order of its own.

    Args:
        texts: with whatever else ``score`` reads of them.
        score: scores the texts that are new; one row per text, in order.
        columns: of the scores.
        name: backend and revision under which scores are remembered.
        cache: where they are stored; None scores every text.
        progress: told in words how far it is.
    """
    backend, revision = name
    hashed = texts.with_columns(text_hashes(texts["text"]))
    known = (
        cache.get(backend, revision, hashed["text_hash"], columns)
        if cache
        else pl.DataFrame(schema={"text_hash": pl.String, **dict.fromkeys(columns, pl.Float64)})
    )
    # Texts of like length share a batch, so that little of it is padding.
    new = hashed.join(known, on="text_hash", how="anti").sort(pl.col("text").str.len_bytes())
    pieces = [known]
    for batch in new.iter_slices(KEPT_TEXTS):
        scores = score(batch.drop("text_hash")).with_columns(batch["text_hash"])
        if cache:
            cache.put(backend, revision, scores, columns)
        pieces.append(scores.select(known.columns))
        done = sum(piece.height for piece in pieces)
        progress(f"notes by {backend} {revision}: {done:,} of {hashed.height:,} texts")
    return hashed.join(pl.concat(pieces), on="text_hash").drop("text_hash")
