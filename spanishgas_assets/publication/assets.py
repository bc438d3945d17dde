"""The publication asset: made only when all before it is made and checked."""

import dagster as dg

from spanishgas_assets.catalog import PUBLISHED_TABLES
from spanishgas_assets.churn.assets import CHAMPION
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.errors import StoreError
from spanishgas_assets.partitions import FRESHNESS, SNAPSHOTS
from spanishgas_assets.publication.assembly import published_tables
from spanishgas_assets.publication.metadata import publication_metadata
from spanishgas_assets.publication.provenance import assembled, launched_by, started_at
from spanishgas_assets.publication.rollback import superseded_rollback
from spanishgas_assets.publication.run_figures import partitions_of, run_figures
from spanishgas_assets.publication.stopped_runs import MONTHS, forget_stops
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.publication_log import publish
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.code_references import references_to
from spanishgas_assets.tables.table_asset import OWNERS
from spanishgas_assets.tables.unfinished_checks import unfinished_checks

MANIFEST = dg.AssetKey(["publication", "manifest"])
_PUBLISHED = [
    *(
        dg.AssetKey([table.layer, table.name])
        for table in PUBLISHED_TABLES
        if table.cadence == "snapshot"
    ),
    dg.AssetKey(["monitoring", "report"]),
    dg.AssetKey(["retention", "call_list"]),
    dg.AssetKey(["retention", "management_page"]),
]


@dg.asset(
    key=MANIFEST,
    ins={"champion": dg.AssetIn(key=CHAMPION, input_manager_key="model_store")},
    deps=_PUBLISHED,
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="publication",
    kinds={"json"},
    owners=OWNERS,
    code_version="2",
    freshness_policy=FRESHNESS["snapshot"],
    # Checks of steps of their own come before it, though nothing in the graph says so.
    op_tags={"dagster/priority": "-2"},
    metadata=references_to(publish, published_tables),
)
def publication_manifest(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings], champion: ChurnModel
) -> dg.MaterializeResult[None]:
    """Every table, file and version of a snapshot that readers may use, in one JSON object.

    It is written last, and readers move to it in one step; so whoever follows a publication never
    sees half of two; and only when every check of the snapshot's tables has run, and none that
    blocks failed. A run that changed nothing publishes nothing.
    """
    store, snapshot = open_store(settings.store), context.partition_key
    with user_errors_as_failures():
        refuse_unchecked(context)
        manifest = publish(
            store,
            snapshot,
            lambda: assembled(store, context.instance, snapshot, champion.version),
            published_at=started_at(context.instance, context.run.run_id),
            by=launched_by(context.run),
            figures=lambda content: run_figures(context.instance, snapshot, partitions_of(content)),
            say=context.log.warning,
        )
        shown = publication_metadata(store, manifest)
        undone = superseded_rollback(store, manifest)
        if undone:
            context.log.warning(undone)
        forget_stops(store, snapshot, MONTHS)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(f"publication {manifest.number}"), metadata=shown
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
