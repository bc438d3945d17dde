"""Training: parts, boosters, calibration, threshold and evaluation, each on rows not seen before.

The hold-out is put aside first. On the rest five boosters each leave one fold out; their
out-of-fold scores carry calibration and threshold. The main booster learns from all rows but the
hold-out, and serves.
"""

import importlib.metadata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn import booster
from spanishgas_assets.churn.baseline import baseline_scores, with_joined_categories
from spanishgas_assets.churn.bootstrap import RESAMPLES, evaluate
from spanishgas_assets.churn.calibration import Calibration, calibrate
from spanishgas_assets.churn.evaluation import Floats, Scored, best_threshold
from spanishgas_assets.churn.experiments import booster_features, experiment_features
from spanishgas_assets.churn.matrix import FeatureContract, FeatureMatrix
from spanishgas_assets.churn.model import MAIN, Card, ChurnModel, Metrics
from spanishgas_assets.churn.splits import HOLDOUT, assign_parts, fold_names
from spanishgas_assets.churn.tables import MEMBERSHIP
from spanishgas_assets.churn.training_set import data_hash

SEED = 20241231
MIN_RECALL = 0.70

Progress = Callable[[str], None]


def train(
    training_set: pl.DataFrame,
    experiment: str,
    *,
    snapshot: str,
    label_date: str,
    seed: int = SEED,
    threads: int = 2,
    resamples: int = RESAMPLES,
    progress: Progress = lambda _message: None,
) -> ChurnModel:
    """Train and evaluate a model; equal rows, experiment and seed give equal bytes.

    Args:
        training_set: rows that keep the contract TRAINING_SET, in any order.
        experiment: step of the ladder, e.g. ``E5``.
        snapshot: as-of date of the run, ISO; part of the version.
        label_date: as-of date of the rows, ISO.
        seed: decides splits, trees and resamples.
        threads: fits that run side by side; changes no result.
        resamples: draws behind each interval.
        progress: told in words what is done.

    Raises:
        SettingsError: no such experiment.
        StoreError: the rows do not have the features as their contract declares them.
    """
    rows = training_set.sort("customer_id")
    contract = FeatureContract.of(booster_features(experiment))
    matrix = contract.encode(rows)
    churn = rows["churn"].to_numpy()
    parts = assign_parts(rows, seed).to_numpy()

    boosters = _fit_boosters(matrix, churn, parts, seed=seed, threads=threads, progress=progress)
    raw = _honest(parts, lambda name, _learn, test: _scores(boosters[name], matrix.rows(test)))
    linear = with_joined_categories(matrix, rows, experiment_features(experiment))
    baseline = _honest(
        parts,
        lambda _name, learn, test: baseline_scores(
            linear.rows(learn), churn[learn], linear.rows(test)
        ),
    )
    progress("logistic baseline fitted")

    held_out = parts == HOLDOUT
    calibration = calibrate(raw[~held_out], churn[~held_out], parts[~held_out])
    probability = _probabilities(calibration, raw, held_out)
    threshold = best_threshold(Scored(probability[~held_out], churn[~held_out]), MIN_RECALL)
    membership = rows.select("customer_id", "group_id", "churn").with_columns(
        pl.Series("part", parts, pl.String),
        pl.Series("raw_score", raw),
        pl.Series("probability", probability),
        pl.Series("baseline_score", baseline),
    )
    metrics = _evaluations(membership, threshold, seed, resamples)
    progress(f"evaluated: PR-AUC {metrics['pooled']['pr_auc']}")
    card = Card(
        snapshot=snapshot,
        label_date=label_date,
        experiment=experiment,
        seed=seed,
        parameters=booster.PARAMETERS | {"trees": booster.TREES},
        features=contract,
        calibrator=calibration.calibrator,
        threshold=threshold,
        rows=rows.height,
        churners=int(churn.sum()),
        holdout_rows=int(held_out.sum()),
        data_hash=data_hash(rows),
        metrics=metrics,
        calibration_log_loss=calibration.log_loss,
        libraries={
            name: importlib.metadata.version(name)
            for name in ("numpy", "polars", "scikit-learn", "scipy", "xgboost")
        },
    )
    return ChurnModel.of(boosters, membership.select(list(MEMBERSHIP.columns)), card)


def _fit_boosters(
    matrix: FeatureMatrix,
    churn: NDArray[Any],
    parts: NDArray[Any],
    *,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, bytes]:
    """Fit the main booster and one per fold, side by side; none sees the hold-out."""
    learn = {MAIN: parts != HOLDOUT} | {
        name: (parts != HOLDOUT) & (parts != name) for name in fold_names()
    }
    with ThreadPoolExecutor(max_workers=threads) as pool:
        fits = {
            pool.submit(booster.fit, matrix.rows(rows), churn[rows], seed): name
            for name, rows in learn.items()
        }
        fitted = {}
        for done, fit in enumerate(as_completed(fits), start=1):
            fitted[fits[fit]] = fit.result()
            progress(f"booster {done} of {len(fits)} fitted ({fits[fit]})")
    return fitted


def _honest(
    parts: NDArray[Any],
    score: Callable[[str, NDArray[np.bool_], NDArray[np.bool_]], Floats],
) -> Floats:
    """Score each part by a model that did not learn from it.

    ``score`` gets the model's name, the rows it may learn from and the rows to score.
    """
    scores = np.empty(len(parts))
    for part in (HOLDOUT, *fold_names()):
        test = parts == part
        learn = (parts != HOLDOUT) & ~test
        scores[test] = score(MAIN if part == HOLDOUT else part, learn, test)
    return scores


def _scores(raw: bytes, matrix: FeatureMatrix) -> Floats:
    return booster.raw_scores(booster.load(raw), matrix)


def _probabilities(calibration: Calibration, raw: Floats, held_out: NDArray[np.bool_]) -> Floats:
    """Cross-fitted probabilities of the folds' rows, the final map's for the hold-out."""
    probability = np.empty(len(raw))
    probability[~held_out] = calibration.probabilities
    probability[held_out] = calibration.calibrator.apply(raw[held_out])
    return probability


def _evaluations(
    membership: pl.DataFrame, threshold: float, seed: int, resamples: int
) -> dict[str, Metrics]:
    """Evaluate booster and baseline on the hold-out alone and on all rows pooled."""
    found = {}
    samples = {"pooled": membership, "holdout": membership.filter(pl.col("part") == HOLDOUT)}
    for prefix, column in {"": "probability", "baseline_": "baseline_score"}.items():
        for name, rows in samples.items():
            scored = Scored(rows[column].to_numpy(), rows["churn"].to_numpy())
            groups = rows["group_id"].to_numpy()
            found[prefix + name] = evaluate(scored, groups, threshold, seed=seed, count=resamples)
    return found
