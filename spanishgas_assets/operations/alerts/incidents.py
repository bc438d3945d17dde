"""Incidents: which problems are one, when to send a message, and when an incident is resolved.

Pure bookkeeping. An incident is a kind of problem with one subject (a check, a step, a table's
freshness); the partitions or runs that it affects are its scopes. It is reported once when it
opens, again on a schedule while it lasts, and a last time when its last scope has recovered.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from typing import Any, Self

from spanishgas_assets.operations.alerts.wording import one_line, paragraph
from spanishgas_assets.storage.state_files import Seconds, of_json

#: No message is sent within this time after one: incidents that open meanwhile share the next.
GROUPING_SECONDS = 300.0


class Kind(StrEnum):
    """The kind of problem that an incident is."""

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
class Observation:
    """The state of one subject in one scope at one time.

    Attributes:
        kind, subject: what was observed, e.g. a check and ``bronze/customer: contract``.
        scope: the partition or run that it is about; may be empty.
        healthy: whether there is no problem.
        message: what is wrong; empty if healthy.
        at: time, in seconds since 1970.
        run_id, asset: what the alert links to.
        resolves_earlier: a healthy state also resolves the problem in earlier scopes, as a later
            snapshot does; months are independent of one another.
    """

    kind: Kind
    subject: str
    scope: str
    healthy: bool
    message: str
    at: Seconds
    run_id: str = ""
    asset: str = ""
    resolves_earlier: bool = False

    @property
    def incident(self) -> str:
        """Name of the incident that this observation belongs to."""
        return f"{self.kind} {self.subject}"


@dataclass
class Incident:
    """One problem and the scopes that it affects.

    Times are seconds since 1970; ``notified_at`` and ``resolved_at`` are 0 until then.
    ``first_message`` names the message that reported it first, which later ones answer.
    """

    kind: Kind
    subject: str
    opened_at: Seconds
    asset: str = ""
    notified_at: Seconds = 0.0
    resolved_at: Seconds = 0.0
    scopes: dict[str, Observation] = field(default_factory=dict)
    first_message: str = ""


@dataclass(frozen=True)
class Digest:
    """The content of one message: incidents opened, still open, and recovered."""

    opened: list[Incident]
    reminded: list[Incident]
    recovered: list[Incident]

    def __bool__(self) -> bool:
        """Return whether there is anything to report."""
        return bool(self.opened or self.reminded or self.recovered)


@dataclass
class IncidentLog:
    """The open incidents, the resolved ones not yet reported, and the time of the last message."""

    open: dict[str, Incident] = field(default_factory=dict)
    resolved: list[Incident] = field(default_factory=list)
    notified_at: Seconds = 0.0

    def record(self, observations: Iterable[Observation]) -> None:
        """Open, extend and resolve incidents; observations in the order in which they happened."""
        for observation in map(_printable, observations):
            if observation.healthy:
                self._resolve(observation)
            else:
                self._open(observation)

    def digest(self, now: float, remind_after: float) -> Digest:
        """Return what is to be reported now, and record it as reported.

        Empty within ``GROUPING_SECONDS`` of the previous message: many failures at once become
        one message, whatever raises them and however long they take.
        """
        if now - self.notified_at < GROUPING_SECONDS:
            return Digest([], [], [])
        incidents = self.open.values()
        opened = [incident for incident in incidents if not incident.notified_at]
        reminded = [
            incident
            for incident in incidents
            if incident.notified_at and now - incident.notified_at >= remind_after
        ]
        digest = Digest(opened, reminded, self.resolved)
        if digest:
            self.notified_at, self.resolved = now, []
            for incident in (*opened, *reminded):
                incident.notified_at = now
        return digest

    def to_dict(self) -> dict[str, Any]:
        """Return plain values, ready for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: dict[str, Any]) -> Self:
        """Rebuild from :meth:`to_dict`.

        Raises:
            ValidationError: the values are not of its types.
        """
        return of_json(cls, data)

    def _open(self, observation: Observation) -> None:
        incident = self.open.setdefault(
            observation.incident,
            Incident(observation.kind, observation.subject, observation.at, observation.asset),
        )
        incident.scopes[observation.scope] = observation

    def _resolve(self, observation: Observation) -> None:
        incident = self.open.get(observation.incident)
        if incident is None:
            return
        recovered = [
            scope
            for scope in incident.scopes
            if scope == observation.scope
            or (observation.resolves_earlier and scope <= observation.scope)
        ]
        for scope in recovered:
            del incident.scopes[scope]
        if not incident.scopes:
            incident.resolved_at = observation.at
            self.resolved.append(self.open.pop(observation.incident))


def _printable(observation: Observation) -> Observation:
    """Return the observation without characters that a message or the state file cannot take."""
    return replace(
        observation,
        subject=one_line(observation.subject),
        scope=one_line(observation.scope),
        message=paragraph(observation.message),
    )
