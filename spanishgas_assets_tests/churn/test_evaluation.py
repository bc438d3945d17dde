import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score, roc_auc_score

from spanishgas_assets.churn.evaluation.bootstrap import evaluate, pr_auc_difference, resamples
from spanishgas_assets.churn.evaluation.metrics import Scored, best_threshold

SCORES = np.array([0.9, 0.8, 0.6, 0.4])
CHURN = np.array([1, 0, 1, 0])


def test_metrics_worked_by_hand():
    found = Scored(SCORES, CHURN).metrics(0.6)
    assert found["pr_auc"] == pytest.approx((1 / 1 + 2 / 3) / 2)
    assert found["roc_auc"] == pytest.approx(3 / 4)
    assert found["log_loss"] == pytest.approx(
        -(math.log(0.9) + math.log(0.2) + math.log(0.6) + math.log(0.6)) / 4
    )
    assert found["brier"] == pytest.approx((0.01 + 0.64 + 0.16 + 0.16) / 4)
    assert found["ece"] == pytest.approx((0.1 + 0.8 + 0.4 + 0.4) / 4)
    assert found["precision"] == pytest.approx(2 / 3)
    assert found["recall"] == 1
    assert found["f1"] == pytest.approx(0.8)
    assert found["prevalence"] == 0.5
    assert found["mean_score"] == pytest.approx(0.675)
    assert [found[name] for name in ("true_positives", "false_positives")] == [2, 1]
    assert [found[name] for name in ("false_negatives", "true_negatives")] == [0, 1]


def test_gain_is_the_share_of_churners_in_the_first_customers_and_lift_its_multiple_of_chance():
    churn = np.array([1, 1, 1, 1, 0, 0, 1, 0, 0, 0] + [0] * 10)
    found = Scored(np.linspace(0.9, 0.1, 20), churn).metrics(0.5)
    assert (found["gain_5"], found["gain_10"], found["gain_20"]) == pytest.approx((0.2, 0.4, 0.8))
    assert (found["lift_5"], found["lift_10"], found["lift_20"]) == pytest.approx((4, 4, 4))
    assert found["gain_1"] == pytest.approx(0.2 * 0.2)  # a fifth of the first customer


def test_customers_of_equal_score_are_reached_in_part():
    tied = Scored(np.array([0.9, 0.5, 0.5, 0.5]), np.array([0, 1, 1, 0]))
    assert tied.reached(np.array([10.0, 4.0, 2.0, 0.0]), 0.5) == pytest.approx(10 + 6 / 3)


def test_roc_and_gains_curves_of_four_customers():
    wrong, found = Scored(SCORES, CHURN).roc_curve()
    assert (wrong.tolist(), found.tolist()) == ([0, 0, 0.5, 0.5, 1], [0, 0.5, 0.5, 1, 1])
    contacted, reached = Scored(SCORES, CHURN).gains_curve()
    assert contacted.tolist() == [0, 0.25, 0.5, 0.75, 1]
    assert reached.tolist() == [0, 0.5, 0.5, 1, 1]


def test_a_score_at_the_threshold_is_flagged():
    counted = Scored(SCORES, CHURN).confusion(0.8)
    assert (counted.true_positives, counted.false_positives) == (1, 1)
    assert (counted.false_negatives, counted.true_negatives) == (1, 1)


def test_nobody_flagged_has_precision_zero():
    counted = Scored(SCORES, CHURN).confusion(0.95)
    assert (counted.precision, counted.recall, counted.f1) == (0, 0, 0)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 1), st.integers(0, 3)), min_size=5))
def test_areas_equal_sklearn_with_ties_and_weights(rows):
    scores, churn, weights = (np.array(column) for column in zip(*rows, strict=True))
    if len(set(churn[weights > 0])) == 2:
        found = Scored(scores / 10, churn).metrics(0.5, weights.astype(float))
        expected = average_precision_score(churn, scores, sample_weight=weights)
        assert found["pr_auc"] == pytest.approx(expected)
        assert found["roc_auc"] == pytest.approx(
            roc_auc_score(churn, scores, sample_weight=weights)
        )


