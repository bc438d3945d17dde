"""Churn assets: training set, candidate model, and the champion that the gate lets serve."""

import time
from collections.abc import Iterator
from typing import Any

import dagster as dg
import polars as pl

from spanishgas_assets.bronze.tables import CUSTOMER as BRONZE_CUSTOMER
from spanishgas_assets.churn.dataset.changed_labels import accepted_near
from spanishgas_assets.churn.dataset.label_date import label_date
from spanishgas_assets.churn.dataset.training_set import training_set
from spanishgas_assets.churn.experiments.catalogue import trained_experiment
from spanishgas_assets.churn.gate.gate import judge
from spanishgas_assets.churn.gate.registry_events import REGISTRY_EVENTS
from spanishgas_assets.churn.gate.succession import (
    Succession,
    read_otherwise,
    refuse_to_guess_sentiments,
    succeed,
)
from spanishgas_assets.churn.metadata import (
    gate_description,
    gate_metadata,
    model_metadata,
    succession_metadata,
    training_metadata,
)
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.churn.model.model_store import pointed_model
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.config_assets import (
    GATE_SETTINGS,
    LABEL_SETTINGS,
    TEXT_SETTINGS,
    TRAINING_SETTINGS,
)
from spanishgas_assets.gold.checks import LABEL_CHECK, label_finding
from spanishgas_assets.gold.label_audit import label_information
from spanishgas_assets.gold.tables import FEATURES, GOLD_MASTER
from spanishgas_assets.partitions import FRESHNESS, SNAPSHOTS, as_of
from spanishgas_assets.settings import Settings
from spanishgas_assets.silver.tables import CUSTOMER
from spanishgas_assets.step_retries import user_errors_as_failures
from spanishgas_assets.storage.step_seconds import WORK_SECONDS
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import scan_tables, table_key
from spanishgas_assets.tables.code_references import references_to
from spanishgas_assets.tables.table_asset import (
    OWNERS,
    TRAINING_POOL,
    Built,
    of_table,
    table_asset,
)
from spanishgas_assets.tables.table_checks import acknowledgements
from spanishgas_assets.text.reading_version import read_by

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
    deps=[TRAINING_SETTINGS.key, LABEL_SETTINGS.key],
    code_version="5",
    hard_checks=LABEL_CHECK,
)
def churn_training_set(
    context: dg.AssetExecutionContext,
    settings: Settings,
    gold_master: pl.LazyFrame,
    labels: pl.LazyFrame,
    customer: pl.LazyFrame,
) -> Built:
    """Labels of an earlier date than the snapshot take the features of that date's snapshot.

    Nothing is learned from whoever accepted an offer near that date.
    """
    labelled_on = label_date(labels, as_of(context), settings.label_date)
    store, day = open_store(settings.store), labelled_on.isoformat()
    changed = accepted_near(store, labelled_on, settings.label_horizon_days, as_of(context))
    if day != context.partition_key:
        gold_master, customer = (
            scan_tables(store, [table_key(table.layer, table.name, day)])
            for table in (GOLD_MASTER, CUSTOMER)
        )
    learned = labels.filter(~pl.col("customer_id").is_in(changed.implode()))
    rows = training_set(gold_master, learned, customer, day)
    labelled, unchanged = (
        one.select(pl.col("churn").is_not_null().sum()).collect().item()
        for one in (labels, learned)
    )
    information = label_information(rows.select("customer_id", *FEATURES), rows)
    return Built(
        rows,
        metadata=training_metadata(rows, day, unchanged, labelled - unchanged),
        findings=[label_finding(FEATURES, information)],
    )


@dg.asset(
    key=CHURN_MODEL,
    ins={"training_set": of_table(TRAINING_SET)},
    deps=[TRAINING_SETTINGS.key],
    partitions_def=SNAPSHOTS,
    pool=TRAINING_POOL,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="churn",
    kinds={"xgboost"},
    owners=OWNERS,
    code_version="2",
    io_manager_key="model_store",
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(train),
)
def churn_churn_model(
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
            notes_read_by=read_by(settings),
            progress=context.log.info,
        )
    shown = {"sentiment": settings.sentiment.value, **model_metadata(model)}
    yield _model_output(model, started, shown)


@dg.asset(
    key=CHAMPION,
    deps=[
        CHURN_MODEL,
        dg.AssetKey(["churn", "training_set"]),
        TEXT_SETTINGS.key,
        GATE_SETTINGS.key,
        REGISTRY_EVENTS.key,
    ],
    partitions_def=SNAPSHOTS,
    backfill_policy=dg.BackfillPolicy.multi_run(max_partitions_per_run=1),
    group_name="churn",
    kinds={"xgboost"},
    owners=OWNERS,
    code_version="3",
    io_manager_key="model_store",
    check_specs=[_GATE],
    freshness_policy=FRESHNESS["snapshot"],
    metadata=references_to(succeed, judge),
)
def churn_champion(
    context: dg.AssetExecutionContext, settings: dg.ResourceParam[Settings]
) -> Iterator[Any]:
    """The model that serves the snapshot: its candidate if the gate accepts, else the standing one.

    A snapshot that trained no model is served by the standing champion. A refused candidate
    leaves the standing champion's bytes untouched; where there is none, nobody is scored. Where a
    person must approve, an accepted candidate waits until one has; what a person rejected or
    rolled back does not come again.
    """
    store, started = open_store(settings.store), time.perf_counter()
    with user_errors_as_failures():
        candidate = pointed_model(store, "churn_model", context.partition_key)
        outcome = succeed(store, as_of(context), candidate, settings)
    yield _evaluation_of_gate(context.partition_key, outcome)
    yield from acknowledgements([_GATE])
    with user_errors_as_failures():
        refuse_to_guess_sentiments(settings, outcome.serving)
        other_reading = read_otherwise(settings, outcome.serving)
    if outcome.serving is None:
        raise dg.Failure(outcome.why_nobody_serves(), allow_retries=False)
    if other_reading:
        context.log.warning(other_reading)
    shown = succession_metadata(outcome) | {"notes_read": other_reading or "as in training"}
    yield _model_output(outcome.serving, started, shown)


def _model_output(
    model: ChurnModel, started: float, metadata: dict[str, Any]
) -> dg.Output[ChurnModel]:
    seconds = {WORK_SECONDS: time.perf_counter() - started}
    return dg.Output(
        model, data_version=dg.DataVersion(model.version), metadata={**seconds, **metadata}
    )


def _evaluation_of_gate(partition: str, outcome: Succession) -> dg.AssetCheckEvaluation:
    """Record the gate's verdict; a refusal warns where a champion stands, else it is an error."""
    decision, serves = outcome.decision, outcome.serving is not None
    return dg.AssetCheckEvaluation(
        asset_key=CHAMPION,
        check_name="gate",
        passed=decision.accepted if decision else serves,
        description=gate_description(decision),
        metadata=gate_metadata(decision) if decision else {},
        severity=dg.AssetCheckSeverity.WARN if serves else dg.AssetCheckSeverity.ERROR,
        blocking=False,
        partition=partition,
    )
