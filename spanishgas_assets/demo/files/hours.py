"""Hourly readings, made block by block from the monthly world.

Each month's kWh in a tariff band is spread over that band's hours by profile and chance, so the
hours add up to the month whatever the chance. Every block of customers has its own random stream:
its readings do not depend on the other blocks, on threads or on the file layout.
"""

import os
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spanishgas_assets.demo.files.window import Window
from spanishgas_assets.demo.population.day_profiles import elec_profiles, gas_profile
from spanishgas_assets.demo.population.defects import NegativeReadings
from spanishgas_assets.demo.population.sampling import Floats
from spanishgas_assets.demo.population.volumes import GAS_UNIT_M3, Consumption

BLOCK_CUSTOMERS = 114  # about a million rows of a year: one Parquet row group
_READINGS_STREAM = 0x5EAD
_THREADS = 4  # more only wait for the one writer
_STEADY_SHARE = 0.25  # of a profile hour that comes without chance


@dataclass(frozen=True)
class Block:
    """Readings of some neighbouring customers: customer x hour, kWh and m3."""

    first_customer: int
    elec_kwh: Floats
    gas_m3: Floats


class HourlyReadings:
    """All hourly readings of a retailer, one block at a time."""

    def __init__(
        self, consumption: Consumption, negatives: NegativeReadings, window: Window, seed: int
    ) -> None:
        self.customers = len(consumption.mix)
        self._consumption = consumption
        self._negatives = negatives
        self._window = window
        self._seed = seed
        # Hours sorted by (month, band): the hours of a slot lie together, so that one pass sums
        # all slots of a customer.
        self._by_slot = np.argsort(window.slot, kind="stable")
        self._back = np.argsort(self._by_slot)
        ordered = window.slot[self._by_slot]
        self._slots, self._slot_start, self._slot_hours = np.unique(
            ordered, return_index=True, return_counts=True
        )
        self._elec_profiles = elec_profiles(window)[:, self._by_slot].astype(np.float32)
        self._gas_profile = gas_profile(window).astype(np.float32)
        self._month_start = np.unique(window.month, return_index=True)[1]

    @property
    def blocks(self) -> int:
        """Number of blocks."""
        return -(-self.customers // BLOCK_CUSTOMERS)

    def block(self, index: int) -> Block:
        """The readings of block `index`, the same whenever it is asked for."""
        first = index * BLOCK_CUSTOMERS
        rows = slice(first, min(first + BLOCK_CUSTOMERS, self.customers))
        rng = np.random.Generator(
            np.random.SFC64(np.random.SeedSequence([self._seed, _READINGS_STREAM, index]))
        )
        return Block(first, self._elec(rows, rng), self._gas(rows, rng))

    def _elec(self, rows: slice, rng: np.random.Generator) -> Floats:
        mix = self._consumption.mix[rows].astype(np.float32)
        weight = _chance((len(mix), len(self._back)), rng)
        # Three products and sums: a matrix product this thin only makes BLAS threads spin.
        weight *= sum(mix[:, k, None] * profile for k, profile in enumerate(self._elec_profiles))
        customer, hour, kwh = self._negative("elec", rows)
        weight[customer, self._back[hour]] = 0
        weights = weight.astype(np.float64)
        total = self._consumption.elec_band_kwh[rows].reshape(len(weights), -1)[:, self._slots]
        factor = total / np.add.reduceat(weights, self._slot_start, axis=1)
        weights *= np.repeat(factor, self._slot_hours, axis=1)
        elec = np.take(weights, self._back, axis=1)
        elec[customer, hour] = kwh
        return np.asarray(elec)

    def _gas(self, rows: slice, rng: np.random.Generator) -> Floats:
        months = self._consumption.gas_m3[rows]
        readings = np.zeros((len(months), len(self._window.hours)))
        users = np.flatnonzero(months.any(axis=1))
        customer, hour, m3 = self._negative("gas", rows)
        if len(users):
            units = np.rint(months[users] / GAS_UNIT_M3)
            weight = self._gas_profile * _chance((len(users), readings.shape[1]), rng)
            use = np.zeros(len(months), dtype=np.int64)
            use[users] = np.arange(len(users))
            mine = np.isin(customer, users)
            weight[use[customer[mine]], hour[mine]] = 0
            weights = weight.astype(np.float64)
            factor = units / np.add.reduceat(weights, self._month_start, axis=1)
            weights *= factor[:, self._window.month]
            # Rounding the running total keeps every month's total and every hour a whole unit.
            running = np.rint(np.cumsum(weights, axis=1))
            readings[users] = np.diff(running, axis=1, prepend=0) / round(1 / GAS_UNIT_M3)
        readings[customer, hour] = m3
        return readings

    def _negative(
        self, fuel: str, rows: slice
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats]:
        """Negative readings of these customers: row in the block, hour, value."""
        negatives = self._negatives
        if fuel == "elec":
            customer, hour, value = (
                negatives.elec_customer, negatives.elec_hour, negatives.elec_kwh
            )  # fmt: skip
        else:
            customer, hour, value = negatives.gas_customer, negatives.gas_hour, negatives.gas_m3
        first, last = np.searchsorted(customer, [rows.start, rows.stop])
        return customer[first:last] - rows.start, hour[first:last], value[first:last]


def blocks_in_order(readings: HourlyReadings) -> Iterator[Block]:
    """All blocks in order, made ahead by a few threads."""
    threads = min(_THREADS, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        ahead: list[Future[Block]] = []
        for index in range(readings.blocks):
            ahead.append(pool.submit(readings.block, index))
            if len(ahead) > threads:
                yield ahead.pop(0).result()
        for future in ahead:
            yield future.result()


def _chance(shape: tuple[int, ...], rng: np.random.Generator) -> npt.NDArray[np.float32]:
    """Hour-to-hour scatter of mean one: a steady part and an exponential part."""
    scatter = rng.standard_exponential(shape, dtype=np.float32)
    scatter *= np.float32(1 - _STEADY_SHARE)
    scatter += np.float32(_STEADY_SHARE)
    return scatter
