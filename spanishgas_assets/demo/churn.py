"""Who leaves: the stated logit, each customer's true probability, and the draw.

Only structure enters (dates, place, channel, volumes, price); what customers say comes after,
from the outcome. The step tables are fitted to the published one-way rates.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from spanishgas_assets.demo.consumption import Consumption
from spanishgas_assets.demo.geography import Country
from spanishgas_assets.demo.population import CORPORATE, Population
from spanishgas_assets.demo.sampling import (
    PUBLISHED_CUSTOMERS,
    Flags,
    Floats,
    Ints,
    snake,
    systematic,
)

CHURNERS = 2_002
STEP = tuple[tuple[float, float], ...]

# (from this day on, logit). A hump two to three months before renewal; expired contracts lower.
_RENEWAL: STEP = (
    (-1e9, -2.40), (31, -1.16), (84, -0.64), (107, -0.70), (122, -1.80), (141, -2.44),
    (162, -3.24), (195, -3.90), (212, -4.62), (235, -4.33),
)  # fmt: skip
# (from this month of tenure on, logit). Nobody with more than 127.6 months leaves.
_TENURE: STEP = (
    (-1e9, 0.19), (6, 0.12), (12, 0.16), (24, 0.40), (51, -1.30), (73, 0.50), (127.6, -12.0),
)  # fmt: skip
_CHANNEL = np.array([0.41, -0.40, -0.36, 0.10, -0.23, -0.30])
_SEGMENT = np.array([0.02, -0.36, 0.82])
# Competition tempts more outside the last three months before renewal than inside them.
_HIGH_COMPETITION = {"outside": 0.84, "inside": 0.49}
_ANY_GAS = -0.11
_GAS_VOLUME = 0.60
_PRICE_RISE = 0.80
_SPREAD_HUMP = 2.05
_SPREAD_CENTRE, _SPREAD_WIDTH = 0.0709, 0.022
_CHANGE_PER_MONTH = -0.126


@dataclass(frozen=True)
class Churn:
    """`probability`: true chance of leaving, given structure; `leaves`: the outcome."""

    probability: Floats
    leaves: Flags


def draw_churn(
    population: Population, consumption: Consumption, tier1: Floats, country: Country, start: float
) -> Churn:
    """A fixed number of leavers, spread evenly over strata and over probabilities.

    The systematic draw runs through renewal fifth x competition x tenure class x channel, and by
    probability inside each, so every stratum and every level of risk gets its expected number of
    leavers to within one: seeds decide who leaves, not how many.
    """
    score = churn_score(population, consumption, tier1, country)
    total = round(population.size * CHURNERS / PUBLISHED_CUSTOMERS)

    def excess(intercept: float) -> float:
        return float(expit(score + intercept).sum()) - total

    probability = expit(score + brentq(excess, -12.0, 8.0, xtol=1e-13))
    tenure_class = np.searchsorted([181, 361, 721, 1801], population.tenure_days, side="right")
    order = snake(
        [
            population.renewal_quintile,
            population.high_competition,
            tenure_class,
            population.channel,
        ],
        probability,
    )
    return Churn(probability, systematic(probability, order, start))


def churn_score(
    population: Population, consumption: Consumption, tier1: Floats, country: Country
) -> Floats:
    """The logit without its intercept, one per customer."""
    score = (
        _steps(population.renewal_days, _RENEWAL)
        + _steps(population.tenure_days / 30 - 1e-9, _TENURE)
        + _competition_term(population)
        + _ANY_GAS * population.gas
        + _CHANNEL[population.channel]
        + _SEGMENT[population.segment]
        + country.churn_offset[population.province]
        + _consumption_term(population, consumption)
        + _price_term(population, tier1, country)
        + _change_term(population)
    )
    return np.asarray(score)


def _competition_term(population: Population) -> Floats:
    inside = (population.renewal_days >= 31) & (population.renewal_days <= 121)
    effect = np.where(inside, _HIGH_COMPETITION["inside"], _HIGH_COMPETITION["outside"])
    return np.asarray(effect * population.high_competition)


def _consumption_term(population: Population, consumption: Consumption) -> Floats:
    """A hump near the portfolio's median: medians stay equal, both tails leave less."""
    centre = np.where(population.segment == CORPORATE, 7.9, 4.85)
    z = (np.log(consumption.average_kwh + 0.05) - centre) / 1.35
    gas = np.clip(np.log1p(consumption.average_m3) - 4, 0, 3)
    return -0.35 * np.minimum(z**2, 4) - _GAS_VOLUME * np.where(population.gas, gas, 0.0)


def _price_term(population: Population, tier1: Floats, country: Country) -> Floats:
    rise = tier1[:, -1] > tier1[:, 0]
    spread = tier1[:, -1] - country.elec_cost.mean(axis=1)[population.province]
    hump = np.exp(-(((spread - _SPREAD_CENTRE) / _SPREAD_WIDTH) ** 2))
    return np.asarray(_PRICE_RISE * rise + _SPREAD_HUMP * hump)


def _change_term(population: Population) -> Floats:
    months = np.minimum(population.change_days / 30, 24)
    return np.nan_to_num(_CHANGE_PER_MONTH * (months - 7), nan=0.0)


def _steps(values: Floats | Ints, table: STEP) -> Floats:
    edges = np.array([edge for edge, _ in table])
    levels = np.array([level for _, level in table])
    return np.asarray(levels[np.searchsorted(edges, values, side="right") - 1])
