"""How far a metric could be off: owners drawn again with replacement, metrics computed again."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spanishgas_assets.churn.evaluation.metrics import Floats, Scored

RESAMPLES = 400
#: Ends of the 95% interval.
ENDS = (2.5, 97.5)


@dataclass(frozen=True)
class Interval:
    """A value and its 95% bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """Read ``0.741 (0.702 to 0.778)``."""
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def resamples(groups: NDArray[Any], count: int, seed: int) -> Iterator[Floats]:
    """Yield, for each resample, how often each row is in it.

    Whole groups are drawn, as many as there are: rows of one owner are not independent.
    """
    names, member = np.unique(groups, return_inverse=True)
    rng = np.random.default_rng(seed)
    for _ in range(count):
        drawn = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names))
        yield drawn[member].astype(np.float64)


def evaluate(
    scored: Scored,
    groups: NDArray[Any],
    threshold: float,
    *,
    seed: int = 0,
    count: int = RESAMPLES,
) -> dict[str, Interval]:
    """Return every metric with its interval."""
    return intervals(
        lambda weights: scored.metrics(threshold, weights), groups, seed=seed, count=count
    )


def pr_auc_difference(
    first: Floats,
    second: Floats,
    churn: NDArray[Any],
    groups: NDArray[Any],
    *,
    seed: int = 0,
    count: int = RESAMPLES,
) -> Interval:
    """Return the first model's PR-AUC less the second's, on the same rows and resamples."""
    one, two = Scored(first, churn), Scored(second, churn)

    def difference(weights: Floats | None) -> dict[str, float]:
        return {"difference": one.pr_auc(weights) - two.pr_auc(weights)}

    return intervals(difference, groups, seed=seed, count=count)["difference"]


def intervals(
    metrics: Callable[[Floats | None], dict[str, float]],
    groups: NDArray[Any],
    *,
    seed: int,
    count: int,
) -> dict[str, Interval]:
    """Return the metrics of the rows as they are, each with its interval over the resamples."""
    drawn = [metrics(weights) for weights in resamples(groups, count, seed)]
    found = {}
    for name, value in metrics(None).items():
        low, high = np.nanpercentile([draw[name] for draw in drawn], ENDS)
        found[name] = Interval(value, float(low), float(high))
    return found
