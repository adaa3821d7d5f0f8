"""Tickets that are left alone for a while, silent customers, who knows a customer, and queues by name and by the clock."""
import json
import time

import pytest

from support import mail, protos
from support.agent import Agent
from support.chat import Visitor
from support.console import Console
from support.hark import running, wait_for

AGENTS = [{"id": name, "name": name.title(), "password": "test-password", "capacity_units": 1, "skills": ["language:en"],
           "groups": ["own"] if name == "kai" else []} for name in ("ana", "bea", "kai")] + [
    {"id": "sue", "name": "Sue", "password": "test-password", "role": "supervisor", "capacity_units": 1}]
ACCOUNTS = [{"id": "support", "name": "Support", "email": {"address": "support@hark.test"}},
            {"id": "site", "name": "Site", "chat": {"origins": ["*"]}}]
ROUTING = {
    "accept_timeout_seconds": 60,
    "email_units": 1, "chat_units": 1,
    "channels": {"chat": {"idle_after_seconds": 1}},
    "hold_states": [{"id": "supplier", "name": "Waiting for the supplier", "longest_minutes": 60, "frees_capacity": True,
                     "pauses": ["first_response"]}],
    "hours": [{"id": "never", "time_zone": "UTC", "open": ["sun 03:00-03:01"]}],
    "sla": [{"id": "all", "channels": ["email"], "first_response_minutes": 30}],
    "tiers": [{"id": "gold", "addresses": ["@gold.example"], "agents": ["bea"]}],
    "queues": [{"id": "own", "entries": [{"customer_tiers": ["gold"]}], "affinity_wait_seconds": 60},
               {"id": "shut", "hours": "never", "members": "group:own"},
               {"id": "claims", "members": "group:own"}],
}

hark = running(accounts=ACCOUNTS, routing=ROUTING, agents=AGENTS)


@pytest.fixture
def ana(hark):
    agent = Agent(hark, "ana")
    yield agent
    agent.leave()
    wait_for("the floor to be empty", lambda: not any(a.connections for a in agents(hark).values()))


def agents(hark):
    return {a.id: a for a in hark.routing().ListAgents(protos.routing_service_pb2.ListAgentsRequest(), timeout=20).agents}


def come(hark, name="hold", domain=None, text="Where is my parcel?\n"):
    address = mail.unique(name)
    if domain:
        address = address.split("@")[0] + domain
    mail.deliver(hark, mail.make(address, text=text))
    return hark.wait_conversation(address), address


def ticket(hark, conversation):
    request = protos.conversation_service_pb2.GetConversationRequest(id=conversation.id)
    return hark.conversations().GetConversation(request, timeout=20).conversation.ticket


def why(hark, ticket_id):
    return json.loads(hark.ctl("why", ticket_id, "--json").stdout)


def finish(hark, conversation):
    hark.ctl("resolve", conversation.id, "--waive", "the test is over")


def test_a_ticket_on_hold_makes_room_and_comes_back_when_its_customer_writes(hark, ana):
    first, address = come(hark)
    ana.take(first.id)
    assert "on hold (supplier) until" in hark.ctl("hold", first.id, "--state", "supplier", "--minutes", "30",
                                                    "--reason", "spare part").stdout
    second, _ = come(hark)
    offer = ana.wait_offer(second.id)
    explained = why(hark, ticket(hark, first).id)
    assert explained["summary"] == "held by ana, on hold" and explained["hold"]["reason"] == "spare part"
    assert "1 on hold" in hark.ctl("queues").stdout
    assert "on hold (supplier)" in hark.ctl("conversations").stdout
    ana.accept(offer)
    mail.deliver(hark, mail.make(address, text="And another thing\n"))
    wait_for("off hold", lambda: not ticket(hark, first).HasField("hold"))
    assert ticket(hark, first).agent_id == "ana"
    wait_for("it waits for room", lambda: why(hark, ticket(hark, first).id)["summary"] == "waits for room with ana, who has it")
    assert agents(hark)["ana"].used_units == 1
    finish(hark, second)
    wait_for("it is back", lambda: why(hark, ticket(hark, first).id)["summary"] == "held by ana")
    finish(hark, first)


