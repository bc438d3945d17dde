"""The next action of a batch: register the arrival, then ingest the months, then the snapshot.

The progress is read from the runs themselves, which their tags identify. A step is requested until
its run exists; the run key consists of the batch, the step and the attempt, so that requesting it
twice starts it once.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import dagster as dg

from spanishgas_assets.dagster_internals import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    AUTO_RETRY_RUN_ID_TAG,
    WILL_RETRY_TAG,
)
from spanishgas_assets.operations.arrivals.arrival_state import ArrivalImpact
from spanishgas_assets.operations.arrivals.batches import Batch
from spanishgas_assets.partitions import month_after

#: Run tags: the batch that a run belongs to, its step, and the attempt at that step.
BATCH_TAG, STEP_TAG, ATTEMPT_TAG = "spanishgas/batch", "spanishgas/step", "spanishgas/attempt"
REGISTER = "register"

#: What open batches of release 0.1 have on their runs; remove with release 0.3.
_FORMER_ATTEMPT_TAG, _FORMER_STEPS = "spanishgas/try", {"note": REGISTER}

_OVER = {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}


@dataclass(frozen=True)
class ArrivalStep:
    """One run of a batch: its job, and its partition or range of months."""

    name: str
    job: str
    partition: str | None = None
    months: tuple[str, str] | None = None


_REGISTRATION = ArrivalStep(REGISTER, "register_arrivals")


@dataclass(frozen=True)
class NextAction:
    """What happens to a batch now.

    Attributes:
        state: ``request`` for ``steps``, ``running``, ``waiting``, ``unready`` (waiting for rows,
            months or a model that another drop may bring), ``failed`` or ``done``.
        message: what is run, what is missing, or what went wrong.
        steps: runs to request.
    """

    state: str
    message: str = ""
    steps: Sequence[ArrivalStep] = ()


@dataclass(frozen=True)
class MissingInputs:
    """The inputs that a batch lacks.

    Attributes:
        needed: what every run of the batch needs; empty if nothing is missing.
        wanted: what an earlier drop may supply, or is optional; empty if nothing is missing.
        for_snapshot: returns what only the snapshot needs; called when the snapshot is due.
        go_without: whether to run without what is wanted, because the wait was long enough.
    """

    needed: str
    wanted: str
    for_snapshot: Callable[[], str]
    go_without: bool


def next_action(
    batch: Batch,
    missing: MissingInputs,
    runs: Mapping[str, Sequence[dg.DagsterRun]],
    impact: Callable[[], ArrivalImpact | None],
    attempt: int,
) -> NextAction:
    """Decide the next action of a batch.

    Args:
        batch: the batch.
        missing: the inputs that it lacks.
        runs: its runs by step, oldest first.
        impact: reads what its arrival made stale, once it is registered; None if that is lost.
        attempt: how many retries were requested.
    """
    if missing.needed or (missing.wanted and not missing.go_without):
        return NextAction("waiting", missing.needed or missing.wanted)
    stale = _state_of([_REGISTRATION], runs, attempt) or impact() or _lost(runs, attempt)
    if isinstance(stale, NextAction):
        return stale
    left = {} if missing.go_without else stale.unready
    ready = [month for month in stale.months if month not in left]
    ingesting = _state_of([_months(*one) for one in stretches(ready)], runs, attempt)
    if ingesting is not None:
        return ingesting
    if stale.snapshot:
        making = _state_of(
            [ArrivalStep("snapshot", batch.job, partition=batch.snapshot)], runs, attempt
        )
        if making is not None:
            without = missing.for_snapshot() if making.state == "request" else ""
            return NextAction("unready", without) if without else making
    if left:
        return NextAction(
            "unready",
            "; ".join(f"{month[:7]} has no rows in {', '.join(of)}" for month, of in left.items()),
        )
    return NextAction("done")


def stretches(months: Sequence[str]) -> list[tuple[str, str]]:
    """Join consecutive month keys: first and last of every stretch."""
    joined: list[tuple[str, str]] = []
    for month in months:
        if joined and month_after(joined[-1][1]).isoformat() == month:
            joined[-1] = (joined[-1][0], month)
        else:
            joined.append((month, month))
    return joined


def run_request(
    batch: Batch, step: ArrivalStep, attempt: int, config: dg.RunConfig
) -> dg.RunRequest:
    """Request a step's run; ``config`` is that of the registration."""
    tags = {BATCH_TAG: batch.name, STEP_TAG: step.name, ATTEMPT_TAG: str(attempt)}
    if step.months is not None:
        first, last = step.months
        tags |= {ASSET_PARTITION_RANGE_START_TAG: first, ASSET_PARTITION_RANGE_END_TAG: last}
    return dg.RunRequest(
        run_key=f"{batch.name}:{step.name}:{attempt}",
        job_name=step.job,
        partition_key=step.partition,
        tags=tags,
        run_config=config if step.name == REGISTER else None,
    )


def runs_of(instance: dg.DagsterInstance, batch: Batch) -> dict[str, list[dg.DagsterRun]]:
    """Find a batch's runs by step, oldest first: those that the sensor requested, and re-runs."""
    runs: dict[str, list[dg.DagsterRun]] = {}
    for run in reversed(instance.get_runs(dg.RunsFilter(tags={BATCH_TAG: batch.name}))):
        step = run.tags.get(STEP_TAG, "")
        runs.setdefault(_FORMER_STEPS.get(step, step), []).append(run)
    return runs


def _months(first: str, last: str) -> ArrivalStep:
    name = f"months {first[:7]}" + (f" to {last[:7]}" if last != first else "")
    return ArrivalStep(name, "ingest_months", months=(first, last))


def _lost(runs: Mapping[str, Sequence[dg.DagsterRun]], attempt: int) -> NextAction:
    """Return the action of a registered batch whose impact the store has lost."""
    if any(_attempt_of(run) == attempt for run in runs[REGISTER]):
        return NextAction("failed", "the impact of its arrival is no longer in the store")
    return NextAction("request", REGISTER, [_REGISTRATION])


def _state_of(
    steps: Sequence[ArrivalStep], runs: Mapping[str, Sequence[dg.DagsterRun]], attempt: int
) -> NextAction | None:
    """Return the state of steps that may run in parallel; None if all of them succeeded."""
    due, running, failed = [], [], []
    for step in steps:
        of_step = runs.get(step.name, [])
        if any(run.status == dg.DagsterRunStatus.SUCCESS for run in of_step):
            continue
        if any(not _ended(run) for run in of_step):
            running.append(step.name)
        elif any(_attempt_of(run) == attempt for run in of_step):
            failed.append(f"{of_step[-1].job_name} ({step.name}), run {of_step[-1].run_id[:8]}")
        else:
            due.append(step)
    if running:
        return NextAction("running", ", ".join(running))
    if failed:
        return NextAction("failed", ", ".join(failed))
    return NextAction("request", ", ".join(step.name for step in due), due) if due else None


def _attempt_of(run: dg.DagsterRun) -> int | None:
    attempt = run.tags.get(ATTEMPT_TAG, run.tags.get(_FORMER_ATTEMPT_TAG))
    return None if attempt is None else int(attempt)


def _ended(run: dg.DagsterRun) -> bool:
    """Whether a run ended and will not be retried by Dagster."""
    will_retry = run.tags.get(WILL_RETRY_TAG) == "true"
    return run.status in _OVER and not (will_retry and AUTO_RETRY_RUN_ID_TAG not in run.tags)
