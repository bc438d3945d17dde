"""Tests and distances between two samples, on numbers that can be worked out by hand."""

from math import erfc, log, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.monitoring import distances

counts = st.lists(st.integers(0, 1000), min_size=2, max_size=8).filter(any).map(np.array)


def test_stability_index_of_a_known_shift():
    # shares 0.5, 0.5 against 0.6, 0.4
    index = distances.stability_index(np.array([50, 50]), np.array([60, 40]))
    assert index == pytest.approx(0.1 * log(1.2) - 0.1 * log(0.8))


def test_an_empty_bin_counts_as_the_least_share():
    index = distances.stability_index(np.array([100, 0]), np.array([90, 10]))
    assert index == pytest.approx(-0.1 * log(0.9) + (0.1 - 0.001) * log(0.1 / 0.001))


def test_jensen_shannon_is_zero_for_equal_and_one_for_disjoint_shares():
    assert distances.jensen_shannon(np.array([3, 1]), np.array([300, 100])) == 0
    assert distances.jensen_shannon(np.array([3, 0]), np.array([0, 7])) == pytest.approx(1)


def test_chi_square_of_a_two_by_two_table():
    # with one degree of freedom the p-value is erfc(sqrt(chi-square / 2))
    p = distances.chi_square_p(np.array([60, 40]), np.array([50, 50]))
    chi_square = 200 * (60 * 50 - 40 * 50) ** 2 / (110 * 90 * 100 * 100)
    assert p == pytest.approx(erfc(sqrt(chi_square / 2)))


def test_rare_categories_are_tested_as_one():
    many = distances.chi_square_p(np.array([500, 4, 0, 3]), np.array([500, 0, 4, 3]))
    one = distances.chi_square_p(np.array([500, 7]), np.array([500, 7]))
    assert many == one == 1


def test_one_category_or_an_empty_side_says_nothing():
    assert distances.chi_square_p(np.array([9, 0]), np.array([5, 0])) == 1
    assert distances.chi_square_p(np.array([9, 9]), np.array([0, 0])) == 1


def test_a_constant_has_a_bin_of_its_own():
    reference, current = distances.decile_counts(np.full(4, 2.0), np.array([1.0, 2.0, 2.0, 3.0]))
    assert reference.tolist() == [0, 4, 0]
    assert current.tolist() == [1, 2, 1]


def numbers(reference, current):
    """Statistic, p-value and move in spreads, as the drift report has them."""
    samples = distances.to_unit(np.array(reference, float), np.array(current, float))
    gaps = distances.function_gaps(*samples)
    statistic = distances.kolmogorov_smirnov(*gaps)
    return (
        statistic,
        distances.kolmogorov_smirnov_p(statistic, (len(reference), len(current))),
        distances.wasserstein(*gaps) / (distances.spread(*samples) or 1.0),
    )


def test_kolmogorov_smirnov_of_half_shifted_samples():
    statistic, p, _ = numbers(np.arange(100), np.arange(50, 150))
    assert statistic == 0.5
    assert p < 1e-10


@settings(deadline=None)
@given(counts)
def test_a_sample_is_no_distance_from_itself(sample):
    assert distances.stability_index(sample, sample) == 0
    assert distances.jensen_shannon(sample, sample) == 0
    assert distances.chi_square_p(sample, sample) == pytest.approx(1)


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50).map(sorted).map(np.array))
def test_every_value_falls_into_one_bin(values):
    for counted in distances.decile_counts(values, values):
        assert counted.sum() == len(values)


def test_a_shift_is_measured_in_spreads_of_the_reference():
    # of 0 to 99, 15 and 83 are the 16th and the 84th percentile: a spread is 34
    assert numbers(np.arange(100), np.arange(17, 117))[2] == pytest.approx(0.5)


def test_an_outlier_does_not_widen_the_spread():
    reference = [*range(99), 1e9]
    assert numbers(reference, [*range(17, 116), 1e9])[2] == pytest.approx(99 / 100 * 0.5)


def test_percentiles_that_agree_leave_the_standard_deviation():
    # ninety zeros and ten tens: a standard deviation of 3
    assert numbers([0] * 90 + [10] * 10, [3] * 90 + [13] * 10)[2] == pytest.approx(1)


def test_a_constant_reference_is_measured_in_both_samples_spread():
    # 5, 5 against 7, 7: moved by 2, and together they spread by 1
    assert numbers([5, 5], [7, 7])[2] == pytest.approx(2)
    assert numbers([5, 5], [5, 5])[2] == 0


def test_the_largest_numbers_there_are_do_not_overflow():
    statistic, _, moved = numbers([-1.7e308, 1.7e308] * 20, [1.7e308] * 40)
    assert (statistic, moved) == (0.5, pytest.approx(1))


# Scaling may round numbers next to nothing to nothing, so that they tie.
measures = st.floats(-1e6, 1e6).filter(lambda value: value == 0 or abs(value) > 1e-200)
samples = st.lists(measures, min_size=2, max_size=30).map(np.array)


@settings(deadline=None)
@given(samples, samples)
def test_distances_of_numbers_agree_with_scipy(reference, current):
    from scipy.stats import ks_2samp, wasserstein_distance

    expected = ks_2samp(reference, current, method="asymp")
    assert numbers(reference, current)[:2] == pytest.approx((expected.statistic, expected.pvalue))
    before, now = np.sort(reference), np.sort(current)
    assert distances.wasserstein(*distances.function_gaps(before, now)) == pytest.approx(
        wasserstein_distance(reference, current), rel=1e-6, abs=1e-6
    )


@settings(deadline=None)
@given(counts, counts)
def test_distances_of_categories_agree_with_scipy(reference, current):
    from scipy.spatial.distance import jensenshannon
    from scipy.stats import chi2_contingency

    size = min(len(reference), len(current))
    pair = np.vstack([reference[:size], current[:size]]) + distances.RARE
    assert distances.chi_square_p(*pair) == pytest.approx(
        chi2_contingency(pair, correction=False).pvalue
    )
    assert distances.jensen_shannon(*pair) == pytest.approx(
        np.nan_to_num(jensenshannon(*pair, base=2)), abs=1e-7
    )
