"""Observations of finished runs: their checks, their steps, and how they ended.

Read from the instance by time, so a run counts however it was started: by a schedule, in the UI,
or from the command line, whose runs Dagster's run status sensors do not see.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Self

import dagster as dg

from spanishgas_assets.bronze.tables import (
    CONSUMPTION_MONTH,
    COST_MONTH,
    CUSTOMER_MONTH,
    PRICE_MONTH,
)
from spanishgas_assets.dagster_internals import (
    ASSET_PARTITION_RANGE_END_TAG,
    ASSET_PARTITION_RANGE_START_TAG,
    PARTITION_NAME_TAG,
    WILL_RETRY_TAG,
    SerializableErrorInfo,
)
from spanishgas_assets.operations.alerts.incidents import Kind, Observation
from spanishgas_assets.operations.alerts.wording import shortened
from spanishgas_assets.partitions import MONTHS
from spanishgas_assets.step_retries import ERROR
from spanishgas_assets.storage.state_files import Seconds, of_json

#: Machines' clocks differ, and a run's end may be recorded late: this far back is read again.
OVERLAP_SECONDS = 600.0
#: A new store looks back this far, so that a recent failure is reported.
FIRST_LOOK_SECONDS = 86_400.0

#: Subject of the incident of runs that do not come to an end.
RUNS_END = "runs come to an end"

_FINISHED = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]
_MONTHLY = {
    dg.AssetKey([table.layer, table.name])
    for table in (CONSUMPTION_MONTH, PRICE_MONTH, COST_MONTH, CUSTOMER_MONTH)
}
_KINDS = {"gate": Kind.GATE, "drift": Kind.DRIFT, "concept_drift": Kind.DRIFT}
_SHOWN_ERROR = 600
_ERROR = f"{dg.AssetCheckSeverity.ERROR.value.lower()}: "


@dataclass(frozen=True)
class Watermark:
    """Up to when finished runs were read, and which of the last minutes' were."""

    until: Seconds = 0.0
    seen: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from :meth:`to_dict`.

        Raises:
            ValidationError: the values are not of its types.
        """
        return of_json(cls, data)


def finished_runs(
    instance: dg.DagsterInstance, watermark: Watermark, now: float
) -> tuple[list[dg.RunRecord], Watermark]:
    """Return the runs that ended since the watermark, oldest first, and the watermark after them.

    Cancelled runs are left out: a person ended them.
    """
    since = watermark.until - OVERLAP_SECONDS if watermark.until else now - FIRST_LOOK_SECONDS
    recent = [
        record
        for record in instance.get_run_records(
            dg.RunsFilter(statuses=_FINISHED, updated_after=datetime.fromtimestamp(since, UTC))
        )
        if (record.end_time or 0.0) >= since
    ]
    known = set(watermark.seen)
    fresh = sorted(
        (record for record in recent if record.dagster_run.run_id not in known),
        key=lambda record: record.end_time or 0.0,
    )
    until = max([watermark.until, *(record.end_time or 0.0 for record in recent)])
    remembered = tuple(
        sorted(
            record.dagster_run.run_id
            for record in recent
            if (record.end_time or 0.0) >= until - OVERLAP_SECONDS
        )
    )
    return fresh, Watermark(until, remembered)


def first_cause(error: SerializableErrorInfo) -> str:
    """Return the message of the original error, not of the wrappers that Dagster puts around it."""
    while error.cause is not None:
        error = error.cause
    return error.message.strip()


def observations(instance: dg.DagsterInstance, record: dg.RunRecord) -> Iterator[Observation]:
    """Yield the state of every check, of every step and of the finished run itself.

    A failed run that Dagster will retry yields nothing: its last attempt does.
    """
    run = record.dagster_run
    if run.tags.get(WILL_RETRY_TAG) == "true":
        return
    at = record.end_time or 0.0
    weekly = not _is_monthly(run)
    yield Observation(Kind.HEARTBEAT, RUNS_END, run.run_id, healthy=True, message="", at=at)
    checked = list(_checks(instance, run, at, weekly=weekly))
    yield from checked
    failed = list(_failed_steps(instance, run, at))
    # A step that its own check has stopped is that check's incident, told once.
    stopped_by = {one.asset for one in checked if not one.healthy and _stops(one)}
    yield from (one for one in failed if one.kind != Kind.STEP or one.subject not in stopped_by)
    for scope in _scopes(run):
        for step in _succeeded_steps(instance, run):
            for kind in (Kind.STEP, Kind.RAW_FILE):
                yield Observation(
                    kind, step, scope, healthy=True, message="", at=at, resolves_earlier=weekly
                )
        succeeded = run.status == dg.DagsterRunStatus.SUCCESS
        if succeeded or not failed:
            yield Observation(
                Kind.RUN,
                run.job_name,
                scope,
                healthy=succeeded,
                message="" if succeeded else _failure_message(instance, run),
                at=at,
                run_id=run.run_id,
                resolves_earlier=weekly,
            )


def _stops(check: Observation) -> bool:
    return check.message.startswith(_ERROR)


def _checks(
    instance: dg.DagsterInstance, run: dg.DagsterRun, at: float, *, weekly: bool
) -> Iterator[Observation]:
    for event in _events(instance, run, dg.DagsterEventType.ASSET_CHECK_EVALUATION):
        outcome = event.asset_check_evaluation_data
        asset = outcome.asset_key.to_user_string()
        yield Observation(
            _KINDS.get(outcome.check_name, Kind.CHECK),
            f"{asset}: {outcome.check_name}",
            outcome.partition or "",
            healthy=outcome.passed,
            message=f"{outcome.severity.value.lower()}: {outcome.description or 'failed'}",
            at=at,
            run_id=run.run_id,
            asset=asset,
            resolves_earlier=weekly,
        )


def _failed_steps(
    instance: dg.DagsterInstance, run: dg.DagsterRun, at: float
) -> Iterator[Observation]:
    for event in _events(instance, run, dg.DagsterEventType.STEP_FAILURE):
        failure = event.step_failure_data
        described = failure.user_failure_data
        message = (described.description if described else None) or (
            first_cause(failure.error) if failure.error else "failed without an error message"
        )
        kind_of_error = described.metadata.get(ERROR) if described else None
        raw = kind_of_error is not None and "RawFile" in str(kind_of_error.value)
        for scope in _scopes(run):
            yield Observation(
                Kind.RAW_FILE if raw else Kind.STEP,
                _step(event),
                scope,
                healthy=False,
                message=shortened(message, _SHOWN_ERROR),
                at=at,
                run_id=run.run_id,
            )


def _failure_message(instance: dg.DagsterInstance, run: dg.DagsterRun) -> str:
    """Describe a failure outside the steps: a process that died, a launch that was refused."""
    for event in _events(instance, run, dg.DagsterEventType.RUN_FAILURE):
        words = event.message or "the run failed"
        started = {_step(event) for event in _events(instance, run, dg.DagsterEventType.STEP_START)}
        ended = set(_succeeded_steps(instance, run))
        during = f" During: {', '.join(sorted(started - ended))}." if started - ended else ""
        return shortened(words + during, _SHOWN_ERROR)
    return "the run failed"


def _succeeded_steps(instance: dg.DagsterInstance, run: dg.DagsterRun) -> list[str]:
    return [_step(event) for event in _events(instance, run, dg.DagsterEventType.STEP_SUCCESS)]


def _events(
    instance: dg.DagsterInstance, run: dg.DagsterRun, kind: dg.DagsterEventType
) -> Iterator[Any]:
    for record in instance.get_records_for_run(run.run_id, of_type=kind).records:
        if record.event_log_entry.dagster_event is not None:
            yield record.event_log_entry.dagster_event


def _step(event: Any) -> str:
    return str(event.step_key or "").replace("__", "/")


def _scopes(run: dg.DagsterRun) -> list[str]:
    """Return the partitions of a run; one empty scope if it had none."""
    first = run.tags.get(ASSET_PARTITION_RANGE_START_TAG)
    last = run.tags.get(ASSET_PARTITION_RANGE_END_TAG)
    if first and last and _is_monthly(run):
        return list(MONTHS.get_partition_keys_in_range(dg.PartitionKeyRange(first, last)))
    return [run.tags.get(PARTITION_NAME_TAG) or first or ""]


def _is_monthly(run: dg.DagsterRun) -> bool:
    selected = run.asset_selection or frozenset()
    return run.job_name == "ingest_months" or (bool(selected) and selected <= _MONTHLY)
