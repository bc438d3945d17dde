"""What was taken up of every drop, and the batches under way: objects in the store.

The sensor is the ledger's only writer; a person who arms a failed batch again puts a mark beside
it. Its size follows the drops and their months, never the number of files. What happened to a
batch's runs is not in it but in the instance: a tick that dies between the two loses nothing.
"""

import json
from dataclasses import dataclass, field
from typing import Any

from spanishgas_assets.operations.arrivals.batches import Batch
from spanishgas_assets.operations.arrivals.listing import Seen
from spanishgas_assets.storage.store import Store

_FOLDER = "operations/arrivals/"
_LEDGER, _DIGESTS = f"{_FOLDER}ledger.json", f"{_FOLDER}digests.json"
_MARKS, _FOUND = f"{_FOLDER}rearmed/", f"{_FOLDER}found/"


@dataclass
class Ledger:
    """What was taken up (digest by drop and unit), and the open batch of each drop.

    ``began_at`` is when the ledger was begun, ``numbers`` counts the batches opened of each drop,
    and ``troubles`` says of the open batches that failed or wait why they do.
    """

    began_at: float = 0.0
    taken: dict[str, dict[str, str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    open: dict[str, Batch] = field(default_factory=dict)
    troubles: dict[str, str] = field(default_factory=dict)

    def close(self, batch: Batch) -> None:
        """Note that a batch was run to its end."""
        self.taken.setdefault(batch.drop, {}).update(batch.units)
        del self.open[batch.drop]


def read_ledger(store: Store) -> Ledger:
    """Read the ledger; an empty one where there is none yet."""
    known = _read(store, _LEDGER)
    batches = {drop: Batch.from_dict(one) for drop, one in known.pop("open", {}).items()}
    return Ledger(open=batches, **known)


def write_ledger(store: Store, ledger: Ledger) -> None:
    """Write the ledger, at once and whole, if anything in it is new."""
    _write(
        store,
        _LEDGER,
        {
            "began_at": ledger.began_at,
            "taken": ledger.taken,
            "numbers": ledger.numbers,
            "open": {drop: one.to_dict() for drop, one in ledger.open.items()},
            "troubles": ledger.troubles,
        },
    )


def read_digests(store: Store) -> dict[str, Seen]:
    """Read the digests of a raw folder's files, as they were at the last look."""
    return {key: tuple(seen) for key, seen in _read(store, _DIGESTS).items()}


def write_digests(store: Store, digests: dict[str, Seen]) -> None:
    """Write the digests of a raw folder's files."""
    store.write(_DIGESTS, json.dumps(digests).encode())


def rearm(store: Store, batch: str) -> int:
    """Let a failed or waiting batch be tried again; returns which try it will be, from 1."""
    tries = times_rearmed(store, batch)
    while not store.create(f"{_MARKS}{batch}/{tries + 1}.json", b"{}\n"):
        tries += 1
    return tries + 1


def times_rearmed(store: Store, batch: str) -> int:
    """Return how often a batch was armed again."""
    return len(store.keys(f"{_MARKS}{batch}/"))


@dataclass(frozen=True)
class Found:
    """What the arrival of a batch made stale.

    Attributes:
        months: month keys to ingest again, in order.
        unready: of these, the months that lack rows of a raw file: that file's names.
        snapshot: whether the batch's snapshot no longer follows from its inputs.
    """

    months: list[str]
    unready: dict[str, list[str]]
    snapshot: bool


def read_found(store: Store, batch: str) -> Found | None:
    """Read what a batch's arrival made stale; None if the store has lost it."""
    known = _read(store, f"{_FOUND}{batch}.json")
    return Found(**known) if known else None


def write_found(store: Store, batch: str, found: Found) -> None:
    """Write what a batch's arrival made stale."""
    _write(store, f"{_FOUND}{batch}.json", vars(found))


def _read(store: Store, key: str) -> dict[str, Any]:
    known: dict[str, Any] = json.loads(store.read(key)) if store.exists(key) else {}
    return known


def _write(store: Store, key: str, data: dict[str, Any]) -> None:
    text = (json.dumps(data, indent=1) + "\n").encode()
    if not store.exists(key) or store.read(key) != text:
        store.write(key, text)
