"""Every state that a loss of power allows, read and run again; mutants, which must be caught."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import polars as pl

from spanishgas_assets.publication.reader import Publication
from spanishgas_assets.publication.unneeded import Unneeded
from spanishgas_assets.storage import durable_files, publication_log
from spanishgas_assets.storage.folder import FolderStore
from spanishgas_assets.storage.manifests import Content, Manifest
from spanishgas_assets.storage.publication_log import pointer_key
from spanishgas_assets.storage.sealed_json import sealed
from spanishgas_assets.storage.store import Store
from spanishgas_assets.storage.table_versions import scan_tables
from torture.disk import files_below, lay_out, recorded, states
from torture.moves import MOVES, Move, prune_again, whole_manifests
from torture.scenario import (
    REFUSED,
    ROWS,
    SNAPSHOT,
    Tally,
    assembled,
    make_tables,
    no_waiting,
    publish_run,
    seen_by_reader,
    settle,
)

Mutant = Callable[[], AbstractContextManager[Any]]


def crash_states(mutant: Mutant = nullcontext, *, stop_at: int | None = None) -> Tally:
    """Lose power at every place of a publication, a roll-back and a prune.

    Args:
        mutant: replaces part of the code while it runs and while what it left is read.
        stop_at: so many faults are enough.
    """
    tally = Tally()
    for name, move in MOVES.items():
        with TemporaryDirectory(prefix="torture") as folder:
            root = Path(folder).resolve() / "store"
            root.mkdir()
            move.prepare(FolderStore(str(root)))
            before = files_below(root)
            with mutant(), recorded(root) as steps:
                move.act(FolderStore(str(root)))
        for number, state in enumerate(states(before, steps)):
            _look_after_crash(state, move, tally, f"{name}, state {number}", mutant)
            if stop_at is not None and tally.faults >= stop_at:
                return tally
    return tally


def _look_after_crash(
    state: dict[str, bytes], move: Move, tally: Tally, where: str, mutant: Mutant
) -> None:
    tally.tried += 1
    with TemporaryDirectory(prefix="torture") as folder, no_waiting():
        lay_out(Path(folder), state)
        with mutant():
            seen = seen_by_reader(FolderStore(folder), tally, where)
            whole_manifests(FolderStore(folder), tally, where)
        if seen not in move.seen or (seen == REFUSED and pointer_key(SNAPSHOT) in state):
            tally.rows_lost += ROWS
            tally.told.append(f"{where}: what was published is not to be read: {seen}")
        prune_again(FolderStore(folder), tally, where)
        settle(FolderStore(folder), move.next_run, tally, where)


def races() -> Tally:
    """Let a publisher be overtaken while it assembles; its manifest supersedes the winner's."""
    tally = Tally(tried=1)
    with TemporaryDirectory(prefix="torture") as folder:
        store = FolderStore(folder)
        publish_run(store, 1)
        overtaken: list[Manifest] = []

        def assemble() -> Content:
            make_tables(store, 3)
            found = assembled(store)
            if not overtaken:
                overtaken.append(publish_run(FolderStore(folder), 2))
                make_tables(store, 3)
            return found

        last = publication_log.publish(
            store, SNAPSHOT, assemble, published_at="2025-01-07T12:00:00+00:00", by={}, say=str
        )
        if last.supersedes != overtaken[0].number:
            tally.rows_lost += ROWS
            tally.told.append("a publication was replaced by one that had not seen it")
    return tally


@contextmanager
def _without_file_flush() -> Iterator[None]:
    with patch.object(durable_files, "flush_file", lambda _: None):
        yield


@contextmanager
def _without_folder_flush() -> Iterator[None]:
    with patch.object(durable_files, "flush_folder", lambda _: None):
        yield


@contextmanager
def _without_removal_flush() -> Iterator[None]:
    with patch.object(durable_files, "flush_removals", lambda *_: None):
        yield


@contextmanager
def _objects_first() -> Iterator[None]:
    def removed(store: Store, chosen: Unneeded) -> None:
        for key in reversed(chosen.keys):
            store.delete([key])

    with patch("torture.moves.remove", removed):
        yield


@contextmanager
def _without_compare() -> Iterator[None]:
    def swap(self: FolderStore, key: str, data: bytes, version: str | None) -> bool:  # noqa: ARG001
        self.write(key, data)
        return True

    with patch.object(FolderStore, "swap", swap):
        yield


@contextmanager
def _pointer_first() -> Iterator[None]:
    create = publication_log._create  # a mutant of it

    def pointed(store: Store, unnumbered: Manifest) -> Manifest:
        number = max(publication_log.numbers(store), default=0) + 1
        key = publication_log.pointer_key(SNAPSHOT)
        place = store.read_version(key)
        pointer = sealed(key, {"number": number, "snapshot": SNAPSHOT})
        store.swap(key, pointer, place[1] if place else None)
        return create(store, unnumbered)

    with patch.object(publication_log, "_create", pointed):
        yield


@contextmanager
def _without_pointer() -> Iterator[None]:
    def table(self: Publication, name: str) -> pl.LazyFrame:
        return scan_tables(self.store, [f"{name}/{self.snapshot}"])

    with patch.object(Publication, "table", table):
        yield


#: Faults of the code, by name, that the crash states or the race must catch.
MUTANTS: dict[str, Mutant] = {
    "removals are not flushed": _without_removal_flush,
    "a prune removes tables before manifests": _objects_first,
    "content is not flushed": _without_file_flush,
    "folders are not flushed": _without_folder_flush,
    "pointers move without comparing": _without_compare,
    "the pointer moves before its manifest is there": _pointer_first,
    "readers follow no pointer": _without_pointer,
}


def caught(name: str) -> bool:
    """Say whether a mutant is noticed."""
    mutant = MUTANTS[name]
    with mutant():
        raced = races()
    return raced.faults > 0 or crash_states(mutant, stop_at=1).faults > 0
