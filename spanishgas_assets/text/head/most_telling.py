"""Which notes are worth a person's label: those the head wavers on, no two of them alike."""

import numpy as np
import polars as pl

from spanishgas_assets.text.embedding.encoder import SentenceEncoder
from spanishgas_assets.text.head.linear_head import PROBABILITIES, SCORES, Head
from spanishgas_assets.text.head.note_features import features_of

#: So many times the wanted notes are looked at, those that the head wavers on most.
POOL = 5


def most_telling(texts: pl.Series, head: Head, encoder: SentenceEncoder, wanted: int) -> pl.Series:
    """Order distinct texts by what a label of them would teach, at most ``wanted`` of them.

    How much the head wavers is one minus the gap between the two likeliest intents, plus the same
    of the sentiments. Of the notes it wavers on most, each next one is the least like those before
    it, so that a hundred labels are not a hundred times the same question.
    """
    if texts.is_empty():
        return texts
    features = features_of(texts, encoder)
    read = head.read(features)
    wavering = 2 - _gap(read.select(PROBABILITIES)) - _gap(read.select(SCORES))
    pool = np.argsort(-wavering, kind="stable")[: wanted * POOL]
    vectors = features.vectors[pool]
    chosen = [0]
    nearest = vectors @ vectors[0]
    while len(chosen) < min(wanted, len(pool)):
        chosen.append(int(nearest.argmin()))
        nearest = np.maximum(nearest, vectors @ vectors[chosen[-1]])
        nearest[chosen] = np.inf
    return texts[pool[chosen]]


def _gap(shares: pl.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Return how far the highest share of each row lies above the second."""
    ordered = np.sort(shares.to_numpy(), axis=1)
    gap: np.ndarray[tuple[int], np.dtype[np.float64]] = ordered[:, -1] - ordered[:, -2]
    return gap
