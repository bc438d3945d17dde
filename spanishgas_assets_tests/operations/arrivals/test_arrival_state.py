"""The ledger keeps what was taken up, as small as the drops are few."""

import pytest

from spanishgas_assets.operations.arrivals.arrival_state import (
    Found,
    Ledger,
    read_digests,
    read_found,
    read_ledger,
    rearm,
    times_rearmed,
    write_digests,
    write_found,
    write_ledger,
)
from spanishgas_assets.operations.arrivals.batches import open_batch
from spanishgas_assets.storage.store import open_store


@pytest.fixture
def store(store_url: str):
    return open_store(store_url)


def batch():
    return open_batch("flat", {"churn_label": "1"}, "2025-01-06", {}, 0, 5.0, "1.0")


def test_what_is_written_is_read(store) -> None:
    assert read_ledger(store) == Ledger()
    ledger = Ledger(
        began_at=1.0,
        taken={"2025-01-06": {"churn_label": "0"}},
        numbers={"flat": 1},
        open={"flat": batch()},
        troubles={"flat": "waits"},
    )
    write_ledger(store, ledger)
    assert read_ledger(store) == ledger


def test_a_closed_batch_was_taken_up() -> None:
    ledger = Ledger(taken={"flat": {"price_history": "9"}}, open={"flat": batch()})
    ledger.close(batch())
    assert ledger.open == {}
    assert ledger.taken == {"flat": {"price_history": "9", "churn_label": "1"}}


def test_a_ledger_that_stays_as_it_is_is_not_written(store, monkeypatch) -> None:
    write_ledger(store, Ledger(open={"flat": batch()}))
    monkeypatch.setattr(type(store), "write", lambda *_: pytest.fail("was written"))
    write_ledger(store, read_ledger(store))


def test_tries_are_counted_for_each_batch(store) -> None:
    assert times_rearmed(store, "flat.1.a") == 0
    assert [rearm(store, "flat.1.a"), rearm(store, "flat.1.a")] == [1, 2]
    assert (times_rearmed(store, "flat.1.a"), times_rearmed(store, "flat.1.ab")) == (2, 0)


def test_two_who_arm_a_batch_at_once_make_two_tries(store, monkeypatch) -> None:
    rearm(store, "flat.1.a")
    monkeypatch.setattr(
        "spanishgas_assets.operations.arrivals.arrival_state.times_rearmed", lambda *_: 0
    )  # fmt: skip
    assert rearm(store, "flat.1.a") == 2


def test_what_an_arrival_made_stale_is_kept_by_batch(store) -> None:
    found = Found(["2024-01-01"], {"2024-01-01": ["price_history"]}, snapshot=True)
    write_found(store, "flat.1.a", found)
    assert read_found(store, "flat.1.a") == found
    assert read_found(store, "flat.2.a") is None


def test_digests_come_back_as_they_were(store) -> None:
    digests = {"churn_label.csv": (3, 1_700_000_000_000_000_001, 5, "ab")}
    write_digests(store, digests)
    assert read_digests(store) == digests
