"""How fast do hourly readings become customer-months, and how much memory does it take?

Every method runs in a child process of its own, interleaved with the others: bare decoding of the
four columns, our asset's transform, DuckDB on the same file, and a method of the old kind that
takes batches into pandas. DuckDB and ours make the same table; their sums are compared. The last
line is one JSON object. ``ROWS=small`` runs a fiftieth.

    python benchmarks/consumption.py [--data data/bench] [--repeats 3]
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

FULL_CUSTOMERS = 20_099
SMALL_CUSTOMERS = FULL_CUSTOMERS // 50
GROWTH = 8
LEAST_CUSTOMERS = 100
PANDAS_BATCH_ROWS = 2_000_000
YEAR = (date(2024, 1, 1), date(2025, 1, 1))
MONTH = (date(2024, 3, 1), date(2024, 4, 1))
MONTH_KEYS = [f"2024-{number:02d}-01" for number in range(1, 13)]
GAS_KWH_PER_M3 = 11.0
BANDS = {
    "elec_peak_kwh": ("h10", "core", "h18"),
    "elec_standard_kwh": ("side", "h09", "h14", "h22"),
    "elec_offpeak_kwh": ("valley", "holiday"),
}
COMPARED = ("elec_kwh", *BANDS, "gas_m3", "elec_negative_kwh", "gas_negative_m3")


def decode(raw: Path, _: Path) -> None:
    """Read the four columns and add them up."""
    import polars as pl

    pl.scan_parquet(_readings(raw)).select(
        pl.col("customer_id").null_count(),
        pl.col("timestamp").max(),
        pl.col("consumption_elec_kwh").sum(),
        pl.col("consumption_gas_m3").sum(),
    ).collect(engine="streaming")


def ours(raw: Path, result: Path) -> None:
    """The asset's transform over the year; bands are added for the comparison, as silver does."""
    import polars as pl

    rows = _transform(raw, MONTH_KEYS, *YEAR)
    rows.with_columns(
        pl.sum_horizontal(f"elec_{block}_kwh" for block in blocks).alias(band)
        for band, blocks in BANDS.items()
    ).write_parquet(result)


def month(raw: Path, _: Path) -> None:
    """The asset's transform over one month of the same file."""
    _transform(raw, [MONTH_KEYS[2]], *MONTH)


def _transform(raw: Path, keys: list[str], start: date, end: date) -> Any:
    from spanishgas_assets.bronze.consumption_month import consumption_months
    from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
    from spanishgas_assets.raw.finding import find_drop
    from spanishgas_assets.raw.meter_readings import scan_readings

    files = scan_readings(find_drop(str(raw), CONSUMPTION_HOURLY), keys)
    return consumption_months(files, start, end, GAS_KWH_PER_M3).rows.sort("customer_id", "month")


def duckdb(raw: Path, result: Path) -> None:
    """The same table by DuckDB: join a calendar, add up by block of hours, then by month."""
    import duckdb as db

    from spanishgas_assets.tariffs.calendar import calendar
    from spanishgas_assets.tariffs.periods import BLOCKS

    hours = calendar(*YEAR).to_arrow()  # noqa: F841  # DuckDB finds it by name
    blocks = ", ".join(
        f"sum(elec) filter (block = '{block}') as elec_{block}_kwh" for block in BLOCKS
    )
    db.execute(
        f"""
        copy (
            with slots as (
                select customer_id, month, block, count(*) as hours_seen,
                    sum(greatest(consumption_elec_kwh, 0)) as elec,
                    sum(greatest(consumption_gas_m3, 0)) as gas,
                    sum(least(consumption_elec_kwh, 0)) as elec_negative,
                    sum(least(consumption_gas_m3, 0)) as gas_negative,
                    sum((consumption_elec_kwh < 0)::int) as elec_negative_hours,
                    sum((consumption_gas_m3 < 0)::int) as gas_negative_hours
                from {_duckdb_source(raw)} join hours using (timestamp)
                group by customer_id, month, block
            )
            select customer_id, month, sum(elec) as elec_kwh,
                coalesce(sum(elec) filter (block in ('h10', 'core', 'h18')), 0) as elec_peak_kwh,
                coalesce(sum(elec) filter (block in ('side', 'h09', 'h14', 'h22')), 0)
                    as elec_standard_kwh,
                coalesce(sum(elec) filter (block in ('valley', 'holiday')), 0)
                    as elec_offpeak_kwh,
                {blocks}, sum(gas) as gas_m3, sum(hours_seen) as hours_seen,
                sum(elec_negative) as elec_negative_kwh, sum(gas_negative) as gas_negative_m3,
                sum(elec_negative_hours) as elec_negative_hours,
                sum(gas_negative_hours) as gas_negative_hours
            from slots group by customer_id, month order by customer_id, month
        ) to '{result}' (format parquet)
        """
    )


