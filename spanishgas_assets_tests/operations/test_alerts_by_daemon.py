"""Real mails about runs that a real daemon launched; one daemon for the whole story."""

import os
import subprocess
import sys
import time
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.events import AssetMaterialization, DagsterEvent, StepMaterializationData
from dagster._core.events.log import EventLogEntry
from dagster._core.scheduler.instigation import TickStatus

from spanishgas_assets.operations.alerts.outbox import AlertOutbox
from spanishgas_assets.operations.runs.instance import dagster_home
from spanishgas_assets.settings import Settings
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.free_port import free_port

from .mail_sink import Inbox, mail_server

PATIENCE_SECONDS = 90
THREE_DAYS = 3 * 86_400
INCIDENTS = {
    "Check failed: customers: complete": "2025-01-06: warn: 3 of 10 customers are missing",
    "Gate refused a model: churn/champion: gate": "model m2 refused: PR-AUC 0.41 is below 0.70",
    "Drift: monitoring/drift_report: drift": "1 drifted: tenure_months (high, effect 0.60)",
    "Step failed: model": "2025-01-06: ValueError: the trees fell",
    "Run crashed: make_worker": "During: worker",
    "Stale table: tables are made in time": "bronze/prices: not materialized within its freshness",
}


def wait_until(what, reached):
    """Wait for something to be true of the platform; returns it."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        found = reached()
        if found:
            return found
        time.sleep(0.1)
    pytest.fail(f"in {PATIENCE_SECONDS} s no {what}")


def mailed(inbox, *words, times=1):
    """Wait until all these words have been mailed so often; the text of all mails so far."""

    def all_mailed():
        text = "\n".join(
            f"{mail['Subject']}\n{inbox.text(n)}" for n, mail in enumerate(inbox.mails)
        )
        return text if all(text.count(word) >= times for word in words) else ""

    return wait_until(f"{times} mails of {words}", all_mailed)


def made_three_days_ago(instance, key):
    """Record that an asset was made, three days ago."""
    made = StepMaterializationData(AssetMaterialization(dg.AssetKey(key)))
    event = DagsterEvent("ASSET_MATERIALIZATION", "before", event_specific_data=made)
    instance.store_event(
        EventLogEntry(None, "info", "", "before", time.time() - THREE_DAYS, dagster_event=event)
    )


@pytest.fixture
def port():
    return free_port()


@pytest.fixture
def platform(tmp_path, monkeypatch, port):
    """A daemon on an instance of its own; yields instance, store and the folders that direct it."""
    folders = {}
    for name in ("problem", "launch"):
        folders[name] = tmp_path / name
        folders[name].mkdir()
        monkeypatch.setenv(name.upper(), str(folders[name]))
    (tmp_path / "store/publication").mkdir(parents=True)
    for name, value in {
        "STORE": tmp_path / "store",
        "ALERTS": "email",
        "MAIL_HOST": "127.0.0.1",
        "MAIL_PORT": port,
        "MAIL_STARTTLS": "no",
        "MAIL_SENDER": "platform@spanishgas.example",
        "MAIL_RECIPIENTS": "data@spanishgas.example",
        "UI_URL": "https://dagster.example",
    }.items():
        monkeypatch.setenv(f"SPANISHGAS_{name}", str(value))
    monkeypatch.setenv("FRESHNESS_DAEMON_INTERVAL_SECONDS", "1")
    monkeypatch.setenv("DAGSTER_HOME", "")
    dagster_home(Settings.from_environment())
    with dg.DagsterInstance.get() as instance:
        made_three_days_ago(instance, ["bronze", "prices"])
        daemon = subprocess.Popen(
            [
                sys.executable,
                *("-m", "spanishgas_assets_tests.operations.watching_daemon"),
                *("run", "-m", "spanishgas_assets_tests.operations.watched_platform"),
            ],
            cwd=Path(__file__).parents[2],
            env=dict(os.environ),
            stdout=(tmp_path / "daemon.log").open("w"),
            stderr=subprocess.STDOUT,
        )
        try:
            yield instance, open_store(str(tmp_path / "store")), folders
        finally:
            daemon.terminate()
            daemon.wait(timeout=30)


def failed_ticks(instance):
    """What the UI shows of the alert sensor's failed ticks, the last one first."""
    return [
        tick.error.to_string()
        for state in instance.all_instigator_state()
        if state.name == "alerts"
        for tick in instance.get_ticks(state.instigator_origin_id, state.selector_id)
        if tick.status == TickStatus.FAILURE
    ]


def test_daemon_runs_are_mailed_once_when_the_mail_server_is_back_and_recover(platform, port):
    instance, store, folders = platform
    for name in ("check", "step", "death"):
        (folders["problem"] / name).touch()

    # The mail server is down: ticks fail in the UI, and everything waits in the store.
    for name in ("snapshot.1", "model.1", "worker.1"):
        (folders["launch"] / name).touch()
    wait_until("waiting incidents", lambda: all(told_in(store, incident) for incident in INCIDENTS))
    assert "alerts pending in" in failed_ticks(instance)[0]
    assert "ConnectionRefusedError" in failed_ticks(instance)[0]

    inbox = Inbox()
    with mail_server(inbox, port):
        told = mailed(inbox, *INCIDENTS)
        assert all(words in told for words in INCIDENTS.values())
        assert "asset: https://dagster.example/assets/customers" in told
        assert "run: https://dagster.example/runs/" in told

        for name in ("check", "step", "death"):
            (folders["problem"] / name).unlink()
        for name in ("snapshot.2", "model.2", "worker.2"):
            (folders["launch"] / name).touch()
        instance.report_runless_asset_event(AssetMaterialization(["bronze", "prices"]))
        # Each incident: once when it began and once when it was over.
        told = mailed(inbox, *(f"* {incident}" for incident in INCIDENTS), times=2)
    assert "Recovered" in told
    assert [told.count(f"* {incident}") for incident in INCIDENTS] == [2] * len(INCIDENTS)


def told_in(store, incident):
    """Whether a message that waits in the store tells of an incident."""
    return any(incident in message.text for message in AlertOutbox(store).pending)
