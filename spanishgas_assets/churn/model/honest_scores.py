"""Boosters fitted, and every row scored and calibrated by one that did not learn from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.dataset.feature_matrix import FeatureMatrix
from spanishgas_assets.churn.dataset.splits import HOLDOUT, assign_parts, fold_names
from spanishgas_assets.churn.evaluation.baseline_models import (
    baseline_scores,
    with_joined_categories,
)
from spanishgas_assets.churn.evaluation.metrics import Floats
from spanishgas_assets.churn.experiments.catalogue import experiment_features
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.calibration import Calibration, calibrate
from spanishgas_assets.churn.model.churn_model import MAIN
from spanishgas_assets.churn.model.threshold import choose_threshold
from spanishgas_assets.settings import ThresholdRule


@dataclass(frozen=True)
class HonestScores:
    """Scores of the rows of a training set, in their order.

    Attributes:
        boosters: the fitted boosters as bytes, by name.
        in_holdout: rows that no fold's booster and no main booster learned from.
        membership: customer_id, group_id, churn, part, raw_score, probability, baseline_score.
        calibration: from raw scores to probabilities, fitted without the holdout.
        threshold: probability from which a customer counts as leaving, chosen without the holdout.
    """

    boosters: dict[str, bytes]
    in_holdout: NDArray[np.bool_]
    membership: pl.DataFrame
    calibration: Calibration
    threshold: float


def honest_scores(
    rows: pl.DataFrame,
    matrix: FeatureMatrix,
    experiment: str,
    threshold_rule: ThresholdRule,
    *,
    seed: int,
    threads: int,
    progress: booster.Progress,
) -> HonestScores:
    """Fit the boosters and the baseline, and score each row by those that left it out.

    Args:
        rows: the training set, sorted by customer_id.
        matrix: its features, encoded.
        experiment: step of the ablation, whose features the baseline reads too.
        threshold_rule: how the threshold is chosen.
        seed: decides splits and trees.
        threads: fits that run side by side; changes no result.
        progress: told in words what is done.

    Raises:
        SettingsError: the threshold's rule cannot be kept.
    """
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
    return HonestScores(boosters, in_holdout, membership, calibration, threshold)


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
