"""Runs that stopped before they published, kept in the store for whoever reads publications.

``publication/stopped/2025-01-06.json`` says when a run of the snapshot stopped and why, and
``publication/stopped/months.json`` of a run of months; either is gone as soon as a run has come to
its end. A process that was killed leaves no word.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage.sealed_json import find_sealed, sealed
from spanishgas_assets.storage.store import Store

#: Scope of a run of months, which no snapshot names.
MONTHS = "months"

_FOLDER = "publication/stopped/"
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
    found = [stopped_run(store, scope) for scope in _scopes(store)]
    return [one for one in found if one is not None]


def notices(store: Store, snapshot: str) -> Iterator[str]:
    """Say what a reader of a snapshot's publication should know of runs since: a line each.

    Of the snapshot itself, of the latest later one, and of months.
    """
    scopes = _scopes(store)
    later = [scope for scope in scopes if snapshot < scope < MONTHS][-1:]
    for scope in (one for one in (snapshot, *later, MONTHS) if one in scopes):
        try:
            stopped = stopped_run(store, scope)
        except StoreError as error:
            yield str(error)
            continue
        if stopped:
            yield f"{_named(scope, snapshot)} stopped at {stopped.at} and published nothing: " + (
                "; ".join(stopped.reasons)
            )


def _scopes(store: Store) -> list[str]:
    return sorted(key.removeprefix(_FOLDER)[: -len(".json")] for key in store.keys(_FOLDER))


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
