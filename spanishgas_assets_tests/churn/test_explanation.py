import numpy as np
import pytest

from spanishgas_assets.churn.dataset.feature_matrix import Feature, FeatureMatrix
from spanishgas_assets.churn.model.calibration import Calibrator, log_odds
from spanishgas_assets.churn.model.explanation import (
    calibrated_contributions,
    dependences,
    importance,
)

SIGMOID = Calibrator("sigmoid", (2.0,), (-1.0,))
ISOTONIC = Calibrator("isotonic", (0.1, 0.5, 0.9), (0.02, 0.3, 0.8))
RAW = np.array([[1.0, -0.5, -2.0], [0.0, 0.0, -2.0], [3.0, 0.5, -2.0]])


@pytest.mark.parametrize("calibrator", [SIGMOID, ISOTONIC])
def test_they_add_up_to_the_calibrated_log_odds_and_keep_sign_and_order(calibrator):
    found = calibrated_contributions(RAW, calibrator)
    raw = 1 / (1 + np.exp(-RAW.sum(axis=1)))
    np.testing.assert_allclose(found.sum(axis=1), log_odds(calibrator.apply(raw)))
    np.testing.assert_array_equal(np.sign(found[:, :2]), np.sign(RAW[:, :2]))
    np.testing.assert_array_equal(np.argsort(found[:, :2]), np.argsort(RAW[:, :2]))
    assert len(set(found[:, 2])) == 1


def test_a_sigmoid_stretches_by_its_slope():
    found = calibrated_contributions(RAW, SIGMOID)
    np.testing.assert_allclose(found[[0, 2], :2], 2 * RAW[[0, 2], :2])
    np.testing.assert_allclose(found[:, 2], 2 * -2.0 - 1)


def test_importance_is_the_mean_size_without_the_bias_largest_first():
    assert importance(["a", "b"], np.array([[1.0, -3.0, 9.0], [0.0, 1.0, 9.0]])) == {
        "b": 2.0,
        "a": 0.5,
    }


def test_dependence_groups_values_by_name_flag_tenth_and_missing():
    features = (
        Feature("sentiment", "String", ("bad", "good")),
        Feature("gas", "Boolean"),
        Feature("months", "Float64"),
        Feature("calls", "Int64"),
    )
    rows = 40
    number = np.arange(rows, dtype=np.float32)
    values = np.column_stack([number % 2, number < 10, number, number % 3])
    values[:4, 2] = np.nan
    added = np.column_stack(
        [np.where(number % 2, -1.0, 1.0), number < 10, number, number % 3, number]
    )
    matrix = FeatureMatrix(
        values.astype(np.float32), [f.name for f in features], [True] + [False] * 3
    )
    sentiment, gas, months = dependences(features, matrix, added, ["sentiment", "gas", "months"])
    assert (sentiment.values, sentiment.contributions, sentiment.rows) == (
        ("bad", "good"),
        (1, -1),
        (20, 20),
    )
    assert (gas.values, gas.contributions, gas.rows) == (("no", "yes"), (0, 1), (30, 10))
    assert len(months.values) == 11
    assert months.values[-1] == "missing"
    assert months.contributions[-1] == 1.5
    assert sum(months.rows) == rows
    assert list(months.contributions[:-1]) == sorted(months.contributions[:-1])
