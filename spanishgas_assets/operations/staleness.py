"""Which partitions a snapshot lacks, and which no longer follow from their inputs.

Dagster's own verdict, from code versions and data versions: the one that the UI shows.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

import dagster as dg

from spanishgas_assets.dagster_internals import (
    CachingStaleStatusResolver,
    LoadingContext,
    StaleStatus,
)
from spanishgas_assets.partitions import MONTHS, trailing_year_keys
from spanishgas_assets.storage.parquet_io_manager import table_key
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.contracts import Table


def stale_months(
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    store: Store,
    tables: Sequence[Table],
    months: Sequence[str],
) -> list[str]:
    """Return the months of which a table is missing or stale, in order."""
    resolver = _resolver(instance, definitions)
    monthly = [table for table in tables if table.cadence == "month"]
    return [
        month
        for month in months
        if any(
            resolver.get_status(_key(table), month) != StaleStatus.FRESH
            or not store.exists(table_key(table.layer, table.name, month))
            for table in monthly
        )
    ]


def stale_assets(
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    store: Store,
    tables: Sequence[Table],
    job: str,
    snapshot: str,
) -> list[dg.AssetKey]:
    """Return the job's assets that are missing or stale for a snapshot, and all that follow them.

    A change of a month outside the snapshot's twelve matters to nobody, although the partition
    mapping, which counts in weeks, names it.
    """
    resolver = _resolver(instance, definitions)
    graph = definitions.resolve_asset_graph()
    selected = definitions.resolve_job_def(job).asset_layer.executable_asset_keys
    needed = set(trailing_year_keys(date.fromisoformat(snapshot)))
    stored = {_key(table): table for table in tables}
    chosen: set[dg.AssetKey] = set()
    for key in graph.toposorted_asset_keys:
        if key not in selected:
            continue
        table = stored.get(key)
        causes = [
            cause
            for cause in resolver.get_stale_causes(key, snapshot)
            if cause.dependency is None
            or graph.get(cause.dependency.asset_key).partitions_def != MONTHS
            or cause.dependency.partition_key in needed
        ]
        missing = resolver.get_status(key, snapshot) == StaleStatus.MISSING or (
            table is not None and not store.exists(table_key(table.layer, table.name, snapshot))
        )
        if missing or causes or chosen & graph.get(key).parent_keys:
            chosen.add(key)
    return [key for key in graph.toposorted_asset_keys if key in chosen]


class LoadingScope(LoadingContext):
    """The scope in which Dagster remembers what it has looked up: one question."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self._instance = instance
        self._loaders: dict[Any, Any] = {}

    @property
    def instance(self) -> dg.DagsterInstance:
        """Where events are looked up."""
        return self._instance

    @property
    def loaders(self) -> dict[Any, Any]:
        """What was looked up."""
        return self._loaders


def _resolver(
    instance: dg.DagsterInstance, definitions: dg.Definitions
) -> CachingStaleStatusResolver:
    return CachingStaleStatusResolver(
        instance, definitions.resolve_asset_graph(), LoadingScope(instance)
    )


def _key(table: Table) -> dg.AssetKey:
    return dg.AssetKey([table.layer, table.name])
