"""A call to the store raises while the graph runs, inside the steps of a run or outside.

Calls that are made from the same lines of the platform are one place, and one of them is tried, a
different one each day. A disk that refuses stops the run with a sentence, or is got around; where
three calls in a row get no answer, a step is tried again. Either way readers see a publication
whole, and the next run publishes what an undisturbed one does.
"""

import shutil
from functools import partial
from typing import Any
from unittest.mock import patch

from spanishgas_assets import step_retries
from torture.graph_runs import SECOND, Retailer, forked, hard_copy, intercepted, run
from torture.killed_runs import UndisturbedRun, run_again
from torture.scenario import Tally
from torture.struck_steps import ignore, refuse

#: How many calls in a row fail, and how.
_WAYS = {"refused": (1, refuse), "unanswered": (3, ignore)}


def raised_calls(
    made: Retailer, record: UndisturbedRun, *, stride: int = 1, offset: int = 0
) -> Tally:
    """Let a call of each place of a run raise; then read, and run again.

    Args:
        made: the retailer.
        record: the undisturbed run.
        stride: of the places, every how manieth is tried.
        offset: which is the first, and which call stands for a place.
    """
    places = record.places[offset % stride :: stride]
    works = [
        partial(_raised, made, record, calls[offset % len(calls)], way)
        for calls in places
        for way in _WAYS
    ]
    tally = Tally()
    for found in forked(works):
        tally.add(Tally(**found))
    print(f"{len(places):,} of {len(record.places):,} places of a run's calls tried in two ways")
    return tally


def _raised(made: Retailer, record: UndisturbedRun, call: int, way: str) -> dict[str, Any]:
    times, fail = _WAYS[way]
    where, own = f"call {call} {way}", record.kept / f"{way} {call}"
    hard_copy(made.published, own)
    calls = 0

    def heard(_name: str, _arguments: tuple[Any, ...]) -> None:
        nonlocal calls
        calls += 1
        if call <= calls < call + times:
            fail()

    with patch.object(step_retries, "IO_RETRY_SECONDS", 0), intercepted(heard):
        status, said = run(made, own, SECOND)
    tally = Tally(**run_again(made, own, record.content, where, 1))
    if "Traceback" in said or "Stack Trace" in said:
        tally.tracebacks += 1
        tally.told.append(f"{where}: {said[-2500:]}")
    elif status and "error" not in said:
        tally.hand_repairs += 1
        tally.told.append(f"{where}: stops without a word: {said[-500:]}")
    shutil.rmtree(own)
    return vars(tally)
