"""Tables of publications: what a run may compare itself with, and what readers see."""

import polars as pl

from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.manifests import FORMER, Manifest
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import TableVersion, scan_versions
from spanishgas_assets.tables.contracts import Table


def published_table(store: Store, table: Table, snapshot: str) -> pl.LazyFrame | None:
    """Scan a snapshot's partition of a table as published; None where it is in no publication.

    Raises:
        StoreError: the publication or the table is damaged.
    """
    manifest = publication_log.current(store, snapshot)
    version = published_version(store, manifest, table, snapshot) if manifest else None
    return scan_versions(store, [version]) if version else None


def published_version(
    store: Store, manifest: Manifest, table: Table, snapshot: str
) -> TableVersion | None:
    """Return the version of a table that a publication names; None if it names none.

    A publication of an earlier release names three tables; of the others, whose objects it did not
    protect, the one that is there counts.
    """
    version = manifest.content.tables.get(table.title, {}).get(snapshot)
    if version is None and manifest.number == FORMER:
        former = TableVersion(f"{table.title}/{snapshot}", "", -1, -1, "")
        return former if store.exists(former.key) else None
    return version
