"""What callers recorded of their calls: one object per entry in the store, never changed.

An entry is ``dashboard/outcomes/{snapshot}/{customer}/{number}.json``. Its number is the next one
of the customer, and of two callers who write it at once one wins and the other learns of it. The
graph reads the entries beside the file ``campaign_outcomes.csv``: what a snapshot may know of them
is what was recorded before its as-of date.
"""

import dataclasses
import functools
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

import polars as pl
from pydantic import TypeAdapter, ValidationError

from spanishgas_assets.errors import SpanishGasError, StoreError
from spanishgas_assets.raw.typed_rows import Reading
from spanishgas_assets.storage.digests import digest_of
from spanishgas_assets.storage.sealed_json import read_sealed, sealed
from spanishgas_assets.storage.store import Store

#: Where entries are, below the store's root.
OUTCOMES = "dashboard/outcomes/"

REACHED, ACCEPTED, REFUSED, CALL_AGAIN = "reached", "accepted", "refused", "call_again"
#: What may become of a call.
RESULTS = [REACHED, ACCEPTED, REFUSED, CALL_AGAIN]
_CONTACTED = [REACHED, ACCEPTED, REFUSED]
#: Whether the offer was accepted; of the other results it is not known.
_ANSWERS = {ACCEPTED: 1, REFUSED: 0}

_AT_ONCE = 16
_REMEDY = (
    "Restore an earlier version of it, or move it out of the store: the call is then not counted"
)


class OutcomeConflictError(SpanishGasError):
    """Somebody else recorded an outcome of the same customer in between."""


@dataclass(frozen=True)
class Outcome:
    """What became of one call or message.

    Attributes:
        entry: name of the entry, made by who writes it: the same entry sent twice counts once.
        customer_id, offer, channel: whom the offer was made to, which, and how.
        snapshot, publication: where the offer was read.
        result: one of RESULTS.
        note: what else there is to say, without personal data; may be empty.
        by: who recorded it.
        at: when, ISO 8601 in UTC.
    """

    entry: str
    customer_id: str
    snapshot: str
    publication: int
    offer: str
    channel: str
    result: str
    note: str
    by: str
    at: str


class OutcomeJournal:
    """The entries of a store; those that were read are remembered, because none changes."""

    def __init__(self, store: Store) -> None:
        """Open the journal; nothing is read yet."""
        self.store = store
        self._read: dict[str, Outcome] = {}

    def of_snapshot(self, snapshot: str) -> list[Outcome]:
        """Return a snapshot's entries, by customer and in the order in which they were made.

        Raises:
            StoreError: an entry is damaged.
        """
        return self._below(f"{OUTCOMES}{snapshot}/")

    def of_customer(self, snapshot: str, customer_id: str) -> list[Outcome]:
        """Return a customer's entries of a snapshot, oldest first.

        Raises:
            StoreError: an entry is damaged.
        """
        return self._below(_folder(snapshot, customer_id))

    def before(self, day: date) -> list[Outcome]:
        """Return the entries that were made before a day, of all snapshots.

        Raises:
            StoreError: an entry is damaged.
        """
        return [one for one in self._below(OUTCOMES) if _day(one) < day]

    def record(self, outcome: Outcome, seen: int) -> None:
        """Add an entry as the next one after those that its writer has seen.

        Raises:
            OutcomeConflictError: there are newer ones; names who recorded what.
            StoreError: an entry is damaged.
        """
        if self._add(outcome, seen + 1):
            return
        others = self.of_customer(outcome.snapshot, outcome.customer_id)
        raise OutcomeConflictError(
            f"{others[-1].by} recorded {others[-1].result!r} for {outcome.customer_id} meanwhile"
        )

    def append(self, outcome: Outcome) -> None:
        """Add an entry after all there are: one that was kept while the store was away.

        Raises:
            StoreError: an entry is damaged.
        """
        number = len(self.of_customer(outcome.snapshot, outcome.customer_id)) + 1
        while not self._add(outcome, number):
            number += 1

    def _add(self, outcome: Outcome, number: int) -> bool:
        key = f"{_folder(outcome.snapshot, outcome.customer_id)}{number:06d}.json"
        if self.store.create(key, sealed(key, asdict(outcome))):
            return True
        # The answer to an earlier attempt may have been lost: then the entry is there already.
        return self._entry(key).entry == outcome.entry

    def _below(self, prefix: str) -> list[Outcome]:
        keys = self.store.keys(prefix)
        unread = [key for key in keys if key not in self._read]
        if len(unread) > 1:
            with ThreadPoolExecutor(_AT_ONCE) as pool:
                list(pool.map(self._entry, unread))
        return [self._entry(key) for key in keys]

    def _entry(self, key: str) -> Outcome:
        if key not in self._read:
            values = read_sealed(self.store, key, _REMEDY)
            self._read[key] = outcome_of(values, self.store.url(key))
        return self._read[key]


