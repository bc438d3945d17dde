"""Churn assets: training set, candidate model, and the champion that the gate lets serve."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.tables import CUSTOMER as BRONZE_CUSTOMER
from spanishgas_assets.churn.dataset.label_date import label_date
from spanishgas_assets.churn.dataset.training_set import training_set as labelled_rows
from spanishgas_assets.churn.evaluation.metrics import CONTACT_SHARES
from spanishgas_assets.churn.evaluation.pictures import pictures
from spanishgas_assets.churn.experiments.catalogue import reads_sentiment, trained_experiment
from spanishgas_assets.churn.gate.gate import GateDecision, judge
from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.churn.gate.registry_events import REGISTRY_EVENTS
from spanishgas_assets.churn.gate.rules import GateLimits
from spanishgas_assets.churn.gate.sagemaker_mirror import SageMakerMirror
from spanishgas_assets.churn.model.churn_model import ChurnModel, load
from spanishgas_assets.churn.model.model_store import pointed_model
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.config_assets import TEXT_SETTINGS
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.partitions import FRESHNESS, SNAPSHOTS, as_of
from spanishgas_assets.settings import Sentiment, Settings
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.parquet_io_manager import scan_tables, table_key
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables.code_references import references_to
from spanishgas_assets.tables.table_asset import (
    OWNERS,
    TRAINING_POOL,
    WORK_SECONDS,
    Built,
    of_table,
    table_asset,
)
from spanishgas_assets.tables.table_checks import Finding, acknowledgements

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
    context: dg.AssetExecutionContext,
    settings: Settings,
    gold_master: pl.LazyFrame,
    labels: pl.LazyFrame,
    customer: pl.LazyFrame,
) -> Built:
    """Labels of an earlier date than the snapshot take the features of that date's snapshot."""
    day = label_date(
        settings.raw, as_of(context), settings.label_date, cache=settings.raw_cache
    ).isoformat()
    if day != context.partition_key:
        store = open_store(settings.store)
        gold_master = scan_tables(store, [table_key(GOLD_MASTER.layer, GOLD_MASTER.name, day)])
        customer = scan_tables(store, [table_key(CUSTOMER.layer, CUSTOMER.name, day)])
    rows = labelled_rows(gold_master, labels, customer, day)
    labelled = labels.select(pl.col("churn").is_not_null().sum()).collect().item()
    return Built(
        rows,
        metadata={
            context.partition_key: {
                "label_date": day,
                "churners": int(rows["churn"].sum()),
                "labels_without_features": labelled - rows.height,
                "owners": rows["group_id"].n_unique(),
            }
        },
    )


@dg.asset(
    key=CHURN_MODEL,
    ins={"training_set": of_table(TRAINING_SET)},
    partitions_def=SNAPSHOTS,
    pool=TRAINING_POOL,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="churn",
    kinds={"xgboost"},
    owners=OWNERS,
    code_version="1",
    io_manager_key="model_store",
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(train),
)
def churn_model(
    context: dg.AssetExecutionContext,
    settings: dg.ResourceParam[Settings],
    training_set: pl.LazyFrame,
) -> Iterator[dg.Output[ChurnModel]]:
    """The candidate trained on the snapshot: boosters, calibration, threshold, evaluation.

    Every figure is of rows that the scoring model did not learn from. A candidate serves nobody
    until the gate has made it champion.
    """
    started = time.perf_counter()
    with user_errors_as_failures():
        rows = training_set.collect()
        model = train(
            rows,
            trained_experiment(settings),
            snapshot=context.partition_key,
            label_date=rows["label_date"][0],
            threads=settings.threads,
            threshold_rule=settings.threshold_rule,
            progress=context.log.info,
        )
    yield dg.Output(
        model,
        data_version=dg.DataVersion(model.version),
        metadata={
            WORK_SECONDS: time.perf_counter() - started,
            "sentiment": settings.sentiment.value,
            **_model_metadata(model),
        },
    )


