"""Performance estimated from probabilities: exact on small tables, right on simulated labels."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from spanishgas_assets.monitoring.performance_estimate import (
    performance_estimate,
    realised_metrics,
)
from spanishgas_assets.monitoring.tables import PERFORMANCE_ESTIMATE


def estimate(probabilities, threshold=0.5):
    scored = pl.LazyFrame(
        {"churn_probability": probabilities}, schema={"churn_probability": pl.Float64}
    ).with_columns(churn_flag=pl.col("churn_probability") >= threshold)
    table = performance_estimate(scored)
    assert PERFORMANCE_ESTIMATE.judge(table).explain() == ""
    return dict(table.select("metric", "value").collect().rows())


def test_counts_and_shares_at_the_flag():
    assert estimate([0.8, 0.6, 0.1, 0.1]) == pytest.approx(
        {
            "customers": 4,
            "flagged": 2,
            "expected_churners": 1.6,
            "expected_churn_rate": 0.4,
            "expected_flagged_churners": 1.4,
            "expected_precision": 0.7,
            "expected_recall": 0.875,
            "expected_brier_score": (0.16 + 0.24 + 0.09 + 0.09) / 4,
            # ordered pairs: 0.8 over 0.6, 0.1, 0.1; 0.6 over 0.1, 0.1; half of 0.1 with 0.1
            "expected_roc_auc": (0.8 * (0.4 + 0.9 + 0.9) + 0.6 * 1.8 + 0.1 * 0.9)
            / (1.6 * 2.4 - 0.16 - 0.24 - 0.09 - 0.09),
            # each churner's precision: 1/1, (1 + 0.8)/2, (1 + 1.5)/4 twice
            "expected_pr_auc": (0.8 * 1 + 0.6 * 0.9 + 0.2 * 0.625) / 1.6,
        }
    )


def test_certain_scores_promise_a_perfect_ranking():
    sure = estimate([1.0, 1.0, 0.0, 0.0])
    assert (sure["expected_roc_auc"], sure["expected_pr_auc"]) == (1, 1)


def test_equal_scores_promise_no_ranking():
    blind = estimate([0.25] * 1000)
    assert blind["expected_roc_auc"] == pytest.approx(0.5)
    assert blind["expected_pr_auc"] == pytest.approx(0.25, abs=0.001)


def test_nobody_flagged_has_no_precision():
    unflagged = estimate([0.1, 0.2])
    assert unflagged["expected_precision"] is None
    assert unflagged["expected_recall"] == 0


def test_no_customers_have_no_estimates():
    none = estimate([])
    assert (none["customers"], none["expected_churners"]) == (0, 0)
    assert none["expected_roc_auc"] is none["expected_pr_auc"] is none["expected_recall"] is None


def test_nobody_expected_to_leave_has_no_recall():
    assert estimate([0.0, 0.0])["expected_pr_auc"] is None


def test_estimates_are_the_mean_of_what_simulated_labels_give():
    from sklearn.metrics import average_precision_score, roc_auc_score

    random = np.random.default_rng(3)
    p = np.round(random.beta(0.5, 3, 3000), 2)
    flagged = p >= 0.4
    truths = [random.random(len(p)) < p for _ in range(60)]
    expected = estimate(p, threshold=0.4)
    assert expected["expected_roc_auc"] == pytest.approx(
        np.mean([roc_auc_score(y, p) for y in truths]), abs=0.003
    )
    assert expected["expected_pr_auc"] == pytest.approx(
        np.mean([average_precision_score(y, p) for y in truths]), abs=0.006
    )
    assert expected["expected_precision"] == pytest.approx(
        np.mean([y[flagged].mean() for y in truths]), abs=0.01
    )
    assert expected["expected_recall"] == pytest.approx(
        np.mean([flagged[y].mean() for y in truths]), abs=0.01
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.floats(0, 1), max_size=20))
def test_shares_are_shares(probabilities):
    for metric, value in estimate(probabilities).items():
        if value is not None and metric not in {
            "customers",
            "flagged",
            "expected_churners",
            "expected_flagged_churners",
        }:
            assert 0 <= value <= 1 + 1e-9


def scored(probabilities, threshold=0.5):
    return pl.DataFrame({"churn_probability": probabilities}).with_columns(
        churn_flag=pl.col("churn_probability") >= threshold
    )


def test_realised_metrics_of_four_customers():
    labelled = scored([0.8, 0.6, 0.4, 0.1]).with_columns(churn=pl.Series([1, 0, 1, 0]))
    assert realised_metrics(labelled) == pytest.approx(
        {
            "brier_score": (0.04 + 0.36 + 0.36 + 0.01) / 4,
            "churn_rate": 0.5,
            "churners": 2,
            "pr_auc": (1 + 2 / 3) / 2,
            "precision": 0.5,
            "recall": 0.5,
            "roc_auc": 0.75,
        }
    )


def test_labels_of_one_class_have_no_ranking():
    nobody = realised_metrics(scored([0.8, 0.1]).with_columns(churn=pl.Series([0, 0])))
    assert (nobody["pr_auc"], nobody["roc_auc"], nobody["recall"]) == (None, None, None)


def test_the_interval_holds_the_truth_of_calibrated_scores():
    random = np.random.default_rng(5)
    customers = scored(random.beta(0.5, 3, 2000), threshold=0.4)
    estimates = performance_estimate(customers.lazy()).collect()
    pr_auc = estimates.filter(pl.col("metric") == "expected_pr_auc").row(0, named=True)
    p = customers["churn_probability"].to_numpy()
    truths = [
        realised_metrics(customers.with_columns(pl.Series("churn", random.random(2000) < p)))
        for _ in range(100)
    ]
    inside = [pr_auc["low"] <= truth["pr_auc"] <= pr_auc["high"] for truth in truths]
    assert 88 <= sum(inside) <= 100
    assert pr_auc["low"] < pr_auc["value"] < pr_auc["high"]


def test_what_is_known_for_sure_is_its_own_interval():
    rows = performance_estimate(scored([0.8, 0.1]).lazy()).collect().rows_by_key("metric")
    assert rows["customers"] == [(2.0, 2.0, 2.0)]
