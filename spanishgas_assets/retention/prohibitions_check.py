"""Are the prohibitions of before still there? A list of opt-outs that is cut, or gone, opens."""

from collections.abc import Mapping

import polars as pl

from spanishgas_assets.retention.column_values import CLOSING_ANSWERS, GONE
from spanishgas_assets.retention.tables import CONTACT_PERMISSIONS
from spanishgas_assets.storage.publication_log import published_snapshots
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.published import published_table
from spanishgas_assets.tables.quarantine import set_aside
from spanishgas_assets.tables.set_aside_limit import Limits, SetAside, set_aside_finding
from spanishgas_assets.tables.snapshot_before import table_before
from spanishgas_assets.tables.table_checks import Finding

_NAME = "prohibitions_kept"
#: Published snapshots in a year.
_YEAR = 53
PROHIBITIONS_KEPT = {
    _NAME: "Whom the snapshot before, or this one as published, says to leave alone is left alone."
}


def prohibitions_finding(
    permissions: pl.DataFrame, before: Mapping[str, pl.DataFrame], limits: Limits
) -> Finding:
    """Look for customers whose opt-out, refusal of calls or vulnerability is no longer known.

    Args:
        permissions: one row per customer, with the columns of CONTACT_FLAGS.
        before: the same of what they are held against, by its name in words.
        limits: of the table.
    """
    parts = []
    for whose, earlier in before.items():
        for flag, answer in CLOSING_ANSWERS.items():
            forbidden = earlier.filter(pl.col(flag) == bool(answer)).select("customer_id")
            now = forbidden.join(permissions, on="customer_id")
            gone = now.filter(pl.col(flag).ne_missing(pl.lit(bool(answer)))).select("customer_id")
            came_in = {f"{flag} of {whose}": now.height}
            parts.append(SetAside(set_aside(gone, GONE), came_in, "gone"))
    return set_aside_finding(limits, parts, _NAME)


def former_customers(store: Store, snapshot: str) -> pl.Series:
    """Return the ids of earlier published snapshots: the one before, and every fourth of a year.

    Raises:
        StoreError: a publication or a table is damaged.
    """
    earlier = [name for name in published_snapshots(store) if name < snapshot]
    chosen = earlier[::-1][:_YEAR:4]
    tables = [published_table(store, CONTACT_PERMISSIONS, name) for name in chosen]
    ids = [one.select("customer_id").collect()["customer_id"] for one in tables if one is not None]
    return pl.concat(ids).unique().sort() if ids else pl.Series(dtype=pl.String)


def permissions_before(store: Store, snapshot: str) -> dict[str, pl.DataFrame]:
    """Read the published permissions of the snapshot before and of this one, where there are any.

    Raises:
        StoreError: a publication or a table is damaged.
    """
    published = published_table(store, CONTACT_PERMISSIONS, snapshot)
    found = {
        "the snapshot before": table_before(store, CONTACT_PERMISSIONS, snapshot),
        "the snapshot as published": None if published is None else published.collect(),
    }
    return {whose: rows for whose, rows in found.items() if rows is not None}
