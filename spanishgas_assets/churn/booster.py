"""The gradient-boosted trees: how they are fitted, kept as bytes, asked and explained.

Every fit runs on one thread; a caller that has several runs them side by side. So the bytes depend
on the rows and the seed, never on the number of cores.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from spanishgas_assets.churn.matrix import FeatureMatrix

#: The tuned champion of the published grid search (facts.md 6.3). No class weight: it would bend
#: the scores away from probabilities, and the threshold is chosen afterwards anyway.
PARAMETERS: dict[str, Any] = {
    "objective": "binary:logistic",
    "eval_metric": "logloss",
    "tree_method": "hist",
    "learning_rate": 0.02,
    "max_depth": 3,
    "subsample": 0.8,
    "colsample_bytree": 0.7,
}
TREES = 600

#: Threads that answer and explain; each row is answered alone, so they change no result.
ANSWER_THREADS = 2


def fit(matrix: FeatureMatrix, churn: NDArray[Any], seed: int) -> bytes:
    """Fit a booster and return it as UBJ bytes; equal rows and seed give equal bytes."""
    import xgboost as xgb

    parameters = PARAMETERS | {"seed": seed, "nthread": 1}
    return bytes(xgb.train(parameters, _dmatrix(matrix, churn), TREES).save_raw("ubj"))


def load(raw: bytes) -> Any:
    """Read a booster back from the bytes that ``fit`` gave."""
    import xgboost as xgb

    booster = xgb.Booster()
    booster.load_model(bytearray(raw))
    booster.set_param({"nthread": ANSWER_THREADS})
    return booster


def raw_scores(booster: Any, matrix: FeatureMatrix) -> NDArray[np.float64]:
    """Return the booster's own probability of churn for each row, before calibration."""
    return np.asarray(booster.predict(_dmatrix(matrix)), dtype=np.float64)


def contributions(booster: Any, matrix: FeatureMatrix) -> NDArray[np.float64]:
    """Return what each feature adds to each row's log-odds (SHAP); the last column is the bias."""
    return np.asarray(booster.predict(_dmatrix(matrix), pred_contribs=True), dtype=np.float64)


def _dmatrix(matrix: FeatureMatrix, churn: NDArray[Any] | None = None) -> Any:
    import xgboost as xgb

    return xgb.DMatrix(
        matrix.values,
        label=churn,
        feature_names=matrix.names,
        feature_types=["c" if categorical else "q" for categorical in matrix.categorical],
        enable_categorical=True,
        nthread=1,
    )
