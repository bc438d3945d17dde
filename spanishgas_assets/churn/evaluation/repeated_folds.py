"""The same rows dealt into folds several times: how much of a figure is the luck of one deal."""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.dataset.feature_matrix import FeatureMatrix
from spanishgas_assets.churn.dataset.splits import assign_folds, fold_names
from spanishgas_assets.churn.evaluation.bootstrap import Interval, intervals
from spanishgas_assets.churn.evaluation.metrics import Floats, Scored
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.calibration import calibrate
from spanishgas_assets.churn.model.threshold import choose_threshold
from spanishgas_assets.settings import ThresholdRule

REPEATS = 3


def repeated_folds(
    rows: pl.DataFrame,
    matrix: FeatureMatrix,
    threshold_rule: ThresholdRule,
    *,
    seed: int,
    repeats: int,
    resamples: int,
    threads: int,
    progress: booster.Progress,
) -> dict[str, Interval]:
    """Return the mean of every metric over the deals, with its bootstrap interval.

    Each deal has its own boosters, calibration and threshold; every row is scored by a booster
    that did not learn from it.

    Args:
        rows: group_id and churn, without the holdout.
        matrix: the features of the same rows.
        threshold_rule: how each deal's threshold is chosen.
        seed: of the first deal; the next ones count up.
        repeats: deals.
        resamples: draws behind each interval.
        threads: fits side by side.
        progress: told in words what is done.
    """
    churn = rows["churn"].to_numpy()
    deals = []
    for repeat in range(repeats):
        folds = assign_folds(rows, seed + repeat).to_numpy()
        progress(f"repeated folds, deal {repeat + 1} of {repeats}")
        raw = _out_of_fold(matrix, churn, folds, seed + repeat, threads)
        probability = calibrate(raw, churn, folds).probabilities
        threshold = choose_threshold(probability, churn, threshold_rule)
        deals.append((Scored(probability, churn), threshold))

    def mean_of_deals(weights: Floats | None) -> dict[str, float]:
        found = [scored.metrics(threshold, weights) for scored, threshold in deals]
        return {name: float(np.mean([one[name] for one in found])) for name in found[0]}

    return intervals(mean_of_deals, rows["group_id"].to_numpy(), seed=seed, count=resamples)


def _out_of_fold(
    matrix: FeatureMatrix,
    churn: NDArray[np.int64],
    folds: NDArray[np.str_],
    seed: int,
    threads: int,
) -> Floats:
    boosters = booster.fit_each(
        matrix,
        churn,
        {name: folds != name for name in fold_names()},
        seed=seed,
        threads=threads,
        progress=lambda _message: None,
    )
    raw = np.empty(len(churn))
    for name, fitted in boosters.items():
        out = folds == name
        raw[out] = booster.raw_scores(booster.load(fitted), matrix.rows(out))
    return raw
