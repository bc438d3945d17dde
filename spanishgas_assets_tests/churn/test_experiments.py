import pytest

from spanishgas_assets.churn.experiments.catalogue import (
    Ablation,
    booster_features,
    experiment_features,
    experiments,
    extended,
)
from spanishgas_assets.errors import SettingsError
from spanishgas_assets.gold.tables import GOLD_MASTER, features
from spanishgas_assets.yaml_models import read_yaml


def test_ablation_has_the_published_steps_and_sizes():
    dynamics = len(features("market_dynamics"))
    sizes = {name: len(experiment_features(name)) for name in experiments()}
    assert sizes == {
        "E0": 15, "E1": 23, "E2": 36, "E3": 47, "E4": 50, "E5": 56, "E6": 64, "E7": 21, "E8": 53,
        "E7_notebook": 64, "E9": 56 + dynamics, "E10": 21 + dynamics,
    }  # fmt: skip


def test_e7_is_the_market_alone_and_the_notebooks_full_set_has_its_own_name():
    assert experiments()["E7"] == ["market_core", "market_risk"]
    assert experiment_features("E7_notebook") == experiment_features("E6")


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
    with pytest.raises(SettingsError, match=r"'E99' is not in experiments.yaml; it has E0, E1"):
        experiment_features("E99")


@pytest.mark.parametrize(
    ("name", "smaller"),
    [("E0", None), ("E1", "E0"), ("E7", None), ("E8", "E3"), ("E9", "E5"), ("E10", "E7"),
     ("E7_notebook", "E6")],
)  # fmt: skip
def test_an_experiment_is_compared_with_the_largest_that_it_extends(name, smaller):
    assert extended(name, list(experiments())) == smaller


def test_an_experiment_of_an_unknown_tier_names_the_line(tmp_path):
    path = tmp_path / "experiments.yaml"
    path.write_text("E0: [lifecycle]\nE1: [lifecycle, market]\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"line 2: E1\[1\] is 'market'; known are lifecycle"):
        read_yaml(path, Ablation)
