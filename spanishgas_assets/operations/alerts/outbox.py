"""The alert outbox: the incidents and the messages not yet delivered, kept in the store.

All of its state is one object, which is written before a message is sent: a mail server that is
down, or a daemon that dies, loses nothing. A message is sent until a channel accepts it, so it may
arrive twice, but it always arrives.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from spanishgas_assets.errors import AlertError
from spanishgas_assets.operations.alerts.channels import Channel, NotAcceptedError
from spanishgas_assets.operations.alerts.finished_runs import Watermark
from spanishgas_assets.operations.alerts.incidents import (
    GROUPING_SECONDS,
    IncidentLog,
    Observation,
)
from spanishgas_assets.operations.alerts.messages import Message, Refused, compose
from spanishgas_assets.operations.former_names import with_current_names
from spanishgas_assets.storage.state_files import of_json, read_sealed_state, write_state_file
from spanishgas_assets.storage.store import Store

#: Store keys of the outbox of the alert sensor, and of the ``heartbeat`` command's.
SENSOR_OUTBOX, HEARTBEAT_OUTBOX = "operations/alerts.json", "operations/heartbeat.json"
#: Prefix of the keys under which messages are kept that the channel refused for good.
REFUSED_MESSAGES = "operations/refused_alerts/"

_REMEDY = (
    "Restore an earlier version of it, or delete it: then every problem that still lasts is "
    "reported again as new, and messages not yet sent are lost."
)

_FORMER_NAMES = {
    "ledger": "incidents",
    "waiting": "pending",
    "over": "resolved",
    "told_at": "notified_at",
    "closed_at": "resolved_at",
    "places": "scopes",
    "place": "scope",
    "well": "healthy",
    "says": "message",
    "ends_earlier": "resolves_earlier",
}


@dataclass(frozen=True)
class _State:
    """What the file holds."""

    watermark: Watermark
    incidents: IncidentLog
    pending: list[Message] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    announced: str = ""


class AlertOutbox:
    """Incidents, pending messages and the watermark under one key of a store. One writer a key."""

    def __init__(self, store: Store, key: str = SENSOR_OUTBOX) -> None:
        """Read the stored state; a key that does not exist is an empty outbox.

        Raises:
            StoreError: the state is damaged.
        """
        self.store, self.key = store, key
        state = read_sealed_state(store, key, _parse, _REMEDY) or _State(Watermark(), IncidentLog())
        self.incidents, self.watermark = state.incidents, state.watermark
        self.pending, self.refused = state.pending, state.refused
        self.announced = state.announced

    def flush(
        self,
        observations: Iterable[Observation],
        channel: Channel,
        *,
        now: float,
        remind_after: float,
        ui_url: str,
    ) -> int:
        """Record observations, compose the message that is due, and deliver what is pending.

        A message that the channel refuses for good is set aside and reported by the next; one that
        it will take later stays pending. Neither holds up the others.

        Args:
            observations: in the order in which they happened.
            channel: delivers the messages.
            now: seconds since 1970.
            remind_after: seconds after which an open incident is reported again.
            ui_url: address of the UI.

        Returns:
            How many messages were delivered.

        Raises:
            AlertError: messages stay pending until the next call, or the channel refused even the
                message that reports a refusal.
        """
        self.incidents.record(observations)
        self._compose(now, remind_after, ui_url)
        self._save()
        delivered, problems = 0, []
        for message in list(self.pending):
            try:
                channel.send(message)
            except NotAcceptedError as error:
                problems += self._not_accepted(message, error)
                self._save()
            except Exception as error:
                raise self._waiting(f"{type(error).__name__}: {error}") from error
            else:
                delivered += 1
                self.pending.remove(message)
                self._told(message)
                self._save()
        if problems:
            raise self._waiting("; ".join(problems))
        return delivered

    def announce(self, snapshot: str, message: Message | None) -> None:
        """Note that a snapshot was announced; its message, if there is one, is sent next time."""
        self.announced = snapshot
        if message is not None:
            self.pending.append(message)
        self._save()

    def _compose(self, now: float, remind_after: float, ui_url: str) -> None:
        """Add the message that is due to the pending ones, if any is."""
        soon = now - self.incidents.notified_at < GROUPING_SECONDS
        digest = self.incidents.digest(now, remind_after)
        told = {name for message in self.pending for name in message.tells_of}
        refused = [] if soon else [one for one in self.refused if one.message not in told]
        if not digest and not refused:
            return
        message = compose(digest, now, ui_url, refused)
        self.incidents.notified_at = now
        for incident in digest.opened:
            incident.first_message = message.name
        self.pending.append(message)

    def _not_accepted(self, message: Message, error: NotAcceptedError) -> list[str]:
        """Keep what may be accepted later, set aside what will not; returns what is still open."""
        place = self.pending.index(message)
        if error.deferred:
            named = tuple(recipient for recipient in error.deferred if recipient)
            self.pending[place] = replace(message, recipients=named or message.recipients)
        else:
            del self.pending[place]
        if error.reached:
            self._told(message)
        problems = [f"try again later: {_said(error.deferred)}"] if error.deferred else []
        if error.refused and not message.only_refusals:
            self._set_aside(message, error.refused)
        elif error.refused and not error.reached:
            # Refused for what it is, not for what it says: the next call tells of the first again.
            problems.append(f"refused for good: {_said(error.refused)}")
        return problems

    def _told(self, message: Message) -> None:
        self.refused = [one for one in self.refused if one.message not in message.tells_of]

    def _set_aside(self, message: Message, reasons: Mapping[str, str]) -> None:
        key = f"{REFUSED_MESSAGES}{message.name}.json"
        write_state_file(self.store, key, message.to_dict())
        kept_at = self.store.url(key)
        self.refused.append(Refused(message.name, message.subject, _said(reasons), kept_at))

    def _waiting(self, reason: str) -> AlertError:
        return AlertError(
            f"alerts pending in {self.store.url(self.key)}: {len(self.pending)}. {reason}. They "
            "will be sent as soon as the channel accepts them"
        )

    def _save(self) -> None:
        state = {
            "watermark": self.watermark.to_dict(),
            "incidents": self.incidents.to_dict(),
            "pending": [message.to_dict() for message in self.pending],
        }
        if self.announced:
            state["announced"] = self.announced
        if self.refused:
            state["refused"] = [asdict(one) for one in self.refused]
        write_state_file(self.store, self.key, state)


def _parse(values: Any) -> _State:
    return of_json(_State, with_current_names(values, _FORMER_NAMES))


def _said(reasons: Mapping[str, str]) -> str:
    return "; ".join(
        f"{recipient}: {reason}" if recipient else reason for recipient, reason in reasons.items()
    )
