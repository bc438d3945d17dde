"""What the retailer earns: target margins, and the prices and fees that produce them.

Published are margins, not tolls, fees or the lower price tiers; those are solved here so that
  revenue = sum of band kWh x band price + fee, cost = kWh x (wholesale + peaje) + fixed cost
meets the target of every customer and month. The old system's 5.31 EUR gas credit to customers
without gas is its imputation's artefact and is not reproduced: they have no gas revenue.
"""

from dataclasses import dataclass

import numpy as np

from spanishgas_assets.demo.population.geography import Country
from spanishgas_assets.demo.population.sampling import Floats, Traits, normal_scores
from spanishgas_assets.demo.population.traits import CORPORATE, Population
from spanishgas_assets.demo.population.volumes import Consumption

# EUR/kWh over wholesale and peaje: residential, SME, Corporate, heavy.
_UNIT_MARGIN = np.array([-0.0162, -0.0140, -0.0062, -0.0130])
_UNIT_MARGIN_SD = np.array([0.0045, 0.0045, 0.0040, 0.0090])
# Unit margins by month; the published losses of Corporate customers swing most.
_MONTH_EFFECT = np.array(
    [0.0065, -0.0055, -0.0035, -0.001, 0.001, 0, -0.0075, -0.004, -0.0035, -0.003, -0.0005, 0.0065]
)
_SEASON_STRENGTH = np.array([0.5, 0.5, 0.9, 0.5])
_TYPICAL_PRICE = 0.149
_FIXED_MARGIN = np.array([3.3, 6.9, 9.0])  # EUR a month: residential, SME, Corporate
_FIXED_MARGIN_SD = 0.25
_FIXED_COST_EUR_KW = 2.2  # about the network's capacity toll, EUR per kW and month
_WORST_MARGIN, _BEST_MARGIN = -3_334.0, 3_169.0  # published extremes of a customer-month
_TIER3_TO_TIER2 = 0.72
_LOWEST_PRICE = 0.004

# EUR a year. The published median revenue of the fixed gas term is 5.3114 a month.
_GAS_FIXED_REVENUE = np.array([63.74, 63.74, 36.36])
_GAS_FIXED_MARGIN = 12.0
_TYPICAL_GAS_COST = 0.77


@dataclass(frozen=True)
class Tariff:
    """Prices and fees of every customer, and the margins they give.

    Customer x month unless noted: `tier_prices` (x band, EUR/kWh), fixed fee and cost (EUR a
    month). Gas price (EUR/m3, NaN without gas) and fixed terms (EUR a year) are per customer.
    Margins are EUR a month.
    """

    tier_prices: Floats
    elec_fixed_fee: Floats
    elec_fixed_cost: Floats
    gas_price: Floats
    gas_fixed_revenue: Floats
    gas_fixed_cost: Floats
    elec_revenue: Floats
    elec_margin: Floats
    gas_revenue: Floats
    gas_margin: Floats


