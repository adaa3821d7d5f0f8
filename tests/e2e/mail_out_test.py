"""An agent's reply leaves as a mail in the right thread, and what comes back finds its way."""
import email.policy
import email.utils
import time
import uuid
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from support import mail, protos
from support.hark import wait_for

CHANNEL = protos.channel_pb2
ENTRY = protos.entry_pb2
MESSAGE_ID_CHAIN = ("<first@example.com>", "<second@example.com>")


def bare(message_id):
    return str(message_id).strip().strip("<>")


def answered(hark, agent, sink, text="It leaves today.\n", **headers):
    """A customer who wrote and got an answer: (sender, question, conversation, reply entry, the mail that went out, token)."""
    sender = mail.unique()
    question = mail.make(sender, name="Ana Customer", subject=f"Parcel {uuid.uuid4().hex[:6]}", **headers)
    mail.deliver(hark, question)
    conversation = hark.wait_conversation(sender)
    token = agent.take(conversation.id)
    entry = hark.inbound(sender)[0]
    reply = agent.reply(entry, text, token)
    (sent,) = sink.wait(sender)
    return sender, question, conversation, reply, sent, token


def token_address(sent):
    """Where an answer to our mail goes: Reply-To, else From."""
    _, address = email.utils.parseaddr(str(sent["Reply-To"] or sent["From"]))
    return address


def test_a_reply_goes_out_in_the_thread_of_the_mail_it_answers(hark, agent, sink):
    sender, question, conversation, reply, sent, _ = answered(hark, agent, sink, References=" ".join(MESSAGE_ID_CHAIN))
    assert sent.envelope_to == [sender]
    assert email.utils.parseaddr(str(sent["To"]))[1] == sender
    assert str(sent["In-Reply-To"]).strip() == question["Message-ID"]
    assert str(sent["References"]).split() == [*MESSAGE_ID_CHAIN, question["Message-ID"]]
    assert str(sent["Subject"]) == f"Re: {question['Subject']}"
    assert email.utils.parseaddr(str(sent["From"]))[1].partition("@")[0].partition("+")[0] == "support"
    local, _, domain = token_address(sent).partition("@")
    assert domain == "hark.test" and local.startswith("support+") and len(local) > len("support+") + 10
    assert sent["Message-ID"] and sent["Date"] and sent["MIME-Version"]
    assert "It leaves today." in sent.get_body(("plain",)).get_content()
    assert reply.kind == ENTRY.ENTRY_KIND_REPLY and reply.to.address == f"mailto:{sender}"
    shown = wait_for("the reply is shown as sent", lambda: delivery(hark, conversation.id, reply.id) == CHANNEL.DELIVERY_STATE_SENT)
    assert shown
    question_entry = hark.inbound(sender)[0]
    assert question_entry.obligation == ENTRY.OBLIGATION_STATE_ANSWERED


def test_a_file_goes_out_as_it_is_with_and_without_words(hark, agent, sink, tmp_path):
    path = tmp_path / "r\u0113\u0137ins 7.pdf"
    path.write_bytes(b"%PDF-1.4\n" + bytes(range(256)) * 300)
    for words in (["--text", "Our invoice."], []):
        sender = mail.unique()
        mail.deliver(hark, mail.make(sender, subject="Invoice"))
        agent.take(hark.wait_conversation(sender).id)
        hark.ctl("reply", "--entry", hark.inbound(sender)[0].id, "--file", str(path), *words)
        (sent,) = sink.wait(sender)
        (file,) = sent.iter_attachments()
        assert (file.get_filename(), file.get_content_type(), file.get_content()) == (path.name, "application/pdf", path.read_bytes())
        assert sent.get_body(("plain",)).get_content().strip() == "".join(words[1:])


def delivery(hark, conversation_id, entry_id):
    entry = hark.entry(conversation_id, entry_id)
    return entry.delivery if entry else 0


def test_the_reply_leaves_from_the_account_that_the_mail_came_to(hark, agent, sink):
    sender = mail.unique()
    mail.deliver(hark, mail.make(sender, to="info@hark.test", subject="Prices"))
    conversation = hark.wait_conversation(sender)
    agent.reply(hark.inbound(sender)[0], "They are fair.\n", agent.take(conversation.id))
    (sent,) = sink.wait(sender)
    assert email.utils.parseaddr(str(sent["From"]))[1].startswith("sales")


