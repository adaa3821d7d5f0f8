"""A mail that goes on with its thread soon after the ticket was resolved opens that ticket again, where the account says so."""
import json

from support import mail, protos
from support.hark import running, wait_for

CHANGE = protos.entry_pb2.StatusChange
ACCOUNTS = [
    {"id": "support", "name": "Support", "email": {"address": "support@hark.test"}, "reopen_within_days": 7},
    {"id": "sales", "name": "Sales", "email": {"address": "sales@hark.test"}},
]

hark = running(accounts=ACCOUNTS)


def resolved(hark, agent, sink, to):
    """The customer, our answer as it went out, and the ticket, which is resolved."""
    sender = mail.unique("again")
    mail.deliver(hark, mail.make(sender, to=to, subject="Parcel 77"))
    conversation = hark.wait_conversation(sender)
    token = agent.take(conversation.id)
    agent.reply(hark.inbound(sender)[0], "It leaves today.\n", token)
    (sent,) = sink.wait(sender)
    agent.resolve(conversation.ticket.id, token)
    return sender, sent, conversation.ticket.id


def go_on(hark, sender, to, sent):
    mail.deliver(hark, mail.make(sender, to=to, subject="Re: Parcel 77", text="It did not come.\n", In_Reply_To=sent["Message-ID"]))
    wait_for("the second mail", lambda: len(hark.inbound(sender)) == 2)
    return hark.wait_conversation(sender)


def test_the_ticket_opens_again_for_whoever_resolved_it_and_the_record_says_so(hark, agent, sink):
    sender, sent, ticket = resolved(hark, agent, sink, "support@hark.test")
    conversation = go_on(hark, sender, "support@hark.test", sent)
    assert conversation.ticket.id == ticket
    assert conversation.ticket.previous_agent_id == agent.id
    changes = [e.status.change for e in hark.timeline(conversation.id) if e.kind == protos.entry_pb2.ENTRY_KIND_STATUS]
    assert changes[-1] == CHANGE.CHANGE_REOPENED
    token = agent.take(conversation.id)
    agent.reply(hark.inbound(sender)[1], "A new one leaves today.\n", token)
    agent.resolve(ticket, token)
    assert len(sink.wait(sender, 2)) == 2
    audit = hark.command("audit", "--port-base", str(hark.port_base), "--data", str(hark.data), "--json")
    assert json.loads(audit.stdout)["findings"] == []


def test_elsewhere_it_opens_a_new_one(hark, agent, sink):
    sender, sent, ticket = resolved(hark, agent, sink, "sales@hark.test")
    assert go_on(hark, sender, "sales@hark.test", sent).ticket.id != ticket
