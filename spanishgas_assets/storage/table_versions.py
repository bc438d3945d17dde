"""Tables in the store: immutable objects named by their content, and a pointer to the current one.

The rows of ``gold/gold_master/2025-01-06`` are ``gold/gold_master/2025-01-06/{digest}.parquet``;
``current.json`` beside them names the version that the graph works with. An object is never
changed, so whoever holds a version reads the same rows for ever. A store of an earlier release has
``gold/gold_master/2025-01-06.parquet`` instead; it is read until the partition is made again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from spanishgas_assets.errors import StoreError, StoreUnavailableError
from spanishgas_assets.storage.digests import NAME_DIGITS, content_name, digest_of, digest_of_file
from spanishgas_assets.storage.row_digest import row_digest
from spanishgas_assets.storage.sealed_json import find_sealed, sealed
from spanishgas_assets.storage.store import Store

_POINTER = "current.json"
#: An object below its partition's folder.
_VERSION = re.compile(rf".+/[0-9a-f]{{{NAME_DIGITS}}}\.parquet")
_REMEDY = (
    "Run the snapshot again: `spanishgas run` makes what is missing or damaged; of a superseded "
    "publication, restore an earlier version of the object"
)


@dataclass(frozen=True)
class TableVersion:
    """One version of one partition of a table.

    Attributes:
        partition: ``layer/table/partition``.
        digest: of the object's bytes; empty for an object of an earlier release.
        rows: their number; -1 where the version is of an earlier release.
        size_bytes: of the object.
        data_version: digest of the rows whatever their order, as Dagster knows it.
        contract: digest of the table's contract; empty where there is none.
        inputs: digests of the partitions that it was made from, by ``layer/table/partition``.
    """

    partition: str
    digest: str
    rows: int
    size_bytes: int
    data_version: str
    contract: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Key of the object."""
        if not self.digest:
            return f"{self.partition}.parquet"
        return f"{self.partition}/{content_name(self.digest, 'parquet')}"

    def to_dict(self) -> dict[str, Any]:
        """Return the version as JSON holds it."""
        return {**asdict(self), "inputs": dict(self.inputs)}


def table_key(layer: str, table: str, partition: str) -> str:
    """Return ``layer/table/partition``, which names a partition of a table in the store."""
    return f"{layer}/{table}/{partition}"


def write_table(
    store: Store,
    partition: str,
    frame: pl.DataFrame,
    *,
    contract: str = "",
    inputs: Mapping[str, str] | None = None,
) -> TableVersion:
    """Store a frame and make it the current version of a partition.

    Args:
        store: where to.
        partition: ``layer/table/partition``.
        frame: the rows.
        contract: digest of the table's contract.
        inputs: digests of what it was made from.
    """
    made: dict[str, TableVersion] = {}

    def key_of(path: str) -> str:
        made["version"] = TableVersion(
            partition,
            digest_of_file(path),
            frame.height,
            Path(path).stat().st_size,
            row_digest(frame),
            contract,
            dict(inputs or {}),
        )
        return made["version"].key

    with store.writing(key_of) as path:
        frame.write_parquet(path)
    set_current(store, made["version"])
    return made["version"]


def set_current(store: Store, version: TableVersion) -> None:
    """Make a stored version the current one of its partition."""
    key = _pointer(version.partition)
    store.write(key, sealed(key, version.to_dict()))


def current_version(store: Store, partition: str) -> TableVersion | None:
    """Return the current version of a partition; None where it was never made.

    Raises:
        StoreError: the pointer is damaged.
    """
    pointer = find_sealed(store, _pointer(partition), _REMEDY)
    if pointer is not None:
        return TableVersion(**pointer)
    former = TableVersion(partition, "", -1, -1, "")
    return former if store.exists(former.key) else None


def adopted(store: Store, version: TableVersion) -> TableVersion:
    """Return the version; one of an earlier release is stored again as an immutable object.

    The old object stays until it is pruned: a publication of the earlier release may name it.
    """
    if version.digest:
        return version
    rows = store.scan(store.versions([version.key])).collect()
    return write_table(store, version.partition, rows)


