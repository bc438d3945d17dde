"""The allocation: the optimum, its limits, its prices."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.retention.decision.allocation import allocate

OPTION = st.tuples(
    st.integers(0, 4),  # owner
    st.integers(-300, 1000),  # value, cents
    st.integers(0, 500),  # spending, cents
    st.integers(0, 1),  # calls
)
OPTIONS = st.lists(OPTION, min_size=1, max_size=10)
BUDGET = st.one_of(st.none(), st.integers(0, 1200))
CALLS = st.one_of(st.none(), st.integers(0, 4))


def solve(options, budget, calls, proven_to=0.0):
    owner, value, spend, call = (np.array(column) for column in zip(*options, strict=True))
    return allocate(
        owner,
        value / 100,
        spend / 100,
        call,
        None if budget is None else budget / 100,
        calls,
        proven_to,
    )


def best_by_trying_all(options, budget, calls):
    """Value in cents of the best set, found by looking at every set."""
    by_owner = {}
    for option in options:
        by_owner.setdefault(option[0], [None]).append(option)
    best = 0
    for combination in itertools.product(*by_owner.values()):
        taken = [option for option in combination if option is not None]
        fits = (budget is None or sum(option[2] for option in taken) <= budget) and (
            calls is None or sum(option[3] for option in taken) <= calls
        )
        if fits:
            best = max(best, sum(option[1] for option in taken))
    return best


@settings(max_examples=100, deadline=None)
@given(OPTIONS, BUDGET, CALLS)
def test_the_choice_is_the_best_of_all_sets(options, budget, calls):
    found = solve(options, budget, calls)
    assert round(100 * found.value_eur) == best_by_trying_all(options, budget, calls)
    taken = [option for option, take in zip(options, found.taken, strict=True) if take]
    assert len({option[0] for option in taken}) == len(taken)
    assert budget is None or sum(option[2] for option in taken) <= budget
    assert calls is None or sum(option[3] for option in taken) <= calls
    assert found.gap_eur == pytest.approx(0, abs=1e-6)


@settings(max_examples=40, deadline=None)
@given(OPTIONS, st.integers(0, 1000), st.integers(0, 500), CALLS)
def test_more_budget_never_lowers_the_value(options, budget, more, calls):
    less = solve(options, budget, calls).value_eur
    assert solve(options, budget + more, calls).value_eur >= less - 1e-9


@settings(max_examples=40, deadline=None)
@given(OPTIONS)
def test_without_limits_every_owner_gets_the_best_option(options):
    best = {}
    for owner, value, *_ in options:
        best[owner] = max(best.get(owner, 0), value)
    found = solve(options, None, None)
    assert round(100 * found.value_eur) == sum(best.values())
    assert (found.euro_price, found.call_price) == (0, 0)


def many(count, seed=0):
    """Customers with four options each: a hard case, since spending differs by customer."""
    rng = np.random.default_rng(seed)
    margin, probability = rng.lognormal(2, 1, count), rng.beta(0.4, 4, count)
    share, rate = np.array([0.25, 0.15, 0.05, 0.1]), np.array([0.35, 0.3, 0.15, 0.2])
    call, contact = np.array([1, 1, 0, 1]), np.array([20, 20, 0.5, 5])
    spend = np.round(3 * share * margin[:, None] + contact, 2)
    value = 12 * probability[:, None] * rate * margin[:, None] - spend
    return np.repeat(np.arange(count), 4), value.ravel(), spend.ravel(), np.tile(call, count)


def test_the_prices_tell_what_a_little_more_would_bring():
    owner, value, spend, call = many(3000)
    now = allocate(owner, value, spend, call, 300.0, 12)
    richer = allocate(owner, value, spend, call, 310.0, 12)
    gain = (richer.value_eur - now.value_eur) / 10
    assert now.euro_price > 1
    assert gain == pytest.approx(now.euro_price, rel=0.1)


def test_the_price_of_a_call_is_what_the_next_call_brings():
    owner, value, spend, call = many(3000)
    now = allocate(owner, value, spend, call, None, 10)
    more = allocate(owner, value, spend, call, None, 11)
    assert now.calls == 10
    assert more.value_eur - now.value_eur == pytest.approx(now.call_price, rel=1e-6)


def test_a_large_choice_is_proven_to_the_cent():
    found = allocate(*many(20_000), 400.0, 10)
    assert found.gap_eur <= 0.01 + 1e-9
    assert found.spent_eur <= 400.0


def test_the_relaxations_own_solver_agrees_with_the_bound():
    from scipy.optimize import linprog
    from scipy.sparse import csr_array, vstack

    owner, value, spend, call = many(400)
    found = allocate(owner, value, spend, call, 60.0, 3)
    one_each = csr_array((np.ones(1600), (owner, np.arange(1600))))
    relaxed = linprog(
        -value,
        A_ub=vstack([one_each, csr_array(spend[None, :]), csr_array(call[None, :].astype(float))]),
        b_ub=[*np.ones(400), 60.0, 3.5],
        bounds=(0, 1),
        method="highs",
    )
    assert found.value_eur <= -relaxed.fun + 1e-6
    assert found.euro_price == pytest.approx(-relaxed.ineqlin.marginals[400], rel=1e-6)
    assert found.call_price == pytest.approx(-relaxed.ineqlin.marginals[401], rel=1e-6, abs=1e-6)


def test_nobody_to_choose_for_is_no_choice():
    found = allocate(np.array([], int), np.array([]), np.array([]), np.array([], int), 10.0, 1)
    assert (found.value_eur, found.calls, found.gap_eur) == (0, 0, 0)


def test_a_budget_of_nothing_leaves_what_costs_nothing():
    found = solve([(1, 500, 100, 0), (2, 300, 0, 0)], 0, None)
    assert found.taken.tolist() == [False, True]
