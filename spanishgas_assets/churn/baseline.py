"""The model to beat: plain logistic regression on the same features, rows and parts."""

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from spanishgas_assets.churn.matrix import FeatureMatrix
from spanishgas_assets.gold.tables import INTERACTION_STRINGS

#: Published setting; plain data converge in a tenth of it.
MAX_ITERATIONS = 2000


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


def baseline_scores(
    train: FeatureMatrix, churn: NDArray[Any], test: FeatureMatrix
) -> NDArray[np.float64]:
    """Fit on some rows and return the probability of churn of others.

    Numbers: median for the missing, a flag that says so, one scale; categories: one-hot.
    """
    from sklearn.compose import ColumnTransformer
    from sklearn.impute import SimpleImputer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import OneHotEncoder, StandardScaler
    from threadpoolctl import threadpool_limits

    categorical = np.array(train.categorical)
    known = ~np.isnan(train.values).all(axis=0)
    numbers = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    model = make_pipeline(
        ColumnTransformer(
            [
                ("numbers", numbers, np.flatnonzero(~categorical & known)),
                ("categories", OneHotEncoder(handle_unknown="ignore"), np.flatnonzero(categorical)),
            ],
            sparse_threshold=0,
        ),
        LogisticRegression(max_iter=MAX_ITERATIONS),
    )
    with threadpool_limits(limits=1):  # sums of several threads differ in the last digits
        model.fit(train.values.astype(np.float64), churn)
        scores = model.predict_proba(test.values.astype(np.float64))[:, 1]
    return np.asarray(scores, dtype=np.float64)
