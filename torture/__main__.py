"""Try crashes, failing calls and damage on the store; end with one JSON object.

Its keys: ``crash_states``, ``call_failures``, ``corruptions``, ``histories`` (how many were tried;
among the failures of calls ``calls_killed``, of ``calls_of_a_run``, and ``calls_struck``),
``mixed_reads``, ``rows_lost``, ``tracebacks`` and ``hand_repairs`` (what did not hold), and
``mutants_caught`` of ``mutants``. Exit status 1 if anything did not hold.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from torture.corruption import corruption_matrix
from torture.crashes import MUTANTS, caught, crash_states, races
from torture.failing_calls import call_failures
from torture.graph_runs import retailer
from torture.histories import histories
from torture.killed_runs import killed_runs
from torture.s3_crashes import s3_states
from torture.scenario import Tally
from torture.struck_steps import struck_steps

_SHOWN = 5


def _options() -> argparse.Namespace:
    """Read how much of the runs of the graph is tried: a share of it, another one each day."""
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    parser.add_argument("--kills-every", type=int, default=1, metavar="N")
    parser.add_argument("--strikes-every", type=int, default=8, metavar="N")
    parser.add_argument("--offset", type=int, default=datetime.now(UTC).toordinal(), metavar="N")
    return parser.parse_args()


def _graph_runs(options: argparse.Namespace) -> Iterator[tuple[Tally, dict[str, int]]]:
    """Kill and strike runs of the graph."""
    with retailer() as made:
        started = time.perf_counter()
        killed, calls, finished = killed_runs(
            made, stride=options.kills_every, offset=options.offset
        )
        _, tally = _tell("calls of a run of the graph killed", killed, started)
        yield tally, {"calls_of_a_run": calls, "calls_killed": tally.tried}
        started = time.perf_counter()
        struck = struck_steps(made, finished, stride=options.strikes_every, offset=options.offset)
        _, tally = _tell("calls of the graph's steps struck", struck, started)
        yield tally, {"calls_struck": tally.tried}


def main() -> int:
    """Run every part."""
    options = _options()
    of_graph, counts = [], dict[str, int]()
    for tally, counted in _graph_runs(options):
        of_graph.append(tally)
        counts |= counted
    parts: dict[str, Callable[[], Tally]] = {
        "states of a folder after a loss of power": crash_states,
        "states of S3 after a kill": s3_states,
        "publishers overtaken": races,
        "failing calls": call_failures,
        "damaged objects under readers": corruption_matrix,
        "histories": lambda: histories(100),
    }
    tallies = {name: _reported(name, part) for name, part in parts.items()}
    found = {name: caught(name) for name in MUTANTS}
    for name, is_caught in found.items():
        print(f"mutant, {name}: {'caught' if is_caught else 'NOT caught'}")
    total = Tally()
    for tally in (*of_graph, *tallies.values()):
        total.add(tally)
    tried = [tally.tried for tally in tallies.values()]
    result = {
        "crash_states": tried[0] + tried[1],
        "call_failures": tried[3] + sum(tally.tried for tally in of_graph),
        **counts,
        "corruptions": tried[4],
        "histories": tried[5],
        "mixed_reads": total.mixed_reads,
        "rows_lost": total.rows_lost,
        "tracebacks": total.tracebacks,
        "hand_repairs": total.hand_repairs,
        "mutants_caught": sum(found.values()),
        "mutants": len(found),
    }
    print(json.dumps(result))
    return int(total.faults > 0 or not all(found.values()))


def _reported(name: str, part: Callable[[], Tally]) -> Tally:
    started = time.perf_counter()
    return _tell(name, part(), started)[1]


def _tell(name: str, tally: Tally, started: float) -> tuple[str, Tally]:
    print(
        f"{name}: {tally.tried:,} tried, {tally.mixed_reads} mixed reads, {tally.rows_lost} rows "
        f"lost, {tally.tracebacks} tracebacks, {tally.hand_repairs} hand repairs, "
        f"{time.perf_counter() - started:.0f} s",
        flush=True,
    )
    for line in tally.told[:_SHOWN]:
        print(f"  {line}")
    return name, tally


if __name__ == "__main__":
    raise SystemExit(main())
