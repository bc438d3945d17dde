"""How far two samples of one feature are apart: tests and distances on counts and values.

Samples of numbers are finite, and sorted and scaled by ``to_unit``; categories are counts.
"""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

#: A share below this counts as this in PSI, so that an empty bin has a finite weight.
LEAST_SHARE = 0.001

#: Categories seen less often than this in both samples together are tested as one.
RARE = 10


def to_unit(*samples: Floats) -> list[Floats]:
    """Sort samples, and divide them by the power of two that brings all their values below one.

    That is exact but for numbers 2**1000 times smaller than the largest, which may become equal;
    no difference and no square overflows afterwards. No distance here depends on the unit of its
    numbers.
    """
    largest = max(float(np.max(np.abs(values))) for values in samples)
    return [np.ldexp(np.sort(values), -int(np.frexp(largest)[1])) for values in samples]


def function_gaps(reference: Floats, current: Floats) -> tuple[Floats, Floats]:
    """Return the gaps between the two distribution functions, and how wide each gap is.

    One gap per value of both samples together, from it to the next; equal values have width 0.
    """
    n, m = len(reference), len(current)
    both = np.concatenate([reference, current])
    order = both.argsort(kind="stable")  # merges two sorted runs in one pass
    steps = np.where(order[:-1] < n, m, -n)
    return np.cumsum(steps) / (n * m), np.diff(both[order])


def kolmogorov_smirnov(gaps: Floats, widths: Floats) -> float:
    """Return the two-sample statistic: the largest gap between the distribution functions."""
    return float(np.max(np.abs(gaps), where=widths > 0, initial=0.0))


def kolmogorov_smirnov_p(statistic: float, rows: tuple[int, int]) -> float:
    """Return the p-value of the statistic between samples of so many rows, asymptotically."""
    from scipy.stats import kstwo

    return float(np.clip(kstwo.sf(statistic, round(rows[0] * rows[1] / sum(rows))), 0, 1))


def wasserstein(gaps: Floats, widths: Floats) -> float:
    """Return how far values moved on average: the area between the distribution functions."""
    return float(np.sum(np.abs(gaps) * widths))


def spread(reference: Floats, current: Floats) -> float:
    """Return the length that moves are measured in.

    Half the distance from the 16th to the 84th percentile of the reference: a normal
    distribution's standard deviation, which a few outliers do not widen. Where the two are equal,
    the standard deviation; where the reference is constant, that of both samples together.
    """
    return (
        (_percentile(reference, 84) - _percentile(reference, 16)) / 2
        or float(np.std(reference))
        or float(np.std(np.concatenate([reference, current])))
    )


def stability_index(reference: Counts, current: Counts) -> float:
    """Return the population stability index of two samples counted in the same bins."""
    expected = np.maximum(reference / reference.sum(), LEAST_SHARE)
    actual = np.maximum(current / current.sum(), LEAST_SHARE)
    return float(np.sum((actual - expected) * np.log(actual / expected)))


def jensen_shannon(reference: Counts, current: Counts) -> float:
    """Return the Jensen-Shannon distance, base 2: 0 for equal shares, 1 for disjoint bins."""
    from scipy.special import rel_entr

    before, now = reference / reference.sum(), current / current.sum()
    middle = (before + now) / 2
    divergence = np.sum(rel_entr(before, middle) + rel_entr(now, middle)) / 2 / np.log(2)
    # Rounding can leave a tiny negative number, which is no distance but equality.
    return float(np.sqrt(np.clip(divergence, 0, 1)))


def chi_square_p(reference: Counts, current: Counts) -> float:
    """Return the p-value that both samples share one distribution over the bins."""
    from scipy.special import chdtrc

    counts = np.vstack([reference, current])
    counts = counts[:, counts.sum(axis=0) > 0]
    rare = counts.sum(axis=0) < RARE
    if rare.sum() > 1:
        counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    rows, columns = counts.sum(axis=1), counts.sum(axis=0)
    if len(columns) < 2 or (rows == 0).any():
        return 1.0
    expected = np.outer(rows, columns) / counts.sum()
    return float(chdtrc(len(columns) - 1, np.sum((counts - expected) ** 2 / expected)))


def decile_counts(reference: Floats, current: Floats) -> tuple[Counts, Counts]:
    """Count both samples in bins between and on the reference's deciles.

    A decile is a bin of its own: a value that many share, or a constant, does not swallow its
    neighbours.
    """
    edges = np.unique([_percentile(reference, 10 * tenth) for tenth in range(1, 10)])

    def counted(values: Floats) -> Counts:
        below = [np.searchsorted(values, edges, side) for side in ("left", "right")]
        bounds = np.column_stack(below).ravel()
        return np.diff(bounds, prepend=0, append=len(values))

    return counted(reference), counted(current)


def _percentile(values: Floats, percent: int) -> float:
    """Return the least value that at least so many percent of the sample do not exceed."""
    return float(values[max(-(-len(values) * percent // 100) - 1, 0)])
