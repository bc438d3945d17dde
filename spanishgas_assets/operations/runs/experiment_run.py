"""One experiment of a snapshot, run as its own job, with its progress told line by line."""

import dagster as dg
import polars as pl
from rich.console import Console

from spanishgas_assets.churn.tables import ABLATION, BACKTEST, SEARCH, TRAINING_SET
from spanishgas_assets.errors import StoreError
from spanishgas_assets.operations.runs.job_execution import execute_job
from spanishgas_assets.settings import Settings
from spanishgas_assets.snapshot_dates import refuse_unknown_snapshot
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import current_version, scan_tables, table_key

_TABLES = {"ablation": ABLATION, "search": SEARCH, "backtest": BACKTEST}


def run_experiment(
    settings: Settings,
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    experiment: str,
    snapshot: str,
    console: Console,
) -> pl.DataFrame:
    """Run ``ablation``, ``search`` or ``backtest`` and return its table.

    Raises:
        SettingsError: the snapshot is not a Monday that the platform knows.
        StoreError: the snapshot has no training set.
        RunFailedError: the job failed; its message is the step's own.
    """
    refuse_unknown_snapshot(snapshot)
    store = open_store(settings.store)
    if not current_version(store, table_key(TRAINING_SET.layer, TRAINING_SET.name, snapshot)):
        raise StoreError(
            f"snapshot {snapshot} has no training set in {store.root}: run it first "
            f"(spanishgas run --snapshot {snapshot} --train)"
        )
    table = _TABLES[experiment]

    def heard(event: dg.EventLogEntry) -> None:
        if event.dagster_event is None and event.step_key:
            console.print(f"  {event.user_message}", style="dim", end="\n")

    job = definitions.resolve_job_def(table.name)
    execute_job(job, instance, heard, partition_key=snapshot)
    return scan_tables(store, [table_key(table.layer, table.name, snapshot)]).collect()
