"""Silver and gold of a snapshot at full scale, and imputation against the per-customer pandas way.

Each measurement runs in a process of its own, in turn, on made-up bronze tables in a temporary
store: one month a file, as the platform keeps them, with the source's share of missing prices.
All imputations fill the same prices; the values are compared. Times are the best of three rounds,
by the wall, as in the other benchmarks; ``*_cpu`` are of processor time, all threads together,
which other work on the machine hardly moves. The last line is one JSON object: ``silver_gold_s``,
``imputation_vs_pandas``, ``peak_mb`` and ``time_growth_8x``, then what lies behind them and the
time of the leakage check's second snapshot.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from spanishgas_assets.bronze import tables as bronze
from spanishgas_assets.gold.checks import stored_bronze
from spanishgas_assets.gold.leakage_check import with_false_future
from spanishgas_assets.gold.snapshot import snapshot
from spanishgas_assets.silver.prices import RATES, impute_prices
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import table_key, write_table
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tariffs.periods import BLOCKS
from spanishgas_assets.text.vocabulary import INTENTS, SENTIMENTS

AS_OF = date(2025, 1, 6)
FULL_SCALE = 20_099
GROWTH = 8
ROUNDS = 3

_INTENTS = np.array(INTENTS)
_SENTIMENTS = np.array(SENTIMENTS)
_CHANNELS = np.array(["presencial_comercial", "comparador", "oficina", "desconocido"])
_MISSING_PRICES = 0.003


def make_bronze(store: Store, customers: int) -> None:
    """Write the bronze tables of made-up customers: a fifth has gas, a third has a note."""
    rng = np.random.default_rng(7)
    ids = np.array([f"C{number:06d}" for number in range(customers)])
    days = np.datetime64(AS_OF)
    own: dict[str, Any] = {
        "customer_id": ids,
        "churn": (rng.random(customers) < 0.1).astype(np.int64),
        "contracted_power_kw": rng.uniform(2.3, 60, customers),
        "is_industrial": rng.random(customers) < 0.1,
        "is_second_residence": rng.random(customers) < 0.02,
        "province_code": rng.integers(1, 53, customers),
        "is_high_competition_province": rng.random(customers) < 0.3,
        "is_urban": rng.random(customers) < 0.7,
        "sales_channel": rng.choice(_CHANNELS, customers),
        "customer_first_activation_date": days - rng.integers(1, 5000, customers),
        "contract_start_date": days - rng.integers(1, 365, customers),
        "last_product_change_date": days - rng.integers(1, 365, customers),
        "next_renewal_date": days + rng.integers(-30, 365, customers),
    }
    _write(store, bronze.CUSTOMER, AS_OF.isoformat(), own)
    notes = customers // 3
    _write(
        store,
        bronze.INTERACTIONS,
        AS_OF.isoformat(),
        {
            "record": np.arange(1, notes + 1),
            "customer_id": rng.choice(ids, notes),
            "interaction_date": days - rng.integers(1, 400, notes),
            "customer_intent": rng.choice(_INTENTS, notes),
            "sentiment_label": rng.choice(_SENTIMENTS, notes),
            "sentiment_negative": rng.random(notes),
            "sentiment_neutral": rng.random(notes),
            "sentiment_positive": rng.random(notes),
        },
    )
    level = rng.lognormal(5, 1.5, customers)
    gas = np.where(rng.random(customers) < 0.18, rng.lognormal(4, 1, customers), 0.0)
    for number, key in enumerate(trailing_year_keys(AS_OF)):
        month = np.full(customers, np.datetime64(key))
        bands = level * rng.uniform(0.2, 0.4, (3, customers)) * (rng.random(customers) > 0.023)
        volume = gas * rng.uniform(0, 2, customers) * (rng.random(customers) > 0.25)
        prices: dict[str, Any] = {
            "elec_price_peak_eur_kwh": rng.uniform(0.15, 0.25, customers) + number / 500,
            "elec_price_standard_eur_kwh": rng.uniform(0.12, 0.18, customers),
            "elec_price_offpeak_eur_kwh": rng.uniform(0.08, 0.12, customers),
            "elec_fixed_fee_eur_month": rng.uniform(5, 15, customers),
            "elec_fixed_cost_eur_month": rng.uniform(3, 9, customers),
            "gas_price_eur_m3": rng.uniform(0.7, 0.9, customers),
            "gas_fixed_revenue_eur_year": rng.uniform(50, 70, customers),
            "gas_fixed_cost_eur_year": rng.uniform(20, 40, customers),
        }
        missing = rng.random(customers) < _MISSING_PRICES
        _write(
            store,
            bronze.CUSTOMER_MONTH,
            key,
            {
                "customer_id": ids,
                "month": month,
                "elec_kwh": bands.sum(axis=0),
                "elec_weekend_kwh": bands.sum(axis=0) * 0.28,
                **{f"elec_{block}_kwh": bands.sum(axis=0) / len(BLOCKS) for block in BLOCKS},
                "gas_m3": volume,
                "gas_kwh": volume * 11,
                "pricing_date": month + 2,
                **{name: np.where(missing, np.nan, values) for name, values in prices.items()},
            },
        )
        _write(
            store,
            bronze.COST_MONTH,
            key,
            {
                "province_code": np.arange(1, 53),
                "month": np.full(52, np.datetime64(key)),
                "elec_energy_cost_eur_kwh": rng.uniform(0.06, 0.09, 52),
                "gas_energy_cost_eur_m3": rng.uniform(0.6, 0.8, 52),
                "elec_toll_eur_kwh": rng.uniform(0.02, 0.03, 52),
            },
        )


def _write(store: Store, table: Table, partition: str, values: dict[str, Any]) -> None:
    """Store some columns of a table; the others are null, and so is a number that is not one."""
    given = pl.DataFrame(values).with_columns(pl.selectors.float().fill_nan(None))
    schema = table.empty().schema
    frame = given.select(
        (pl.col(name) if name in values else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in schema.items()
    )
    write_table(store, table_key(table.layer, table.name, partition), frame)


def best(work: Any, rounds: int = ROUNDS) -> dict[str, float]:
    """Seconds of the fastest of some rounds: by the wall, and of the processor."""
    walls, processors = [], []
    for _ in range(rounds):
        wall, processor = time.perf_counter(), time.process_time()
        work()
        walls.append(time.perf_counter() - wall)
        processors.append(time.process_time() - processor)
    return {"seconds": min(walls), "cpu_seconds": min(processors)}


def measure_snapshot(root: str) -> dict[str, float]:
    """Silver and gold from stored bronze tables: seconds, and the highest memory of the process."""
    tables = stored_bronze(open_store(root), AS_OF)
    return best(lambda: snapshot(tables, AS_OF)) | {"peak_mb": _peak_mb()}


def measure_audit(root: str) -> dict[str, float]:
    """The second snapshot, beside a false future, that the leakage check makes."""
    tables = with_false_future(stored_bronze(open_store(root), AS_OF), AS_OF)
    return best(lambda: snapshot(tables, AS_OF)) | {"peak_mb": _peak_mb()}


def measure_imputation(root: str) -> dict[str, float]:
    """Our imputation and two per-customer pandas ones on the same months, and that they agree."""
    tables = stored_bronze(open_store(root), AS_OF)
    customer = snapshot(tables, AS_OF).customer
    window = tables.months.collect().rechunk()

    def ours() -> pl.DataFrame:
        return impute_prices(window.lazy(), customer.lazy()).collect()

    figures = best(ours)
    taken = {}
    for name, way in (("pandas", per_customer), ("lean_pandas", per_customer_at_once)):
        theirs: list[pl.DataFrame] = []
        taken[name] = best(
            lambda way=way, theirs=theirs: theirs.append(pandas_imputation(window, customer, way)),
            rounds=1,
        )
        _refuse_difference(ours(), theirs[0])
    return figures | {
        f"{name}_{kind}": seconds for name in taken for kind, seconds in taken[name].items()
    }


def pandas_imputation(
    window: pl.DataFrame, customer: pl.DataFrame, own_prices: Callable[[Any, list[str]], Any]
) -> pl.DataFrame:
    """The three levels in pandas: months with their filled rates."""
    import pandas as pd

    segment = dict(customer.select("customer_id", "segment").iter_rows())
    frame = pd.DataFrame(window.to_dict(as_series=False))
    frame["segment"] = frame["customer_id"].map(segment)
    for fee in ("gas_fixed_revenue", "gas_fixed_cost"):
        frame[f"{fee}_eur_month"] = frame[f"{fee}_eur_year"] / 12
    columns = [rate.column for rate in RATES]
    frame = frame.sort_values(["customer_id", "month"])
    applies = {
        "_used_elec": frame["elec_kwh"] > 0,
        "_used_gas": frame["gas_m3"] > 0,
    }
    has_gas = applies["_used_gas"].groupby(frame["customer_id"]).transform("any")
    own = own_prices(frame, columns)
    result = frame[["customer_id", "month"]].copy()
    for rate in RATES:
        where = applies.get(rate.applies, has_gas)
        seen = frame[rate.column].where(where)
        by_segment = seen.groupby([frame["segment"], frame["month"]]).transform("median")
        by_month = seen.groupby(frame["month"]).transform("median")
        result[rate.column] = own[rate.column].fillna(by_segment).fillna(by_month).where(where)
    return pl.DataFrame(
        {name: result[name].to_numpy() for name in ("customer_id", *columns)}
        | {"month": result["month"].tolist()}
    ).with_columns(pl.col("customer_id").cast(pl.String))


def per_customer(frame: Any, columns: list[str]) -> Any:
    """Fill each column forward and backward, customer by customer: the usual way."""
    customers = frame.groupby("customer_id")
    return frame[[]].assign(
        **{name: customers[name].transform(lambda own: own.ffill().bfill()) for name in columns}
    )


def per_customer_at_once(frame: Any, columns: list[str]) -> Any:
    """Fill all columns of a customer together: the leanest that is still customer by customer."""
    customers = frame.groupby("customer_id", group_keys=False)
    return customers[columns].apply(lambda own: own.ffill().bfill())


def _refuse_difference(ours: pl.DataFrame, theirs: pl.DataFrame) -> None:
    key = ["customer_id", "month"]
    ordered, other = ours.sort(key), theirs.sort(key)
    for rate in RATES:
        mine = ordered[rate.column].to_numpy()
        if not np.allclose(mine, other[rate.column].to_numpy(), rtol=1e-12, equal_nan=True):
            sys.exit(f"{rate.column}: pandas and Polars fill it differently")


def _peak_mb() -> float:
    """Peak memory of this process; ru_maxrss would count the parent's before the exec."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


