"""What does it cost to look closely at raw files? The readers against those of before.

The commit before the door was built is checked out beside this one. Two processes, one of each
commit, read the same files of the demo retailer in turns. Of wall time each reader's best counts;
of processor time the median ratio of their turns, which other work on the machine moves least. The
last line is one JSON object: each reader's time as a multiple of its time before, the slowest, and
that of the pass over a year of readings. Exit status 1 if a reader is slower than its limit.

    python -m benchmarks.door [--customers 20099] [--raw FOLDER] [--kind KIND ...]
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from statistics import median
from typing import Any

#: The last commit whose readers took files at their word.
BEFORE = "a4587f0"
FULL = 20_099
#: Most times of before that a reader may take; the pass over the year is the largest part of a run.
MOST, MOST_OF_YEAR = 1.03, 1.00
#: Readings of a CSV file: an eighth of the year's customers.
CSV_PART = 8
YEAR = [f"2024-{month:02d}-01" for month in range(1, 13)]
SMALL = (
    "churn_label",
    "customer_attributes",
    "customer_contracts",
    "price_history",
    "costs_by_province_month",
    "customer_interactions",
)
#: Readers of readings: the folder that holds the file, and the months that are asked for.
PASSES = {
    "year_pass": ("", YEAR),
    "month_pass": ("", YEAR[2:3]),
    "csv_pass": ("csv", YEAR),
}
READERS = (*SMALL, *PASSES)
#: What a reader took in each turn, before and now: ``wall_s`` and ``cpu_s``.
Took = tuple[list[dict[str, float]], list[dict[str, float]]]
_GAS_KWH_PER_M3 = 11.0
_WARMING = 2


def read_small(raw: Path, name: str) -> object:
    """Read a small file as bronze does."""
    from spanishgas_assets.bronze.interactions import read_notes
    from spanishgas_assets.raw.files import RAW_FILES
    from spanishgas_assets.raw.finding import find_drop
    from spanishgas_assets.raw.typed_rows import read_rows

    (file,) = (file for file in RAW_FILES if file.name == name)
    drop = find_drop(str(raw), file)
    return read_notes(drop) if name == "customer_interactions" else read_rows(drop)


def read_readings(raw: Path, months: list[str]) -> object:
    """Sum the readings of some months as bronze does."""
    from spanishgas_assets.bronze.consumption_month import consumption_months
    from spanishgas_assets.raw.files import CONSUMPTION_HOURLY
    from spanishgas_assets.raw.finding import find_drop
    from spanishgas_assets.raw.meter_readings import scan_readings

    last = date.fromisoformat(months[-1])
    end = date(last.year + last.month // 12, last.month % 12 + 1, 1)
    files = scan_readings(find_drop(str(raw), CONSUMPTION_HOURLY), months)
    return consumption_months(files, date.fromisoformat(months[0]), end, _GAS_KWH_PER_M3)


def work(raw: Path) -> None:
    """Read what standard input asks for, a line each, and print what it took."""
    for line in sys.stdin:
        reader = line.strip()
        wall, cpu = time.perf_counter(), time.process_time()
        if reader in PASSES:
            folder, months = PASSES[reader]
            read_readings(raw / folder, months)
        else:
            read_small(raw, reader)
        took = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
        print(json.dumps(took), flush=True)


@contextmanager
def worker(tree: Path, raw: Path) -> "Iterator[subprocess.Popen[str]]":
    """Run a process that reads with the code of a tree."""
    command = [sys.executable, __file__, "--work", "--raw", str(raw)]
    with subprocess.Popen(
        command,
        env=os.environ | {"PYTHONPATH": str(tree)},
        cwd=tree,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        yield process
        if process.stdin is not None:
            process.stdin.close()


def ask(process: "subprocess.Popen[str]", reader: str) -> dict[str, float]:
    """Let a worker read once."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(f"{reader}\n")
    process.stdin.flush()
    return dict(json.loads(process.stdout.readline()))


@contextmanager
def tree_before() -> Iterator[Path]:
    """Check the commit before the door out, for as long as it is needed."""
    with tempfile.TemporaryDirectory() as scratch:
        tree = Path(scratch) / "before"
        git("worktree", "add", "--quiet", "--detach", str(tree), BEFORE)
        try:
            yield tree
        finally:
            git("worktree", "remove", "--force", str(tree))


