"""How much each customer uses: average volume, months, and the split by tariff band.

Volumes are not bounded by contracted power: the source has homes far above theirs. The hours
inside a month and band are `hours`' business.
"""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from spanishgas_assets.demo.files.window import Window
from spanishgas_assets.demo.population.day_profiles import band_shares
from spanishgas_assets.demo.population.sampling import (
    PUBLISHED_CUSTOMERS,
    Flags,
    Floats,
    Ints,
    PerCustomer,
    Traits,
    normal_scores,
    stratified,
)
from spanishgas_assets.demo.population.traits import COMPARISON_CHANNEL, CORPORATE, SME, Population

# Share of very heavy users, who lose money: they come through the comparison site.
_HEAVY = {"comparison": 0.50, "other": 0.110, "sme": 0.008}
# Mean and sd of ln(kWh a month): two populations, because one log-normal has no such tail.
_NORMAL_LOG_KWH = (4.25, 1.233)
_SME_LOG_KWH = (4.15, 1.20)
_HEAVY_LOG_KWH = (8.19, 1.222)
_CORPORATE_LOG_KWH = (8.0, 1.50)
_NEARLY_CLOSED = 0.017
# Above the bend volumes grow more slowly: the published p99, mean, sd and maximum fit no
# log-normal tail.
_BEND_KWH, _BEND_POWER = 25_600.0, 0.40
_CAP_KWH = 92_559.0
_CAP_M3 = 7_131.0
# Most gas homes are small, a few burn hundreds of times more.
_LARGE_GAS_SHARE = 0.08
_GAS_LOG_M3 = (4.05, 1.2)
_LARGE_GAS_LOG_M3 = (7.55, 0.5)
_GAS_ONLY_OF_GAS = 30 / 3_632

_VACANT_CUSTOMERS = 0.055
_VACANT_MONTHS = 0.40
_NIGHT_ONLY_MONTHS = 735  # customer-months with electricity, none of it in peak or standard

_GAS_YEAR = np.array([2.6, 2.2, 1.6, 0.9, 0.35, 0.08, 0.03, 0.03, 0.1, 0.5, 1.4, 2.3])
_GAS_IDLE = np.array([0.02, 0.02, 0.04, 0.10, 0.30, 0.55, 0.68, 0.70, 0.45, 0.12, 0.04, 0.02])
_GAS_SPREAD = 0.35
_EXPECTED_GAS = float(np.mean(_GAS_YEAR * (1 - _GAS_IDLE)) * np.exp(_GAS_SPREAD**2 / 2))
GAS_UNIT_M3 = 1e-4  # a gas meter's smallest step: hourly values are short decimals


@dataclass(frozen=True)
class Consumption(PerCustomer):
    """Energy used. Arrays are customer x month (x band); kWh and m3.

    `mix`: customer x profile weights of the hourly shape; `heavy`: the loss-making class.
    """

    elec_band_kwh: Floats
    gas_m3: Floats
    heavy: Flags
    mix: Floats

    @property
    def elec_kwh(self) -> Floats:
        """Electricity by customer and month, kWh."""
        return np.asarray(self.elec_band_kwh.sum(axis=2))

    @property
    def average_kwh(self) -> Floats:
        """Average electricity a month, kWh."""
        return np.asarray(self.elec_kwh.mean(axis=1))

    @property
    def average_m3(self) -> Floats:
        """Average gas a month, m3."""
        return np.asarray(self.gas_m3.mean(axis=1))

    def times(self, size: Floats) -> Self:
        """The same customers with other volumes; `size` has one factor per customer."""
        return replace(
            self,
            elec_band_kwh=self.elec_band_kwh * size[:, None, None],
            gas_m3=self.gas_m3 * size[:, None],
        )

    def during(self, months: slice) -> Self:
        """The same customers in some of the months."""
        return replace(
            self, elec_band_kwh=self.elec_band_kwh[:, months], gas_m3=self.gas_m3[:, months]
        )


