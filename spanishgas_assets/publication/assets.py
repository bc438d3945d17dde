"""The publication asset: the last step of a snapshot, made only when all before it is."""

import hashlib
import json

import dagster as dg

from spanishgas_assets.churn.assets import CHAMPION
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring.tables import DRIFT_REPORT
from spanishgas_assets.partitions import FRESHNESS, SNAPSHOTS
from spanishgas_assets.publication.manifest import manifest, publish
from spanishgas_assets.retention.tables import RECOMMENDATIONS, SCORED_CUSTOMERS
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.code_references import references_to
from spanishgas_assets.tables.snapshot_before import manifest_key
from spanishgas_assets.tables.table_asset import OWNERS

PUBLISHED = (GOLD_MASTER, SCORED_CUSTOMERS, RECOMMENDATIONS)


@dg.asset(
    key=["publication", "manifest"],
    ins={"champion": dg.AssetIn(key=CHAMPION, input_manager_key="model_store")},
    deps=[dg.AssetKey([table.layer, table.name]) for table in (*PUBLISHED, DRIFT_REPORT)],
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="publication",
    kinds={"json"},
    owners=OWNERS,
    code_version="1",
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(manifest, publish),
)
def publication_manifest(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings], champion: ChurnModel
) -> dg.MaterializeResult[None]:
    """The tables and the model of a snapshot that readers may use, in one JSON object.

    It is written last and in one step, so whoever follows it never sees half a snapshot.
    """
    store = open_store(settings.store)
    with user_errors_as_failures():
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
