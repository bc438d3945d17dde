"""Reasons are faithful: they add up to the score, and without the strongest one it falls."""

import numpy as np
import polars as pl
import pytest

from spanishgas_assets.churn.model.scoring import BIAS, contributions, score
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.retention.reasons import _book, topic_sums
from spanishgas_assets_tests.churn.retailer import SNAPSHOT, gold, rows

CUSTOMERS = 300


@pytest.fixture(scope="module")
def model():
    return train(rows(900), "E5", snapshot=SNAPSHOT, label_date=SNAPSHOT, resamples=10, repeats=1)


@pytest.fixture(scope="module")
def customers():
    """Customers whom the model has never seen."""
    return gold(CUSTOMERS, seed=9).with_columns(pl.format("X{}", pl.col("customer_id")))


def log_odds(model, rows):
    probability = score(model, rows)["churn_probability"].to_numpy()
    return np.log(probability / (1 - probability))


def test_topics_and_bias_add_up_to_the_served_score(model, customers):
    explained = contributions(model, customers)
    sums = topic_sums(explained.lazy()).collect().drop("customer_id").sum_horizontal()
    assert (sums + explained[BIAS]).to_numpy() == pytest.approx(
        log_odds(model, customers), abs=1e-3
    )


def test_without_the_top_reason_the_score_falls(model, customers):
    """The top topic's features are set to those of the customer whom they calm the most."""
    explained = contributions(model, customers)
    sums = topic_sums(explained.lazy()).collect()
    before = log_odds(model, customers)
    angriest = int(np.argmax(before))
    row = sums.drop("customer_id").row(angriest, named=True)
    top = max(row, key=row.get).removeprefix("topic:")
    calm = int(sums[f"topic:{top}"].arg_min())
    members = [name for name in _book()["topics"][top]["features"] if name in customers.columns]
    without = customers[[angriest]].with_columns(
        pl.Series(name, [customers[name][calm]], dtype=customers.schema[name]) for name in members
    )
    assert row[f"topic:{top}"] > 0.5
    assert log_odds(model, without)[0] < before[angriest] - 0.5
