"""Several thin measurements share strength: a hierarchical prior over offer and segment.

What the offer table states of a cell (an offer in a segment) is its prior, the stated band its 95%.
An offer that keeps fewer than stated in one segment most likely keeps fewer in the others, and a
segment that is hard to keep with one offer is hard with another: part of what a cell may be off is
its offer's, part its segment's, the rest its own. All is normal, so what outcomes leave of the
prior is a closed form (Gelman et al., Bayesian Data Analysis, 3rd edition, 2013).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

#: How the variance of a cell's prior is shared out; the rest is its own. Stated, not measured.
OF_OFFER, OF_SEGMENT = 0.5, 0.2
#: Width of a 95% band in standard deviations.
BAND = 2 * 1.96
#: A band without width would leave nothing to learn, and outcomes nothing to divide by.
_LEAST_SPREAD = 1e-6


@dataclass(frozen=True)
class Cell:
    """An offer in a segment: what is stated of its save rate, and what outcomes show.

    Attributes:
        offer: the offer.
        segment: the segment; None for customers whose segment is not known.
        prior, prior_low, prior_high: the stated save rate and its band.
        measured: the measured save rate; None where nothing can be measured.
        spread: the measurement's standard deviation.
    """

    offer: str
    segment: str | None
    prior: float
    prior_low: float
    prior_high: float
    measured: float | None = None
    spread: float = 0.0

    @property
    def prior_spread(self) -> float:
        """The prior's standard deviation."""
        return max((self.prior_high - self.prior_low) / BAND, _LEAST_SPREAD)


@dataclass(frozen=True)
class Belief:
    """A cell's save rate after the outcomes.

    Attributes:
        save_rate, low, high: mean and 95% interval, within 0..1.
        prior_weight: share of the prior's variance that is left: 1 where nothing was learned.
    """

    save_rate: float
    low: float
    high: float
    prior_weight: float


def beliefs(cells: Sequence[Cell]) -> list[Belief]:
    """Return what is believed of each cell after all outcomes, in the order of the cells."""
    spreads = np.array([cell.prior_spread for cell in cells])
    alike = np.array([[_share(one, other) for other in cells] for one in cells])
    covariance = alike * np.outer(spreads, spreads)
    seen = [number for number, cell in enumerate(cells) if cell.measured is not None]
    mean = np.array([cell.prior for cell in cells])
    variance = spreads**2
    if seen:
        noise = np.diag([max(cells[number].spread, _LEAST_SPREAD) ** 2 for number in seen])
        away = np.array([(cells[n].measured or 0.0) - cells[n].prior for n in seen])
        gain = np.linalg.solve(covariance[np.ix_(seen, seen)] + noise, covariance[seen, :]).T
        mean = mean + gain @ away
        variance = variance - np.einsum("ij,ji->i", gain, covariance[seen, :])
    kept = np.sqrt(np.maximum(variance, 0.0))
    ends = np.clip([mean - BAND / 2 * kept, mean, mean + BAND / 2 * kept], 0, 1)
    weights = np.clip(variance / spreads**2, 0, 1)
    return [
        Belief(*_as_stated(cell, float(middle), float(low), float(high), bool(seen)), float(weight))
        for cell, low, middle, high, weight in zip(cells, *ends, weights, strict=True)
    ]


def _as_stated(
    cell: Cell,
    middle: float,
    low: float,
    high: float,
    learned: bool,  # noqa: FBT001
) -> tuple[float, float, float]:
    """Without outcomes the stated figures themselves, to the last digit."""
    return (middle, low, high) if learned else (cell.prior, cell.prior_low, cell.prior_high)


def _share(one: Cell, other: Cell) -> float:
    if one is other:
        return 1.0
    same_segment = one.segment is not None and one.segment == other.segment
    return OF_OFFER * (one.offer == other.offer) + OF_SEGMENT * same_segment
