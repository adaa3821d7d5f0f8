"""Mails made with Python's library, handed in with its LMTP client; and a sink that takes what we send (aiosmtpd)."""
import email
import email.policy
import email.utils
import smtplib
import threading
import uuid
from email.message import EmailMessage

from aiosmtpd.controller import Controller

from support.hark import PATIENCE, free_port_base


# Long lines as they are: the library would rather encode a long Message-ID than leave it alone.
PLAIN = email.policy.SMTP.clone(max_line_length=998)


def unique(name="customer"):
    return f"{name}-{uuid.uuid4().hex[:10]}@example.com"


def make(sender, to="support@hark.test", subject="Hello", text="Where is my parcel?\n", message_id=None, name="", **headers):
    mail = EmailMessage(policy=PLAIN)
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


class Lmtp(smtplib.LMTP):
    """Python's client does not know that LMTP answers the end of DATA once for every accepted recipient (RFC 2033 4.2)."""

    def hand_in(self, sender, recipients, raw):
        """The refusals by recipient; SMTPRecipientsRefused if nobody took it, SMTPResponseException for the mail as a whole."""
        self.ehlo_or_helo_if_needed()
        code, words = self.mail(sender)
        if code != 250:
            raise smtplib.SMTPResponseException(code, words)
        refused, accepted = {}, []
        for recipient in recipients:
            code, words = self.rcpt(recipient)
            if code == 250:
                accepted.append(recipient)
            else:
                refused[recipient] = (code, words)
        if accepted:
            self.putcmd("data")
            code, words = self.getreply()
            if code != 354:
                raise smtplib.SMTPResponseException(code, words)
            lines = raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").replace(b"\n", b"\r\n").replace(b"\r\n.", b"\r\n..")
            if lines.startswith(b"."):
                lines = b"." + lines
            self.send(lines + (b"" if lines.endswith(b"\r\n") else b"\r\n") + b".\r\n")
            for recipient in accepted:
                code, words = self.getreply()
                if code != 250:
                    refused[recipient] = (code, words)
        if len(refused) == len(recipients):
            raise smtplib.SMTPRecipientsRefused(refused)
        return refused


def deliver(hark, mail, sender=None, recipients=None):
    """Hands a mail in over LMTP, from its From to its To unless told otherwise; the refusals by recipient."""
    if isinstance(mail, bytes):
        raw, sender, recipients = mail, sender or "someone@example.com", recipients or ["support@hark.test"]
    else:
        raw = mail.as_bytes(policy=PLAIN)
        sender = email.utils.parseaddr(str(mail["From"]))[1] if sender is None else sender
        recipients = recipients or [address for _, address in email.utils.getaddresses([str(mail["To"])])]
    with Lmtp("127.0.0.1", hark.lmtp, timeout=30 * PATIENCE) as client:
        return client.hand_in(sender, recipients, raw)


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
