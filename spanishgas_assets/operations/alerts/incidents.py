"""Incidents: which troubles are one, when to tell of them, and when they are over.

Pure bookkeeping. An incident is a kind of trouble with one subject (a check, a step, a table's
freshness); the partitions or things it hits are its places. It is told once, told again on a
schedule while it lasts, and told a last time when its last place has recovered.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

#: Incidents that open within this time after a message wait, and share the next one.
GROUPING_SECONDS = 300.0


class Kind(StrEnum):
    """What sort of trouble an incident is."""

    CHECK = "check"
    GATE = "gate"
    DRIFT = "drift"
    STEP = "step"
    RUN = "run"
    RAW_FILE = "raw file"
    DROPPED_FILE = "dropped file"
    DROP = "drop"
    FRESHNESS = "freshness"
    HEARTBEAT = "heartbeat"


@dataclass(frozen=True)
class Sighting:
    """One look at one thing: in trouble, or well.

    Attributes:
        kind, subject: what the thing is, e.g. a check and ``bronze/customer: contract``.
        place: partition or part that was looked at; may be empty.
        well: whether all is well there.
        says: what is wrong, in words.
        at: when, in seconds since 1970.
        run_id, asset: what the message links to.
        ends_earlier: being well here ends the trouble of earlier places too, as a later snapshot
            does; months stand each for itself.
    """

    kind: Kind
    subject: str
    place: str
    well: bool
    says: str
    at: float
    run_id: str = ""
    asset: str = ""
    ends_earlier: bool = False

    @property
    def incident(self) -> str:
        """Name of the incident that this belongs to."""
        return f"{self.kind} {self.subject}"


@dataclass
class Incident:
    """One trouble and where it is.

    Times are seconds since 1970; ``told_at`` and ``closed_at`` are 0 before they happen.
    """

    kind: Kind
    subject: str
    opened_at: float
    asset: str = ""
    told_at: float = 0.0
    closed_at: float = 0.0
    places: dict[str, Sighting] = field(default_factory=dict)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from plain values."""
        places = {
            place: Sighting(**(seen | {"kind": Kind(seen["kind"])}))
            for place, seen in data["places"].items()
        }
        return cls(**(data | {"kind": Kind(data["kind"]), "places": places}))


@dataclass(frozen=True)
class Digest:
    """What one message tells: incidents opened, still open, and recovered."""

    opened: list[Incident]
    reminded: list[Incident]
    recovered: list[Incident]

    def __bool__(self) -> bool:
        """Say whether there is anything to tell."""
        return bool(self.opened or self.reminded or self.recovered)


@dataclass
class Ledger:
    """The open incidents, those over but not yet told so, and when something was last told."""

    open: dict[str, Incident] = field(default_factory=dict)
    over: list[Incident] = field(default_factory=list)
    told_at: float = 0.0

    def record(self, sightings: Iterable[Sighting]) -> None:
        """Open, widen and close incidents; sightings in the order in which they happened."""
        for seen in sightings:
            if seen.well:
                self._recover(seen)
            else:
                self._hit(seen)

    def digest(self, now: float, remind_after: float) -> Digest:
        """Take what is to be told now, and remember it as told.

        Nothing is told within ``GROUPING_SECONDS`` of the message before: a storm becomes one
        message, whoever raises it and however long it takes.
        """
        if now - self.told_at < GROUPING_SECONDS:
            return Digest([], [], [])
        opened = [one for one in self.open.values() if not one.told_at]
        reminded = [
            one for one in self.open.values() if one.told_at and now - one.told_at >= remind_after
        ]
        told = Digest(opened, reminded, self.over)
        if told:
            self.told_at, self.over = now, []
            for one in (*opened, *reminded):
                one.told_at = now
        return told

    def to_dict(self) -> dict[str, Any]:
        """Give plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from :meth:`to_dict`."""
        return cls(
            {name: Incident.from_dict(one) for name, one in data["open"].items()},
            [Incident.from_dict(one) for one in data["over"]],
            data["told_at"],
        )

    def _hit(self, seen: Sighting) -> None:
        incident = self.open.setdefault(
            seen.incident, Incident(seen.kind, seen.subject, seen.at, seen.asset)
        )
        incident.places[seen.place] = seen

    def _recover(self, seen: Sighting) -> None:
        incident = self.open.get(seen.incident)
        if incident is None:
            return
        over = [
            place
            for place in incident.places
            if place == seen.place or (seen.ends_earlier and place <= seen.place)
        ]
        for place in over:
            del incident.places[place]
        if not incident.places:
            incident.closed_at = seen.at
            self.over.append(self.open.pop(seen.incident))
