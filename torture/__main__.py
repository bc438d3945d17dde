"""Try crashes, failing calls and damage on the store; end with one JSON object.

Its keys: ``crash_states``, ``call_failures``, ``corruptions``, ``histories`` (how many were tried),
``mixed_reads``, ``rows_lost``, ``tracebacks`` and ``hand_repairs`` (what did not hold), and
``mutants_caught`` of ``mutants``. Exit status 1 if anything did not hold.
"""

import json
import time
from collections.abc import Callable

from torture.corruption import corruption_matrix
from torture.crashes import MUTANTS, caught, crash_states, races
from torture.failing_calls import call_failures
from torture.histories import histories
from torture.s3_crashes import s3_states
from torture.scenario import Tally

_SHOWN = 5


def main() -> int:
    """Run every part."""
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
    for tally in tallies.values():
        total.add(tally)
    tried = [tally.tried for tally in tallies.values()]
    result = {
        "crash_states": tried[0] + tried[1],
        "call_failures": tried[3],
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
    tally = part()
    print(
        f"{name}: {tally.tried:,} tried, {tally.mixed_reads} mixed reads, {tally.rows_lost} rows "
        f"lost, {tally.tracebacks} tracebacks, {tally.hand_repairs} hand repairs, "
        f"{time.perf_counter() - started:.0f} s"
    )
    for line in tally.told[:_SHOWN]:
        print(f"  {line}")
    return tally


if __name__ == "__main__":
    raise SystemExit(main())