# FIELD 21
def test_the_same_reply_sent_twice_leaves_once(hark, agent, sink):
    sender = mail.unique()
    mail.deliver(hark, mail.make(sender))
    conversation = hark.wait_conversation(sender)
    token = agent.take(conversation.id)
    entry = hark.inbound(sender)[0]
    key = uuid.uuid4().hex
    first = agent.reply(entry, "Once.\n", token, key=key)
    again = agent.reply(entry, "Once.\n", token, key=key)
    assert first.id == again.id
    sink.wait(sender)
    marker = mail.unique()
    mail.deliver(hark, mail.make(marker))
    agent.reply(hark.inbound(marker)[0], "Marker.\n", agent.take(hark.wait_conversation(marker).id))
    sink.wait(marker)
    assert len(sink.to(sender)) == 1


def test_one_key_for_two_different_replies_is_refused(hark, agent, sink):
    sender, _, _, _, _, token = answered(hark, agent, sink)
    mail.deliver(hark, mail.make(sender, subject="More"))
    entry = wait_for("the second mail", lambda: hark.inbound(sender)[1:])[0]
    key = uuid.uuid4().hex
    agent.reply(entry, "One.\n", token, key=key)
    with pytest.raises(grpc.RpcError) as error:
        agent.reply(entry, "Two.\n", token, key=key)
    assert protos.reason_of(error.value) == "IDEMPOTENCY_KEY_REUSED"


# FIELD 8
def test_an_answer_to_the_token_address_joins_the_thread(hark, agent, sink):
    sender, _, conversation, reply, sent, _ = answered(hark, agent, sink)
    # A client that drops References and changes the subject.
    mail.deliver(hark, mail.make(sender, to=token_address(sent), subject="something else"))
    entry = wait_for("the answer", lambda: hark.inbound(sender)[1:])[0]
    assert entry.conversation_id == conversation.id
    assert entry.thread_id == reply.thread_id


def test_the_token_is_read_whatever_case_a_relay_gives_it(hark, agent, sink):
    sender, _, _, reply, sent, _ = answered(hark, agent, sink)
    local, _, domain = token_address(sent).partition("@")
    mail.deliver(hark, mail.make(sender, to=f"{local.upper()}@{domain.upper()}", subject="loud"))
    entry = wait_for("the answer", lambda: hark.inbound(sender)[1:])[0]
    assert entry.thread_id == reply.thread_id


# Python's mail library writes a long Message-ID as encoded words, which RFC 2047 forbids there and clients do all the same.
@pytest.mark.parametrize("policy", [mail.PLAIN, email.policy.SMTP], ids=["plain", "encoded words"])
def test_an_answer_with_references_alone_joins_the_thread(hark, agent, sink, policy):
    sender, _, conversation, reply, sent, _ = answered(hark, agent, sink)
    answer = mail.make(sender, to="support@hark.test", subject="Re: x", In_Reply_To=str(sent["Message-ID"]), References=str(sent["Message-ID"]))
    mail.deliver(hark, answer.as_bytes(policy=policy), sender=sender)
    entry = wait_for("the answer", lambda: hark.inbound(sender)[1:])[0]
    assert entry.conversation_id == conversation.id
    assert entry.thread_id == reply.thread_id


def test_the_same_subject_alone_joins_nothing(hark, agent, sink):
    sender, question, _, reply, _, _ = answered(hark, agent, sink)
    mail.deliver(hark, mail.make(sender, subject=f"Re: {question['Subject']}"))
    entry = wait_for("the mail", lambda: hark.inbound(sender)[1:])[0]
    assert entry.thread_id != reply.thread_id


# FIELD 6
@pytest.mark.parametrize("by", ["token", "references"])
def test_a_stranger_on_a_thread_gets_a_conversation_of_their_own(hark, agent, sink, by):
    sender, _, conversation, _, sent, _ = answered(hark, agent, sink)
    stranger = mail.unique("stranger")
    if by == "token":
        forwarded = mail.make(stranger, to=token_address(sent), subject="Fwd: parcel")
    else:
        forwarded = mail.make(stranger, subject="Fwd: parcel", In_Reply_To=str(sent["Message-ID"]), References=str(sent["Message-ID"]))
    mail.deliver(hark, forwarded)
    own = hark.wait_conversation(stranger)
    assert own.id != conversation.id
    (entry,) = hark.inbound(stranger)
    assert entry.linked_conversation_id == conversation.id
    assert len(hark.inbound(sender)) == 1


