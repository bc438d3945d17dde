"""The ablation's figures: a row per experiment and model, with intervals and paired differences."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.evaluation.bootstrap import ENDS, resamples
from spanishgas_assets.churn.evaluation.metrics import Floats, Scored
from spanishgas_assets.churn.experiments.catalogue import extended
from spanishgas_assets.churn.model.threshold import MIN_RECALL
from spanishgas_assets.churn.tables import ABLATION

Step = tuple[str, str]
_LOGISTIC = "logistic"


def ablation_table(
    scores: Mapping[Step, Sequence[Floats]],
    features: Mapping[Step, int],
    churn: NDArray[np.int64],
    groups: NDArray[np.str_],
    deals: Sequence[NDArray[np.str_]],
    *,
    seed: int,
    resamples: int,
) -> pl.DataFrame:
    """Return the contract ABLATION's rows, in the order of the steps.

    A step's figure is its mean over the deals, each pooled over its folds; its interval and the
    differences come from the same resamples of owners for every step.

    Args:
        scores: out-of-fold scores of each (experiment, model), one array per deal.
        features: number of features of each step.
        churn: label of each row.
        groups: owner of each row.
        deals: fold of each row, per deal.
        seed: of the resamples.
        resamples: their number.
    """
    drawn = _draws(scores, churn, groups, seed, resamples)
    order = list(dict.fromkeys(experiment for experiment, _ in scores))
    rows = []
    for number, (step, columns) in enumerate(scores.items()):
        experiment, model = step
        before = extended(experiment, order)
        smaller = (before, model) if before else None
        sorted_once = [Scored(column, churn) for column in columns]
        fold_values = [
            Scored(column[folds == fold], churn[folds == fold]).pr_auc()
            for column, folds in zip(columns, deals, strict=True)
            for fold in np.unique(folds)
        ]
        rows.append(
            {
                "order": number,
                "experiment": experiment,
                "model": model,
                "features": features[step],
                **_with_interval("pr_auc", drawn[step][:, 0]),
                "pr_auc_fold_sd": float(np.std(fold_values, ddof=1)),
                **_with_interval("roc_auc", drawn[step][:, 1]),
                "precision_at_recall": float(
                    np.mean([_precision_at_recall(one) for one in sorted_once])
                ),
                "extends": smaller[0] if smaller else None,
                **_difference("over_extended", drawn, step, smaller),
                **_difference(
                    "over_logistic",
                    drawn,
                    step,
                    (experiment, _LOGISTIC) if model != _LOGISTIC else None,
                ),
            }
        )
    return pl.DataFrame(rows, schema=ABLATION.empty().schema)


def _draws(
    scores: Mapping[Step, Sequence[Floats]],
    churn: NDArray[np.int64],
    groups: NDArray[np.str_],
    seed: int,
    count: int,
) -> dict[Step, Floats]:
    """PR-AUC and ROC-AUC of each step: first row as it is, then one row per resample."""
    weights = [None, *resamples(groups, count, seed)]
    known: dict[tuple[int, ...], Floats] = {}
    drawn = {}
    for step, columns in scores.items():
        # Experiments with the same features share their scores: measured once.
        key = tuple(id(column) for column in columns)
        if key not in known:
            deals = [Scored(column, churn) for column in columns]
            known[key] = np.array(
                [
                    np.mean([(one.pr_auc(w), one.roc_auc(w)) for one in deals], axis=0)
                    for w in weights
                ]
            )
        drawn[step] = known[key]
    return drawn


def _with_interval(name: str, values: Floats) -> dict[str, float]:
    low, high = np.nanpercentile(values[1:], ENDS)
    return {name: float(values[0]), f"{name}_low": float(low), f"{name}_high": float(high)}


def _difference(
    name: str, drawn: Mapping[Step, Floats], step: Step, other: Step | None
) -> dict[str, float | None]:
    if other is None or other not in drawn:
        return dict.fromkeys([name, f"{name}_low", f"{name}_high"])
    return dict(_with_interval(name, drawn[step][:, 0] - drawn[other][:, 0]))


def _precision_at_recall(scored: Scored) -> float:
    precision, recall, _ = scored.pr_curve()
    return float(precision[recall >= MIN_RECALL].max())
