"""Who would be a customer, week by week, if nobody were ever offered anything.

A place in the portfolio is a row of the first year; its customers come one after the other. The
chance of leaving in a week is that of the stated logit, by what is known of the customer that week.
The weeks before the start let the portfolio settle: its newest customers are those who joined in
them. Every week has random streams of its own, whatever happens in others, so that two worlds
differ only where their events do.
"""

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from spanishgas_assets.demo.history.churn_and_join import WEEK, next_week
from spanishgas_assets.demo.live.worlds import World
from spanishgas_assets.demo.population.churn_draw import churn_score
from spanishgas_assets.demo.population.geography import Country
from spanishgas_assets.demo.population.peak_prices import PriceView, price_view
from spanishgas_assets.demo.population.sampling import Floats, Ints
from spanishgas_assets.demo.population.traits import Population
from spanishgas_assets.demo.population.world import RetailerYear

#: Weeks in which a label counts leaving.
HORIZON_WEEKS = 13
#: A year is planned whole, however many of its weeks are asked for.
MOST_WEEKS = 52
#: Weeks for the portfolio to settle before the start.
SETTLING_WEEKS = 104
#: Weeks planned after the last: what is written in a note may happen this much later.
WEEKS_AFTER = 2 * HORIZON_WEEKS + 2

#: The week in which who stays leaves.
NEVER = 1_000_000
_STREAM = 0x11FE


@dataclass(frozen=True)
class PricesSeen:
    """What each place sees of prices in the year that ends with a month: month x place."""

    rise: npt.NDArray[np.bool_]
    spread: Floats

    def at(self, month: int) -> PriceView:
        """The view when so many months of the history are complete."""
        row = min(max(month, 12), len(self.rise) + 11) - 12
        return PriceView(self.rise[row], self.spread[row])


@dataclass(frozen=True)
class WeeklyPortfolio:
    """The reference year. Rows of arrays are weeks from ``first_week``; week 0 is the start.

    ``renewal_days``, ``tenure_days``, ``change_days``: week x place, as in ``Population``, counted
    from the week's own dates. ``chance``: week x place, of leaving within the week. ``occupant``:
    week x place, the customer who has it. Per customer: ``slot``, ``channel``, and the Mondays on
    which they are one for the first time (``joins``) and no more (``leaves``; far ahead for never).
    Customers who are gone before the start are not in it; ``occupant`` has -1 for them.
    """

    first_week: int
    base: Population
    renewal_days: Ints
    tenure_days: Ints
    change_days: Floats
    chance: Floats
    occupant: Ints
    slot: Ints
    channel: Ints
    joins: Ints
    leaves: Ints

    @property
    def customers(self) -> int:
        """How many there are in all, the present and the later ones."""
        return len(self.slot)

    def population(self, customers: Ints, weeks: Ints) -> Population:
        """Customers as they are in a week each, a week in which they have their place."""
        row, slot = weeks - self.first_week, self.slot[customers]
        return replace(
            self.base.take(slot),
            channel=self.channel[customers],
            renewal_days=self.renewal_days[row, slot],
            tenure_days=self.tenure_days[row, slot],
            change_days=self.change_days[row, slot],
        )

    def chance_within(self, week: int, weeks: int) -> Floats:
        """Chance per place of leaving in the weeks that follow a Monday, without any offer."""
        row = week - self.first_week
        return np.asarray(1 - np.prod(1 - self.chance[row : row + weeks], axis=0))


def prices_seen(tier1: Floats, place: Country, year: RetailerYear) -> PricesSeen:
    """The yearly views of prices (place x month), from the twelfth month on."""
    months = tier1.shape[1]
    cost = place.elec_cost[year.population.province]
    views = [
        price_view(tier1[:, end - 12 : end], cost[:, end - 12 : end].mean(axis=1))
        for end in range(12, months + 1)
    ]
    return PricesSeen(np.stack([v.rise for v in views]), np.stack([v.spread for v in views]))


