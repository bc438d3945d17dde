import pytest

from spanishgas_assets.churn.experiments import booster_features, experiment_features, experiments
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.gold.tables import GOLD_MASTER, features


def test_ladder_has_the_published_steps_and_sizes():
    sizes = {name: len(experiment_features(name)) for name in experiments()}
    assert sizes == {
        "E0": 15, "E1": 23, "E2": 36, "E3": 47, "E4": 50, "E5": 56, "E6": 64, "E7": 21, "E8": 53,
    }  # fmt: skip


def test_no_sentiment_means_none_of_its_features():
    assert not set(features("sentiment")) & set(experiment_features("E8"))


def test_joined_strings_are_for_the_linear_model_only():
    assert booster_features("E6") == experiment_features("E5")


@pytest.mark.parametrize("name", ["E5", "E6"])
def test_money_and_keys_are_never_features(name):
    assert set(experiment_features(name)) <= set(GOLD_MASTER.columns) - {
        "customer_id", "avg_monthly_margin_eur", "total_margin_12m_eur",
    }  # fmt: skip


def test_unknown_experiment_is_refused_with_the_known_ones():
    with pytest.raises(SettingsError, match=r"'E9' is not in experiments.yaml; it has E0, E1"):
        experiment_features("E9")
