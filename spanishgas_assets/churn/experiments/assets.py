"""Experiments as assets: ablation, search and backtest. Each has its own job; none is weekly."""

import dagster as dg
import polars as pl

from spanishgas_assets.churn.experiments.ablation import feature_ablation
from spanishgas_assets.churn.experiments.ablation_picture import ablation_picture
from spanishgas_assets.churn.experiments.backtest import backtest
from spanishgas_assets.churn.experiments.catalogue import trained_experiment
from spanishgas_assets.churn.experiments.search import parameter_search
from spanishgas_assets.churn.tables import ABLATION, BACKTEST, SEARCH, TRAINING_SET
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.storage.table_versions import scan_tables, stored_partitions, table_key
from spanishgas_assets.tables.table_asset import Built, of_table, table_asset

_TRAINED = dg.AssetKey([TRAINING_SET.layer, TRAINING_SET.name])


@table_asset(ABLATION, ins={"training_set": of_table(TRAINING_SET)}, kinds=frozenset({"xgboost"}))
def experiments_feature_ablation(
    context: dg.AssetExecutionContext, settings: Settings, training_set: pl.LazyFrame
) -> Built:
    """Every experiment of experiments.yaml with every model, on the same folds."""
    rows = feature_ablation(
        training_set.collect(),
        threads=settings.threads,
        progress=context.log.info,
    )
    picture = dg.MetadataValue.md(ablation_picture(rows))
    return Built(rows, metadata={"ablation": picture})


@table_asset(SEARCH, ins={"training_set": of_table(TRAINING_SET)}, kinds=frozenset({"xgboost"}))
def experiments_parameter_search(
    context: dg.AssetExecutionContext, settings: Settings, training_set: pl.LazyFrame
) -> Built:
    """The published grid, with and without a class weight, on the serving experiment."""
    rows = parameter_search(
        training_set.collect(),
        trained_experiment(settings),
        threads=settings.threads,
        progress=context.log.info,
    )
    best = rows.row(0, named=True)
    shown = {name: str(best[name]) for name in ("learning_rate", "max_depth", "trees", "pr_auc")}
    return Built(rows, metadata=shown)


@table_asset(BACKTEST, deps=[_TRAINED], kinds=frozenset({"xgboost"}))
def experiments_backtest(context: dg.AssetExecutionContext, settings: Settings) -> pl.DataFrame:
    """Uses every training set in the store that is not later than the snapshot."""
    store = open_store(settings.store)
    days = [
        day for day in stored_partitions(store, TRAINING_SET.title) if day <= context.partition_key
    ]
    stored = [
        scan_tables(store, [table_key(TRAINING_SET.layer, TRAINING_SET.name, day)]).collect()
        for day in days
    ]
    # Snapshots that share a label date learned from the same labels: the last one counts.
    training_sets = {rows["label_date"][0]: rows for rows in stored}
    return backtest(
        training_sets,
        trained_experiment(settings),
        threads=settings.threads,
        progress=context.log.info,
    )
