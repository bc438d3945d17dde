"""How well labels were read: macro-F1, agreement of two readers, calibration."""

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Equally wide bins of confidence.
BINS = 10


def macro_f1(wanted: pl.Series, found: pl.Series) -> float:
    """Mean F1 over the classes that occur in ``wanted``; a class never found has 0."""
    scores = []
    for label in wanted.unique().sort():
        of_label, as_label = wanted == label, found == label
        right = int((of_label & as_label).sum())
        scores.append(2 * right / (int(of_label.sum()) + int(as_label.sum())))
    return float(np.mean(scores))


def kappa(first: pl.Series, second: pl.Series) -> float:
    """Cohen's kappa: agreement beyond the one that chance gives two independent readers."""
    classes = sorted({*first, *second})
    both = np.array([[((first == a) & (second == b)).sum() for b in classes] for a in classes])
    shares = both / both.sum()
    by_chance = float(shares.sum(axis=1) @ shares.sum(axis=0))
    return float((np.trace(shares) - by_chance) / (1 - by_chance))


def expected_calibration_error(confidence: Sequence[float], right: Sequence[bool]) -> float:
    """Mean gap between confidence and share of right answers, over ten equally wide bins."""
    sure, hits = np.asarray(confidence, dtype=float), np.asarray(right, dtype=float)
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    gaps = [
        abs(sure[bins == place].mean() - hits[bins == place].mean()) * (bins == place).mean()
        for place in np.unique(bins)
    ]
    return float(sum(gaps))
