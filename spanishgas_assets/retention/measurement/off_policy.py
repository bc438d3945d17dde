"""What another way of choosing would have brought, from logs of what was done with a probability.

Inverse propensity scoring weighs each outcome by how much rarer it was than the other policy would
make it (Horvitz and Thompson, 1952); the self-normalised form divides by the weights that came up
(Swaminathan and Joachims, NIPS 2015); the doubly robust one adds them to a model's guess, and is
right if either is (Dudik, Langford and Li, ICML 2011). Where the other policy does what was never
done, no weight helps: such logs are refused.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spanishgas_assets.errors import EvidenceError

Floats = NDArray[np.float64]

#: Fewer rows' worth of outcomes than this carry no interval that could be believed.
LEAST_EFFECTIVE = 100.0
#: More of the other policy's actions than this that were never tried leave a hole of unknown size.
MOST_UNSUPPORTED = 0.05
_Z = 1.96


@dataclass(frozen=True)
class Logged:
    """Logged rows, and what the other policy would do with each; arrays of the same length.

    Attributes:
        reward: what came of the row, EUR.
        propensity: probability of what was done.
        matches: the other policy does the same.
        supported: what the other policy does had some probability.
        guess: a model's reward of what the other policy does.
        guess_logged: a model's reward of what was done.
        owner: number of the owner; rows of one are not independent.
    """

    reward: Floats
    propensity: Floats
    matches: NDArray[np.bool_]
    supported: NDArray[np.bool_]
    guess: Floats
    guess_logged: Floats
    owner: NDArray[np.int64]


@dataclass(frozen=True)
class Value:
    """A policy's mean reward a row with its 95% interval."""

    value: float
    low: float
    high: float


@dataclass(frozen=True)
class OffPolicy:
    """The three estimates, and how many independent rows their weights are worth."""

    ips: Value
    self_normalised: Value
    doubly_robust: Value
    effective_rows: float
    unsupported: float


def off_policy(logged: Logged) -> OffPolicy:
    """Estimate what the other policy would have brought a row.

    Raises:
        EvidenceError: the logs do not overlap with what it does; says how far.
    """
    weight = logged.matches / logged.propensity
    total, squares = float(weight.sum()), float(weight @ weight)
    effective = total**2 / squares if squares else 0.0
    unsupported = float((~logged.supported).mean()) if len(logged.supported) else 1.0
    if unsupported > MOST_UNSUPPORTED:
        raise EvidenceError(
            f"refused: {unsupported:.1%} of {len(weight):,} rows would get what was never tried "
            f"for them (limit {MOST_UNSUPPORTED:.0%}); effective rows {effective:,.0f}. Try more "
            "offers with `explore` in policy.yaml, or evaluate a policy nearer to the one that ran"
        )
    if effective < LEAST_EFFECTIVE:
        raise EvidenceError(
            f"refused: the logs are worth {effective:,.0f} effective rows of {len(weight):,}, "
            f"fewer than {LEAST_EFFECTIVE:,.0f}: the policy that ran seldom did what this one "
            "does. Raise the holdout's share or `explore` in policy.yaml, or wait for outcomes"
        )
    plain = weight * logged.reward
    ratio = float(plain.sum()) / total
    robust = logged.guess + weight * (logged.reward - logged.guess_logged)
    return OffPolicy(
        ips=_mean(plain, logged.owner),
        self_normalised=_around(ratio, weight * (logged.reward - ratio) / weight.mean(), logged),
        doubly_robust=_mean(robust, logged.owner),
        effective_rows=effective,
        unsupported=unsupported,
    )


def _mean(rows: Floats, owner: NDArray[np.int64]) -> Value:
    value = float(rows.mean())
    half = _Z * _error(rows - value, owner)
    return Value(value, value - half, value + half)


def _around(value: float, influence: Floats, logged: Logged) -> Value:
    half = _Z * _error(influence, logged.owner)
    return Value(value, value - half, value + half)


def _error(left: Floats, owner: NDArray[np.int64]) -> float:
    """Return the standard error of a mean from what is left over, summed by owner."""
    _, numbers = np.unique(owner, return_inverse=True)
    sums = np.bincount(numbers, weights=left)
    return float(np.sqrt(sums @ sums)) / len(left)
