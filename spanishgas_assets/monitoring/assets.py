"""Monitoring assets: drift, expected and realised performance, the checks, the report."""

import json
from collections.abc import Sequence
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.tables import CUSTOMER
from spanishgas_assets.churn.assets import CHAMPION
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.monitoring.alarms import alarms
from spanishgas_assets.monitoring.check_summary import check_summary
from spanishgas_assets.monitoring.checks import check_outcomes
from spanishgas_assets.monitoring.drift import PREDICTIONS, drift
from spanishgas_assets.monitoring.history import reports_until
from spanishgas_assets.monitoring.importance import importance
from spanishgas_assets.monitoring.performance_estimate import performance_estimate as estimate
from spanishgas_assets.monitoring.realised_performance import (
    realised_performance as performance_record,
)
from spanishgas_assets.monitoring.realised_performance import scored_with_labels
from spanishgas_assets.monitoring.realised_performance import tier_calibration as calibration
from spanishgas_assets.monitoring.references import stored_references
from spanishgas_assets.monitoring.report import Report, as_html, as_json
from spanishgas_assets.monitoring.tables import (
    CHECK_SUMMARY,
    DRIFT_REPORT,
    PERFORMANCE_ESTIMATE,
    REALISED_PERFORMANCE,
    TIER_CALIBRATION,
)
from spanishgas_assets.partitions import FRESHNESS, SNAPSHOTS, as_of
from spanishgas_assets.retention.tables import SCORED_CUSTOMERS
from spanishgas_assets.settings import Settings
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.code_references import references_to
from spanishgas_assets.tables.snapshot_before import table_before
from spanishgas_assets.tables.table_asset import OWNERS, Built, of_table, table_asset

#: What a snapshot is made of; the summary waits for all of it. Experiments run on their own.
_LAYERS = {"bronze", "silver", "gold", "churn", "retention", "monitoring", "publication"}

_SCORED = {
    "gold_master": of_table(GOLD_MASTER),
    "scored_customers": of_table(SCORED_CUSTOMERS),
    "champion": dg.AssetIn(key=CHAMPION, input_manager_key="model_store"),
}


@table_asset(DRIFT_REPORT, ins=_SCORED)
def drift_report(
    context: dg.AssetExecutionContext,
    settings: Settings,
    gold_master: pl.LazyFrame,
    scored_customers: pl.LazyFrame,
    champion: ChurnModel,
) -> Built:
    """Against the champion's own training data, last year's season and the previous snapshot.

    Scores are compared only with scores of the same model: two models differ without any drift.
    """
    store = open_store(settings.store)
    current = _scored(gold_master, scored_customers)
    references = stored_references(store, champion, as_of(context))
    weights = importance(champion)
    rows = pl.concat(
        drift(
            reference,
            current,
            weights | ({PREDICTIONS: 1.0} if reference.model_version == champion.version else {}),
        )
        for reference in references
    )
    found = alarms(rows)
    drifted = rows.filter("drifted")["feature"].n_unique()
    return Built(
        rows,
        metadata={
            context.partition_key: {
                "model_version": champion.version,
                **{f"{one.name}_reference": one.as_of.isoformat() for one in references},
                "features": len(weights) + 1,
                "drifted": drifted,
                "alarming": found.height,
                "alarming_features": ", ".join(found["feature"]) or "none",
                "old_rule_drifted": int(rows["old_rule_drifted"].sum()),
            }
        },
    )


@table_asset(PERFORMANCE_ESTIMATE, ins={"scored_customers": of_table(SCORED_CUSTOMERS)})
def performance_estimate(
    context: dg.AssetExecutionContext, scored_customers: pl.LazyFrame
) -> Built:
    """Holds as long as the probabilities are calibrated; no label is needed."""
    rows = estimate(scored_customers).collect()
    shown = dict(rows.select("metric", "value").drop_nulls().iter_rows())
    return Built(rows, metadata={context.partition_key: shown})