def duckdb_reads_csv(raw: Path, _: Path) -> None:
    """DuckDB reads the CSV of the year and adds the columns up."""
    import duckdb as db

    db.execute(
        f"select count(customer_id), max(timestamp), sum(consumption_elec_kwh), "
        f"sum(consumption_gas_m3) from {_duckdb_source(raw)}"
    ).fetchall()


def pandas(raw: Path, _: Path) -> None:
    """Batches into pandas, sums of each batch, then the sums of the sums: the old way."""
    import pandas as pd
    import pyarrow.parquet as pq

    holidays = [101, 106, 501, 815, 1012, 1101, 1206, 1208, 1225]
    partial = []
    for batch in pq.ParquetFile(_readings(raw)).iter_batches(PANDAS_BATCH_ROWS):
        frame = batch.to_pandas()
        when = frame["timestamp"].dt
        working = (when.dayofweek < 5) & ~(when.month * 100 + when.day).isin(holidays)
        peak = working & (when.hour.between(10, 13) | when.hour.between(18, 21))
        standard = working & ~peak & (when.hour >= 8)
        for fuel in ("elec_kwh", "gas_m3"):
            value = frame[f"consumption_{fuel}"]
            frame[f"{fuel}_negative"] = value.clip(upper=0)
            frame[f"{fuel}_hours"] = value < 0
            frame[fuel] = value.clip(lower=0)
        frame["peak"] = frame["elec_kwh"].where(peak, 0.0)
        frame["standard"] = frame["elec_kwh"].where(standard, 0.0)
        frame["month"] = when.strftime("%Y-%m")
        frame = frame.drop(columns=["timestamp", "consumption_elec_kwh", "consumption_gas_m3"])
        partial.append(frame.groupby(["customer_id", "month"]).sum())
    pd.concat(partial).groupby(level=[0, 1]).sum()


METHODS: dict[str, Callable[[Path, Path], None]] = {
    "decode": decode,
    "ours": ours,
    "duckdb": duckdb,
    "month": month,
    "pandas": pandas,
    "duckdb_reads_csv": duckdb_reads_csv,
}


def _readings(raw: Path) -> Path:
    return next(raw.glob("consumption_hourly_2024.*"))


def _duckdb_source(raw: Path) -> str:
    path = _readings(raw)
    return f"read_{path.suffix[1:]}('{path}')"


def child(method: str, raw: Path, result: Path) -> None:
    """Run one method and print its time, CPU and peak memory."""
    import duckdb  # noqa: F401  # imports are no part of the time
    import polars  # noqa: F401

    import spanishgas_assets.bronze.consumption_month  # noqa: F401

    wall, cpu = time.perf_counter(), time.process_time()
    METHODS[method](raw, result)
    print(
        json.dumps(
            {
                "wall_s": time.perf_counter() - wall,
                "cpu_s": time.process_time() - cpu,
                "peak_mb": _peak_mb(),
            }
        )
    )


def _peak_mb() -> float:
    """Peak memory of this process; ru_maxrss would count the parent's before the exec."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def measure(method: str, raw: Path, result: Path) -> dict[str, float]:
    """Run one method in a process of its own."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", method, "--data", str(raw), "--result", str(result)],
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def rounds(
    methods: list[str], raw: Path, result: Path, repeats: int
) -> dict[str, dict[str, float]]:
    """Measure methods in turn, several times over; medians."""
    seen: dict[str, list[dict[str, float]]] = {method: [] for method in methods}
    for _ in range(repeats):
        for method in methods:
            seen[method].append(measure(method, raw, result.with_name(f"{method}.parquet")))
    return {
        method: {name: median(run[name] for run in runs) for name in runs[0]}
        for method, runs in seen.items()
    }


def retailer(data: Path, customers: int, form: str = "parquet") -> Path:
    """A made-up retailer's raw folder, made once."""
    raw = data / f"{customers}-{form}"
    if not raw.is_dir():
        from spanishgas_assets.demo import write_demo_retailer

        write_demo_retailer(raw, customers=customers, seed=7, consumption=form)  # type: ignore[arg-type]
    return raw


def rounded(raw: Path) -> Path:
    """The same readings with three decimals."""
    import polars as pl

    numbers = pl.col("consumption_elec_kwh", "consumption_gas_m3")
    return _rewritten(raw, "rounded", numbers.round(3), "snappy")


