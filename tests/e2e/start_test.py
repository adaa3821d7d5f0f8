"""An agent writes first: the mail, and the answer to it."""
import email.utils
import uuid

import grpc
import pytest

from support import mail, protos
from support.agent import Agent
from support.hark import wait_for

ENTRY = protos.entry_pb2


def start(hark, agent_id, to, key=None, **more):
    request = protos.conversation_service_pb2.StartRequest(
        idempotency_key=key or uuid.uuid4().hex, agent_id=agent_id, account_id="support", to=dict(address=f"mailto:{to}"),
        subject="Your kettle", text="It is ready.\n", **more)
    return hark.conversations().Start(request, timeout=15).entry


def test_a_first_mail_leaves_once_as_a_mail_of_its_own(hark, sink):
    to, key = mail.unique(), uuid.uuid4().hex
    entry = start(hark, "ana", to, key)
    assert start(hark, "ana", to, key).id == entry.id
    (sent,) = sink.wait(to)
    assert str(sent["Subject"]) == "Your kettle"
    assert sent["In-Reply-To"] is None and sent["References"] is None
    assert str(sent["Message-ID"]).strip("<>").startswith(entry.native_id)
    conversation = hark.conversation_of(to)
    assert conversation.id == entry.conversation_id
    assert not conversation.HasField("ticket") and not conversation.open_obligations
    assert entry.kind == ENTRY.ENTRY_KIND_STARTED and "support" in entry.reason


# FIELD 1
@pytest.mark.parametrize("by", ["token", "in reply to", "references"])
def test_the_answer_lands_in_the_thread_and_is_offered_to_who_started(hark, sink, by):
    ana, ben = Agent(hark, "ana"), Agent(hark, "ben")
    try:
        to = mail.unique()
        entry = start(hark, "ben", to)
        (sent,) = sink.wait(to)
        if by == "token":
            answer = mail.make(to, to=email.utils.parseaddr(str(sent["Reply-To"] or sent["From"]))[1], subject="quite another one")
        else:
            header = "In_Reply_To" if by == "in reply to" else "References"
            answer = mail.make(to, subject="Re: Your kettle", **{header: str(sent["Message-ID"])})
        mail.deliver(hark, answer)
        offer = ben.wait_offer(entry.conversation_id)
        assert "asked for by name" in offer.explanation
        (answered,) = hark.inbound(to)
        assert answered.conversation_id == entry.conversation_id and answered.thread_id == entry.thread_id
        ben.reply(answered, "Until five.\n", ben.accept(offer))
        sink.wait(to, 2)
    finally:
        ana.leave()
        ben.leave()
    hark.command("audit", "--port-base", str(hark.port_base), "--data", str(hark.data))


def test_the_answer_goes_to_the_queue_when_who_started_is_not_there(hark, agent, sink):
    to = mail.unique()
    entry = start(hark, "nobody-any-more", to)
    (sent,) = sink.wait(to)
    mail.deliver(hark, mail.make(to, In_Reply_To=str(sent["Message-ID"])))
    assert agent.wait_offer(entry.conversation_id)


def test_a_customer_in_another_agents_hands_is_theirs_to_write_to(hark, agent, sink):
    sender = mail.unique()
    mail.deliver(hark, mail.make(sender))
    agent.take(hark.wait_conversation(sender).id)
    with pytest.raises(grpc.RpcError) as error:
        start(hark, "ben", sender)
    assert protos.reason_of(error.value) == "TICKET_HELD" and "ana" in error.value.details()
    assert start(hark, "ana", sender).ticket_id


def test_ctl_starts_a_mail(hark, sink):
    to = mail.unique()
    told = hark.ctl("start", "--account", "support", "--to", to, "--subject", "Hello", "--text", "There.")
    assert "started" in told.stdout and to in told.stdout
    wait_for("the mail", lambda: sink.to(to))
