"""Groups that have hours, steps that are left out, and queues that pause for who lets their offers run out."""
import json

from support import mail, protos
from support.agent import Agent
from support.hark import running, wait_for

AGENTS = [{"id": name, "name": name.title(), "password": "test-password", "capacity_units": 5, "groups": groups}
          for name, groups in (("ana", ["day"]), ("kai", ["night"]))]
DOMAINS = ("night", "steps", "strict")
ROUTING = {
    "accept_timeout_seconds": 600, "missed_offers_until_away": 9, "rest_after_miss_seconds": 1,
    "hours": [{"id": "nightshift", "time_zone": "UTC", "open": ["sun 03:00-03:01"]}],
    "groups": [{"id": "night", "hours": "nightshift"}],
    "tiers": [{"id": name, "addresses": [f"@{name}.example"]} for name in DOMAINS],
    "queues": [
        {"id": "night", "entries": [{"customer_tiers": ["night"]}], "members": "group:night"},
        {"id": "steps", "entries": [{"customer_tiers": ["steps"]}],
         "steps": [{"require": "vip", "seconds": 600, "skip_if": "ready_agents <= 0"}, {"require": "group:day"}]},
        {"id": "strict", "entries": [{"customer_tiers": ["strict"]}], "members": "group:day", "accept_timeout_seconds": 1,
         "missed_offers_until_paused": 2},
    ],
}

hark = running(routing=ROUTING, agents=AGENTS)


def come(hark, domain):
    address = mail.unique("spell").split("@")[0] + f"@{domain}.example"
    mail.deliver(hark, mail.make(address, text="Where is my parcel?\n"))
    return hark.wait_conversation(address)


def why(hark, ticket):
    result = hark.ctl("why", ticket, "--json", check=False)
    return json.loads(result.stdout) if result.returncode == 0 else {}


def agent_of(hark, agent_id):
    agents = hark.routing().ListAgents(protos.routing_service_pb2.ListAgentsRequest(), timeout=20).agents
    return next(agent for agent in agents if agent.id == agent_id)


def test_outside_its_hours_nobody_is_in_a_group_and_why_says_until_when(hark):
    kai = Agent(hark, "kai")
    ticket = come(hark, "night").ticket.id
    wait_for("its queue", lambda: why(hark, ticket).get("queue_id") == "night")
    assert "; group:night is closed until " in why(hark, ticket)["summary"]
    assert "03:00" in hark.ctl("why", ticket).stdout
    assert "counts as of group:night in its hours only" in hark.ctl("why", ticket).stdout
    kai.leave()


def test_a_step_that_finds_nobody_is_left_out(hark):
    ana = Agent(hark, "ana")
    offer = ana.wait_offer(come(hark, "steps").id)
    assert "step 2 of 2" in offer.explanation
    ana.leave()


def test_a_queue_pauses_for_who_lets_its_offers_run_out_and_that_outlives_a_restart(hark):
    ana = Agent(hark, "ana")
    ticket = come(hark, "strict").ticket.id
    wait_for("the pause", lambda: list(agent_of(hark, "ana").paused_queue_ids) == ["strict"])
    assert "paused in strict" in hark.ctl("agents").stdout
    assert "paused for this queue, having let its offers run out" in hark.ctl("why", ticket).stdout
    assert agent_of(hark, "ana").presence == protos.agent_pb2.PRESENCE_AVAILABLE
    hark.kill()
    hark.start()
    assert list(agent_of(hark, "ana").paused_queue_ids) == ["strict"]
    ana.leave()
    hark.ctl("agents", "presence", "ana", "available")
    wait_for("its end", lambda: not agent_of(hark, "ana").paused_queue_ids)


def test_all_of_it_replays_bit_for_bit(hark):
    told = json.loads(hark.command("replay", "--from", str(hark.data), "--json").stdout)
    assert told["differences"] == 0 and told["offers"] > 0 and told["leaders"] == 2


def test_hours_of_groups_are_changed_at_run_time(hark, tmp_path):
    kai = Agent(hark, "kai")
    waiting = come(hark, "night")
    rules = {**ROUTING, "groups": [], "hours": []}
    path = tmp_path / "rules.yaml"
    path.write_text(json.dumps({"routing": rules}))
    hark.ctl("routing", "apply", str(path), "--by", "sam")
    assert kai.wait_offer(waiting.id)
    kai.leave()


def test_what_is_wrong_is_told_by_line(hark, tmp_path):
    path = tmp_path / "wrong.yaml"
    path.write_text("""routing:
  groups: [{id: night, hours: nights}]
  queues:
    - id: q
      missed_offers_until_paused: -1
      steps:
        - {seconds: 5, skip_if: "agents = 0"}
        - {skip_if: "ready_agents <= 0"}
""")
    told = hark.command("config", "check", str(path), check=False)
    text = told.stdout + told.stderr
    assert ":2: routing.groups[0].hours: there are no hours 'nights' in routing.hours" in text
    assert ":5: routing.queues[0].missed_offers_until_paused: -1 is out of range; it goes from 0 to 1000" in text
    assert ":7: routing.queues[0].steps[0].skip_if: 'agents' is not one of ready_agents, staffed_agents" in text
    assert ":8: routing.queues[0].steps[1].skip_if: cannot be said of the last step" in text