def draw_consumption(
    population: Population, traits: Traits, window: Window, rng: np.random.Generator
) -> Consumption:
    """Volumes of every customer, month and tariff band."""
    heavy = _heavy(population, traits)
    average_kwh = _average_kwh(population, heavy, traits)
    average_m3 = _average_m3(population, average_kwh, traits)
    gas_only = _gas_only(population, traits)
    average_kwh[gas_only] = 0.0

    month_of_year = np.array([int(name[5:]) - 1 for name in window.months])
    elec_kwh = average_kwh[:, None] * _mean_one(_elec_factors(traits, month_of_year, rng))
    gas_m3 = average_m3[:, None] * _mean_one(_gas_factors(month_of_year, population.size, rng))

    mix = _profile_mix(population, heavy, rng)
    return _in_bands(elec_kwh, gas_m3, window, heavy=heavy, mix=mix, rng=rng)


def draw_later_consumption(
    year: Consumption,
    traits: Traits,
    window: Window,
    rng: np.random.Generator,
    *,
    elec_weather: Floats,
    gas_weather: Floats,
) -> Consumption:
    """Other months of customers who on average use what `year` says.

    The months scatter around the year's average as those of the year do, but do not add up to it.
    `elec_weather` and `gas_weather` multiply each month's volumes (1: the usual weather).
    """
    month_of_year = np.array([int(name[5:]) - 1 for name in window.months])
    elec = _elec_factors(traits, month_of_year, rng) / _expected_elec(traits)[:, None]
    gas = _gas_factors(month_of_year, len(elec), rng) / _EXPECTED_GAS
    return _in_bands(
        year.average_kwh[:, None] * elec * elec_weather,
        year.average_m3[:, None] * gas * gas_weather,
        window,
        heavy=year.heavy,
        mix=year.mix,
        rng=rng,
    )


def _in_bands(
    elec_kwh: Floats,
    gas_m3: Floats,
    window: Window,
    *,
    heavy: Flags,
    mix: Floats,
    rng: np.random.Generator,
) -> Consumption:
    """Customer-months split by tariff band, gas in whole units of its meter."""
    shares = band_shares(mix, window)
    shares[_night_only(elec_kwh, rng)] = (0.0, 0.0, 1.0)
    gas_m3 = np.round(gas_m3 / GAS_UNIT_M3) * GAS_UNIT_M3
    return Consumption(elec_kwh[:, :, None] * shares, gas_m3, heavy, mix)


def _heavy(population: Population, traits: Traits) -> Flags:
    comparison = population.channel == COMPARISON_CHANNEL
    chance = np.where(comparison, _HEAVY["comparison"], _HEAVY["other"])
    chance[population.segment == SME] = _HEAVY["sme"]
    chance[population.segment == CORPORATE] = 0.0
    kind = population.segment * 2 + comparison
    return np.asarray(traits.uniform("heavy", within=kind) < chance)


def _average_kwh(population: Population, heavy: Flags, traits: Traits) -> Floats:
    kind = np.where(heavy, 3, population.segment)
    mean, sd = np.array([_NORMAL_LOG_KWH, _SME_LOG_KWH, _CORPORATE_LOG_KWH, _HEAVY_LOG_KWH])[kind].T
    kwh = np.exp(mean + sd * normal_scores(traits.uniform("volume", within=kind)))
    closed = traits.uniform("nearly_closed") < _NEARLY_CLOSED
    closed &= population.segment != CORPORATE
    kwh = np.where(closed, 10 ** (-4 + 4.3 * traits.uniform("volume")), kwh)
    bent = _BEND_KWH * (kwh / _BEND_KWH) ** _BEND_POWER
    return np.minimum(np.where(kwh > _BEND_KWH, bent, kwh), _CAP_KWH)


def _average_m3(population: Population, average_kwh: Floats, traits: Traits) -> Floats:
    """Gas grows with electricity: rank customers by a mix of both, then read the volume off."""
    size = np.clip((np.log(average_kwh) - 4.5) / 1.35, -2, 3)
    corporate = 0.6 * (population.segment == CORPORATE)
    score = 0.6 * size + 0.8 * normal_scores(traits.uniform("gas_volume")) + corporate
    rank = stratified(score, within=population.gas.astype(np.int64))
    small = rank < 1 - _LARGE_GAS_SHARE
    place = np.where(small, rank / (1 - _LARGE_GAS_SHARE), 1 - (1 - rank) / _LARGE_GAS_SHARE)
    z = normal_scores(np.clip(place, 1e-9, 1 - 1e-9))
    mean, sd = np.where(small[:, None], _GAS_LOG_M3, _LARGE_GAS_LOG_M3).T
    return np.where(population.gas, np.minimum(np.exp(mean + sd * z), _CAP_M3), 0.0)


