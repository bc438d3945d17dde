"""The rows a model learns from: labelled customers, their features as of the label date, owners."""

import hashlib
from collections.abc import Sequence

import polars as pl

from spanishgas_assets.churn.tables import TRAINING_SET
from spanishgas_assets.errors import SettingsError, TrainingError
from spanishgas_assets.gold.tables import TIERS, features

#: Fewer churners than this cannot hold a calibration, five folds and a holdout.
MIN_CHURNERS = 50

#: Customers that agree in all of these are taken for one owner with several supplies.
OWNER_COLUMNS = [
    "customer_first_activation_date",
    "contract_start_date",
    "last_product_change_date",
    "next_renewal_date",
    "sales_channel",
    "province_code",
]


def training_set(
    gold_master: pl.LazyFrame,
    labels: pl.LazyFrame,
    customer: pl.LazyFrame,
    label_date: str,
    owner_columns: Sequence[str] = OWNER_COLUMNS,
) -> pl.DataFrame:
    """Join features, labels and owners of the customers that have a label.

    Grain: one row per labelled customer_id of gold_master, sorted by it. A label of a customer
    without features is left out.

    Args:
        gold_master: features as of the label date.
        labels: customer_id and churn (0, 1 or null) from bronze customer.
        customer: silver customer of the same date, for the owner's traits.
        label_date: as-of date of all three, ISO.
        owner_columns: traits that tell an owner.

    Raises:
        SettingsError: a trait is no column of the customers.
        TrainingError: a customer has two labels, or there are no labels, one class only, or too
            few churners.
    """
    _refuse_unknown_traits(customer, owner_columns)
    known = labels.select("customer_id", "churn").drop_nulls("churn").collect()
    _refuse_double_labels(known)
    rows = (
        gold_master.join(known.lazy(), on="customer_id", how="inner")
        .join(
            customer.select("customer_id", owner_key(owner_columns)), on="customer_id", how="left"
        )
        .sort("customer_id")
        .collect()
    )
    _refuse_weak_labels(rows, labelled=known.height)
    groups = [_short_hash(key.encode()) for key in rows["owner"]]
    return rows.with_columns(
        pl.lit(label_date).alias("label_date"),
        pl.Series("group_id", groups, dtype=pl.String),
        pl.Series("row_hash", row_hashes(rows), dtype=pl.String),
    ).select(list(TRAINING_SET.columns))


def owner_key(columns: Sequence[str]) -> pl.Expr:
    """The traits that tell an owner, as one text; a missing date equals a missing date."""
    traits = [pl.col(name).cast(pl.String).fill_null("-") for name in columns]
    return pl.concat_str(traits, separator="|").alias("owner")


def row_hashes(rows: pl.DataFrame) -> list[str]:
    """Hash each row's features; equal features give equal hashes on every machine."""
    names = [name for tier in TIERS for name in features(tier)]
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


def _refuse_unknown_traits(customer: pl.LazyFrame, columns: Sequence[str]) -> None:
    known = customer.collect_schema().names()
    unknown = [name for name in columns if name not in known]
    if unknown:
        raise SettingsError(
            f"SPANISHGAS_OWNER_COLUMNS: {', '.join(unknown)} is no column of silver/customer; it "
            f"has {', '.join(known)}"
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
