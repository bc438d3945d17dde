"""How fast the drift report is, how often it cries wolf, and what it finds.

Reports on pairs of made-up snapshots with the features of gold_master: pairs without any drift
(false alarms), with one known shift each (power), with a season (quiet against the season), and
with provinces' values that all move by a rounding error (quiet).

    python benchmarks/drift.py            # about a minute and a half on two cores
    python benchmarks/drift.py --pairs 50
"""

import argparse
import json
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import date
from functools import partial
from multiprocessing import get_context

import numpy as np
import polars as pl

from spanishgas_assets.gold.tables import GOLD_MASTER, TIERS, features
from spanishgas_assets.monitoring.alarms import alarms
from spanishgas_assets.monitoring.drift import PREDICTIONS, Reference, drift
from spanishgas_assets.monitoring.tables import SEASON, TRAINING

CUSTOMERS = 20_099
FEATURES = 64
SHIFTED_REPORTS, QUIET_REPORTS = 40, 40
NAMES = [name for tier in TIERS for name in features(tier)][:FEATURES]

#: Shares of missing values that the published data have.
MISSING = {
    "gas_price_trend_12m": 0.82,
    "last_interaction_days_ago": 0.68,
    "sentiment_label": 0.68,
    "customer_intent": 0.68,
    "months_since_last_change": 0.30,
}

Change = Callable[[pl.Series, np.random.Generator], pl.Series]


def snapshot(seed: int, customers: int = CUSTOMERS, season: float = 0.0) -> pl.DataFrame:
    """Draw customers: skewed amounts that share one factor, rare flags, uneven categories.

    ``season`` moves the amounts, in standard deviations of their logarithm.
    """
    random = np.random.default_rng(seed)
    size = random.normal(size=customers)
    columns: dict[str, pl.Series] = {}
    for place, name in enumerate(NAMES):
        column = GOLD_MASTER.columns[name]
        if column.dtype == "Boolean":
            values = pl.Series(random.random(customers) < 0.02 + 0.4 * (place % 5) / 5)
        elif column.dtype == "String":
            levels = 3 + place % 12
            weights = 1 / np.arange(1, levels + 1)
            drawn = random.choice(levels, customers, p=weights / weights.sum())
            values = pl.Series(drawn).cast(pl.String)
        elif column.dtype == "Int64":
            values = pl.Series(random.poisson(3, customers))
        else:
            own = random.normal(size=customers)
            values = pl.Series(np.exp(0.5 * size + 0.8 * own + season * (place % 2)))
        lost = random.random(customers) < MISSING.get(name, 0.0)
        columns[name] = pl.select(pl.when(pl.lit(pl.Series(~lost))).then(values)).to_series()
    columns[PREDICTIONS] = pl.Series(random.beta(0.4, 3.6, customers))
    return pl.DataFrame(columns)


def report(reference: pl.DataFrame, current: pl.DataFrame, name: str = TRAINING) -> pl.DataFrame:
    """Compare two snapshots in all features and the score."""
    weights = dict.fromkeys([*NAMES, PREDICTIONS], 1 / FEATURES)
    return drift(Reference(name, date(2025, 1, 6), reference), current, weights)


def false_alarm(pair: int, customers: int = CUSTOMERS) -> tuple[bool, bool]:
    """Say whether a pair without drift raises an alarm, by our rule and by the old one."""
    found = report(snapshot(2 * pair, customers), snapshot(2 * pair + 1, customers))
    return bool(found["drifted"].any()), bool(found["old_rule_drifted"].any())


@dataclass(frozen=True)
class Shift:
    """A known change of one feature, and how large it is, in words."""

    feature: str
    says: str
    change: Change


def _first(kind: str) -> str:
    whole = [name for name in NAMES if name not in MISSING]
    return next(name for name in whole if GOLD_MASTER.columns[name].dtype == kind)


def _moved(values: pl.Series, _: np.random.Generator) -> pl.Series:
    logarithm = np.log(values.to_numpy())
    return pl.Series(np.exp(logarithm + 0.35 * logarithm.std()))


def _scaled(values: pl.Series, _: np.random.Generator) -> pl.Series:
    logarithm = np.log(values.to_numpy())
    return pl.Series(np.exp((logarithm - logarithm.mean()) * 1.6 + logarithm.mean()))


def _unit(values: pl.Series, random: np.random.Generator) -> pl.Series:
    wrong = pl.Series(random.random(len(values)) < 0.15)
    return pl.select(pl.when(pl.lit(wrong)).then(values * 1000).otherwise(values)).to_series()


def _lost(values: pl.Series, random: np.random.Generator) -> pl.Series:
    kept = pl.Series(random.random(len(values)) >= 0.10)
    return pl.select(pl.when(pl.lit(kept)).then(values)).to_series()


def _recoded(values: pl.Series, random: np.random.Generator) -> pl.Series:
    new = pl.Series(random.random(len(values)) < 0.05)
    return pl.select(pl.when(pl.lit(new)).then(pl.lit("new")).otherwise(values)).to_series()


