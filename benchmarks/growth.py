"""How each stage of the platform grows with the number of customers, and what more would need.

Retailers of several sizes are made; each stage of a snapshot runs in a process of its own on what
the stages before left, so that its peak memory is its own. CPU seconds are those of the run alone,
without the start of Python (printed beside). Each stage is a part of the real jobs. A line through
the two largest sizes gives the tasks, time and money that larger retailers need. The last line is
one JSON object: per stage the CPU seconds and peaks at each size, and the exponent of its growth.
"""

import argparse
import json
import math
import os
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import dagster as dg

from spanishgas_assets.snapshot_dates import trailing_year_keys

FULL = 20_099
SNAPSHOT = "2025-01-06"
#: Retailers that the plan is made for.
PLANNED = (200_000, 2_000_000, 20_000_000)
#: A task of the plan (the most memory that Fargate gives 2 vCPU) and how far it is filled.
TASK_VCPU, TASK_GB, FILLED = 2, 16, 2 / 3
#: Memory of Fargate's larger tasks, GB: the most for 2, 4, 8 and 16 vCPU.
TASKS_GB = (16, 30, 60, 120)
#: Assumptions: seconds until a task runs (image, Python), and on-demand prices, see docs/scale.md.
START_S = 60
USD_VCPU_HOUR, USD_GB_HOUR, EUR_PER_USD = 0.04048, 0.004445, 0.92

_QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


def selection(*assets: str) -> dg.AssetSelection:
    """Assets by their names, ``layer/table``."""
    return dg.AssetSelection.assets(*(dg.AssetKey(name.split("/")) for name in assets))


#: Stages in the order of the graph; the first two are ``ingest_months``.
STAGES: dict[str, dg.AssetSelection] = {
    "one month": dg.AssetSelection.assets(),
    "year of months": dg.AssetSelection.assets(),
    "text": selection("bronze/interactions"),
    "silver + gold": (
        selection("bronze/customer", "bronze/tariff_month")
        | dg.AssetSelection.groups("silver", "gold")
    ),
    "train": selection("churn/training_set", "churn/churn_model", "churn/champion"),
    "score + decide": dg.AssetSelection.groups("retention"),
    "drift + publish": dg.AssetSelection.groups("monitoring", "publication"),
}


def child(stage: str) -> None:
    """Run one stage in this process and print what it took."""
    from spanishgas_assets.definitions import build_definitions
    from spanishgas_assets.operations.runs.instance import open_instance
    from spanishgas_assets.settings import Settings

    settings = Settings.from_environment()
    definitions = build_definitions(settings)
    graph = definitions.resolve_asset_graph()
    start = time.process_time()
    with open_instance(settings) as instance:
        wall, cpu = time.perf_counter(), time.process_time()
        if stage in {"one month", "year of months"}:
            months = trailing_year_keys(date.fromisoformat(SNAPSHOT))
            months = months[-1:] if stage == "one month" else months
            result = definitions.resolve_job_def("ingest_months").execute_in_process(
                run_config=_QUIET,
                instance=instance,
                tags={
                    "dagster/asset_partition_range_start": months[0],
                    "dagster/asset_partition_range_end": months[-1],
                },
            )
        else:
            result = definitions.resolve_job_def("train_snapshot").execute_in_process(
                run_config=_QUIET,
                instance=instance,
                partition_key=SNAPSHOT,
                asset_selection=sorted(
                    key
                    for key in STAGES[stage].resolve(graph)
                    if key in graph.materializable_asset_keys
                ),
            )
    if not result.success:
        raise RuntimeError(f"stage {stage} failed")
    print(
        json.dumps(
            {
                "wall_s": time.perf_counter() - wall,
                "cpu_s": time.process_time() - cpu,
                "start_cpu_s": start,
                "peak_mb": _peak_mb(),
            }
        )
    )


