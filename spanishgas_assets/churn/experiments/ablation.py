"""The feature ablation: what each set of features is worth to each of four models.

Every experiment and model meets the same folds, dealt several times, of the rows outside the
holdout: differences are paired, and the final holdout stays untouched by the choice.
"""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.dataset.feature_matrix import FeatureContract, FeatureMatrix
from spanishgas_assets.churn.dataset.splits import HOLDOUT, assign_folds, assign_parts, fold_names
from spanishgas_assets.churn.evaluation.baseline_models import (
    baseline_scores,
    dummy_scores,
    forest_scores,
    with_joined_categories,
)
from spanishgas_assets.churn.evaluation.bootstrap import RESAMPLES
from spanishgas_assets.churn.evaluation.metrics import Floats
from spanishgas_assets.churn.experiments.ablation_table import ablation_table
from spanishgas_assets.churn.experiments.catalogue import (
    booster_features,
    experiment_features,
    experiments,
)
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.training import SEED

DUMMY, LOGISTIC, FOREST, XGBOOST = "dummy", "logistic", "forest", "xgboost"
MODELS = (DUMMY, LOGISTIC, FOREST, XGBOOST)
REPEATS = 2


@dataclass(frozen=True)
class _Fit:
    """One fit: a model on the features of a matrix, the rows of one fold left out."""

    model: str
    matrix: FeatureMatrix
    repeat: int
    fold: str


def feature_ablation(
    training_set: pl.DataFrame,
    chosen: Mapping[str, list[str]] | None = None,
    *,
    seed: int = SEED,
    repeats: int = REPEATS,
    resamples: int = RESAMPLES,
    threads: int = 2,
    progress: booster.Progress = lambda _message: None,
) -> pl.DataFrame:
    """Fit every model of every experiment and return the contract ABLATION's rows.

    Args:
        training_set: rows that keep the contract TRAINING_SET.
        chosen: experiments and their tiers; None takes all of ``experiments.yaml``.
        seed: decides holdout, folds, models and resamples.
        repeats: deals into five folds.
        resamples: draws behind each interval.
        threads: fits side by side; changes no result.
        progress: told in words how far it is.
    """
    rows = training_set.sort("customer_id")
    rows = rows.filter(assign_parts(rows, seed) != HOLDOUT)
    churn = rows["churn"].to_numpy()
    deals = [assign_folds(rows, seed + repeat).to_numpy() for repeat in range(repeats)]
    # Two experiments that show a model the same features are one fit.
    steps = {
        (name, model): _matrix(rows, name, model)
        for name in (experiments() if chosen is None else chosen)
        for model in MODELS
    }
    fits = {
        (model, tuple(matrix.names), repeat, fold): _Fit(model, matrix, repeat, fold)
        for (_name, model), matrix in steps.items()
        for repeat in range(repeats)
        for fold in fold_names()
    }
    scores: dict[tuple[str, tuple[str, ...], int], Floats] = {}
    with ThreadPoolExecutor(max_workers=threads) as pool:
        running = {
            pool.submit(_scored, one, churn, deals[one.repeat], seed): key
            for key, one in fits.items()
        }
        for done, finished in enumerate(as_completed(running), start=1):
            model, names, repeat, fold = running[finished]
            column = scores.setdefault((model, names, repeat), np.empty(len(churn)))
            column[deals[repeat] == fold] = finished.result()
            progress(f"{done} of {len(running)} fits: {model} on {len(names)} features")
    return ablation_table(
        {
            (name, model): [scores[model, tuple(matrix.names), r] for r in range(repeats)]
            for (name, model), matrix in steps.items()
        },
        {step: len(matrix.names) for step, matrix in steps.items()},
        churn,
        rows["group_id"].to_numpy(),
        deals,
        seed=seed,
        resamples=resamples,
    )


def _matrix(rows: pl.DataFrame, experiment: str, model: str) -> FeatureMatrix:
    matrix = FeatureContract.of(booster_features(experiment)).encode(rows)
    if model == LOGISTIC:
        return with_joined_categories(matrix, rows, experiment_features(experiment))
    return matrix


def _scored(one: _Fit, churn: NDArray[np.int64], folds: NDArray[np.str_], seed: int) -> Floats:
    """Fit on the other folds and score the one left out."""
    out = folds == one.fold
    learn, labels, test = one.matrix.rows(~out), churn[~out], one.matrix.rows(out)
    match one.model:
        case "dummy":
            return dummy_scores(labels, test)
        case "logistic":
            return baseline_scores(learn, labels, test)
        case "forest":
            return forest_scores(learn, labels, test, seed)
        case _:
            fitted = booster.load(booster.fit(learn, labels, seed))
            return booster.raw_scores(fitted, test)
