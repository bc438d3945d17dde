"""What a caller has entered and not recorded yet: kept over a session's end and a new start."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from spanishgas_assets.dashboard.held_entries import HeldEntries
from spanishgas_assets.text.pii import redact_text

#: What nobody came back to is removed after this long.
KEPT_DAYS = 7

_DRAFT = "draft"


@dataclass(frozen=True)
class Draft:
    """What a person has entered for a customer.

    Attributes:
        by: who entered it.
        customer_id: about whom.
        result: what was chosen, one of ``RESULTS``; None while nothing is.
        note: as entered, without the personal data that was recognised.
        at: when, ISO 8601 in UTC.
    """

    by: str
    customer_id: str
    result: str | None
    note: str
    at: str


@dataclass(frozen=True)
class Drafts:
    """The drafts of all users, on this machine.

    Attributes:
        held: where they are.
    """

    held: HeldEntries

    def keep(self, draft: Draft) -> None:
        """Keep a draft in place of the person's earlier one; an empty one removes it."""
        name = _name(draft.by, draft.customer_id)
        if draft.result is None and not draft.note.strip():
            self.held.remove(name)
            return
        content = asdict(draft) | {"note": redact_text(draft.note)}
        self.held.keep(name, _DRAFT, content)

    def of(self, by: str, customer_id: str) -> Draft | None:
        """Return a person's draft for a customer, or None."""
        return self._read(_name(by, customer_id))

    def of_person(self, by: str) -> Sequence[Draft]:
        """Return a person's drafts, oldest first."""
        found = [draft for name in self.held.names() if (draft := self._read(name)) is not None]
        return sorted((one for one in found if one.by == by), key=lambda one: one.at)

    def forget(self, by: str, customer_id: str) -> None:
        """Remove a draft: what it held is recorded."""
        self.held.remove(_name(by, customer_id))

    def remove_old(self, now: datetime) -> None:
        """Remove what is older than ``KEPT_DAYS``, and what cannot be read."""
        since = now - timedelta(days=KEPT_DAYS)
        for name in self.held.names():
            draft = self._read(name)
            if draft is None or datetime.fromisoformat(draft.at) < since:
                self.held.remove(name)

    def _read(self, name: str) -> Draft | None:
        try:
            _, content = self.held.read(name)
            return Draft(**content)
        except (FileNotFoundError, json.JSONDecodeError, KeyError, TypeError):
            return None


def _name(by: str, customer_id: str) -> str:
    """Return a name of a file: ids may hold what no file's name may."""
    return sha256(f"{by}\n{customer_id}".encode()).hexdigest()
