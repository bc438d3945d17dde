"""The registry as an asset of the graph: what stands in it when a snapshot's champion is selected.

Its version is observed before every run, so that the first champion of a snapshot already has
something to compare with. The gate's promotions of the snapshot's own candidates are part of the
champion asset and do not count; all else that decides who serves does.
"""

from collections.abc import Sequence

import dagster as dg

from spanishgas_assets.churn.gate.registry import GATE, ChampionEntry, standing_promotions
from spanishgas_assets.partitions import SNAPSHOTS

REGISTRY_EVENTS = dg.AssetSpec(
    dg.AssetKey(["registry", "registry_events"]),
    description="Promotions, rollbacks, approvals and rejections by people, by snapshot concerned.",
    group_name="registry",
    kinds={"json"},
    owners=["team:data"],
    partitions_def=SNAPSHOTS,
)


def registry_version(history: Sequence[ChampionEntry], snapshot: str) -> str:
    """Return what the registry says about a snapshot, apart from its own run.

    It names the model that serves if the snapshot brings none, and the numbers of the registry
    events by people that concern the snapshot: those of its date, and those about a model that was
    ever promoted from it.
    """
    own = [entry for entry in history if entry.snapshot == snapshot]
    promoted = {entry.version for entry in own if entry.action == "promote"}
    concern = [
        str(number)
        for number, entry in enumerate(history, start=1)
        if entry.by != GATE and (entry.snapshot == snapshot or entry.version in promoted)
    ]
    others = [entry for entry in history if entry.snapshot != snapshot or entry.by != GATE]
    known = [entry for entry in standing_promotions(others) if entry.snapshot <= snapshot]
    serving = known[-1].version if known else "nobody"
    return f"{serving} serves; events by people: {', '.join(concern) or 'none'}"
