"""Which model serves: a log of entries that only grows, one winner for each next place in it.

The log is ``churn/promotions/000001.json`` and so on. An entry is written on the condition that its
place is free, so of two that move the champion at once one is told to look again; and nothing that
was written is ever changed, so the history is complete. Entries and decisions are sealed: one that
is damaged, missing, or in another's place is named, never used. ``churn/registry_head.json`` counts
the entries, so that the last one is missed, too; it is written after an entry.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import date
from typing import Any, Literal

from spanishgas_assets.churn.gate.gate import GateDecision
from spanishgas_assets.churn.model.churn_model import load
from spanishgas_assets.errors import RegistryError, StoreError, StoreUnavailableError
from spanishgas_assets.storage.sealed_json import find_sealed, opened, sealed, unsealed
from spanishgas_assets.storage.state_files import of_json, read_state_file
from spanishgas_assets.storage.store import Store

LOG = "churn/promotions"
HEAD = "churn/registry_head.json"
GATE = "gate"
_DECISIONS = "churn/decisions/"
#: A decision under its snapshot; the others are under their versions.
_OF_DAY = re.compile(r"\d{4}-\d{2}-\d{2}\.json")
_ATTEMPTS = 5

_ENTRY_REMEDY = (
    "Restore it from a backup or an earlier version of the object: the log of the champions must "
    "be whole (docs/operations.md)"
)
_HEAD_REMEDY = "Run the snapshot again: `spanishgas run` counts the registry's events anew"
_VERDICT_REMEDY = (
    "Restore it from a backup or an earlier version of the object (docs/operations.md)"
)
_DECISION_REMEDY = (
    f"{_VERDICT_REMEDY}; or delete it: a model that does not serve is judged again when its "
    "snapshot is run with --train"
)

#: The fields of what earlier releases wrote without a checksum.
_FORMER_ENTRY = frozenset({"version", "snapshot", "metrics", "action", "by", "why"})
_FORMER_DECISION = frozenset({"version", "accepted", "rules", "metrics"})

Action = Literal["promote", "approve", "reject", "roll_back"]
Status = Literal["champion", "former", "approved", "rejected", "rolled_back", "candidate"]


@dataclass(frozen=True)
class ChampionEntry:
    """One move: what was done to a version, from which snapshot on, by whom and why.

    ``metrics``: the figures it passed the gate with; empty for what is no promotion.
    """

    version: str
    snapshot: str
    metrics: dict[str, float] = field(default_factory=dict)
    action: Action = "promote"
    by: str = GATE
    why: str = ""


class Registry:
    """The promotions and decisions in a store."""

    def __init__(self, store: Store) -> None:
        """Open the registry; nothing is read yet."""
        self.store = store

    def history(self) -> list[ChampionEntry]:
        """Return every move, oldest first.

        Raises:
            StoreError: an entry is damaged, missing, or in another's place.
        """
        return self._entries(self._counted())

    def known_versions(self) -> set[str]:
        """Return every version that was ever judged, promoted or decided about.

        Raises:
            StoreError: as for :meth:`history`.
        """
        judged = (key.removeprefix(_DECISIONS) for key in self.store.keys(_DECISIONS))
        versions = {name.removesuffix(".json") for name in judged if not _OF_DAY.fullmatch(name)}
        return versions | {entry.version for entry in self.history()}

    def promotions(self) -> list[ChampionEntry]:
        """Return the promotions that stand, oldest snapshot first (:func:`standing_promotions`).

        Raises:
            StoreError: as for :meth:`history`.
        """
        return standing_promotions(self.history())

    def champion(self, as_of: date) -> ChampionEntry | None:
        """Return the latest promotion whose snapshot is not after a date."""
        known = [entry for entry in self.promotions() if entry.snapshot <= as_of.isoformat()]
        return known[-1] if known else None

    def is_overruled(self, version: str, snapshot: date) -> bool:
        """Say whether a person let another model serve a snapshot after this one was judged."""
        moves = self._moves(version, snapshot)
        last = moves[-1] if moves else None
        return (
            last is not None
            and last.action == "promote"
            and last.by != GATE
            and last.version != version
            and self.decision_about(version) is not None
        )

    def is_moved_by_person(self, version: str, snapshot: date) -> bool:
        """Say whether a person ever decided about a model, or about who serves its snapshot."""
        return any(entry.by != GATE for entry in self._moves(version, snapshot))

    def _moves(self, version: str, snapshot: date) -> list[ChampionEntry]:
        day = snapshot.isoformat()
        return [one for one in self.history() if one.snapshot == day or one.version == version]

    def status(self, version: str) -> Status:
        """Say where a version stands: what was last done to it, and whether it serves now."""
        standing = self.promotions()
        if standing and standing[-1].version == version:
            return "champion"
        last: Status = "candidate"
        for entry in self.history():
            if entry.version == version:
                last = _AFTER[entry.action]
        return last

    def promote(
        self, version: str, snapshot: date, decision: GateDecision, *, by: str = GATE, why: str = ""
    ) -> ChampionEntry | None:
        """Record the gate's decision and, if it accepts, let the version serve from a snapshot on.

        Returns the champion as of the snapshot. A refused version adds nothing to the log, and so
        does one that is the snapshot's champion already; another promotion of the same snapshot
        is replaced.

        Raises:
            ValueError: the decision is about another version.
            StoreError: the version is not in the store, or damaged.
            RegistryError: another promotion came between.
        """
        length = len(self.history())
        self.record(snapshot, decision, version)
        if decision.accepted:
            load(self.store, version)
            day = snapshot.isoformat()
            standing = {entry.snapshot: entry.version for entry in self.promotions()}
            if standing.get(day) != version:
                entry = ChampionEntry(version, day, decision.metrics, by=by, why=why)
                self._append(entry, length)
        return self.champion(snapshot)

    def record(self, snapshot: date, decision: GateDecision, version: str) -> None:
        """Keep the gate's decision, under the snapshot and under the version.

        Raises:
            ValueError: the decision is about another version.
        """
        if decision.version != version:
            raise ValueError(f"the decision is about {decision.version}, not about {version}")
        for name in (snapshot.isoformat(), version):
            key = _decision_key(name)
            self.store.write(key, sealed(key, decision.to_dict()))

    def approve(self, version: str, *, by: str, why: str) -> None:
        """Record that a person lets a version serve that the gate accepted.

        Raises:
            RegistryError: the gate refused the version, or never saw it.
            StoreError: the version is not in the store, or damaged.
        """
        load(self.store, version)
        self.require_accepted(version)
        self._decide("approve", version, by, why)

    def reject(self, version: str, *, by: str, why: str) -> None:
        """Record that a person keeps a version from serving.

        Raises:
            RegistryError: the version serves now: that is a matter of rolling back.
            StoreError: the version is not in the store, or damaged.
        """
        load(self.store, version)
        if self.status(version) == "champion":
            raise RegistryError(
                f"{version} serves now; withdraw it: spanishgas model rollback --by ... --why ..."
            )
        self._decide("reject", version, by, why)

    def roll_back(self, *, by: str, why: str) -> tuple[ChampionEntry, ChampionEntry]:
        """Take the latest champion back; the one before it serves again.

        Returns the entry taken back and the one that serves now.

        Raises:
            RegistryError: there is none before it, or another move came between.
            StoreError: the one before it is damaged.
        """
        history = self.history()
        standing = standing_promotions(history)
        if not standing:
            raise RegistryError(
                "nothing to roll back to: there is no champion; train another model first"
            )
        latest = standing[-1]
        taken = ChampionEntry(latest.version, latest.snapshot, {}, "roll_back", by, why)
        left = standing_promotions([*history, taken])
        if not left:
            raise RegistryError(
                f"nothing to roll back to: {latest.version} is the only champion; train another "
                "model first"
            )
        load(self.store, left[-1].version)
        self._append(taken, len(history))
        return latest, left[-1]

    def decision(self, snapshot: date) -> GateDecision | None:
        """Return the gate's last decision for a snapshot."""
        return self._decision(snapshot.isoformat())

    def decision_about(self, version: str) -> GateDecision | None:
        """Return the gate's last decision about a version."""
        return self._decision(version)

    def without_verdict(self, version: str) -> str:
        """Say why there is no decision about a version: it was never judged, or it is gone."""
        entries = enumerate(self.history(), start=1)
        promoted = [n for n, one in entries if one.version == version and one.by == GATE]
        if not promoted:
            return f"the gate has not judged {version}: run its snapshot first"
        return (
            f"{self.store.url(_decision_key(version))} is not in the store, although the gate "
            f"promoted {version} (registry event {promoted[-1]}). {_VERDICT_REMEDY}"
        )

    def require_accepted(self, version: str) -> GateDecision:
        """Return the gate's decision about a version.

        Raises:
            RegistryError: the gate refused it, or never saw it.
        """
        decision = self.decision_about(version)
        if decision is None:
            raise RegistryError(self.without_verdict(version))
        if not decision.accepted:
            raise RegistryError(f"the gate refused it, so it cannot serve:\n{decision.explain()}")
        return decision

    def _decision(self, name: str) -> GateDecision | None:
        key = _decision_key(name)

        def parse(values: Any) -> GateDecision:
            return GateDecision.from_dict(unsealed(key, values, _FORMER_DECISION))

        return read_state_file(self.store, key, parse, _DECISION_REMEDY)

    def _decide(self, action: Action, version: str, by: str, why: str) -> None:
        length = len(self.history())
        self._append(ChampionEntry(version, version[:10], {}, action, by, why), length)

    def _append(self, entry: ChampionEntry, length: int) -> None:
        """Write the next entry of a log that had ``length`` when the writer last looked."""
        key = _entry_key(length + 1)
        if not self.store.create(key, sealed(key, asdict(entry))):
            raise RegistryError(
                f"{self.store.url(key)} was written meanwhile: another process changed the "
                "champion; see spanishgas model list and try again"
            )
        self._count(length + 1)

    def settle(self) -> None:
        """Count the events anew where the count is damaged, missing, or behind.

        It is behind where a process ended between an event and its count.

        Raises:
            StoreError: an entry is damaged or gone.
        """
        try:
            counted = self._counted()
        except StoreUnavailableError:
            raise
        except StoreError:
            counted = 0
        events = len(self._entries(counted))
        if events:
            self._count(events)

    def _count(self, events: int) -> None:
        """Let the head count so many events, unless it counts more."""
        for _ in range(_ATTEMPTS):
            place = self.store.read_version(HEAD)
            try:
                counted = int(opened(HEAD, place[0])["events"]) if place else 0
            except StoreError:
                counted = 0
            if counted >= events:
                return
            head = sealed(HEAD, {"events": events})
            if self.store.swap(HEAD, head, place[1] if place else None):
                return
        raise StoreUnavailableError(f"{self.store.url(HEAD)} was moved by others; run again")

    def _counted(self) -> int:
        head = find_sealed(self.store, HEAD, _HEAD_REMEDY)
        return int(head["events"]) if head else 0

    def _entries(self, counted: int) -> list[ChampionEntry]:
        """Return every entry; no listing is asked to say where they end, as it may lag behind."""
        listed = self.store.keys(f"{LOG}/")
        last = max([counted, len(listed), *map(_number, listed)])
        found: list[ChampionEntry] = []
        while True:
            key = _entry_key(len(found) + 1)
            entry = self._entry(key)
            if entry is not None:
                found.append(entry)
            elif len(found) >= last:
                return found
            else:
                later = [self.store.url(one) for one in listed if _number(one) > len(found)]
                kept = ", ".join(later) or f"{self.store.url(HEAD)}, which counts {counted}"
                raise StoreError(f"{self.store.url(key)} is gone, but not {kept}. {_ENTRY_REMEDY}")

    def _entry(self, key: str) -> ChampionEntry | None:
        def parse(values: Any) -> ChampionEntry:
            entry = of_json(ChampionEntry, unsealed(key, values, _FORMER_ENTRY))
            date.fromisoformat(entry.snapshot)
            return entry

        return read_state_file(self.store, key, parse, _ENTRY_REMEDY)


