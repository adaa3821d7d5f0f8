"""Mail comes in through the front door (LMTP) and stands on the customer's timeline."""
import smtplib
import subprocess

import pytest

from support import mail, protos
from support.hark import wait_for

ENTRY = protos.entry_pb2


def timeline_of(hark, sender):
    conversation = hark.wait_conversation(sender)
    return conversation, hark.timeline(conversation.id)


def test_a_mail_sent_by_swaks_is_on_the_timeline(hark):
    sender = mail.unique("swaks")
    subprocess.run(
        ["swaks", "--protocol", "LMTP", "--server", "127.0.0.1", "--port", str(hark.lmtp), "--from", sender, "--to", "support@hark.test",
         "--header", "Subject: My parcel", "--body", "Where is it?", "--suppress-data"],
        check=True, timeout=60, stdout=subprocess.DEVNULL)
    conversation, entries = timeline_of(hark, sender)
    assert [e.kind for e in entries][:1] == [ENTRY.ENTRY_KIND_INBOUND]
    assert entries[0].content.subject == "My parcel"
    assert entries[0].content.text.strip() == "Where is it?"
    assert entries[0].account_id == "support"
    assert entries[0].sequence == 1
    assert entries[0].obligation == ENTRY.OBLIGATION_STATE_OPEN
    assert conversation.ticket.id == entries[0].ticket_id
    assert list(conversation.open_obligations) == [entries[0].id]


# FIELD 4
def test_two_mails_of_one_customer_are_one_conversation_and_one_ticket(hark):
    sender = mail.unique()
    mail.deliver(hark, mail.make(sender, subject="First"))
    mail.deliver(hark, mail.make(sender.replace("example.com", "EXAMPLE.com"), to="sales@hark.test", subject="Second"))
    conversation, entries = timeline_of(hark, sender)
    inbound = [e for e in entries if e.kind == ENTRY.ENTRY_KIND_INBOUND]
    assert [e.content.subject for e in inbound] == ["First", "Second"]
    assert [e.account_id for e in inbound] == ["support", "sales"]
    assert {e.ticket_id for e in inbound} == {conversation.ticket.id}


# FIELD 12
def test_the_same_mail_twice_is_one_entry(hark):
    sender = mail.unique()
    one = mail.make(sender, subject="Once")
    mail.deliver(hark, one)
    mail.deliver(hark, one)
    assert len(timeline_of(hark, sender)[1]) == 1


# FIELD 11
def test_the_same_mail_to_two_of_our_addresses_is_one_entry_with_both(hark):
    sender = mail.unique()
    one = mail.make(sender, to="support@hark.test, sales@hark.test", subject="Both")
    assert mail.deliver(hark, one) == {}
    mail.deliver(hark, one, recipients=["sales@hark.test"])
    entries = [e for e in timeline_of(hark, sender)[1] if e.kind == ENTRY.ENTRY_KIND_INBOUND]
    assert len(entries) == 1
    assert {entries[0].account_id, *entries[0].also_delivered_to} == {"support", "sales"}


# FIELD 9, 18
def test_a_reused_message_id_with_other_contents_is_not_lost(hark):
    sender = mail.unique()
    message_id = f"<{sender}>"
    mail.deliver(hark, mail.make(sender, subject="One", text="one\n", message_id=message_id))
    mail.deliver(hark, mail.make(sender, subject="Two", text="two\n", message_id=message_id))
    assert [e.content.subject for e in hark.inbound(sender)] == ["One", "Two"]


# FIELD 15
def test_mails_without_a_message_id_are_taken_once_each(hark):
    sender = mail.unique()
    one = mail.make(sender, subject="No id", text="one\n", message_id="")
    two = mail.make(sender, subject="No id", text="two\n", message_id="")
    for each in (one, two, one):
        mail.deliver(hark, each)
    entries = timeline_of(hark, sender)[1]
    assert [e.content.text.strip() for e in entries] == ["one", "two"]
    assert len({e.native_id for e in entries}) == 2


def test_letters_of_every_script_arrive(hark):
    sender = mail.unique()
    text = "Labdien! Žēl, ka sūtījums kavējas. Привет 你好 🙂\n"
    mail.deliver(hark, mail.make(sender, name="Āris Bērziņš", subject="Sūtījums № 5 — 荷物", text=text))
    conversation, entries = timeline_of(hark, sender)
    assert entries[0].content.text.strip() == text.strip()
    assert entries[0].content.subject == "Sūtījums № 5 — 荷物"
    assert conversation.customer_name == "Āris Bērziņš"


def test_attachments_and_raw_bytes_can_be_fetched_as_they_came(hark):
    sender = mail.unique()
    one = mail.make(sender, subject="With a file")
    payload = bytes(range(256)) * 40
    one.add_attachment(payload, maintype="application", subtype="octet-stream", filename="../rēķins.bin")
    mail.deliver(hark, one)
    conversation, entries = timeline_of(hark, sender)
    (attachment,) = entries[0].content.attachments
    assert "/" not in attachment.file_name and attachment.file_name.endswith("rēķins.bin")
    assert blob(hark, conversation.id, attachment.blob) == payload
    assert b"Subject: With a file" in blob(hark, conversation.id, entries[0].raw)


