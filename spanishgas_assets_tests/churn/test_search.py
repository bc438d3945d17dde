import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanishgas_assets.churn.experiments.search import GRID, parameter_search
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.booster import PARAMETERS
from spanishgas_assets.churn.tables import SEARCH

from .retailer import rows

SMALL = {
    "learning_rate": (0.02,),
    "max_depth": (3,),
    "subsample": (0.8,),
    "colsample_bytree": (0.7,),
    "class_weight": ("none", "balanced"),
}


@pytest.fixture(scope="module")
def training_set():
    return rows(500)


def search(training_set, **changed):
    options = {"grid": SMALL, "trees": (20, 100), "resamples": 20} | changed
    return parameter_search(training_set, "E5", **options)


@pytest.fixture(scope="module")
def found(training_set):
    return search(training_set)


def test_candidates_come_best_first_with_the_serving_ones_among_them(found):
    assert SEARCH.judge(found).explain() == ""
    assert found.height == 2 * 2 + 1
    assert found["pr_auc"].to_list() == sorted(found["pr_auc"], reverse=True)
    serving = found.row(by_predicate=pl.col("serving"), named=True)
    assert serving["trees"] == booster.TREES
    assert serving["over_serving"] == 0
    assert {name: serving[name] for name in ("learning_rate", "max_depth")} == {
        name: PARAMETERS[name] for name in ("learning_rate", "max_depth")
    }


def test_differences_are_those_of_the_figures(found):
    serving = found.row(by_predicate=pl.col("serving"), named=True)
    for row in found.iter_rows(named=True):
        assert row["over_serving"] == pytest.approx(row["pr_auc"] - serving["pr_auc"])


def test_a_class_weight_makes_another_model(found):
    pairs = found.filter(~found["serving"]).pivot(
        "class_weight", index=["learning_rate", "trees"], values="pr_auc"
    )
    assert (pairs["none"] != pairs["balanced"]).all()


def test_first_trees_of_a_long_booster_are_a_short_booster(training_set, found):
    short = search(training_set, trees=(20,))
    same = ["learning_rate", "class_weight", "pr_auc"]
    keep = found.filter((found["trees"] == 20) & ~found["serving"])
    assert_frame_equal(
        short.filter(~short["serving"]).select(same), keep.select(same), check_exact=True
    )


def test_progress_is_told_fit_by_fit(training_set):
    said = []
    search(training_set, progress=said.append)
    assert said[-1] == "10 of 10 fits"


def test_the_published_grid_is_whole():
    size = 3  # numbers of trees
    for values in GRID.values():
        size *= len(values)
    assert size == 108 * 2
