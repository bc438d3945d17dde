"""What is wrong with the raw drops becomes an incident, and its end another message."""

import json
from dataclasses import asdict

import pytest

from spanishgas_assets.errors import StoreError
from spanishgas_assets.operations.alerts.incidents import IncidentLog, Kind
from spanishgas_assets.operations.alerts.raw_drops import (
    FINDINGS,
    drop_observations,
    incomplete_drop,
    report_drops,
    unusable_file,
)
from spanishgas_assets.storage.store import open_store

STRAY = unusable_file("notes.txt", "no raw file is called notes.txt")
DROP = incomplete_drop("2025-01-13", "customer_attributes did not come with it")
START, DAY = 1_736_150_400.0, 86_400.0


def alerted(store, incidents: IncidentLog, at: float):
    """What an alert sensor's look tells: opened and recovered subjects."""
    incidents.record(drop_observations(store, list(incidents.open.values()), at))
    told = incidents.digest(at, 30 * DAY)
    return [one.subject for one in told.opened], [one.subject for one in told.recovered]


def test_a_finding_is_told_once_and_its_end_once(store_url: str) -> None:
    store, incidents = open_store(store_url), IncidentLog()
    report_drops(store, [STRAY, DROP])
    assert alerted(store, incidents, START) == (["2025-01-13", "notes.txt"], [])
    for hour in range(1, 4):
        report_drops(store, [DROP, STRAY])
        assert alerted(store, incidents, START + hour * 3600) == ([], [])
    report_drops(store, [STRAY])
    assert alerted(store, incidents, START + DAY) == ([], ["2025-01-13"])
    report_drops(store, [])
    assert alerted(store, incidents, START + 2 * DAY) == ([], ["notes.txt"])


def test_the_same_findings_are_not_written_again(tmp_path, monkeypatch) -> None:
    store = open_store(str(tmp_path))
    report_drops(store, [])
    assert not store.exists(FINDINGS)
    report_drops(store, [STRAY, DROP])
    written = (tmp_path / FINDINGS).stat().st_ino
    report_drops(store, [DROP, STRAY])
    assert (tmp_path / FINDINGS).stat().st_ino == written


def test_incidents_of_others_are_not_ended(tmp_path) -> None:
    store, incidents = open_store(str(tmp_path)), IncidentLog()
    report_drops(store, [STRAY])
    (seen,) = drop_observations(store, [], START)
    assert (seen.kind, seen.subject, seen.healthy) == (Kind.DROPPED_FILE, "notes.txt", False)
    incidents.record([seen])
    other = seen.__class__(Kind.CHECK, "bronze/customer: contract", "", False, "3 rows", START)
    incidents.record([other])
    report_drops(store, [])
    ended = list(drop_observations(store, list(incidents.open.values()), START))
    assert [(one.kind, one.healthy) for one in ended] == [(Kind.DROPPED_FILE, True)]


def test_findings_of_release_0_1_are_read(tmp_path):
    store = open_store(str(tmp_path))
    former = [{"kind": "drop", "subject": "2025-01-13", "says": "lacks a file", "asset": ""}]
    store.write(FINDINGS, json.dumps(former).encode())
    (observation,) = drop_observations(store, [], START)
    assert (observation.subject, observation.message) == ("2025-01-13", "lacks a file")


def test_a_flipped_letter_of_a_finding_is_damage(tmp_path) -> None:
    store = open_store(str(tmp_path))
    report_drops(store, [STRAY])
    store.write(FINDINGS, store.read(FINDINGS).replace(b"notes", b"notet"))
    with pytest.raises(StoreError, match=r"checksum\)\. Delete it"):
        list(drop_observations(store, [], START))


def test_findings_of_an_earlier_release_are_read(tmp_path) -> None:
    store = open_store(str(tmp_path))
    store.write(FINDINGS, json.dumps([asdict(STRAY)]).encode())
    (seen,) = drop_observations(store, [], START)
    assert seen.subject == "notes.txt"