def outcome_of(values: Mapping[str, Any], place: str) -> Outcome:
    """Return an entry from the values of its document.

    Raises:
        StoreError: they are no entry; names the place.
    """
    try:
        outcome = _adapter().validate_python(values)
        _day(outcome)
    except (ValidationError, ValueError) as error:
        raise StoreError(f"{place} is damaged: it is no recorded outcome. {_REMEDY}") from error
    return outcome


def outcomes_drop(outcomes: Iterable[Outcome]) -> pl.DataFrame:
    """Turn entries into rows of ``campaign_outcomes.csv``, with file and row as a reading has them.

    Grain: one row per customer, offer and day; of several entries the last counts. Who asked to be
    called again was not reached: no cool-down begins. Whether the customer left is not known yet.
    """
    schema = {
        "customer_id": pl.String,
        "offer": pl.String,
        "offer_date": pl.Date,
        "result": pl.String,
        "at": pl.String,
    }
    rows = [(one.customer_id, one.offer, _day(one), one.result, one.at) for one in outcomes]
    return (
        pl.DataFrame(rows, schema=schema, orient="row")
        .sort("at")
        .unique(["customer_id", "offer", "offer_date"], keep="last", maintain_order=True)
        .sort("offer_date", "customer_id", "offer")
        .with_row_index("row", 1)
        .select(
            pl.lit(OUTCOMES.rstrip("/")).alias("file"),
            pl.col("row").cast(pl.Int64),
            "customer_id",
            "offer",
            "offer_date",
            pl.col("result").is_in(_CONTACTED).cast(pl.Int64).alias("contacted"),
            pl.col("result")
            .replace_strict(_ANSWERS, default=None, return_dtype=pl.Int64)
            .alias("accepted"),
            pl.lit(None, pl.Int64).alias("churned"),
            pl.lit(None, pl.Int64).alias("in_holdout"),
            pl.lit(None, pl.Float64).alias("churned_within_days"),
        )
    )


def with_recorded(reading: Reading, recorded: pl.DataFrame) -> Reading:
    """Add recorded outcomes to those of the file; both are of the same columns."""
    if recorded.is_empty():
        return reading
    own = reading.rows.select(
        *(
            pl.col(name) if name in reading.rows.columns else pl.lit(None, kind).alias(name)
            for name, kind in recorded.schema.items()
        )
    )
    return dataclasses.replace(reading, rows=pl.concat([own, recorded]))


def outcomes_version(file_version: str, outcomes: Sequence[Outcome]) -> str:
    """Return the version of the file and the entries together; the file's alone without any."""
    if not outcomes:
        return file_version
    entries = digest_of("\n".join(sorted(one.entry for one in outcomes)).encode())
    return f"{file_version}+{len(outcomes)}-{entries[:16]}"


def _folder(snapshot: str, customer_id: str) -> str:
    # A name that begins with a dot would be hidden, and two dots lead elsewhere.
    name = quote(customer_id, safe="").replace(".", "%2E")
    return f"{OUTCOMES}{snapshot}/{name}/"


def _day(outcome: Outcome) -> date:
    return datetime.fromisoformat(outcome.at).date()


@functools.cache
def _adapter() -> TypeAdapter[Outcome]:
    return TypeAdapter(Outcome)
