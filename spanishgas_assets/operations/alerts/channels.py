"""How an alert leaves the platform: by SMTP, through SNS, or only into the log."""

import logging
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Protocol

from spanishgas_assets.errors import AlertError
from spanishgas_assets.operations.alerts.messages import Message
from spanishgas_assets.operations.alerts.wording import ascii_line, one_line, shortened
from spanishgas_assets.settings import Alerts, Settings

#: Seconds to wait for a mail server or for SNS.
TIMEOUT_SECONDS = 20
#: SNS takes no longer subject, and no longer message.
_SNS_SUBJECT, _SNS_BYTES = 99, 250_000
#: What SNS calls a message that it will never take.
_SNS_REFUSALS = {"InvalidParameter", "InvalidParameterValue", "ValidationError"}
#: SMTP replies from here on are final; below they ask to try again (greylisting does).
_FINAL = 500
#: First messages that a mail refers to: a header that names hundreds is refused itself.
_MOST_REFERENCES = 10


class NotAcceptedError(AlertError):
    """A message that was not accepted, while the channel works: the next may well be.

    Attributes:
        deferred: who may take it later, and what was said; ``""`` stands for all.
        refused: who will never take it, and what was said.
        reached: whether another recipient took it.
    """

    def __init__(
        self,
        deferred: Mapping[str, str] | None = None,
        refused: Mapping[str, str] | None = None,
        *,
        reached: bool = False,
    ) -> None:
        """Say who did not take it."""
        self.deferred, self.refused = dict(deferred or {}), dict(refused or {})
        self.reached = reached
        super().__init__("; ".join([*self.deferred.values(), *self.refused.values()]))


class Channel(Protocol):
    """Delivers a message."""

    def send(self, message: Message) -> None:
        """Deliver one message.

        Raises:
            NotAcceptedError: this message is not accepted, by all or by some of its recipients.
            Exception: the channel does not work; the message is delivered once it does.
        """
        ...


@dataclass(frozen=True)
class LogChannel:
    """A dry run: the sensor's log shows what would have been sent."""

    log: logging.Logger

    def send(self, message: Message) -> None:
        """Write the message to the log."""
        self.log.warning(
            "Dry run (SPANISHGAS_ALERTS=log): nothing is sent. %s\n%s",
            message.subject,
            message.text,
        )


@dataclass(frozen=True)
class MailChannel:
    """SMTP, with STARTTLS unless a deployment turned it off."""

    host: str
    port: int
    sender: str
    recipients: tuple[str, ...]
    starttls: bool = True
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, message: Message) -> None:
        """Mail the message: plain text with HTML beside it, and what is attached."""
        try:
            mail = self._mail(message)
            mail.as_bytes()
        except Exception as error:
            raise NotAcceptedError(refused={"": f"it is no mail: {error}"}) from error
        with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS) as server:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            # A greeting that is not answered is the server's fault, whatever the message.
            server.ehlo_or_helo_if_needed()
            _transmit(server, mail, message.recipients or message.addressees or self.recipients)

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["Subject"], mail["From"] = one_line(message.subject), self.sender
        mail["To"] = ", ".join(message.addressees or self.recipients)
        composed = datetime.fromtimestamp(message.composed_at, UTC) if message.composed_at else None
        mail["Date"] = format_datetime(composed or datetime.now(UTC))
        # The same at every attempt: a mail client that gets it twice shows it once.
        mail["Message-ID"] = self._id(message.name)
        if message.answers:
            mail["In-Reply-To"] = self._id(message.answers[0])
            mail["References"] = " ".join(map(self._id, message.answers[:_MOST_REFERENCES]))
        # No out-of-office reply is wanted (RFC 3834).
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        if message.attachment:
            attached = message.attachment
            mail.add_attachment(attached.html, subtype="html", filename=attached.name)
        return mail

    def _id(self, name: str) -> str:
        """Return the Message-ID of a message: its name, in the sender's domain."""
        domain = parseaddr(self.sender)[1].rpartition("@")[2] or "spanishgas.invalid"
        return f"<{name}@{domain.encode('idna').decode()}>"


def _transmit(server: smtplib.SMTP, mail: EmailMessage, recipients: tuple[str, ...]) -> None:
    """Send a mail; raise NotAcceptedError where the server answers that it does not take it."""
    answers: Mapping[str, tuple[int, bytes | str]]
    reached = False
    try:
        answers = server.send_message(mail, to_addrs=list(recipients))
        reached = True
    except smtplib.SMTPRecipientsRefused as error:
        answers = error.recipients
    except smtplib.SMTPResponseException as error:
        answers = {"": (error.smtp_code, error.smtp_error)}
    said = {who: f"{code} {_decoded(text)}" for who, (code, text) in answers.items()}
    if said:
        raise NotAcceptedError(
            deferred={who: said[who] for who, (code, _) in answers.items() if code < _FINAL},
            refused={who: said[who] for who, (code, _) in answers.items() if code >= _FINAL},
            reached=reached,
        )


def _decoded(reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return one_line(text.replace("\n", " "))


@dataclass(frozen=True)
class SnsChannel:
    """An SNS topic; credentials, region and endpoint come from the environment."""

    topic: str

    def send(self, message: Message) -> None:
        """Publish the message as plain text."""
        import boto3  # costs 0.15 s that mail does not need
        from botocore.exceptions import ClientError, ParamValidationError

        try:
            boto3.client("sns").publish(
                TopicArn=self.topic,
                Subject=shortened(ascii_line(message.subject), _SNS_SUBJECT),
                Message=_fitting(message.text),
            )
        except ParamValidationError as error:
            raise NotAcceptedError(refused={"": str(error)}) from error
        except ClientError as error:
            answer = error.response["Error"]
            # A topic that cannot be is the setting's fault, not the message's.
            if answer["Code"] not in _SNS_REFUSALS or "TopicArn" in answer.get("Message", ""):
                raise
            raise NotAcceptedError(refused={"": str(error)}) from error


def _fitting(text: str) -> str:
    """Return as many whole lines as SNS takes, and how many more there are."""
    lines = text.encode(errors="replace").split(b"\n")
    size, kept = 0, 0
    while kept < len(lines) and size + len(lines[kept]) + 1 <= _SNS_BYTES:
        size += len(lines[kept]) + 1
        kept += 1
    more = [f"and {len(lines) - kept:,} more lines: see the UI".encode()] * (kept < len(lines))
    return b"\n".join([*lines[:kept], *more]).decode()


def channel_of(settings: Settings, log: logging.Logger) -> Channel:
    """Build the channel that the settings ask for; they hold all that it needs."""
    match settings.alerts:
        case Alerts.LOG:
            return LogChannel(log)
        case Alerts.SNS:
            return SnsChannel(settings.sns_topic)
        case Alerts.EMAIL:
            return MailChannel(
                settings.mail_host,
                settings.mail_port,
                settings.mail_sender,
                settings.mail_recipients,
                settings.mail_starttls,
                settings.mail_user,
                settings.mail_password.get_secret_value(),
            )
