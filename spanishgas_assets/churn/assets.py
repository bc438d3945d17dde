"""Churn assets: training set, candidate model, and the champion that the gate lets serve."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.tables import CUSTOMER as BRONZE_CUSTOMER
from spanishgas_assets.churn.gate import GateDecision, judge
from spanishgas_assets.churn.gate_rules import GateLimits
from spanishgas_assets.churn.model import ChurnModel, load
from spanishgas_assets.churn.model_store import pointed_model
from spanishgas_assets.churn.pictures import calibration_picture, curve_picture
from spanishgas_assets.churn.registry import Registry
from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.churn.training import train
from spanishgas_assets.churn.training_set import training_set as labelled_rows
from spanishgas_assets.failures import failing_in_words
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.partitions import SNAPSHOTS, as_of
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets.storage.lake import scan_tables, table_key
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.table_asset import FRESHNESS, OWNERS, WORK_SECONDS, of_table, table_asset
from spanishgas_assets.table_checks import Finding, acknowledgements

CHURN_MODEL = dg.AssetKey(["churn", "churn_model"])
CHAMPION = dg.AssetKey(["churn", "champion"])

_GATE = dg.AssetCheckSpec(
    "gate",
    asset=CHAMPION,
    description="A new model serves only if every rule of the gate passes.",
    partitions_def=SNAPSHOTS,
)


@table_asset(
    TRAINING_SET,
    ins={
        "gold_master": of_table(GOLD_MASTER),
        "labels": of_table(BRONZE_CUSTOMER),
        "customer": of_table(CUSTOMER),
    },
)
def training_set(
    gold_master: pl.LazyFrame, labels: pl.LazyFrame, customer: pl.LazyFrame
) -> pl.DataFrame:
    """The labels are taken to belong to the snapshot's date."""
    return labelled_rows(gold_master, labels, customer)


@dg.asset(
    key=CHURN_MODEL,
    ins={"training_set": of_table(TRAINING_SET)},
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="churn",
    kinds={"xgboost"},
    owners=OWNERS,
    code_version="1",
    io_manager_key="model_store",
    required_resource_keys={"settings"},
    freshness_policy=FRESHNESS["snapshot"],
)
def churn_model(
    context: dg.AssetExecutionContext, training_set: pl.LazyFrame
) -> Iterator[dg.Output[ChurnModel]]:
    """The candidate trained on the snapshot: boosters, calibration, threshold, evaluation.

    Every figure is of rows that the scoring model did not learn from. A candidate serves nobody
    until the gate has made it champion.
    """
    settings = context.resources.settings
    started = time.perf_counter()
    with failing_in_words():
        model = train(
            training_set.collect(),
            settings.experiment,
            snapshot=context.partition_key,
            label_date=context.partition_key,
            threads=settings.threads,
            progress=context.log.debug,
        )
    yield dg.Output(
        model,
        data_version=dg.DataVersion(model.version),
        metadata={WORK_SECONDS: time.perf_counter() - started, **_model_metadata(model)},
    )


@dg.asset(
    key=CHAMPION,
    deps=[CHURN_MODEL, dg.AssetKey(["churn", "training_set"])],
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="churn",
    kinds={"xgboost"},
    owners=OWNERS,
    code_version="1",
    io_manager_key="model_store",
    required_resource_keys={"settings"},
    check_specs=[_GATE],
    freshness_policy=FRESHNESS["snapshot"],
)
def champion(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """The model that serves the snapshot: its candidate if the gate accepts, else the standing one.

    A snapshot that trained no model is served by the standing champion. A refused candidate
    leaves the standing champion's bytes untouched; where there is none, nobody is scored.
    """
    settings = context.resources.settings
    store = open_store(settings.store)
    registry = Registry(store)
    started = time.perf_counter()
    with failing_in_words():
        candidate = pointed_model(store, "churn_model", context.partition_key)
        standing = registry.champion(as_of(context))
        serving = load(store, standing.version) if standing else None
        decision = None
        if candidate and (serving is None or candidate.version != serving.version):
            rows = scan_tables(
                store, [table_key("churn", "training_set", context.partition_key)]
            ).collect()
            decision = judge(candidate, serving, rows, GateLimits(floor=settings.pr_auc_floor))
            registry.promote(candidate.version, as_of(context), decision)
            serving = candidate if decision.accepted else serving
    yield from evaluations_of_gate(context, decision, serving)
    yield from acknowledgements([_GATE])
    if serving is None:
        raise dg.Failure(
            decision.explain()
            if decision
            else f"no champion for {context.partition_key}: train one (spanishgas run --train)",
            allow_retries=False,
        )
    yield dg.Output(
        serving,
        data_version=dg.DataVersion(serving.version),
        metadata={
            WORK_SECONDS: time.perf_counter() - started,
            "serves": serving.version,
            "trained_on_this_snapshot": serving is candidate,
        },
    )


def evaluations_of_gate(
    context: dg.AssetExecutionContext, decision: GateDecision | None, serving: ChurnModel | None
) -> Iterator[dg.AssetCheckEvaluation]:
    """Record the gate's verdict; a refusal warns where a champion stands, else it is an error."""
    if decision is None:
        finding = Finding("gate", serving is not None, "no new model to judge")
    else:
        finding = Finding(
            "gate",
            decision.accepted,
            f"model {decision.version} " + ("accepted" if decision.accepted else "refused"),
            {
                "rules": dg.MetadataValue.table(
                    [
                        dg.TableRecord(
                            {"rule": rule.name, "passed": rule.passed, "says": rule.explanation}
                        )
                        for rule in decision.rules
                    ]
                ),
                **decision.metrics,
            },
        )
    severity = dg.AssetCheckSeverity.WARN if serving else dg.AssetCheckSeverity.ERROR
    yield dg.AssetCheckEvaluation(
        asset_key=CHAMPION,
        check_name=finding.name,
        passed=finding.passed,
        description=finding.description,
        metadata=finding.metadata,
        severity=severity,
        blocking=False,
        partition=context.partition_key,
    )


def _model_metadata(model: ChurnModel) -> dict[str, Any]:
    card = model.card
    shown = {
        f"{where}_{name}": str(card.metrics[where][name])
        for where in ("pooled", "holdout")
        for name in ("pr_auc", "roc_auc", "precision", "recall", "ece", "brier")
    }
    return {
        "experiment": card.experiment,
        "rows": card.rows,
        "churners": card.churners,
        "threshold": card.threshold,
        "pr_auc": card.metrics["pooled"]["pr_auc"].value,
        "pr_auc_low": card.metrics["pooled"]["pr_auc"].low,
        "pr_auc_high": card.metrics["pooled"]["pr_auc"].high,
        **shown,
        "precision_recall": dg.MetadataValue.md(curve_picture(model)),
        "calibration": dg.MetadataValue.md(calibration_picture(model)),
    }
