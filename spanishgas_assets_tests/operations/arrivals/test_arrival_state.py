"""The state keeps what was processed; its size depends on the drops alone."""

import json

import pytest

from spanishgas_assets.operations.arrivals.arrival_state import (
    ArrivalImpact,
    ArrivalState,
    read_digests,
    read_impact,
    read_state,
    request_retry,
    retries_requested,
    write_digests,
    write_impact,
    write_state,
)
from spanishgas_assets.operations.arrivals.batches import open_batch
from spanishgas_assets.storage.store import open_store


@pytest.fixture
def store(store_url: str):
    return open_store(store_url)


def batch():
    return open_batch("flat", {"churn_label": "1"}, "2025-01-06", {}, 0, 5.0, "1.0")


def test_what_is_written_is_read(store) -> None:
    assert read_state(store) == ArrivalState()
    state = ArrivalState(
        began_at=1.0,
        processed={"2025-01-06": {"churn_label": "0"}},
        numbers={"flat": 1},
        open={"flat": batch()},
        problems={"flat": "waits"},
    )
    write_state(store, state)
    assert read_state(store) == state


def test_a_closed_batch_was_processed() -> None:
    state = ArrivalState(processed={"flat": {"price_history": "9"}}, open={"flat": batch()})
    state.close(batch())
    assert state.open == {}
    assert state.processed == {"flat": {"price_history": "9", "churn_label": "1"}}


def test_a_state_that_stays_as_it_is_is_not_written(store, monkeypatch) -> None:
    write_state(store, ArrivalState(open={"flat": batch()}))
    monkeypatch.setattr(type(store), "write", lambda *_: pytest.fail("was written"))
    write_state(store, read_state(store))


def test_retries_are_counted_for_each_batch(store) -> None:
    assert retries_requested(store, "flat.1.a") == 0
    assert [request_retry(store, "flat.1.a"), request_retry(store, "flat.1.a")] == [1, 2]
    assert (retries_requested(store, "flat.1.a"), retries_requested(store, "flat.1.ab")) == (2, 0)


def test_two_who_arm_a_batch_at_once_make_two_tries(store, monkeypatch) -> None:
    request_retry(store, "flat.1.a")
    monkeypatch.setattr(
        "spanishgas_assets.operations.arrivals.arrival_state.retries_requested", lambda *_: 0
    )  # fmt: skip
    assert request_retry(store, "flat.1.a") == 2


def test_what_an_arrival_made_stale_is_kept_by_batch(store) -> None:
    found = ArrivalImpact(["2024-01-01"], {"2024-01-01": ["price_history"]}, snapshot=True)
    write_impact(store, "flat.1.a", found)
    assert read_impact(store, "flat.1.a") == found
    assert read_impact(store, "flat.2.a") is None


def test_digests_come_back_as_they_were(store) -> None:
    digests = {"churn_label.csv": (3, 1_700_000_000_000_000_001, 5, "ab")}
    write_digests(store, digests)
    assert read_digests(store) == digests


def test_the_state_of_release_0_1_is_read_and_stored_with_the_current_names(tmp_path):
    store = open_store(str(tmp_path))
    key = "operations/arrivals/ledger.json"
    former = {
        "began_at": 1.0,
        "taken": {"flat": {"churn_label": "1"}},
        "numbers": {"flat": 2},
        "open": {"flat": batch().to_dict()},
        "troubles": {"flat": "waits"},
    }
    store.write(key, json.dumps(former).encode())
    state = read_state(store)
    assert state == ArrivalState(
        began_at=1.0,
        processed={"flat": {"churn_label": "1"}},
        numbers={"flat": 2},
        open={"flat": batch()},
        problems={"flat": "waits"},
    )
    write_state(store, state)
    stored = json.loads(store.read(key))
    assert sorted(stored) == ["began_at", "checksum", "numbers", "open", "problems", "processed"]
    assert read_state(store) == state
