"""Every mail that others saved, handed in at the front door: each is taken or refused with words, none is lost, none
crashes anything, and the books are in order afterwards."""

import json
import os
import pathlib
import smtplib

import pytest

from support import mail
from support.hark import Hark, config_yaml

FOLDERS = {"stalwart-mail-parser": "*.eml", "ruby-mail": "*.eml", "chatwoot-fork": "*.eml", "sisimai": "*.eml", "talon": "*.eml",
           "mimekit/messages": "*", "mimekit/dkim": "*.msg"}
# Replies that were saved without their headers.
BODIES = {"email_reply_trimmer": "*.emails.txt", "crisp-email-reply-parser": "*.txt"}

REASONS_TO_SET_ASIDE = ("the mail has no usable sender", "a report about a message that is not ours or no longer known")


def samples(folders):
    root = pathlib.Path(os.environ.get("HARK_SAMPLES", "/nonexistent"))
    return sorted(path for folder, pattern in folders.items() for path in (root / folder).rglob(pattern) if path.is_file())


def writer_of(path):
    return f"{path.name.partition('.')[0]}@{path.parent.name.replace('_', '-')}.example"


def shown_as_expected(hark):
    """Of how many replies an agent sees what their collectors expect; reply_samples_test names the others, with why they are meant so."""
    shown = {c.addresses[0].address: c.id for c in hark.all_conversations()}
    same = 0
    for path in samples({"email_reply_trimmer": "*.trimmed.txt"}):
        (entry,) = hark.timeline(shown[f"mailto:{writer_of(path)}"])
        same += entry.content.visible_text.strip() == path.read_text().strip()
    return same


def sample_mails():
    """(name, the mail's bytes)."""
    mails = [(path.name, path.read_bytes()) for path in samples(FOLDERS)]
    for path in samples(BODIES):
        headers = f"From: {writer_of(path)}\nTo: support@hark.test\nSubject: {path.stem}\nContent-Type: text/plain; charset=utf-8\n"
        mails.append((path.name, (headers + "Content-Transfer-Encoding: 8bit\n\n").encode() + path.read_bytes()))
    return mails


@pytest.mark.skipif(not os.environ.get("HARK_SAMPLES"), reason="HARK_SAMPLES does not name the folder with sample mails")
def test_every_sample_mail_is_kept_or_refused_with_words(tmp_path):
    mails = sample_mails()
    assert len(mails) >= 250
    hark = Hark(tmp_path, config_yaml())
    try:
        hark.start()
        refused, taken = {}, 0
        for name, raw in mails:
            raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            try:
                mail.deliver(hark, raw, sender=mail.unique("sample"))
                taken += 1
            except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
                refused[name] = str(error)
        assert not refused, f"a mail is refused only by its size or recipient: {refused}"

        report = json.loads(hark.command("audit", "--json", "--data", hark.data).stdout)
        assert report["findings_total"] == 0, report["findings"]
        counts = report["counts"]
        metrics = counted(hark)
        kept = (metrics["hark_conversation_accepted_total"] + metrics["hark_conversation_duplicates_total"]
                + metrics["hark_conversation_quarantined_total"])
        assert kept >= taken, f"{taken} were acknowledged, {kept} are accounted for"
        assert counts["events"] > 0
        # None is there because it could not be read: each names nobody who wrote it, or reports on mail that is not ours.
        reasons = [item["reason"] for item in json.loads(hark.ctl("quarantine", "--json").stdout)["items"]]
        assert reasons and not [reason for reason in reasons if not reason.startswith(REASONS_TO_SET_ASIDE)]
        assert shown_as_expected(hark) >= 30
        print(f"{taken} mails: " + ", ".join(f"{name} {value:.0f}" for name, value in sorted(metrics.items())))
        # Nothing that came before holds up what comes after.
        sender = mail.unique("after")
        mail.deliver(hark, mail.make(sender))
        assert hark.wait_conversation(sender)
    finally:
        hark.end()


def counted(hark):
    wanted = {f"hark_conversation_{what}_total": 0.0 for what in ["accepted", "duplicates", "quarantined"]}
    for line in hark.get("/metrics").splitlines():
        name, _, value = line.partition(" ")
        if name in wanted:
            wanted[name] = float(value)
    return wanted