MEASURES = {
    "snapshot": measure_snapshot,
    "audit": measure_audit,
    "imputation": measure_imputation,
}


def measured(name: str, store: Path) -> dict[str, float]:
    """Run one measurement in a process of its own."""
    command = [sys.executable, __file__, "--measure", name, "--store", str(store)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(done.stderr)
    print(f"{name:<12}{done.stdout.strip()}", flush=True)
    figures: dict[str, float] = json.loads(done.stdout)
    return figures


def main() -> None:
    """Print every measurement, then the figures as one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=FULL_SCALE)
    parser.add_argument("--measure", choices=MEASURES, help="run one measurement on --store")
    parser.add_argument("--store", help="store with bronze tables")
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(MEASURES[options.measure](options.store)))
        return
    with tempfile.TemporaryDirectory(prefix="bench_features_") as folder:
        full, large = Path(folder) / "full", Path(folder) / "large"
        make_bronze(open_store(str(full)), options.customers)
        make_bronze(open_store(str(large)), GROWTH * options.customers)
        one = measured("snapshot", full)
        eight = measured("snapshot", large)
        audit = measured("audit", full)
        imputation = measured("imputation", full)
    figures = {
        "silver_gold_s": one["seconds"],
        "imputation_vs_pandas": imputation["pandas_seconds"] / imputation["seconds"],
        "peak_mb": one["peak_mb"],
        "time_growth_8x": eight["seconds"] / one["seconds"],
        "imputation_vs_pandas_cpu": imputation["pandas_cpu_seconds"] / imputation["cpu_seconds"],
        "imputation_vs_lean_pandas": imputation["lean_pandas_seconds"] / imputation["seconds"],
        "time_growth_8x_cpu": eight["cpu_seconds"] / one["cpu_seconds"],
        "customers": options.customers,
        "peak_8x_mb": eight["peak_mb"],
        "audit_s": audit["seconds"],
        "imputation_s": imputation["seconds"],
        "pandas_s": imputation["pandas_seconds"],
    }
    print(json.dumps({name: round(value, 3) for name, value in figures.items()}))


if __name__ == "__main__":
    main()
