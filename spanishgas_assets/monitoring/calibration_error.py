"""How far a model's probabilities may be off, because few customers calibrated them.

The map from scores to probabilities was fitted to the labels of the training set. Other customers
of the same kind would have given it another slope and intercept; how different, the labels' own
information says (the covariance of a logistic regression).
"""

from dataclasses import dataclass
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.model.calibration import MIN_SLOPE, log_odds

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CalibrationError:
    """Standard errors of the slope and the intercept on the log-odds, 1 and 0 if all is right.

    ``with_slope`` is the part of the intercept's that comes with the slope's, ``intercept`` the
    rest.
    """

    slope: float
    with_slope: float
    intercept: float

    @classmethod
    def of(cls, membership: pl.DataFrame) -> Self:
        """Take the error from the rows that calibrated a model (MEMBERSHIP: probability)."""
        p = membership["probability"].to_numpy()
        odds, weight = log_odds(p), np.clip(p * (1 - p), 1e-9, None)
        crossed = float(weight @ odds)
        information = np.array([[float(weight @ odds**2), crossed], [crossed, float(weight.sum())]])
        root = np.linalg.cholesky(np.linalg.pinv(information, hermitian=True) + 1e-12 * np.eye(2))
        return cls(float(root[0, 0]), float(root[1, 0]), float(root[1, 1]))

    def draw(self, random: np.random.Generator, probabilities: Floats) -> Floats:
        """Return the probabilities as another calibration might have them."""
        first, second = random.standard_normal(2)
        slope = max(MIN_SLOPE, 1 + self.slope * first)
        intercept = self.with_slope * first + self.intercept * second
        z = slope * log_odds(probabilities) + intercept
        return np.asarray(1 / (1 + np.exp(-z)), dtype=np.float64)