# FIELD 5: a reply with a new subject, glued to an old thread, was answered under the old one
def test_an_answer_goes_out_under_the_subject_of_the_message_it_answers(hark, agent, sink):
    sender, question, _, _, sent, token = answered(hark, agent, sink)
    mail.deliver(hark, mail.make(sender, to=token_address(sent), subject="And another thing"))
    entry = wait_for("the new subject", lambda: hark.inbound(sender)[1:])[0]
    agent.reply(hark.inbound(sender)[0], "About the first.\n", token, seen_sequence=entry.sequence)
    agent.reply(entry, "About the other.\n", token)
    subjects = [str(one["Subject"]) for one in sink.wait(sender, 3)[1:]]
    assert sorted(subjects) == sorted([f"Re: {question['Subject']}", "Re: And another thing"])


# FIELD 17: a conversation that was done with came back with the next delivery of its mail
def test_a_mail_that_is_brought_again_after_its_ticket_was_resolved_opens_nothing(hark, agent, sink):
    sender, question, conversation, _, _, token = answered(hark, agent, sink)
    agent.resolve(conversation.ticket.id, token)
    before = len(hark.timeline(conversation.id))
    for recipients in (None, ["support@hark.test", "sales@hark.test"]):
        mail.deliver(hark, question, recipients=recipients)
    marker = mail.unique()
    mail.deliver(hark, mail.make(marker))
    agent.wait_offer(hark.wait_conversation(marker).id)
    assert len(hark.timeline(conversation.id)) == before
    assert hark.conversation_of(sender).ticket.state == protos.conversation_pb2.TICKET_STATE_RESOLVED


def test_a_forged_token_is_no_token(hark, agent, sink):
    sender, _, conversation, reply, sent, _ = answered(hark, agent, sink)
    local, _, domain = token_address(sent).partition("@")
    forged = local[:-1] + ("a" if local[-1] != "a" else "b")
    mail.deliver(hark, mail.make(sender, to=f"{forged}@{domain}", subject="guess"))
    entry = wait_for("the mail", lambda: hark.inbound(sender)[1:])[0]
    assert entry.conversation_id == conversation.id
    assert entry.thread_id != reply.thread_id


def bounce_of(sent, to, action="failed", status="5.1.1", words="550 5.1.1 no such user"):
    """A delivery status notification (RFC 3464) as a mail server makes it."""
    boundary = uuid.uuid4().hex
    return (f"From: MAILER-DAEMON@mx.example.com\r\nTo: {to}\r\nSubject: Undelivered Mail Returned to Sender\r\n"
            f"Message-ID: <{uuid.uuid4().hex}@mx.example.com>\r\nDate: {email.utils.formatdate(time.time())}\r\n"
            f"Auto-Submitted: auto-replied\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: multipart/report; report-type=delivery-status; boundary={boundary}\r\n\r\n"
            f"--{boundary}\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n"
            f"--{boundary}\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.com\r\n\r\n"
            f"Final-Recipient: rfc822; {sent.envelope_to[0]}\r\nAction: {action}\r\nStatus: {status}\r\nDiagnostic-Code: smtp; {words}\r\n"
            f"\r\n--{boundary}\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {sent['Message-ID']}\r\nSubject: x\r\n"
            f"\r\n--{boundary}--\r\n").encode()


@pytest.mark.parametrize("to", ["envelope", "account"])
def test_a_bounce_marks_the_reply_with_its_reason(hark, agent, sink, to):
    sender, _, conversation, reply, sent, _ = answered(hark, agent, sink)
    back_to = (sent.envelope_from if to == "envelope" else "") or "support@hark.test"
    before = len(hark.all_conversations())
    mail.deliver(hark, bounce_of(sent, back_to), sender="<>", recipients=[back_to])
    wait_for("the reply is shown as bounced", lambda: delivery(hark, conversation.id, reply.id) == CHANNEL.DELIVERY_STATE_BOUNCED)
    entry = hark.entry(conversation.id, reply.id)
    assert "5.1.1" in entry.delivery_detail
    assert len(hark.all_conversations()) == before
    assert len(hark.inbound(sender)) == 1


