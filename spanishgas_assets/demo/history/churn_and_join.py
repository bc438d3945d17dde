"""Time passes: who left makes room, contracts are signed again, products are changed.

Each churner is followed by a customer of the same kind (place, channel, segment, power, fuels), new
in everything else. Renewals, tenures and product changes move on with the calendar, and what
happens anew fills the places that have become free in their first distribution. So the portfolio
keeps its shape, and what moves in it has been moved by a shift.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from spanishgas_assets.demo.population.sampling import Flags, Floats, Ints
from spanishgas_assets.demo.population.traits import (
    MARKETPLACE_CHANNEL,
    RENEWAL_STARTS,
    TENURE_STARTS,
    Population,
)

_CHANGE_STARTS = (*range(0, 361, 30), 540, 720)
_LATEST_OPEN_CHANGE = 182
WEEK = 7  # days
_JOINED = -(10**6)  # days to the renewal of a contract that is not there yet

Days = TypeVar("Days", Ints, Floats)


def next_quarter(
    before: Population,
    leaves: Flags,
    first: Population,
    renewal_passed: int,
    year_passed: int,
    *,
    by_marketplace: bool,
    rng: np.random.Generator,
) -> Population:
    """The population a quarter later; in the place of a churner stands who followed.

    `first` is the portfolio whose shape is kept. `renewal_passed` and `year_passed` are the days
    that went by for renewals, and for tenures and changes.
    """
    tenure = _tenures(before.tenure_days + year_passed, leaves, first.tenure_days, rng)
    return replace(
        before,
        channel=np.where(leaves & by_marketplace, MARKETPLACE_CHANNEL, before.channel),
        renewal_days=_renewals(
            np.where(leaves, _JOINED, before.renewal_days - renewal_passed),
            first.renewal_days,
            rng,
        ),
        tenure_days=tenure,
        change_days=_changes(before.change_days + year_passed, tenure, first.change_days, rng),
    )


def next_week(
    before: Population,
    leaves: Flags,
    first: Population,
    *,
    by_marketplace: bool,
    rng: np.random.Generator,
) -> Population:
    """The population a week later; in the place of a churner stands a customer new in that week.

    Unlike in a quarter nobody takes over a contract: a customer's tenure begins when they join.
    `first` is the portfolio whose shape of renewals and changes is kept.
    """
    joined = rng.integers(0, WEEK, before.size)
    tenure = np.where(leaves, joined, before.tenure_days + WEEK)
    aged = np.where(leaves, _JOINED, before.renewal_days - WEEK)
    return replace(
        before,
        channel=np.where(leaves & by_marketplace, MARKETPLACE_CHANNEL, before.channel),
        renewal_days=_renewals(aged, first.renewal_days, rng),
        tenure_days=tenure,
        change_days=_changes(before.change_days + WEEK, tenure, first.change_days, rng),
    )


def _renewals(aged: Ints, first: Ints, rng: np.random.Generator) -> Ints:
    """Days to renewal. Contracts that ended, are new, or crowd their interval are signed anew."""
    crowding, open_days = _places(aged, first, RENEWAL_STARTS, rng)
    signed = np.concatenate([np.flatnonzero(aged < RENEWAL_STARTS[0]), crowding])
    return _filled(aged, signed, rng.permutation(open_days))


def _tenures(aged: Ints, joined: Flags, first: Ints, rng: np.random.Generator) -> Ints:
    """Days of tenure. Joiners fill the youngest open places.

    The first of them are new, the others come with a contract that was taken over.
    """
    _, open_days = _places(aged[~joined], first, TENURE_STARTS, rng)
    rows = np.flatnonzero(joined)
    return _filled(aged, rows, rng.permutation(open_days[: len(rows)]))


def _changes(aged: Floats, tenure: Ints, first: Floats, rng: np.random.Generator) -> Floats:
    """Days since the last product change; NaN where none is known since the activation.

    Who crowds an interval has changed again, and as many change for the first time as keep the
    share of NaN. Open places are those of the last months: the source enters some changes late.
    """
    days: Floats = np.where(aged <= tenure, aged, np.nan)
    known = np.flatnonzero(~np.isnan(days))
    crowding, open_days = _places(days[known], first[~np.isnan(first)], _CHANGE_STARTS, rng)
    again = known[crowding][days[known[crowding]] > _LATEST_OPEN_CHANGE]
    never = np.flatnonzero(np.isnan(days) & (tenure > _LATEST_OPEN_CHANGE))
    changed = np.concatenate([rng.permutation(again), rng.permutation(never)])
    open_days = open_days[open_days <= _LATEST_OPEN_CHANGE]
    count = min(len(changed), len(open_days))
    return _filled(days, changed[:count], rng.permutation(open_days[:count]))


def _places(
    days: Days, first: Days, starts: Sequence[int], rng: np.random.Generator
) -> tuple[Ints, Days]:
    """Who is too many in an interval of `starts`, and the first shape's days that nobody has.

    The days are in the order of the intervals. Days before the first start have no interval.
    """
    interval = np.searchsorted(starts, days, side="right")
    wanted_interval = np.searchsorted(starts, first, side="right")
    crowding, open_days = [], []
    for place in range(1, len(starts) + 1):
        there = rng.permutation(np.flatnonzero(interval == place))
        wanted = rng.permutation(first[wanted_interval == place])
        crowding.append(there[len(wanted) :])
        open_days.append(wanted[len(there) :])
    return np.concatenate(crowding), np.concatenate(open_days)


def _filled(values: Days, rows: Ints, others: Days) -> Days:
    filled = values.copy()
    filled[rows] = others
    return filled