def _gas_only(population: Population, traits: Traits) -> Flags:
    within = traits.uniform("gas_only", within=population.gas.astype(np.int64))
    return np.asarray(population.gas & (within < _GAS_ONLY_OF_GAS))


def _elec_factors(traits: Traits, month_of_year: Ints, rng: np.random.Generator) -> Floats:
    """Customer x month, not yet scaled; 0 in the idle months of partly vacant homes."""
    swing = _swing(traits)
    customers = len(swing)
    spread = np.sqrt(np.log1p(swing**2))[:, None]
    season = (2 * traits.uniform("season") - 1)[:, None]
    wave = 0.12 * season * np.cos(2 * np.pi * (month_of_year - 0.5) / 12)
    factors = np.exp(spread * rng.standard_normal((customers, len(month_of_year))) + wave)
    factors = np.minimum(factors, 4.0)
    idle = _vacant(traits)[:, None] & (rng.random(factors.shape) < _VACANT_MONTHS)
    return np.where(idle, 0.0, factors)


def _swing(traits: Traits) -> Floats:
    """Standard deviation of each customer's months around their mean, as a share of it."""
    swing = np.exp(np.log(0.255) + 0.36 * normal_scores(traits.uniform("swing")))
    return np.asarray(np.clip(swing, 0.03, 1.0))


def _vacant(traits: Traits) -> Flags:
    return np.asarray(traits.uniform("vacant") < _VACANT_CUSTOMERS)


def _expected_elec(traits: Traits) -> Floats:
    """Mean of `_elec_factors` over many years, but for the cap on single months."""
    lived_in = np.where(_vacant(traits), 1 - _VACANT_MONTHS, 1.0)
    return np.asarray(np.sqrt(1 + _swing(traits) ** 2) * lived_in)


def _gas_factors(month_of_year: Ints, customers: int, rng: np.random.Generator) -> Floats:
    """Customer x month, not yet scaled; 0 where the heating is off."""
    shape = (customers, len(month_of_year))
    factors = _GAS_YEAR[month_of_year] * np.exp(_GAS_SPREAD * rng.standard_normal(shape))
    idle = rng.random(shape) < _GAS_IDLE[month_of_year]
    return np.where(idle, 0.0, factors)


def _mean_one(factors: Floats) -> Floats:
    mean = factors.mean(axis=1, keepdims=True)
    return np.where(mean > 0, factors / np.where(mean > 0, mean, 1.0), 1.0)


def _night_only(elec_kwh: Floats, rng: np.random.Generator) -> Flags:
    """The published share of customer-months that use electricity at night and weekends only.

    They are the smallest volumes, where one appliance decides.
    """
    years = elec_kwh.shape[1] / 12
    months = max(1, round(_NIGHT_ONLY_MONTHS / PUBLISHED_CUSTOMERS * len(elec_kwh) * years))
    jitter = np.exp(rng.standard_normal(elec_kwh.shape))
    size = np.where(elec_kwh > 0, elec_kwh * jitter, np.inf)
    smallest = np.argsort(size, axis=None)[:months]
    night = np.zeros(elec_kwh.size, dtype=bool)
    night[smallest] = True
    return night.reshape(elec_kwh.shape) & (elec_kwh > 0)


def _profile_mix(population: Population, heavy: Flags, rng: np.random.Generator) -> Floats:
    """Customer x (home, business, constant) weights, summing to one."""
    kind = np.where(heavy, 3, population.segment)
    typical = np.array([[6.0, 0.6, 1.4], [1.0, 6.0, 1.0], [0.6, 3.0, 4.4], [3.0, 1.5, 3.5]])[kind]
    drawn = rng.gamma(typical)
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))
