"""A damaged state file is one sentence with the remedy, whatever is in it."""

import json
from datetime import date

import polars as pl
import pytest

from spanishgas_assets.churn.gate.registry import Registry
from spanishgas_assets.errors import StoreError
from spanishgas_assets.operations.alerts.outbox import HEARTBEAT_OUTBOX, SENSOR_OUTBOX, AlertOutbox
from spanishgas_assets.operations.alerts.raw_drops import FINDINGS, drop_observations
from spanishgas_assets.operations.arrivals.arrival_state import (
    ArrivalState,
    read_digests,
    read_impact,
    read_state,
    write_digests,
    write_state,
)
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables import quarantine

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


def written_state(store) -> str:
    write_state(store, ArrivalState(1.0, {"flat": {"a.csv": "0a1b"}}, {"flat": 1}))
    return "operations/arrivals/ledger.json"


def written_digests(store) -> str:
    write_digests(store, {"a.csv": (1, 2, 3, "0a1b")})
    return "operations/arrivals/digests.json"


def written_outbox(store) -> str:
    AlertOutbox(store)._save()
    return SENSOR_OUTBOX


@pytest.mark.parametrize("write", [written_state, written_digests, written_outbox])
def test_a_flipped_byte_is_never_read_as_another_value(store, write):
    key = write(store)
    whole = store.read(key)
    READERS[key](store)
    for place in range(len(whole) - 1):
        flipped = bytearray(whole)
        flipped[place] ^= 1
        store.write(key, bytes(flipped))
        if not refused(store, key):  # a flip in the name of the checksum changes no value
            values = {**json.loads(whole), **json.loads(bytes(flipped))}
            assert {name: values[name] for name in json.loads(whole)} == json.loads(whole)


def refused(store, key) -> bool:
    try:
        READERS[key](store)
    except StoreError:
        return True
    return False


def test_what_is_kept_of_a_partition_is_made_again_where_it_is_damaged(store):
    rows = pl.DataFrame({"file": ["a"], "row": [1], "reason": ["x"], "values": ["{}"]})
    quarantine.keep(store, "bronze", "price_month", "2024-01-01", rows)
    (pointer, _) = sorted(store.keys(""), key=lambda key: not key.endswith("current.json"))
    assert quarantine.is_intact(store, "bronze", "price_month", "2024-01-01")
    store.write(pointer, b"")
    assert not quarantine.is_intact(store, "bronze", "price_month", "2024-01-01")
    quarantine.keep(store, "bronze", "price_month", "2024-01-01", rows.clear())
    assert quarantine.is_intact(store, "bronze", "price_month", "2024-01-01")
