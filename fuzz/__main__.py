"""Try every kind of input, print what does not hold, and end with one JSON object.

Its keys: ``mutations`` (cases tried), ``tracebacks``, ``hangs``, ``rows_unaccounted``, and
``peak_mb_max``, the largest memory of a process. Exit status 1 if a limit is broken.
"""

import argparse
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from typing import Any

from fuzz.case import HANG_SECONDS
from fuzz.kinds import KINDS

#: Largest memory that any input may take.
MOST_MB = 1024
#: A worker that says nothing for this long hangs where no signal reaches it, or cannot start.
SILENCE_SECONDS = 3 * HANG_SECONDS
_SHOWN = 5


def main() -> int:
    """Run all kinds, or those that are named."""
    parser = argparse.ArgumentParser(prog="fuzz", description=__doc__)
    parser.add_argument("--mutations", type=int, default=500, help="cases a kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--kind", action="append", choices=KINDS, help="default: every kind")
    options = parser.parse_args()
    every: list[dict[str, Any]] = []
    for kind in options.kind or KINDS:
        count = options.mutations * KINDS[kind].share // 100
        outcomes = list(outcomes_of(kind, options.seed, count))
        every += outcomes
        _report(kind, outcomes)
    result = summary(every)
    print(json.dumps(result))
    broken = result["tracebacks"] or result["hangs"] or result["rows_unaccounted"]
    return int(bool(broken) or result["peak_mb_max"] > MOST_MB)


def outcomes_of(kind: str, seed: int, count: int) -> Iterator[dict[str, Any]]:
    """Run the cases of a kind; a worker that hangs or dies is followed by another."""
    first = 0
    while True:
        arguments = [sys.executable, "-m", "fuzz.worker", kind, str(seed), str(count), str(first)]
        with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as worker:
            begun = ""
            for line in _lines(worker):
                if line is None:
                    worker.kill()
                    ending = "hang"
                    break
                said = json.loads(line)
                begun = said.get("begins", "")
                if not begun:
                    first += 1
                    yield said
            else:
                ending = "traceback"
        if not begun:
            if worker.returncode:
                raise RuntimeError(f"{kind}: the worker cannot start; see above")
            return
        first += 1
        yield {
            "name": begun,
            "ending": ending,
            "said": f"the process ended with {worker.returncode}",
            "rows_unaccounted": 0,
            "seconds": float(SILENCE_SECONDS),
            "peak_mb": 0.0,
        }


def summary(outcomes: list[dict[str, Any]]) -> dict[str, Any]:
    """Count what does not hold."""
    endings = [outcome["ending"] for outcome in outcomes]
    return {
        "mutations": len(outcomes),
        "tracebacks": endings.count("traceback"),
        "hangs": endings.count("hang"),
        "peak_mb_max": max((outcome["peak_mb"] for outcome in outcomes), default=0.0),
        "rows_unaccounted": sum(outcome["rows_unaccounted"] for outcome in outcomes),
    }


def _lines(worker: "subprocess.Popen[str]") -> Iterator[str | None]:
    """Yield the worker's lines; None where it says nothing for too long."""
    said: queue.Queue[str | None] = queue.Queue()

    def listen() -> None:
        for line in worker.stdout or ():
            said.put(line)
        said.put(None)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        try:
            line = said.get(timeout=SILENCE_SECONDS)
        except queue.Empty:
            yield None
            return
        if line is None:
            return
        yield line


def _report(kind: str, outcomes: list[dict[str, Any]]) -> None:
    counts = summary(outcomes)
    refused = sum(outcome["ending"] == "refused" for outcome in outcomes)
    slowest = max((outcome["seconds"] for outcome in outcomes), default=0.0)
    print(
        f"{kind}: {counts['mutations']:,} tried, {refused:,} refused, {counts['tracebacks']:,} "
        f"tracebacks, {counts['hangs']:,} hangs, {counts['rows_unaccounted']:,} rows unaccounted, "
        f"{counts['peak_mb_max']:,.0f} MB, slowest {slowest:.1f} s"
    )
    faulty = [
        outcome
        for outcome in outcomes
        if outcome["ending"] not in {"read", "refused"} or outcome["rows_unaccounted"]
    ]
    for outcome in faulty[:_SHOWN]:
        lost = f", {outcome['rows_unaccounted']} rows" if outcome["rows_unaccounted"] else ""
        said = outcome["said"].strip().splitlines()
        print(f"  {outcome['name']!r}: {outcome['ending']}{lost}: {' | '.join(said[-3:])}")
    if len(faulty) > _SHOWN:
        print(f"  and {len(faulty) - _SHOWN:,} more")


if __name__ == "__main__":
    raise SystemExit(main())
