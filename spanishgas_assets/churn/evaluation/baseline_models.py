"""The models to beat: a guess, plain logistic regression and a random forest, on the same rows."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.dataset.feature_matrix import FeatureMatrix
from spanishgas_assets.churn.evaluation.metrics import Floats
from spanishgas_assets.gold.tables import INTERACTION_STRINGS

#: Published settings (docs/domain.md#hyper-parameters); plain data converge in a tenth of the
#: iterations.
MAX_ITERATIONS = 2000
FOREST_TREES = 400


def with_joined_categories(
    matrix: FeatureMatrix, rows: pl.DataFrame, names: list[str]
) -> FeatureMatrix:
    """Add to a matrix those of the named features that are joined categories, as codes."""
    joined = [name for name in names if name in INTERACTION_STRINGS.columns]
    if not joined:
        return matrix
    codes = rows.select((pl.col(name).rank("dense") - 1).cast(pl.Float32) for name in joined)
    return FeatureMatrix(
        np.hstack([matrix.values, codes.to_numpy()]),
        matrix.names + joined,
        matrix.categorical + [True] * len(joined),
    )


def dummy_scores(churn: NDArray[Any], test: FeatureMatrix) -> Floats:
    """Give every customer the churn rate of the rows that were learned from."""
    return np.full(len(test.values), float(churn.mean()))


def baseline_scores(train: FeatureMatrix, churn: NDArray[Any], test: FeatureMatrix) -> Floats:
    """Fit logistic regression on some rows and return the probability of churn of others."""
    from sklearn.linear_model import LogisticRegression

    return _scores(LogisticRegression(max_iter=MAX_ITERATIONS), train, churn, test)


def forest_scores(
    train: FeatureMatrix, churn: NDArray[Any], test: FeatureMatrix, seed: int
) -> Floats:
    """Fit a random forest on some rows and return the probability of churn of others."""
    from sklearn.ensemble import RandomForestClassifier

    forest = RandomForestClassifier(
        n_estimators=FOREST_TREES,
        class_weight="balanced_subsample",
        random_state=seed % 2**32,
        n_jobs=1,
    )
    return _scores(forest, train, churn, test)


def _scores(model: Any, train: FeatureMatrix, churn: NDArray[Any], test: FeatureMatrix) -> Floats:
    """Prepare, fit and score.

    Numbers: median for the missing, a flag that says so, one scale; categories: one-hot.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from threadpoolctl import threadpool_limits

    categorical = np.array(train.categorical)
    known = ~np.isnan(train.values).all(axis=0)
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    pipeline = make_pipeline(
        ColumnTransformer(
            [
                ("numbers", numbers, np.flatnonzero(~categorical & known)),
                ("categories", OneHotEncoder(handle_unknown="ignore"), np.flatnonzero(categorical)),
            ],
            sparse_threshold=0,
        ),
        model,
    )
    with threadpool_limits(limits=1):  # sums of several threads differ in the last digits
        pipeline.fit(train.values.astype(np.float64), churn)
        scores = pipeline.predict_proba(test.values.astype(np.float64))[:, 1]
    return np.asarray(scores, dtype=np.float64)
