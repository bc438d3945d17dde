"""Which checks a table still owes: a table is done when its checks are.

A run that dies between a table and a check of its own step leaves the table without the verdict;
so does a check whose step fails. Neither shows in Dagster's staleness, which knows assets only.
"""

from collections.abc import Iterable
from typing import Any

import dagster as dg

from spanishgas_assets.dagster_internals import (
    AssetCheckExecutionRecord,
    AssetCheckExecutionRecordStatus,
    BaseAssetGraph,
    PartitionKeyFilter,
)

_OUTCOMES = {
    AssetCheckExecutionRecordStatus.SUCCEEDED,
    AssetCheckExecutionRecordStatus.FAILED,
}


def unfinished_checks(
    instance: dg.DagsterInstance,
    graph: BaseAssetGraph[Any],
    assets: Iterable[dg.AssetKey],
    partition: str,
) -> dict[dg.AssetKey, list[str]]:
    """Return the checks that a partition of each asset lacks, by asset.

    A check is lacking where it has not run since the asset was last made, and where it blocks what
    follows and failed. An asset that was never made lacks none.

    Args:
        instance: holds the events.
        graph: declares the checks.
        assets: to look at.
        partition: key of the partition.
    """
    keys = sorted(graph.get_check_keys_for_assets(set(assets)))
    latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(
        keys, partition_filter=PartitionKeyFilter(key=partition)
    )
    lacking: dict[dg.AssetKey, list[str]] = {}
    for asset in sorted({key.asset_key for key in keys}):
        made = _last_made(instance, asset, partition)
        names = [
            key.name
            for key in keys
            if key.asset_key == asset
            and made is not None
            and not _is_done(latest.get(key), made, blocking=graph.get(key).blocking)
        ]
        if names:
            lacking[asset] = names
    return lacking


def _last_made(
    instance: dg.DagsterInstance, asset: dg.AssetKey, partition: str
) -> dg.EventLogRecord | None:
    records = instance.fetch_materializations(
        dg.AssetRecordsFilter(asset_key=asset, asset_partitions=[partition]), limit=1
    ).records
    return records[0] if records else None


def _is_done(
    record: AssetCheckExecutionRecord | None, made: dg.EventLogRecord, *, blocking: bool
) -> bool:
    # A check that is planned and never ran has an event, which is no outcome.
    if record is None or record.event is None or record.status not in _OUTCOMES:
        return False
    if blocking and record.status == AssetCheckExecutionRecordStatus.FAILED:
        return False
    # Checks that a table judges before it is stored come before it, in the same run.
    return record.run_id == made.run_id or record.event.timestamp >= made.timestamp
