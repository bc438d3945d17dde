"""Monitoring assets: drift, expected and realised performance, the checks, the report."""

from collections.abc import Sequence
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.tables import CUSTOMER
from spanishgas_assets.churn.assets import CHAMPION
from spanishgas_assets.churn.model.churn_model import ChurnModel, load
from spanishgas_assets.config_assets import LABEL_SETTINGS
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring.calibration_error import CalibrationError
from spanishgas_assets.monitoring.check_summary import check_summary
from spanishgas_assets.monitoring.checks import check_outcomes
from spanishgas_assets.monitoring.drift import PREDICTIONS, drift
from spanishgas_assets.monitoring.history import reports_until
from spanishgas_assets.monitoring.importance import importance
from spanishgas_assets.monitoring.metadata import (
    drift_metadata,
    estimate_metadata,
    realised_metadata,
    report_metadata,
    summary_metadata,
)
from spanishgas_assets.monitoring.performance_estimate import performance_estimate
from spanishgas_assets.monitoring.realised_performance import (
    estimates_made,
    realised_performance,
    scored_with_labels,
    tier_calibration,
)
from spanishgas_assets.monitoring.references import stored_references
from spanishgas_assets.monitoring.report import Report, as_html, as_json
from spanishgas_assets.monitoring.report_files import write_report
from spanishgas_assets.monitoring.tables import (
    CHECK_SUMMARY,
    DRIFT_REPORT,
    PERFORMANCE_ESTIMATE,
    REALISED_PERFORMANCE,
    TIER_CALIBRATION,
)
from spanishgas_assets.partitions import FRESHNESS, SNAPSHOTS, as_of
from spanishgas_assets.retention.tables import CONTACT_PERMISSIONS, PROMISES, SCORED_CUSTOMERS
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.code_references import references_to
from spanishgas_assets.tables.snapshot_before import table_before
from spanishgas_assets.tables.table_asset import OWNERS, Built, of_table, table_asset

#: What a snapshot is made of; the summary waits for all of it. Experiments run on their own.
_LAYERS = {"bronze", "silver", "gold", "churn", "retention", "monitoring"}

_SCORED = {
    "gold_master": of_table(GOLD_MASTER),
    "scored_customers": of_table(SCORED_CUSTOMERS),
    "champion": dg.AssetIn(key=CHAMPION, input_manager_key="model_store"),
}


@table_asset(DRIFT_REPORT, ins=_SCORED, code_version="2")
def monitoring_drift_report(
    context: dg.AssetExecutionContext,
    settings: Settings,
    gold_master: pl.LazyFrame,
    scored_customers: pl.LazyFrame,
    champion: ChurnModel,
) -> Built:
    """Against the champion's own training data, last year's season and the snapshot before.

    Scores are compared only with scores of the same model: two models differ without any drift.
    """
    current = _scored(gold_master, scored_customers)
    references = stored_references(open_store(settings.store), champion, as_of(context))
    weights, scores = importance(champion), {PREDICTIONS: 1.0}
    rows = pl.concat(
        drift(one, current, weights | (scores if one.model_version == champion.version else {}))
        for one in references
    )
    return Built(rows, metadata=drift_metadata(rows, references, champion.version))


@table_asset(
    PERFORMANCE_ESTIMATE,
    ins={
        "scored_customers": of_table(SCORED_CUSTOMERS),
        "champion": dg.AssetIn(key=CHAMPION, input_manager_key="model_store"),
    },
    code_version="3",
)
def monitoring_performance_estimate(scored_customers: pl.LazyFrame, champion: ChurnModel) -> Built:
    """Holds as long as the probabilities are calibrated; no label is needed."""
    error = CalibrationError.of(champion.membership)
    rows = performance_estimate(scored_customers, error).collect()
    return Built(rows, metadata=estimate_metadata(rows))


_LABELLED = [
    *(
        dg.AssetKey([table.layer, table.name])
        for table in (SCORED_CUSTOMERS, CUSTOMER, GOLD_MASTER, CONTACT_PERMISSIONS)
    ),
    LABEL_SETTINGS.key,
]
_ESTIMATED = dg.AssetKey([PERFORMANCE_ESTIMATE.layer, PERFORMANCE_ESTIMATE.name])


