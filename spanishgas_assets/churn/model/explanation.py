"""Why a model says what it says: contributions on the calibrated scale, importance, dependence."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spanishgas_assets.churn.dataset.feature_matrix import Feature, FeatureMatrix
from spanishgas_assets.churn.evaluation.metrics import Floats
from spanishgas_assets.churn.model.calibration import Calibrator, log_odds

#: Features whose dependence is kept, and points of a number's curve.
SHOWN_FEATURES = 6
POINTS = 10


@dataclass(frozen=True)
class Dependence:
    """What a feature adds to the log-odds of churn, by its value: one point per group of rows."""

    feature: str
    values: tuple[str, ...]
    contributions: tuple[float, ...]
    rows: tuple[int, ...]


def calibrated_contributions(contributions: Floats, calibrator: Calibrator) -> Floats:
    """Carry contributions to the raw log-odds over to the calibrated log-odds.

    The last column is the bias. Calibration moves the bias to what it makes of it, and stretches
    a row's contributions by one positive factor, so that they add up to the log-odds of the
    probability that is served; none changes its sign or its place.
    """
    bias = contributions[:, -1]
    raw = contributions.sum(axis=1)
    served_bias = _served(bias, calibrator)
    with np.errstate(invalid="ignore", divide="ignore"):
        factor = (_served(raw, calibrator) - served_bias) / (raw - bias)
    factor = np.where(np.isfinite(factor) & (factor > 0), factor, 1.0)
    return np.column_stack([contributions[:, :-1] * factor[:, None], served_bias])


def importance(names: list[str], contributions: Floats) -> dict[str, float]:
    """Return each feature's mean absolute contribution, largest first."""
    mean = np.abs(contributions[:, :-1]).mean(axis=0)
    order = np.argsort(-mean, kind="stable")
    return {names[index]: float(mean[index]) for index in order}


def dependences(
    features: tuple[Feature, ...], matrix: FeatureMatrix, contributions: Floats, chosen: list[str]
) -> list[Dependence]:
    """Return how the chosen features' contributions go with their values.

    Numbers are cut into tenths of the rows; a missing value is a group of its own.
    """
    return [
        _dependence(feature, matrix.values[:, index], contributions[:, index])
        for index, feature in enumerate(features)
        if feature.name in chosen
    ]


def _served(raw_log_odds: Floats, calibrator: Calibrator) -> Floats:
    return log_odds(calibrator.apply(1 / (1 + np.exp(-raw_log_odds))))


def _dependence(feature: Feature, values: NDArray[np.float32], contributions: Floats) -> Dependence:
    missing = np.isnan(values)
    known, added = values[~missing], contributions[~missing]
    distinct = np.unique(known)
    if feature.categories or feature.dtype == "Boolean" or len(distinct) <= POINTS:
        bins, labels = np.searchsorted(distinct, known), [_named(feature, v) for v in distinct]
    else:
        edges = np.unique(np.quantile(known, np.linspace(0, 1, POINTS + 1)[1:-1]))
        bins = np.searchsorted(edges, known, side="right")
        labels = [f"{known[bins == one].mean():.3g}" for one in np.unique(bins)]
        bins = np.unique(bins, return_inverse=True)[1]
    groups = [added[bins == one] for one in range(len(labels))]
    if missing.any():
        labels, groups = [*labels, "missing"], [*groups, contributions[missing]]
    return Dependence(
        feature.name,
        tuple(labels),
        tuple(float(group.mean()) for group in groups),
        tuple(len(group) for group in groups),
    )


def _named(feature: Feature, value: float) -> str:
    if feature.categories:
        return feature.categories[int(value)]
    if feature.dtype == "Boolean":
        return "yes" if value else "no"
    return f"{value:g}"
