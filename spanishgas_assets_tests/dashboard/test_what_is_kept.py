"""Outcomes and accesses: written at once, or kept while the store is away and sent later."""

from dataclasses import replace
from pathlib import Path

import pytest

from spanishgas_assets.dashboard.access_log import LOOKED, Access, access_entries
from spanishgas_assets.dashboard.held_entries import HeldEntries
from spanishgas_assets.dashboard.kept_records import KeptRecords
from spanishgas_assets.errors import StoreError
from spanishgas_assets.retention.recorded_outcomes import (
    ACCEPTED,
    REFUSED,
    Outcome,
    OutcomeConflictError,
)
from spanishgas_assets.storage.store import Store

ENTRY = Outcome(
    "e1", "C1", "2025-01-06", 1, "offer_large", "phone", REFUSED, "", "ana",
    "2025-01-07T09:30:00.000+00:00",
)  # fmt: skip
LOOK = Access("a1", "2025-01-07T09:30:00.000+00:00", "ana", "caller", LOOKED, "C1")


@pytest.fixture
def records(store: Store, tmp_path: Path) -> KeptRecords:
    return KeptRecords(store, HeldEntries(tmp_path / "held"))


@pytest.fixture
def away(store: Store) -> Path:
    """The store's folder, moved away; the test moves it back."""
    elsewhere = Path(f"{store.root}.away")
    Path(store.root).rename(elsewhere)
    return elsewhere


def test_an_outcome_is_in_the_store_at_once(records: KeptRecords) -> None:
    assert records.record(ENTRY, seen=0)
    assert records.outcomes("2025-01-06") == [ENTRY]
    assert records.waiting() == 0


def test_the_second_of_two_callers_learns_of_the_first(records: KeptRecords) -> None:
    records.record(ENTRY, seen=0)
    with pytest.raises(OutcomeConflictError):
        records.record(replace(ENTRY, entry="e2", by="luis"), seen=0)


def test_while_the_store_is_away_an_outcome_waits_and_is_seen(
    records: KeptRecords, away: Path
) -> None:
    assert not records.record(ENTRY, seen=0)
    assert records.outcomes("2025-01-06") == [ENTRY]
    assert records.waiting() == 1


def test_nothing_is_written_where_the_store_is_not_mounted(
    records: KeptRecords, store: Store, away: Path
) -> None:
    records.record(ENTRY, seen=0)
    records.log(LOOK)
    assert not Path(store.root).exists()


def test_what_waits_is_sent_once_the_store_is_back(
    records: KeptRecords, store: Store, away: Path
) -> None:
    records.record(ENTRY, seen=0)
    records.log(LOOK)
    with pytest.raises(StoreError):
        records.send()
    away.rename(store.root)
    assert records.send() == 2
    assert records.waiting() == 0
    assert records.outcomes("2025-01-06") == [ENTRY]
    assert access_entries(store, "2025-01-07", 10)["about"].to_list() == ["C1"]


def test_a_later_process_sends_what_an_earlier_one_kept(
    records: KeptRecords, store: Store, away: Path
) -> None:
    records.record(ENTRY, seen=0)
    away.rename(store.root)
    assert KeptRecords(store, records.held).send() == 1


def test_one_that_waits_goes_behind_what_others_recorded_meanwhile(
    records: KeptRecords, store: Store, away: Path
) -> None:
    records.record(ENTRY, seen=0)
    away.rename(store.root)
    other = replace(ENTRY, entry="e2", by="luis", result=ACCEPTED)
    KeptRecords(store, HeldEntries(away / "none")).record(other, seen=0)
    records.send()
    assert records.outcomes("2025-01-06") == [other, ENTRY]


def test_sending_again_after_a_crash_adds_nothing(records: KeptRecords, store: Store) -> None:
    records.record(ENTRY, seen=0)
    records.held.keep("2025", "outcome", ENTRY.__dict__)
    assert records.outcomes("2025-01-06") == [ENTRY]
    records.send()
    assert records.outcomes("2025-01-06") == [ENTRY]


def test_the_access_log_is_read_newest_first(records: KeptRecords, store: Store) -> None:
    records.log(LOOK)
    records.log(replace(LOOK, entry="a2", at="2025-01-07T10:00:00.000+00:00", about="C2"))
    assert access_entries(store, "2025-01-07", 1)["about"].to_list() == ["C2"]
    assert access_entries(store, "2025-01-08", 1).is_empty()


def test_a_damaged_entry_is_named_with_what_to_do(records: KeptRecords, store: Store) -> None:
    records.record(ENTRY, 0)
    records.log(LOOK)
    (outcome,), (access,) = store.keys("dashboard/outcomes/"), store.keys("dashboard/access/")
    for key in (outcome, access):
        store.write(key, store.read(key)[:-9])
    with pytest.raises(StoreError, match=rf"{outcome} is damaged.*Restore an earlier version"):
        KeptRecords(store, records.held).outcomes("2025-01-06")
    with pytest.raises(StoreError, match=rf"{access} is damaged.*Restore an earlier version"):
        access_entries(store, "2025-01-07", 9)
