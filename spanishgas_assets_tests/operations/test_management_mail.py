"""Monday's mail: a new snapshot's page for management, once, attached where a channel attaches."""

import logging

import pytest

from spanishgas_assets.errors import AlertError
from spanishgas_assets.monitoring.tables import CHECK_SUMMARY
from spanishgas_assets.operations.alerts.channels import channel_of
from spanishgas_assets.operations.alerts.management_mail import announce
from spanishgas_assets.operations.alerts.outbox import AlertOutbox
from spanishgas_assets.retention.management_page import MANAGEMENT_FILE, management_place
from spanishgas_assets.settings import Alerts, Settings
from spanishgas_assets.storage.file_versions import write_files
from spanishgas_assets.storage.store import open_store
from spanishgas_assets_tests.stored import publish_tables

from .mail_sink import Inbox, mail_server

NOW = 1_736_150_400.0
LOG = logging.getLogger("alerts")
TABLE = (CHECK_SUMMARY, CHECK_SUMMARY.empty())
PAGE = "<!doctype html><p>6.1.2025: ñ, €</p>"


@pytest.fixture
def store(tmp_path):
    """A store whose one snapshot has a page."""
    store = open_store(str(tmp_path / "store"))
    publish(store, "2025-01-06")
    return store


def publish(store, snapshot, model="model-1"):
    (page,) = write_files(store, management_place(snapshot), {"html": PAGE.encode()})
    publish_tables(store, snapshot, TABLE, model=model, files={MANAGEMENT_FILE: page})


def mail_settings(port, **more):
    return Settings(
        alerts=Alerts.EMAIL,
        mail_host="127.0.0.1",
        mail_port=port,
        mail_starttls=False,
        mail_sender="us@x.example",
        mail_recipients=("data@x.example",),
        management_page=True,
        dashboard_url="https://retention.example",
        **more,
    )


def tick(store, settings, now=NOW):
    """What the sensor does when nothing else is to be told."""
    outbox = AlertOutbox(store)
    sent = outbox.flush(
        [], channel_of(settings, LOG), now=now, remind_after=1e9, ui_url="http://ui"
    )
    announce(store, outbox, settings, now)
    return sent


def test_the_page_is_attached_to_a_mail_to_management(store):
    inbox = Inbox()
    with mail_server(inbox) as port:
        settings = mail_settings(port, management_recipients=("board@x.example",))
        assert [tick(store, settings) for _ in range(3)] == [0, 1, 0]
    (mail,) = inbox.mails
    assert inbox.envelopes == [["board@x.example"]]
    assert mail["To"] == "board@x.example"
    assert mail["Subject"] == "[SpanishGas] Hoja para dirección, 06/01/2025 / Page for management"
    (attached,) = mail.iter_attachments()
    assert attached.get_content_type() == "text/html"
    assert attached.get_filename() == "management_2025-01-06.html"
    assert attached.get_content().strip() == PAGE
    assert "https://retention.example" in inbox.text()


def test_each_new_snapshot_is_announced_once(store):
    inbox = Inbox()
    with mail_server(inbox) as port:
        settings = mail_settings(port)
        tick(store, settings)
        publish(store, "2025-01-06", model="model-2")
        tick(store, settings)
        publish(store, "2025-01-13")
        tick(store, settings)
        tick(store, settings)
    assert [mail["Subject"].split()[4] for mail in inbox.mails] == ["06/01/2025", "13/01/2025"]
    assert inbox.envelopes[0] == ["data@x.example"]


def test_a_mail_server_that_is_down_loses_no_page(store):
    inbox = Inbox()
    with mail_server(inbox) as port:
        pass
    settings = mail_settings(port)
    tick(store, settings)
    with pytest.raises(AlertError, match="pending"):
        tick(store, settings)
    with mail_server(inbox, port):
        tick(store, settings)
    assert [one.get_filename() for one in inbox.mails[0].iter_attachments()] == [
        "management_2025-01-06.html"
    ]


def test_a_channel_without_attachments_says_where_the_page_is(store, caplog):
    settings = Settings(alerts=Alerts.LOG, management_page=True)
    tick(store, settings)
    tick(store, settings)
    assert "is ready." in caplog.text
    assert "retention/management_page/2025-01-06/" in caplog.text
    assert "attached" not in caplog.text


def test_without_the_setting_nothing_is_sent(store, caplog):
    settings = Settings(alerts=Alerts.LOG)
    tick(store, settings)
    tick(store, settings)
    assert caplog.text == ""


def test_a_snapshot_without_a_page_is_not_announced(tmp_path, caplog):
    store = open_store(str(tmp_path / "store"))
    publish_tables(store, "2025-01-06", TABLE)
    settings = Settings(alerts=Alerts.LOG, management_page=True)
    tick(store, settings)
    tick(store, settings)
    assert caplog.text == ""
