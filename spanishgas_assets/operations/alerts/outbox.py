"""The alert outbox: the incidents and the messages not yet delivered, kept in the store.

All of its state is one object, which is written before a message is sent: a mail server that is
down, or a daemon that dies, loses nothing. A message is sent until a channel accepts it, so it may
arrive twice, but it always arrives.
"""

import json
from collections.abc import Iterable
from typing import Any

from spanishgas_assets.errors import AlertError
from spanishgas_assets.operations.alerts.channels import Channel
from spanishgas_assets.operations.alerts.finished_runs import Watermark
from spanishgas_assets.operations.alerts.incidents import IncidentLog, Observation
from spanishgas_assets.operations.alerts.messages import Message, compose
from spanishgas_assets.operations.former_names import with_current_names
from spanishgas_assets.storage.store import Store

#: Store keys of the outbox of the alert sensor, and of the ``heartbeat`` command's.
SENSOR_OUTBOX, HEARTBEAT_OUTBOX = "operations/alerts.json", "operations/heartbeat.json"

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


class AlertOutbox:
    """Incidents, pending messages and the watermark under one key of a store. One writer a key."""

    def __init__(self, store: Store, key: str = SENSOR_OUTBOX) -> None:
        """Read the stored state; a key that does not exist is an empty outbox."""
        self.store, self.key = store, key
        state: dict[str, Any] = json.loads(store.read(key)) if store.exists(key) else {}
        state = with_current_names(state, _FORMER_NAMES)
        self.incidents = IncidentLog.from_dict(state["incidents"]) if state else IncidentLog()
        self.watermark = Watermark.from_dict(state["watermark"]) if state else Watermark()
        self.pending = [Message(**message) for message in state.get("pending", [])]

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

        Args:
            observations: in the order in which they happened.
            channel: delivers the messages.
            now: seconds since 1970.
            remind_after: seconds after which an open incident is reported again.
            ui_url: address of the UI.

        Returns:
            How many messages were delivered.

        Raises:
            AlertError: a message was not accepted; it stays pending until the next call.
        """
        self.incidents.record(observations)
        digest = self.incidents.digest(now, remind_after)
        if digest:
            self.pending.append(compose(digest, now, ui_url))
        self._save()
        delivered = 0
        while self.pending:
            try:
                channel.send(self.pending[0])
            except Exception as error:
                raise AlertError(
                    f"alerts pending in {self.store.url(self.key)}: {len(self.pending)}. "
                    f"{type(error).__name__}: {error}. They will be sent as soon as the channel "
                    "accepts them"
                ) from error
            delivered += 1
            del self.pending[0]
            self._save()
        return delivered

    def _save(self) -> None:
        state = {
            "watermark": self.watermark.to_dict(),
            "incidents": self.incidents.to_dict(),
            "pending": [message.to_dict() for message in self.pending],
        }
        self.store.write(self.key, (json.dumps(state, indent=1) + "\n").encode())
