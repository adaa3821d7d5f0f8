"""Routing in two shards over two processes: each leads one, and either answers for both."""
import json
import re
import subprocess

import pytest

from support import mail, protos
from support.agent import Agent
from support.console import Console, Refused
from support.hark import BINARY, wait_for
from support.split import Split

ACCOUNTS = [{"id": "west", "name": "West", "email": {"address": "west@hark.test"}},
            {"id": "east", "name": "East", "email": {"address": "east@hark.test"}}]
AGENTS = [{"id": "ana", "name": "Ana", "password": "test-password", "shard": "emea", "caps": {"email": 9}},
          {"id": "bob", "name": "Bob", "password": "test-password", "shard": "apac"}]
QUEUES = [{"id": "west", "entries": [{"accounts": ["west"]}]},
          {"id": "east", "shard": "apac", "entries": [{"accounts": ["east"]}]}]


@pytest.fixture(scope="module")
def split(tmp_path_factory, sink):
    one = Split(tmp_path_factory.mktemp("shards"), accounts=ACCOUNTS, agents=AGENTS, shards=["emea", "apac"],
                routing={"queues": QUEUES, "disconnect_grace_seconds": 20},
                email={"relay": {"url": f"smtp://127.0.0.1:{sink.port}", "require_tls": False}})
    try:
        one.start()
        one.add("routing-2", "routing")
        yield one
    finally:
        one.end()


class Stubs:
    """What Agent needs of a running Hark, routing asked at one of its processes."""

    def __init__(self, split, process):
        conversation, routing = split.channel("conversation"), split.channel(process)
        self.conversations = lambda: protos.conversation_service_pb2_grpc.ConversationServiceStub(conversation)
        self.routing = lambda: protos.routing_service_pb2_grpc.RoutingServiceStub(routing)


def leads(split, process):
    """Shards that the process leads."""
    if not split.processes[process].is_ready():
        return set()
    text = split.processes[process].get("/metrics")
    return set(re.findall(r'^hark_routing_leads{shard="(\w+)"} 1$', text, re.MULTILINE))


def answers(split, process):
    """It knows who leads."""
    try:
        return split.ctl(process, "agents")
    except AssertionError:
        return None


def spread(split):
    """Shard -> the process that leads it, once each leads one and both know."""
    def find():
        found = {shard: process for process in ("routing", "routing-2") for shard in leads(split, process)}
        return found if len(set(found.values())) == 2 and all(answers(split, p) for p in set(found.values())) else None

    return wait_for("each process leads a shard", find, 30, every=0.1)


def other(process):
    return "routing" if process == "routing-2" else "routing-2"


def come(split, to):
    """A customer's mail to one of our addresses: their conversation."""
    sender = mail.unique("shards")
    mail.deliver(split.processes["email"], mail.make(sender, to=f"{to}@hark.test"))

    def find():
        for conversation in split.ctl("conversation", "conversations").get("conversations", []):
            if f"mailto:{sender}" in [a["address"] for a in conversation["addresses"]]:
                return conversation
        return None

    return wait_for(f"a conversation of {sender}", find)


def shard_of(split, ticket_id):
    return next(t["ticket"]["shard"] for t in split.ctl("routing", "queue")["tickets"] if t["ticket_id"] == ticket_id)


def test_either_process_answers_for_both_shards(split):
    leader = spread(split)
    for process in ("routing", "routing-2"):
        agents = split.ctl(process, "agents")["agents"]
        assert [(a["id"], a["shard"]) for a in agents] == [("ana", "emea"), ("bob", "apac")]
        queues = split.ctl(process, "queues")["queues"]
        assert [(q["tickets"].get("name", ""), q.get("shard")) for q in queues] == [("", None), ("west", "emea"), ("east", "apac")]
    west, east = come(split, "west"), come(split, "east")
    # Each asks the process that does not lead their shard.
    ana = Agent(Stubs(split, leader["apac"]), "ana")
    bob = Agent(Stubs(split, leader["emea"]), "bob")
    try:
        for agent, conversation in ((ana, west), (bob, east)):
            ticket = conversation["ticket"]["id"]
            offer = agent.wait_offer(conversation["id"])
            assert len(agent.offers) == 1, "the other's is not theirs"
            why = split.ctl(leader["emea"], "why", ticket)
            assert why["candidates"][0]["agent_id"] == agent.id
            token = agent.accept(offer)
            agent.resolve(ticket, token, waive_reason="answered by phone")
    finally:
        ana.leave()
        bob.leave()