_LABELLED = [
    dg.AssetKey([table.layer, table.name]) for table in (SCORED_CUSTOMERS, CUSTOMER, GOLD_MASTER)
]


@table_asset(REALISED_PERFORMANCE, deps=_LABELLED)
def realised_performance(context: dg.AssetExecutionContext, settings: Settings) -> Built:
    """Every stored snapshot of the last year, judged by its own labels where it has them."""
    rows = performance_record(scored_with_labels(open_store(settings.store), as_of(context)))
    judged = rows.drop_nulls("within_interval")
    return Built(
        rows,
        metadata={
            context.partition_key: {
                "judged_estimates": judged.height,
                "within_interval": int(judged["within_interval"].sum()),
            }
        },
    )


@table_asset(TIER_CALIBRATION, deps=_LABELLED)
def tier_calibration(context: dg.AssetExecutionContext, settings: Settings) -> pl.DataFrame:
    """Only snapshots with labels are in it."""
    return calibration(scored_with_labels(open_store(settings.store), as_of(context)))


@dg.asset(
    key=["monitoring", "report"],
    ins={
        **_SCORED,
        "drift_report": of_table(DRIFT_REPORT),
        "performance_estimate": of_table(PERFORMANCE_ESTIMATE),
        "realised_performance": of_table(REALISED_PERFORMANCE),
        "tier_calibration": of_table(TIER_CALIBRATION),
    },
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="monitoring",
    kinds={"html", "json"},
    owners=OWNERS,
    code_version="1",
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(as_html, as_json),
)
def report(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    gold_master: pl.LazyFrame,
    scored_customers: pl.LazyFrame,
    champion: ChurnModel,
    drift_report: pl.LazyFrame,
    performance_estimate: pl.LazyFrame,
    realised_performance: pl.LazyFrame,
    tier_calibration: pl.LazyFrame,
) -> dg.MaterializeResult[None]:
    """The snapshot's monitoring on one self-contained HTML page, and the same as JSON.

    Distributions side by side for what drifted, a heat map of features over snapshots, expected
    and realised performance.
    """
    store = open_store(settings.store)
    with user_errors_as_failures():
        told = Report(
            snapshot=as_of(context),
            model_version=champion.version,
            drift=drift_report.collect(),
            estimate=performance_estimate.collect(),
            realised_performance=realised_performance.collect(),
            tiers=tier_calibration.collect(),
            history=reports_until(store, as_of(context)),
            current=_scored(gold_master, scored_customers),
            references={
                one.name: one for one in stored_references(store, champion, as_of(context))
            },
        )
    page, data = f"monitoring/report/{context.partition_key}.html", as_json(told)
    store.write(page, as_html(told).encode())
    store.write(page.replace(".html", ".json"), (json.dumps(data, indent=1) + "\n").encode())
    return dg.MaterializeResult(
        metadata={
            "page": dg.MetadataValue.url(_link(store.url(page))),
            "json": dg.MetadataValue.url(_link(store.url(page.replace(".html", ".json")))),
            "alarming": alarms(told.drift).height,
        }
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
    def summary(context: dg.AssetExecutionContext, settings: Settings) -> Built:
        """Made last, when every other check of the snapshot has run."""
        store = open_store(settings.store)
        outcomes = check_outcomes(context.instance, checks, as_of(context))
        rows = check_summary(outcomes, table_before(store, CHECK_SUMMARY, context.partition_key))
        failing = rows.filter(pl.col("failed") > 0)
        return Built(
            rows,
            metadata={
                context.partition_key: {
                    "checks": rows.height,
                    "failing": failing.height,
                    "worse": rows.filter(pl.col("trend") == "worse").height,
                }
            },
        )

    return summary


def _scored(gold_master: pl.LazyFrame, scored_customers: pl.LazyFrame) -> pl.DataFrame:
    return gold_master.join(
        scored_customers.select("customer_id", PREDICTIONS), on="customer_id"
    ).collect()


def _link(url: str) -> str:
    return url if "://" in url else f"file://{url}"
