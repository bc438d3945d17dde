"""What lies in a store, and publications that are made without a run."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from spanishgas_assets.storage.file_versions import FileVersion
from spanishgas_assets.storage.manifests import Content, Manifest
from spanishgas_assets.storage.publication_log import publish
from spanishgas_assets.storage.store import Store, open_store
from spanishgas_assets.storage.table_versions import (
    TableVersion,
    current_versions,
    scan_tables,
    set_current,
    write_table,
)
from spanishgas_assets.tables.contracts import Table

RUN = {"run_id": "0", "job": "score_snapshot", "launched_by": "a person"}
NOON = "2025-01-06T12:00:00+00:00"


def object_of(folder: str | Path, partition: str) -> Path:
    """Return the file of the current version of ``layer/table/partition``."""
    (version,) = current_versions(open_store(str(folder)), [partition])
    return Path(folder) / version.key


def rows_of(folder: str | Path, partition: str) -> pl.DataFrame:
    """Read the current version of ``layer/table/partition``."""
    return scan_tables(open_store(str(folder)), [partition]).collect()


def hold(store: Store, partition: str) -> None:
    """Point to a version of ``layer/table/partition`` whose object nobody will read."""
    set_current(store, TableVersion(partition, "0" * 64, 0, 0, ""))


def publish_tables(
    store: Store,
    snapshot: str,
    *tables: Table | tuple[Table, pl.DataFrame],
    model: str = "model-1",
    files: Mapping[str, FileVersion] | None = None,
) -> Manifest:
    """Store the tables that come with rows, and publish all and the files as a snapshot's."""
    published = []
    for one in tables:
        table, rows = one if isinstance(one, tuple) else (one, None)
        if rows is not None:
            write_table(store, f"{table.title}/{snapshot}", rows)
        published.append(table.title)
    content = Content(
        snapshot,
        {
            title: {snapshot: current_versions(store, [f"{title}/{snapshot}"])[0]}
            for title in published
        },
        files=files or {},
        model={"version": model, "registry_event": None},
    )
    return publish(store, snapshot, lambda: content, published_at=NOON, by=RUN)
