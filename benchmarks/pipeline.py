"""The whole pipeline on the demo retailer: wall time, peak memory, and what orchestration costs.

Each round is a process of its own on an empty store, as ``make demo`` runs it. Orchestration is
what is neither reading, transform, model nor writing: Dagster's steps and events, and the checks.
Run with ``make bench-pipeline``; ``CUSTOMERS=20099`` is full scale.
"""

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from spanishgas_assets.operations.runs.summary import summarise
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.settings import Settings

SNAPSHOT = "2025-01-06"


def spanishgas(*arguments: str) -> float:
    """Run a command in a process of its own and return its wall time, s."""
    command = [sys.executable, "-m", "spanishgas_assets.cli", *arguments]
    started = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def one_round(raw: Path, store: Path) -> dict[str, float]:
    """Run the pipeline on an empty store: seconds of the command, its steps, and their work."""
    os.environ |= {"SPANISHGAS_RAW": str(raw), "SPANISHGAS_STORE": str(store), "DAGSTER_HOME": ""}
    command = spanishgas("run", "--snapshot", SNAPSHOT, "--train")
    settings = Settings.from_environment()
    publication = open_publication(settings.store, snapshot=SNAPSHOT)
    summary = summarise(publication, publication.manifest.figures)
    steps = sum(summary.seconds.values())
    return {
        "command_s": command,
        "steps_s": steps,
        "orchestration_share": (steps - summary.work_seconds) / steps,
        "checks_passed": summary.checks_passed,
        "checks_failed": len(summary.failed_checks),
    }


def main() -> None:
    """Print a line a round and, last, the medians as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--customers", type=int, default=5000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        raw = Path(folder) / "raw"
        written = spanishgas("demo-data", "--customers", str(options.customers), "--out", str(raw))
        print(f"demo retailer of {options.customers:,} customers: {written:.1f} s")
        rounds = []
        for number in range(options.rounds):
            rounds.append(one_round(raw, Path(folder) / f"store{number}"))
            shown = ", ".join(f"{name} {value:.3g}" for name, value in rounds[-1].items())
            print(f"round {number + 1}: {shown}")
    figures = {name: statistics.median(each[name] for each in rounds) for name in rounds[0]}
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(json.dumps({"demo_data_s": written, **figures, "peak_mb": peak}))


if __name__ == "__main__":
    main()
