"""The manifest: which table, model and rows make up a snapshot that may be read."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from spanishgas_assets.storage.parquet_io_manager import scan_tables, table_key
from spanishgas_assets.storage.store import Store
from spanishgas_assets.tables.contracts import Table
from spanishgas_assets.tables.snapshot_before import manifest_key

LATEST = manifest_key("latest")


def manifest(
    store: Store, snapshot: str, tables: Sequence[Table], model_version: str
) -> dict[str, Any]:
    """List a snapshot's tables with their rows and URLs, and the model that scored it.

    Raises:
        StoreError: a table is not in the store.
    """
    listed = {}
    for table in tables:
        key = table_key(table.layer, table.name, snapshot)
        rows = scan_tables(store, [key]).select("customer_id").collect().height
        listed[table.title] = {"url": store.url(key), "rows": rows, "columns": list(table.columns)}
    return {"snapshot": snapshot, "model_version": model_version, "tables": listed}


def publish(store: Store, content: Mapping[str, Any]) -> None:
    """Write the snapshot's manifest, and make it the latest unless a later one is out.

    Readers that open ``latest.json`` see the old snapshot whole or the new one whole.
    """
    data = (json.dumps(content, indent=1) + "\n").encode()
    store.write(manifest_key(content["snapshot"]), data)
    newest = json.loads(store.read(LATEST))["snapshot"] if store.exists(LATEST) else ""
    if content["snapshot"] >= newest:
        store.write(LATEST, data)