def test_a_ticket_that_its_wanted_agent_declines_goes_back_to_its_queues_shard(split):
    west = come(split, "west")
    bob = Agent(Stubs(split, "routing"), "bob")
    try:
        split.ctl("conversation", "transfer", west["id"], "--to", "bob", "--reason", "he knows them")
        offer = bob.wait_offer(west["id"])
        bob.hark.routing().DeclineOffer(
            protos.routing_service_pb2.DeclineOfferRequest(offer_id=offer.id, agent_id="bob"), timeout=15)
        wait_for("it is back", lambda: shard_of(split, west["ticket"]["id"]) == 1)
    finally:
        bob.leave()
    why = split.ctl("routing", "why", west["ticket"]["id"])
    assert why["shard"] == "emea" and "was meant for bob, who did not take it" in why["summary"], why
    ana = Agent(Stubs(split, "routing"), "ana")
    try:
        token = ana.take(west["id"])
        ana.resolve(west["ticket"]["id"], token, waive_reason="answered by phone")
    finally:
        ana.leave()


def test_a_ticket_that_is_transferred_to_another_shards_queue_keeps_its_place(split):
    first, second = come(split, "west"), come(split, "east")
    wait_for("both wait", lambda: split.ctl("routing", "queue").get("total") == "2")
    assert shard_of(split, first["ticket"]["id"]) == 1
    split.ctl("conversation", "transfer", first["id"], "--queue", "east", "--reason", "theirs")
    wait_for("it is the other shard's", lambda: shard_of(split, first["ticket"]["id"]) == 2)
    queued = split.ctl("routing", "queue")["tickets"]
    assert [t["ticket_id"] for t in queued] == [first["ticket"]["id"], second["ticket"]["id"]], "it came first, and still does"
    bob = Agent(Stubs(split, "routing"), "bob")
    try:
        for conversation in (first, second):
            token = bob.take(conversation["id"])
            bob.resolve(conversation["ticket"]["id"], token, waive_reason="answered by phone")
    finally:
        bob.leave()


def test_the_process_that_is_left_leads_both_and_offers_on(split):
    leader = spread(split)
    killed, left = leader["apac"], leader["emea"]
    waiting = come(split, "east")
    wait_for("it waits", lambda: split.ctl(left, "queue").get("total") == "1")
    split.processes[killed].kill()
    wait_for("the other leads both", lambda: leads(split, left) == {"emea", "apac"}, 20, every=0.1)
    bob = Agent(Stubs(split, left), "bob")
    try:
        token = bob.take(waiting["id"])
        bob.resolve(waiting["ticket"]["id"], token, waive_reason="answered by phone")
        split.processes[killed].start()
        spread(split)
    finally:
        bob.leave()


def test_a_page_shows_agents_of_both_shards_and_takes_offers_of_its_own(split):
    spread(split)
    bob = wait_for("bob is signed in", lambda: try_sign_in(split, "bob"), every=0.2)
    try:
        known = bob.wait("the directory", lambda f: "directory" in f)["directory"]["colleagues"]
        assert {c["id"] for c in known} == {"ana", "bob"}
        bob.available()
        conversation = come(split, "east")
        token = bob.take(conversation["id"])
        assert token
        split.ctl("conversation", "resolve", conversation["ticket"]["id"], "--waive", "answered by phone")
    finally:
        bob.close()


def try_sign_in(split, login):
    """Nothing, while the console has not found routing again."""
    page = Console(split.processes["console"])
    try:
        page.sign_in(login)
        return page
    except Refused:
        page.close()
        return None


@pytest.mark.parametrize("shard", ["emea", "apac"])
def test_the_journal_of_each_shard_gives_the_same_decisions_again(split, shard):
    result = subprocess.run([str(BINARY), "replay", "--from", f"unix:{split.socket}", "--shard", shard, "--json"],
                            capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stdout + result.stderr
    done = json.loads(result.stdout)
    assert done["differences"] == 0 and done["offers"] >= 1


def test_nothing_is_wrong_afterwards_and_all_end_in_order(split):
    result = split.audit()
    assert result.returncode == 0, result.stdout + result.stderr
    assert [split.processes[name].stop() for name in ("routing", "routing-2")] == [0, 0]
