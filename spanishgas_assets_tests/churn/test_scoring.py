import numpy as np
import polars as pl
import pytest
from polars.testing import assert_frame_equal

from spanishgas_assets.churn.dataset.splits import HOLDOUT
from spanishgas_assets.churn.model.calibration import log_odds
from spanishgas_assets.churn.model.scoring import contributions, score
from spanishgas_assets.errors import StoreError

from .retailer import gold


def test_training_customers_get_their_honest_score(model, gold_master):
    scores = score(model, gold_master).join(model.membership, on="customer_id", suffix="_then")
    np.testing.assert_array_equal(scores["raw_score"], scores["raw_score_then"])
    in_holdout = scores["part"] == HOLDOUT
    assert scores.filter(in_holdout)["score_source"].unique().to_list() == ["model"]
    assert scores.filter(~in_holdout)["score_source"].unique().to_list() == ["out_of_fold"]


def test_new_customers_are_scored_by_the_main_booster(model):
    newcomers = gold(20, seed=9)
    newcomers = newcomers.with_columns(customer_id=pl.lit("N") + pl.col("customer_id"))
    assert score(model, newcomers)["score_source"].unique().to_list() == ["model"]


def test_probability_is_the_calibrated_raw_score(model, gold_master):
    scores = score(model, gold_master)
    np.testing.assert_array_equal(
        scores["churn_probability"], model.card.calibrator.apply(scores["raw_score"].to_numpy())
    )


def test_contributions_add_up_to_the_log_odds_of_the_probability_that_is_served(model, gold_master):
    parts = contributions(model, gold_master)
    assert parts.columns == [
        "customer_id", *[feature.name for feature in model.card.features.features], "bias",
    ]  # fmt: skip
    np.testing.assert_allclose(
        parts.drop("customer_id").sum_horizontal(),
        log_odds(score(model, gold_master)["churn_probability"].to_numpy()),
        atol=5e-4,
    )


def test_reasons_point_at_what_makes_customers_leave(model, gold_master):
    weight = (
        contributions(model, gold_master).drop("customer_id", "bias").select(pl.all().abs().mean())
    )
    strongest = weight.transpose(include_header=True).sort("column_0").tail(4)["column"].to_list()
    assert {"is_within_3m_of_renewal", "is_high_competition_province"} <= set(strongest)


@pytest.mark.parametrize("work", [score, contributions])
def test_batches_and_order_change_nothing(work, model, gold_master):
    few = gold_master.head(100)
    assert_frame_equal(work(model, few, batch=17), work(model, few), check_exact=True)
    assert_frame_equal(work(model, few.reverse()), work(model, few).reverse(), check_exact=True)


@pytest.mark.parametrize("work", [score, contributions])
def test_a_lazy_table_gives_the_same(work, model, gold_master, tmp_path):
    few = gold_master.head(100)
    few.write_parquet(tmp_path / "gold.parquet")
    lazy = pl.scan_parquet(tmp_path / "gold.parquet")
    assert_frame_equal(work(model, lazy, batch=17), work(model, few), check_exact=True)
    assert work(model, lazy.clear()).height == 0


def test_the_interval_holds_the_probability(model, gold_master):
    scores = score(model, gold_master)
    assert (scores["calibration_low"] <= scores["churn_probability"]).all()
    assert (scores["churn_probability"] <= scores["calibration_high"]).all()
    assert scores["calibration_low"].min() >= 0
    assert scores["calibration_high"].max() <= 1


@pytest.mark.parametrize("work", [score, contributions])
def test_no_customers_have_no_scores(work, model, gold_master):
    assert work(model, gold_master.clear()).height == 0


def test_a_table_without_a_feature_is_refused(model, gold_master):
    with pytest.raises(StoreError, match="missing from the table: tenure_months"):
        score(model, gold_master.drop("tenure_months"))
