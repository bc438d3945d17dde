"""What a publication consists of, from the store as it is: whole, undamaged, of one making."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.errors import StoreError
from spanishgas_assets.monitoring.report_files import report_place
from spanishgas_assets.retention.call_list import call_list_place
from spanishgas_assets.retention.management_page import management_place
from spanishgas_assets.snapshot_dates import trailing_year_keys
from spanishgas_assets.storage.file_versions import FileVersion, current_files, damaged_files
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import (
    TableVersion,
    adopted,
    current_versions,
    damaged,
    table_key,
)
from spanishgas_assets.tables.contracts import Table

#: Files of a publication by name: their place by snapshot.
_FILES = {
    "monitoring/report": report_place,
    "retention/call_list": call_list_place,
    "retention/management_page": management_place,
}


def published_tables(
    store: Store, tables: Sequence[Table], snapshot: str
) -> dict[str, dict[str, TableVersion]]:
    """Return the versions of a snapshot's tables, and of the twelve months before it.

    Raises:
        StoreError: a partition is missing or damaged, or was made from another version of a
            partition than the one that would be published with it.
    """
    months = trailing_year_keys(date.fromisoformat(snapshot))
    found = {}
    for table in tables:
        days = months if table.cadence == "month" else [snapshot]
        keys = [table_key(table.layer, table.name, day) for day in days]
        versions = [adopted(store, one) for one in current_versions(store, keys)]
        found[table.title] = dict(zip(days, versions, strict=True))
    every = {one.partition: one for parts in found.values() for one in parts.values()}
    broken = [one.key for one in damaged(store, list(every.values()))]
    if broken:
        raise StoreError(
            f"damaged or missing: {', '.join(map(store.url, broken))}. Run the snapshot again: "
            "`spanishgas run` makes what is missing or damaged"
        )
    mixed = list(_mixed(every))
    if mixed:
        raise StoreError(
            f"{snapshot} is not published, its tables are of two runs: {'; '.join(mixed)}. Run the "
            f"snapshot again: spanishgas run --snapshot {snapshot}"
        )
    return found


def published_files(store: Store, snapshot: str) -> dict[str, FileVersion]:
    """Return the report, the call list and the page for management, by name with ending.

    Raises:
        StoreError: one is missing or damaged.
    """
    found: dict[str, FileVersion] = {}
    for name, place_of in _FILES.items():
        versions = current_files(store, place_of(snapshot))
        broken = damaged_files(store, versions)
        if broken or not versions:
            raise StoreError(
                f"{name} of {snapshot} is damaged or missing. Run the snapshot again: spanishgas "
                f"run --snapshot {snapshot}"
            )
        found |= {f"{name}.{one.kind}": one for one in versions}
    return found


def published_model(store: Store, snapshot: str, version: str) -> dict[str, Any]:
    """Return the model of a snapshot and the number of the registry event that lets it serve."""
    history = Registry(store).history()
    promotions = [
        number
        for number, entry in enumerate(history, start=1)
        if entry.action == "promote" and entry.version == version and entry.snapshot <= snapshot
    ]
    return {"version": version, "registry_event": promotions[-1] if promotions else None}


def _mixed(versions: Mapping[str, TableVersion]) -> Iterator[str]:
    """Name each table that was made from another version of a table than the one beside it."""
    for version in versions.values():
        for source, digest in version.inputs.items():
            beside = versions.get(source)
            if beside is not None and digest and digest != beside.digest:
                yield f"{version.partition} was made from an earlier {source}"
