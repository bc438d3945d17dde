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

from spanishgas_assets.dagster_internals import AssetCheckExecutionsTable, SqlEventLogStorage
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
_MAKING = {
    dg.DagsterEventType.ASSET_MATERIALIZATION,
    dg.DagsterEventType.ASSET_OBSERVATION,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}


@dataclass(frozen=True)
class PastRun:
    """A finished run: when it ended, and when it made what.

    Attributes:
        run_id: of the run.
        ended_at: seconds since 1970.
        made: time of the last event of each (kind, asset or check, partition).
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
        for record in records:
            run_id = record.dagster_run.run_id
            yield PastRun(run_id, record.end_time or _updated(record), _made(instance, run_id))
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


def _made(instance: dg.DagsterInstance, run_id: str) -> dict[tuple[str, str, str], float]:
    made: dict[tuple[str, str, str], float] = {}
    for record in instance.get_records_for_run(run_id, of_type=_MAKING).records:
        event = record.event_log_entry.dagster_event
        if event is None:
            continue
        if event.event_type == dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            outcome = event.asset_check_evaluation_data
            name = f"{outcome.asset_key.to_user_string()}:{outcome.check_name}"
            thing = (event.event_type_value, name, outcome.partition or "")
        else:
            key = event.asset_key
            name = key.to_user_string() if key else ""
            thing = (event.event_type_value, name, event.partition or "")
        made[thing] = max(made.get(thing, 0.0), record.timestamp)
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
