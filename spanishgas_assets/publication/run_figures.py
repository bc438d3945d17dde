"""What the runs came to that made a snapshot: rows, checks and time, from the instance's events.

A publication keeps them, so that whoever reads it needs no instance.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import dagster as dg

from spanishgas_assets.raw.drops import CUSTOMERS_AS_OF
from spanishgas_assets.storage.manifests import Content
from spanishgas_assets.storage.step_seconds import WORK_SECONDS, WRITE_SECONDS

#: What a snapshot stands on beside the tables of a publication.
_OTHERS = ("churn/training_set", "churn/churn_model", "churn/champion")


def partitions_of(content: Content) -> dict[str, list[str]]:
    """Return the partitions of each table of a publication (``layer/table``)."""
    return {title: list(parts) for title, parts in content.tables.items()}


def run_figures(
    instance: dg.DagsterInstance, snapshot: str, partitions: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Return what the runs came to that made the partitions.

    Args:
        instance: has the events.
        snapshot: the as-of date.
        partitions: of each table (``layer/table``).

    Returns:
        ``readings`` (hourly readings of the months), ``rows`` and ``seconds`` (by layer; of steps,
        checks included), ``work_seconds`` (the part of them spent in reading, transforms, model and
        writing), ``checks_passed``, ``failed_checks`` (name and what it says, of the latest outcome
        of every check of every partition), ``customers_as_of`` (day of the dated drop that has the
        contracts; empty for a flat one).
    """
    keys = [(title, day) for title, days in partitions.items() for day in days]
    keys += [(title, snapshot) for title in _OTHERS]
    events = list(_materializations(instance, keys))
    runs = {event.run_id for event in events}
    checks = _checks(instance, runs, {partition for _, partition in keys})
    failed = sorted(name for name, (passed, _) in checks.items() if not passed)
    told = (str(_number(event, CUSTOMERS_AS_OF) or "") for event in events)
    return {
        "readings": sum(_number(event, "readings") for event in events),
        "rows": _rows(events),
        "checks_passed": len(checks) - len(failed),
        "failed_checks": [f"{name}: {checks[name][1]}" for name in failed],
        "seconds": _seconds(instance, runs),
        "work_seconds": sum(
            _number(event, name) for event in events for name in (WORK_SECONDS, WRITE_SECONDS)
        ),
        "customers_as_of": next((day for day in told if day), ""),
    }


def _materializations(
    instance: dg.DagsterInstance, keys: Sequence[tuple[str, str]]
) -> Iterator[dg.EventLogRecord]:
    """Find the latest event of every partition."""
    for title, partition in keys:
        yield from instance.fetch_materializations(
            dg.AssetRecordsFilter(
                asset_key=dg.AssetKey(title.split("/")), asset_partitions=[partition]
            ),
            limit=1,
        ).records


def _number(record: dg.EventLogRecord, name: str) -> Any:
    event = record.asset_materialization
    value = event.metadata.get(name) if event else None
    return value.value if value is not None else 0


def _rows(records: Sequence[dg.EventLogRecord]) -> dict[str, int]:
    rows: dict[str, int] = defaultdict(int)
    for record in records:
        event = record.asset_materialization
        if event is not None:
            rows[event.asset_key.path[0]] += _number(record, "dagster/partition_row_count")
    return dict(rows)


def _checks(
    instance: dg.DagsterInstance, runs: set[str], partitions: set[str]
) -> dict[str, tuple[bool, str]]:
    """Return the latest outcome of every check: by name, whether it passed and what it says."""
    evaluated: dict[str, tuple[float, bool, str]] = {}
    for run in runs:
        records = instance.get_records_for_run(
            run, of_type=dg.DagsterEventType.ASSET_CHECK_EVALUATION
        ).records
        for record in records:
            event = record.event_log_entry.dagster_event
            outcome = event.asset_check_evaluation_data if event else None
            if outcome is None or outcome.partition not in partitions:
                continue
            name = f"{outcome.asset_key.to_user_string()} {outcome.check_name} {outcome.partition}"
            if name not in evaluated or evaluated[name][0] < record.timestamp:
                said = outcome.description or ""
                evaluated[name] = (record.timestamp, outcome.passed, said)
    return {name: (passed, said) for name, (_, passed, said) in evaluated.items()}


def _seconds(instance: dg.DagsterInstance, runs: set[str]) -> dict[str, float]:
    """Add up the time of the steps of each layer, checks included."""
    seconds: dict[str, float] = defaultdict(float)
    for run in runs:
        for step in instance.get_run_step_stats(run):
            if step.start_time and step.end_time:
                layer = step.step_key.split("_", 1)[0]
                seconds[layer] += step.end_time - step.start_time
    return dict(seconds)
