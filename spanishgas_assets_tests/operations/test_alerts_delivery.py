"""How an alert leaves the house: mail servers that work, are down or want TLS; SNS; a dry run."""

import datetime
import json
import logging
import ssl
from dataclasses import replace

import pytest

from spanishgas_assets.errors import AlertError
from spanishgas_assets.operations.alerts.channels import (
    LogChannel,
    MailChannel,
    SnsChannel,
    channel_of,
)
from spanishgas_assets.operations.alerts.incidents import GROUPING_SECONDS, Kind, Observation
from spanishgas_assets.operations.alerts.messages import Message
from spanishgas_assets.operations.alerts.outbox import (
    REFUSED_MESSAGES,
    SENSOR_OUTBOX,
    AlertOutbox,
)
from spanishgas_assets.settings import Alerts, Settings
from spanishgas_assets.storage.store import open_store

from .mail_sink import Inbox, mail_server

NOW = 1_736_150_400.0
LATER = NOW + GROUPING_SECONDS
LOG = logging.getLogger("alerts")


def failed(subject):
    return Observation(Kind.CHECK, subject, "", healthy=False, message="says", at=NOW)


def mail_settings(port, **more):
    given = {"mail_sender": "us@x.example", "mail_recipients": "a@x.example, b@x.example"}
    return Settings(alerts=Alerts.EMAIL, mail_host="127.0.0.1", mail_port=port, **(given | more))


def flush(store, observations, channel, now=NOW):
    return AlertOutbox(store).flush(
        observations, channel, now=now, remind_after=1e9, ui_url="http://ui"
    )


@pytest.fixture
def store(tmp_path):
    return open_store(str(tmp_path / "store"))


@pytest.fixture
def cloud(monkeypatch):
    """AWS, made up."""
    from moto import mock_aws

    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield


@pytest.fixture
def inbox():
    return Inbox()


def test_a_mail_is_plain_text_and_html_for_every_recipient(store, inbox):
    with mail_server(inbox) as port:
        channel = channel_of(mail_settings(port, mail_starttls=False), LOG)
        assert flush(store, [failed("t: c")], channel) == 1
    (mail,) = inbox.mails
    assert (mail["From"], mail["To"]) == ("us@x.example", "a@x.example, b@x.example")
    assert mail["Subject"] == "[SpanishGas] Check failed: t: c"
    assert "* Check failed: t: c" in inbox.text()
    assert "<b>Check failed: t: c</b>" in inbox.html()


def test_a_server_that_is_down_loses_nothing(store, inbox):
    with mail_server(inbox) as port:
        pass
    channel = channel_of(mail_settings(port, mail_starttls=False), LOG)
    with pytest.raises(AlertError, match=r"pending in .*alerts\.json: 1\. ConnectionRefused"):
        flush(store, [failed("first: c")], channel)
    with pytest.raises(AlertError, match=r"alerts\.json: 2\."):
        flush(store, [failed("second: c")], channel, LATER)
    with mail_server(inbox, port):
        assert flush(store, [], channel, LATER + 1) == 2
        assert flush(store, [], channel, LATER + 2) == 0
    assert inbox.subjects == [
        "[SpanishGas] Check failed: first: c",
        "[SpanishGas] Check failed: second: c",
    ]


def test_the_same_alert_has_the_same_message_id_at_every_attempt(store, inbox):
    class FirstAttemptIsLost(MailChannel):
        def send(self, message):
            super().send(message)
            if len(inbox.mails) == 1:
                raise TimeoutError("the answer was lost")

    with mail_server(inbox) as port:
        channel = FirstAttemptIsLost("127.0.0.1", port, "us@x.example", ("a@x.example",), False)
        with pytest.raises(AlertError):
            flush(store, [failed("t: c")], channel)
        flush(store, [], channel, NOW + 1)
    first, second = inbox.mails
    assert first["Message-ID"] == second["Message-ID"]


def mails(store, inbox, *rounds, **more):
    """Flush one observation after the other to a mail server, each after the grouping time."""
    with mail_server(inbox) as port:
        channel = channel_of(mail_settings(port, mail_starttls=False, **more), LOG)
        for number, observation in enumerate(rounds):
            flush(store, [observation], channel, NOW + number * GROUPING_SECONDS)
    return inbox.mails


