"""Who leaves: the stated logit, each customer's true probability, and the draw.

Only structure enters (dates, place, channel, volumes, price); what customers say comes after,
from the outcome. The step tables are fitted to the published one-way rates.
"""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit

from spanishgas_assets.demo.population.geography import Country
from spanishgas_assets.demo.population.peak_prices import PriceView
from spanishgas_assets.demo.population.sampling import (
    PUBLISHED_CUSTOMERS,
    Flags,
    Floats,
    Ints,
    serpentine_order,
    systematic,
)
from spanishgas_assets.demo.population.traits import CORPORATE, Population
from spanishgas_assets.demo.population.volumes import Consumption

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
_CHANNEL = np.array([0.41, -0.40, -0.36, 0.10, -0.23, -0.30, 0.0])
_SEGMENT = np.array([0.02, -0.36, 0.82])
# Competition tempts more outside the last three months before renewal than inside them.
_HIGH_COMPETITION = {"outside": 0.84, "inside": 0.49}
_ANY_GAS = -0.11
_GAS_VOLUME = 0.60
_SPREAD_CENTRE, _SPREAD_WIDTH = 0.0709, 0.022
_CHANGE_PER_MONTH = -0.126


@dataclass(frozen=True)
class PriceLink:
    """How prices move the logit: of a rise in the year, and of a price that is an ordinary one."""

    rise: float = 0.80
    ordinary: float = 2.05


PUBLISHED_LINK = PriceLink()


@dataclass(frozen=True)
class Churn:
    """`probability`: true chance of leaving, given structure; `leaves`: the outcome.

    `intercept`: the logit's constant that gives the number of churners.
    """

    probability: Floats
    leaves: Flags
    intercept: float


def draw_churn(score: Floats, population: Population, start: float, total: int) -> Churn:
    """`total` churners, spread evenly over strata and over probabilities.

    The systematic draw runs through renewal fifth x competition x tenure class x channel, and by
    probability inside each, so every stratum and every level of risk gets its expected number of
    churners to within one: seeds decide who leaves, not how many.
    """

    def excess(intercept: float) -> float:
        return float(expit(score + intercept).sum()) - total

    intercept = float(brentq(excess, -12.0, 8.0, xtol=1e-13))
    probability = expit(score + intercept)
    tenure_class = np.searchsorted([181, 361, 721, 1801], population.tenure_days, side="right")
    order = serpentine_order(
        [
            population.renewal_quintile,
            population.high_competition,
            tenure_class,
            population.channel,
        ],
        probability,
    )
    return Churn(probability, systematic(probability, order, start), intercept)


def published_churners(customers: int) -> int:
    """How many of so many customers leave at the published rate."""
    return round(customers * CHURNERS / PUBLISHED_CUSTOMERS)


def expected_churners(score: Floats, intercept: float) -> int:
    """How many leave if the logit keeps its constant."""
    return round(float(expit(score + intercept).sum()))


def churn_score(
    population: Population,
    consumption: Consumption,
    price: PriceView,
    country: Country,
    link: PriceLink = PUBLISHED_LINK,
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
        + _price_term(price, link)
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


def _price_term(price: PriceView, link: PriceLink) -> Floats:
    hump = np.exp(-(((price.spread - _SPREAD_CENTRE) / _SPREAD_WIDTH) ** 2))
    return np.asarray(link.rise * price.rise + link.ordinary * hump)


def _change_term(population: Population) -> Floats:
    months = np.minimum(population.change_days / 30, 24)
    return np.nan_to_num(_CHANGE_PER_MONTH * (months - 7), nan=0.0)


def _steps(values: Floats | Ints, table: STEP) -> Floats:
    edges = np.array([edge for edge, _ in table])
    levels = np.array([level for _, level in table])
    return np.asarray(levels[np.searchsorted(edges, values, side="right") - 1])
