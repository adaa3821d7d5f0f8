"""Mails made with Python's library, handed in with its LMTP client; and a sink that takes what we send (aiosmtpd)."""
import email
import email.policy
import smtplib
import threading
import uuid
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from support.hark import PATIENCE, free_port_base


def unique(name="customer"):
    return f"{name}-{uuid.uuid4().hex[:10]}@example.com"


def make(sender, to="support@hark.test", subject="Hello", text="Where is my parcel?\n", message_id=None, name="", **headers):
    mail = EmailMessage(policy=email.policy.SMTP)
    mail["From"] = f"{name} <{sender}>" if name else sender
    mail["To"] = to
    mail["Subject"] = subject
    mail["Date"] = email.utils.localtime()
    if message_id != "":
        mail["Message-ID"] = message_id or f"<{uuid.uuid4().hex}@example.com>"
    for key, value in headers.items():
        mail[key.replace("_", "-")] = value
    mail.set_content(text)
    return mail


def deliver(hark, mail, sender=None, recipients=None):
    """Hands a mail in over LMTP. Raises smtplib.SMTPException unless every recipient was taken."""
    raw = mail if isinstance(mail, bytes) else mail.as_bytes(policy=email.policy.SMTP)
    if sender is None:
        sender = email.utils.parseaddr(str(mail["From"]))[1] if not isinstance(mail, bytes) else "someone@example.com"
    if recipients is None:
        recipients = [address for _, address in email.utils.getaddresses([str(mail["To"])])] if not isinstance(mail, bytes) else ["support@hark.test"]
    with smtplib.LMTP("127.0.0.1", hark.lmtp, timeout=30 * PATIENCE) as client:
        return client.sendmail(sender, recipients, raw)


class Sink:
    """A mail server that keeps what it gets. `refuse` maps a recipient to an SMTP answer."""

    def __init__(self):
        self.mails = []
        self.refuse = {}
        self._changed = threading.Condition()
        self.port = free_port_base()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content, policy=email.policy.default)
        mail.envelope_from, mail.envelope_to = envelope.mail_from, list(envelope.rcpt_tos)
        with self._changed:
            self.mails.append(mail)
            self._changed.notify_all()
        return "250 2.0.0 taken"

    def to(self, address):
        with self._changed:
            return [mail for mail in self.mails if address in mail.envelope_to]

    def wait(self, address, count=1, seconds=20):
        """The mails to an address, once there are `count`."""
        with self._changed:
            if not self._changed.wait_for(lambda: len([m for m in self.mails if address in m.envelope_to]) >= count, seconds * PATIENCE):
                raise AssertionError(f"{count} mails to {address} did not come within {seconds} s; the sink has {len(self.mails)} in all")
        return self.to(address)

    def close(self):
        self._controller.stop()
