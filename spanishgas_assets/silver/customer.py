"""The customer as known on a snapshot's date: segment, English channel, latest note. No label."""

from datetime import date

import polars as pl

from spanishgas_assets.silver.tables import CUSTOMER

#: Most power of an SME; an industrial supply above it is Corporate (facts.md section 2.1).
SME_MAX_POWER_KW = 10.0

#: The source's spellings (facts.md section 1.2) and their English names.
CHANNEL_NAMES = {
    "presencial_comercial": "In-Person Commercial",
    "comparador": "Comparison Website",
    "oficina": "Office",
    "telemarketing": "Telemarketing",
    "web_propia": "Own Website",
    "desconocido": "Unknown",
    "unknown": "Unknown",
}


def customer_as_of(customer: pl.LazyFrame, interactions: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    """Silver customers from bronze customers and bronze interactions.

    Grain: one row per customer_id whose first activation lies before ``as_of``; the others are
    returned by ``not_yet_customers``. Only what was known on the morning of ``as_of`` is used:
    notes and product changes dated on it or later do not exist yet.
    """
    return CUSTOMER.arrange(
        customer.filter(~_activates_later(as_of))
        .with_columns(
            segment=_segment(),
            residential_type=_residential_type(),
            sales_channel=pl.col("sales_channel").replace_strict(CHANNEL_NAMES, default="Unknown"),
            last_product_change_date=pl.when(pl.col("last_product_change_date") < as_of).then(
                pl.col("last_product_change_date")
            ),
        )
        .join(latest_interaction(interactions, as_of), on="customer_id", how="left")
    )


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
