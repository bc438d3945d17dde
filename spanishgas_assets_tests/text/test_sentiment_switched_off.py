"""Sentiment switched off: the model does without the sentiment, and the run says so."""

from types import SimpleNamespace

import pytest

from spanishgas_assets.churn.experiments.catalogue import (
    experiment_features,
    reads_sentiment,
    trained_experiment,
)
from spanishgas_assets.churn.gate.succession import refuse_to_guess_sentiments
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.operations.runs.set_aside_summary import SetAsideSummary
from spanishgas_assets.operations.runs.terminal_report import _facts
from spanishgas_assets.settings import Sentiment, Settings


@pytest.mark.parametrize("chosen", ["E4", "E5", "E6"])
def test_an_experiment_that_reads_the_sentiment_gives_way_to_the_one_without(chosen):
    assert trained_experiment(Settings(experiment=chosen, sentiment=Sentiment.OFF)) == "E8"
    assert trained_experiment(Settings(experiment=chosen)) == chosen


@pytest.mark.parametrize("chosen", ["E0", "E3", "E7", "E8"])
def test_an_experiment_without_the_sentiment_stays(chosen):
    assert trained_experiment(Settings(experiment=chosen, sentiment=Sentiment.OFF)) == chosen


def test_the_experiment_without_the_sentiment_has_no_feature_of_it():
    assert not reads_sentiment("E8")
    assert [name for name in experiment_features("E8") if "sentiment" in name] == []


def champion(experiment):
    return SimpleNamespace(version="v1", card=SimpleNamespace(experiment=experiment))


def test_a_champion_that_reads_the_sentiment_does_not_serve_without_it():
    off = Settings(sentiment=Sentiment.OFF)
    with pytest.raises(SettingsError, match=r"champion v1 was trained on E5.*run --train"):
        refuse_to_guess_sentiments(off, champion("E5"))
    refuse_to_guess_sentiments(off, champion("E8"))
    refuse_to_guess_sentiments(off, None)
    refuse_to_guess_sentiments(Settings(), champion("E5"))


@pytest.mark.parametrize(
    ("sentiment", "experiment", "said"),
    [
        ("off", "E8", "switched off: the model is E8, without the sentiment of notes"),
        ("lexicon", "E5", "scored by lexicon; the model is E5"),
    ],
)
def test_the_report_of_a_run_says_what_scored_the_sentiment(sentiment, experiment, said):
    value = SimpleNamespace(value=0.5)
    card = SimpleNamespace(
        experiment=experiment,
        rows=10,
        snapshot="2025-01-06",
        metrics={"pooled": {"pr_auc": value}, "holdout": {"precision": value, "recall": value}},
    )
    summary = SimpleNamespace(
        seconds={},
        work_seconds=0.0,
        checks_passed=1,
        failed_checks=[],
        model=SimpleNamespace(version="v1", card=card),
        trained_here=True,
        sentiment=sentiment,
        tiers={"Low": 10},
        offers={},
        critical_withheld={},
        set_aside=SetAsideSummary({}, {}),
        customers_as_of=None,
    )
    facts = _facts(summary, floor=0.6)
    assert next(text for label, text in facts if label == "Sentiment") == said
