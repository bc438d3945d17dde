"""How far probabilities may be off: as far as calibrations on samples of their size really are."""

import numpy as np
import polars as pl
import pytest

from spanishgas_assets.churn.model.calibration import log_odds
from spanishgas_assets.monitoring.calibration_error import CalibrationError
from spanishgas_assets.monitoring.performance_estimate import performance_estimate


def probabilities(customers, seed=1):
    return np.random.default_rng(seed).beta(0.4, 3, customers).clip(0.001, 0.999)


def error(customers):
    return CalibrationError.of(pl.DataFrame({"probability": probabilities(customers)}))


def fitted(p, churn):
    from sklearn.linear_model import LogisticRegression

    fit = LogisticRegression(C=np.inf).fit(log_odds(p)[:, None], churn)
    return fit.coef_[0, 0], fit.intercept_[0]


def test_the_error_is_that_of_calibrations_fitted_to_samples():
    p, random = probabilities(1000), np.random.default_rng(2)
    found = np.array([fitted(p, random.random(1000) < p) for _ in range(300)])
    known = CalibrationError.of(pl.DataFrame({"probability": p}))
    assert found[:, 0].std() == pytest.approx(known.slope, rel=0.15)
    intercept = float(np.hypot(known.with_slope, known.intercept))
    assert found[:, 1].std() == pytest.approx(intercept, rel=0.15)


def test_four_times_the_customers_halve_the_error():
    assert error(8000).slope == pytest.approx(error(2000).slope / 2, rel=0.1)


def test_equal_probabilities_have_no_slope_to_be_sure_of():
    drawn = CalibrationError.of(pl.DataFrame({"probability": [0.1] * 100}))
    shifted = drawn.draw(np.random.default_rng(3), np.array([0.1, 0.1]))
    assert 0 < shifted[0] < 1
    assert shifted[0] == shifted[1]


def test_the_estimate_of_a_model_of_few_customers_is_less_sure():
    rows = pl.LazyFrame({"churn_probability": probabilities(1000, seed=5)}).with_columns(
        churn_flag=pl.col("churn_probability") > 0.5
    )
    widths = []
    for one in (None, error(20_000), error(300)):
        metrics = performance_estimate(rows, one).collect().rows_by_key("metric", named=True)
        (pr_auc,) = metrics["expected_pr_auc"]
        widths.append(pr_auc["high"] - pr_auc["low"])
    assert widths[0] == pytest.approx(widths[1], rel=0.2)
    assert widths[2] > 1.4 * widths[1]