def test_a_report_of_delay_is_no_bounce(hark, agent, sink):
    _, _, conversation, reply, sent, _ = answered(hark, agent, sink)
    wait_for("sent", lambda: delivery(hark, conversation.id, reply.id) == CHANNEL.DELIVERY_STATE_SENT)
    delayed = bounce_of(sent, "support@hark.test", action="delayed", status="4.4.1", words="connection timed out")
    mail.deliver(hark, delayed, sender="<>", recipients=["support@hark.test"])
    final = bounce_of(sent, "support@hark.test")
    assert delivery(hark, conversation.id, reply.id) == CHANNEL.DELIVERY_STATE_SENT
    mail.deliver(hark, final, sender="<>", recipients=["support@hark.test"])
    wait_for("bounced", lambda: delivery(hark, conversation.id, reply.id) == CHANNEL.DELIVERY_STATE_BOUNCED)


def test_an_automatic_answer_opens_no_ticket_and_awaits_no_answer(hark, agent, sink):
    sender, _, conversation, _, sent, token = answered(hark, agent, sink)
    agent.resolve(conversation.ticket.id, token, disposition="done")
    vacation = mail.make(sender, to=token_address(sent), subject="Automatic reply: Parcel", text="I am away.\n", Auto_Submitted="auto-replied")
    mail.deliver(hark, vacation)
    entry = wait_for("the automatic answer", lambda: [e for e in hark.timeline(conversation.id) if e.kind == ENTRY.ENTRY_KIND_AUTO_REPLY])[0]
    assert entry.obligation in (ENTRY.OBLIGATION_STATE_UNSPECIFIED, ENTRY.OBLIGATION_STATE_WAIVED)
    now = hark.conversation_of(sender)
    assert now.ticket.state == protos.conversation_pb2.TICKET_STATE_RESOLVED
    assert not now.open_obligations


# FIELD 9
def test_our_own_mail_that_comes_back_makes_no_loop(hark, agent, sink):
    _, _, conversation, _, sent, _ = answered(hark, agent, sink)
    before = {c.id for c in hark.all_conversations()}
    entries = len(hark.timeline(conversation.id))
    try:
        mail.deliver(hark, sent.as_bytes(), sender="support@hark.test", recipients=["support@hark.test"])
    except mail.smtplib.SMTPException:
        return  # refused: no loop either
    follower = mail.unique()
    mail.deliver(hark, mail.make(follower))
    mine = hark.wait_conversation(follower).id
    assert {c.id for c in hark.all_conversations()} - before == {mine}
    assert len(hark.timeline(conversation.id)) <= entries + 1


def test_a_reply_that_came_back_after_resolving_is_work_again_for_its_author(hark, agent, sink):
    sender, _, conversation, reply, sent, token = answered(hark, agent, sink)
    agent.resolve(conversation.ticket.id, token)
    back_to = sent.envelope_from or "support@hark.test"
    mail.deliver(hark, bounce_of(sent, back_to), sender="<>", recipients=[back_to])
    offer = agent.wait_offer(conversation.id)
    assert offer.ticket.id == conversation.ticket.id and "asked for by name" in offer.explanation
    (question,) = hark.inbound(sender)
    assert question.obligation == ENTRY.OBLIGATION_STATE_OPEN
    status = hark.timeline(conversation.id)[-1]
    assert status.status.change == ENTRY.StatusChange.CHANGE_REOPENED and "5.1.1" in status.reason
    assert status.answers_entry_id == reply.id
    again = agent.reply(question, "By another way, then.\n", agent.accept(offer))
    sink.wait(sender, 2)
    assert hark.inbound(sender)[0].answered_by_entry_id == again.id
    hark.command("audit", "--port-base", str(hark.port_base), "--data", str(hark.data))