def test_weights_are_copies_of_rows():
    rng = np.random.default_rng(0)
    scores, churn, weights = rng.random(200), rng.integers(0, 2, 200), rng.integers(0, 3, 200)
    weighted = Scored(scores, churn).metrics(0.5, weights.astype(float))
    copied = Scored(np.repeat(scores, weights), np.repeat(churn, weights)).metrics(0.5)
    for name in set(copied) - {"ece"}:  # the ten bins are those of the rows as they are
        assert weighted[name] == pytest.approx(copied[name])


def test_threshold_has_the_best_precision_that_reaches_the_recall():
    scores = np.array([0.9, 0.8, 0.7, 0.6, 0.5, 0.4])
    churn = np.array([1, 0, 1, 1, 0, 1])
    assert best_threshold(Scored(scores, churn), 0.70) == 0.6  # 3 of 4 right at recall 3/4
    assert best_threshold(Scored(scores, churn), 0.80) == 0.4


def test_curves_of_four_customers():
    precision, recall, thresholds = Scored(SCORES, CHURN).pr_curve()
    assert precision == pytest.approx([1, 1 / 2, 2 / 3, 1 / 2])
    assert recall == pytest.approx([1 / 2, 1 / 2, 1, 1])
    assert thresholds == pytest.approx([0.9, 0.8, 0.6, 0.4])
    mean, rate, size = Scored(SCORES, CHURN).calibration_curve()
    assert mean == pytest.approx([0.4, 0.6, 0.8, 0.9])
    assert rate == pytest.approx([0, 1, 0, 1])
    assert size.tolist() == [1, 1, 1, 1]


def test_resamples_draw_whole_owners():
    groups = np.array(["a", "b", "a", "c", "b"])
    for weights in resamples(groups, 50, seed=1):
        assert weights[0] == weights[2]
        assert weights[1] == weights[4]
        assert weights[0] + weights[1] + weights[3] == 3


def test_intervals_cover_the_truth_about_as_often_as_they_say():
    """ROC-AUC of two unit normals one apart is Phi(1/sqrt 2) = 0.7602."""
    covered = 0
    for seed in range(40):
        rng = np.random.default_rng(seed)
        churn = np.repeat([1, 0], [60, 240])
        scores = 1 / (1 + np.exp(-rng.normal(churn, 1)))
        found = evaluate(Scored(scores, churn), np.arange(300), 0.5, seed=seed, count=200)
        covered += found["roc_auc"].low <= 0.7602 <= found["roc_auc"].high
    assert covered >= 34


def test_owners_with_many_rows_widen_the_interval():
    rng = np.random.default_rng(0)
    churn = np.tile([1, 0, 0, 0], 50)
    scores = np.clip(rng.normal(0.3 + 0.2 * churn, 0.15), 0, 1)
    alone = evaluate(Scored(scores, churn), np.arange(200), 0.5)["pr_auc"]
    four = np.repeat(scores, 4), np.repeat(churn, 4)
    naive = evaluate(Scored(*four), np.arange(800), 0.5)["pr_auc"]
    owned = evaluate(Scored(*four), np.repeat(np.arange(200), 4), 0.5)["pr_auc"]
    assert owned.value == naive.value
    assert owned.high - owned.low > 1.5 * (naive.high - naive.low)
    assert owned.high - owned.low == pytest.approx(alone.high - alone.low, rel=0.3)


def test_difference_is_paired():
    rng = np.random.default_rng(0)
    churn = np.repeat([1, 0], [100, 900])
    good = np.clip(rng.normal(0.3 + 0.3 * churn, 0.15), 0, 1)
    worse = np.clip(good + rng.normal(0, 0.15, 1000), 0, 1)
    same = pr_auc_difference(good, good**2, churn, np.arange(1000))
    assert (same.value, same.low, same.high) == (0, 0, 0)
    assert pr_auc_difference(worse, good, churn, np.arange(1000)).high < 0
