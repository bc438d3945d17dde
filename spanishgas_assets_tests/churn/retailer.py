"""A small made-up retailer in gold's columns, whose customers leave for reasons a tree can find."""

from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import polars as pl

from spanishgas_assets.churn.dataset.training_set import training_set
from spanishgas_assets.churn.model.churn_model import ChurnModel
from spanishgas_assets.gold.tables import GOLD_MASTER
from spanishgas_assets.silver.owner import with_owner_key

SNAPSHOT = "2025-01-06"


def gold(customers=2000, seed=1):
    """Gold master: random values within the contract, two reasons to leave among them."""
    rng = np.random.default_rng(seed)
    columns = {}
    for name, spec in GOLD_MASTER.model.to_schema().columns.items():
        rules = {key: value for check in spec.checks for key, value in check.statistics.items()}
        kind = GOLD_MASTER.columns[name].dtype
        if name == "customer_id":
            columns[name] = [f"C{number:05d}" for number in range(customers)]
        elif "allowed_values" in rules:
            columns[name] = rng.choice(rules["allowed_values"], customers).tolist()
        elif kind == "Boolean":
            columns[name] = (rng.random(customers) < 0.3).tolist()
        elif kind == "Int64":
            low = rules.get("min_value", 0)
            columns[name] = rng.integers(low, rules.get("max_value", 300) + 1, customers).tolist()
        elif kind == "Float64":
            columns[name] = rng.uniform(0.01, 0.99, customers).tolist()
        else:
            columns[name] = rng.choice(["a_x_b", "a_x_c", "d_x_c"], customers).tolist()
    frame = pl.DataFrame(columns, schema=GOLD_MASTER.empty().schema)
    silent = pl.Series(rng.random(customers) < 0.6)
    unchanged = pl.Series(rng.random(customers) < 0.3)
    notes = ["customer_intent", "sentiment_label", "last_interaction_days_ago"]
    return frame.with_columns(
        pl.when(~silent).then(pl.col(name)).alias(name) for name in notes
    ).with_columns(
        pl.when(~unchanged)
        .then(pl.col("months_since_last_change"))
        .alias("months_since_last_change")
    )


def labels(gold_master, seed=1):
    """Churners: the angry, and those near renewal where competition is strong."""
    rng = np.random.default_rng(seed + 1000)
    angry = (gold_master["sentiment_label"] == "negative").fill_null(value=False).to_numpy()
    within = gold_master["is_within_3m_of_renewal"].to_numpy()
    competition = gold_master["is_high_competition_province"].to_numpy()
    chance = 0.02 + 0.75 * angry * (1 - 0.9 * (within ^ competition)) + 0.9 * within * competition
    left = rng.random(gold_master.height) < np.clip(chance, 0, 0.97)
    return gold_master.select("customer_id", pl.Series("churn", left.astype(int)))


def customer(gold_master, owners_of_two=50):
    """Owner traits in silver's columns: the first owners hold two supplies each, the rest one."""
    number = np.arange(gold_master.height)
    owner = np.where(number < 2 * owners_of_two, number // 2, number)
    start = [date(2000, 1, 1) + timedelta(days=int(one)) for one in owner]
    known = gold_master.select(
        "customer_id",
        pl.Series("customer_first_activation_date", start),
        pl.Series("contract_start_date", start),
        pl.Series("last_product_change_date", [None] * len(start), dtype=pl.Date),
        pl.Series("next_renewal_date", start),
        pl.lit("Office").alias("sales_channel"),
        pl.lit(28).alias("province_code"),
    )
    return with_owner_key(known.lazy()).collect()


def rows(customers=2000, seed=1):
    """A training set of the retailer."""
    gold_master = gold(customers, seed)
    return training_set(
        gold_master.lazy(), labels(gold_master, seed).lazy(), customer(gold_master).lazy(), SNAPSHOT
    )


def altered(model, membership=None, **card):
    """The model with another membership table or other facts on its card."""
    return ChurnModel.of(
        model.boosters,
        model.membership if membership is None else membership,
        replace(model.card, **card),
    )
