"""Do the files speak of the same customers? What matches nobody is lost without a row set aside."""

import polars as pl

from spanishgas_assets.raw.unmatched_ids import without_match
from spanishgas_assets.silver.tables import CUSTOMER, NO_NOTE_CUSTOMER, NO_READINGS
from spanishgas_assets.tables.quarantine import set_aside
from spanishgas_assets.tables.set_aside_limit import Limits, SetAside, set_aside_finding
from spanishgas_assets.tables.table_checks import Finding

NOTES_MATCHED = {"notes_matched": "The ids of the notes are those of customers."}
READINGS_MATCHED = {"readings_matched": "The customers of the snapshot have readings."}


def notes_finding(interactions: pl.LazyFrame, customer: pl.LazyFrame, limits: Limits) -> Finding:
    """Hold the ids of the notes (bronze/interactions) against those of bronze/customer."""
    notes = interactions.select(pl.col("record").alias("row"), "customer_id")
    unmatched = notes.join(customer, on="customer_id", how="anti").collect()
    aside = without_match(unmatched, customer, NO_NOTE_CUSTOMER)
    came_in = {"bronze/interactions": int(notes.select(pl.len()).collect().item())}
    (name,) = NOTES_MATCHED
    return set_aside_finding(limits, [SetAside(aside, came_in, "without a customer")], name)


def readings_finding(customer: pl.LazyFrame, window: pl.LazyFrame, limits: Limits) -> Finding:
    """Look for customers of the snapshot who have no month in the window."""
    ids = customer.select("customer_id")
    silent = ids.join(window, on="customer_id", how="anti").collect()
    came_in = {CUSTOMER.title: int(ids.select(pl.len()).collect().item())}
    part = SetAside(set_aside(silent, NO_READINGS), came_in, "without readings")
    (name,) = READINGS_MATCHED
    return set_aside_finding(limits, [part], name)