def test_a_mail_says_when_it_was_composed_and_that_a_machine_sent_it(store, inbox):
    (mail,) = mails(store, inbox, failed("t: c"), mail_sender="SpanishGas <us@x.example>")
    assert mail["Date"] == "Mon, 06 Jan 2025 08:00:00 +0000"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"] == "<20250106T080000.000000@x.example>"


def test_reminder_and_recovery_answer_the_first_mail(store, inbox):
    with mail_server(inbox) as port:
        channel = channel_of(mail_settings(port, mail_starttls=False), LOG)
        over = replace(failed("t: c"), healthy=True)
        for at, observations in ((NOW, [failed("t: c")]), (NOW + 90_000, []), (NOW + 2e5, [over])):
            AlertOutbox(store).flush(
                observations, channel, now=at, remind_after=86_400, ui_url="http://ui"
            )
    first, reminder, recovery = inbox.mails
    assert first["In-Reply-To"] is None
    assert "still open: " in reminder["Subject"]
    assert "recovered: " in recovery["Subject"]
    for later in (reminder, recovery):
        assert (later["In-Reply-To"], later["References"]) == (first["Message-ID"],) * 2


@pytest.mark.parametrize(
    "name", ["a\nBcc: x@y.example", "caf\udce9.csv", "a\x00\x1b[2J", "a" * 3000]
)
def test_a_name_that_no_header_can_take_is_mailed_and_blocks_nothing(store, inbox, name):
    finding = Observation(Kind.DROPPED_FILE, name, "", healthy=False, message=name, at=NOW)
    first, second = mails(store, inbox, finding, failed("t: c"))
    assert first["Subject"].startswith("[SpanishGas] Raw file cannot be used: ")
    assert len(first["Subject"]) <= 150
    assert first["Bcc"] is None
    assert second["Subject"] == "[SpanishGas] Check failed: t: c"


def test_a_pending_message_of_an_earlier_release_with_a_line_break_is_delivered(store, inbox):
    old = {"name": "a", "subject": "[SpanishGas] x\ny \udce9", "text": "t \udce9", "html": "h"}
    state = {"watermark": {"until": 0.0, "seen": []}, "pending": [old]}
    state["incidents"] = {"open": {}, "resolved": [], "notified_at": 0.0}
    store.write(SENSOR_OUTBOX, json.dumps(state).encode())
    first, second = mails(store, inbox, failed("t: c"))
    assert first["Subject"] == "[SpanishGas] x\\ny ?"
    assert second["Subject"] == "[SpanishGas] Check failed: t: c"


def test_a_mail_refused_for_good_is_set_aside_and_told_by_the_next(store):
    inbox = Inbox(bad="554 5.7.1 looks like spam")
    (mail,) = mails(store, inbox, failed("bad"), failed("good"))
    assert mail["Subject"] == "[SpanishGas] Check failed: good"
    assert "Not delivered (1)" in inbox.text()
    assert "* [SpanishGas] Check failed: bad: 554 5.7.1 looks like spam. Its text: " in inbox.text()
    (kept,) = store.keys(REFUSED_MESSAGES)
    assert kept in inbox.text()
    assert "* Check failed: bad" in json.loads(store.read(kept))["text"]
    outbox = AlertOutbox(store)
    assert (outbox.pending, outbox.refused) == ([], [])


def test_a_refusal_is_told_even_if_nothing_else_happens(store):
    inbox = Inbox(bad="554 no")
    with mail_server(inbox) as port:
        channel = channel_of(mail_settings(port, mail_starttls=False), LOG)
        flush(store, [failed("bad")], channel)
        assert flush(store, [], channel, LATER) == 1
        assert flush(store, [], channel, LATER + GROUPING_SECONDS) == 0
    assert inbox.subjects == ["[SpanishGas] 1 alerts could not be delivered"]


def test_a_server_that_refuses_everything_is_an_error_and_loses_nothing(store):
    inbox = Inbox(SpanishGas="550 no such sender")
    with mail_server(inbox) as port:
        channel = channel_of(mail_settings(port, mail_starttls=False), LOG)
        flush(store, [failed("bad")], channel)
        with pytest.raises(AlertError, match="refused for good: 550 no such sender"):
            flush(store, [], channel, LATER)
        inbox.answers.clear()
        assert flush(store, [], channel, LATER + GROUPING_SECONDS) == 1
    assert "Check failed: bad: 550 no such sender" in inbox.text()


