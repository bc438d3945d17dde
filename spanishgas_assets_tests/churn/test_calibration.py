import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.churn.model.calibration import Calibrator, calibrate, log_odds


def scored(truth, rows=4000, seed=0):
    """Scores, labels drawn with the true chance of each score, and folds."""
    rng = np.random.default_rng(seed)
    scores = rng.uniform(0.01, 0.99, rows)
    return scores, (rng.random(rows) < truth(scores)).astype(int), np.arange(rows) % 5


def sigmoid(x):
    return 1 / (1 + np.exp(-x))


def step(scores):
    return np.where(scores > 0.5, 0.6, 0.05)


def test_sigmoid_finds_the_slope_and_intercept_behind_the_labels():
    scores, churn, _ = scored(lambda s: sigmoid(2 * log_odds(s) - 1), rows=40_000)
    fitted = Calibrator.fit("sigmoid", scores, churn)
    assert (fitted.x[0], fitted.y[0]) == pytest.approx((2, -1), abs=0.1)


def test_sigmoid_is_preferred_where_both_do_the_same():
    assert calibrate(*scored(lambda s: s)).calibrator.method == "sigmoid"


def test_isotonic_wins_where_no_sigmoid_fits():
    found = calibrate(*scored(step))
    assert found.calibrator.method == "isotonic"
    assert found.log_loss["isotonic"] < found.log_loss["sigmoid"]


def test_a_row_has_no_say_in_its_own_probability():
    scores, churn, folds = scored(lambda s: s)
    turned = np.where(folds == 0, 1 - churn, churn)
    first, second = calibrate(scores, churn, folds), calibrate(scores, turned, folds)
    np.testing.assert_array_equal(first.probabilities[folds == 0], second.probabilities[folds == 0])


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["sigmoid", "isotonic"]), st.integers(0, 1000), st.booleans())
def test_calibration_is_strictly_increasing_whatever_the_labels(method, seed, upside_down):
    scores, churn, _ = scored((lambda s: 1 - s) if upside_down else step, rows=300, seed=seed)
    mapped = Calibrator.fit(method, scores, churn).apply(np.linspace(0.001, 0.999, 200))
    assert (np.diff(mapped) > 0).all()
    assert mapped.min() >= 0
    assert mapped.max() <= 1


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_mean_probability_is_the_churn_rate(method):
    scores, churn, _ = scored(step)
    assert Calibrator.fit(method, scores, churn).apply(scores).mean() == pytest.approx(
        churn.mean(), abs=0.001
    )


@pytest.mark.parametrize("method", ["sigmoid", "isotonic"])
def test_calibrator_survives_json(method):
    scores, churn, _ = scored(step)
    fitted = Calibrator.fit(method, scores, churn)
    again = Calibrator.from_dict(json.loads(json.dumps(fitted.to_dict())))
    np.testing.assert_array_equal(again.apply(scores), fitted.apply(scores))