def standing_promotions(history: Sequence[ChampionEntry]) -> list[ChampionEntry]:
    """Return the promotions of a history that stand, oldest snapshot first.

    The last promotion of a snapshot counts. Rolled-back versions do not; where one replaced another
    of its snapshot, that one stands again, unless a person rejected it meanwhile.
    """
    promoted: list[ChampionEntry] = []
    for entry in history:
        if entry.action == "promote":
            promoted.append(entry)
        elif entry.action == "roll_back":
            promoted = [one for one in promoted if one.version != entry.version]
        elif entry.action == "reject":
            last = _last_by_snapshot(promoted)
            promoted = [
                one for one in promoted if one.version != entry.version or last[one.snapshot] is one
            ]
    standing = _last_by_snapshot(promoted)
    return [standing[day] for day in sorted(standing)]


def _last_by_snapshot(promoted: Sequence[ChampionEntry]) -> dict[str, ChampionEntry]:
    return {entry.snapshot: entry for entry in promoted}


_AFTER: Mapping[Action, Status] = {
    "promote": "former",
    "approve": "approved",
    "reject": "rejected",
    "roll_back": "rolled_back",
}


def _decision_key(name: str) -> str:
    return f"{_DECISIONS}{name}.json"


def _entry_key(number: int) -> str:
    return f"{LOG}/{number:06d}.json"


def _number(key: str) -> int:
    """Return the number of an entry; 0 where the name has none."""
    name = key.removeprefix(f"{LOG}/").removesuffix(".json")
    return int(name) if name.isdecimal() else 0
