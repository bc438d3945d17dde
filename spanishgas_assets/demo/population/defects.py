"""What is wrong with the raw files, on purpose: damaged prices, missing rows, negative readings.

Counts are those published for 20,099 customers, scaled, and at least one each. Defects are laid
over a clean world: no cause of churn reads them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice

import numpy as np
import polars as pl

from spanishgas_assets.demo.files.window import Window
from spanishgas_assets.demo.population.sampling import (
    PUBLISHED_CUSTOMERS,
    Flags,
    Floats,
    Ints,
    scaled,
)
from spanishgas_assets.demo.population.traits import Population
from spanishgas_assets.demo.population.volumes import Consumption

_PRICE_COLUMNS = ("variable_price_tier1_eur_kwh", "variable_price_tier2_eur_kwh",
                  "variable_price_tier3_eur_kwh")  # fmt: skip
_ORPHAN_CUSTOMERS = 21  # 252 price rows without an id
# Customers by number of months without a price row: 203 customer-months, at most 5 each.
_MISSING_MONTHS = {5: 4, 4: 6, 3: 10, 2: 15, 1: 99}
_ZERO_DECEMBER = 16
_ZERO_JANUARY = 35
_NO_TIER1 = 2
# Rises of near-zero January prices, largest first; they make the published trend outliers.
_NEAR_ZERO_RISES = (259.81, 230.0, 210.0, 180.0, 150.0, 130.0, 100.0)

_NEGATIVE_ELEC = 457_644
_NEGATIVE_GAS = 19_551
_NEGATIVE_BOTH = 20
_EXPORTERS = 804  # customers with panels, 4%; not published
_GAS_FAULTS = 0.15  # share of gas meters that run backwards at night; not published
_SUNNY = range(10, 16)
_NIGHT = range(6)
_EXPORT_KWH = 0.901
_GAS_FAULT_LOG_M3 = (np.log(0.0061), 1.38)
_GAS_FAULT_WORST_M3 = 0.23


@dataclass(frozen=True)
class NegativeReadings:
    """Negative readings, sorted by customer: customer row, hour of the window, value (< 0)."""

    elec_customer: Ints
    elec_hour: Ints
    elec_kwh: Floats
    gas_customer: Ints
    gas_hour: Ints
    gas_m3: Floats


def add_price_defects(
    prices: pl.DataFrame, months: int, gas_only: Flags, rng: np.random.Generator
) -> pl.DataFrame:
    """The price file as delivered, from one clean row per customer and month (sorted).

    Zero and near-zero prices, blank tier-1 prices, missing rows, and rows without an id. A customer
    has one kind of damage only, so that each published count can be met exactly.
    """
    customers = prices.height // months
    shuffled = rng.permutation(customers)
    # Customers without any tier-1 price are those without electricity, as far as they reach.
    blank = np.concatenate([np.flatnonzero(gas_only), shuffled])[: scaled(_NO_TIER1, customers)]
    unharmed = iter(shuffled[~np.isin(shuffled, blank)])

    def take(count: int) -> Ints:
        return np.array(list(islice(unharmed, count)), dtype=np.int64)

    damaged = _add_value_defects(prices, months, blank, take)
    delivered = np.ones(prices.height, dtype=bool)
    delivered[_missing_rows(customers, months, take, rng)] = False
    orphans = take(scaled(_ORPHAN_CUSTOMERS, customers))
    orphan_rows = (orphans[:, None] * months + np.arange(months)).reshape(-1)
    nameless = damaged[orphan_rows].with_columns(customer_id=pl.lit(None, dtype=pl.String))
    return _scattered(damaged.filter(pl.Series(delivered)), nameless, rng)


def _add_value_defects(
    prices: pl.DataFrame, months: int, blank: Ints, take: Callable[[int], Ints]
) -> pl.DataFrame:
    customers = prices.height // months
    table = {name: prices[name].to_numpy().copy() for name in _PRICE_COLUMNS}
    january_zero = take(scaled(_ZERO_JANUARY, customers)) * months
    december_zero = take(scaled(_ZERO_DECEMBER, customers)) * months + months - 1
    for column in table.values():
        column[january_zero] = 0.0
        column[december_zero] = 0.0
    rises = np.array(_NEAR_ZERO_RISES[: scaled(len(_NEAR_ZERO_RISES), customers)])
    near_zero = take(len(rises)) * months
    tier1 = table[_PRICE_COLUMNS[0]]
    tier1[near_zero] = np.round(tier1[near_zero + months - 1] / (1 + rises), 8)
    tier1[(blank[:, None] * months + np.arange(months)).reshape(-1)] = np.nan
    return prices.with_columns(
        pl.Series(name, values).fill_nan(None) for name, values in table.items()
    )


def _missing_rows(
    customers: int, months: int, take: Callable[[int], Ints], rng: np.random.Generator
) -> Ints:
    """Rows that are not delivered, never a first month: published first prices are complete."""
    counts = {
        count: round(published * customers / PUBLISHED_CUSTOMERS)
        for count, published in _MISSING_MONTHS.items()
    }
    counts[1] = max(counts[1], 1)
    return np.concatenate(
        [
            customer * months + rng.permutation(months - 1)[:count] + 1
            for count, hit in counts.items()
            for customer in take(hit)
        ]
    )


def _scattered(rows: pl.DataFrame, others: pl.DataFrame, rng: np.random.Generator) -> pl.DataFrame:
    """`others` spread over `rows`, both in their order: an appended block would be easy to see."""
    place = np.sort(rng.permutation(rows.height)[: others.height])
    position = np.concatenate([np.arange(rows.height), place + 0.5])
    return pl.concat([rows, others])[np.argsort(position, kind="stable")]


def draw_negative_readings(
    population: Population, consumption: Consumption, window: Window, rng: np.random.Generator
) -> NegativeReadings:
    """Exports of panels around noon, and gas meters that run backwards at night.

    Exact scaled counts. Noon and night do not meet, so rows with both are placed one by one.
    """
    scale = population.size / PUBLISHED_CUSTOMERS * len(window.hours) / 8_784
    sunny = np.flatnonzero(np.isin(window.hour_of_day, _SUNNY))
    night = np.flatnonzero(np.isin(window.hour_of_day, _NIGHT))

    used = np.flatnonzero(consumption.average_kwh > 0)
    exporters = np.sort(rng.permutation(used)[: scaled(_EXPORTERS, population.size)])
    gas_users = np.flatnonzero(population.gas)
    if len(gas_users) and not population.gas[exporters].any():
        exporters[0] = np.setdiff1d(gas_users, exporters)[0]
        exporters.sort()
    elec_customer, elec_hour = _place(exporters, sunny, round(_NEGATIVE_ELEC * scale), rng)
    elec_kwh = -_EXPORT_KWH * rng.gamma(1.3, 1 / 1.3, len(elec_hour))

    exporting_gas = np.flatnonzero(population.gas[elec_customer])
    both = min(scaled(_NEGATIVE_BOTH, population.size), len(exporting_gas))
    both_rows = np.sort(rng.permutation(exporting_gas)[:both])
    faulty = np.sort(rng.permutation(gas_users)[: max(1, round(_GAS_FAULTS * len(gas_users)))])
    night_rows = max(0, round(_NEGATIVE_GAS * scale) - both) if len(faulty) else 0
    gas_customer, gas_hour = _place(faulty, night, night_rows, rng)
    gas_customer = np.concatenate([gas_customer, elec_customer[both_rows]])
    gas_hour = np.concatenate([gas_hour, elec_hour[both_rows]])
    order = np.lexsort((gas_hour, gas_customer))
    mean, sd = _GAS_FAULT_LOG_M3
    m3 = np.exp(mean + sd * rng.standard_normal(len(order)))
    m3 = np.round(np.clip(m3, 0.0001, _GAS_FAULT_WORST_M3), 4)
    return NegativeReadings(
        elec_customer, elec_hour, elec_kwh, gas_customer[order], gas_hour[order], -m3
    )


def _place(customers: Ints, hours: Ints, total: int, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """`total` distinct (customer, hour) pairs, unevenly shared over the customers, sorted."""
    if len(customers) == 0 or total == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    weight = rng.uniform(0.4, 1.6, len(customers))
    edges = np.round(np.cumsum(weight) / weight.sum() * total).astype(np.int64)
    count = np.diff(edges, prepend=0)
    rank = rng.random((len(customers), len(hours))).argsort(axis=1).argsort(axis=1)
    row, column = np.nonzero(rank < count[:, None])
    return customers[row], hours[column]
