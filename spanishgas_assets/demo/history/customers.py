"""All customers that a longer history knows: those of the first year, and who followed them.

A place in the portfolio is a row of the first year; its customers come one after the other. A
customer's readings and prices reach back a year before they joined, as those of the source's newest
customers do, and end with the month in which they leave.
"""

from dataclasses import dataclass, replace

import numpy as np

from spanishgas_assets.demo.files.window import Window, window
from spanishgas_assets.demo.history.shifts import NO_SHIFT, Shift
from spanishgas_assets.demo.population.peak_prices import later_tier1_prices
from spanishgas_assets.demo.population.sampling import Flags, Floats, Ints, PerCustomer, Traits
from spanishgas_assets.demo.population.volumes import Consumption, draw_later_consumption
from spanishgas_assets.demo.population.world import RetailerYear

YEAR, QUARTER = 12, 3  # months
# Who follows uses about as much as the one before, and pays about the same.
_SIZE_SCATTER = 0.05
_PRICE_SCATTER = 0.01


@dataclass(frozen=True)
class Customers(PerCustomer):
    """One row per customer, in the order of their ids; months are indices of the history.

    `slot`: their place in the portfolio. `use`: over all months. `tier1`: EUR/kWh, customer x
    month, before any planted rise. `first_month`, `last_month`: those with readings and prices.
    """

    slot: Ints
    use: Consumption
    tier1: Floats
    first_month: Ints
    last_month: Ints


def first_customers(
    year: RetailerYear, whole: Window, shift: Shift, seeds: np.random.SeedSequence
) -> Customers:
    """The first year's customers over all months, as if nobody left."""
    customers, begun = year.tier1.shape
    use = year.consumption
    later = _months(use, year.traits, whole, shift, begun=begun, seeds=seeds)
    return Customers(
        slot=np.arange(customers),
        use=replace(
            use,
            elec_band_kwh=np.concatenate([use.elec_band_kwh, later.elec_band_kwh[:, begun:]], 1),
            gas_m3=np.concatenate([use.gas_m3, later.gas_m3[:, begun:]], 1),
        ),
        tier1=later_tier1_prices(year.tier1, len(whole.months)),
        first_month=np.zeros(customers, dtype=np.int64),
        last_month=np.full(customers, len(whole.months) - 1),
    )


def followers(
    year: RetailerYear,
    whole: Window,
    shift: Shift,
    *,
    slot: Ints,
    first_month: int,
    seeds: np.random.SeedSequence,
) -> Customers:
    """New customers in these places, of the same kind, with months of their own."""
    months, joined, begun = len(whole.months), len(slot), year.tier1.shape[1]
    rng = np.random.default_rng(seeds)
    alike = year.consumption.take(slot).times(_scatter(_SIZE_SCATTER, joined, rng))
    prices = year.tier1[slot] * _scatter(_PRICE_SCATTER, joined, rng)[:, None]
    return Customers(
        slot=slot,
        use=_months(alike, year.traits.take(slot), whole, shift, begun=begun, seeds=seeds),
        tier1=later_tier1_prices(prices.round(8), months),
        first_month=np.full(joined, first_month),
        last_month=np.full(joined, months - 1),
    )


def leaving(everybody: Customers, current: Ints, leaves: Flags, months: Ints) -> Customers:
    """Everybody after those of `current` who leave have left, in these months."""
    last_month = everybody.last_month.copy()
    last_month[current[leaves]] = months
    return replace(everybody, last_month=last_month)


def _scatter(spread: float, count: int, rng: np.random.Generator) -> Floats:
    return np.exp(spread * rng.standard_normal(count))


def _months(
    year: Consumption,
    traits: Traits,
    whole: Window,
    shift: Shift,
    *,
    begun: int,
    seeds: np.random.SeedSequence,
) -> Consumption:
    """All months of customers who on average use what `year` says; from `begun` on, shifted.

    A quarter has a stream of its own: what comes later changes nothing before it.
    """
    quarters = []
    for first, seed in zip(
        range(0, len(whole.months), QUARTER), seeds.spawn(len(whole.months) // QUARTER), strict=True
    ):
        span = window(whole.months[first], QUARTER)
        weather = shift if first >= begun else NO_SHIFT
        quarters.append(
            draw_later_consumption(
                year,
                traits,
                span,
                np.random.default_rng(seed),
                elec_weather=np.array([weather.elec_weather(month) for month in span.months]),
                gas_weather=np.array([weather.gas_weather(month) for month in span.months]),
            )
        )
    return replace(
        year,
        elec_band_kwh=np.concatenate([quarter.elec_band_kwh for quarter in quarters], axis=1),
        gas_m3=np.concatenate([quarter.gas_m3 for quarter in quarters], axis=1),
    )
