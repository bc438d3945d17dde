"""The alert desk: keeps the incidents and the messages not yet delivered, in the store.

Everything it knows is one object, written before a message is sent: a mail server that is down,
or a daemon that dies, loses nothing. A message is sent again until it is taken, so it may come
twice but never not at all.
"""

import json
from collections.abc import Iterable
from typing import Any

from spanishgas_assets.errors import AlertError
from spanishgas_assets.operations.alerts.channels import Channel
from spanishgas_assets.operations.alerts.finished_runs import Watermark
from spanishgas_assets.operations.alerts.incidents import Ledger, Sighting
from spanishgas_assets.operations.alerts.messages import Message, compose
from spanishgas_assets.storage.store import Store

#: Keys of the desk of the alert sensor, and of the command that looks from outside.
SENSOR_DESK, OUTSIDE_DESK = "operations/alerts.json", "operations/heartbeat.json"


class AlertDesk:
    """Incidents, waiting messages and the watermark under one key of a store. One writer a key."""

    def __init__(self, store: Store, key: str = SENSOR_DESK) -> None:
        """Read what was known."""
        self.store, self.key = store, key
        known: dict[str, Any] = json.loads(store.read(key)) if store.exists(key) else {}
        self.ledger = Ledger.from_dict(known["ledger"]) if known else Ledger()
        self.watermark = Watermark.from_dict(known["watermark"]) if known else Watermark()
        self.waiting = [Message(**one) for one in known.get("waiting", [])]

    def tell(
        self,
        sightings: Iterable[Sighting],
        channel: Channel,
        *,
        now: float,
        remind_after: float,
        ui_url: str,
    ) -> int:
        """Record what was seen, word what is to be told, and deliver it; returns how many went.

        Args:
            sightings: in the order in which they happened.
            channel: takes the messages.
            now: seconds since 1970.
            remind_after: seconds until an open incident is told again.
            ui_url: address of the UI.

        Raises:
            AlertError: a message was not taken; it waits for the next call.
        """
        self.ledger.record(sightings)
        digest = self.ledger.digest(now, remind_after)
        if digest:
            self.waiting.append(compose(digest, now, ui_url))
        self._save()
        delivered = 0
        while self.waiting:
            try:
                channel.send(self.waiting[0])
            except Exception as error:
                raise AlertError(
                    f"{len(self.waiting)} alerts wait in {self.store.url(self.key)}: "
                    f"{type(error).__name__}: {error}. They are sent as soon as the channel takes "
                    "them"
                ) from error
            delivered += 1
            del self.waiting[0]
            self._save()
        return delivered

    def _save(self) -> None:
        known = {
            "watermark": self.watermark.to_dict(),
            "ledger": self.ledger.to_dict(),
            "waiting": [one.to_dict() for one in self.waiting],
        }
        self.store.write(self.key, (json.dumps(known, indent=1) + "\n").encode())
