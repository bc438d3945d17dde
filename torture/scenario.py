"""A small snapshot whose every object says which run made it, so that a mix of two shows."""

import os
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import patch

import polars as pl

from spanishgas_assets.errors import SpanishGasError, StoreError
from spanishgas_assets.publication.reader import Publication, not_run, open_publication
from spanishgas_assets.storage import publication_log
from spanishgas_assets.storage.file_versions import current_files, damaged_files, write_files
from spanishgas_assets.storage.folder import FolderStore
from spanishgas_assets.storage.manifests import Content, Manifest
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import (
    current_versions,
    refuse_damaged,
    write_table,
)

SNAPSHOT = "2025-01-06"
TABLES = ("gold/gold_master", "retention/recommendations")
FILE = "retention/call_list"
ROWS = 3
PUBLISHED_AT = "2025-01-07T12:00:00+00:00"
#: What a reader is told where nothing can be read.
REFUSED = "refused"
#: What a reader would be told where he saw two runs as one.
MIXED = "mixed"


@dataclass
class Tally:
    """What was tried and what did not hold.

    Attributes:
        tried: faults injected.
        mixed_reads: readers that saw two runs as one.
        rows_lost: rows that were published and that no reader finds any more.
        tracebacks: errors that are not told in words.
        hand_repairs: states that running again does not mend.
        told: the first few of each, in words.
    """

    tried: int = 0
    mixed_reads: int = 0
    rows_lost: int = 0
    tracebacks: int = 0
    hand_repairs: int = 0
    told: list[str] = field(default_factory=list)

    @property
    def faults(self) -> int:
        """How many times something did not hold."""
        return self.mixed_reads + self.rows_lost + self.tracebacks + self.hand_repairs

    def add(self, other: "Tally") -> None:
        """Count another tally in."""
        for name in ("tried", "mixed_reads", "rows_lost", "tracebacks", "hand_repairs"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.told += other.told


def no_waiting() -> AbstractContextManager[Any]:
    """Let flushes return at once: for states that no loss of power follows."""
    return patch.object(os, "fsync", lambda _: None)


def make_tables(store: Store, run: int, snapshot: str = SNAPSHOT) -> None:
    """Write the tables and the file of a snapshot, each marked with the run."""
    rows = pl.DataFrame({"customer_id": [f"C{n}" for n in range(ROWS)], "run": [run] * ROWS})
    for title in TABLES:
        write_table(store, f"{title}/{snapshot}", rows)
    write_files(store, f"{FILE}/{snapshot}", {"csv": f"run {run}".encode()})


def assembled(store: Store, snapshot: str = SNAPSHOT) -> Content:
    """Return what the store has of a snapshot now."""
    versions = current_versions(store, [f"{title}/{snapshot}" for title in TABLES])
    refuse_damaged(store, versions)
    files = current_files(store, f"{FILE}/{snapshot}")
    if not files or damaged_files(store, files):
        raise StoreError(f"{FILE} of {snapshot} is damaged or missing: run the snapshot again")
    return Content(
        snapshot,
        {title: {snapshot: version} for title, version in zip(TABLES, versions, strict=True)},
        {f"{FILE}.{one.kind}": one for one in files},
        model={"version": "model-1", "registry_event": 1},
    )


def publish_run(store: Store, run: int, snapshot: str = SNAPSHOT) -> Manifest:
    """Make a snapshot and publish it."""
    make_tables(store, run, snapshot)
    return publication_log.publish(
        store,
        snapshot,
        lambda: assembled(store, snapshot),
        published_at=PUBLISHED_AT,
        by={"run": "torture"},
        say=lambda _: None,
    )


def opened(store: Store, snapshot: str = SNAPSHOT) -> Publication:
    """Open the publication of a snapshot as readers do."""
    if isinstance(store, FolderStore):
        return open_publication(store.root, snapshot=snapshot)
    manifest = publication_log.current(store, snapshot)
    if manifest is None:
        raise not_run(store, snapshot)
    return Publication(store, manifest)


def run_seen(publication: Publication) -> int | str:
    """Return the run that all of a publication is of, or MIXED."""
    seen = [
        tuple(publication.table(title).collect()["run"].to_list()) for title in publication.tables
    ]
    file_run = int(publication.file(f"{FILE}.csv").split()[1])
    return file_run if set(seen) == {(file_run,) * ROWS} else MIXED


def seen_by_reader(store: Store, tally: Tally, where: str, snapshot: str = SNAPSHOT) -> int | str:
    """Read a snapshot whole: its run, or REFUSED; what must not be is counted."""
    try:
        seen = run_seen(opened(store, snapshot))
    except SpanishGasError:
        return REFUSED
    except Exception as error:  # whatever a reader meets is counted
        tally.tracebacks += 1
        tally.told.append(f"{where}: {type(error).__name__}: {error}")
        return REFUSED
    if seen == MIXED:
        tally.mixed_reads += 1
        tally.told.append(f"{where}: a reader saw two runs as one")
    return seen


def settle(store: Store, run: int, tally: Tally, where: str) -> None:
    """Run again, and count where that does not lead to the bytes of an undisturbed run."""
    try:
        publish_run(store, run)
        mended = run_seen(opened(store)) == run and publication_log.is_published(store, SNAPSHOT)
        same = publication_bytes(store) == bytes_of_run(run)
    except Exception as error:  # whatever a run meets is counted
        tally.hand_repairs += 1
        tally.tracebacks += not isinstance(error, SpanishGasError)
        tally.told.append(f"{where}: the next run: {type(error).__name__}: {error}")
        return
    if not (mended and same):
        tally.hand_repairs += 1
        tally.told.append(f"{where}: the next run does not lead to the undisturbed publication")


def publication_bytes(store: Store) -> dict[str, bytes]:
    """Return every object that a snapshot's publication names, with its bytes."""
    content = opened(store).manifest.content
    keys = [one.key for one in content.versions()] + [one.key for one in content.files.values()]
    return {key: store.read(key) for key in keys}


_UNDISTURBED: dict[int, dict[str, bytes]] = {}


def bytes_of_run(run: int) -> dict[str, bytes]:
    """Return the objects of a run that nothing disturbed."""
    if run not in _UNDISTURBED:
        from tempfile import TemporaryDirectory

        with TemporaryDirectory(prefix="torture") as folder:
            store = FolderStore(folder)
            publish_run(store, run)
            _UNDISTURBED[run] = publication_bytes(store)
    return _UNDISTURBED[run]
