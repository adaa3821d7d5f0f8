"""Capacity by topics: a mail about an outage interrupts one about an invoice, from the wire to ctl."""
import json

from support import mail, protos
from support.agent import Agent
from support.hark import Hark, running, wait_for

AGENTS = [{"id": "ana", "name": "Ana", "password": "test-password", "capacity_units": 2}]
TOPICS = [{"id": "outage", "words": ["outage*"], "units": 2, "interrupts": ["billing"]}, {"id": "billing", "words": ["invoice*"]}]
ROUTING = {"accept_timeout_seconds": 60, "email_units": 1, "topics": TOPICS,
           "queues": [{"id": "all", "entries": [{"channels": ["email"]}], "choice": "least_talk_time"}]}

hark = running(routing=ROUTING, agents=AGENTS)


def come(hark, text):
    address = mail.unique("label")
    mail.deliver(hark, mail.make(address, text=text))
    return hark.wait_conversation(address)


def ana(hark):
    agents = hark.routing().ListAgents(protos.routing_service_pb2.ListAgentsRequest(), timeout=20).agents
    return next(a for a in agents if a.id == "ana")


def test_work_on_a_topic_steps_back_for_another_and_ctl_says_so(hark, tmp_path):
    agent = Agent(hark, "ana")
    try:
        bills = [come(hark, f"Where is my invoice {n}?\n") for n in (1, 2)]
        for bill in bills:
            agent.take(bill.id)
        wait_for("two units of bills", lambda: ana(hark).used_units == 2)
        third = come(hark, "Where is my invoice?\n").ticket.id
        wait_for("no room", lambda: "0 of 2 units free for email about billing" in hark.ctl("why", third, check=False).stdout)
        agent.take(come(hark, "There is an outage here.\n").id)
        stepped_back = {bill.ticket.id: "a mail about outage" for bill in bills}
        wait_for("the bills to step back", lambda: dict(ana(hark).interrupted_by) == stepped_back)
        assert ana(hark).used_units == 2
        assert f"{bills[0].ticket.id} (interrupted by a mail about outage)" in hark.ctl("agents").stdout
        assert "held by ana, interrupted by a mail about outage" in hark.ctl("why", bills[0].ticket.id).stdout

        rules = tmp_path / "rules.yaml"
        rules.write_text(json.dumps({"routing": {**ROUTING, "topics": [{**TOPICS[0], "interrupts": []}, TOPICS[1]]}}))
        hark.ctl("routing", "apply", str(rules), "--by", "sam")
        wait_for("nothing steps back", lambda: not ana(hark).interrupted_by)
        assert ana(hark).used_units == 4, "what is held stays"
    finally:
        agent.leave()


def test_the_journal_of_labels_gives_the_same_decisions_again(hark):
    replayed = json.loads(hark.command("replay", "--from", str(hark.data), "--json").stdout)
    assert replayed["offers"] >= 3 and replayed["differences"] == 0


def test_topics_that_contradict_each_other_are_told_by_file_and_line(tmp_path):
    one = Hark(tmp_path)
    (tmp_path / "hark.yaml").write_text(
        "routing:\n  topics:\n    - id: a\n      words: [x]\n      interrupts: [b]\n"
        "    - id: b\n      words: [y]\n      interrupts: [a]\n")
    result = one.command("config", "check", "hark.yaml", check=False)
    assert result.returncode != 0
    assert "hark.yaml:8: routing.topics[1].interrupts[0]: 'a' interrupts 'b' already" in result.stdout + result.stderr
