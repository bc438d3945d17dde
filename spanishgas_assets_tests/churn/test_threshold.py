import sys

import numpy as np
import pytest

from spanishgas_assets.churn.evaluation.metrics import Scored, best_threshold
from spanishgas_assets.churn.model.threshold import MIN_RECALL, choose_threshold
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.settings import ThresholdRule


def drawn(seed, rows=2000):
    rng = np.random.default_rng(seed)
    probability = rng.beta(0.5, 3, rows)
    return probability, (rng.random(rows) < probability).astype(int)


def test_best_precision_reaches_the_recall_on_its_own_rows():
    probability, churn = drawn(1)
    chosen = choose_threshold(probability, churn, ThresholdRule.BEST_PRECISION)
    assert chosen == best_threshold(Scored(probability, churn), MIN_RECALL)


def test_guaranteed_recall_holds_on_new_rows_about_as_often_as_it_says():
    pytest.importorskip("mapie")
    fresh = drawn(10_000, rows=100_000)
    scored = Scored(*fresh)
    missed = dict.fromkeys(ThresholdRule, 0)
    for seed in range(20):
        for rule in ThresholdRule:
            threshold = choose_threshold(*drawn(seed), rule)
            missed[rule] += scored.confusion(threshold).recall < MIN_RECALL
    assert missed[ThresholdRule.GUARANTEED_RECALL] <= 4
    assert missed[ThresholdRule.BEST_PRECISION] >= 6


@pytest.mark.filterwarnings("ignore:No predict parameters")
def test_too_few_churners_guarantee_nothing():
    pytest.importorskip("mapie")
    with pytest.raises(
        SettingsError, match=r"no threshold holds a recall of 0.70 .* on 4 churners"
    ):
        choose_threshold(
            np.linspace(0.001, 0.004, 40),
            (np.arange(40) < 4).astype(int),
            ThresholdRule.GUARANTEED_RECALL,
        )


def test_without_mapie_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "mapie.risk_control", None)
    with pytest.raises(SettingsError, match="pip install mapie"):
        choose_threshold(*drawn(1), ThresholdRule.GUARANTEED_RECALL)
