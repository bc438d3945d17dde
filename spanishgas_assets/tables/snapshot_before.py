"""The snapshot before: the one that every check, drift reference and report of a run compares with.

It is the newest published snapshot of the five weeks before. Tables that a run left behind without
publishing do not count, so that all comparisons of one run are with the same Monday, also after one
was skipped.
"""

from datetime import date, timedelta

import polars as pl

from spanishgas_assets.storage.publication_log import published_snapshots
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.published import published_table

#: An older snapshot is another season rather than the one before.
_RECENT = timedelta(weeks=5)


def snapshot_before(store: Store, snapshot: str) -> str | None:
    """Return the key of the snapshot before ``snapshot``; None where there is none."""
    day = date.fromisoformat(snapshot)
    days = [date.fromisoformat(name) for name in published_snapshots(store)]
    recent = [other for other in days if day - _RECENT <= other < day]
    return max(recent).isoformat() if recent else None


def table_before(store: Store, table: Table, snapshot: str) -> pl.DataFrame | None:
    """Read a table of the snapshot before; None where that snapshot or its table is missing.

    Raises:
        StoreError: the publication or the table is damaged.
    """
    before = snapshot_before(store, snapshot)
    rows = published_table(store, table, before) if before else None
    return None if rows is None else rows.collect()
