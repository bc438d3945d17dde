"""Outcomes and accesses, written to the store at once or, while it is away, kept and sent later."""

import threading
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from spanishgas_assets.dashboard.access_log import Access, access_of, write_access
from spanishgas_assets.dashboard.held_entries import HeldEntries
from spanishgas_assets.dashboard.published_frames import AWAY
from spanishgas_assets.errors import StoreUnavailableError
from spanishgas_assets.retention.recorded_outcomes import Outcome, OutcomeJournal, outcome_of
from spanishgas_assets.storage.publication_log import LATEST
from spanishgas_assets.storage.store import Store

_OUTCOME, _ACCESS = "outcome", "access"


@dataclass
class KeptRecords:
    """What the dashboard writes; nothing that a person recorded is lost.

    Attributes:
        store: where entries belong.
        held: where they wait.
    """

    store: Store
    held: HeldEntries
    _journal: OutcomeJournal = field(init=False)
    _last: dict[str, list[Outcome]] = field(default_factory=dict)
    _sending: Any = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        """Open the journal."""
        self._journal = OutcomeJournal(self.store)

    def outcomes(self, snapshot: str) -> list[Outcome]:
        """Return a snapshot's outcomes: those of the store, and behind them those that wait.

        While the store is away, what was read last counts.

        Raises:
            StoreError: an entry is damaged.
        """
        try:
            self._last[snapshot] = self._journal.of_snapshot(snapshot)
        except AWAY:
            self._last.setdefault(snapshot, [])
        known = self._last[snapshot]
        sent = {one.entry for one in known}
        waiting = [one for one in self._waiting_outcomes() if one.snapshot == snapshot]
        return [*known, *(one for one in waiting if one.entry not in sent)]

    def record(self, outcome: Outcome, seen: int) -> bool:
        """Record an outcome; returns whether the store has it (else it waits on this machine).

        Args:
            outcome: what to record.
            seen: how many outcomes of the customer its writer has seen.

        Raises:
            OutcomeConflictError: somebody else recorded one in between.
        """
        try:
            self._refuse_a_strange_store()
            self._journal.record(outcome, seen)
        except AWAY:
            self.held.keep(_name(outcome.at, outcome.entry), _OUTCOME, asdict(outcome))
            return False
        return True

    def log(self, access: Access) -> None:
        """Write an entry of the access log, or keep it for later."""
        try:
            self._refuse_a_strange_store()
            write_access(self.store, access)
        except AWAY:
            self.held.keep(_name(access.at, access.entry), _ACCESS, asdict(access))

    def waiting(self) -> int:
        """Return how many outcomes wait for the store."""
        return len(self._waiting_outcomes())

    def send(self) -> int:
        """Send what waits, oldest first; returns how many entries were sent.

        Raises:
            StoreError: an entry is damaged, or the store is still away.
        """
        sent = 0
        with self._sending:
            for name in self.held.names():
                self._refuse_a_strange_store()
                kind, content = self.held.read(name)
                if kind == _OUTCOME:
                    outcome = outcome_of(content, name)
                    known = self._journal.of_customer(outcome.snapshot, outcome.customer_id)
                    if outcome.entry not in {one.entry for one in known}:
                        self._journal.append(outcome)
                else:
                    write_access(self.store, access_of(content, name))
                self.held.remove(name)
                sent += 1
        return sent

    def _waiting_outcomes(self) -> Sequence[Outcome]:
        found = []
        for name in self.held.names():
            try:
                kind, content = self.held.read(name)
            except FileNotFoundError:  # it was sent in between
                continue
            if kind == _OUTCOME:
                found.append(outcome_of(content, name))
        return found

    def _refuse_a_strange_store(self) -> None:
        """A folder that is not mounted takes whatever is written, and loses it when it is back."""
        if not self.store.exists(LATEST):
            raise StoreUnavailableError(f"{self.store.root} is not the store that was read")


def _name(at: str, entry: str) -> str:
    return f"{at[:19].replace(':', '')}-{entry}"