def test_what_the_rules_do_not_allow_is_refused(hark, ana):
    conversation, _ = come(hark)
    ana.take(conversation.id)
    refused = hark.ctl("hold", conversation.id, "--state", "holiday", check=False)
    assert refused.returncode != 0 and "not one of routing.hold_states: supplier" in refused.stderr
    refused = hark.ctl("hold", conversation.id, "--state", "supplier", "--minutes", "61", check=False)
    assert "lasts at most 1 hour" in refused.stderr
    hark.ctl("hold", conversation.id, "--state", "supplier")
    assert hark.ctl("release", conversation.id).returncode == 0
    assert not ticket(hark, conversation).HasField("hold")
    finish(hark, conversation)


def test_a_hold_ends_at_its_time_though_hark_was_killed_meanwhile(hark, ana):
    conversation, _ = come(hark)
    ana.take(conversation.id)
    until = int(time.time() * 1000) + 3000
    held = ticket(hark, conversation)
    request = protos.routing_service_pb2.PutOnHoldRequest(
        idempotency_key="hold-" + held.id, ticket_id=held.id, agent_id="ana", assignment_token=held.assignment_token,
        state="supplier", until_ms=until)
    for _ in range(2):  # sent again, it acts once
        assert hark.routing().PutOnHold(request, timeout=20).ticket.hold.until_ms == until
    hark.kill()
    time.sleep(max(0, until / 1000 - time.time()))
    hark.start()
    wait_for("off hold", lambda: not ticket(hark, conversation).HasField("hold"))
    changes = [e.status.change for e in hark.timeline(conversation.id)]
    kinds = protos.entry_pb2.StatusChange
    assert changes.count(kinds.CHANGE_HELD) == 1 and changes.count(kinds.CHANGE_RELEASED) == 1
    assert ticket(hark, conversation).agent_id == "ana"
    finish(hark, conversation)


def test_its_agent_finds_a_notice_when_the_time_of_a_hold_has_come(hark, ana):
    conversation, _ = come(hark)
    ana.take(conversation.id)
    held = ticket(hark, conversation)
    hark.routing().PutOnHold(protos.routing_service_pb2.PutOnHoldRequest(
        idempotency_key="hold-" + held.id, ticket_id=held.id, agent_id="ana", assignment_token=held.assignment_token,
        state="supplier", until_ms=int(time.time() * 1000) + 500), timeout=20)
    wait_for("off hold", lambda: not ticket(hark, conversation).HasField("hold"))
    page = Console(hark)
    try:
        page.sign_in("ana")
        page.wait("a notice", lambda f: any(n.get("kind") == "KIND_HOLD_DUE" and n["conversationId"] == conversation.id
                                            for n in f.get("notices", {}).get("notices", [])))
    finally:
        page.close()
    finish(hark, conversation)


def test_the_console_puts_on_hold_and_shows_it(hark):
    conversation, _ = come(hark)
    page = Console(hark)
    try:
        page.sign_in("ana")
        page.available()
        page.take(conversation.id)
        held = ticket(hark, conversation)
        page.wait("what may be chosen", lambda f: "supplier" in json.dumps(f.get("work", {}).get("choices", {})))
        page.command(putOnHold={"idempotencyKey": "c-" + held.id, "ticketId": held.id, "assignmentToken": str(held.assignment_token),
                                "state": "supplier"})
        page.wait("the hold", lambda f: any(c.get("ticket", {}).get("hold", {}).get("state") == "supplier"
                                            for c in f.get("work", {}).get("assigned", [])))
        page.command(release={"idempotencyKey": "r-" + held.id, "ticketId": held.id, "assignmentToken": str(held.assignment_token)})
        wait_for("off hold", lambda: not ticket(hark, conversation).HasField("hold"))
    finally:
        page.close()
    finish(hark, conversation)


def test_a_silent_chat_makes_room_until_its_visitor_writes(hark, ana):
    visitor = Visitor(hark).connect()
    visitor.write("Hello, is anybody there?")
    conversation = hark.wait_conversation(visitor.address)
    token = ana.take(conversation.id)
    ana.reply(hark.inbound(visitor.address)[0], "Yes, how can I help?", token)
    wait_for("silence", lambda: why(hark, ticket(hark, conversation).id)["summary"] == "held by ana, its customer is silent")
    letter, _ = come(hark)
    ana.take(letter.id)
    visitor.write("My parcel is lost")
    wait_for("it waits for room", lambda: why(hark, ticket(hark, conversation).id)["summary"] == "waits for room with ana, who has it")
    finish(hark, letter)
    wait_for("it is back", lambda: why(hark, ticket(hark, conversation).id)["summary"] == "held by ana")
    finish(hark, conversation)
    visitor.close()


