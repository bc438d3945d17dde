"""What people do to the registry, as the graph sees it: a cause for a snapshot to look again.

The gate's own promotions are part of the champion asset. A promotion, rollback or approval from the
command line is not: it is observed here, and makes the champions of the snapshots concerned stale.
"""

import dagster as dg

from spanishgas_assets.partitions import SNAPSHOTS

MOVES = dg.AssetSpec(
    dg.AssetKey(["registry", "moves"]),
    description="Promotions, rollbacks, approvals and rejections by people, by snapshot concerned.",
    group_name="registry",
    kinds={"json"},
    owners=["team:data"],
    partitions_def=SNAPSHOTS,
)


def report_move(
    instance: dg.DagsterInstance, champion: dg.AssetKey, since: str, moves: int
) -> list[str]:
    """Record that people moved the champion from a snapshot on; return the snapshots concerned.

    Args:
        instance: where the graph's events are.
        champion: the asset that serves.
        since: first snapshot concerned.
        moves: length of the registry's log, which tells this state from all others.
    """
    served = sorted(day for day in instance.get_materialized_partitions(champion) if day >= since)
    for day in served:
        instance.report_runless_asset_event(
            dg.AssetObservation(
                MOVES.key, partition=day, tags={"dagster/data_version": f"move {moves}"}
            )
        )
    return served
