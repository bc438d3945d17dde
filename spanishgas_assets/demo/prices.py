"""What customers pay for peak electricity: the tier-1 price, month by month.

The other prices are solved from margins in `margins`; damaged and missing rows are `dirt`.
"""

import numpy as np

from spanishgas_assets.demo.consumption import Consumption
from spanishgas_assets.demo.population import CORPORATE, Population
from spanishgas_assets.demo.sampling import Flags, Floats, Traits, normal_scores

_DECEMBER_EUR_KWH = 0.149
_LOG_SD = 0.16
_BULK_DISCOUNT = 0.16
_PREMIUM = (0.03, 0.42)  # share of customers, addition to the log price
_JUMP_SHARE = 0.03
_MONTHLY_NOISE = 0.0017
_FLOOR = 0.03
_SPELL_SHARE = 0.015  # a few months at a high price inside the year: the tail of price volatility


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