def solve_tariff(
    population: Population,
    consumption: Consumption,
    tier1: Floats,
    country: Country,
    *,
    traits: Traits,
    rng: np.random.Generator,
) -> Tariff:
    """Prices and fees that give every customer-month its target margin."""
    kwh = consumption.elec_kwh
    wholesale = country.elec_cost[population.province]
    variable_cost = wholesale + country.peaje[population.province]
    target = _target_unit_margin(population, consumption, tier1, wholesale, traits=traits, rng=rng)
    tier_prices = _solve_lower_tiers(consumption, tier1, target + variable_cost)

    fixed_cost = np.round(_FIXED_COST_EUR_KW * population.power_kw, 2)[:, None] + 0.0 * kwh
    fixed = _FIXED_MARGIN[population.segment] + _FIXED_MARGIN_SD * normal_scores(
        traits.uniform("fixed_margin")
    )
    # An idle month earns nothing: the fee only passes the network's fixed cost on.
    fee = np.round(fixed_cost + np.where(kwh > 0, fixed[:, None], 0.0), 2)

    elec_revenue = (consumption.elec_band_kwh * tier_prices).sum(axis=2) + fee
    elec_cost = kwh * variable_cost + fixed_cost

    gas = population.gas
    gas_cost = country.gas_cost[population.province]
    gas_price = np.where(gas, _gas_price(population, gas_cost, traits), np.nan)
    gas_fixed_revenue = np.where(gas, _GAS_FIXED_REVENUE[population.segment], 0.0)
    gas_fixed_cost: Floats = np.where(gas, gas_fixed_revenue - _GAS_FIXED_MARGIN, 0.0).round(2)
    m3 = consumption.gas_m3
    gas_revenue = m3 * np.nan_to_num(gas_price)[:, None] + gas_fixed_revenue[:, None] / 12
    return Tariff(
        tier_prices=tier_prices,
        elec_fixed_fee=fee,
        elec_fixed_cost=fixed_cost,
        gas_price=gas_price,
        gas_fixed_revenue=gas_fixed_revenue,
        gas_fixed_cost=gas_fixed_cost,
        elec_revenue=elec_revenue,
        elec_margin=elec_revenue - elec_cost,
        gas_revenue=gas_revenue,
        gas_margin=gas_revenue - m3 * gas_cost - gas_fixed_cost[:, None] / 12,
    )


def _target_unit_margin(
    population: Population,
    consumption: Consumption,
    tier1: Floats,
    wholesale: Floats,
    *,
    traits: Traits,
    rng: np.random.Generator,
) -> Floats:
    """EUR/kWh that a customer-month should earn before fixed terms."""
    kind = np.where(consumption.heavy, 3, population.segment)
    level = tier1.mean(axis=1)
    own = _UNIT_MARGIN[kind] + _UNIT_MARGIN_SD[kind] * normal_scores(
        traits.uniform("unit_margin", kind)
    )
    own += 0.10 * (level - _TYPICAL_PRICE)
    season = np.resize(_MONTH_EFFECT, tier1.shape[1])
    month = (season - season.mean()) * _SEASON_STRENGTH[kind][:, None]
    target = (
        own[:, None]
        + month
        + 0.12 * (tier1 - level[:, None])
        - 0.5 * (wholesale - wholesale.mean(axis=1, keepdims=True))
        + rng.normal(0, 0.0019, tier1.shape)
    )
    kwh = np.maximum(consumption.elec_kwh, 1.0)
    return np.asarray(np.clip(target, _WORST_MARGIN / kwh, _BEST_MARGIN / kwh))


def _solve_lower_tiers(consumption: Consumption, tier1: Floats, average_price: Floats) -> Floats:
    """Customer x month x band prices whose kWh-weighted mean is `average_price`.

    Tier 3 is a fixed fraction of tier 2. Where a very high tier-1 price leaves nothing for the
    others they stay at a small floor and the margin ends above its target.
    """
    use = consumption.elec_band_kwh
    kwh = use.sum(axis=2)
    year = use.sum(axis=(1, 2))[:, None]
    typical = np.where(year > 0, use.sum(axis=1) / np.where(year > 0, year, 1), 1 / 3)
    month_used = (kwh > 0)[:, :, None]
    share = np.where(
        month_used, use / np.where(month_used, kwh[:, :, None], 1), typical[:, None, :]
    )
    lower = share[:, :, 1] + _TIER3_TO_TIER2 * share[:, :, 2]
    tier2 = (average_price - share[:, :, 0] * tier1) / lower
    tier2 = np.maximum(tier2, _LOWEST_PRICE)
    return np.asarray(np.stack([tier1, tier2, _TIER3_TO_TIER2 * tier2], axis=2).round(8))


def _gas_price(population: Population, gas_cost: Floats, traits: Traits) -> Floats:
    """EUR/m3, flat over the year."""
    yearly = gas_cost.mean(axis=1)
    spread = 0.05 + 0.05 * normal_scores(traits.uniform("gas_margin"))
    spread[population.segment == CORPORATE] = 0.0
    return np.asarray((yearly + spread - 0.3 * (yearly - _TYPICAL_GAS_COST)).round(6))
