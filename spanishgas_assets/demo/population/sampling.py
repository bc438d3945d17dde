"""Drawing customers so that shares come out as stated, whatever the number of customers.

Plain random draws move a 10% share of 5,000 customers by half a point from seed to seed. Here a
draw is *even*: uniforms that fill (0, 1) without gaps, also inside a group, so that a seed decides
who gets a value and hardly how many do. No distribution of the retailer is defined here.
"""

import copy
from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri
from scipy.stats import qmc

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

PUBLISHED_CUSTOMERS = 20_099

# Irrational steps: successive multiples of one fill (0, 1) evenly over any run of customers, and
# two different ones fill the square evenly, so draws with different steps do not depend on each
# other.
GOLDEN_STEP = (5**0.5 - 1) / 2
SILVER_STEP = 2**0.5 - 1


class Traits:
    """One even uniform per customer and named trait, jointly even (scrambled Sobol points)."""

    def __init__(self, names: Sequence[str], customers: int, rng: np.random.Generator) -> None:
        points = qmc.Sobol(len(names), scramble=True, rng=rng)
        power = max(1, int(np.ceil(np.log2(customers))))
        drawn = points.random_base2(power)[:customers]
        self._columns = {name: drawn[:, k] for k, name in enumerate(names)}

    def uniform(self, name: str, within: npt.NDArray[np.int64] | None = None) -> Floats:
        """The trait as uniforms whose ranks are evenly spaced, in each group of `within`."""
        return stratified(self._columns[name], within)

    def take(self, rows: Ints) -> Self:
        """The traits of these customers, in this order; a customer may come more than once."""
        others = copy.copy(self)
        others._columns = {name: column[rows] for name, column in self._columns.items()}
        return others


@dataclass(frozen=True)
class PerCustomer:
    """A record of arrays (or of such records) whose first axis is the customers."""

    def take(self, rows: Ints) -> Self:
        """These customers, in this order; a customer may come more than once."""
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        return type(self)(
            **{
                name: part.take(rows) if isinstance(part, PerCustomer) else part[rows]
                for name, part in parts.items()
            }
        )

    def concat(self, others: Self) -> Self:
        """These customers, then the others."""
        both = {
            part.name: (getattr(self, part.name), getattr(others, part.name))
            for part in fields(self)
        }
        return type(self)(
            **{
                name: mine.concat(theirs)
                if isinstance(mine, PerCustomer)
                else np.concatenate([mine, theirs])
                for name, (mine, theirs) in both.items()
            }
        )


def stratified(uniforms: Floats, within: npt.NDArray[np.int64] | None = None) -> Floats:
    """Replace values by (rank + 1/2) / n, in each group of `within` (default: one group)."""
    groups = np.zeros(len(uniforms), dtype=np.int64) if within is None else within
    order = np.lexsort((uniforms, groups))
    ordered = groups[order]
    first = np.searchsorted(ordered, ordered, side="left")
    size = np.searchsorted(ordered, ordered, side="right") - first
    result = np.empty(len(uniforms))
    result[order] = (np.arange(len(uniforms)) - first + 0.5) / size
    return result


def normal_scores(uniforms: Floats) -> Floats:
    """Standard normal values with these ranks."""
    return np.asarray(ndtri(uniforms), dtype=np.float64)


def pick(uniforms: Floats, weights: Floats) -> Ints:
    """Index of the category each uniform falls in.

    `weights`: one row of weights for all, or one row per customer; rows need not sum to one.
    """
    table = np.atleast_2d(np.asarray(weights, dtype=np.float64))
    edges = np.cumsum(table, axis=1)
    edges /= edges[:, -1:]
    chosen = (uniforms[:, None] >= edges[:, :-1]).sum(axis=1)
    return np.asarray(chosen, dtype=np.int64)


def systematic(probabilities: Floats, order: Ints, start: float) -> Flags:
    """Choose customers at even steps along the summed probabilities, in the given order.

    Any run of neighbours in `order` gets its expected number to within one, and the total is
    exact when the probabilities sum to a whole number. `start` in [0, 1) is the only chance.
    """
    reached = np.floor(np.cumsum(probabilities[order]) + start + 1e-9)
    before = np.concatenate([[np.floor(start + 1e-9)], reached[:-1]])
    chosen = np.zeros(len(probabilities), dtype=bool)
    chosen[order] = reached > before
    return chosen


def along(order: Ints, start: float, step: float) -> Floats:
    """Uniforms that advance by an irrational step along `order`: even over every run of it."""
    uniforms = np.empty(len(order))
    uniforms[order] = (start + step * np.arange(len(order))) % 1.0
    return uniforms


def serpentine_order(keys: Sequence[npt.NDArray[np.generic]], value: Floats) -> Ints:
    """Order by the keys, and by `value` inside each cell: up in one cell, down in the next.

    Neighbours across a cell border then have similar values, which keeps a systematic draw even.
    """
    cells = np.unique(
        np.stack([np.asarray(k, dtype=np.int64) for k in keys], axis=1), axis=0, return_inverse=True
    )[1].reshape(-1)
    signed = np.where(cells % 2 == 0, value, -value)
    return np.asarray(np.lexsort((signed, cells)), dtype=np.int64)


def scaled(count: int, customers: int) -> int:
    """A count published for 20,099 customers, for another number of them; never none."""
    return max(1, round(count * customers / PUBLISHED_CUSTOMERS))
