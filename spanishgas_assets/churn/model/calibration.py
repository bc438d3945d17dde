"""From a booster's score to a probability that can be believed.

Two maps are compared by cross-fitted log-loss on out-of-fold scores: a sigmoid on the log-odds
(Platt) and an isotonic one. Both are strictly increasing, so calibration never changes who comes
before whom.
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal, Self

import numpy as np
from numpy.typing import NDArray

Method = Literal["sigmoid", "isotonic"]
Scores = NDArray[np.float64]

#: Slope of the sigmoid that is kept when scores tell nothing or the opposite of the truth.
MIN_SLOPE = 0.01
#: Share of the uncalibrated score in an isotonic probability: keeps its steps strictly increasing.
ISOTONIC_TILT = 0.001
_EDGE = 1e-7


@dataclass(frozen=True)
class Calibrator:
    """A strictly increasing map from raw score to probability.

    ``x`` and ``y`` hold slope and intercept (one value each) of a sigmoid, or the knots of an
    isotonic map.
    """

    method: Method
    x: tuple[float, ...]
    y: tuple[float, ...]

    @classmethod
    def fit(cls, method: Method, scores: Scores, churn: NDArray[Any]) -> Self:
        """Fit one of the two maps to scores of rows that their model had not seen."""
        fitted = _fit_sigmoid if method == "sigmoid" else _fit_isotonic
        return cls(method, *fitted(scores, churn))

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from :meth:`to_dict`."""
        return cls(data["method"], tuple(data["x"]), tuple(data["y"]))

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, ready for JSON."""
        return asdict(self)

    def apply(self, scores: Scores) -> Scores:
        """Return the probability of each score."""
        if self.method == "sigmoid":
            odds = self.x[0] * log_odds(scores) + self.y[0]
            return np.asarray(1 / (1 + np.exp(-odds)), dtype=np.float64)
        steps = np.interp(scores, self.x, self.y)
        return np.asarray((1 - ISOTONIC_TILT) * steps + ISOTONIC_TILT * scores, dtype=np.float64)


@dataclass(frozen=True)
class Calibration:
    """The chosen map, the cross-fitted probabilities of its rows, and the log-loss of both maps."""

    calibrator: Calibrator
    probabilities: Scores
    log_loss: dict[str, float]


def calibrate(scores: Scores, churn: NDArray[Any], folds: NDArray[Any]) -> Calibration:
    """Choose and fit the map for out-of-fold scores.

    Each fold's probabilities come from a map fitted on the other folds. The isotonic map, which
    can bend to noise, must beat the sigmoid by more than the standard error of their difference.
    """
    methods: Sequence[Method] = ("sigmoid", "isotonic")
    crossed = {method: _cross_fitted(method, scores, churn, folds) for method in methods}
    losses = {method: _losses(crossed[method], churn) for method in methods}
    gain = losses["sigmoid"] - losses["isotonic"]
    clear = gain.mean() > gain.std(ddof=1) / np.sqrt(len(gain))
    chosen: Method = "isotonic" if clear else "sigmoid"
    return Calibration(
        calibrator=Calibrator.fit(chosen, scores, churn),
        probabilities=crossed[chosen],
        log_loss={method: float(losses[method].mean()) for method in methods},
    )


def log_odds(scores: Scores) -> Scores:
    """Return log(p / (1 - p))."""
    clipped = np.clip(scores, _EDGE, 1 - _EDGE)
    return np.asarray(np.log(clipped / (1 - clipped)), dtype=np.float64)


def _cross_fitted(
    method: Method, scores: Scores, churn: NDArray[Any], folds: NDArray[Any]
) -> Scores:
    probabilities = np.empty(len(scores))
    for fold in np.unique(folds):
        out = folds == fold
        calibrator = Calibrator.fit(method, scores[~out], churn[~out])
        probabilities[out] = calibrator.apply(scores[out])
    return probabilities


def _losses(probabilities: Scores, churn: NDArray[Any]) -> Scores:
    clipped = np.clip(probabilities, _EDGE, 1 - _EDGE)
    return np.asarray(-np.log(np.where(churn == 1, clipped, 1 - clipped)), dtype=np.float64)


def _fit_sigmoid(scores: Scores, churn: NDArray[Any]) -> tuple[tuple[float], tuple[float]]:
    """Maximum likelihood with Platt's softened targets, which keep perfect scores finite."""
    from scipy.optimize import minimize

    positives = float(churn.sum())
    negatives = len(churn) - positives
    target = np.where(churn == 1, (positives + 1) / (positives + 2), 1 / (negatives + 2))
    odds = log_odds(scores)

    def loss(parameters: Scores) -> tuple[float, Scores]:
        z = parameters[0] * odds + parameters[1]
        miss = 1 / (1 + np.exp(-z)) - target
        value = np.mean(np.logaddexp(0, z) - target * z)
        return float(value), np.array([np.mean(miss * odds), np.mean(miss)])

    found = minimize(
        loss,
        np.array([1.0, 0.0]),
        jac=True,
        method="L-BFGS-B",
        bounds=[(MIN_SLOPE, None), (None, None)],
        options={"ftol": 1e-14, "gtol": 1e-9},
    )
    slope, intercept = found.x
    return (float(slope),), (float(intercept),)


def _fit_isotonic(
    scores: Scores, churn: NDArray[Any]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    from sklearn.isotonic import IsotonicRegression

    fitted = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip").fit(scores, churn)
    return (
        tuple(float(knot) for knot in fitted.X_thresholds_),
        tuple(float(knot) for knot in fitted.y_thresholds_),
    )
