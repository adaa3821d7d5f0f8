"""Every mail that others saved, handed in at the front door: each is taken or refused with words, none is lost, none
crashes anything, and the books are in order afterwards."""

import json
import os
import pathlib
import smtplib

import pytest

from support import mail
from support.hark import Hark, config_yaml

FOLDERS = ["stalwart-mail-parser", "ruby-mail", "chatwoot-fork", "sisimai", "mimekit", "talon", "email_reply_trimmer"]


def sample_mails():
    root = pathlib.Path(os.environ.get("HARK_SAMPLES", "/nonexistent"))
    return sorted(path for folder in FOLDERS for path in (root / folder).rglob("*")
                  if path.is_file() and path.suffix in {".eml", ".msg", ".1", ".2"})


@pytest.mark.skipif(not os.environ.get("HARK_SAMPLES"), reason="HARK_SAMPLES does not name the folder with sample mails")
def test_every_sample_mail_is_kept_or_refused_with_words(tmp_path):
    mails = sample_mails()
    assert len(mails) > 150
    hark = Hark(tmp_path, config_yaml())
    try:
        hark.start()
        refused, taken = {}, 0
        for path in mails:
            raw = path.read_bytes().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            try:
                mail.deliver(hark, raw, sender=mail.unique("sample"))
                taken += 1
            except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as error:
                refused[path.name] = str(error)
        assert not refused, f"a mail is refused only by its size or recipient: {refused}"

        report = json.loads(hark.command("audit", "--json", "--data", hark.data).stdout)
        assert report["findings_total"] == 0, report["findings"]
        counts = report["counts"]
        metrics = counted(hark)
        kept = (metrics["hark_conversation_accepted_total"] + metrics["hark_conversation_duplicates_total"]
                + metrics["hark_conversation_quarantined_total"])
        assert kept >= taken, f"{taken} were acknowledged, {kept} are accounted for"
        assert counts["events"] > 0
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
