"""Whom the team may contact, and how: consent, opt-outs, the cool-down, owners and the holdout."""

from datetime import date, timedelta

import polars as pl

from spanishgas_assets.retention.column_values import CHANNELS, CONTACT_FLAGS
from spanishgas_assets.retention.config.contact_rules import channel_block
from spanishgas_assets.retention.config.retention_config import Rules
from spanishgas_assets.retention.holdout import hash_of, in_holdout
from spanishgas_assets.retention.tables import CONTACT_PERMISSIONS
from spanishgas_assets.tables import quarantine


def contact_permissions(
    customer: pl.LazyFrame,
    preferences: pl.LazyFrame,
    outcomes: pl.LazyFrame,
    rules: Rules,
    as_of: date,
) -> pl.DataFrame:
    """Say of each customer which channels are open, and why the others are not.

    Grain: one row per customer_id of ``customer`` (silver). ``preferences`` has the columns of
    contact_preferences.csv (flags 0, 1 or null), one row per customer at most; ``outcomes`` those
    of campaign_outcomes.csv, of which contacts dated before ``as_of`` count.
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
        .join(_last_offers(outcomes, as_of), on="customer_id", how="left")
        .collect()
    )
    drawn = in_holdout(known["customer_id"], policy.holdout_share, policy.holdout_salt)
    return CONTACT_PERMISSIONS.arrange(
        known.lazy().with_columns(
            drawn.alias("in_holdout"),
            _owner_ids(known["owner_key"]),
            (last + timedelta(days=policy.cool_down_days) > as_of)
            .fill_null(value=False)
            .alias("in_cool_down"),
            *(
                channel_block(rules.contact, channel, as_of).alias(f"{channel}_block")
                for channel in CHANNELS
            ),
        )
    ).collect()


def unusable_preferences(
    preferences: pl.DataFrame, customer: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Split preferences into those that count and those set aside with a reason.

    Set aside are the rows of ids that are no customers of the snapshot, and of a customer's several
    rows all but the last.
    """
    ids = customer["customer_id"].implode()
    last = pl.col("customer_id").is_last_distinct()
    known = pl.col("customer_id").is_in(ids)
    return preferences.filter(known & last), pl.concat(
        [
            quarantine.set_aside(preferences.filter(~known), "not a customer of the snapshot"),
            quarantine.set_aside(preferences.filter(known & ~last), "a later row replaces it"),
        ]
    )


def _last_offers(outcomes: pl.LazyFrame, as_of: date) -> pl.LazyFrame:
    return (
        outcomes.filter(pl.col("contacted") == 1, pl.col("offer_date") < as_of)
        .group_by("customer_id")
        .agg(pl.col("offer_date").max().alias("last_offer_date"))
    )


def _owner_ids(keys: pl.Series) -> pl.Series:
    return pl.Series("owner_id", [hash_of(key).hex() for key in keys], dtype=pl.String)
