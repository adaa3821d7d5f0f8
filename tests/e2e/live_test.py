"""Customers who come by chat or telephone into a ticket that somebody has, who may not be there."""
import time
import uuid

import pytest

from support import mail, protos
from support.agent import Agent
from support.chat import Visitor, signature
from support.exchange import Exchange
from support.hark import Hark, config_yaml, wait_for

SECRET = "secret-secret-secret"
NUMBER = "+37120000001"
ACCOUNTS = [{"id": "support", "name": "Support", "email": {"address": "support@hark.test"}},
            {"id": "site", "name": "Site", "chat": {"origins": ["*"], "identity_secret": SECRET}},
            {"id": "line", "name": "Line", "phone": {"kind": "grpc", "number": "+37160000000"}}]


@pytest.fixture
def hark(tmp_path, request):
    """`gone_policy` as the test says, "keep" if it does not; agents of two units, and a chat costs both."""
    agents = [{"id": name, "name": name.title(), "password": "test-password", "capacity_units": 2, "phone": f"PJSIP/{name}"}
              for name in ("ana", "bea")]
    routing = {"email_units": 1, "chat_units": 2, "phone_units": 1, "accept_timeout_seconds": 60, "disconnect_grace_seconds": 1,
               "gone_policy": getattr(request, "param", "keep")}
    one = Hark(tmp_path, config_yaml(accounts=ACCOUNTS, agents=agents, routing=routing, phone={"ring_seconds": 20}))
    try:
        yield one.start()
    finally:
        one.end()


def come(hark):
    address = mail.unique("live")
    mail.deliver(hark, mail.make(address, text="Where is my parcel?\n"))
    return hark.wait_conversation(address), address


def ticket(hark, conversation):
    request = protos.conversation_service_pb2.GetConversationRequest(id=conversation.id)
    return hark.conversations().GetConversation(request, timeout=20).conversation.ticket


def agent(hark, agent_id):
    listed = hark.routing().ListAgents(protos.routing_service_pb2.ListAgentsRequest(), timeout=20).agents
    return next(a for a in listed if a.id == agent_id)


def chat(hark, address):
    """The customer of that address, who has signed in at the site."""
    visitor = Visitor(hark, identity=signature(SECRET, "site", "u1", email=address)).connect()
    visitor.write("I am here now")
    return visitor


def who_rings_and_mails(hark, exchange, ana):
    """A customer of a telephone number and an address; ana has their mail's ticket."""
    first = uuid.uuid4().hex
    exchange.call(first, NUMBER)
    caller = hark.wait_conversation(f"tel:{NUMBER}")
    ana.take(caller.id)
    exchange.wait_command(first, "ring_agent")
    exchange.hangs_up(first)
    wait_for("the call to be over", lambda: not ticket(hark, caller).on_the_line)
    hark.ctl("resolve", caller.id, "--waive", "test")
    conversation, _ = come(hark)
    ana.take(conversation.id)
    hark.ctl("merge", conversation.id, caller.id, "--reason", "the same person")
    return conversation


def be_gone(hark, ana, presence):
    """ana keeps what she has."""
    if presence == "offline":
        ana.leave()
    hark.ctl("agents", "presence", "ana", presence)
    wanted = protos.agent_pb2.Presence.Value(f"PRESENCE_{presence.upper()}")
    wait_for(f"ana to be {presence}", lambda: agent(hark, "ana").presence == wanted)


@pytest.mark.parametrize("presence", ["away", "offline"])
def test_a_call_rings_at_nobody_who_is_not_there_but_at_the_next_one(hark, presence):
    exchange, ana, bea = Exchange(hark, "line"), Agent(hark, "ana"), None
    try:
        conversation = who_rings_and_mails(hark, exchange, ana)
        bea = Agent(hark, "bea")
        be_gone(hark, ana, presence)
        call = uuid.uuid4().hex
        exchange.call(call, NUMBER)
        began = time.monotonic()
        bea.take(conversation.id)
        assert time.monotonic() - began < 10, "nobody waits for who is not there"
        ring = exchange.wait_command(call, "ring_agent")
        assert ring.ring_agent.endpoint == "PJSIP/bea"
        exchange.answered(call, ring.leg_id)
        exchange.wait_command(call, "connect")
        assert [c.ring_agent.endpoint for c in exchange.commands if c.call_id == call and c.HasField("ring_agent")] == ["PJSIP/bea"]
        (left,) = [e for e in hark.timeline(conversation.id) if e.HasField("status") and e.reason.endswith(f"is {presence}")]
        assert left.reason == f"its customer came by phone, and ana is {presence}"
    finally:
        for one in filter(None, (ana, bea)):
            one.leave()
        exchange.leave()


@pytest.mark.parametrize("hark, presence", [("keep", "away"), ("requeue", "away"), ("keep", "offline")], indirect=["hark"])
def test_a_chat_into_a_ticket_of_who_is_not_there_goes_to_the_next_one(hark, presence):
    ana, bea = Agent(hark, "ana"), None
    try:
        conversation, address = come(hark)
        ana.take(conversation.id)
        bea = Agent(hark, "bea")
        be_gone(hark, ana, presence)
        visitor = chat(hark, address)
        began = time.monotonic()
        offer = bea.wait_offer(conversation.id)
        assert time.monotonic() - began < 10, "nobody waits for who is not there"
        assert offer.ticket.chatting
        bea.accept(offer)
        wait_for("the chat to cost what a chat costs", lambda: agent(hark, "bea").used_units == 2)
        (left,) = [e for e in hark.timeline(conversation.id) if e.HasField("status") and "came by chat" in e.reason]
        assert left.reason == f"its customer came by chat, and ana is {presence}"
        visitor.close()
    finally:
        for one in filter(None, (ana, bea)):
            one.leave()


def test_a_ticket_costs_as_a_chat_once_its_customer_chats(hark):
    ana = Agent(hark, "ana")
    try:
        conversation, address = come(hark)
        ana.take(conversation.id)
        assert agent(hark, "ana").used_units == 1
        visitor = chat(hark, address)
        wait_for("both units", lambda: agent(hark, "ana").used_units == 2)
        assert ticket(hark, conversation).agent_id == "ana"
        second, _ = come(hark)
        why = wait_for("routing to know it", lambda: hark.ctl("why", second.id, check=False).stdout)
        assert "0 of 2 units free" in why and not ana.offers
        visitor.close()
    finally:
        ana.leave()


def test_a_waiting_mail_whose_customer_chats_comes_before_older_mail(hark):
    older, _ = come(hark)
    conversation, address = come(hark)
    visitor = chat(hark, address)
    wait_for("the chat", lambda: ticket(hark, conversation).chatting)
    wait_for("its place", lambda: hark.ctl("why", conversation.id).stdout.find("0 ahead") > 0)
    ana = Agent(hark, "ana")
    try:
        ana.take(conversation.id)
        assert not any(o.ticket.conversation_id == older.id for o in ana.offers.values()), "a chat takes both units"
        visitor.close()
    finally:
        ana.leave()