@table_asset(REALISED_PERFORMANCE, deps=[*_LABELLED, _ESTIMATED], code_version="5")
def monitoring_realised_performance(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """Every stored snapshot of the last year, judged by its own labels where it has them."""
    store, day = open_store(settings.store), as_of(context)
    labelled = scored_with_labels(store, day, settings.label_horizon_days)
    made = estimates_made(store, list(labelled), day)
    versions = {one["model_version"][0] for one in labelled.values() if one["churn"].count()}
    errors = {one: CalibrationError.of(load(store, one).membership) for one in sorted(versions)}
    rows = realised_performance(labelled, made, errors)
    return Built(rows, metadata=realised_metadata(rows))


@table_asset(TIER_CALIBRATION, deps=_LABELLED, code_version="4")
def monitoring_tier_calibration(
    context: dg.AssetExecutionContext, settings: Settings
) -> pl.DataFrame:
    """Only snapshots with labels are in it."""
    store = open_store(settings.store)
    return tier_calibration(scored_with_labels(store, as_of(context), settings.label_horizon_days))


@dg.asset(
    key=["monitoring", "report"],
    ins={
        **_SCORED,
        "drift_report": of_table(DRIFT_REPORT),
        "performance_estimate": of_table(PERFORMANCE_ESTIMATE),
        "realised_performance": of_table(REALISED_PERFORMANCE),
        "tier_calibration": of_table(TIER_CALIBRATION),
        "promised_and_realised": of_table(PROMISES),
    },
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="monitoring",
    kinds={"html", "json"},
    owners=OWNERS,
    code_version="2",
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(as_html, as_json),
)
def monitoring_report(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    gold_master: pl.LazyFrame,
    scored_customers: pl.LazyFrame,
    champion: ChurnModel,
    drift_report: pl.LazyFrame,
    performance_estimate: pl.LazyFrame,
    realised_performance: pl.LazyFrame,
    tier_calibration: pl.LazyFrame,
    promised_and_realised: pl.LazyFrame,
) -> dg.MaterializeResult[None]:
    """The snapshot's monitoring on one self-contained HTML page, and the same as JSON.

    Distributions side by side for what drifted, a heat map of features over snapshots, expected
    and realised performance.
    """
    store, day = open_store(settings.store), as_of(context)
    with user_errors_as_failures():
        drifted = drift_report.collect()
        content = Report(
            snapshot=day,
            model_version=champion.version,
            drift=drifted,
            estimate=performance_estimate.collect(),
            realised_performance=realised_performance.collect(),
            tiers=tier_calibration.collect(),
            history=reports_until(store, day, drifted),
            current=_scored(gold_master, scored_customers),
            references={one.name: one for one in stored_references(store, champion, day)},
            promises=promised_and_realised.collect(),
        )
        files = write_report(store, content)
    return dg.MaterializeResult(
        data_version=dg.DataVersion(files[0].digest),
        metadata=report_metadata([store.url(one.key) for one in files], content.drift),
    )


def check_summary_of(graph: Sequence[Any]) -> dg.AssetsDefinition:
    """Declare the summary over all checks of a graph's assets and check definitions."""
    checks = sorted({key for part in graph for key in part.check_keys})
    made_before = sorted(
        key
        for part in graph
        if part.partitions_def == SNAPSHOTS
        for key in part.keys
        if key.path[0] in _LAYERS
    )

    @table_asset(CHECK_SUMMARY, deps=made_before, op_tags={"dagster/priority": "-1"})
    def monitoring_check_summary(context: dg.AssetExecutionContext, settings: Settings) -> Built:
        """Made last, when every other check of the snapshot has run."""
        store = open_store(settings.store)
        outcomes = check_outcomes(context.instance, checks, as_of(context))
        rows = check_summary(outcomes, table_before(store, CHECK_SUMMARY, context.partition_key))
        return Built(rows, metadata=summary_metadata(rows))

    return monitoring_check_summary


def _scored(gold_master: pl.LazyFrame, scored_customers: pl.LazyFrame) -> pl.DataFrame:
    return gold_master.join(
        scored_customers.select("customer_id", PREDICTIONS), on="customer_id"
    ).collect()
