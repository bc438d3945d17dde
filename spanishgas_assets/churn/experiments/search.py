"""Search for hyper-parameters: the published grid, with and without a class weight."""

import itertools
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import numpy as np
import polars as pl

from spanishgas_assets.churn.dataset.feature_matrix import FeatureContract, FeatureMatrix
from spanishgas_assets.churn.dataset.splits import HOLDOUT, assign_folds, assign_parts, fold_names
from spanishgas_assets.churn.evaluation.bootstrap import pr_auc_difference
from spanishgas_assets.churn.evaluation.metrics import Floats, Scored
from spanishgas_assets.churn.experiments.catalogue import booster_features
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.training import SEED
from spanishgas_assets.churn.tables import SEARCH

#: The published grid (docs/domain.md#hyper-parameters): 108 candidates, twice for the class weight.
GRID: dict[str, tuple[Any, ...]] = {
    "learning_rate": (0.01, 0.02, 0.03),
    "max_depth": (2, 3, 4),
    "subsample": (0.7, 0.8),
    "colsample_bytree": (0.7, 0.8),
    "class_weight": ("none", "balanced"),
}
#: A booster of the most trees answers for the smaller numbers too.
TREES = (400, 600, 800)
RESAMPLES = 100

Candidate = tuple[Any, ...]
_NAMES = (*GRID, "trees")


def parameter_search(
    training_set: pl.DataFrame,
    experiment: str,
    *,
    grid: Mapping[str, tuple[Any, ...]] | None = None,
    trees: tuple[int, ...] = TREES,
    seed: int = SEED,
    resamples: int = RESAMPLES,
    threads: int = 2,
    progress: booster.Progress = lambda _message: None,
) -> pl.DataFrame:
    """Try every candidate out of fold and return the contract SEARCH's rows, best first.

    The serving parameters are among the candidates, whatever the grid.

    Args:
        training_set: rows that keep the contract TRAINING_SET.
        experiment: step of the ablation.
        grid: values per parameter, of the names of ``GRID``; None takes ``GRID``.
        trees: numbers of trees.
        seed: decides holdout, folds, trees and resamples.
        resamples: draws behind each interval.
        threads: fits side by side; changes no result.
        progress: told in words how far it is.
    """
    rows = training_set.sort("customer_id")
    rows = rows.filter(assign_parts(rows, seed) != HOLDOUT)
    matrix = FeatureContract.of(booster_features(experiment)).encode(rows)
    churn = rows["churn"].to_numpy()
    folds = assign_folds(rows, seed).to_numpy()
    serving = _serving()
    fits = set(itertools.product(*(grid or GRID).values())) | {serving[:-1]}
    numbers = tuple(sorted({*trees, booster.TREES}))
    scores: dict[Candidate, Floats] = {}
    with ThreadPoolExecutor(max_workers=threads) as pool:
        running = {
            pool.submit(_scored, matrix, churn, folds == fold, fit, numbers, seed): (fit, fold)
            for fit in sorted(fits)
            for fold in fold_names()
        }
        for done, finished in enumerate(as_completed(running), start=1):
            fit, fold = running[finished]
            for number, answered in finished.result().items():
                column = scores.setdefault((*fit, number), np.empty(len(churn)))
                column[folds == fold] = answered
            progress(f"{done} of {len(running)} fits")
    groups = rows["group_id"].to_numpy()
    wanted = {c for c in scores if c[-1] in trees or c == serving}
    found = [
        {
            **dict(zip(_NAMES, candidate, strict=True)),
            "serving": candidate == serving,
            "pr_auc": Scored(scores[candidate], churn).pr_auc(),
            "pr_auc_fold_sd": float(
                np.std(
                    [
                        Scored(scores[candidate][folds == fold], churn[folds == fold]).pr_auc()
                        for fold in fold_names()
                    ],
                    ddof=1,
                )
            ),
            **_over_serving(scores, candidate, churn, groups, seed, resamples),
        }
        for candidate in sorted(wanted)
    ]
    ranked = sorted(found, key=lambda row: -row["pr_auc"])
    return pl.DataFrame(
        [row | {"candidate": number} for number, row in enumerate(ranked, start=1)],
        schema=SEARCH.empty().schema,
    )


def _serving() -> Candidate:
    """The parameters that models are trained with, as a candidate."""
    shared = (booster.PARAMETERS[name] for name in GRID if name != "class_weight")
    return (*shared, "none", booster.TREES)


def _scored(
    matrix: FeatureMatrix,
    churn: Any,
    out: Any,
    fit: Candidate,
    numbers: tuple[int, ...],
    seed: int,
) -> dict[int, Floats]:
    """Fit on the other folds with the most trees; score the one left out with each number."""
    changed = dict(zip(GRID, fit, strict=True)) | {"trees": max(numbers)}
    labels = churn[~out]
    if changed.pop("class_weight") == "balanced":
        changed["scale_pos_weight"] = float((labels == 0).sum() / (labels == 1).sum())
    fitted = booster.load(booster.fit(matrix.rows(~out), labels, seed, changed))
    test = matrix.rows(out)
    return {number: booster.raw_scores(fitted, test, trees=number) for number in numbers}


def _over_serving(
    scores: Mapping[Candidate, Floats],
    candidate: Candidate,
    churn: Any,
    groups: Any,
    seed: int,
    resamples: int,
) -> dict[str, float]:
    difference = pr_auc_difference(
        scores[candidate], scores[_serving()], churn, groups, seed=seed, count=resamples
    )
    return {
        "over_serving": difference.value,
        "over_serving_low": difference.low,
        "over_serving_high": difference.high,
    }
