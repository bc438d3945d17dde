"""What a customer was offered and what became of it, over the snapshots."""

from pathlib import Path

import pytest

from spanishgas_assets.dashboard.contact_history import OFFERED, RECORDED, contact_history
from spanishgas_assets.dashboard.held_entries import HeldEntries
from spanishgas_assets.dashboard.kept_records import KeptRecords
from spanishgas_assets.dashboard.published_frames import PublishedFrames
from spanishgas_assets.publication.reader import open_publication
from spanishgas_assets.retention.recorded_outcomes import ACCEPTED, CALL_AGAIN, Outcome
from spanishgas_assets.storage.store import Store
from spanishgas_assets_tests.dashboard.conftest import tables_of
from spanishgas_assets_tests.stored import publish_tables


def outcome(snapshot: str, result: str, at: str) -> Outcome:
    return Outcome(at, "C1", snapshot, 1, "offer_large", "phone", result, "", "ana", at)


@pytest.fixture
def records(store: Store, tmp_path: Path) -> KeptRecords:
    return KeptRecords(store, HeldEntries(tmp_path / "held"))


def test_offers_and_outcomes_of_all_snapshots_stand_in_one_line(
    store: Store, records: KeptRecords
) -> None:
    records.record(outcome("2025-01-06", CALL_AGAIN, "2025-01-07T09:00:00+00:00"), 0)
    records.record(outcome("2025-01-06", ACCEPTED, "2025-01-08T09:00:00+00:00"), 1)
    publish_tables(store, "2025-01-13", *tables_of())
    frames = PublishedFrames(open_publication(store.root))
    found = contact_history(frames, records, "C1").select("day", "kind", "result").rows()
    assert found == [
        ("2025-01-13", OFFERED, None),
        ("2025-01-08", RECORDED, ACCEPTED),
        ("2025-01-07", RECORDED, CALL_AGAIN),
        ("2025-01-06", OFFERED, None),
    ]


def test_a_customer_without_an_offer_has_no_history(
    frames: PublishedFrames, records: KeptRecords
) -> None:
    assert contact_history(frames, records, "C5").is_empty()
