"""The state files of a store, damaged by the byte and by the value."""

import json
import random
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from fuzz.case import Case
from fuzz.damage import DAMAGES
from spanishgas_assets.churn.gate.registry import LOG, Registry
from spanishgas_assets.operations.alerts.channels import LogChannel
from spanishgas_assets.operations.alerts.outbox import HEARTBEAT_OUTBOX, SENSOR_OUTBOX, AlertOutbox
from spanishgas_assets.operations.alerts.raw_drops import FINDINGS, drop_observations
from spanishgas_assets.operations.arrivals.arrival_state import (
    read_digests,
    read_impact,
    read_state,
    write_state,
)
from spanishgas_assets.storage.store import Store, open_store

_NOW = 1_736_150_400.0
_SEEN = {
    "kind": "check", "subject": "bronze/customer: contract", "scope": "2025-01-06",
    "healthy": False, "message": "3 rows", "at": _NOW, "run_id": "r", "asset": "bronze/customer",
    "resolves_earlier": True,
}  # fmt: skip
_INCIDENT = {
    "kind": "check", "subject": "bronze/customer: contract", "opened_at": _NOW, "asset": "a",
    "notified_at": _NOW, "resolved_at": 0.0, "scopes": {"2025-01-06": _SEEN}, "first_message": "m",
}  # fmt: skip
_OUTBOX = {
    "watermark": {"until": _NOW, "seen": ["r"]},
    "incidents": {
        "open": {"check bronze/customer: contract": _INCIDENT},
        "resolved": [_INCIDENT | {"resolved_at": _NOW, "scopes": {}}],
        "notified_at": _NOW,
    },
    "pending": [
        {"name": "m", "subject": "s", "text": "t", "html": "h", "composed_at": _NOW,
         "answers": ["m"], "recipients": [], "tells_of": [], "only_refusals": False}
    ],
    "refused": [{"message": "n", "subject": "s", "reason": "554", "kept_at": "k"}],
}  # fmt: skip
_BATCH = {
    "name": "flat.1.a", "drop": "flat", "units": {"churn_label": "1"}, "snapshot": "2025-01-06",
    "job": "train_snapshot", "opened_at": _NOW,
}  # fmt: skip
_LEDGER = {
    "began_at": _NOW, "processed": {"flat": {"churn_label": "1"}}, "numbers": {"flat": 1},
    "open": {"flat": _BATCH}, "problems": {"flat": "waits"},
}  # fmt: skip
_ENTRY = {
    "version": "2025-01-06-0123456789ab", "snapshot": "2025-01-06", "metrics": {"pr_auc": 0.7},
    "action": "promote", "by": "gate", "why": "",
}  # fmt: skip
_DECISION = {
    "version": "2025-01-06-0123456789ab", "accepted": True, "metrics": {"pr_auc": 0.7},
    "rules": [{"name": "floor", "passed": True, "value": 0.7, "limit": 0.6, "explanation": "e"}],
}  # fmt: skip
VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 1e300, float("nan"), float("inf"), "", "x", "\x00\n", "\ud800", [], {}, [[]],
)  # fmt: skip


def _flush(store: Store, key: str) -> None:
    import logging

    log = logging.getLogger("fuzz")
    log.disabled = True
    AlertOutbox(store, key).flush(
        [], LogChannel(log), now=_NOW + 1e6, remind_after=1.0, ui_url="http://ui"
    )


def _examine(store: Store) -> None:
    write_state(store, read_state(store))


_FILES: dict[str, tuple[Any, Callable[[Store], object]]] = {
    SENSOR_OUTBOX: (_OUTBOX, lambda store: _flush(store, SENSOR_OUTBOX)),
    HEARTBEAT_OUTBOX: (_OUTBOX, lambda store: _flush(store, HEARTBEAT_OUTBOX)),
    FINDINGS: (
        [{"kind": "drop", "subject": "2025-01-13", "message": "lacks a file", "asset": ""}],
        lambda store: list(drop_observations(store, [], _NOW)),
    ),
    "operations/arrivals/ledger.json": (_LEDGER, _examine),
    "operations/arrivals/digests.json": ({"a.csv": [1, 2, 3, "x"]}, read_digests),
    "operations/arrivals/found/b.json": (
        {"months": ["2024-01-01"], "unready": {}, "snapshot": True},
        lambda store: read_impact(store, "b"),
    ),
    f"{LOG}/000001.json": (
        _ENTRY,
        lambda store: (Registry(store).champion(date(2025, 1, 6)), Registry(store).status("v")),
    ),
    "churn/decisions/2025-01-06.json": (
        _DECISION,
        lambda store: Registry(store).decision(date(2025, 1, 6)),
    ),
}


def cases(kind: str, seed: int, count: int) -> Iterator[Case]:
    """Yield so many damaged state files."""
    for number in range(count):
        chance = random.Random(f"{kind} {seed} {number}")
        key = list(_FILES)[number % len(_FILES)]
        values, read = _FILES[key]
        if chance.random() < 0.5:
            damage = chance.choice(DAMAGES)
            content, how = damage(json.dumps(values, indent=1).encode(), chance), damage.__name__
        else:
            content, how = json.dumps(_with_other_value(values, chance)).encode(), "another value"
        yield _case(f"{number}: {key}: {how}", key, content, read)


def _case(name: str, key: str, content: bytes, read: Callable[[Store], object]) -> Case:
    def run(folder: Path) -> int:
        store = open_store(str(folder))
        store.write(key, content)
        read(store)
        return 0

    return Case(name, run)


def _with_other_value(values: Any, chance: random.Random) -> Any:
    """Replace, remove or add one value somewhere inside."""
    if isinstance(values, dict) and values and chance.random() < 0.85:
        name = chance.choice(list(values))
        match chance.choice(["inside", "inside", "inside", "removed", "added"]):
            case "removed":
                return {key: value for key, value in values.items() if key != name}
            case "added":
                return values | {"other": chance.choice(VALUES)}
            case _:
                return values | {name: _with_other_value(values[name], chance)}
    if isinstance(values, list) and values and chance.random() < 0.85:
        return [_with_other_value(values[0], chance), *values[1:]]
    return chance.choice(VALUES)
