"""Registry events by people, as an asset of the graph: they make champions stale.

The gate's own promotions are part of the champion asset. A promotion, rollback or approval from the
command line is not: it is observed here, and makes the champions of the snapshots concerned stale.
"""

import dagster as dg

from spanishgas_assets.partitions import SNAPSHOTS

REGISTRY_EVENTS = dg.AssetSpec(
    dg.AssetKey(["registry", "registry_events"]),
    description="Promotions, rollbacks, approvals and rejections by people, by snapshot concerned.",
    group_name="registry",
    kinds={"json"},
    owners=["team:data"],
    partitions_def=SNAPSHOTS,
)


def report_registry_event(
    instance: dg.DagsterInstance, champion: dg.AssetKey, since: str, events: int
) -> list[str]:
    """Record an event from a snapshot on; return the materialized snapshots that it affects.

    Args:
        instance: where the graph's events are.
        champion: key of the champion asset.
        since: first snapshot affected.
        events: number of events in the registry, which identifies this state of it.
    """
    served = sorted(day for day in instance.get_materialized_partitions(champion) if day >= since)
    for day in served:
        instance.report_runless_asset_event(
            dg.AssetObservation(
                REGISTRY_EVENTS.key, partition=day, tags={"dagster/data_version": f"event {events}"}
            )
        )
    return served
