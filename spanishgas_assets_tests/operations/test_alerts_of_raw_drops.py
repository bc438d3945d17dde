"""What is wrong with the raw drops becomes an incident, and its end another message."""

from spanishgas_assets.operations.alerts.incidents import Kind, Ledger
from spanishgas_assets.operations.alerts.raw_drops import (
    FINDINGS,
    drop_sightings,
    incomplete_drop,
    report_drops,
    unusable_file,
)
from spanishgas_assets.storage.store import open_store

STRAY = unusable_file("notes.txt", "no raw file is called notes.txt")
DROP = incomplete_drop("2025-01-13", "customer_attributes did not come with it")
START, DAY = 1_736_150_400.0, 86_400.0


def alerted(store, ledger: Ledger, at: float):
    """What an alert sensor's look tells: opened and recovered subjects."""
    ledger.record(drop_sightings(store, list(ledger.open.values()), at))
    told = ledger.digest(at, 30 * DAY)
    return [one.subject for one in told.opened], [one.subject for one in told.recovered]


def test_a_finding_is_told_once_and_its_end_once(store_url: str) -> None:
    store, ledger = open_store(store_url), Ledger()
    report_drops(store, [STRAY, DROP])
    assert alerted(store, ledger, START) == (["2025-01-13", "notes.txt"], [])
    for hour in range(1, 4):
        report_drops(store, [DROP, STRAY])
        assert alerted(store, ledger, START + hour * 3600) == ([], [])
    report_drops(store, [STRAY])
    assert alerted(store, ledger, START + DAY) == ([], ["2025-01-13"])
    report_drops(store, [])
    assert alerted(store, ledger, START + 2 * DAY) == ([], ["notes.txt"])


def test_the_same_findings_are_not_written_again(tmp_path, monkeypatch) -> None:
    store = open_store(str(tmp_path))
    report_drops(store, [])
    assert not store.exists(FINDINGS)
    report_drops(store, [STRAY, DROP])
    written = (tmp_path / FINDINGS).stat().st_ino
    report_drops(store, [DROP, STRAY])
    assert (tmp_path / FINDINGS).stat().st_ino == written


def test_incidents_of_others_are_not_ended(tmp_path) -> None:
    store, ledger = open_store(str(tmp_path)), Ledger()
    report_drops(store, [STRAY])
    (seen,) = drop_sightings(store, [], START)
    assert (seen.kind, seen.subject, seen.well) == (Kind.DROPPED_FILE, "notes.txt", False)
    ledger.record([seen])
    other = seen.__class__(Kind.CHECK, "bronze/customer: contract", "", False, "3 rows", START)
    ledger.record([other])
    report_drops(store, [])
    ended = list(drop_sightings(store, list(ledger.open.values()), START))
    assert [(one.kind, one.well) for one in ended] == [(Kind.DROPPED_FILE, True)]