def test_greylisting_keeps_the_message_and_holds_up_no_other(store):
    inbox = Inbox(slow="451 4.7.1 greylisted, try again")
    with mail_server(inbox) as port:
        channel = channel_of(mail_settings(port, mail_starttls=False), LOG)
        with pytest.raises(AlertError, match="try again later: 451"):
            flush(store, [failed("slow")], channel)
        with pytest.raises(AlertError, match=r"alerts\.json: 1\. try again later"):
            flush(store, [failed("quick")], channel, LATER)
        assert inbox.subjects == ["[SpanishGas] Check failed: quick"]
        inbox.answers.clear()
        assert flush(store, [], channel, LATER + 30) == 1
    assert inbox.subjects[-1] == "[SpanishGas] Check failed: slow"


def test_only_a_recipient_who_lacks_the_mail_gets_it_again(store):
    inbox = Inbox(**{"b@x.example": "450 greylisted"})
    with mail_server(inbox) as port:
        channel = channel_of(mail_settings(port, mail_starttls=False), LOG)
        with pytest.raises(AlertError, match=r"b@x\.example: 450 greylisted"):
            flush(store, [failed("t: c")], channel)
        inbox.answers.clear()
        flush(store, [], channel, NOW + 30)
    assert inbox.envelopes == [["a@x.example"], ["b@x.example"]]


def test_a_recipient_refused_for_good_is_told_to_the_others(store):
    inbox = Inbox(**{"b@x.example": "550 unknown user"})
    mails(store, inbox, failed("first"), failed("second"))
    assert "Check failed: first: b@x.example: 550 unknown user" in inbox.text()
    assert inbox.envelopes == [["a@x.example"]] * 2


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for the sink, signed by itself."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    today = datetime.datetime.now(datetime.UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("tls")
    (folder / "cert.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return folder


def logins(server, session, envelope, mechanism, data):
    from aiosmtpd.smtp import AuthResult

    return AuthResult(success=(data.login, data.password) == (b"us", b"secret"), handled=False)


@pytest.fixture
def tls_port(certificate, inbox, monkeypatch):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "cert.pem", certificate / "key.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "cert.pem"))
    with mail_server(
        inbox, tls_context=context, require_starttls=True, authenticator=logins, auth_required=True
    ) as port:
        yield port


def test_mail_goes_over_starttls_with_a_login(store, inbox, tls_port):
    settings = mail_settings(tls_port, mail_user="us", mail_password="secret")
    channel = channel_of(settings.with_changes(mail_host="localhost"), LOG)
    flush(store, [failed("t: c")], channel)
    assert inbox.subjects == ["[SpanishGas] Check failed: t: c"]


def test_a_wrong_password_keeps_the_alert(store, inbox, tls_port):
    channel = MailChannel(
        "localhost", tls_port, "us@x.example", ("a@x.example",), user="us", password="wrong"
    )
    with pytest.raises(AlertError, match="SMTPAuthenticationError"):
        flush(store, [failed("t: c")], channel)
    assert (len(AlertOutbox(store).pending), inbox.mails) == (1, [])


def test_a_server_without_starttls_is_refused(store, inbox):
    with mail_server(inbox) as port, pytest.raises(AlertError, match="STARTTLS"):
        flush(store, [failed("t: c")], channel_of(mail_settings(port), LOG))
    assert inbox.mails == []


def test_a_dry_run_says_in_the_log_what_nobody_is_told(store, caplog):
    channel = channel_of(Settings(), LOG)
    assert isinstance(channel, LogChannel)
    with caplog.at_level(logging.WARNING):
        flush(store, [failed("t: c")], channel)
    assert "Dry run (SPANISHGAS_ALERTS=log): nothing is sent" in caplog.text
    assert "* Check failed: t: c" in caplog.text


def test_the_password_is_never_shown():
    settings = mail_settings(25, mail_user="us", mail_password="secret")
    assert "secret" not in repr(settings) + repr(channel_of(settings, LOG))


def test_sns_takes_the_alert(store, cloud):

    import boto3

    sns, sqs = boto3.client("sns"), boto3.client("sqs")
    topic = sns.create_topic(Name="alerts")["TopicArn"]
    queue = sqs.create_queue(QueueName="phone")["QueueUrl"]
    address = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=address["Attributes"]["QueueArn"])
    flush(store, [failed("t: c")], channel_of(Settings(alerts=Alerts.SNS, sns_topic=topic), LOG))
    (message,) = sqs.receive_message(QueueUrl=queue)["Messages"]
    received = json.loads(message["Body"])
    assert received["Subject"] == "[SpanishGas] Check failed: t: c"
    assert "* Check failed: t: c" in received["Message"]


