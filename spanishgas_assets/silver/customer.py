"""The customer as known on a snapshot's date: segment, English channel, latest note. No label."""

from collections.abc import Sequence
from datetime import date

import polars as pl

from spanishgas_assets.silver.owner import OWNER_COLUMNS, with_owner_key
from spanishgas_assets.silver.tables import CUSTOMER

#: Most power of an SME; an industrial supply above it is Corporate (docs/domain.md#segments).
SME_MAX_POWER_KW = 10.0

#: Windows, in days before the snapshot, over which notes are counted.
NOTE_WINDOWS_DAYS = (30, 90, 365)

#: Dates of the contract that say what has happened: from the snapshot on, they have not.
_PAST_DATES = ("contract_start_date", "last_product_change_date")

#: The source's spellings (docs/domain.md#attributes) and their English names.
CHANNEL_NAMES = {
    "presencial_comercial": "In-Person Commercial",
    "comparador": "Comparison Website",
    "oficina": "Office",
    "telemarketing": "Telemarketing",
    "web_propia": "Own Website",
    "desconocido": "Unknown",
    "unknown": "Unknown",
}


def customer_as_of(
    customer: pl.LazyFrame,
    interactions: pl.LazyFrame,
    as_of: date,
    owner_columns: Sequence[str] = OWNER_COLUMNS,
) -> pl.LazyFrame:
    """Silver customers from bronze customers and bronze interactions.

    Grain: one row per customer_id whose first activation lies before ``as_of``; the others are
    returned by ``not_yet_customers``. Only what was known on the morning of ``as_of`` is used:
    notes, product changes and contract starts dated on it or later do not exist yet. The renewal
    date lies ahead by its nature.

    Raises:
        SettingsError: one of ``owner_columns`` is not a column of the table.
    """
    known = (
        customer.filter(~_activates_later(as_of))
        .with_columns(
            segment=_segment(),
            residential_type=_residential_type(),
            sales_channel=pl.col("sales_channel").replace_strict(CHANNEL_NAMES, default="Unknown"),
            **{name: pl.when(pl.col(name) < as_of).then(pl.col(name)) for name in _PAST_DATES},
        )
        .join(latest_interaction(interactions, as_of), on="customer_id", how="left")
        .join(interaction_counts(interactions, as_of), on="customer_id", how="left")
        .with_columns(
            pl.col(f"interactions_last_{days}d").fill_null(0) for days in NOTE_WINDOWS_DAYS
        )
        .select(name for name in CUSTOMER.columns if name != "owner_key")
    )
    return CUSTOMER.arrange(with_owner_key(known, owner_columns))


def latest_interaction(interactions: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Keep each customer's newest note dated before ``as_of``; on one day, the last in the file.

    Grain: one row per customer_id with such a note.
    """
    return (
        interactions.filter(pl.col("interaction_date") < as_of)
        .sort("interaction_date", "record")
        .unique("customer_id", keep="last", maintain_order=True)
        .select(
            "customer_id",
            pl.col("interaction_date").alias("last_interaction_date"),
            "customer_intent",
            "sentiment_label",
            "sentiment_negative",
            "sentiment_neutral",
            "sentiment_positive",
        )
    )


def interaction_counts(interactions: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Count each customer's notes of the last 30, 90 and 365 days before ``as_of``.

    Grain: one row per customer_id with a note before ``as_of``. The day before it is the first day
    of every window; ``as_of`` itself belongs to none.
    """
    age = (pl.lit(as_of) - pl.col("interaction_date")).dt.total_days()
    return (
        interactions.filter(pl.col("interaction_date") < as_of)
        .group_by("customer_id")
        .agg(
            (age <= days).sum().cast(pl.Int64).alias(f"interactions_last_{days}d")
            for days in NOTE_WINDOWS_DAYS
        )
    )


def renewal_before_activation(customer: pl.DataFrame) -> pl.DataFrame:
    """Silver customers whose contract renews before it was ever activated: they read as expired.

    Grain: one row per customer_id, columns as in silver.
    """
    return customer.filter(pl.col("next_renewal_date") < pl.col("customer_first_activation_date"))


def not_yet_customers(customer: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Bronze customers that the snapshot leaves out: first activated on ``as_of`` or later.

    Grain: one row per customer_id, columns as in bronze.
    """
    return customer.filter(_activates_later(as_of))


def unknown_channels(customer: pl.LazyFrame) -> pl.LazyFrame:
    """Count the customers of each channel spelling that has no English name and reads Unknown.

    Grain: one row per sales_channel (as the source spells it), with the column ``customers``.
    """
    return (
        customer.filter(~pl.col("sales_channel").is_in(list(CHANNEL_NAMES)))
        .group_by("sales_channel")
        .agg(pl.len().alias("customers"))
        .sort("sales_channel")
    )


def _activates_later(as_of: date) -> pl.Expr:
    return pl.col("customer_first_activation_date") >= as_of


def _segment() -> pl.Expr:
    return (
        pl.when(~pl.col("is_industrial"))
        .then(pl.lit("Residential"))
        .when(pl.col("contracted_power_kw") <= SME_MAX_POWER_KW)
        .then(pl.lit("SME"))
        .otherwise(pl.lit("Corporate"))
    )


def _residential_type() -> pl.Expr:
    return (
        pl.when(pl.col("is_industrial"))
        .then(None)
        .when(pl.col("is_second_residence"))
        .then(pl.lit("Second residence"))
        .otherwise(pl.lit("Primary"))
    )