def test_a_customer_is_offered_to_who_knows_them_first(hark, ana):
    conversation, address = come(hark, domain="@gold.example")
    wait_for("the tier's agent", lambda: ticket(hark, conversation).id and why(hark, ticket(hark, conversation).id)["queue_id"] == "own")
    hark.ctl("prefer", conversation.id, "kai", "bea", "--agent", "sue")
    kai = Agent(hark, "kai")
    try:
        bea = Agent(hark, "bea")
        try:
            second, address = come(hark, domain="@gold.example")
            assert "knows the customer" in bea.wait_offer(second.id).explanation
            token = bea.take(second.id)
            bea.resolve(ticket(hark, second).id, token, waive_reason="done")
        finally:
            bea.leave()
    finally:
        kai.leave()
    finish(hark, conversation)
    mail.deliver(hark, mail.make(address, text="Once more\n"))
    wait_for("a new ticket", lambda: ticket(hark, second).previous_agent_id == "bea")
    finish(hark, second)


def test_a_transfer_to_a_queue_waits_there_with_its_place(hark):
    conversation, _ = come(hark)
    ana = Agent(hark, "ana")
    try:
        ana.take(conversation.id)
        hark.ctl("transfer", conversation.id, "--queue", "claims", "--waited-minutes", "90", "--reason", "theirs")
        wait_for("its queue", lambda: why(hark, ticket(hark, conversation).id)["queue_id"] == "claims")
    finally:
        ana.leave()
    assert ticket(hark, conversation).virtual_start_ms < int(time.time() * 1000) - 89 * 60_000
    kai = Agent(hark, "kai")
    try:
        kai.take(conversation.id)
    finally:
        kai.leave()
    finish(hark, conversation)


def test_a_transfer_to_what_is_not_there_is_refused_and_says_what_there_is(hark):
    conversation, _ = come(hark)
    queue = hark.ctl("transfer", conversation.id, "--queue", "clams", check=False)
    assert queue.returncode == 1 and "there is no queue 'clams' in routing.queues: " in queue.stderr, queue
    assert "claims" in queue.stderr
    agent = hark.ctl("transfer", conversation.id, "--to", "nobody", check=False)
    assert agent.returncode == 1 and "there is no agent 'nobody'" in agent.stderr, agent
    skill = hark.ctl("transfer", conversation.id, "--skill", "welding", check=False)
    assert skill.returncode == 1 and "no agent has the skill 'welding'" in skill.stderr, skill
    assert not ticket(hark, conversation).wanted_queue_id
    hark.ctl("transfer", conversation.id, "--queue", "claims")
    assert "transferred to queue claims" in hark.ctl("timeline", conversation.id).stdout
    finish(hark, conversation)


def test_a_closed_queue_makes_no_offers_and_says_so(hark):
    conversation, _ = come(hark)
    hark.ctl("transfer", conversation.id, "--queue", "shut", check=False)
    wait_for("its queue", lambda: why(hark, ticket(hark, conversation).id)["queue_id"] == "shut")
    kai = Agent(hark, "kai")
    try:
        assert why(hark, ticket(hark, conversation).id)["summary"].startswith("waits: queue shut is closed")
        line = next(l for l in hark.ctl("queues").stdout.splitlines() if l.startswith("shut"))
        assert line.endswith("closed")
    finally:
        kai.leave()
    finish(hark, conversation)


def test_what_an_agent_takes_outlives_its_leader(hark):
    hark.ctl("agents", "presence", "kai", "away", "--channel", "chat")
    channels = protos.channel_pb2
    assert list(agents(hark)["kai"].channels) == [channels.CHANNEL_CHAT]
    hark.kill()
    hark.start()
    wait_for("a leader", lambda: "kai" in agents(hark))
    assert list(agents(hark)["kai"].channels) == [channels.CHANNEL_CHAT]
    assert "takes chat" in hark.ctl("agents").stdout
    hark.ctl("agents", "presence", "kai", "offline")
    assert not agents(hark)["kai"].channels