def test_sns_gets_subjects_of_99_ascii_characters_and_whole_lines(store, cloud, monkeypatch):
    published = []

    class Sns:
        def publish(self, **given):
            published.append(given)

    monkeypatch.setattr("boto3.client", lambda _: Sns())
    text = "\n".join(f"line {number:06}" for number in range(30_000))
    SnsChannel("arn").send(Message("a", f"[SpanishGas] año {'x' * 200}", text, ""))
    (given,) = published
    assert given["Subject"].startswith("[SpanishGas] ano [...]")
    *lines, more = given["Message"].split("\n")
    assert lines[-1] == f"line {len(lines) - 1:06}"
    assert more == f"and {30_000 - len(lines):,} more lines: see the UI"
    assert len(given["Message"]) <= 256_000


def test_a_message_that_sns_will_never_take_blocks_nothing(store, cloud, monkeypatch):
    from botocore.exceptions import ClientError

    published = []

    class Sns:
        def publish(self, **given):
            if "bad" in given["Subject"]:
                error = {"Code": "InvalidParameter", "Message": "Invalid parameter: Message"}
                raise ClientError({"Error": error}, "Publish")
            published.append(given["Message"])

    monkeypatch.setattr("boto3.client", lambda _: Sns())
    flush(store, [failed("bad")], SnsChannel("arn"))
    flush(store, [failed("good")], SnsChannel("arn"), LATER)
    (message,) = published
    assert "* [SpanishGas] Check failed: bad: " in message


def test_a_topic_that_is_gone_keeps_the_alert(store, cloud):
    gone = Settings(alerts=Alerts.SNS, sns_topic="arn:aws:sns:eu-west-1:123456789012:gone")
    with pytest.raises(AlertError, match="NotFound"):
        flush(store, [failed("t: c")], channel_of(gone, LOG))
    assert store.exists(SENSOR_OUTBOX)
    assert len(AlertOutbox(store).pending) == 1


def test_the_state_of_release_0_1_is_read_and_stored_with_the_current_names(store):
    """An incident, its scope and a pending message of a file with the former field names."""
    contract = {"kind": "check", "subject": "bronze/prices: contract", "place": "2025-01-06"}
    former = {
        "watermark": {"until": NOW, "seen": ["run 1"]},
        "ledger": {
            "open": {
                "check bronze/prices: contract": {
                    "kind": "check",
                    "subject": "bronze/prices: contract",
                    "opened_at": NOW,
                    "asset": "bronze/prices",
                    "told_at": NOW,
                    "closed_at": 0.0,
                    "places": {
                        "2025-01-06": contract
                        | {
                            "well": False,
                            "says": "3 rows break it",
                            "at": NOW,
                            "run_id": "run 1",
                            "asset": "bronze/prices",
                            "ends_earlier": True,
                        }
                    },
                }
            },
            "over": [],
            "told_at": NOW,
        },
        "waiting": [{"name": "a", "subject": "[SpanishGas]", "text": "t", "html": "h"}],
    }
    store.write(SENSOR_OUTBOX, json.dumps(former).encode())
    outbox = AlertOutbox(store)
    (incident,) = outbox.incidents.open.values()
    assert (incident.notified_at, incident.resolved_at) == (NOW, 0.0)
    assert incident.scopes["2025-01-06"] == Observation(
        Kind.CHECK,
        "bronze/prices: contract",
        "2025-01-06",
        healthy=False,
        message="3 rows break it",
        at=NOW,
        run_id="run 1",
        asset="bronze/prices",
        resolves_earlier=True,
    )
    assert [message.name for message in outbox.pending] == ["a"]
    assert flush(store, [], LogChannel(LOG), NOW + 1) == 1
    stored = json.loads(store.read(SENSOR_OUTBOX))
    assert sorted(stored) == ["checksum", "incidents", "pending", "watermark"]
    assert stored["incidents"] == outbox.incidents.to_dict()
