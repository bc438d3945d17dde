"""Runs that stopped before they published, kept in the store for whoever reads publications.

``publication/stopped/2025-01-06.json`` says when a run of the snapshot stopped and why, and
``publication/stopped/months.json`` of a run of months; either is gone as soon as a run has come to
its end. A process that is killed leaves no such word, so each run notes in
``publication/stopped/begun/`` that it began, and takes the note away when it ends, well or not.
"""

import os
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage.sealed_json import find_sealed, sealed
from spanishgas_assets.storage.store import Store

#: Scope of a run of months, which no snapshot names.
MONTHS = "months"

_FOLDER = "publication/stopped/"
_BEGUN = f"{_FOLDER}begun/"
_REMEDY = "Delete it: the next run that stops writes it anew"
#: Reasons that are kept of one run; the rest follows from the first.
_MOST_REASONS = 5


@dataclass(frozen=True)
class StoppedRun:
    """A run that did not come to its end.

    Attributes:
        scope: the snapshot, or MONTHS.
        run_id: Dagster's.
        at: when the first step failed, ISO 8601 in UTC.
        reasons: what failed, first things first.
    """

    scope: str
    run_id: str
    at: str
    reasons: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, ready for JSON."""
        return {"run_id": self.run_id, "at": self.at, "reasons": list(self.reasons)}


@dataclass(frozen=True)
class BegunRun:
    """A run that began, and of which nobody has heard that it ended.

    Attributes:
        scope: the snapshot, or MONTHS.
        run_id: Dagster's.
        at: when it began, ISO 8601 in UTC.
        host: of the process.
        process: its id on the host.
    """

    scope: str
    run_id: str
    at: str
    host: str
    process: int

    @property
    def is_under_way(self) -> bool | None:
        """Whether its process is alive; None where that cannot be seen, from another host."""
        if self.host != socket.gethostname():
            return None
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True  # it is there, and another user's
        return True


def keep_begun(store: Store, scope: str, run_id: str, at: str) -> None:
    """Note that a run began in this process."""
    begun, key = BegunRun(scope, run_id, at, socket.gethostname(), os.getpid()), _begun_key(scope)
    store.write(key, sealed(key, asdict(begun)))


def forget_begun(store: Store, *scopes: str) -> None:
    """Take away the notes that runs began, because they ended, or another did."""
    left = [_begun_key(scope) for scope in scopes if store.exists(_begun_key(scope))]
    if left:
        store.delete(left)


def keep_stop(store: Store, stopped: StoppedRun) -> None:
    """Remember that a run stopped; further reasons of the same run join the first."""
    try:
        before = stopped_run(store, stopped.scope)
    except StoreError:
        before = None  # damaged: it is replaced
    if before and before.run_id == stopped.run_id:
        reasons = dict.fromkeys([*before.reasons, *stopped.reasons])
        stopped = StoppedRun(
            stopped.scope, stopped.run_id, before.at, tuple(reasons)[:_MOST_REASONS]
        )
    key = _key(stopped.scope)
    store.write(key, sealed(key, stopped.to_dict()))


def forget_stops(store: Store, *scopes: str) -> None:
    """Forget that runs stopped, because one has come to its end."""
    left = [_key(scope) for scope in scopes if store.exists(_key(scope))]
    if left:
        store.delete(left)


def stopped_run(store: Store, scope: str) -> StoppedRun | None:
    """Return the last run of a scope, if it stopped.

    Raises:
        StoreError: the file that says so is damaged.
    """
    found = find_sealed(store, _key(scope), _REMEDY)
    if found is None:
        return None
    return StoppedRun(scope, found["run_id"], found["at"], tuple(found["reasons"]))


def stopped_runs(store: Store) -> list[StoppedRun]:
    """Return every scope's last run that stopped, months last.

    Raises:
        StoreError: a file that says so is damaged.
    """
    found = [stopped_run(store, scope) for scope in _scopes(store, _FOLDER)]
    return [one for one in found if one is not None]


def notices(store: Store, snapshot: str) -> Iterator[str]:
    """Say what a reader of a snapshot's publication should know of runs since: a line each.

    Of the snapshot itself, of the latest later one, and of months.
    """
    for scope in _of_interest(_scopes(store, _FOLDER), snapshot):
        yield from _told(store, scope, snapshot, _stop_told)
    for scope in _of_interest(_scopes(store, _BEGUN), snapshot):
        yield from _told(store, scope, snapshot, _begin_told)


def _of_interest(scopes: Sequence[str], snapshot: str) -> list[str]:
    later = [scope for scope in scopes if snapshot < scope < MONTHS][-1:]
    return [scope for scope in (snapshot, *later, MONTHS) if scope in scopes]


def _told(
    store: Store, scope: str, snapshot: str, tell: Callable[[Store, str], str]
) -> Iterator[str]:
    try:
        said = tell(store, scope)
    except StoreError as error:
        yield str(error)
        return
    if said:
        yield f"{_named(scope, snapshot)} {said}"


def _stop_told(store: Store, scope: str) -> str:
    stopped = stopped_run(store, scope)
    if stopped is None:
        return ""
    return f"stopped at {stopped.at} and published nothing: {'; '.join(stopped.reasons)}"


def _begin_told(store: Store, scope: str) -> str:
    """Say what became of a run that began; nothing while its process is at work."""
    found = find_sealed(store, _begun_key(scope), _REMEDY)
    begun = BegunRun(**found) if found else None
    if begun is None or begun.is_under_way:
        return ""
    place = f"in process {begun.process} on {begun.host}"
    if begun.is_under_way is None:
        return f"began at {begun.at} {place} and has not ended: it is under way, or was killed"
    return f"began at {begun.at} {place}, which was killed, and did not end: run it again"


def _scopes(store: Store, folder: str) -> list[str]:
    """Return the scopes that have a word in a folder, months last; not of folders in it."""
    names = sorted(key.removeprefix(folder)[: -len(".json")] for key in store.keys(folder))
    return [name for name in names if "/" not in name]


def _named(scope: str, snapshot: str) -> str:
    if scope == MONTHS:
        return "A run of months"
    if scope == snapshot:
        return f"A newer run of {snapshot}"
    return f"A run of the later snapshot {scope}"


def last_words(stops: Sequence[str]) -> str:
    """Return notices as the end of a message; empty where there is none."""
    return "".join(f"\n{line}" for line in stops)


def _key(scope: str) -> str:
    return f"{_FOLDER}{scope}.json"


def _begun_key(scope: str) -> str:
    return f"{_BEGUN}{scope}.json"
