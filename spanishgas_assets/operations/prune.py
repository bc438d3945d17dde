"""Which runs the instance may forget, and forgetting them: events, check outcomes and logs.

Dagster keeps every run for ever. What follows from the history must stay: a partition's last
materialization and observation (staleness reads its versions), a check's last outcome (the quality
summary), the runs that an open alert links to. A run goes when it is old and newer ones have made
again all that it made; a failed run made nothing and goes by age alone.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, field
from datetime import UTC

import dagster as dg
from sqlalchemy import func, select

from spanishgas_assets.dagster_internals import (
    AssetCheckExecutionRecordStatus,
    AssetCheckExecutionsTable,
    SqlEventLogStorage,
    SqlEventLogStorageTable,
)
from spanishgas_assets.operations.alerts.outbox import HEARTBEAT_OUTBOX, SENSOR_OUTBOX, AlertOutbox
from spanishgas_assets.publication.unneeded import remove, unneeded
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.store import Store, open_store

_SECONDS_PER_DAY = 86_400.0
_PAGE = 500
_FINISHED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]
_MAKING = [
    dg.DagsterEventType.ASSET_MATERIALIZATION.value,
    dg.DagsterEventType.ASSET_OBSERVATION.value,
]
#: A check that was only planned said nothing.
_EVALUATED = [
    AssetCheckExecutionRecordStatus.SUCCEEDED.value,
    AssetCheckExecutionRecordStatus.FAILED.value,
]


@dataclass(frozen=True)
class PastRun:
    """A finished run: when it ended, and when it made what.

    Attributes:
        run_id: of the run.
        ended_at: seconds since 1970.
        made: time of the last event of each (kind of event or check, asset, partition).
    """

    run_id: str
    ended_at: float
    made: dict[tuple[str, str, str], float] = field(default_factory=dict)


def forgettable(
    runs: Sequence[PastRun], *, before: float, keep: int, needed: Set[str] = frozenset()
) -> list[str]:
    """Choose the runs that ended before a time and are not among the last to make anything.

    Args:
        runs: every finished run.
        before: seconds since 1970.
        keep: how many of the last runs that made a thing stay.
        needed: ids of runs that stay whatever they made.
    """
    makers: dict[tuple[str, str, str], list[tuple[float, str]]] = defaultdict(list)
    for run in runs:
        for thing, at in run.made.items():
            makers[thing].append((at, run.run_id))
    last = {run_id for made in makers.values() for _, run_id in sorted(made)[-keep:]}
    return [
        run.run_id
        for run in runs
        if run.ended_at < before and run.run_id not in last and run.run_id not in needed
    ]


def prune(instance: dg.DagsterInstance, settings: Settings, now: float) -> list[str]:
    """Forget what the settings' policy no longer keeps; returns the ids of those runs.

    A run is forgotten whole or not at all, the oldest first: a prune that was stopped midway is
    finished by the next.
    """
    chosen = forgettable(
        list(past_runs(instance)),
        before=now - settings.keep_runs_days * _SECONDS_PER_DAY,
        keep=settings.keep_runs_per_partition,
        needed=alerted_runs(open_store(settings.store)),
    )
    for run_id in chosen:
        instance.compute_log_manager.delete_logs(prefix=[run_id])
        _forget_check_outcomes(instance, run_id)
        instance.delete_run(run_id)
    return chosen


def past_runs(instance: dg.DagsterInstance) -> Iterator[PastRun]:
    """Read every finished run and what it made, oldest first."""
    cursor = None
    while True:
        records = instance.get_run_records(
            dg.RunsFilter(statuses=_FINISHED), limit=_PAGE, cursor=cursor, ascending=True
        )
        made = _made(instance, [record.dagster_run.run_id for record in records])
        for record in records:
            run_id = record.dagster_run.run_id
            yield PastRun(run_id, record.end_time or _updated(record), made.get(run_id, {}))
        if len(records) < _PAGE:
            return
        cursor = records[-1].dagster_run.run_id


def alerted_runs(store: Store) -> set[str]:
    """Return the runs that a message about an incident still open links to."""
    return {
        seen.run_id
        for key in (SENSOR_OUTBOX, HEARTBEAT_OUTBOX)
        for incident in AlertOutbox(store, key).incidents.open.values()
        for seen in incident.scopes.values()
    }


def _updated(record: dg.RunRecord) -> float:
    """Say when a run ended that has no end, as one cancelled in the queue."""
    return record.update_timestamp.replace(tzinfo=record.update_timestamp.tzinfo or UTC).timestamp()


def _made(
    instance: dg.DagsterInstance, run_ids: Sequence[str]
) -> dict[str, dict[tuple[str, str, str], float]]:
    """Read by run what it made: a few columns of all its events in one query, and no event."""
    events, checks = SqlEventLogStorageTable.c, AssetCheckExecutionsTable.c
    last_event, last_check = func.max(events.timestamp), func.max(checks.evaluation_event_timestamp)
    of_tables = (
        select(events.run_id, events.dagster_event_type, events.asset_key, events.partition)
        .add_columns(last_event)
        .where(events.run_id.in_(run_ids), events.dagster_event_type.in_(_MAKING))
        .group_by(events.run_id, events.dagster_event_type, events.asset_key, events.partition)
    )
    of_checks = (
        select(checks.run_id, checks.check_name, checks.asset_key, checks.partition)
        .add_columns(last_check)
        .where(checks.run_id.in_(run_ids), checks.execution_status.in_(_EVALUATED))
        .group_by(checks.run_id, checks.check_name, checks.asset_key, checks.partition)
    )
    storage = instance.event_log_storage
    if not isinstance(storage, SqlEventLogStorage):
        raise TypeError(f"{type(storage).__name__} is no SQL storage, so its runs are never pruned")
    made: dict[str, dict[tuple[str, str, str], float]] = defaultdict(dict)
    with storage.index_connection() as connection:
        for query in (of_tables, of_checks):
            for run_id, kind, asset, partition, at in connection.execute(query):
                made[run_id][kind, asset or "", partition or ""] = at.timestamp()
    return made


def _forget_check_outcomes(instance: dg.DagsterInstance, run_id: str) -> None:
    """Remove the rows that ``delete_run`` leaves: each repeats an outcome with its metadata."""
    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage):
        of_run = AssetCheckExecutionsTable.c.run_id == run_id
        with storage.index_connection() as connection:
            connection.execute(AssetCheckExecutionsTable.delete().where(of_run))


@dg.op
def forget_old_runs(context: dg.OpExecutionContext, settings: dg.ResourceParam[Settings]) -> None:
    """Forgets runs by the settings ``keep_runs_days`` and ``keep_runs_per_partition``."""
    started = context.instance.get_run_stats(context.run_id).start_time
    with user_errors_as_failures():
        forgotten = prune(context.instance, settings, started or 0.0)
    context.add_output_metadata({"runs_forgotten": len(forgotten)})


@dg.op
def remove_unneeded_objects(
    context: dg.OpExecutionContext, settings: dg.ResourceParam[Settings]
) -> None:
    """Removes superseded publications by the settings ``keep_publications_*``, and leftovers."""
    started = context.instance.get_run_stats(context.run_id).start_time
    store = open_store(settings.store)
    with user_errors_as_failures():
        chosen = unneeded(
            store,
            now=started or 0.0,
            keep_days=settings.keep_publications_days,
            keep_count=settings.keep_publications_per_snapshot,
        )
        remove(store, chosen)
    context.add_output_metadata(
        {
            "publications_removed": len(chosen.manifests),
            "objects_removed": len(chosen.keys),
            "abandoned_files_removed": len(chosen.abandoned),
        }
    )