def test_a_ticket_is_not_resolved_over_an_unanswered_mail_without_a_reason(hark, agent, sink):
    sender = mail.unique()
    mail.deliver(hark, mail.make(sender))
    conversation = hark.wait_conversation(sender)
    token = agent.take(conversation.id)
    with pytest.raises(grpc.RpcError) as error:
        agent.resolve(conversation.ticket.id, token)
    assert protos.reason_of(error.value) == "OBLIGATIONS_OPEN"
    ticket = agent.resolve(conversation.ticket.id, token, waive_reason="an advertisement")
    assert ticket.state == protos.conversation_pb2.TICKET_STATE_RESOLVED
    assert hark.inbound(sender)[0].obligation == ENTRY.OBLIGATION_STATE_WAIVED


def test_a_recipient_refused_by_the_relay_is_shown_as_failed_with_its_words(hark, agent, sink):
    sender = mail.unique()
    sink.refuse[sender] = "550 5.1.1 mailbox is gone"
    mail.deliver(hark, mail.make(sender))
    conversation = hark.wait_conversation(sender)
    reply = agent.reply(hark.inbound(sender)[0], "Hello?\n", agent.take(conversation.id))
    wait_for("failed", lambda: delivery(hark, conversation.id, reply.id) == CHANNEL.DELIVERY_STATE_FAILED)
    assert "5.1.1" in hark.entry(conversation.id, reply.id).delivery_detail


def test_who_writes_again_after_the_agent_looked_is_not_overlooked(hark, agent, sink):
    sender, _, _, _, sent, token = answered(hark, agent, sink)
    mail.deliver(hark, mail.make(sender, to=token_address(sent), subject="Re: one"))
    first = wait_for("the second mail", lambda: hark.inbound(sender)[1:])[0]
    mail.deliver(hark, mail.make(sender, to=token_address(sent), subject="Re: two"))
    wait_for("the third mail", lambda: hark.inbound(sender)[2:])
    with pytest.raises(grpc.RpcError) as error:
        agent.reply(first, "To the first.\n", token, seen_sequence=first.sequence)
    assert protos.reason_of(error.value) == "NEWER_ENTRIES"


def test_mails_after_resolving_are_one_new_ticket_in_their_thread_however_many_come_at_once(hark, agent, sink):
    sender, _, conversation, reply, sent, token = answered(hark, agent, sink)
    agent.resolve(conversation.ticket.id, token)
    answers = [mail.make(sender, to=token_address(sent), subject=f"Re: {number}") for number in range(8)]
    with ThreadPoolExecutor(len(answers)) as pool:
        list(pool.map(lambda answer: mail.deliver(hark, answer), answers))
    entries = hark.inbound(sender)[1:]
    assert len(entries) == len(answers)
    assert {entry.thread_id for entry in entries} == {reply.thread_id}
    (ticket_id,) = {entry.ticket_id for entry in entries}
    assert ticket_id != conversation.ticket.id
    now = hark.conversation_of(sender)
    assert (now.id, now.ticket.id) == (conversation.id, ticket_id)
    wait_for("its offer", lambda: agent.wait_offer(conversation.id).ticket.id == ticket_id)


def resolves(agent, ticket_id, token):
    """Whether it was resolved; else what came in meanwhile was in the way."""
    try:
        agent.resolve(ticket_id, token)
        return True
    except grpc.RpcError as error:
        assert protos.reason_of(error) == "OBLIGATIONS_OPEN"
        return False


def test_a_mail_that_comes_while_its_ticket_is_being_resolved_is_owed_on_a_ticket_that_stands(hark, agent, sink):
    sender, _, conversation, _, sent, token = answered(hark, agent, sink)
    ticket_id = conversation.ticket.id
    for number in range(12):
        answer = mail.make(sender, to=token_address(sent), subject=f"Re: {number}")
        with ThreadPoolExecutor(2) as pool:
            delivered, done = pool.submit(mail.deliver, hark, answer), pool.submit(resolves, agent, ticket_id, token)
        assert delivered.result() == {}
        entry, now = hark.inbound(sender)[-1], hark.conversation_of(sender)
        assert entry.obligation == ENTRY.OBLIGATION_STATE_OPEN
        assert now.ticket.id == entry.ticket_id and now.ticket.state != protos.conversation_pb2.TICKET_STATE_RESOLVED
        assert (entry.ticket_id != ticket_id) == done.result()
        if done.result():
            ticket_id = entry.ticket_id
            wait_for("its offer", lambda: agent.wait_offer(conversation.id).ticket.id == ticket_id)
            token = agent.take(conversation.id)
        agent.reply(entry, "Yes.\n", token)
