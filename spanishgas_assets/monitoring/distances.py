"""How far two samples of one feature are apart: tests and distances on counts and values."""

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]

#: A share below this counts as this in PSI, so that an empty bin has a finite weight.
LEAST_SHARE = 0.001

#: Categories seen less often than this in both samples together are tested as one.
RARE = 10

DECILES = np.arange(0.1, 1.0, 0.1)


def kolmogorov_smirnov(reference: Floats, current: Floats) -> tuple[float, float]:
    """Return statistic and p-value of the two-sample test, by its asymptotic distribution."""
    from scipy.stats import ks_2samp

    result = ks_2samp(reference, current, method="asymp")
    return float(result.statistic), float(result.pvalue)


def normalised_wasserstein(reference: Floats, current: Floats) -> float:
    """Return how far values moved on average, in standard deviations of the reference.

    Where the reference is constant, in those of both samples together; 0 where both are.
    """
    samples = np.sort(reference), np.sort(current)
    grid = np.concatenate(samples)
    grid.sort(kind="stable")  # merges two sorted runs in one pass
    shares = [np.searchsorted(sample, grid[:-1], "right") / len(sample) for sample in samples]
    moved = float(np.sum(np.abs(shares[0] - shares[1]) * np.diff(grid)))
    spread = float(np.std(reference)) or float(np.std(grid))
    return moved / spread if spread else 0.0


def stability_index(reference: Counts, current: Counts) -> float:
    """Return the population stability index of two samples counted in the same bins."""
    expected = np.maximum(reference / reference.sum(), LEAST_SHARE)
    actual = np.maximum(current / current.sum(), LEAST_SHARE)
    return float(np.sum((actual - expected) * np.log(actual / expected)))


def jensen_shannon(reference: Counts, current: Counts) -> float:
    """Return the Jensen-Shannon distance, base 2: 0 for equal shares, 1 for disjoint bins."""
    from scipy.spatial.distance import jensenshannon

    # Rounding can leave the root of a tiny negative number, which is no distance but equality.
    return float(np.clip(np.nan_to_num(jensenshannon(reference, current, base=2)), 0, 1))


def chi_square_p(reference: Counts, current: Counts) -> float:
    """Return the p-value that both samples share one distribution over the bins."""
    from scipy.stats import chi2_contingency

    counts = np.vstack([reference, current])
    counts = counts[:, counts.sum(axis=0) > 0]
    rare = counts.sum(axis=0) < RARE
    if rare.sum() > 1:
        counts = np.column_stack([counts[:, ~rare], counts[:, rare].sum(axis=1)])
    if counts.shape[1] < 2 or (counts.sum(axis=1) == 0).any():
        return 1.0
    return float(chi2_contingency(counts, correction=False).pvalue)


def decile_counts(reference: Floats, current: Floats) -> tuple[Counts, Counts]:
    """Count both samples in bins between and on the reference's deciles.

    A decile is a bin of its own: a value that many share, or a constant, does not swallow its
    neighbours.
    """
    edges = np.unique(np.quantile(reference, DECILES, method="inverted_cdf"))

    def counted(values: Floats) -> Counts:
        place = np.searchsorted(edges, values, "left") + np.searchsorted(edges, values, "right")
        return np.bincount(place, minlength=2 * len(edges) + 1)

    return counted(reference), counted(current)
