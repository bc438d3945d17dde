"""Which partitions a snapshot lacks, and which no longer follow from their inputs.

Dagster's own verdict, from code versions and data versions: the one that the UI shows. A table
whose checks are not all done counts as missing, so that it is made and checked again.
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
from spanishgas_assets.operations.intact import is_intact
from spanishgas_assets.partitions import MONTHS
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.unfinished_checks import unfinished_checks


def stale_months(
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    store: Store,
    tables: Sequence[Table],
    months: Sequence[str],
) -> list[str]:
    """Return the months of which a table is missing, stale or not checked, in order."""
    resolver = _resolver(instance, definitions)
    graph = definitions.resolve_asset_graph()
    monthly = {_key(table): table for table in tables if table.cadence == "month"}
    return [
        month
        for month in months
        if any(
            resolver.get_status(key, month) != StaleStatus.FRESH
            or not is_intact(store, monthly, key, month)
            for key in monthly
        )
        or unfinished_checks(instance, graph, list(monthly), month)
    ]


def stale_assets(
    instance: dg.DagsterInstance,
    definitions: dg.Definitions,
    store: Store,
    tables: Sequence[Table],
    job: str,
    snapshot: str,
) -> list[dg.AssetKey]:
    """Return the job's assets that a snapshot lacks, and all that follow them, in order.

    Lacking are those that are missing, stale or not checked.

    A change of a month outside the snapshot's twelve matters to nobody, although the partition
    mapping, which counts in weeks, names it.
    """
    resolver = _resolver(instance, definitions)
    graph = definitions.resolve_asset_graph()
    selected = definitions.resolve_job_def(job).asset_layer.executable_asset_keys
    needed = set(trailing_year_keys(date.fromisoformat(snapshot)))
    stored = {_key(table): table for table in tables}
    unchecked = unfinished_checks(instance, graph, selected, snapshot)
    chosen: set[dg.AssetKey] = set()
    for key in graph.toposorted_asset_keys:
        if key not in selected:
            continue
        causes = [
            cause
            for cause in resolver.get_stale_causes(key, snapshot)
            if cause.dependency is None
            or graph.get(cause.dependency.asset_key).partitions_def != MONTHS
            or cause.dependency.partition_key in needed
        ]
        missing = resolver.get_status(key, snapshot) == StaleStatus.MISSING or not is_intact(
            store, stored, key, snapshot
        )
        if missing or causes or key in unchecked or chosen & graph.get(key).parent_keys:
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
