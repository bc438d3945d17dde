import hashlib
import json

import numpy as np
import polars as pl
import pytest

from spanishgas_assets.churn.dataset.splits import HOLDOUT, fold_names
from spanishgas_assets.churn.evaluation.metrics import Scored
from spanishgas_assets.churn.model import booster
from spanishgas_assets.churn.model.booster import fit, raw_scores
from spanishgas_assets.churn.model.booster import load as load_booster
from spanishgas_assets.churn.model.churn_model import MODELS, load, versions
from spanishgas_assets.churn.model.threshold import MIN_RECALL
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.churn.tables import MEMBERSHIP
from spanishgas_assets.errors import SettingsError, StoreError

from .retailer import SNAPSHOT


def test_membership_keeps_its_contract_and_names_every_customer(model, training_rows):
    assert MEMBERSHIP.judge(model.membership).explain() == ""
    assert model.membership["customer_id"].to_list() == training_rows["customer_id"].to_list()


def test_owners_stay_on_one_side(model):
    parts = model.membership.group_by("group_id").agg(pl.col("part").n_unique())
    assert parts["part"].max() == 1


def test_no_customer_is_scored_by_a_booster_that_learned_from_it(model, training_rows):
    """Fit each booster again from the rows it may know; it must give the very same scores."""
    matrix = model.card.features.encode(training_rows)
    churn = training_rows["churn"].to_numpy()
    part = model.membership["part"].to_numpy()
    raw = model.membership["raw_score"].to_numpy()
    for name in ("fold_2", HOLDOUT):
        allowed = (part != HOLDOUT) & (part != name)
        again = load_booster(fit(matrix.rows(allowed), churn[allowed], model.card.seed))
        np.testing.assert_array_equal(
            raw_scores(again, matrix.rows(part == name)), raw[part == name]
        )


def test_threshold_reaches_its_recall_on_out_of_fold_probabilities(model):
    rows = model.membership.filter(pl.col("part") != HOLDOUT)
    counted = Scored(rows["probability"].to_numpy(), rows["churn"].to_numpy()).confusion(
        model.card.threshold
    )
    assert counted.recall >= MIN_RECALL


def test_card_tells_the_story(model):
    card = model.card
    assert card.experiment == "E5"
    assert card.rows == 2000
    assert card.holdout_rows == pytest.approx(400, abs=3)
    assert card.parameters["trees"] == booster.TREES
    assert set(card.metrics) == {
        "pooled", "holdout", "repeated", "baseline_pooled", "baseline_holdout",
    }  # fmt: skip
    assert card.tier_cuts == (0.4, 0.6, 0.8)
    assert {one.dimension for one in card.groups} == {
        "segment", "sales_channel", "tenure_bucket", "customer_age",
    }  # fmt: skip
    assert len(card.importance) == len(card.features.features)
    assert card.metrics["pooled"]["pr_auc"].value > card.metrics["baseline_pooled"]["pr_auc"].value
    assert set(model.boosters) == {"main", *fold_names()}


def test_training_again_gives_the_same_bytes_whatever_the_order_and_threads(model, training_rows):
    said = []
    again = train(
        training_rows.sample(fraction=1.0, shuffle=True, seed=3),
        "E5",
        snapshot=SNAPSHOT,
        label_date=SNAPSHOT,
        threads=1,
        resamples=200,
        repeats=1,
        progress=said.append,
    )
    assert again.version == model.version
    assert again.boosters == model.boosters
    assert said[0].startswith("booster 1 of 6")
    assert said[-1].startswith("evaluated: PR-AUC 0.")
    assert "repeated folds, deal 1 of 1" in said


def test_joined_strings_reach_the_baseline_and_not_the_booster(model, training_rows):
    other = train(
        training_rows, "E6", snapshot=SNAPSHOT, label_date=SNAPSHOT, resamples=20, repeats=1
    )
    assert other.boosters == model.boosters
    assert other.membership["baseline_score"].to_list() != (
        model.membership["baseline_score"].to_list()
    )


def test_unknown_experiment_is_refused(training_rows):
    with pytest.raises(SettingsError, match="E5"):
        train(training_rows, "E99", snapshot=SNAPSHOT, label_date=SNAPSHOT)


def test_round_trip(model, store):
    version = model.save(store)
    again = load(store, version)
    assert version == model.version == again.version
    assert version.startswith("2025-01-06-")
    assert again.card == model.card
    assert again.boosters == model.boosters
    assert again.membership.equals(model.membership)
    assert versions(store) == [version]


def test_saving_again_writes_nothing(model, store):
    model.save(store)
    before = {key: store.read(key) for key in store.keys(MODELS)}
    store.write = None
    model.save(store)
    assert {key: store.read(key) for key in store.keys(MODELS)} == before


@pytest.mark.parametrize("part", ["card.json", "main.ubj", "fold_3.ubj", "membership.parquet"])
def test_a_flipped_byte_is_refused(model, store, part):
    version = model.save(store)
    key = f"{MODELS}/{version}/{part}"
    data = bytearray(store.read(key))
    data[len(data) // 2] ^= 1
    store.write(key, bytes(data))
    with pytest.raises(StoreError, match=f"{part} is not the one that was written"):
        load(store, version)


def test_saving_again_mends_a_damaged_part(model, store):
    version = model.save(store)
    store.write(f"{MODELS}/{version}/main.ubj", b"half")
    model.save(store)
    assert load(store, version) == model


def test_a_card_of_another_release_is_refused(model, store):
    card = json.loads(model.parts["card.json"])
    del card["threshold"]
    parts = model.parts | {"card.json": json.dumps(card).encode()}
    version = f"2025-01-06-{hashlib.sha256(parts['card.json']).hexdigest()[:12]}"
    for name, data in parts.items():
        store.write(f"{MODELS}/{version}/{name}", data)
    with pytest.raises(StoreError, match="another release of the platform"):
        load(store, version)


def test_a_missing_part_is_refused(model, store):
    for name in set(model.parts) - {"fold_1.ubj"}:
        store.write(f"{MODELS}/{model.version}/{name}", model.parts[name])
    with pytest.raises(StoreError, match=r"fold_1\.ubj is not in the store"):
        load(store, model.version)


def test_an_unknown_version_is_refused(store):
    with pytest.raises(StoreError, match="is not in the store"):
        load(store, "2025-01-06-000000000000")
