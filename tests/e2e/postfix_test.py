"""Debian's Postfix hands mail over by the transport line that README.md documents, and keeps what we do not take."""
import os
import pathlib
import shutil
import smtplib
import subprocess

import pytest

from support import mail
from support.hark import PATIENCE, free_port_base, wait_for

pytestmark = pytest.mark.skipif(os.geteuid() != 0 or shutil.which("postfix", path="/usr/sbin:/sbin") is None,
                                reason="Postfix runs only as root")

MASTER = """\
127.0.0.1:{port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 1 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
lmtp unix - - n - - lmtp
smtp unix - - n - - smtp
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
local unix - n n - - local
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


class Postfix:
    """A private instance: its own configuration, queue and port; the machine's own Postfix is not touched."""

    def __init__(self, folder, lmtp_port):
        self.config, self.queue, self.data = folder / "config", folder / "queue", folder / "lib"
        self.log = pathlib.Path(f"/var/log/hark-test-postfix-{os.getpid()}.log")  # Postfix logs only below /var
        self.port = free_port_base()
        for one in (self.config, self.queue, self.data):
            one.mkdir(parents=True)
        # Its processes drop to their own user, who must get to the queue.
        for one in [folder, *folder.parents]:
            if one != pathlib.Path("/") and one.stat().st_uid == os.geteuid():
                one.chmod(one.stat().st_mode | 0o055)
        shutil.chown(self.data, "postfix")
        (self.config / "main.cf").write_text(
            f"compatibility_level = 3.6\nqueue_directory = {self.queue}\ndata_directory = {self.data}\n"
            f"maillog_file = {self.log}\nmyhostname = mx.hark.test\nmydestination =\nlocal_recipient_maps =\n"
            "inet_interfaces = 127.0.0.1\ninet_protocols = ipv4\nmynetworks = 127.0.0.0/8\nsmtpd_relay_restrictions = permit_mynetworks, reject\n"
            "alias_maps =\nalias_database =\nrecipient_delimiter = +\nminimal_backoff_time = 2s\nmaximal_backoff_time = 2s\nqueue_run_delay = 2s\n"
            # The lines of the documentation.
            f"virtual_mailbox_domains = hark.test\nvirtual_transport = lmtp:inet:127.0.0.1:{lmtp_port}\n")
        (self.config / "master.cf").write_text(MASTER.format(port=self.port))

    def run(self, command, check=True):
        return subprocess.run(["/usr/sbin/postfix", "-c", str(self.config), command], check=check, timeout=60, capture_output=True, text=True)

    def start(self):
        result = self.run("start", check=False)
        assert result.returncode == 0, f"{result.stdout}{result.stderr}{self.words()}"
        wait_for("Postfix answers", self.answers)
        return self

    def answers(self):
        try:
            with smtplib.SMTP("127.0.0.1", self.port, timeout=5):
                return True
        except OSError:
            return False

    def words(self):
        return self.log.read_text(errors="replace")[-4000:] if self.log.exists() else ""

    def queued(self):
        return [path for name in ("incoming", "active", "deferred", "maildrop") for path in (self.queue / name).rglob("*") if path.is_file()]

    def stop(self):
        self.run("stop", check=False)
        self.log.unlink(missing_ok=True)


@pytest.fixture(scope="module")
def postfix(hark, tmp_path_factory):
    one = Postfix(tmp_path_factory.mktemp("postfix"), hark.lmtp)
    try:
        yield one.start()
    finally:
        one.stop()


def send(postfix, message, recipients=("support@hark.test",)):
    with smtplib.SMTP("127.0.0.1", postfix.port, timeout=30 * PATIENCE) as client:
        client.sendmail(mail.email.utils.parseaddr(str(message["From"]))[1], list(recipients), message.as_bytes())


def test_a_mail_through_postfix_is_on_the_timeline(hark, postfix):
    sender = mail.unique("postfix")
    send(postfix, mail.make(sender, subject="Through Postfix", text="Labdien ā\n"))
    entry = wait_for(f"the mail\n{postfix.words()}", lambda: hark.inbound(sender), 30)[0]
    assert entry.content.subject == "Through Postfix"
    assert entry.content.text.strip() == "Labdien ā"
    wait_for("the queue is empty", lambda: not postfix.queued())


def test_many_mails_through_postfix_arrive_once_each(hark, postfix):
    senders = [mail.unique("many") for _ in range(40)]
    for sender in senders:
        send(postfix, mail.make(sender))
    wait_for("the queue is empty", lambda: not postfix.queued(), 60)
    for sender in senders:
        assert len(hark.inbound(sender)) == 1


def test_an_unknown_recipient_is_bounced_by_postfix_and_not_kept(hark, postfix):
    sender = mail.unique("lost")
    send(postfix, mail.make(sender), ["nobody@hark.test"])
    wait_for("Postfix gives up", lambda: "status=bounced" in postfix.words(), 30)
    assert hark.conversation_of(sender) is None


def test_postfix_keeps_mail_while_hark_is_down_and_brings_it_later(hark, postfix):
    sender = mail.unique("patient")
    assert hark.stop() == 0
    try:
        send(postfix, mail.make(sender, subject="While you were out"))
        wait_for("Postfix defers it", lambda: "status=deferred" in postfix.words(), 30)
    finally:
        hark.start()
    wait_for("the mail arrives", lambda: hark.inbound(sender), 60)
