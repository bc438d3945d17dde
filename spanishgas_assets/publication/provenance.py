"""What a publication was made from and by: raw drops, settings, code, run."""

import functools
import hashlib
from collections.abc import Sequence
from datetime import UTC, date, datetime
from importlib.metadata import version as installed_version
from pathlib import Path

import dagster as dg

from spanishgas_assets.catalog import PUBLISHED_TABLES
from spanishgas_assets.config_assets import CONFIG_ASSETS
from spanishgas_assets.partitions import MONTHS
from spanishgas_assets.publication.assembly import (
    published_files,
    published_model,
    published_tables,
)
from spanishgas_assets.raw.assets import RAW_ASSETS
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.manifests import Content
from spanishgas_assets.storage.store import Store

_VERSION = "dagster/data_version"
_LAUNCHERS = {
    "dagster/schedule_name": "schedule",
    "dagster/sensor_name": "sensor",
    "dagster/backfill": "backfill",
}


def observed_versions(
    instance: dg.DagsterInstance, specs: Sequence[dg.AssetSpec], snapshot: str, months: list[str]
) -> dict[str, dict[str, str]]:
    """Return the versions of external assets by name and partition, as the run observed them."""
    found: dict[str, dict[str, str]] = {}
    for spec in specs:
        partitions = months if spec.partitions_def == MONTHS else [snapshot]
        for partition in partitions:
            records = instance.fetch_observations(
                dg.AssetRecordsFilter(asset_key=spec.key, asset_partitions=[partition]), limit=1
            ).records
            event = records[0].asset_observation if records else None
            if event is not None and _VERSION in event.tags:
                name = spec.key.to_user_string()
                found.setdefault(name, {})[partition] = event.tags[_VERSION]
    return found


def assembled(
    store: Store, instance: dg.DagsterInstance, snapshot: str, model_version: str
) -> Content:
    """Return what is to be published of a snapshot, as store and instance have it.

    Raises:
        StoreError: a table or file is missing or damaged, or the tables are of two runs.
    """
    months = trailing_year_keys(date.fromisoformat(snapshot))
    return Content(
        snapshot,
        published_tables(store, PUBLISHED_TABLES, snapshot),
        published_files(store, snapshot),
        published_model(store, snapshot, model_version),
        observed_versions(instance, CONFIG_ASSETS, snapshot, months),
        observed_versions(instance, RAW_ASSETS, snapshot, months),
        code_version(),
    )


def started_at(instance: dg.DagsterInstance, run_id: str) -> str:
    """Return when a run started, ISO 8601 in UTC."""
    started = instance.get_run_stats(run_id).start_time or 0.0
    return datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds")


def launched_by(run: dg.DagsterRun) -> dict[str, str]:
    """Say which run publishes, of which job, and what launched it."""
    launcher = next(
        (f"{what} {run.tags[tag]}" for tag, what in _LAUNCHERS.items() if tag in run.tags),
        "a person",
    )
    return {"run_id": run.run_id, "job": run.job_name, "launched_by": launcher}


@functools.cache
def code_version() -> dict[str, str]:
    """Return the platform's version and the digest of its source, rules and word lists."""
    package = Path(__file__).parents[1]
    digest = hashlib.sha256()
    for path in sorted([*package.rglob("*.py"), *package.rglob("*.yaml")]):
        digest.update(path.relative_to(package).as_posix().encode())
        digest.update(path.read_bytes())
    return {"version": installed_version("spanishgas-assets"), "source": digest.hexdigest()[:16]}
