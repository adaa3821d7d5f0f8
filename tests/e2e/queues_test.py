"""Queues that take tickets by topic and tier and serve what is due first: from a mail to ctl and /metrics."""
import json

from support import mail, protos
from support.hark import running, wait_for

ROUTING = {
    "tiers": [{"id": "gold", "addresses": ["@gold.example"]}, {"id": "silver", "addresses": ["@silver.example"]}],
    "topics": [{"id": "billing", "words": ["invoice*"]}],
    "sla": [{"id": "quick", "tiers": ["gold"], "first_response_minutes": 5},
            {"id": "slow", "tiers": ["silver"], "first_response_minutes": 600}],
    "queues": [{"id": "claims", "entries": [{"topics": ["billing"]}], "members": "group:claims", "order": "due"},
               {"id": "silver", "entries": [{"customer_tiers": ["silver"]}], "members": "group:claims"}],
}

hark = running(routing=ROUTING)


def deliver(hark, domain, text):
    address = mail.unique("ana").split("@")[0] + domain
    mail.deliver(hark, mail.make(address, text=text))
    return hark.wait_conversation(address).ticket.id


def why(hark, ticket):
    result = hark.ctl("why", ticket, "--json", check=False)
    return json.loads(result.stdout) if result.returncode == 0 else {}


def statuses(hark):
    return {s["tickets"].get("name", ""): s for s in json.loads(hark.ctl("queues", "--json").stdout)["queues"]}


def test_a_mail_enters_the_queue_of_its_topic_or_tier_and_ctl_says_so(hark):
    about_invoice = deliver(hark, "@other.example", "Where is my invoice?\n")
    silver = deliver(hark, "@silver.example", "When do you open?\n")
    plain = deliver(hark, "@other.example", "When do you open?\n")
    wait_for("its topic's queue", lambda: why(hark, about_invoice).get("queue_id") == "claims")
    wait_for("its tier's queue", lambda: why(hark, silver).get("queue_id") == "silver")
    assert wait_for("an explanation", lambda: why(hark, plain)).get("queue_id", "") == ""
    assert "queue claims, 0 ahead, requires group:claims" in hark.ctl("why", about_invoice).stdout


def test_what_is_due_first_is_served_first(hark):
    later = deliver(hark, "@silver.example", "My invoice is wrong.\n")
    wait_for("its queue", lambda: why(hark, later).get("queue_id") == "claims")
    sooner = deliver(hark, "@gold.example", "My invoice is wrong.\n")

    def order():
        queue = hark.routing().ListQueue(protos.routing_service_pb2.ListQueueRequest(), timeout=20).tickets
        return [t.ticket_id for t in queue if t.ticket_id in (later, sooner)]

    wait_for("the order by due time", lambda: order() == [sooner, later])


def test_each_queue_is_shown_with_what_waits_and_who_serves_it(hark):
    before = statuses(hark)["claims"]["tickets"].get("waiting", 0)
    deliver(hark, "@other.example", "My invoice is wrong.\n")
    wait_for("one more", lambda: statuses(hark)["claims"]["tickets"].get("waiting", 0) == before + 1)
    assert list(statuses(hark)) == ["", "claims", "silver"]
    hark.ctl("agents", "add", "cleo", "--group", "claims")
    wait_for("its agent", lambda: statuses(hark)["claims"].get("offline") == 1)
    assert (statuses(hark)["claims"]["estimated_wait_ms"], statuses(hark)["claims"]["no_estimate"]) == ("-1", "NO_ESTIMATE_NOBODY_THERE")
    line = next(l for l in hark.ctl("queues").stdout.splitlines() if l.startswith("claims"))
    assert line.split()[1] == str(before + 1)
    wait_for("the gauge", lambda: f'hark_routing_queue_waiting{{queue="claims"}} {before + 1}' in hark.get("/metrics"))
    wait_for("its agent's", lambda: 'hark_routing_queue_agents{queue="claims",state="offline"} 1' in hark.get("/metrics"))