@dg.asset(
    key=CHAMPION,
    deps=[
        CHURN_MODEL,
        dg.AssetKey(["churn", "training_set"]),
        TEXT_SETTINGS.key,
        REGISTRY_EVENTS.key,
    ],
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="churn",
    kinds={"xgboost"},
    owners=OWNERS,
    code_version="1",
    io_manager_key="model_store",
    check_specs=[_GATE],
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(judge),
)
def champion(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
) -> Iterator[Any]:
    """The model that serves the snapshot: its candidate if the gate accepts, else the standing one.

    A snapshot that trained no model is served by the standing champion. A refused candidate
    leaves the standing champion's bytes untouched; where there is none, nobody is scored. Where a
    person must approve, an accepted candidate waits until one has; what a person rejected or
    rolled back does not come again.
    """
    store = open_store(settings.store)
    registry = Registry(store)
    started = time.perf_counter()
    with user_errors_as_failures():
        candidate = pointed_model(store, "churn_model", context.partition_key)
        standing = registry.champion(as_of(context))
        serving = load(store, standing.version) if standing else None
        decision = None
        waits = False
        status = registry.status(candidate.version) if candidate else None
        if (
            candidate
            and status not in ("rejected", "rolled_back")
            and (serving is None or candidate.version != serving.version)
        ):
            rows = scan_tables(
                store, [table_key("churn", "training_set", context.partition_key)]
            ).collect()
            decision = judge(candidate, serving, rows, GateLimits.of(settings))
            waits = decision.accepted and settings.human_approval and status != "approved"
            mirror = SageMakerMirror.of(settings)
            if mirror:
                mirror.record(store, candidate, decision)
            if waits:
                registry.record(as_of(context), decision, candidate.version)
            else:
                registry.promote(candidate.version, as_of(context), decision)
            if decision.accepted and not waits:
                serving = candidate
                if mirror:
                    mirror.approve(candidate.version, "accepted by the gate")
    yield from evaluations_of_gate(context, decision, serving)
    yield from acknowledgements([_GATE])
    with user_errors_as_failures():
        _refuse_to_guess_sentiments(settings, serving)
    if serving is None:
        raise dg.Failure(
            _why_nobody_serves(context.partition_key, candidate, decision, waits=waits),
            allow_retries=False,
        )
    yield dg.Output(
        serving,
        data_version=dg.DataVersion(serving.version),
        metadata={
            WORK_SECONDS: time.perf_counter() - started,
            "serves": serving.version,
            "trained_on_this_snapshot": serving is candidate,
            "waits_for_approval": candidate.version if candidate and waits else "none",
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


def _why_nobody_serves(
    snapshot: str, candidate: ChurnModel | None, decision: GateDecision | None, *, waits: bool
) -> str:
    if decision is None:
        return f"no champion for {snapshot}: train one (spanishgas run --train)"
    if candidate and waits:
        return (
            f"model {candidate.version} passed the gate and awaits approval: spanishgas model "
            f"approve {candidate.version} --by NAME --why TEXT, then run {snapshot} again"
        )
    return decision.explain()


def _refuse_to_guess_sentiments(settings: Settings, serving: ChurnModel | None) -> None:
    """Refuse a champion that reads the sentiment of notes where nobody scores it."""
    if serving and settings.sentiment is Sentiment.OFF and reads_sentiment(serving.card.experiment):
        raise SettingsError(
            f"SPANISHGAS_SENTIMENT=off, but the champion {serving.version} was trained on "
            f"{serving.card.experiment}, which reads the sentiment of notes: train one without it "
            "(spanishgas run --train), or switch sentiment on"
        )


def _model_metadata(model: ChurnModel) -> dict[str, Any]:
    card = model.card
    shown = {
        f"{where}_{name}": str(card.metrics[where][name])
        for where in ("pooled", "holdout", "repeated")
        for name in (
            "pr_auc",
            "roc_auc",
            "precision",
            "recall",
            "f1",
            "ece",
            "brier",
            "log_loss",
            "lift_5",
            "gain_10",
        )
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
        "groups": _groups_table(model),
        "value_eur_year": _value_table(model),
        **{name: dg.MetadataValue.md(picture) for name, picture in pictures(model).items()},
    }


def _groups_table(model: ChurnModel) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "group": f"{one.dimension}: {one.group}" + (" (small)" if one.small else ""),
                    "customers": one.rows,
                    "churners": one.churners,
                    **{
                        name: str(one.metrics[name]) if one.metrics else "one label only"
                        for name in ("pr_auc", "precision", "recall", "ece")
                    },
                }
            )
            for one in model.card.groups
        ]
    )


def _value_table(model: ChurnModel) -> dg.TableMetadataValue:
    return dg.MetadataValue.table(
        [
            dg.TableRecord(
                {
                    "order": order,
                    "contacted": f"{share}%",
                    "kept": f"{found[f'kept_{share}_eur'].value:,.0f}",
                    "net_of_contacts": f"{found[f'net_{share}_eur'].value:,.0f}",
                }
            )
            for order, found in model.card.value.items()
            for share in CONTACT_SHARES
        ]
    )
