"""The gradient-boosted trees: how they are fitted, kept as bytes, asked and explained.

Every fit runs on one thread; a caller that has several runs them side by side. So the bytes depend
on the rows and the seed, never on the number of cores.
"""

import itertools
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spanishgas_assets.churn.dataset.feature_matrix import FeatureMatrix
from spanishgas_assets.errors import StoreError

#: The tuned champion of the published grid search (docs/domain.md#hyper-parameters). No class
#: weight: it would bend the scores away from probabilities, and the threshold is chosen afterwards
#: anyway.
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


Progress = Callable[[str], None]


def fit(
    matrix: FeatureMatrix,
    churn: NDArray[Any],
    seed: int,
    changed: Mapping[str, Any] | None = None,
) -> bytes:
    """Fit a booster and return it as UBJ bytes; equal rows and seed give equal bytes.

    ``changed``: parameters other than the serving ones, ``trees`` among them.
    """
    import xgboost as xgb

    parameters = {**PARAMETERS, "trees": TREES, **(changed or {}), "seed": seed, "nthread": 1}
    trees = parameters.pop("trees")
    return bytes(xgb.train(parameters, _dmatrix(matrix, churn), trees).save_raw("ubj"))


def fit_each(
    matrix: FeatureMatrix,
    churn: NDArray[Any],
    learn: Mapping[str, NDArray[np.bool_]],
    *,
    seed: int,
    threads: int,
    progress: Progress,
) -> dict[str, bytes]:
    """Fit one booster per name, each on its own rows of the matrix, side by side."""
    with ThreadPoolExecutor(max_workers=threads) as pool:
        fits = {
            pool.submit(fit, matrix.rows(rows), churn[rows], seed): name
            for name, rows in learn.items()
        }
        fitted = {}
        for done, one in enumerate(as_completed(fits), start=1):
            fitted[fits[one]] = one.result()
            progress(f"booster {done} of {len(fits)} fitted ({fits[one]})")
    return fitted


def load(raw: bytes) -> Any:
    """Read a booster back from the bytes that ``fit`` gave."""
    import xgboost as xgb

    booster = xgb.Booster()
    booster.load_model(bytearray(raw))
    booster.set_param({"nthread": ANSWER_THREADS})
    return booster


def raw_scores(
    booster: Any, matrix: FeatureMatrix, trees: int | None = None
) -> NDArray[np.float64]:
    """Return the booster's own probability of churn for each row, before calibration.

    ``trees``: ask the first so many only; None asks all.

    Raises:
        StoreError: the matrix has other features than the booster, or the same in another order.
    """
    _refuse_other_features(booster, matrix)
    answer = booster.predict(_dmatrix(matrix), iteration_range=(0, trees or 0))
    return np.asarray(answer, dtype=np.float64)


def contributions(booster: Any, matrix: FeatureMatrix) -> NDArray[np.float64]:
    """Return what each feature adds to each row's log-odds (SHAP); the last column is the bias.

    Raises:
        StoreError: as for :func:`raw_scores`.
    """
    _refuse_other_features(booster, matrix)
    return np.asarray(booster.predict(_dmatrix(matrix), pred_contribs=True), dtype=np.float64)


def _refuse_other_features(booster: Any, matrix: FeatureMatrix) -> None:
    kinds = ["c" if categorical else "q" for categorical in matrix.categorical]
    known = list(zip(booster.feature_names, booster.feature_types, strict=True))
    for place, (expected, found) in enumerate(
        itertools.zip_longest(known, zip(matrix.names, kinds, strict=True))
    ):
        if expected != found:
            raise StoreError(
                f"feature {place + 1}: the booster was trained with {_said(expected)}, the matrix "
                f"has {_said(found)}; encode the table with the model's own contract"
            )


def _said(feature: tuple[str, str] | None) -> str:
    if feature is None:
        return "none"
    return f"{feature[0]} ({'category' if feature[1] == 'c' else 'number'})"


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