def stored_partitions(store: Store, table: str) -> list[str]:
    """Return the partitions of a table (``layer/table``) that have a current version, sorted."""
    folder = f"{table}/"
    names = [key.removeprefix(folder) for key in store.keys(folder)]
    pointed = {name.removesuffix(f"/{_POINTER}") for name in names if name.endswith(f"/{_POINTER}")}
    former = {
        name.removesuffix(".parquet")
        for name in names
        if name.endswith(".parquet") and not _VERSION.fullmatch(name)
    }
    return sorted(pointed | former)


def refuse_unpointed(store: Store, table: str) -> None:
    """Refuse a table with rows that no pointer leads to: a listing alone would not miss them.

    Raises:
        StoreError: a pointer is gone; names all such.
    """
    keys = set(store.keys(f"{table}/"))
    folders = {key.rpartition("/")[0] for key in keys if _VERSION.fullmatch(key)}
    gone = sorted(_pointer(one) for one in folders if _pointer(one) not in keys)
    if gone:
        raise StoreError(f"missing: {', '.join(map(store.url, gone))}. {_REMEDY}")


def is_intact(store: Store, partition: str) -> bool:
    """Say whether a partition has a current version whose object and pointer are undamaged.

    Raises:
        StoreUnavailableError: the store does not say.
    """
    try:
        version = current_version(store, partition)
    except StoreUnavailableError:
        raise
    except StoreError:
        return False
    return version is not None and not damaged(store, [version])


def damaged(store: Store, versions: Sequence[TableVersion]) -> list[TableVersion]:
    """Return those versions whose object is missing or is not what was written."""
    known = {version.key: version.digest for version in versions if version.digest}
    sound = store.verified(known) if known else {}
    return [
        version
        for version in versions
        if version.key not in sound and not (not version.digest and store.exists(version.key))
    ]


def scan_tables(store: Store, partitions: Sequence[str]) -> pl.LazyFrame:
    """Read the current versions of several partitions of one table as one lazy frame.

    Raises:
        StoreError: a partition is not in the store, or damaged; names all such.
    """
    return scan_versions(store, current_versions(store, partitions))


def current_versions(store: Store, partitions: Sequence[str]) -> list[TableVersion]:
    """Return the current versions of partitions.

    Raises:
        StoreError: a partition is not in the store, or its pointer damaged; names all missing.
    """
    found = {partition: current_version(store, partition) for partition in partitions}
    missing = [partition for partition, version in found.items() if version is None]
    if missing:
        raise StoreError(
            f"{len(missing)} of {len(partitions)} partitions are not in the store {store.root}: "
            f"{', '.join(missing)}. Materialize them first (spanishgas run does it in order)."
        )
    return [version for version in found.values() if version]


def scan_versions(store: Store, versions: Sequence[TableVersion]) -> pl.LazyFrame:
    """Read versions of one table as one lazy frame.

    Raises:
        StoreError: an object is missing or damaged; names all such.
    """
    refuse_damaged(store, versions)
    return store.scan(store.versions([version.key for version in versions]))


def refuse_damaged(store: Store, versions: Sequence[TableVersion]) -> None:
    """Raise where an object is missing or is not what was written.

    Raises:
        StoreError: names all such.
    """
    broken = damaged(store, versions)
    if broken:
        raise _damage(store, broken)


def read_object(store: Store, version: TableVersion) -> bytes:
    """Return the Parquet bytes of a version.

    Raises:
        StoreError: the object is missing or damaged.
    """
    data = store.read(version.key)
    if version.digest and digest_of(data) != version.digest:
        raise _damage(store, [version])
    return data


def _damage(store: Store, broken: Sequence[TableVersion]) -> StoreError:
    urls = ", ".join(store.url(version.key) for version in broken)
    return StoreError(f"damaged or missing: {urls}. {_REMEDY}")


def _pointer(partition: str) -> str:
    return f"{partition}/{_POINTER}"
