"""One snapshot, from raw drops to recommendations, in one process.

Months first and in one pass, then the snapshot; only what is missing or stale. The runs are
recorded in the instance, as if they had been started in the UI.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

import dagster as dg
from rich.console import Console

from spanishgas_assets.catalog import TABLES
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.errors import GateRefusalError, RunFailedError
from spanishgas_assets.operations.external_versions import (
    report_external_versions,
    report_reading_settings,
)
from spanishgas_assets.operations.runs.job_execution import execute_job
from spanishgas_assets.operations.runs.progress import RunProgress
from spanishgas_assets.operations.staleness import stale_assets, stale_months
from spanishgas_assets.publication.stopped_runs import MONTHS, forget_begun, forget_stops
from spanishgas_assets.raw.assets import report_versions
from spanishgas_assets.settings import Settings
from spanishgas_assets.snapshot_dates import refuse_unknown_snapshot, trailing_year_keys
from spanishgas_assets.storage.publication_log import mend_latest
from spanishgas_assets.storage.store import open_store


@dataclass(frozen=True)
class SnapshotRun:
    """What a command made: the months ingested and the assets of the snapshot."""

    months: list[str]
    assets: list[str]


def run_snapshot(
    settings: Settings,
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    snapshot: str,
    *,
    train: bool,
    console: Console,
) -> SnapshotRun:
    """Materialise what a snapshot lacks, and all that follows from it.

    Raises:
        SettingsError: the snapshot is not a Monday that the platform knows.
        RawFileError: a raw file is missing.
        RunFailedError: a step failed; its message is the step's own.
        GateRefusalError: the gate refused the new model, and no champion stands.
    """
    refuse_unknown_snapshot(snapshot)
    store = open_store(settings.store)
    mend_latest(store)
    Registry(store).settle()
    months = trailing_year_keys(date.fromisoformat(snapshot))
    report_versions(instance, settings, months, snapshot)
    report_external_versions(instance, settings, snapshot)
    report_reading_settings(instance, settings, months)
    stale = stale_months(instance, definitions, store, TABLES, months)
    if stale:
        _execute(
            definitions.resolve_job_def("ingest_months"),
            instance,
            console,
            title=f"{len(stale)} months" if len(stale) > 1 else stale[0][:7],
            tags={
                "dagster/asset_partition_range_start": stale[0],
                "dagster/asset_partition_range_end": stale[-1],
            },
        )
    job = "train_snapshot" if train else "score_snapshot"
    assets = stale_assets(instance, definitions, store, TABLES, job, snapshot)
    if assets:
        try:
            _execute(
                definitions.resolve_job_def(job),
                instance,
                console,
                title=snapshot,
                partition_key=snapshot,
                asset_selection=assets,
            )
        except RunFailedError:
            decision = Registry(store).decision(date.fromisoformat(snapshot))
            standing = Registry(store).champion(date.fromisoformat(snapshot))
            if decision is None or decision.accepted or standing:
                raise
            raise GateRefusalError(
                f"{decision.explain()}\nThere is no champion, so no customer is scored. The tables "
                "up to gold are kept. Correct the labels or features, and run again with --train."
            ) from None
    forget_stops(store, snapshot, MONTHS)
    forget_begun(store, snapshot, MONTHS)
    return SnapshotRun(stale, [key.to_user_string() for key in assets])


def _execute(
    job: dg.JobDefinition,
    instance: dg.DagsterInstance,
    console: Console,
    *,
    title: str,
    **options: Any,
) -> None:
    with RunProgress(console, title) as progress:
        selected = options.get("asset_selection") or job.asset_layer.executable_asset_keys
        progress.plan(len(set(selected)))
        execute_job(job, instance, progress.heard, **options)