# FIELD 43
def test_every_one_of_many_attachments_is_listed_and_there_even_without_a_body(hark):
    sender = mail.unique("scanner")
    one = mail.make(sender, subject="Scans", text="")
    for page in range(60):
        one.add_attachment(b"%PDF-1.4 page " + str(page).encode(), maintype="application", subtype="pdf", filename=f"page {page}.pdf")
    one.add_attachment(b"", maintype="image", subtype="png", filename="empty.png")
    mail.deliver(hark, one)
    conversation, entries = timeline_of(hark, sender)
    attachments = entries[0].content.attachments
    assert [a.file_name for a in attachments] == [f"page {page}.pdf" for page in range(60)] + ["empty.png"]
    assert all(a.blob.size_bytes > 0 for a in attachments[:60]) and attachments[60].blob.size_bytes == 0
    for page in (0, 14, 15, 59):
        assert blob(hark, conversation.id, attachments[page].blob) == b"%PDF-1.4 page " + str(page).encode()


def blob(hark, conversation_id, ref):
    stub = protos.blob_service_pb2_grpc.BlobServiceStub(hark.channel())
    request = protos.blob_service_pb2.GetBlobRequest(blob=ref, conversation_id=conversation_id)
    return b"".join(part.chunk for part in stub.GetBlob(request, timeout=15))


def test_a_plus_address_belongs_to_its_account(hark):
    sender = mail.unique()
    mail.deliver(hark, mail.make(sender, to="support+holiday@hark.test"))
    assert timeline_of(hark, sender)[1][0].account_id == "support"


def test_an_alias_belongs_to_its_account(hark):
    sender = mail.unique()
    mail.deliver(hark, mail.make(sender, to="Info@Hark.Test"))
    assert timeline_of(hark, sender)[1][0].account_id == "sales"


def test_a_recipient_who_is_not_ours_is_refused_for_good_and_the_other_is_taken(hark):
    sender = mail.unique()
    one = mail.make(sender, to="support@hark.test")
    refused = mail.deliver(hark, one, recipients=["nobody@hark.test", "support@hark.test", "x@elsewhere.example"])
    assert set(refused) == {"nobody@hark.test", "x@elsewhere.example"}
    assert all(500 <= code < 600 for code, _ in refused.values())
    assert len(timeline_of(hark, sender)[1]) == 1


def test_a_mail_larger_than_the_limit_is_refused_before_and_after_its_bytes(hark):
    sender = mail.unique()
    with smtplib.LMTP("127.0.0.1", hark.lmtp, timeout=60) as client:
        client.ehlo("test")
        limit = int(client.esmtp_features["size"])
        code, words = client.mail(sender, [f"SIZE={limit + 1}"])
        assert code == 552, words
        client.rset()
        assert client.mail(sender)[0] == 250
        assert client.rcpt("support@hark.test")[0] == 250
        big = mail.make(sender, subject="Too big").as_bytes() + b"x" * 76 + b"\r\n"
        code, words = client.data(big + (b"y" * 76 + b"\r\n") * (limit // 78 + 1))
        assert code == 552, words
        # The session goes on.
        client.sendmail(sender, ["support@hark.test"], mail.make(sender, subject="Small").as_bytes())
    assert [e.content.subject for e in hark.inbound(sender)] == ["Small"]


# FIELD 16
@pytest.mark.parametrize("raw", [
    pytest.param(b"\x00\x01\x02\xff\xfe" * 100, id="bytes"),
    pytest.param(b"", id="nothing"),
    pytest.param(b"no header at all\r\njust lines\r\n", id="no header"),
    pytest.param(b"From: \r\nSubject: =?utf-8?B?////?=\r\n\r\nx\r\n", id="no sender"),
    pytest.param(b"From: a@b@c\r\nContent-Type: multipart/mixed; boundary=\r\n\r\n--\r\n--\r\n", id="boundary"),
    pytest.param(b"From: <deep@example.com>\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
                 + b"--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n" * 2000, id="bomb"),
])
def test_garbage_is_kept_or_refused_with_words_and_never_blocks_the_next_mail(hark, raw):
    before = quarantine_ids(hark)
    sender = mail.unique("garbage")
    try:
        mail.deliver(hark, raw, sender=sender)
        # Acknowledged, so it must be somewhere: with the sender of the envelope or the header, or in quarantine.
        wait_for("garbage shows up", lambda: quarantine_ids(hark) - before or hark.conversation_of(sender) or hark.conversation_of("deep@example.com"))
    except smtplib.SMTPResponseException as error:
        assert error.smtp_code // 100 in (4, 5) and len(error.smtp_error) > 5
    except smtplib.SMTPRecipientsRefused as error:
        assert error.recipients
    follower = mail.unique("follower")
    mail.deliver(hark, mail.make(follower))
    assert len(timeline_of(hark, follower)[1]) == 1


def quarantine_ids(hark):
    request = protos.conversation_service_pb2.ListQuarantineRequest(limit=500)
    return {item.id for item in hark.conversations().ListQuarantine(request, timeout=15).items}


def test_a_client_that_goes_away_in_the_middle_leaves_nothing_behind(hark):
    sender = mail.unique("gone")
    client = smtplib.LMTP("127.0.0.1", hark.lmtp, timeout=30)
    client.ehlo("test")
    client.mail(sender)
    client.rcpt("support@hark.test")
    client.putcmd("data")
    assert client.getreply()[0] == 354
    client.send(b"From: " + sender.encode() + b"\r\n\r\nhalf a mail")
    client.close()
    other = mail.unique()
    mail.deliver(hark, mail.make(other))
    hark.wait_conversation(other)
    assert hark.conversation_of(sender) is None
