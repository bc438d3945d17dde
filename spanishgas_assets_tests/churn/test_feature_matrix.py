import dataclasses
import json

import numpy as np
import polars as pl
import pytest

from spanishgas_assets.churn.dataset.feature_matrix import FeatureContract, FeatureMatrix
from spanishgas_assets.churn.experiments.catalogue import booster_features
from spanishgas_assets.churn.model import booster
from spanishgas_assets.errors import StoreError
from spanishgas_assets.gold.tables import RENEWAL_BUCKETS
from spanishgas_assets.text.vocabulary import STATED_SENTIMENTS

from .retailer import gold

CONTRACT = FeatureContract.of(
    ["renewal_bucket", "sentiment_label", "is_dual_fuel", "months_since_last_change"]
)


def frame(**changed):
    return pl.DataFrame(
        {
            "months_since_last_change": [1.5, None],
            "renewal_bucket": ["expired", "12m+"],
            "sentiment_label": ["positive", None],
            "is_dual_fuel": [True, False],
        }
        | changed
    )


def test_categories_become_codes_flags_numbers_and_nulls_their_fill_or_nan():
    matrix = CONTRACT.encode(frame())
    assert matrix.values.dtype == np.float32
    assert matrix.categorical == [True, True, False, False]
    np.testing.assert_array_equal(matrix.values, [[0, 2, 1, 1.5], [4, 4, 0, np.nan]])


def test_categories_come_from_the_table_contract_then_the_fill():
    bucket, sentiment, *_ = CONTRACT.features
    assert list(bucket.categories) == RENEWAL_BUCKETS
    assert list(sentiment.categories) == [*STATED_SENTIMENTS, "no_interaction"]


def test_a_model_of_before_reads_what_is_not_understood_as_it_was_read_then():
    before = dataclasses.replace(
        CONTRACT.features[1], categories=("negative", "neutral", "positive", "no_interaction")
    )
    features = (CONTRACT.features[0], before)
    matrix = FeatureContract(features).encode(frame(sentiment_label=["not understood", "neutral"]))
    assert matrix.values[:, 1].tolist() == [1, 1]


def test_contract_survives_json():
    contract = FeatureContract.of(booster_features("E5"))
    assert FeatureContract.from_dict(json.loads(json.dumps(contract.to_dict()))) == contract


def test_one_row_is_encoded_as_it_is_among_many():
    contract = FeatureContract.of(booster_features("E5"))
    customers = gold(50)
    np.testing.assert_array_equal(
        contract.encode(customers[7:8]).values, contract.encode(customers).values[7:8]
    )


@pytest.mark.parametrize(
    ("broken", "message"),
    [
        (frame().drop("is_dual_fuel"), "missing from the table: is_dual_fuel"),
        (frame(is_dual_fuel=[1, 0]), "is_dual_fuel: the model was trained with Boolean.*has Int64"),
        (frame(renewal_bucket=["soon", "12m+"]), "renewal_bucket: unknown category 'soon'; .*0-3m"),
        (frame(months_since_last_change=[np.inf, 1.0]), "months_since_last_change: .*infinite"),
    ],
)
def test_what_the_contract_does_not_know_is_refused(broken, message):
    with pytest.raises(StoreError, match=message):
        CONTRACT.encode(broken)


def test_a_booster_refuses_its_features_in_another_order_or_kind():
    features = ["renewal_bucket", "is_dual_fuel"]
    matrix = FeatureContract.of(features).encode(frame())
    one = booster.load(booster.fit(matrix, np.array([0, 1]), 1, {"trees": 1}))
    turned = FeatureContract.of(features[::-1]).encode(frame())
    number = FeatureMatrix(matrix.values, matrix.names, [False, False])
    fewer = FeatureContract.of(features[:1]).encode(frame())
    for wrong, said in {
        "order": (turned, r"feature 1: .* renewal_bucket \(category\), .* is_dual_fuel \(number\)"),
        "kind": (number, r"renewal_bucket \(category\), the matrix has renewal_bucket \(number\)"),
        "fewer": (fewer, r"feature 2: .* is_dual_fuel \(number\), the matrix has none"),
    }.values():
        for ask in (booster.raw_scores, booster.contributions):
            with pytest.raises(StoreError, match=said):
                ask(one, wrong)


def test_a_string_without_declared_values_cannot_be_a_feature():
    with pytest.raises(ValueError, match="competition_x_intent: its contract lists no categories"):
        FeatureContract.of(["competition_x_intent"])