def _flipped(values: pl.Series, random: np.random.Generator) -> pl.Series:
    return values | pl.Series(random.random(len(values)) < 0.15)


def _riskier(values: pl.Series, _: np.random.Generator) -> pl.Series:
    return values**0.7


SHIFTS = [
    Shift(_first("Float64"), "amounts up by 0.35 standard deviations", _moved),
    Shift(_first("Float64"), "amounts 1.6 times as spread", _scaled),
    Shift(_first("Float64"), "15% of the amounts in another unit (x 1000)", _unit),
    Shift(_first("Float64"), "10% of the amounts lost", _lost),
    Shift(_first("String"), "5% of the categories replaced by a new one", _recoded),
    Shift(_first("Boolean"), "a flag set for 15% more customers", _flipped),
    Shift(PREDICTIONS, "scores raised to the power of 0.7", _riskier),
]


def finds(seed: int) -> list[bool]:
    """Say of each shift whether the report finds it, and nothing else, in a pair of snapshots."""
    before, after = snapshot(10_000_000 + 2 * seed), snapshot(10_000_001 + 2 * seed)
    found = []
    for shift in SHIFTS:
        changed = shift.change(after[shift.feature], np.random.default_rng(seed))
        rows = report(before, after.with_columns(changed.alias(shift.feature)))
        found.append(rows.filter("drifted")["feature"].to_list() == [shift.feature])
    return found


def seasonal(seed: int) -> tuple[bool, bool]:
    """A summer against winter's training data: whether it drifted, and whether it alarms."""
    base = 20_000_000 + 3 * seed
    summer = snapshot(base, season=0.6)
    found = pl.concat(
        [
            report(snapshot(base + 1), summer),
            report(snapshot(base + 2, season=0.6), summer, SEASON),
        ]
    )
    drifted = found.filter(pl.col("reference") == TRAINING)["drifted"].any()
    return bool(drifted), alarms(found).height > 0


def rounded(seed: int) -> bool:
    """Values of 52 provinces that differ by a rounding error: whether they drifted."""
    before, after = snapshot(30_000_000 + 2 * seed), snapshot(30_000_001 + 2 * seed)
    amount = _first("Float64")
    random = np.random.default_rng(seed)
    provinces, lives_in = random.normal(size=52), random.integers(0, 52, CUSTOMERS)
    found = report(
        before.with_columns(pl.Series(amount, provinces[lives_in])),
        after.with_columns(pl.Series(amount, provinces[lives_in] * (1 + 1e-14))),
    )
    return bool(found["drifted"].any())


def seconds() -> float:
    """Best of five reports at full scale."""
    before, after = snapshot(1), snapshot(2)
    taken = []
    for _ in range(5):
        started = time.perf_counter()
        report(before, after)
        taken.append(time.perf_counter() - started)
    return min(taken)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pairs", type=int, default=1000)
    parser.add_argument("--processes", type=int, default=2)
    options = parser.parse_args()

    report_s = seconds()
    print(f"one report, {FEATURES} features and scores, {CUSTOMERS:,} customers: {report_s:.2f} s")
    # A forked worker would wait for ever for the threads that Polars left behind.
    started_afresh = get_context("spawn")
    with ProcessPoolExecutor(options.processes, mp_context=started_afresh) as pool:
        rates: dict[int, list[float]] = {}
        for customers in (CUSTOMERS, 1000):
            pairs = list(
                pool.map(
                    partial(false_alarm, customers=customers), range(options.pairs), chunksize=10
                )
            )
            rates[customers] = np.mean(pairs, axis=0).tolist()
            ours, old = rates[customers]
            print(
                f"{options.pairs:,} pairs without drift, {customers:,} customers: reports with a "
                f"false alarm {ours:.1%}, by the old rule {old:.1%}"
            )
        found = np.mean(list(pool.map(finds, range(SHIFTED_REPORTS))), axis=0).tolist()
        for shift, share in zip(SHIFTS, found, strict=True):
            print(f"found, and nothing else: {share:6.1%}  {shift.says}")
        drifted, alarmed = np.mean(list(pool.map(seasonal, range(QUIET_REPORTS))), axis=0)
        alarmed_by_rounding = np.mean(list(pool.map(rounded, range(QUIET_REPORTS))))
    print(
        f"a season alone: drifted from the training data in {drifted:.0%} of the reports, "
        f"alarms in {alarmed:.0%}"
    )
    print(f"52 provinces off by a rounding error: alarms in {alarmed_by_rounding:.0%}")
    print(
        json.dumps(
            {
                "report_s": round(report_s, 3),
                "false_alarm_rate": rates[CUSTOMERS][0],
                "power": min(found),
                "old_rule_false_alarm_rate": rates[CUSTOMERS][1],
                "false_alarm_rate_1000_customers": rates[1000][0],
                "seasonal_false_alarm_rate": float(alarmed),
            }
        )
    )


if __name__ == "__main__":
    main()
