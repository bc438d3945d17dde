"""What a batch does next: note what arrived, then the months, then the snapshot.

Which steps were taken is read from the runs themselves, found by the tags that they carry. A step
is asked for until its run is there; the run's key is made of the batch, the step and the try, so
that asking twice starts it once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg
from dagster._core.storage.tags import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    AUTO_RETRY_RUN_ID_TAG,
    WILL_RETRY_TAG,
)

from spanishgas_assets.operations.arrivals.arrival_state import Found
from spanishgas_assets.operations.arrivals.batches import Batch
from spanishgas_assets.partitions import month_after

#: Run tags: the batch that a run belongs to, which of its steps it is, and which try of it.
BATCH_TAG, STEP_TAG, TRY_TAG = "spanishgas/batch", "spanishgas/step", "spanishgas/try"
NOTE = "note"

_OVER = {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


@dataclass(frozen=True)
class Step:
    """One run of a batch: its job, and the partition or range of months that it is about."""

    name: str
    job: str
    partition: str | None = None
    months: tuple[str, str] | None = None


_NOTING = Step(NOTE, "note_arrivals")


@dataclass(frozen=True)
class Next:
    """What becomes of a batch now.

    Attributes:
        state: ``ask`` for ``steps``, ``running``, ``waiting``, ``unready`` (waiting for rows that
            another drop may bring), ``failed`` or ``done``.
        says: what is run, waited for, or went wrong.
        steps: runs to ask for.
    """

    state: str
    says: str = ""
    steps: Sequence[Step] = ()


@dataclass(frozen=True)
class Lacks:
    """What a batch does without, or cannot.

    Attributes:
        needed: what no run can do without, for all of the batch.
        wanted: what an earlier drop, or nothing, can stand in for.
        for_snapshot: what the snapshot alone cannot do without, asked when it comes to it.
        go_without: whether what is wanted has been waited for long enough.
    """

    needed: str
    wanted: str
    for_snapshot: Callable[[], str]
    go_without: bool


def next_of(
    batch: Batch,
    lacks: Lacks,
    runs: Mapping[str, Sequence[dg.DagsterRun]],
    found: Callable[[], Found | None],
    attempt: int,
) -> Next:
    """Decide what a batch does next.

    Args:
        batch: the batch.
        lacks: what it is without.
        runs: its runs by step, oldest first.
        found: reads what its arrival made stale, once that was noted; None if that was lost.
        attempt: how often the batch was armed again.
    """
    if lacks.needed or (lacks.wanted and not lacks.go_without):
        return Next("waiting", lacks.needed or lacks.wanted)
    stale = _look([_NOTING], runs, attempt) or found() or _lost(runs, attempt)
    if isinstance(stale, Next):
        return stale
    left = {} if lacks.go_without else stale.unready
    ready = [month for month in stale.months if month not in left]
    ingesting = _look([_months(*one) for one in stretches(ready)], runs, attempt)
    if ingesting is not None:
        return ingesting
    if stale.snapshot:
        making = _look([Step("snapshot", batch.job, partition=batch.snapshot)], runs, attempt)
        if making is not None:
            without = lacks.for_snapshot() if making.state == "ask" else ""
            return Next("waiting", without) if without else making
    if left:
        return Next(
            "unready",
            "; ".join(f"{month[:7]} has no rows in {', '.join(of)}" for month, of in left.items()),
        )
    return Next("done")


def stretches(months: Sequence[str]) -> list[tuple[str, str]]:
    """Join month keys that follow each other: first and last of every stretch."""
    joined: list[tuple[str, str]] = []
    for month in months:
        if joined and month_after(joined[-1][1]).isoformat() == month:
            joined[-1] = (joined[-1][0], month)
        else:
            joined.append((month, month))
    return joined


def run_request(batch: Batch, step: Step, attempt: int, config: dg.RunConfig) -> dg.RunRequest:
    """Ask for a step's run; ``config`` is that of the noting step."""
    tags = {BATCH_TAG: batch.name, STEP_TAG: step.name, TRY_TAG: str(attempt)}
    if step.months is not None:
        first, last = step.months
        tags |= {ASSET_PARTITION_RANGE_START_TAG: first, ASSET_PARTITION_RANGE_END_TAG: last}
    return dg.RunRequest(
        run_key=f"{batch.name}:{step.name}:{attempt}",
        job_name=step.job,
        partition_key=step.partition,
        tags=tags,
        run_config=config if step.name == NOTE else None,
    )


def runs_of(instance: dg.DagsterInstance, batch: Batch) -> dict[str, list[dg.DagsterRun]]:
    """Find a batch's runs by step, oldest first: those that the sensor asked for, and repeats."""
    found: dict[str, list[dg.DagsterRun]] = {}
    for run in reversed(instance.get_runs(dg.RunsFilter(tags={BATCH_TAG: batch.name}))):
        found.setdefault(run.tags.get(STEP_TAG, ""), []).append(run)
    return found


def _months(first: str, last: str) -> Step:
    name = f"months {first[:7]}" + (f" to {last[:7]}" if last != first else "")
    return Step(name, "ingest_months", months=(first, last))


def _lost(runs: Mapping[str, Sequence[dg.DagsterRun]], attempt: int) -> Next:
    """Say what becomes of a batch that was noted, but the store has lost what was found."""
    if any(run.tags.get(TRY_TAG) == str(attempt) for run in runs[NOTE]):
        return Next("failed", "what its arrival made stale is no longer in the store")
    return Next("ask", NOTE, [_NOTING])


def _look(
    steps: Sequence[Step], runs: Mapping[str, Sequence[dg.DagsterRun]], attempt: int
) -> Next | None:
    """Look at steps that may run side by side; None if all of them succeeded."""
    asked, running, failed = [], [], []
    for step in steps:
        of_step = runs.get(step.name, [])
        if any(run.status == dg.DagsterRunStatus.SUCCESS for run in of_step):
            continue
        if any(not _ended(run) for run in of_step):
            running.append(step.name)
        elif any(run.tags.get(TRY_TAG) == str(attempt) for run in of_step):
            failed.append(f"{of_step[-1].job_name} ({step.name}), run {of_step[-1].run_id[:8]}")
        else:
            asked.append(step)
    if running:
        return Next("running", ", ".join(running))
    if failed:
        return Next("failed", ", ".join(failed))
    return Next("ask", ", ".join(step.name for step in asked), asked) if asked else None


def _ended(run: dg.DagsterRun) -> bool:
    """Whether a run came to an end that no next try will follow."""
    will_retry = run.tags.get(WILL_RETRY_TAG) == "true"
    return run.status in _OVER and not (will_retry and AUTO_RETRY_RUN_ID_TAG not in run.tags)
