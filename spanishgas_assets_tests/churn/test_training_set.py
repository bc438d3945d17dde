import polars as pl
import pytest

from spanishgas_assets.churn.dataset.training_set import data_hash, training_set
from spanishgas_assets.churn.model.training import train
from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.errors import TrainingError

from .retailer import customer, gold, labels, rows


def build(gold_master, churn):
    return training_set(
        gold_master.lazy(), churn.lazy(), customer(gold_master).lazy(), "2025-01-06"
    )


def test_training_set_keeps_its_contract(training_rows):
    assert TRAINING_SET.judge(training_rows).explain() == ""


def test_only_labelled_customers_with_features_are_kept():
    gold_master = gold(1000)
    churn = labels(gold_master).with_columns(
        pl.when(pl.col("customer_id") != "C00003").then("churn").alias("churn")
    )
    unknown = pl.DataFrame({"customer_id": ["X1"], "churn": [1]}, schema=churn.schema)
    found = build(gold_master, pl.concat([churn, unknown]))
    assert found.height == 999
    assert not set(found["customer_id"]) & {"C00003", "X1"}


def test_equal_dates_channel_and_province_are_one_owner():
    groups = dict(rows(1000).select("customer_id", "group_id").iter_rows())
    assert groups["C00000"] == groups["C00001"]
    assert groups["C00001"] != groups["C00002"]


def test_equal_features_hash_alike_and_a_changed_one_differs():
    gold_master = gold(1000)
    churn = labels(gold_master)
    before = build(gold_master, churn)
    changed = gold_master.with_columns(
        pl.when(pl.col("customer_id") == "C00005")
        .then(99.5)
        .otherwise("tenure_months")
        .alias("tenure_months")
    )
    after = build(changed, churn)
    differ = before.filter(before["row_hash"] != after["row_hash"])
    assert differ["customer_id"].to_list() == ["C00005"]
    assert data_hash(before) == data_hash(before.reverse())
    assert data_hash(before) != data_hash(after)


def test_no_labels_are_refused():
    gold_master = gold(200)
    none = labels(gold_master).with_columns(churn=pl.lit(None, dtype=pl.Int64))
    with pytest.raises(TrainingError, match=r"no labels to learn from: 0 labels.*churn_label\.csv"):
        build(gold_master, none)


@pytest.mark.parametrize("only", [0, 1])
def test_one_class_is_refused(only):
    gold_master = gold(200)
    one = labels(gold_master).with_columns(churn=pl.lit(only, dtype=pl.Int64))
    with pytest.raises(TrainingError, match=r"one class only: 200 labels, 200 of them"):
        build(gold_master, one)


def test_too_few_churners_are_refused():
    gold_master = gold(200)
    few = labels(gold_master).with_columns(churn=(pl.int_range(pl.len()) < 19).cast(pl.Int64))
    with pytest.raises(TrainingError, match=r"19 churners; at least 20 are needed"):
        build(gold_master, few)


def test_two_labels_of_one_customer_are_refused():
    gold_master = gold(200)
    churn = labels(gold_master)
    with pytest.raises(TrainingError, match=r"1 customers have more than one label \(e.g. C00000"):
        build(gold_master, pl.concat([churn, churn.head(1)]))


def test_owners_are_those_of_silver():
    gold_master = gold(1000)
    churn, silver = labels(gold_master), customer(gold_master)
    build = [gold_master.lazy(), churn.lazy()]
    one = silver.with_columns(owner_key=pl.lit("same"))
    assert training_set(*build, one.lazy(), "2025-01-06")["group_id"].n_unique() == 1
    assert training_set(*build, silver.lazy(), "2025-01-06")["group_id"].n_unique() == 950


def test_customers_stored_by_an_earlier_release_are_refused():
    gold_master = gold(1000)
    older = customer(gold_master).drop("owner_key")
    with pytest.raises(TrainingError, match=r"no owner_key.*run --snapshot 2025-01-06` first"):
        training_set(gold_master.lazy(), labels(gold_master).lazy(), older.lazy(), "2025-01-06")


def test_a_constant_feature_neither_breaks_nor_matters():
    flat = rows(600).with_columns(tenure_months=pl.lit(12.0), is_dual_fuel=pl.lit(value=True))
    found = train(
        flat, "E0", snapshot="2025-01-06", label_date="2025-01-06", resamples=5, repeats=1
    )
    assert found.card.importance["tenure_months"] == 0
    assert found.card.importance["is_dual_fuel"] == 0
    assert found.card.metrics["pooled"]["pr_auc"].value > found.card.churners / found.card.rows
