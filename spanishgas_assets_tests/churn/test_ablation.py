import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanishgas_assets.churn.dataset.splits import HOLDOUT, assign_parts
from spanishgas_assets.churn.evaluation import baseline_models
from spanishgas_assets.churn.experiments.ablation import MODELS, feature_ablation
from spanishgas_assets.churn.experiments.ablation_picture import ablation_picture
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.tables import ABLATION

from .retailer import rows

CHOSEN = {"E0": [], "E5": [], "E6": []}


@pytest.fixture(scope="module", autouse=True)
def few_trees():
    """The ablation's logic does not depend on the number of trees; the tests' time does."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(booster, "TREES", 40)
        patch.setattr(baseline_models, "FOREST_TREES", 30)
        yield


def climb(training_set, **changed):
    return feature_ablation(
        training_set, **({"chosen": CHOSEN, "repeats": 1, "resamples": 20, "seed": 5} | changed)
    )


@pytest.fixture(scope="module")
def training_set():
    return rows(800)


@pytest.fixture(scope="module")
def ablation(training_set):
    return climb(training_set)


def step(ablation, experiment, model):
    return ablation.row(
        by_predicate=(pl.col("experiment") == experiment) & (pl.col("model") == model), named=True
    )


def test_table_has_every_experiment_and_model_and_keeps_its_contract(ablation):
    assert ABLATION.judge(ablation).explain() == ""
    assert ablation.select("experiment", "model").rows() == [
        (experiment, model) for experiment in CHOSEN for model in MODELS
    ]


def test_a_guess_is_worth_the_churn_rate_and_the_models_more(ablation, training_set):
    kept = training_set.filter(assign_parts(training_set.sort("customer_id"), 5) != HOLDOUT)
    guess = step(ablation, "E5", "dummy")["pr_auc"]
    assert guess == pytest.approx(kept["churn"].mean(), abs=0.01)
    for model in ("logistic", "forest", "xgboost"):
        assert step(ablation, "E5", model)["pr_auc_low"] > guess


def test_differences_are_those_of_the_figures(ablation):
    before, now = step(ablation, "E0", "xgboost"), step(ablation, "E5", "xgboost")
    assert now["over_extended"] == pytest.approx(now["pr_auc"] - before["pr_auc"])
    assert now["extends"] == "E0"
    assert before["over_extended"] is None
    logistic = step(ablation, "E5", "logistic")
    assert now["over_logistic"] == pytest.approx(now["pr_auc"] - logistic["pr_auc"])
    assert logistic["over_logistic"] is None


def test_joined_strings_change_the_logistic_regression_alone(ablation):
    for model in ("dummy", "forest", "xgboost"):
        found = step(ablation, "E6", model)
        assert (found["over_extended"], found["over_extended_low"]) == (0, 0)
    assert (
        step(ablation, "E6", "logistic")["features"]
        == 8 + step(ablation, "E5", "logistic")["features"]
    )
    assert step(ablation, "E6", "logistic")["over_extended"] != 0


def test_threads_and_row_order_change_nothing_and_progress_is_told(training_set):
    said = []
    chosen = {"E7": []}
    first = climb(training_set, chosen=chosen, threads=1, progress=said.append)
    again = climb(training_set.reverse(), chosen=chosen, threads=2)
    assert_frame_equal(first, again, check_exact=True)
    assert len(said) == 4 * 5
    assert said[-1].startswith("20 of 20 fits: ")


def test_more_deals_are_averaged(training_set):
    chosen = {"E0": []}
    one, two = (climb(training_set, chosen=chosen, repeats=n) for n in (1, 2))
    assert step(one, "E0", "xgboost")["pr_auc"] != step(two, "E0", "xgboost")["pr_auc"]


def test_the_holdout_has_no_say(training_set, ablation):
    ordered = training_set.sort("customer_id")
    in_holdout = pl.Series(assign_parts(ordered, 5) == HOLDOUT)
    changed = ordered.with_columns(
        pl.when(in_holdout).then(0.5).otherwise("tenure_months").alias("tenure_months")
    )
    assert_frame_equal(
        climb(changed, chosen={"E0": []}), ablation.filter(pl.col("experiment") == "E0")
    )


def test_picture_shows_every_model(ablation):
    assert ablation_picture(ablation).startswith("![PR-AUC by experiment and model")
