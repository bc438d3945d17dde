"""A damaged state file is one sentence with the remedy, whatever is in it."""

import json
from datetime import date

import pytest

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.errors import StoreError
from spanishgas_assets.operations.alerts.outbox import HEARTBEAT_OUTBOX, SENSOR_OUTBOX, AlertOutbox
from spanishgas_assets.operations.alerts.raw_drops import FINDINGS, drop_observations
from spanishgas_assets.operations.arrivals.arrival_state import (
    read_digests,
    read_impact,
    read_state,
)
from spanishgas_assets.storage.store import open_store

READERS = {
    SENSOR_OUTBOX: AlertOutbox,
    HEARTBEAT_OUTBOX: lambda store: AlertOutbox(store, HEARTBEAT_OUTBOX),
    FINDINGS: lambda store: list(drop_observations(store, [], 0.0)),
    "operations/arrivals/ledger.json": read_state,
    "operations/arrivals/digests.json": read_digests,
    "operations/arrivals/found/flat.1.a.json": lambda store: read_impact(store, "flat.1.a"),
    "churn/promotions/000001.json": lambda store: Registry(store).history(),
    "churn/decisions/2025-01-06.json": lambda store: Registry(store).decision(date(2025, 1, 6)),
}
DAMAGE = {
    "nothing": b"",
    "zeros": bytes(64),
    "half": b'{"incidents": {"open": ',
    "text": b'"text"',
    "number": b"12",
    "null": b"null",
    "other types": json.dumps(dict.fromkeys(("open", "kind", "rules", "months"), 7)).encode(),
    "list of lists": b"[[1]]",
    "not UTF-8": b'{"a": "\xff"}',
    "deep": b"[" * 100_000,
    "long number": b"[" + b"9" * 5_000 + b"]",
}
#: As an earlier release wrote them, without a checksum.
ENTRY = {
    "version": "a",
    "snapshot": "2025-01-06",
    "metrics": {},
    "action": "promote",
    "by": "gate",
    "why": "",
}
DECISION = {"version": "a", "accepted": True, "rules": [], "metrics": {}}


@pytest.fixture
def store(tmp_path):
    return open_store(str(tmp_path))


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("key", READERS)
def test_damage_is_told_with_the_remedy(store, key, damage):
    store.write(key, DAMAGE[damage])
    with pytest.raises(StoreError, match=r"is damaged \(.+\)\. (Restore|Delete) ") as refusal:
        READERS[key](store)
    assert str(refusal.value).startswith(store.url(key))
    assert "\n" not in str(refusal.value)


@pytest.mark.parametrize(
    ("key", "content"),
    [
        (SENSOR_OUTBOX, {"watermark": {"until": 1e300, "seen": []}, "incidents": {}}),
        (SENSOR_OUTBOX, {"watermark": {}, "incidents": {"open": {"a": {"kind": "none"}}}}),
        (FINDINGS, [{"kind": "drop", "subject": "2025-01-13"}]),
        ("operations/arrivals/ledger.json", {"problems": {"flat": "waits"}}),
        ("operations/arrivals/digests.json", {"a.csv": [1, 2, 3]}),
        ("churn/promotions/000001.json", ENTRY | {"snapshot": "2025-13-01"}),
        ("churn/promotions/000001.json", ENTRY | {"action": "x"}),
        ("churn/decisions/2025-01-06.json", DECISION | {"rules": [{}]}),
    ],
)
def test_wrong_values_are_damage_too(store, key, content):
    store.write(key, json.dumps(content).encode())
    with pytest.raises(StoreError, match=r"is damaged \(.+\)\."):
        READERS[key](store)
