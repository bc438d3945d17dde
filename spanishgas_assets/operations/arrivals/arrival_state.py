"""The state of the arrivals: what was processed of every drop, and the open batches.

Objects in the store. The sensor is the only writer of the state; a person who retries a failed
batch adds a mark beside it. Its size depends on the drops and their months, not on the number of
files. The outcome of a batch's runs is in the instance, not here: a tick that dies between the two
loses nothing.
"""

from dataclasses import dataclass, field
from typing import Any

from spanishgas_assets.operations.arrivals.batches import Batch
from spanishgas_assets.operations.arrivals.listing import FileDigest
from spanishgas_assets.operations.former_names import with_current_names
from spanishgas_assets.storage.state_files import (
    Seconds,
    of_json,
    read_sealed_state,
    write_state_file,
)
from spanishgas_assets.storage.store import Store

_FOLDER = "operations/arrivals/"
_STATE, _DIGESTS = f"{_FOLDER}ledger.json", f"{_FOLDER}digests.json"
_MARKS, _IMPACTS = f"{_FOLDER}rearmed/", f"{_FOLDER}found/"
_FORMER_NAMES = {"taken": "processed", "troubles": "problems"}

_STATE_REMEDY = (
    "Restore an earlier version of it, or delete it: then the sensor examines every drop anew, and "
    "what is up to date is not made again."
)
_DIGESTS_REMEDY = "Delete it: the sensor reads every raw file once and writes it anew."
_IMPACT_REMEDY = "Delete it, and run spanishgas retry-batch {batch}."


@dataclass
class ArrivalState:
    """What was processed (digest by drop and unit), and the open batch of each drop.

    Attributes:
        began_at: when this state was created, in seconds since 1970.
        processed: digest of the content that was last processed, by drop and unit.
        numbers: count of the batches that were opened, by drop.
        open: the open batch of each drop.
        problems: why an open batch failed or waits, by drop.
    """

    began_at: Seconds = 0.0
    processed: dict[str, dict[str, str]] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)
    open: dict[str, Batch] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    def close(self, batch: Batch) -> None:
        """Record that all runs of a batch succeeded."""
        self.processed.setdefault(batch.drop, {}).update(batch.units)
        del self.open[batch.drop]


def read_state(store: Store) -> ArrivalState:
    """Read the state; an empty one where there is none yet.

    Raises:
        StoreError: the state is damaged.
    """
    return read_sealed_state(store, _STATE, _parse, _STATE_REMEDY) or ArrivalState()


def write_state(store: Store, state: ArrivalState) -> None:
    """Write the state, if anything in it changed."""
    write_state_file(
        store,
        _STATE,
        {
            "began_at": state.began_at,
            "processed": state.processed,
            "numbers": state.numbers,
            "open": {drop: batch.to_dict() for drop, batch in state.open.items()},
            "problems": state.problems,
        },
    )


def read_digests(store: Store) -> dict[str, FileDigest]:
    """Read the digests of a raw folder's files, as of the last evaluation.

    Raises:
        StoreError: the digests are damaged.
    """

    def parse(values: Any) -> dict[str, FileDigest]:
        return of_json(dict[str, FileDigest], values)

    return read_sealed_state(store, _DIGESTS, parse, _DIGESTS_REMEDY) or {}


def write_digests(store: Store, digests: dict[str, FileDigest]) -> None:
    """Write the digests of a raw folder's files."""
    write_state_file(store, _DIGESTS, digests)


def request_retry(store: Store, batch: str) -> int:
    """Request a retry of a failed or waiting batch; returns the number of the retry, from 1."""
    retries = retries_requested(store, batch)
    while not store.create(f"{_MARKS}{batch}/{retries + 1}.json", b"{}\n"):
        retries += 1
    return retries + 1


def retries_requested(store: Store, batch: str) -> int:
    """Return how many retries of a batch were requested."""
    return len(store.keys(f"{_MARKS}{batch}/"))


@dataclass(frozen=True)
class ArrivalImpact:
    """The partitions that the arrival of a batch made stale.

    Attributes:
        months: month keys to ingest again, in order.
        unready: of these, the months that lack rows of a raw file: that file's names.
        snapshot: whether the batch's snapshot no longer follows from its inputs.
    """

    months: list[str]
    unready: dict[str, list[str]]
    snapshot: bool


def read_impact(store: Store, batch: str) -> ArrivalImpact | None:
    """Read the impact of a batch; None if the store does not have it.

    Raises:
        StoreError: the impact is damaged.
    """

    def parse(values: Any) -> ArrivalImpact:
        return of_json(ArrivalImpact, values)

    remedy = _IMPACT_REMEDY.format(batch=batch)
    return read_sealed_state(store, f"{_IMPACTS}{batch}.json", parse, remedy)


def write_impact(store: Store, batch: str, impact: ArrivalImpact) -> None:
    """Write the impact of a batch."""
    write_state_file(store, f"{_IMPACTS}{batch}.json", vars(impact))


def _parse(values: Any) -> ArrivalState:
    state = of_json(ArrivalState, with_current_names(values, _FORMER_NAMES))
    strange = state.problems.keys() - state.open.keys()
    if strange:
        raise ValueError(f"it has problems of {', '.join(sorted(strange))}, which no batch has")
    return state
