"""Training: parts, boosters, calibration, threshold and evaluation, each on rows not seen before.

The holdout is put aside first. On the rest five boosters each leave one fold out; their
out-of-fold scores carry calibration and threshold. The main booster learns from all rows but the
holdout, and serves.
"""

import importlib.metadata
from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.dataset.feature_matrix import FeatureContract, FeatureMatrix
from spanishgas_assets.churn.dataset.splits import HOLDOUT, assign_parts, fold_names
from spanishgas_assets.churn.dataset.training_set import data_hash
from spanishgas_assets.churn.evaluation.baseline_models import (
    baseline_scores,
    with_joined_categories,
)
from spanishgas_assets.churn.evaluation.bootstrap import RESAMPLES, evaluate
from spanishgas_assets.churn.evaluation.groups import evaluate_groups, with_dimensions
from spanishgas_assets.churn.evaluation.metrics import Floats, Scored
from spanishgas_assets.churn.evaluation.repeated_folds import REPEATS, repeated_folds
from spanishgas_assets.churn.evaluation.value import contact_value
from spanishgas_assets.churn.experiments.catalogue import booster_features, experiment_features
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.calibration import Calibration, calibrate
from spanishgas_assets.churn.model.churn_model import MAIN, Card, ChurnModel, Metrics
from spanishgas_assets.churn.model.explanation import (
    SHOWN_FEATURES,
    calibrated_contributions,
    dependences,
    importance,
)
from spanishgas_assets.churn.model.threshold import TIER_CUTS, choose_threshold
from spanishgas_assets.churn.model.venn_abers import ScoreInterval
from spanishgas_assets.churn.tables import MEMBERSHIP
from spanishgas_assets.settings import ThresholdRule

SEED = 20241231


def train(
    training_set: pl.DataFrame,
    experiment: str,
    *,
    snapshot: str,
    label_date: str,
    seed: int = SEED,
    threads: int = 2,
    resamples: int = RESAMPLES,
    repeats: int = REPEATS,
    threshold_rule: ThresholdRule = ThresholdRule.BEST_PRECISION,
    progress: booster.Progress = lambda _message: None,
) -> ChurnModel:
    """Train and evaluate a model; equal rows, experiment and seed give equal bytes.

    Args:
        training_set: rows that keep the contract TRAINING_SET, in any order.
        experiment: step of the ablation, e.g. ``E5``.
        snapshot: as-of date of the run, ISO; part of the version.
        label_date: as-of date of the rows, ISO.
        seed: decides splits, trees and resamples.
        threads: fits that run side by side; changes no result.
        resamples: draws behind each interval.
        repeats: deals into folds behind the metrics called ``repeated``.
        threshold_rule: how the threshold is chosen.
        progress: told in words what is done.

    Raises:
        SettingsError: no such experiment, or the threshold's rule cannot be kept.
        StoreError: the rows do not have the features as their contract declares them.
    """
    rows = training_set.sort("customer_id")
    contract = FeatureContract.of(booster_features(experiment))
    matrix = contract.encode(rows)
    churn = rows["churn"].to_numpy()
    parts = assign_parts(rows, seed).to_numpy()

    learn = {MAIN: parts != HOLDOUT} | {
        name: (parts != HOLDOUT) & (parts != name) for name in fold_names()
    }
    boosters = booster.fit_each(matrix, churn, learn, seed=seed, threads=threads, progress=progress)
    raw = _honest(parts, lambda name, _learn, test: _scores(boosters[name], matrix.rows(test)))
    linear = with_joined_categories(matrix, rows, experiment_features(experiment))
    baseline = _honest(
        parts,
        lambda _name, learn, test: baseline_scores(
            linear.rows(learn), churn[learn], linear.rows(test)
        ),
    )
    progress("logistic baseline fitted")

    in_holdout = parts == HOLDOUT
    calibration = calibrate(raw[~in_holdout], churn[~in_holdout], parts[~in_holdout])
    probability = _probabilities(calibration, raw, in_holdout)
    threshold = choose_threshold(probability[~in_holdout], churn[~in_holdout], threshold_rule)
    membership = rows.select("customer_id", "group_id", "churn").with_columns(
        pl.Series("part", parts, pl.String),
        pl.Series("raw_score", raw),
        pl.Series("probability", probability),
        pl.Series("baseline_score", baseline),
    )
    metrics = _evaluations(membership, threshold, seed, resamples)
    metrics["repeated"] = repeated_folds(
        rows.filter(~in_holdout),
        matrix.rows(~in_holdout),
        threshold_rule,
        seed=seed,
        repeats=repeats,
        resamples=resamples,
        threads=threads,
        progress=progress,
    )
    explained = calibrated_contributions(
        booster.contributions(booster.load(boosters[MAIN]), matrix.rows(in_holdout)),
        calibration.calibrator,
    )
    ranking = importance(matrix.names, explained)
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
        threshold_rule=threshold_rule,
        tier_cuts=TIER_CUTS,
        interval=ScoreInterval.fit(raw[~in_holdout], churn[~in_holdout]),
        rows=rows.height,
        churners=int(churn.sum()),
        holdout_rows=int(in_holdout.sum()),
        data_hash=data_hash(rows),
        metrics=metrics,
        groups=tuple(
            evaluate_groups(
                membership, with_dimensions(rows), threshold, seed=seed, count=resamples
            )
        ),
        value=contact_value(membership, rows["avg_monthly_margin_eur"], seed=seed, count=resamples),
        importance=ranking,
        dependence=tuple(
            dependences(
                contract.features,
                matrix.rows(in_holdout),
                explained,
                list(ranking)[:SHOWN_FEATURES],
            )
        ),
        calibration_log_loss=calibration.log_loss,
        libraries={
            name: importlib.metadata.version(name)
            for name in ("numpy", "polars", "scikit-learn", "scipy", "xgboost")
        },
    )
    return ChurnModel.of(boosters, membership.select(list(MEMBERSHIP.columns)), card)


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


def _probabilities(calibration: Calibration, raw: Floats, in_holdout: NDArray[np.bool_]) -> Floats:
    """Cross-fitted probabilities of the folds' rows, the final map's for the holdout."""
    probability = np.empty(len(raw))
    probability[~in_holdout] = calibration.probabilities
    probability[in_holdout] = calibration.calibrator.apply(raw[in_holdout])
    return probability


def _evaluations(
    membership: pl.DataFrame, threshold: float, seed: int, resamples: int
) -> dict[str, Metrics]:
    """Evaluate booster and baseline on the holdout alone and on all rows pooled."""
    found = {}
    samples = {"pooled": membership, "holdout": membership.filter(pl.col("part") == HOLDOUT)}
    for prefix, column in {"": "probability", "baseline_": "baseline_score"}.items():
        for name, rows in samples.items():
            scored = Scored(rows[column].to_numpy(), rows["churn"].to_numpy())
            groups = rows["group_id"].to_numpy()
            found[prefix + name] = evaluate(scored, groups, threshold, seed=seed, count=resamples)
    return found
