"""How sure a customer's probability is: Venn-Abers intervals.

A new score is put beside the out-of-fold scores whose labels are known, once as a stayer and once
as a churner, and the isotonic map is fitted both times: the two probabilities of the new score
enclose the one that is right on average, whatever the booster's own calibration.
(Vovk, Petej and Fedorova, "Large-scale probabilistic predictors with and without guarantees of
validity", 2015.)
"""

from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: Scores at which the two maps are fitted; between two of them the wider side is taken.
KNOTS = 200


@dataclass(frozen=True)
class ScoreInterval:
    """Lower and upper probability at rising raw scores."""

    scores: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]

    @classmethod
    def fit(cls, scores: Floats, churn: NDArray[Any], knots: int = KNOTS) -> Self:
        """Fit both maps at evenly spread ranks of scores that their model had not seen."""
        order = np.argsort(scores, kind="stable")
        known, labels = scores[order], np.asarray(churn, dtype=np.float64)[order]
        shares = np.concatenate([np.linspace(0, 0.9, knots // 2), np.linspace(0.9, 1, knots // 2)])
        at = np.unique(np.quantile(known, shares))
        ends = [_both(known, labels, score) for score in at]
        low, high = (np.maximum.accumulate(column) for column in zip(*ends, strict=True))
        return cls(*(tuple(float(value) for value in column) for column in (at, low, high)))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from :meth:`to_dict`."""
        return cls(*(tuple(data[name]) for name in ("scores", "low", "high")))

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, ready for JSON."""
        return asdict(self)

    def around(self, scores: Floats, probability: Floats) -> tuple[Floats, Floats]:
        """Return the lower and upper end for raw scores, widened to hold their probability.

        Between two knots: the lower end of the one below, the upper end of the one above.
        """
        below = np.searchsorted(self.scores, scores, side="right") - 1
        above = np.searchsorted(self.scores, scores, side="left")
        last = len(self.scores) - 1
        low = np.where(below < 0, 0.0, np.asarray(self.low)[np.clip(below, 0, last)])
        high = np.where(above > last, 1.0, np.asarray(self.high)[np.clip(above, 0, last)])
        return np.minimum(low, probability), np.maximum(high, probability)


def _both(known: Floats, labels: Floats, score: float) -> tuple[float, float]:
    from sklearn.isotonic import isotonic_regression

    place = int(np.searchsorted(known, score, side="left"))
    ends = []
    for label in (0.0, 1.0):
        # A tie with the new score is one block: it stands before its equals as a churner and
        # after them as a stayer, where the map would pool them anyway.
        at = place if label else int(np.searchsorted(known, score, side="right"))
        fitted = isotonic_regression(np.insert(labels, at, label), y_min=0, y_max=1)
        ends.append(float(fitted[at]))
    return ends[0], ends[1]
