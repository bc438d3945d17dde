"""What a model's scores are worth: every metric, weighted, from one sorting of the rows.

Weights make the bootstrap cheap (a resample is a weight per row); without them each metric is the
usual one.
"""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BINS = 10
#: Shares of the customers, highest score first, that gains and lift look at.
CONTACT_SHARES = {"1": 0.01, "5": 0.05, "10": 0.10, "20": 0.20}
_EDGE = 1e-15


@dataclass(frozen=True)
class Confusion:
    """Customers by what the threshold says and what happened, counted with their weights."""

    true_positives: float
    false_positives: float
    false_negatives: float
    true_negatives: float

    @property
    def precision(self) -> float:
        """Share of the flagged who left; 0 if nobody is flagged."""
        return _share(self.true_positives, self.true_positives + self.false_positives)

    @property
    def recall(self) -> float:
        """Share of those who left that is flagged."""
        return _share(self.true_positives, self.true_positives + self.false_negatives)

    @property
    def f1(self) -> float:
        """Harmonic mean of precision and recall."""
        errors = self.false_positives + self.false_negatives
        return _share(2 * self.true_positives, 2 * self.true_positives + errors)


class Scored:
    """Scores with their labels, sorted from highest to lowest score; equal scores count as one."""

    def __init__(self, scores: Floats, churn: NDArray[Any]) -> None:
        """Sort once."""
        self.order = np.argsort(-scores, kind="stable")
        self.scores = np.asarray(scores, dtype=np.float64)[self.order]
        self.churn = np.asarray(churn, dtype=np.float64)[self.order]
        ends = np.flatnonzero(np.append(np.diff(self.scores) != 0, [True]))
        #: For each row, the last row with the same score.
        self.last = ends[np.searchsorted(ends, np.arange(len(self.scores)))]
        self.ends = ends
        self.bins = (np.arange(len(self.scores)) * BINS) // max(len(self.scores), 1)

    def metrics(self, threshold: float, weights: Floats | None = None) -> dict[str, float]:
        """Return every metric by name, the scores taken as probabilities.

        ``gain_5`` is the share of the churners among the twentieth of highest score, ``lift_5`` how
        many times more than in a twentieth drawn at random.

        Example:
            >>> scored = Scored(np.array([0.9, 0.6, 0.4, 0.1]), np.array([1, 0, 1, 0]))
            >>> metrics = scored.metrics(threshold=0.5)
            >>> metrics["precision"], metrics["recall"], metrics["roc_auc"]
            (0.5, 0.5, 0.75)
            >>> round(metrics["pr_auc"], 3)
            0.833
        """
        w = self._weights(weights)
        confusion = self._confusion(threshold, w)
        return {
            "pr_auc": self._pr_auc(w),
            "roc_auc": self._roc_auc(w),
            "log_loss": self._log_loss(w),
            "brier": float(np.average((self.scores - self.churn) ** 2, weights=w)),
            "ece": self._ece(w),
            "precision": confusion.precision,
            "recall": confusion.recall,
            "f1": confusion.f1,
            "prevalence": float(np.average(self.churn, weights=w)),
            "mean_score": float(np.average(self.scores, weights=w)),
            **asdict(confusion),
            **self._gains(w),
        }

    def pr_auc(self, weights: Floats | None = None) -> float:
        """Average precision: precision at each churner's score, averaged over churners."""
        return self._pr_auc(self._weights(weights))

    def roc_auc(self, weights: Floats | None = None) -> float:
        """Chance that a churner's score is above a stayer's."""
        return self._roc_auc(self._weights(weights))

    def confusion(self, threshold: float) -> Confusion:
        """Count what a threshold gets right and wrong; a score at the threshold is flagged."""
        return self._confusion(threshold, self._weights(None))

    def reached(self, amounts: Floats, share: float, weights: Floats | None = None) -> float:
        """Return how much of the rows' amounts lies in the share of highest score.

        Customers of equal score are taken in part.
        """
        w = self._weights(weights)
        return self._reached(w, w * amounts[self.order], share)

    def roc_curve(self, weights: Floats | None = None) -> tuple[Floats, Floats]:
        """Return false positive rate and recall at each distinct score, from (0, 0) to (1, 1)."""
        w = self._weights(weights)
        found = np.append([0.0], np.cumsum(w * self.churn)[self.ends])
        wrong = np.append([0.0], np.cumsum(w * (1 - self.churn))[self.ends])
        return wrong / wrong[-1], found / found[-1]

    def gains_curve(self, weights: Floats | None = None) -> tuple[Floats, Floats]:
        """Return share of the customers and share of the churners, highest score first."""
        w = self._weights(weights)
        found = np.append([0.0], np.cumsum(w * self.churn)[self.ends])
        rows = np.append([0.0], np.cumsum(w)[self.ends])
        return rows / rows[-1], found / found[-1]

    def pr_curve(self, weights: Floats | None = None) -> tuple[Floats, Floats, Floats]:
        """Return precision, recall and threshold at each distinct score, highest score first.

        Scores above the first row of any weight are left out: nobody is flagged there.
        """
        w = self._weights(weights)
        found, rows = np.cumsum(w * self.churn)[self.ends], np.cumsum(w)[self.ends]
        some = rows > 0
        scores = self.scores[self.ends]
        return found[some] / rows[some], found[some] / found[-1], scores[some]

    def calibration_curve(self) -> tuple[Floats, Floats, NDArray[np.int64]]:
        """Return mean score, churn rate and rows of each tenth of the rows, lowest score first."""
        rows = np.bincount(self.bins, minlength=BINS)
        kept = rows > 0
        mean = np.bincount(self.bins, self.scores, BINS)[kept] / rows[kept]
        rate = np.bincount(self.bins, self.churn, BINS)[kept] / rows[kept]
        return mean[::-1], rate[::-1], rows[kept][::-1]

    def _weights(self, weights: Floats | None) -> Floats:
        return np.ones(len(self.scores)) if weights is None else weights[self.order]

    def _pr_auc(self, w: Floats) -> float:
        found = w * self.churn
        with np.errstate(invalid="ignore"):
            precision = np.cumsum(found)[self.last] / np.cumsum(w)[self.last]
        return _share(float(np.nansum(found * precision)), float(found.sum()), nothing=np.nan)

    def _roc_auc(self, w: Floats) -> float:
        found = np.append([0.0], np.cumsum(w * self.churn)[self.ends])
        wrong = np.append([0.0], np.cumsum(w * (1 - self.churn))[self.ends])
        area = float(np.trapezoid(found, wrong))
        return _share(area, float(found[-1] * wrong[-1]), nothing=np.nan)

    def _log_loss(self, w: Floats) -> float:
        likely = np.where(self.churn == 1, self.scores, 1 - self.scores)
        return float(np.average(-np.log(np.clip(likely, _EDGE, 1)), weights=w))

    def _ece(self, w: Floats) -> float:
        gaps = np.bincount(self.bins, w * (self.scores - self.churn), BINS)
        return float(np.abs(gaps).sum() / w.sum())

    def _gains(self, w: Floats) -> dict[str, float]:
        left = w * self.churn
        found = {
            name: _share(self._reached(w, left, share), float(left.sum()))
            for name, share in CONTACT_SHARES.items()
        }
        return {f"gain_{name}": gain for name, gain in found.items()} | {
            f"lift_{name}": gain / CONTACT_SHARES[name] for name, gain in found.items()
        }

    def _reached(self, w: Floats, amounts: Floats, share: float) -> float:
        rows = np.append([0.0], np.cumsum(w)[self.ends])
        total = np.append([0.0], np.cumsum(amounts)[self.ends])
        return float(np.interp(share * rows[-1], rows, total))

    def _confusion(self, threshold: float, w: Floats) -> Confusion:
        flagged = self.scores >= threshold
        left = self.churn == 1
        return Confusion(
            true_positives=float(w[flagged & left].sum()),
            false_positives=float(w[flagged & ~left].sum()),
            false_negatives=float(w[~flagged & left].sum()),
            true_negatives=float(w[~flagged & ~left].sum()),
        )


def best_threshold(scored: Scored, min_recall: float) -> float:
    """Return the threshold of best precision among those that reach a recall.

    Among equals the one with the higher recall.
    """
    precision, recall, thresholds = scored.pr_curve()
    reached = recall >= min_recall
    best = np.lexsort((recall[reached], precision[reached]))[-1]
    return float(thresholds[reached][best])


def _share(part: float, whole: float, nothing: float = 0.0) -> float:
    return part / whole if whole else nothing