def packed_tighter(raw: Path) -> Path:
    """The same readings in a smaller file, which takes longer to unpack."""
    import polars as pl

    return _rewritten(raw, "zstd", pl.all(), "zstd")


def _rewritten(raw: Path, name: str, columns: Any, compression: Any) -> Path:
    import polars as pl

    folder = raw.with_name(f"{raw.name}-{name}")
    if not folder.is_dir():
        folder.mkdir()
        pl.scan_parquet(_readings(raw)).with_columns(columns).sink_parquet(
            folder / _readings(raw).name, compression=compression, row_group_size=1_000_000
        )
    return folder


def largest_difference(data: Path) -> float:
    """Largest relative difference between our sums and DuckDB's."""
    import polars as pl

    mine, theirs = (
        pl.read_parquet(data / f"{name}.parquet").sort("customer_id", "month")
        for name in ("ours", "duckdb")
    )
    assert mine.select("customer_id", "month").equals(theirs.select("customer_id", "month"))
    worst = [
        (((mine[name] - theirs[name]).abs()) / theirs[name].abs().clip(1e-9)).max()
        for name in COMPARED
    ]
    return max(float(value) for value in worst)  # type: ignore[arg-type]


def table(title: str, runs: dict[str, dict[str, float]]) -> None:
    """Print measurements and their ratios to decoding."""
    print(f"\n{title}")
    print(f"{'method':<18}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}{'CPU / decode':>14}")
    base = runs.get("decode", {}).get("cpu_s")
    for method, run in runs.items():
        ratio = f"{run['cpu_s'] / base:.2f}" if base else ""
        print(
            f"{method:<18}{run['wall_s']:>9.2f}{run['cpu_s']:>9.2f}{run['peak_mb']:>9.0f}{ratio:>14}"
        )


def main() -> None:
    """Make or reuse the files, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=Path("data/bench"))
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--child", choices=METHODS, help=argparse.SUPPRESS)
    parser.add_argument("--result", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child, options.data, options.result)
        return
    customers = SMALL_CUSTOMERS if os.environ.get("ROWS") == "small" else FULL_CUSTOMERS
    raw = retailer(options.data, customers)
    part = max(LEAST_CUSTOMERS, customers // GROWTH)
    eighth = retailer(options.data, part)
    csv = retailer(options.data, part, "csv")
    result = options.data / "result.parquet"

    year = rounds(["decode", "ours", "duckdb", "month"], raw, result, options.repeats)
    off = largest_difference(options.data)
    year["pandas"] = measure("pandas", raw, result)
    table(f"A year of {customers:,} customers, {customers * 8784:,} readings", year)
    print(f"largest relative difference between our sums and DuckDB's: {off:.1e}")
    plain = rounds(["decode", "ours", "duckdb"], rounded(raw), result, options.repeats)
    table("The same, values rounded to three decimals", plain)
    tight = rounds(["decode", "ours", "month"], packed_tighter(raw), result, options.repeats)
    table("The same, values whole, packed with zstd", tight)
    small = rounds(["decode", "ours"], eighth, result, options.repeats)
    table(f"{part:,} customers", small)
    text = rounds(["duckdb_reads_csv", "ours"], csv, result, options.repeats)
    table(f"{part:,} customers, as CSV", text)
    figures = {
        "wall_vs_duckdb": year["ours"]["wall_s"] / year["duckdb"]["wall_s"],
        "wall_vs_pandas": year["pandas"]["wall_s"] / year["ours"]["wall_s"],
        "cpu_vs_decode": year["ours"]["cpu_s"] / year["decode"]["cpu_s"],
        "peak_mb": year["ours"]["peak_mb"],
        "month_vs_year": year["month"]["wall_s"] / year["ours"]["wall_s"],
        "time_growth_8x": year["ours"]["wall_s"] / small["ours"]["wall_s"],
        "memory_growth_8x": year["ours"]["peak_mb"] / small["ours"]["peak_mb"],
        "wall_vs_duckdb_rounded": plain["ours"]["wall_s"] / plain["duckdb"]["wall_s"],
        "cpu_vs_decode_rounded": plain["ours"]["cpu_s"] / plain["decode"]["cpu_s"],
        "month_vs_year_zstd": tight["month"]["wall_s"] / tight["ours"]["wall_s"],
        "csv_vs_duckdb": text["ours"]["wall_s"] / text["duckdb_reads_csv"]["wall_s"],
        "csv_peak_mb": text["ours"]["peak_mb"],
        "largest_relative_difference": off,
    }
    print()
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
