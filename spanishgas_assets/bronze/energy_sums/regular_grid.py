"""Customers whose readings are all there, in order, summed as matrices.

A file that is written customer by customer holds most customers as one run of hours. Where a run's
labels are exactly those expected and its values can all be used, no hash table is needed: the hours
of a month times a table of zeros and ones are its sums by kind of hour. What is not such a run is
left to grouping. The parts that are added are exact (``exact_sums``): both ways give the same bits.

One thread does it while Polars decodes the next readings: more threads cost more than they brought.
"""

from datetime import date
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from spanishgas_assets.bronze.energy_sums.exact_sums import LIMIT, cut
from spanishgas_assets.bronze.energy_sums.hour_slots import HourSlots
from spanishgas_assets.bronze.energy_sums.month_sums import COLUMNS, GRIDS, kinds_of
from spanishgas_assets.raw.estimate_marks import ESTIMATED

Floats = npt.NDArray[np.float64]

#: Readings that are summed at a time: they stay in the processor's cache.
_BLOCK = 250_000

_COLUMN_OF = {"elec": "consumption_elec_kwh", "gas": "consumption_gas_m3"}
_PLACE = {name: place for place, name in enumerate(COLUMNS)}


class _Runs(NamedTuple):
    """Whole runs, one behind the other: their place among all, first reading, how many."""

    place: int
    start: int
    length: int


