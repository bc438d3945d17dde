"""The best set of offers under a budget and a number of calls: at most one offer an owner.

A multiple-choice knapsack with two limits. Its linear relaxation is solved through its dual, which
has two unknowns whatever the number of customers: the price of a euro and the price of a call. At
those prices nearly every owner's choice is beyond doubt: taking another option would cost more
than the whole gap between the bound and the best set found. Only the doubtful owners go into an
exact integer programme (HiGHS), and more of them until the gap is proven. So the result is the
optimum, not a rounding of it; what is left unproven is told as ``gap_eur``.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Money is compared to the cent.
CENT = 0.01
_FIRST_CORE = 400
_CORE = 6_400
_MOST_CUTS = 400
#: The dual is known this well, as a share of its value: HiGHS itself is not more exact.
_RELATIVE = 1e-9
_NODES = 20_000


@dataclass(frozen=True)
class Allocation:
    """Which options are taken, and what the limits are worth.

    Attributes:
        taken: per option, whether it is taken.
        value_eur, spent_eur, calls: of all taken together.
        euro_price: value that one more euro of budget would bring; 0 where it does not bind.
        call_price: value that one more call would bring, EUR.
        bound_eur: no set within the limits is worth more.
    """

    taken: NDArray[np.bool_]
    value_eur: float
    spent_eur: float
    calls: int
    euro_price: float
    call_price: float
    bound_eur: float

    @property
    def gap_eur(self) -> float:
        """What the best set could be worth more than this one."""
        return max(self.bound_eur - self.value_eur, 0.0)


@dataclass(frozen=True)
class _Options:
    """Options worth something, sorted by owner; ``start`` is each owner's first.

    Value in EUR, spending in cents, so that a limit is kept to the cent.
    """

    start: Ints
    owner: Ints
    value: Floats
    spend: Floats
    calls: Floats

    def best(self, at: Floats) -> tuple[Floats, Floats]:
        """Return each option's value at prices (per cent, per call), and each owner's best."""
        net = self.value - at[0] * self.spend - at[1] * self.calls
        return net, np.maximum(np.maximum.reduceat(net, self.start), 0.0)

    def choice(self, net: Floats, best: Floats) -> NDArray[np.bool_]:
        """Take each owner's first best option where it is worth more than none."""
        hits = np.flatnonzero((net == best[self.owner]) & (net > 0))
        taken = np.zeros(len(net), dtype=bool)
        first = np.ones(len(hits), dtype=bool)
        first[1:] = self.owner[hits[1:]] != self.owner[hits[:-1]]
        taken[hits[first]] = True
        return taken

    def of(self, owners: NDArray[np.bool_]) -> tuple["_Options", Ints]:
        """Return the options of some owners, and their positions here."""
        where = np.flatnonzero(owners[self.owner])
        return _sorted_options(
            self.owner[where], self.value[where], self.spend[where], self.calls[where]
        ), where


def allocate(
    owner: Ints,
    value_eur: Floats,
    spend_eur: Floats,
    calls: Ints,
    budget_eur: float | None,
    most_calls: int | None,
    proven_to_eur: float = CENT,
) -> Allocation:
    """Choose at most one option an owner so that the values add up to the most.

    Args:
        owner: per option, whose it is: any whole numbers.
        value_eur: what it is worth; one that is worth nothing is never taken.
        spend_eur: what it costs of the budget, 0 or more, taken to the cent.
        calls: how many calls it takes, 0 or more.
        budget_eur: most that may be spent; None for no limit.
        most_calls: most calls; None for no limit.
        proven_to_eur: gap between value and bound at which the search ends.
    """
    worth = np.flatnonzero(value_eur > 0)
    worth = worth[np.argsort(owner[worth], kind="stable")]
    cents = np.rint(spend_eur[worth] * 100)
    options = _sorted_options(owner[worth], value_eur[worth], cents, calls[worth].astype(float))
    limits = np.array(
        [
            np.inf if budget_eur is None else np.floor(budget_eur * 100 + 1e-6),
            np.inf if most_calls is None else most_calls,
        ]
    )
    taken, prices, bound = _solve(options, limits, proven_to_eur)
    everyone = np.zeros(len(value_eur), dtype=bool)
    everyone[worth[taken]] = True
    value = float(options.value[taken].sum())
    return Allocation(
        taken=everyone,
        value_eur=value,
        spent_eur=float(options.spend[taken].sum()) / 100,
        calls=int(options.calls[taken].sum()),
        euro_price=float(prices[0]) * 100,
        call_price=float(prices[1]),
        bound_eur=max(bound, value),
    )


def _sorted_options(owner: Ints, value: Floats, spend: Floats, calls: Floats) -> _Options:
    new = np.ones(len(owner), dtype=bool)
    new[1:] = owner[1:] != owner[:-1]
    return _Options(np.flatnonzero(new), np.cumsum(new) - 1, value, spend, calls)


def _solve(
    options: _Options, limits: Floats, proven_to: float
) -> tuple[NDArray[np.bool_], Floats, float]:
    """Return the options taken, the prices (per cent, per call) and the bound."""
    free = np.zeros(2)
    if not len(options.value):
        return np.zeros(0, dtype=bool), free, 0.0
    net, best = options.best(free)
    taken = options.choice(net, best)
    if _fits(options, taken, limits):
        return taken, free, float(best.sum())
    # A price is worth a second look, whatever the gap may be.
    tolerance = min(proven_to, CENT) / 10
    prices = _prices(options, limits, tolerance)
    _, best = options.best(prices)
    bound = float(best.sum() + prices @ np.where(prices > 0, limits, 0.0))
    taken, bound = _proven(options, limits, prices, bound, proven_to)
    if np.isfinite(limits[1]):
        # At a whole number of calls the dual has many lowest points, from the price of the last
        # call to that of the next; half a call further on there is one.
        prices = _prices(options, limits + np.array([0.0, 0.5]), tolerance)
    return taken, prices, bound


