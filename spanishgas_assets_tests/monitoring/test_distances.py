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


def test_kolmogorov_smirnov_of_half_shifted_samples():
    statistic, p = distances.kolmogorov_smirnov(np.arange(100.0), np.arange(50.0, 150.0))
    assert statistic == 0.5
    assert p < 1e-10


@settings(deadline=None)
@given(counts)
def test_a_sample_is_no_distance_from_itself(sample):
    assert distances.stability_index(sample, sample) == 0
    assert distances.jensen_shannon(sample, sample) == 0
    assert distances.chi_square_p(sample, sample) == pytest.approx(1)


@settings(deadline=None)
@given(st.lists(st.floats(-1e9, 1e9), min_size=1, max_size=50).map(np.array))
def test_every_value_falls_into_one_bin(values):
    for counted in distances.decile_counts(values, values):
        assert counted.sum() == len(values)


def test_wasserstein_of_a_shift_is_the_shift_in_standard_deviations():
    values = np.array([0.0, 2.0])
    assert distances.normalised_wasserstein(values, values + 3) == pytest.approx(3)


def test_wasserstein_of_a_constant_reference_counts_in_both_samples_spread():
    # 5, 5 against 7, 7: moved by 2, and together they spread by 1
    assert distances.normalised_wasserstein(np.full(2, 5.0), np.full(2, 7.0)) == pytest.approx(2)
    assert distances.normalised_wasserstein(np.full(2, 5.0), np.full(2, 5.0)) == 0


@settings(deadline=None)
@given(
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30).map(np.array),
    st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=30).map(np.array),
)
def test_wasserstein_agrees_with_scipy(reference, current):
    from scipy.stats import wasserstein_distance

    spread = float(np.std(reference)) or float(np.std(np.concatenate([reference, current])))
    moved = distances.normalised_wasserstein(reference, current)
    assert moved * spread == pytest.approx(
        wasserstein_distance(reference, current), rel=1e-6, abs=1e-6
    )
