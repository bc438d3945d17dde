"""Liveness: daemons, schedules and sensors tick, runs end, tables are fresh, snapshots appear.

The alert sensor checks it at every tick. A dead daemon cannot report itself, so the command
``spanishgas heartbeat`` checks from outside, from a scheduler of its own.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import dagster as dg

from spanishgas_assets.dagster_internals import (
    FreshnessState,
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    ScheduleInstigatorData,
    TickStatus,
    cron_string_iterator,
)
from spanishgas_assets.errors import StoreError
from spanishgas_assets.operations.alerts.finished_runs import RUNS_END, first_cause
from spanishgas_assets.operations.alerts.incidents import Kind, Observation
from spanishgas_assets.operations.arrivals.arrival_state import read_state
from spanishgas_assets.storage.publication_log import latest_snapshot
from spanishgas_assets.storage.store import Store

#: Subject of the incident of snapshots that do not appear.
PUBLICATION = "publication"
#: A snapshot is published within this time after its Monday; the next is due a week later.
PUBLISHED_WITHIN = timedelta(days=7, hours=12)
#: A sensor may be silent for this long; a schedule for this long after it was due.
SENSOR_SILENCE_SECONDS, SCHEDULE_GRACE_SECONDS = 900.0, 21_600.0
#: Consecutive failed ticks before an alert.
FAILED_TICKS = 3
#: A run that has not changed its state for this long is stuck.
STUCK_AFTER = timedelta(hours=6)

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def signs_of_life(
    instance: dg.DagsterInstance, store: Store, assets: Sequence[dg.AssetKey], now: float
) -> list[Observation]:
    """Observe all that should happen unattended; ``assets`` are those with a freshness policy."""
    return [
        *_daemons(instance, now),
        *_instigators(instance, now),
        *_stuck_runs(instance, now),
        *_freshness(instance, assets, now),
        _publication(instance, store, now),
    ]


def _daemons(instance: dg.DagsterInstance, now: float) -> Iterator[Observation]:
    for name, status in instance.get_daemon_statuses().items():
        yield _sign(f"daemon {name}", bool(status.healthy), "no heartbeat", now)


def _instigators(instance: dg.DagsterInstance, now: float) -> Iterator[Observation]:
    running = {InstigatorStatus.RUNNING, InstigatorStatus.DECLARED_IN_CODE}
    for state in instance.all_instigator_state():
        if state.status in running and state.instigator_data is not None:
            message = _silence(instance, state, now)
            kind = "schedule" if state.instigator_type == InstigatorType.SCHEDULE else "sensor"
            yield _sign(f"{kind} {state.name}", message is None, message or "", now)


def _silence(instance: dg.DagsterInstance, state: InstigatorState, now: float) -> str | None:
    """Return why a running schedule or sensor does not do its work; None if it does."""
    ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=FAILED_TICKS)
    started = _started(state)
    last = max([*(tick.timestamp for tick in ticks), started])
    if now - last > _allowed_silence(state, now):
        return f"last tick {datetime.fromtimestamp(last, UTC):%Y-%m-%d %H:%M} UTC"
    if len(ticks) == FAILED_TICKS and all(tick.status == TickStatus.FAILURE for tick in ticks):
        error = ticks[0].error
        why = f": {first_cause(error)}" if error else ""
        return f"the last {FAILED_TICKS} ticks failed{why}"
    return None


def _started(state: InstigatorState) -> float:
    data = state.instigator_data
    if isinstance(data, ScheduleInstigatorData):
        return data.start_timestamp or 0.0
    return getattr(data, "last_sensor_start_timestamp", None) or 0.0


def _allowed_silence(state: InstigatorState, now: float) -> float:
    data = state.instigator_data
    if not isinstance(data, ScheduleInstigatorData) or not isinstance(data.cron_schedule, str):
        return SENSOR_SILENCE_SECONDS
    due = cron_string_iterator(now, data.cron_schedule, "UTC")
    first, second = next(due), next(due)
    return (second - first).total_seconds() + SCHEDULE_GRACE_SECONDS


def _stuck_runs(instance: dg.DagsterInstance, now: float) -> Iterator[Observation]:
    before = datetime.fromtimestamp(now, UTC) - STUCK_AFTER
    for record in instance.get_run_records(
        dg.RunsFilter(statuses=_UNFINISHED, updated_before=before), limit=100
    ):
        run = record.dagster_run
        yield Observation(
            Kind.HEARTBEAT,
            RUNS_END,
            run.run_id,
            healthy=False,
            message=f"{run.job_name} has been {run.status.value.lower()} since before "
            f"{before:%Y-%m-%d %H:%M} UTC",
            at=now,
            run_id=run.run_id,
        )


def _freshness(
    instance: dg.DagsterInstance, assets: Sequence[dg.AssetKey], now: float
) -> Iterator[Observation]:
    for key, record in instance.get_freshness_state_records(assets).items():
        if record.freshness_state in {FreshnessState.UNKNOWN, FreshnessState.NOT_APPLICABLE}:
            continue
        yield Observation(
            Kind.FRESHNESS,
            "tables are made in time",
            key.to_user_string(),
            healthy=record.freshness_state != FreshnessState.FAIL,
            message="not materialized within its freshness window",
            at=now,
        )


def _publication(instance: dg.DagsterInstance, store: Store, now: float) -> Observation:
    try:
        newest = latest_snapshot(store)
        began = _began(instance, store) if newest is None else None
    except StoreError as error:
        return _sign("publication", False, str(error), now)  # noqa: FBT003
    if newest is None:
        waits = began is not None and now - began > PUBLISHED_WITHIN.total_seconds()
        return _sign(PUBLICATION, not waits, "no snapshot has been published yet", now)
    monday = datetime.combine(date.fromisoformat(newest), datetime.min.time(), UTC)
    late = datetime.fromtimestamp(now, UTC) - monday > PUBLISHED_WITHIN
    return _sign(PUBLICATION, not late, f"the last published snapshot is {newest}", now)


def _began(instance: dg.DagsterInstance, store: Store) -> float | None:
    """Return since when there is a platform: its first look at the raw root, or its first run."""
    runs = instance.get_run_records(limit=1, ascending=True)
    times = [read_state(store).began_at, *(run.create_timestamp.timestamp() for run in runs)]
    return min((time for time in times if time), default=None)


def _sign(subject: str, healthy: bool, message: str, now: float) -> Observation:  # noqa: FBT001
    return Observation(Kind.HEARTBEAT, subject, "", healthy=healthy, message=message, at=now)