def _peak_mb() -> float:
    """Peak memory of this process; ru_maxrss would count the parent's before the exec."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) / 1024


def measure(stage: str, raw: Path, store: Path) -> dict[str, float]:
    """Run one stage in a process of its own."""
    environment = {
        **os.environ,
        "SPANISHGAS_RAW": str(raw),
        "SPANISHGAS_STORE": str(store),
        "SPANISHGAS_PR_AUC_FLOOR": "0.01",
        "DAGSTER_HOME": "",
    }
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.growth", "--child", stage],
        env=environment, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    return dict(json.loads(done.stdout.splitlines()[-1]))


def exponent(sizes: list[int], values: list[float]) -> float:
    """Return b of value = a * size ** b between the last two sizes: 1 is proportional."""
    return math.log(values[-1] / values[-2]) / math.log(sizes[-1] / sizes[-2])


def line(sizes: list[int], values: list[float]) -> tuple[float, float]:
    """Return what a stage takes anyway and per customer, from the two largest sizes."""
    slope = (values[-1] - values[-2]) / (sizes[-1] - sizes[-2])
    return max(0.0, values[-1] - slope * sizes[-1]), max(0.0, slope)


def print_plan(sizes: list[int], seen: dict[str, list[dict[str, float]]]) -> None:
    """Print, for each retailer of the plan, what each stage needs if it is cut by customer."""
    hour = EUR_PER_USD * (TASK_VCPU * USD_VCPU_HOUR + TASK_GB * USD_GB_HOUR)
    for customers in PLANNED:
        print(f"\n{customers:,} customers, tasks of {TASK_VCPU} vCPU and {TASK_GB} GB")
        print(f"{'stage':<18}{'tasks':>7}{'GB each':>9}{'minutes':>9}{'EUR':>8}")
        for stage, runs in seen.items():
            fixed_mb, mb = line(sizes, [run["peak_mb"] for run in runs])
            fixed_s, seconds = line(sizes, [run["cpu_s"] for run in runs])
            busy = runs[-1]["cpu_s"] / runs[-1]["wall_s"]
            tasks = max(1, math.ceil(mb * customers / (_usable_mb(TASK_GB) - fixed_mb)))
            each = customers / tasks
            minutes = (START_S + (fixed_s + seconds * each) / busy) / 60
            print(
                f"{stage:<18}{tasks:>7}{(fixed_mb + mb * each) / 1024:>9.1f}{minutes:>9.1f}"
                f"{tasks * minutes / 60 * hour:>8.3f}"
            )

    print("\nlargest retailer of one task, thousand customers")
    print(f"{'stage':<18}" + "".join(f"{f'{gb} GB':>9}" for gb in TASKS_GB))
    for stage, runs in seen.items():
        fixed_mb, mb = line(sizes, [run["peak_mb"] for run in runs])
        most = [(_usable_mb(gb) - fixed_mb) / mb / 1000 for gb in TASKS_GB]
        print(f"{stage:<18}" + "".join(f"{thousands:>9,.0f}" for thousands in most))


def _usable_mb(task_gb: int) -> float:
    return 1024 * task_gb * FILLED


def main() -> None:
    """Make each retailer, run its stages, print a table a size and the JSON last."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="0.125,0.5,1,2", help="multiples of 20,099 customers")
    parser.add_argument("--child", choices=STAGES, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child(options.child)
        return
    from spanishgas_assets.demo import write_demo_retailer

    sizes = [round(FULL * float(share)) for share in options.sizes.split(",")]
    seen: dict[str, list[dict[str, float]]] = {stage: [] for stage in STAGES}
    for customers in sizes:
        with tempfile.TemporaryDirectory() as folder:
            raw, store = Path(folder) / "raw", Path(folder) / "store"
            write_demo_retailer(raw, customers=customers, seed=7)
            print(f"\n{customers:,} customers", flush=True)
            print(f"{'stage':<18}{'wall s':>9}{'CPU s':>9}{'peak MB':>9}")
            for stage, runs in seen.items():
                runs.append(measure(stage, raw, store))
                run = runs[-1]
                print(
                    f"{stage:<18}{run['wall_s']:>9.1f}{run['cpu_s']:>9.1f}{run['peak_mb']:>9.0f}",
                    flush=True,
                )
            stored = sum(path.stat().st_size for path in store.rglob("*.parquet"))
            print(
                f"tables: {stored / 2**20:.0f} MiB; start of a run: {run['start_cpu_s']:.1f} s CPU"
            )
    if len(sizes) > 1:
        print_plan(sizes, seen)
    print()
    print(
        json.dumps(
            {
                stage: {
                    "cpu_s": [round(run["cpu_s"], 2) for run in runs],
                    "peak_mb": [round(run["peak_mb"]) for run in runs],
                    "exponent": exponent(sizes, [run["cpu_s"] for run in runs])
                    if len(sizes) > 1
                    else None,
                }
                for stage, runs in seen.items()
            }
        )
    )


if __name__ == "__main__":
    main()
