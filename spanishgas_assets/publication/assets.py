"""The publication asset: made only when all before it is made and checked."""

import hashlib
import json

import dagster as dg

from spanishgas_assets.churn.assets import CHAMPION
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.errors import StoreError
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring.tables import DRIFT_REPORT, REALISED_PERFORMANCE
from spanishgas_assets.partitions import FRESHNESS, SNAPSHOTS
from spanishgas_assets.publication.manifest import manifest, publish
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.code_references import references_to
from spanishgas_assets.tables.snapshot_before import manifest_key
from spanishgas_assets.tables.table_asset import OWNERS
from spanishgas_assets.tables.unfinished_checks import unfinished_checks

PUBLISHED = (GOLD_MASTER, SCORED_CUSTOMERS, RECOMMENDATIONS)


@dg.asset(
    key=["publication", "manifest"],
    ins={"champion": dg.AssetIn(key=CHAMPION, input_manager_key="model_store")},
    deps=[
        dg.AssetKey([table.layer, table.name])
        for table in (*PUBLISHED, DRIFT_REPORT, REALISED_PERFORMANCE)
    ],
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="publication",
    kinds={"json"},
    owners=OWNERS,
    # Checks of steps of their own come before it, though nothing in the graph says so.
    op_tags={"dagster/priority": "-1"},
    code_version="1",
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(manifest, publish),
)
def publication_manifest(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings], champion: ChurnModel
) -> dg.MaterializeResult[None]:
    """The tables and the model of a snapshot that readers may use, in one JSON object.

    It is written last and in one step, so whoever follows it never sees half a snapshot; and only
    when every check of the snapshot's tables has run, and none that blocks failed.
    """
    store = open_store(settings.store)
    with user_errors_as_failures():
        refuse_unchecked(context)
        content = manifest(store, context.partition_key, PUBLISHED, champion.version)
        publish(store, content)
    digest = hashlib.blake2b(json.dumps(content).encode(), digest_size=12).hexdigest()
    return dg.MaterializeResult(
        data_version=dg.DataVersion(digest),
        metadata={
            "dagster/uri": store.url(manifest_key(context.partition_key)),
            "manifest": dg.MetadataValue.json(content),
        },
    )


def refuse_unchecked(context: dg.AssetExecutionContext) -> None:
    """Refuse to publish a snapshot while a table that leads to it is not checked.

    The training tables are left out: the gate judges them, and not every snapshot has them.

    Raises:
        StoreError: names the tables with the checks that they lack.
    """
    graph = context.job_def.asset_layer.asset_graph.source_asset_graph
    before = [
        key
        for key in graph.get_ancestor_asset_keys(context.asset_key)
        if graph.get(key).partitions_def == SNAPSHOTS and key.path[0] != CHAMPION.path[0]
    ]
    lacking = unfinished_checks(context.instance, graph, before, context.partition_key)
    if lacking:
        said = "; ".join(
            f"{key.to_user_string()}: {', '.join(names)}" for key, names in lacking.items()
        )
        raise StoreError(
            f"snapshot {context.partition_key} is not published: these checks have not run since "
            f"their table was made, or failed: {said}. Materialize the tables with their checks: "
            f"spanishgas run --snapshot {context.partition_key}"
        )