def _fits(options: _Options, taken: NDArray[np.bool_], limits: Floats) -> bool:
    spent = np.array([options.spend[taken].sum(), options.calls[taken].sum()])
    return bool((spent <= limits).all())


def _prices(options: _Options, limits: Floats, tolerance: float) -> Floats:
    """Minimise the dual by cutting planes: the prices at which demand meets the limits.

    The dual is convex and made of planes; each look at it gives one. The lowest point of the
    planes known so far is looked at next, until it lies on the dual itself.
    """
    from scipy.optimize import linprog

    bounded = np.isfinite(limits)
    top = np.where(bounded, _highest_prices(options), 0.0)
    scale = np.where(top > 0, top, 1.0)
    rows: list[Floats] = []
    levels: list[float] = []
    lowest, found = np.inf, np.zeros(2)
    at = np.zeros(2)
    for _ in range(_MOST_CUTS):
        net, best = options.best(at)
        taken = options.choice(net, best)
        demand = np.array([options.spend[taken].sum(), options.calls[taken].sum()])
        value = float(best.sum() + at @ np.where(bounded, limits, 0.0))
        if value < lowest:
            lowest, found = value, at
        slope = np.where(bounded, limits - demand, 0.0)
        rows.append(np.append(slope * scale, -1.0))
        levels.append(float(slope @ at - value))
        cut = linprog(
            c=[0.0, 0.0, 1.0],
            A_ub=np.array(rows),
            b_ub=np.array(levels),
            bounds=[(0, 1 if top[0] > 0 else 0), (0, 1 if top[1] > 0 else 0), (None, None)],
            method="highs",
        )
        if cut.x is None or lowest - cut.fun <= max(tolerance, _RELATIVE * lowest):
            break
        at = cut.x[:2] * scale
    return found


def _highest_prices(options: _Options) -> Floats:
    """No price needs to be above the best return of any option."""
    returns = [
        np.divide(options.value, use, out=np.zeros_like(use), where=use > 0).max()
        for use in (options.spend, options.calls)
    ]
    return np.array(returns)


def _proven(
    options: _Options, limits: Floats, prices: Floats, bound: float, proven_to: float
) -> tuple[NDArray[np.bool_], float]:
    """Settle the doubtful owners exactly, the more of them the wider the gap.

    An owner whose second choice is worse than the first by more than the gap keeps the first in
    every optimum, so a core with all the others holds the optimum. Returns the options taken and
    the bound that is proven for them.
    """
    net, best = options.best(prices)
    first = options.choice(net, best)
    doubt = _doubt(options, net, best, first)
    order = np.argsort(doubt, kind="stable")
    found, value = np.zeros(len(net), dtype=bool), -1.0
    size = _FIRST_CORE
    while True:
        core = np.zeros(len(order), dtype=bool)
        core[order[:size]] = True
        settled = first & ~core[options.owner]
        left = limits - np.array([options.spend[settled].sum(), options.calls[settled].sum()])
        optimal = False
        if (left >= 0).all():
            inner, where = options.of(core)
            within = bound - float(options.value[settled].sum())
            chosen, optimal = _integer_optimum(inner, left, within, proven_to)
            taken = settled.copy()
            taken[where[chosen]] = True
            if options.value[taken].sum() > value:
                found, value = taken, float(options.value[taken].sum())
        doubtful = int((doubt <= bound - value).sum())
        if optimal and doubtful <= size:
            return found, min(bound, value + proven_to)
        if bound - value <= proven_to or size >= len(order) or (value >= 0 and size >= _CORE):
            return found, bound
        size = 4 * size if value < 0 else min(max(4 * size, doubtful), _CORE)


def _doubt(options: _Options, net: Floats, best: Floats, first: NDArray[np.bool_]) -> Floats:
    """Return how much worse each owner's second choice is than the first, none being a choice."""
    others = np.where(first, -np.inf, net)
    second = np.maximum.reduceat(others, options.start)
    has_choice = np.zeros(len(best), dtype=bool)
    has_choice[options.owner[first]] = True
    return best - np.where(has_choice, np.maximum(second, 0.0), second)


def _integer_optimum(
    options: _Options, left: Floats, bound: float, proven_to: float
) -> tuple[NDArray[np.bool_], bool]:
    """Solve a small problem by branch and bound: the options taken, and whether that is proven."""
    from scipy.optimize import Bounds, LinearConstraint, milp
    from scipy.sparse import csr_array, vstack

    count = len(options.value)
    if not count:
        return np.zeros(0, dtype=bool), True
    one_each = csr_array(
        (np.ones(count), (options.owner, np.arange(count))),
        shape=(len(options.start), count),
    )
    uses = [
        (use, limit)
        for use, limit in zip((options.spend, options.calls), left, strict=True)
        if np.isfinite(limit)
    ]
    solved = milp(
        c=-options.value,
        constraints=LinearConstraint(
            vstack([one_each, *(csr_array(use[None, :]) for use, _ in uses)]),
            ub=np.concatenate([np.ones(len(options.start)), [limit for _, limit in uses]]),
        ),
        integrality=np.ones(count),
        bounds=Bounds(0, 1),
        options={
            "mip_rel_gap": proven_to / 2 / max(bound, 1.0) if proven_to else 0.0,
            "node_limit": _NODES,
        },
    )
    if solved.x is None:
        return np.zeros(count, dtype=bool), False
    return np.asarray(solved.x > 0.5), solved.status == 0
