"""How an alert leaves the platform: by SMTP, through SNS, or only into the log."""

import logging
import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Protocol

from spanishgas_assets.operations.alerts.messages import Message
from spanishgas_assets.settings import Alerts, Settings

#: Seconds to wait for a mail server or for SNS.
TIMEOUT_SECONDS = 20
#: SNS takes no longer subject, and no longer message.
_SNS_SUBJECT, _SNS_BYTES = 100, 250_000


class Channel(Protocol):
    """Delivers a message; any exception means that it was not delivered."""

    def send(self, message: Message) -> None:
        """Deliver one message."""
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
        """Mail the message, plain text with HTML beside it."""
        mail = EmailMessage()
        mail["Subject"], mail["From"] = message.subject, self.sender
        mail["To"] = ", ".join(self.recipients)
        # The same at every attempt: a mail client that gets it twice shows it once.
        mail["Message-ID"] = f"<{message.name}@spanishgas>"
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        with smtplib.SMTP(self.host, self.port, timeout=TIMEOUT_SECONDS) as server:
            if self.starttls:
                server.starttls(context=ssl.create_default_context())
            if self.user:
                server.login(self.user, self.password)
            server.send_message(mail)


@dataclass(frozen=True)
class SnsChannel:
    """An SNS topic; credentials, region and endpoint come from the environment."""

    topic: str

    def send(self, message: Message) -> None:
        """Publish the message as plain text."""
        import boto3  # costs 0.15 s that mail does not need

        boto3.client("sns").publish(
            TopicArn=self.topic,
            Subject=message.subject[:_SNS_SUBJECT],
            Message=message.text.encode()[:_SNS_BYTES].decode(errors="ignore"),
        )


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
