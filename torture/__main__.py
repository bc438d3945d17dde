"""Try crashes, failing calls and damage on the store; end with one JSON object.

Its keys: ``crash_states``, ``call_failures``, ``corruptions``, ``histories`` (how many were tried;
among the failures of calls ``calls_killed``, ``calls_raised`` and ``calls_struck``, of
``calls_of_a_run``; among the corruptions ``damaged_reads`` of a store that the graph made),
``mixed_reads``, ``rows_lost``, ``tracebacks`` and ``hand_repairs`` (what did not hold), and
``mutants_caught`` of ``mutants``. Exit status 1 if anything did not hold.
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial

from torture.corruption import corruption_matrix
from torture.crashes import MUTANTS, caught, crash_states, races
from torture.failing_calls import call_failures
from torture.graph_runs import CUSTOMERS, retailer
from torture.histories import histories
from torture.killed_runs import killed_runs, undisturbed_run
from torture.raised_calls import raised_calls
from torture.s3_crashes import s3_states
from torture.scenario import Tally
from torture.store_damage import store_damage
from torture.struck_steps import struck_steps

_SHOWN = 5
#: Of the parts that run the graph, every how manieth is tried where nothing else is asked for.
_SHARES = {"kills": 1, "raises": 16, "strikes": 8, "damages": 1}
_CALLS = ("calls_killed", "calls_raised", "calls_struck")
#: The parts on a made-up snapshot, by what they count.
_MADE_UP: dict[str, tuple[str, Callable[[], Tally]]] = {
    "power": ("states of a folder after a loss of power", crash_states),
    "s3": ("states of S3 after a kill", s3_states),
    "races": ("publishers overtaken", races),
    "calls": ("failing calls", call_failures),
    "damage": ("damaged objects under readers", corruption_matrix),
    "histories": ("histories", lambda: histories(100)),
}


def _options() -> argparse.Namespace:
    """Read how much of the runs of the graph is tried: a share of it, another one each day."""
    parser = argparse.ArgumentParser(prog="python -m torture", description=__doc__)
    for part, share in _SHARES.items():
        parser.add_argument(
            f"--{part}-every", type=int, default=share, metavar="N", help="0 leaves the part out"
        )
    parser.add_argument("--offset", type=int, default=datetime.now(UTC).toordinal(), metavar="N")
    parser.add_argument("--customers", type=int, default=CUSTOMERS, metavar="N")
    parser.add_argument("--graph-only", action="store_true", help="leave out the made-up snapshot")
    return parser.parse_args()


def _graph_runs(options: argparse.Namespace) -> Iterator[tuple[Tally, dict[str, int]]]:
    """Kill and strike runs of the graph, and damage what they leave."""
    with retailer(options.customers) as made:
        record = undisturbed_run(made)
        parts: dict[str, tuple[str, Callable[..., Tally], int]] = {
            "calls_killed": (
                "calls of a run of the graph killed", partial(killed_runs, made, record),
                options.kills_every,
            ),
            "calls_raised": (
                "places of a run of the graph raised", partial(raised_calls, made, record),
                options.raises_every,
            ),
            "calls_struck": (
                "calls of the graph's steps struck", partial(struck_steps, made, record.store),
                options.strikes_every,
            ),
            "damaged_reads": (
                "readers and runs of a damaged store", partial(store_damage, made),
                options.damages_every,
            ),
        }  # fmt: skip
        for name, (title, part, stride) in parts.items():
            if stride:
                tally = _reported(title, partial(part, stride=stride, offset=options.offset))
                yield tally, {"calls_of_a_run": record.calls, name: tally.tried}


def main() -> int:
    """Run every part."""
    options, total, counts = _options(), Tally(), dict[str, int]()
    for tally, counted in _graph_runs(options):
        total.add(tally)
        counts |= counted
    tried, found = dict[str, int](), dict[str, bool]()
    if not options.graph_only:
        for name, (title, part) in _MADE_UP.items():
            tally = _reported(title, part)
            total.add(tally)
            tried[name] = tally.tried
        found = {name: caught(name) for name in MUTANTS}
    for name, is_caught in found.items():
        print(f"mutant, {name}: {'caught' if is_caught else 'NOT caught'}")
    of_graph = sum(counts.get(name, 0) for name in _CALLS)
    result = {
        "crash_states": tried.get("power", 0) + tried.get("s3", 0),
        "call_failures": tried.get("calls", 0) + of_graph,
        **counts,
        "corruptions": tried.get("damage", 0) + counts.get("damaged_reads", 0),
        "histories": tried.get("histories", 0),
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
    tally = part()
    print(
        f"{name}: {tally.tried:,} tried, {tally.mixed_reads} mixed reads, {tally.rows_lost} rows "
        f"lost, {tally.tracebacks} tracebacks, {tally.hand_repairs} hand repairs, "
        f"{time.perf_counter() - started:.0f} s",
        flush=True,
    )
    for line in tally.told[:_SHOWN]:
        print(f"  {line}")
    return tally


if __name__ == "__main__":
    raise SystemExit(main())
