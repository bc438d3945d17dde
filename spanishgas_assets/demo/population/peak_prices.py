"""What customers pay for peak electricity: the tier-1 price, month by month.

The other prices are solved from margins in `target_margins`; damaged and missing rows are
`defects`.
"""

from dataclasses import dataclass

import numpy as np

from spanishgas_assets.demo.population.sampling import Flags, Floats, Traits, normal_scores
from spanishgas_assets.demo.population.traits import CORPORATE, Population
from spanishgas_assets.demo.population.volumes import Consumption

_DECEMBER_EUR_KWH = 0.149
_LOG_SD = 0.16
_BULK_DISCOUNT = 0.16
_PREMIUM = (0.03, 0.42)  # share of customers, addition to the log price
_JUMP_SHARE = 0.03
_MONTHLY_NOISE = 0.0017
_FLOOR = 0.03
_SPELL_SHARE = 0.015  # a few months at a high price inside the year: the tail of price volatility

# A trend is the change from the first month of a year to its twelfth: eleven months later.
_TREND_MONTHS = 11


@dataclass(frozen=True)
class PriceView:
    """What customers see of a year's prices: whether theirs rose, and their spread over cost.

    `spread`: EUR/kWh, the last month's price less the province's mean wholesale cost.
    """

    rise: Flags
    spread: Floats


def price_view(tier1: Floats, cost: Floats, general_rise: float = 1.0) -> PriceView:
    """The view of a year's months (customer x month) and its mean wholesale cost (per customer).

    `general_rise` multiplies all prices some time in the year and is not yet in `tier1`. It is a
    rise for everyone; competitors follow, so it does not count in the spread.
    """
    return PriceView(tier1[:, -1] * general_rise > tier1[:, 0], tier1[:, -1] - cost)


def later_tier1_prices(year: Floats, months: int) -> Floats:
    """The first year's prices (customer x 12) and those that follow: customer x `months`.

    Each price is that of eleven months before, times the customer's yearly change: whichever
    twelve months one looks at, each customer's trend is that of the first year.
    """
    change = year[:, -1] / year[:, 0]
    prices = np.empty((len(year), months))
    prices[:, : year.shape[1]] = year
    for month in range(year.shape[1], months):
        prices[:, month] = np.round(prices[:, month - _TREND_MONTHS] * change, 8)
    return prices


def draw_tier1_prices(
    population: Population, consumption: Consumption, traits: Traits, rng: np.random.Generator
) -> Floats:
    """Customer x month, EUR/kWh: a December level, a yearly trend walked in two steps, noise."""
    customers, months = consumption.elec_kwh.shape
    bulk = consumption.heavy | (population.segment == CORPORATE)
    premium = rng.random(customers) < _PREMIUM[0]
    last = _DECEMBER_EUR_KWH * np.exp(
        _LOG_SD * normal_scores(traits.uniform("price_level"))
        - _BULK_DISCOUNT * bulk
        + _PREMIUM[1] * premium
    )
    first = last / (1 + _yearly_trend(traits, rng))
    path = first[:, None] + (last - first)[:, None] * _two_steps(customers, months, rng)
    path += _high_spell(traits, path.shape, rng)
    path += rng.normal(0, _MONTHLY_NOISE, path.shape)
    return np.asarray(np.maximum(path, _FLOOR).round(8))


def _yearly_trend(traits: Traits, rng: np.random.Generator) -> Floats:
    z = normal_scores(traits.uniform("price_trend"))
    usual = np.maximum(0.023 + 0.062 * z, -0.07 - 0.02 * rng.random(len(z)))
    jump = traits.uniform("price_jump") < _JUMP_SHARE
    return np.where(jump, np.exp(-0.8 + 0.4 * z), usual)


def _two_steps(customers: int, months: int, rng: np.random.Generator) -> Floats:
    """Share of the yearly change reached by each month: two steps in random months."""
    month = np.arange(months)
    steps = np.sort(rng.integers(1, max(2, months), (customers, 2)), axis=1)
    share = rng.uniform(0.2, 0.8, (customers, 1))
    return share * (month >= steps[:, :1]) + (1 - share) * (month >= steps[:, 1:])


def _high_spell(traits: Traits, shape: tuple[int, ...], rng: np.random.Generator) -> Floats:
    chosen: Flags = traits.uniform("price_spell") < _SPELL_SHARE
    start = rng.integers(1, 6, (shape[0], 1))
    length = rng.integers(2, 6, (shape[0], 1))
    month = np.arange(shape[1])
    inside = chosen[:, None] & (month >= start) & (month < start + length)
    return np.where(inside, rng.uniform(0.03, 0.15, (shape[0], 1)), 0.0)
