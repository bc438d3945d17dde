"""The snapshot before: the one that every check, drift reference and report of a run compares with.

It is the newest published snapshot of the five weeks before. Tables that a run left behind without
publishing do not count, so that all comparisons of one run are with the same Monday, also after one
was skipped.
"""

from datetime import date, timedelta

import polars as pl

from spanishgas_assets.storage.parquet_io_manager import scan_tables, table_key
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.contracts import Table

_MANIFESTS = "publication/"

#: An older snapshot is another season rather than the one before.
_RECENT = timedelta(weeks=5)


def manifest_key(snapshot: str) -> str:
    """Return the store key of a snapshot's manifest, which exists once it is published."""
    return f"{_MANIFESTS}{snapshot}.json"


def snapshot_before(store: Store, snapshot: str) -> str | None:
    """Return the key of the snapshot before ``snapshot``; None where there is none.

    Example:
        >>> from tempfile import TemporaryDirectory
        >>> from spanishgas_assets.storage.store import open_store
        >>> with TemporaryDirectory() as folder:
        ...     store = open_store(folder)
        ...     store.write("publication/2025-01-06.json", b"{}")
        ...     snapshot_before(store, "2025-01-20"), snapshot_before(store, "2025-01-06")
        ('2025-01-06', None)
    """
    day = date.fromisoformat(snapshot)
    published = (
        key.removeprefix(_MANIFESTS).removesuffix(".json") for key in store.keys(_MANIFESTS)
    )
    days = [date.fromisoformat(name) for name in published if name[:1].isdigit()]
    recent = [other for other in days if day - _RECENT <= other < day]
    return max(recent).isoformat() if recent else None


def table_before(store: Store, table: Table, snapshot: str) -> pl.DataFrame | None:
    """Read a table of the snapshot before; None where that snapshot or its table is missing."""
    before = snapshot_before(store, snapshot)
    if before is None:
        return None
    key = table_key(table.layer, table.name, before)
    return scan_tables(store, [key]).collect() if store.exists(key) else None
