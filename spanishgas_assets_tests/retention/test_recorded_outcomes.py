"""Outcomes that callers record: kept one by one, and read by the graph as the drop has them."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from spanishgas_assets.errors import StoreError
from spanishgas_assets.raw.typed_rows import Reading
from spanishgas_assets.retention.recorded_outcomes import (
    ACCEPTED,
    CALL_AGAIN,
    OUTCOMES,
    REFUSED,
    Outcome,
    OutcomeConflictError,
    OutcomeJournal,
    outcomes_drop,
    outcomes_version,
    with_recorded,
)
from spanishgas_assets.storage.store import open_store
from spanishgas_assets.tables import quarantine

ENTRY = Outcome(
    entry="e1",
    customer_id="C1",
    snapshot="2025-01-06",
    publication=1,
    offer="offer_large",
    channel="phone",
    result=REFUSED,
    note="",
    by="ana",
    at="2025-01-07T09:30:00+00:00",
)


@pytest.fixture
def journal(tmp_path: Path) -> OutcomeJournal:
    return OutcomeJournal(open_store(str(tmp_path)))


def test_an_entry_is_read_by_another_process(journal: OutcomeJournal) -> None:
    journal.record(ENTRY, seen=0)
    assert OutcomeJournal(journal.store).of_snapshot("2025-01-06") == [ENTRY]


def test_of_two_callers_at_once_one_wins_and_the_other_learns_who_did(
    journal: OutcomeJournal,
) -> None:
    journal.record(ENTRY, seen=0)
    with pytest.raises(OutcomeConflictError, match="ana recorded 'refused' for C1 meanwhile"):
        journal.record(replace(ENTRY, entry="e2", by="luis", result=ACCEPTED), seen=0)
    assert journal.of_customer("2025-01-06", "C1") == [ENTRY]


def test_an_entry_sent_twice_is_there_once(journal: OutcomeJournal) -> None:
    journal.record(ENTRY, seen=0)
    journal.record(ENTRY, seen=0)
    assert journal.of_customer("2025-01-06", "C1") == [ENTRY]


def test_an_entry_kept_for_later_goes_behind_those_made_meanwhile(journal: OutcomeJournal) -> None:
    later = replace(ENTRY, entry="e2", by="luis", result=ACCEPTED)
    journal.record(ENTRY, seen=0)
    journal.append(later)
    assert journal.of_customer("2025-01-06", "C1") == [ENTRY, later]


@pytest.mark.parametrize("strange", ["../../retention", "..", "a/b", "C 1", "Ñ€"])
def test_no_customer_id_leaves_the_folder_of_outcomes(
    journal: OutcomeJournal, strange: str
) -> None:
    journal.record(replace(ENTRY, customer_id=strange), seen=0)
    (key,) = journal.store.keys("")
    assert key.startswith(f"{OUTCOMES}2025-01-06/")
    assert key.count("/") == 4
    assert journal.of_customer("2025-01-06", strange)[0].customer_id == strange


def test_a_damaged_entry_is_named(journal: OutcomeJournal) -> None:
    journal.store.write(f"{OUTCOMES}2025-01-06/C1/000001.json", b'{"by": "ana"')
    with pytest.raises(StoreError, match=r"C1/000001\.json is damaged"):
        journal.of_snapshot("2025-01-06")


def test_a_snapshot_knows_what_was_recorded_before_its_day(journal: OutcomeJournal) -> None:
    journal.record(ENTRY, seen=0)
    assert journal.before(date(2025, 1, 7)) == []
    assert journal.before(date(2025, 1, 8)) == [ENTRY]


def test_the_drop_has_the_last_entry_of_a_customer_offer_and_day() -> None:
    accepted = replace(ENTRY, entry="e2", result=ACCEPTED, at="2025-01-07T17:00:00+00:00")
    again = replace(ENTRY, entry="e3", customer_id="C2", result=CALL_AGAIN)
    drop = outcomes_drop([ENTRY, accepted, again])
    assert drop.drop("file").rows() == [
        (1, "C1", "offer_large", date(2025, 1, 7), 1, 1, None, None, None),
        (2, "C2", "offer_large", date(2025, 1, 7), 0, None, None, None, None),
    ]


def test_recorded_outcomes_stand_beside_those_of_the_file() -> None:
    row = {"customer_id": "C9", "offer": "offer_small", "offer_date": date(2024, 12, 2)}
    flags = {"contacted": 1, "accepted": 0, "churned": 1}
    file = pl.DataFrame([{"file": "campaign_outcomes.csv", "row": 1, **row, **flags}])
    both = with_recorded(Reading(file, quarantine.SCHEMA.to_frame()), outcomes_drop([ENTRY]))
    assert both.rows["customer_id"].to_list() == ["C9", "C1"]
    assert both.height == 2


def test_the_version_changes_with_each_entry_and_is_the_files_without_any() -> None:
    assert outcomes_version("absent", []) == "absent"
    one = outcomes_version("absent", [ENTRY])
    assert one.startswith("absent+1-")
    assert outcomes_version("absent", [ENTRY, replace(ENTRY, entry="e2")]) != one
