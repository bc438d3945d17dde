"""Real mails about runs that a real daemon launched; one daemon for the whole story."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spanishgas_assets.operations.instance import dagster_home
from spanishgas_assets.settings import Settings

from .mail_sink import Inbox, mail_server

PATIENCE_SECONDS = 90
INCIDENTS = [
    "Check failed: customers: complete",
    "Step failed: model",
    "Run crashed: make_worker",
]


def wait_for(inbox, *words, times=1):
    """Wait until all these words have been mailed so often; the text of all mails so far."""
    until = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < until:
        text = "\n".join(
            f"{mail['Subject']}\n{inbox.text(n)}" for n, mail in enumerate(inbox.mails)
        )
        if all(text.count(word) >= times for word in words):
            return text
        time.sleep(0.2)
    pytest.fail(f"no mail of {words} but {inbox.subjects}")


@pytest.fixture
def platform(tmp_path, monkeypatch):
    """A daemon on an instance of its own; yields inbox and the two folders that direct it."""
    inbox, folders = Inbox(), {}
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    for name in ("trouble", "launch"):
        folders[name] = tmp_path / name
        folders[name].mkdir()
        monkeypatch.setenv(name.upper(), str(folders[name]))
    (tmp_path / "store/publication").mkdir(parents=True)
    with mail_server(inbox) as port:
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
        monkeypatch.setenv("DAGSTER_HOME", "")
        dagster_home(Settings.from_environment())
        daemon = subprocess.Popen(
            [
                Path(sys.executable).with_name("dagster-daemon"),
                *("run", "-m", "spanishgas_assets_tests.operations.watched_platform"),
            ],
            cwd=Path(__file__).parents[2],
            env=dict(os.environ),
            stdout=(tmp_path / "daemon.log").open("w"),
            stderr=subprocess.STDOUT,
        )
        try:
            yield inbox, folders["trouble"], folders["launch"]
        finally:
            daemon.terminate()
            daemon.wait(timeout=30)


def test_daemon_runs_are_mailed_once_and_recover(platform):
    inbox, trouble, launch = platform
    for name in ("check", "step", "death"):
        (trouble / name).touch()

    for name in ("customers.1", "model.1", "worker.1"):
        (launch / name).touch()
    told = wait_for(inbox, *INCIDENTS)
    assert "2025-01-06: warn: 3 of 10 customers are missing" in told
    assert "asset: https://dagster.example/assets/customers" in told
    assert "2025-01-06: ValueError: the trees fell" in told
    assert "run: https://dagster.example/runs/" in told
    assert "During: worker" in told

    for name in ("check", "step", "death"):
        (trouble / name).unlink()
    for name in ("customers.2", "model.2", "worker.2"):
        (launch / name).touch()
    # Each incident: once when it began and once when it was over.
    told = wait_for(inbox, *(f"* {one}" for one in INCIDENTS), times=2)
    assert "Recovered" in told
    assert [told.count(f"* {one}") for one in INCIDENTS] == [2, 2, 2]