def weekly_portfolio(
    year: RetailerYear,
    place: Country,
    seen: PricesSeen,
    complete_months: Ints,
    world: World,
    seed: int,
) -> WeeklyPortfolio:
    """Draw the reference year.

    Args:
        year: the retailer's first year: the shape that the portfolio keeps.
        place: costs and offsets of the provinces.
        seen: prices by month.
        complete_months: months of the history that are complete on each Monday from the first
            settling week on, one entry a week.
        world: what happens, and when.
        seed: of the retailer.
    """
    weeks, places = len(complete_months), len(year.ids)
    population, occupant = year.population, np.arange(places)
    slot, joins, leaves = [occupant], [np.full(places, -SETTLING_WEEKS)], [np.full(places, NEVER)]
    channel, paths, count = [population.channel], [], places
    for row in range(weeks):
        week = row - SETTLING_WEEKS
        of_leaving, of_dates = _streams(seed, row)
        score = churn_score(population, year.consumption, seen.at(int(complete_months[row])), place)
        quarterly = expit(score + year.churn.intercept + world.logit(week))
        chance = 1 - (1 - quarterly) ** (1 / HORIZON_WEEKS)
        even = of_leaving.permutation((np.arange(places) + 0.5) / places)
        leaving = even < chance
        paths.append((population, chance, occupant))
        marketplace = world.marketplace_from_week
        population = next_week(
            population,
            leaving,
            year.population,
            by_marketplace=marketplace is not None and week >= marketplace,
            rng=of_dates,
        )
        gone = np.flatnonzero(leaving)
        _set(leaves, occupant[gone], week + 1)
        slot.append(gone)
        joins.append(np.full(len(gone), week + 1))
        leaves.append(np.full(len(gone), NEVER))
        channel.append(population.channel[gone])
        occupant = occupant.copy()
        occupant[gone] = count + np.arange(len(gone))
        count += len(gone)
    return _from_start(year, paths, slot, channel, joins, leaves)


def monday_dates(first: np.datetime64, weeks: int) -> npt.NDArray[np.datetime64]:
    """Mondays, one a week."""
    return first + np.arange(weeks) * np.timedelta64(WEEK, "D")


def _streams(seed: int, row: int) -> tuple[np.random.Generator, np.random.Generator]:
    first, second = np.random.SeedSequence([seed, _STREAM, row]).spawn(2)
    return np.random.default_rng(first), np.random.default_rng(second)


def _set(chunks: list[Ints], customers: Ints, value: int) -> None:
    """Set what lies in chunks that follow one another."""
    begins = np.cumsum([0, *(len(chunk) for chunk in chunks)])
    chunk = np.searchsorted(begins, customers, side="right") - 1
    for one in np.unique(chunk):
        chunks[one][customers[chunk == one] - begins[one]] = value


def _from_start(
    year: RetailerYear,
    paths: list[tuple[Population, Floats, Ints]],
    slot: list[Ints],
    channel: list[Ints],
    joins: list[Ints],
    leaves: list[Ints],
) -> WeeklyPortfolio:
    """Number the customers of week 0 by their places, then who joins later; forget the others."""
    all_slots, all_joins = np.concatenate(slot), np.concatenate(joins)
    all_leaves = np.concatenate(leaves)
    kept = np.flatnonzero(all_leaves > 0)
    # Week 0's customers in the order of their places, then who joins, in the order of joining.
    later = all_joins[kept] > 0
    order = kept[np.lexsort((all_slots[kept], np.where(later, all_joins[kept], 0)))]
    number = np.full(len(all_slots), -1, dtype=np.int64)
    number[order] = np.arange(len(order))
    return WeeklyPortfolio(
        first_week=-SETTLING_WEEKS,
        base=year.population,
        renewal_days=np.stack([population.renewal_days for population, _, _ in paths]),
        tenure_days=np.stack([population.tenure_days for population, _, _ in paths]),
        change_days=np.stack([population.change_days for population, _, _ in paths]),
        chance=np.stack([chance for _, chance, _ in paths]),
        occupant=np.stack([number[occupant] for _, _, occupant in paths]),
        slot=all_slots[order],
        channel=np.concatenate(channel)[order],
        joins=all_joins[order],
        leaves=all_leaves[order],
    )
