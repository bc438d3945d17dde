"""A quarter's churn and joining, on any portfolio: places are kept, dates are possible."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.demo.history.churn_and_join import next_quarter
from spanishgas_assets.demo.population.traits import (
    MARKETPLACE_CHANNEL,
    RENEWAL_STARTS,
    TENURE_STARTS,
    Population,
)


def _population(renewal: list[int], tenure: list[int], change: list[float]) -> Population:
    count = len(renewal)
    return Population(
        province=np.arange(count) % 52,
        channel=np.zeros(count, dtype=np.int64),
        segment=np.zeros(count, dtype=np.int64),
        power_kw=np.full(count, 4.6),
        second_residence=np.zeros(count, dtype=bool),
        urban=np.ones(count, dtype=bool),
        high_competition=np.zeros(count, dtype=bool),
        renewal_days=np.array(renewal),
        tenure_days=np.array(tenure),
        change_days=np.array(change, dtype=np.float64),
        gas=np.zeros(count, dtype=bool),
    )


@st.composite
def portfolios(draw: st.DrawFn) -> tuple[Population, np.ndarray, int]:
    count = draw(st.integers(1, 60))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    tenure = rng.integers(0, 5_475, count)
    change = np.where(rng.random(count) < 0.3, np.nan, rng.integers(1, 900, count))
    change[change > tenure] = np.nan
    population = _population(rng.integers(2, 330, count).tolist(), tenure.tolist(), change.tolist())
    return population, rng.random(count) < draw(st.floats(0, 1)), draw(st.integers(0, 9))


@settings(max_examples=60, deadline=None)
@given(portfolios())
def test_a_quarter_keeps_places_and_makes_no_impossible_date(case) -> None:
    first, leaves, seed = case
    after = next_quarter(
        first, leaves, first, 90, 91, by_marketplace=False, rng=np.random.default_rng(seed)
    )
    for starts, was, now in (
        (RENEWAL_STARTS, first.renewal_days, after.renewal_days),
        (TENURE_STARTS, first.tenure_days, after.tenure_days),
    ):
        assert len(now) == len(was)
        assert now.min() >= starts[0]
    # Renewals have exactly the first shape; tenures cannot: who stays grows older.
    intervals = [np.searchsorted(RENEWAL_STARTS, d.renewal_days, "right") for d in (first, after)]
    assert np.array_equal(
        np.bincount(intervals[0], minlength=20), np.bincount(intervals[1], minlength=20)
    )
    assert (after.tenure_days[~leaves] == first.tenure_days[~leaves] + 91).all()
    known = ~np.isnan(after.change_days)
    assert (after.change_days[known] <= after.tenure_days[known]).all()
    stays = ~leaves & known & ~np.isnan(first.change_days)
    assert (after.change_days[stays] <= first.change_days[stays] + 91).all()
    assert np.array_equal(after.province, first.province)


def test_who_stays_keeps_the_contract_where_its_place_is_free() -> None:
    first = _population([10, 100, 101], [400, 400, 400], [np.nan] * 3)
    before = _population([101, 191, 192], [400, 400, 400], [np.nan] * 3)
    nobody = np.zeros(3, dtype=bool)
    after = next_quarter(
        before, nobody, first, 91, 91, by_marketplace=False, rng=np.random.default_rng(0)
    )
    assert after.renewal_days.tolist() == [10, 100, 101]


@pytest.mark.parametrize("by_marketplace", [True, False])
def test_joiners_take_the_youngest_open_tenures_and_the_marketplace_if_told(by_marketplace) -> None:
    first = _population([50] * 4, [10, 20, 700, 3_000], [np.nan] * 4)
    leaves = np.array([False, False, True, True])
    after = next_quarter(
        first, leaves, first, 91, 91, by_marketplace=by_marketplace, rng=np.random.default_rng(0)
    )
    assert after.tenure_days[:2].tolist() == [101, 111]
    assert sorted(after.tenure_days[2:]) == [10, 20]
    assert (after.channel == MARKETPLACE_CHANNEL).tolist() == [False, False, *[by_marketplace] * 2]
