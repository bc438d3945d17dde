"""Whom the team may contact, and how: consent, opt-outs, the cool-down, owners and the holdout."""

from datetime import date, timedelta

import polars as pl

from spanishgas_assets.retention.column_values import CHANNELS, CONTACT_FLAGS
from spanishgas_assets.retention.config.contact_rules import channel_block
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.holdout import hash_of, in_holdout
from spanishgas_assets.retention.tables import CONTACT_PERMISSIONS


def contact_permissions(
    customer: pl.LazyFrame,
    preferences: pl.LazyFrame,
    contacts: pl.LazyFrame,
    rules: Rules,
    as_of: date,
) -> pl.DataFrame:
    """Say of each customer which channels are open, and why the others are not.

    Grain: one row per customer_id of ``customer`` (silver). ``preferences`` has the columns of
    CONTACT_FLAGS (0, 1 or null), one row per customer at most; ``contacts`` customer_id, offer_date
    and accepted (0, 1 or null), of which those before ``as_of`` count, and those whose day is not
    known.
    """
    policy = rules.policy
    last = pl.col("last_offer_date")
    known = (
        customer.select("customer_id", "owner_key")
        .join(
            preferences.select("customer_id", pl.col(CONTACT_FLAGS).cast(pl.Boolean)),
            on="customer_id",
            how="left",
        )
        .join(_last_offers(contacts, as_of), on="customer_id", how="left")
        .collect()
    )
    drawn = in_holdout(known["customer_id"], policy.holdout_share, policy.holdout_salt)
    return CONTACT_PERMISSIONS.arrange(
        known.lazy().with_columns(
            drawn.alias("in_holdout"),
            _owner_ids(known["owner_key"]),
            (
                (last + timedelta(days=policy.cool_down_days) > as_of).fill_null(value=False)
                | pl.col("on_an_unknown_day").fill_null(value=False)
            ).alias("in_cool_down"),
            *(
                channel_block(rules.contact, channel, as_of).alias(f"{channel}_block")
                for channel in CHANNELS
            ),
        )
    ).collect()


def _last_offers(contacts: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    day, accepted = pl.col("offer_date"), pl.col("accepted") == 1
    return contacts.group_by("customer_id").agg(
        day.filter(day < as_of).max().alias("last_offer_date"),
        day.filter((day < as_of) & accepted).max().alias("last_accepted_date"),
        day.is_null().any().alias("on_an_unknown_day"),
    )


def _owner_ids(keys: pl.Series) -> pl.Series:
    return pl.Series("owner_id", [hash_of(key).hex() for key in keys], dtype=pl.String)
