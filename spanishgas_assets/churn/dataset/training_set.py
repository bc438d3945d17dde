"""The rows a model learns from: labelled customers, their features as of the label date, owners."""

import hashlib

import polars as pl

from spanishgas_assets.churn.dataset.least_labels import MIN_CHURNERS
from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.errors import TrainingError
from spanishgas_assets.gold.tables import FEATURES


def training_set(
    gold_master: pl.LazyFrame,
    labels: pl.LazyFrame,
    customer: pl.LazyFrame,
    label_date: str,
) -> pl.DataFrame:
    """Join features, labels and owners of the customers that have a label.

    Grain: one row per labelled customer_id of gold_master, sorted by it. A label of a customer
    without features is left out.

    Args:
        gold_master: features as of the label date.
        labels: customer_id and churn (0, 1 or null) from bronze customer.
        customer: silver customer of the same date, for the owner_key.
        label_date: as-of date of all three, ISO.

    Raises:
        TrainingError: a customer has two labels, there are no labels, one class only or too few
            churners, or the customers were stored without owners, by an earlier release.
    """
    _refuse_customers_without_owner(customer, label_date)
    known = labels.select("customer_id", "churn").drop_nulls("churn").collect()
    _refuse_double_labels(known)
    rows = (
        gold_master.join(known.lazy(), on="customer_id", how="inner")
        .join(customer.select("customer_id", "owner_key"), on="customer_id", how="left")
        .sort("customer_id")
        .collect()
    )
    _refuse_weak_labels(rows, labelled=known.height)
    groups = [_short_hash(key.encode()) for key in rows["owner_key"]]
    return rows.with_columns(
        pl.lit(label_date).alias("label_date"),
        pl.Series("group_id", groups, dtype=pl.String),
        pl.Series("row_hash", row_hashes(rows), dtype=pl.String),
    ).select(list(TRAINING_SET.columns))


def row_hashes(rows: pl.DataFrame) -> list[str]:
    """Hash each row's features; equal features give equal hashes on every machine."""
    names = FEATURES
    return [
        _short_hash(line)
        for line in rows.select(names).write_ndjson().encode().splitlines(keepends=False)
    ]


def data_hash(rows: pl.DataFrame) -> str:
    """Hash a training set (features, labels, owners), whatever the order of its rows."""
    keyed = rows.select(
        pl.concat_str("customer_id", "group_id", "churn", "row_hash", separator=";")
    )
    return hashlib.sha256("\n".join(sorted(keyed.to_series())).encode()).hexdigest()


def _short_hash(data: bytes) -> str:
    return hashlib.blake2b(data, digest_size=12).hexdigest()


def _refuse_customers_without_owner(customer: pl.LazyFrame, label_date: str) -> None:
    if "owner_key" not in customer.collect_schema().names():
        raise TrainingError(
            f"silver/customer of {label_date} has no owner_key, because an earlier release stored "
            f"it: run `spanishgas run --snapshot {label_date}` first"
        )


def _refuse_double_labels(labels: pl.DataFrame) -> None:
    double = labels.filter(pl.col("customer_id").is_duplicated())["customer_id"].unique().sort()
    if double.len():
        shown = ", ".join(double.head(5))
        raise TrainingError(
            f"{double.len():,} customers have more than one label (e.g. {shown}); "
            "keep one row per customer in the label file"
        )


def _refuse_weak_labels(rows: pl.DataFrame, labelled: int) -> None:
    churners = int(rows["churn"].sum())
    found = (
        f"{labelled:,} labels, {rows.height:,} of them for customers with features, "
        f"{churners:,} churners"
    )
    if not rows.height:
        raise TrainingError(
            f"no labels to learn from: {found}; put churn_label.csv into the raw drop, with the "
            "customer ids of the other files"
        )
    if churners in (0, rows.height):
        raise TrainingError(
            f"labels of one class only: {found}; a model needs customers who left (churn 1) and "
            "who stayed (churn 0)"
        )
    if churners < MIN_CHURNERS:
        raise TrainingError(
            f"too few churners: {found}; at least {MIN_CHURNERS} are needed: label a longer "
            "period or more customers"
        )