class RegularGrid:
    """The labels that a whole run of readings is to have, and the sums of the runs met so far."""

    def __init__(self, slots: HourSlots, start: date, end: date) -> None:
        """Expect the hours of ``slots`` from ``start`` to the day before ``end``."""
        # By local time an hour comes twice in autumn, and one not at all in spring.
        hours = slots.hours.filter(pl.col("month") >= start, pl.col("month") < end)
        hours = hours.select(pl.all().repeat_by("readings").explode(empty_as_null=False))
        self._labels = hours["timestamp"].to_physical().to_numpy()
        self._months = hours["month"].unique(maintain_order=True)
        self._month_of_hour = hours["month"].rle_id().to_numpy().astype(np.int64)
        edges = np.searchsorted(self._month_of_hour, np.arange(self._months.len() + 1))
        self._hours_of_month = [slice(first, end) for first, end in pairwise(edges)]
        self._kinds = np.column_stack([kinds_of(hours), np.ones(hours.height)])
        self._rows = max(1, _BLOCK // max(1, hours.height))
        self._customers = [pl.Series(dtype=pl.String)]
        self._sums = [np.zeros((0, self._months.len(), len(COLUMNS)))]
        self._parts = np.empty((len(GRIDS), self._rows, hours.height))
        self._expected = hours.group_by("month", maintain_order=True).agg(
            pl.len().cast(pl.Int64).alias("hours_seen"),
            pl.col("tag").sum().alias("tag_sum"),
            (pl.col("block") == "holiday").sum().cast(pl.Int64).alias("holiday_hours"),
            pl.col("change").sum().cast(pl.Int64).alias("change_readings"),
        )

    def without_runs(self, readings: pl.DataFrame) -> pl.DataFrame:
        """Sum the whole runs, keep their sums, and return the readings of no whole run.

        ``readings`` are in the order of their file, columns as ``raw.readings.SCHEMA`` (and
        ``is_estimated``).
        """
        runs = readings["customer_id"].rle().struct.unnest()
        lengths = runs["len"].to_numpy().astype(np.int64)
        starts = np.cumsum(lengths) - lengths
        # A run of no id, or of a blank one, is nobody's: its readings are judged one by one.
        somebody = (runs["value"].str.strip_chars() != "").fill_null(value=False).to_numpy()
        whole = np.flatnonzero((lengths == len(self._labels)) & somebody)
        if not len(whole):
            return readings
        sums = np.zeros((len(whole), self._months.len(), len(COLUMNS)))
        usable = self._sum(self._runs(starts[whole]), readings, sums)
        summed = np.zeros(len(lengths), dtype=bool)
        summed[whole[usable]] = True
        self._customers.append(runs["value"].filter(pl.Series(summed)))
        self._sums.append(sums[usable])
        if summed.all():
            return readings.clear()
        return readings.filter(pl.Series(np.repeat(~summed, lengths)))

    def customer_months(self) -> pl.DataFrame:
        """Return the sums of all whole runs, columns as of ``month_sums``."""
        customers = pl.concat(self._customers)
        sums = np.concatenate(self._sums).reshape(-1, len(COLUMNS))
        place = pl.int_range(len(sums), eager=True)
        months = max(1, self._months.len())
        return pl.concat(
            [
                customers.gather(place // months).to_frame("customer_id"),
                self._expected[place % months],
                pl.DataFrame(
                    {
                        name: sums[:, column].astype(np.int64 if name.endswith("hours") else float)
                        for column, name in enumerate(COLUMNS)
                    }
                ),
            ],
            how="horizontal",
        )

    def _runs(self, starts: npt.NDArray[np.int64]) -> list[_Runs]:
        breaks = np.flatnonzero(np.diff(starts) != len(self._labels)) + 1
        return [
            _Runs(first, int(starts[first]), min(self._rows, end - first))
            for begin, end in pairwise([0, *breaks.tolist(), len(starts)])
            for first in range(begin, end, self._rows)
        ]

    def _sum(
        self, work: list[_Runs], readings: pl.DataFrame, sums: Floats
    ) -> npt.NDArray[np.bool_]:
        """Fill the runs' places of ``sums`` and say which are usable: others mean nothing."""
        usable = np.zeros(len(sums), dtype=bool)
        times = readings["timestamp"].to_physical()
        times = times.fill_null(-1) if times.null_count() else times
        readings = readings.with_columns(times)
        for runs in work:
            shape = (runs.length, len(self._labels))
            at = slice(runs.place, runs.place + runs.length)
            # Readings come in pieces, which are put together here: a few fit in the cache.
            block = readings.slice(runs.start, runs.length * len(self._labels))
            good = (block["timestamp"].to_numpy().reshape(shape) == self._labels).all(axis=1)
            given = []
            for fuel, column in _COLUMN_OF.items():
                values, empty = _filled(block[column])
                values = values.reshape(shape)
                least, most = values.min(axis=1), values.max(axis=1)
                good &= (least > -LIMIT) & (most < LIMIT)
                # Most runs have one fuel: the other's zeros add nothing.
                some = np.flatnonzero((least != 0) | (most != 0))
                self._sum_fuel(fuel, values, some, least < 0, sums[at])
                if empty is not None:
                    given.append(~empty.reshape(shape))
                    self._count_hours(f"{fuel}_empty_hours", ~given[-1], sums[at])
            if len(given) == len(_COLUMN_OF):
                good &= np.logical_or(*given).all(axis=1)
            if ESTIMATED in readings.columns:
                marks = block[ESTIMATED].fill_null(value=True).to_numpy().reshape(shape)
                self._count_hours("estimated_hours", marks, sums[at])
            usable[at] = good
        return usable

    def _count_hours(self, name: str, marked: npt.NDArray[np.bool_], sums: Floats) -> None:
        for number, hours in enumerate(self._hours_of_month):
            sums[:, number, _PLACE[name]] = marked[:, hours].sum(axis=1)

    def _sum_fuel(
        self,
        fuel: str,
        values: Floats,
        some: npt.NDArray[np.int64],
        have_negative: npt.NDArray[np.bool_],
        sums: Floats,
    ) -> None:
        """Add a fuel of some runs up, by month and kind of hour; negative values aside."""
        values = values if len(some) == len(values) else values[some]
        parts = self._parts[:, : len(some)]
        kinds = self._kinds if fuel == "elec" else self._kinds[:, -1:]
        by_kind = np.empty((len(some), self._months.len(), kinds.shape[1]))
        with np.errstate(invalid="ignore", over="ignore"):
            cut(values, *parts)
            # Few runs have any: to look for them in every value would cost a fiftieth of the pass.
            negative = np.flatnonzero(have_negative[some])
            place, hour = np.nonzero(values[negative] < 0)
            run, month = negative[place], self._month_of_hour[hour]
            for grid, part in zip(GRIDS, parts, strict=True):
                for number, hours in enumerate(self._hours_of_month):
                    by_kind[:, number] = part[:, hours] @ kinds[hours]
                energy = part[run, hour]
                np.subtract.at(by_kind, (run, month), energy[:, None] * kinds[hour])
                end = _PLACE[f"{fuel}_{grid}"] + 1
                sums[some, :, end - kinds.shape[1] : end] = by_kind
                of_negative = sums[:, :, _PLACE[f"{fuel}_negative_{grid}"]]
                np.add.at(of_negative, (some[run], month), energy)
        np.add.at(sums[:, :, _PLACE[f"{fuel}_negative_hours"]], (some[run], month), 1)


def _filled(values: pl.Series) -> tuple[Floats, npt.NDArray[np.bool_] | None]:
    """Return values with zeros for empty cells, and which these are; None where there are none."""
    if not values.null_count():
        return values.to_numpy(), None
    return values.fill_null(0.0).to_numpy(), values.is_null().to_numpy()
