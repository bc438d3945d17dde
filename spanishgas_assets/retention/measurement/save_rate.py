"""The save rate of an offer, from the units that it was chosen for and those in the holdout.

The save rate is 1 - the quotient of the two churn rates. Customers differ in how likely they are to
leave, and the score knows much of that: the two rates are brought to the same mean score first
(CUPED: Deng, Xu, Kohavi and Walker, WSDM 2013), which narrows the interval and cannot bias it, as
the score is from before the draw. Supplies of one owner are not independent: the variance is that
of sums over owners (cluster-robust).
"""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spanishgas_assets.retention.measurement.always_valid import half_width

Floats = NDArray[np.float64]
#: Churners that each group must have before an interval for all looks is given: below, a sum over
#: customers is not about normal.
MIN_CHURNERS = 20
_Z = 1.96
#: The score explains no more than this of who leaves, so that few customers cannot seem sure.
_MOST_EXPLAINED = 0.9


@dataclass(frozen=True)
class Units:
    """Units of a group, in any order; all arrays of the same length.

    Attributes:
        churned: 1.0 who left within the window, else 0.0.
        in_holdout: who is in the holdout.
        score: churn probability when it was decided; NaN where it is not known.
        owner: number of the owner.
    """

    churned: Floats
    in_holdout: NDArray[np.bool_]
    score: Floats
    owner: NDArray[np.int64]

    def where(self, mask: NDArray[np.bool_]) -> "Units":
        """Return some of the units."""
        return Units(self.churned[mask], self.in_holdout[mask], self.score[mask], self.owner[mask])


@dataclass(frozen=True)
class SaveRate:
    """A measured save rate with its 95% interval, and the one that is valid at every look.

    Attributes:
        value: bias-corrected.
        low, high: for one look (MOVER from Wilson's intervals of both rates, Fagerland and
            Newcombe, Statistics in Medicine 32, 2013).
        always_low, always_high: for all looks together; None with too few churners.
        explained: share of the variance that the score takes away.
    """

    value: float
    low: float
    high: float
    always_low: float | None
    always_high: float | None
    explained: float

    @property
    def is_proven(self) -> bool:
        """Whether the interval that is valid at every look leaves out 0."""
        if self.always_low is None or self.always_high is None:
            return False
        return self.always_low > 0 or self.always_high < 0


def save_rate(units: Units, *, alpha: float = 0.05) -> SaveRate | None:
    """Measure the save rate of a group; None where one arm is empty or none of the holdout left."""
    arms = [units.where(~units.in_holdout), units.where(units.in_holdout)]
    sizes = [len(arm.churned) for arm in arms]
    if min(sizes) == 0 or arms[1].churned.sum() == 0:
        return None
    raw = [float(arm.churned.mean()) for arm in arms]
    rates, factor, explained = _adjusted(arms, raw)
    if rates[1] == 0:
        return None
    counts = [size / factor for size in sizes]
    (chosen, chosen_low, chosen_high), (holdout, holdout_low, holdout_high) = (
        _wilson(rate, count) for rate, count in zip(rates, counts, strict=True)
    )
    # A quotient is on average too large by the variance of what it is divided by.
    quotient = chosen / holdout / (1 + (1 - holdout) / (counts[1] * holdout))
    low = 1 - _quotient_end(chosen, holdout, chosen_high, holdout_low, 1)
    high = 1 - _quotient_end(chosen, holdout, chosen_low, holdout_high, -1)
    always: tuple[float | None, float | None] = (None, None)
    if min(float(arm.churned.sum()) for arm in arms) >= MIN_CHURNERS:
        variance = sum(
            (1 - smooth) / (count * smooth)
            for smooth, count in (
                ((rate * count + 1) / (count + 2), count)
                for rate, count in zip(rates, counts, strict=True)
            )
        )
        half = half_width(variance, alpha=alpha)
        always = (1 - quotient * math.exp(half), 1 - quotient * math.exp(-half))
    return SaveRate(1 - quotient, low, high, *always, explained)


def _adjusted(arms: list[Units], raw: list[float]) -> tuple[list[float], float, float]:
    """Bring both rates to the mean score of all units.

    Returns the rates, the variance of each as a multiple of that of as many independent customers
    whose score is not known, and the share of the variance that the score takes away.
    """
    plain = sum(rate * (1 - rate) / len(arm.churned) for rate, arm in zip(raw, arms, strict=True))
    if plain == 0:
        return raw, 1.0, 0.0
    scores = _filled(arms)
    middle = float(np.concatenate(scores).mean())
    left = [arm.churned - rate for arm, rate in zip(arms, raw, strict=True)]
    above = [score - score.mean() for score in scores]
    spread = sum(float(one @ one) for one in above)
    slope = sum(float(a @ b) for a, b in zip(left, above, strict=True)) / spread if spread else 0.0
    rates = [
        min(max(rate - slope * (float(score.mean()) - middle), 0.0), 1.0)
        for rate, score in zip(raw, scores, strict=True)
    ]
    unexplained = [a - slope * b for a, b in zip(left, above, strict=True)]
    total = sum(float(one @ one) for one in left)
    explained = min(1 - sum(float(one @ one) for one in unexplained) / total, _MOST_EXPLAINED)
    clustered = sum(
        _over_owners(arm.owner, one) / len(one) ** 2
        for arm, one in zip(arms, unexplained, strict=True)
    )
    factor = max(clustered / plain, 1 - _MOST_EXPLAINED)
    return rates, factor, max(explained, 0.0)


def _over_owners(owner: NDArray[np.int64], left: Floats) -> float:
    """Add up the squares of what is left over, summed by owner."""
    _, numbers = np.unique(owner, return_inverse=True)
    sums = np.bincount(numbers, weights=left)
    return float(sums @ sums)


def _filled(arms: list[Units]) -> list[Floats]:
    """Return the scores; one that is not known says nothing, so it is the mean of the others."""
    known = np.concatenate([arm.score for arm in arms])
    known = known[~np.isnan(known)]
    middle = float(known.mean()) if len(known) else 0.0
    return [np.where(np.isnan(arm.score), middle, arm.score) for arm in arms]


def _wilson(rate: float, count: float) -> tuple[float, float, float]:
    """Return a churn rate and its 95% interval (Wilson, 1927)."""
    middle = (rate * count + _Z**2 / 2) / (count + _Z**2)
    half = _Z * math.sqrt(rate * (1 - rate) * count + _Z**2 / 4) / (count + _Z**2)
    return rate, max(middle - half, 0.0), min(middle + half, 1.0)


def _quotient_end(
    chosen: float, holdout: float, of_chosen: float, of_holdout: float, sign: int
) -> float:
    product = chosen * holdout
    below = of_holdout * (2 * holdout - of_holdout)
    root = product**2 - of_chosen * (2 * chosen - of_chosen) * below
    return (product + sign * math.sqrt(max(root, 0.0))) / below
