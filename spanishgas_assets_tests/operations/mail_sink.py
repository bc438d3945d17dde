"""A mail server for tests, which keeps what it gets."""

from contextlib import contextmanager
from email import message_from_bytes, policy

from aiosmtpd.controller import Controller

from spanishgas_assets_tests.free_port import free_port


class Inbox:
    """Keeps every mail as the standard library reads it; ``answers`` are other replies than yes.

    They are by word of the subject, or by recipient.
    """

    def __init__(self, **answers):
        self.mails, self.envelopes, self.answers = [], [], dict(answers)

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 known"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        for word, answer in self.answers.items():
            if word in mail["Subject"]:
                return answer
        self.mails.append(mail)
        self.envelopes.append(envelope.rcpt_tos)
        return "250 taken"

    @property
    def subjects(self):
        return [mail["Subject"] for mail in self.mails]

    def text(self, place=-1):
        return self.mails[place].get_body(("plain",)).get_content()

    def html(self, place=-1):
        return self.mails[place].get_body(("html",)).get_content()


@contextmanager
def mail_server(inbox, port=0, **options):
    """Serve on a port of the machine; yields the port."""
    port = port or free_port()
    controller = Controller(inbox, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield port
    finally:
        controller.stop()