def git(*arguments: str) -> None:
    """Run git in this repository."""
    subprocess.run(["git", *arguments], cwd=Path(__file__).parent, check=True)


def retailer(folder: Path, customers: int) -> Path:
    """Make the files: readings as Parquet, and those of an eighth of the customers as CSV."""
    from spanishgas_assets.demo import write_demo_retailer

    if not folder.is_dir():
        write_demo_retailer(folder, customers=customers, seed=7)
        write_demo_retailer(
            folder / "csv", customers=max(100, customers // CSV_PART), seed=7, consumption="csv"
        )
    return folder


def times_of(reader: str) -> int:
    """How often a reader is measured: the quicker, the more often."""
    return {"year_pass": 9, "csv_pass": 9, "month_pass": 15}.get(reader, 40)


def measured(raw: Path, readers: list[str]) -> dict[str, Took]:
    """Return what each reader took: before, and now."""
    now = Path(__file__).parents[1]
    with tree_before() as before, worker(before, raw) as old, worker(now, raw) as new:
        found = {}
        for reader in readers:
            runs: Took = ([], [])
            for turn in range(_WARMING + times_of(reader)):
                # Whoever comes second finds the file in memory: they take turns in that too.
                for place in (0, 1) if turn % 2 else (1, 0):
                    took = ask((old, new)[place], reader)
                    if turn >= _WARMING:
                        runs[place].append(took)
            found[reader] = runs
            told(reader, runs)
        return found


def best(runs: list[dict[str, float]], kind: str) -> float:
    """Return a reader's best time of a kind."""
    return min(run[kind] for run in runs)


def wall_ratio(took: Took) -> float:
    """Return the best time of now as a multiple of that before."""
    before, now = took
    return round(best(now, "wall_s") / best(before, "wall_s"), 3)


def cpu_ratio(took: Took) -> float:
    """Return the processor time of now as a multiple of that before: median of all turns."""
    turns = zip(*took, strict=True)
    return round(median(now["cpu_s"] / before["cpu_s"] for before, now in turns), 3)


def told(reader: str, took: Took) -> None:
    """Print a reader's times."""
    print(f"{reader:<26}", end="")
    for kind, ratio in (("wall_s", wall_ratio), ("cpu_s", cpu_ratio)):
        before, now = (best(runs, kind) for runs in took)
        print(f"{before:>10.4f}{now:>10.4f}{ratio(took):>8.3f}", end="")
    print(flush=True)


def figures(found: dict[str, Took]) -> dict[str, Any]:
    """Return each reader's time as a multiple of that before, and the worst."""
    ratios = {reader: wall_ratio(took) for reader, took in found.items()}
    cpu = {reader: cpu_ratio(took) for reader, took in found.items()}
    return {
        **{f"{reader}_ratio": ratio for reader, ratio in ratios.items()},
        "slowest_reader_ratio": _slowest(ratios),
        "slowest_reader_cpu_ratio": _slowest(cpu),
        "year_pass_cpu_ratio": cpu.get("year_pass", 0.0),
    }


def _slowest(ratios: dict[str, float]) -> float:
    return max((ratio for reader, ratio in ratios.items() if reader != "year_pass"), default=0.0)


def main() -> int:
    """Make or reuse the files, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--customers", type=int, default=FULL)
    parser.add_argument("--raw", type=Path, help="raw folder to make or reuse; default: a new one")
    parser.add_argument("--kind", action="append", choices=READERS, help="default: every reader")
    parser.add_argument("--work", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.work:
        work(options.raw)
        return 0
    with tempfile.TemporaryDirectory() as scratch:
        raw = retailer(options.raw or Path(scratch) / "raw", options.customers).absolute()
        print(f"{'best of each, seconds':<26}{'before':>10}{'now':>10}{'ratio':>8}", end="")
        print(f"{'CPU':>10}{'now':>10}{'ratio':>8}")
        result = figures(measured(raw, options.kind or list(READERS)))
    print(json.dumps(result))
    slow = result["slowest_reader_ratio"] > MOST
    return int(slow or result.get("year_pass_ratio", 0.0) > MOST_OF_YEAR)


if __name__ == "__main__":
    raise SystemExit(main())
