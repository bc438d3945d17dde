"""Which model serves: one pointer, moved only by an accepted decision."""

import json
from dataclasses import asdict, dataclass
from datetime import date

from spanishgas_assets.churn.gate import GateDecision
from spanishgas_assets.churn.model import load
from spanishgas_assets.errors import StoreError
from spanishgas_assets.storage.store import Store

POINTER = "churn/champion.json"


@dataclass(frozen=True)
class ChampionEntry:
    """One promotion: the version that serves from a snapshot on, and the figures it passed with."""

    version: str
    snapshot: str
    metrics: dict[str, float]


class Registry:
    """The promotions and decisions in a store."""

    def __init__(self, store: Store) -> None:
        """Open the registry; nothing is read yet."""
        self.store = store

    def promotions(self) -> list[ChampionEntry]:
        """Return every promotion, oldest snapshot first.

        Raises:
            StoreError: the pointer cannot be read as one.
        """
        if not self.store.exists(POINTER):
            return []
        try:
            entries = json.loads(self.store.read(POINTER))["promotions"]
            return [ChampionEntry(**entry) for entry in entries]
        except (ValueError, KeyError, TypeError) as error:
            raise StoreError(
                f"{self.store.url(POINTER)} is damaged; restore it, or remove it and train again"
            ) from error

    def champion(self, as_of: date) -> ChampionEntry | None:
        """Return the latest promotion whose snapshot is not after a date."""
        known = [entry for entry in self.promotions() if entry.snapshot <= as_of.isoformat()]
        return known[-1] if known else None

    def promote(self, version: str, snapshot: date, decision: GateDecision) -> ChampionEntry | None:
        """Record the gate's decision and, if it accepts, let the version serve from a snapshot on.

        Returns the champion as of the snapshot. A refused version leaves the pointer's bytes as
        they are, and so does one that is the snapshot's champion already; another promotion of
        the same snapshot is replaced.

        Raises:
            ValueError: the decision is about another version.
            StoreError: the version is not in the store, or damaged.
        """
        if decision.version != version:
            raise ValueError(f"the decision is about {decision.version}, not about {version}")
        day = snapshot.isoformat()
        self.store.write(_decision_key(day), _json_bytes(decision.to_dict()))
        if decision.accepted:
            load(self.store, version)
            entry = ChampionEntry(version, day, decision.metrics)
            before = self.promotions()
            others = [kept for kept in before if kept.snapshot != day]
            after = sorted([*others, entry], key=lambda kept: kept.snapshot)
            if after != before:
                self.store.write(POINTER, _json_bytes({"promotions": [asdict(e) for e in after]}))
        return self.champion(snapshot)

    def decision(self, snapshot: date) -> GateDecision | None:
        """Return the gate's last decision for a snapshot."""
        key = _decision_key(snapshot.isoformat())
        if not self.store.exists(key):
            return None
        return GateDecision.from_dict(json.loads(self.store.read(key)))


def _decision_key(snapshot: str) -> str:
    return f"churn/decisions/{snapshot}.json"


def _json_bytes(data: object) -> bytes:
    return (json.dumps(data, indent=1) + "\n").encode()
