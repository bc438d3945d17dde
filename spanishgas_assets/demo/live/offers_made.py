"""The offers that the team really made after a Monday: as published, and as callers recorded."""

import polars as pl

from spanishgas_assets.errors import SettingsError
from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.retention.column_values import HOLDOUT, NO_OFFER, PHONE
from spanishgas_assets.retention.recorded_outcomes import CALL_AGAIN, OutcomeJournal
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.store import Store

#: One row per customer for whom an offer was chosen: made, or not because nobody reached them, or
#: withheld to measure it (no channel).
OFFERS = pl.Schema(
    {"customer_id": pl.String, "offer": pl.String, "channel": pl.String, "made": pl.Boolean}
)


def offers_made(store: Store, snapshot: str, known: pl.Series) -> pl.DataFrame:
    """Read what followed a snapshot's publication; no rows where it was not published.

    Where callers recorded anything of the snapshot, a phone offer was made to those whom they
    reached; otherwise to all for whom it was recommended.

    Grain: one row per customer_id, as in OFFERS.

    Args:
        store: where the snapshot is published.
        snapshot: a Monday, YYYY-MM-DD.
        known: ids of the retailer's customers.

    Raises:
        SettingsError: the recommendations are for customers of another retailer.
        StoreError: the publication or a recorded outcome is damaged.
    """
    manifest = publication_log.current(store, snapshot)
    if manifest is None:
        return OFFERS.to_frame()
    advised = Publication(store, manifest).table("retention/recommendations").collect()
    strange = advised.filter(~pl.col("customer_id").is_in(known.implode())).height
    if strange:
        raise SettingsError(
            f"{store.root}: {strange:,} of the {advised.height:,} customers in the recommendations "
            f"of {snapshot} are not this retailer's: the store belongs to another one. Name its "
            "own with --store"
        )
    return _with_channel(advised, _reached(store, snapshot))


def _with_channel(advised: pl.DataFrame, reached: list[str] | None) -> pl.DataFrame:
    offered = advised.filter(pl.col("action") != NO_OFFER).select(
        "customer_id", "channel", offer="action", made=pl.lit(value=True)
    )
    if reached is not None:
        called = pl.col("customer_id").is_in(reached)
        offered = offered.with_columns(made=(pl.col("channel") != PHONE) | called)
    withheld = advised.filter(pl.col("block_reason") == HOLDOUT).select(
        "customer_id",
        channel=pl.lit(None, pl.String),
        offer="withheld_action",
        made=pl.lit(value=False),
    )
    both = pl.concat([offered.select(list(OFFERS)), withheld.select(list(OFFERS))])
    return both.drop_nulls("offer").sort("customer_id")


def _reached(store: Store, snapshot: str) -> list[str] | None:
    """Customers whom callers reached; None if nobody recorded anything."""
    entries = OutcomeJournal(store).of_snapshot(snapshot)
    if not entries:
        return None
    return sorted({entry.customer_id for entry in entries if entry.result != CALL_AGAIN})
