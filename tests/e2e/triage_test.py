"""What a text says of its ticket, and the clocks that run for it: from a mail to the timeline, ctl and /metrics."""
import concurrent.futures
import json

import grpc
from support import mail, protos
from support.agent import Agent
from support.hark import Hark, config_yaml, running, wait_for

HOLIDAYS = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;VALUE=DATE:20201118\nRRULE:FREQ=YEARLY\nEND:VEVENT\nEND:VCALENDAR\n"

# One per cent of a minute is soon.
ROUTING = {
    "hours": [{"id": "always", "time_zone": "Europe/Riga", "open": ["mon-sun 00:00-24:00"]}],
    "tiers": [{"id": "gold", "addresses": ["@gold.example"], "priority_points": 30}],
    "topics": [{"id": "billing", "words": ["invoice*", "rēķin*"], "required_skills": ["billing"]}],
    "sla": [{"id": "quick", "tiers": ["gold"], "hours": "always", "first_response_minutes": 1, "next_response_minutes": 1,
             "warn_at_percent": [1], "pause_while_awaiting_customer": True}],
}

hark = running(routing=ROUTING)


def ticket_of(hark, address):
    conversation = hark.conversation_of(address)
    return conversation.ticket if conversation and conversation.ticket.HasField("verdict") else None


def warnings(hark, address):
    change = protos.entry_pb2.StatusChange.CHANGE_SLA_WARNING
    return [e for e in hark.timeline(hark.conversation_of(address).id) if e.status.change == change]


def test_a_verdict_is_stored_with_the_ticket_and_shown(hark):
    address = mail.unique()
    mail.deliver(hark, mail.make(address, subject="My invoice", text="I demand a refund, your service is terrible!\n"))
    verdict = wait_for("a verdict", lambda: ticket_of(hark, address)).verdict
    assert (verdict.language, verdict.complaint, verdict.urgent) == ("en", True, False)
    assert verdict.sentiment < -30 and list(verdict.topics) == ["billing"] and verdict.found_by == "built-in"
    assert "complaint (demand, refund)" in hark.ctl("conversations").stdout
    listed = json.loads(hark.ctl("conversations", "--json").stdout)["conversations"]
    assert any(c["ticket"].get("verdict", {}).get("complaint") for c in listed)


def test_who_complains_is_served_before_who_asks(hark):
    calm, angry = mail.unique("calm"), mail.unique("angry")
    mail.deliver(hark, mail.make(calm, text="When do you open on Saturday, please?\n"))
    wait_for("a verdict", lambda: ticket_of(hark, calm))
    mail.deliver(hark, mail.make(angry, text="This is unacceptable, I want my money back.\n"))
    wait_for("a verdict", lambda: ticket_of(hark, angry))
    queue = hark.routing().ListQueue(protos.routing_service_pb2.ListQueueRequest(), timeout=20).tickets
    places = {t.ticket.sender.address: i for i, t in enumerate(queue)}
    assert places[f"mailto:{angry}"] < places[f"mailto:{calm}"]


def test_a_clock_warns_on_the_timeline_once_and_stops_with_the_answer(hark):
    address = mail.unique("ana").split("@")[0] + "@gold.example"
    mail.deliver(hark, mail.make(address))
    (warning,) = wait_for("a warning", lambda: hark.conversation_of(address) and warnings(hark, address))
    assert warning.status.sla.metric == protos.conversation_pb2.SLA_METRIC_FIRST_RESPONSE
    assert warning.status.sla.percent == 1 and warning.reason == "quick"
    assert warning.status.sla.at_ms - warning.status.sla.since_ms == 600
    wait_for("the gauge", lambda: "hark_routing_sla_at_risk 1" in hark.get("/metrics"))
    summary = hark.routing().SummarizeQueue(protos.routing_service_pb2.SummarizeQueueRequest(), timeout=20)
    assert (summary.sla_at_risk, summary.sla_missed) == (1, 0)

    agent = Agent(hark, "ana")
    try:
        token = agent.take(hark.conversation_of(address).id)
        agent.reply(hark.inbound(address)[0], "Soon.", token)
    finally:
        agent.leave()
    wait_for("the gauge", lambda: "hark_routing_sla_at_risk 0" in hark.get("/metrics"))
    hark.stop()
    hark.start()
    assert len(warnings(hark, address)) == 1


class Judge(protos.triage_service_pb2_grpc.TriageServiceServicer):
    def Triage(self, request, context):
        if "silence" in request.text:
            context.abort(grpc.StatusCode.INTERNAL, "no")
        verdict = protos.conversation_pb2.TicketVerdict(topics=["poetry"], priority_points=7, explanation="it rhymes")
        return protos.triage_service_pb2.TriageResponse(verdict=verdict)


def test_somebody_elses_triage_is_asked_and_its_failure_stops_nothing(tmp_path):
    server = grpc.server(concurrent.futures.ThreadPoolExecutor(2))
    protos.triage_service_pb2_grpc.add_TriageServiceServicer_to_server(Judge(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    hark = Hark(tmp_path, config_yaml(routing={"triage": {"service": f"127.0.0.1:{port}"}}))
    try:
        hark.start()
        poet, silent = mail.unique("poet"), mail.unique("silent")
        mail.deliver(hark, mail.make(poet))
        verdict = wait_for("a verdict", lambda: ticket_of(hark, poet)).verdict
        assert verdict.found_by == f"127.0.0.1:{port}" and list(verdict.topics) == ["poetry"]
        mail.deliver(hark, mail.make(silent, text="silence\n"))
        assert wait_for("a verdict", lambda: ticket_of(hark, silent)).verdict.found_by == "built-in"
    finally:
        hark.end()
        server.stop(None)


def test_a_calendar_that_cannot_be_read_is_told_by_file_and_line(tmp_path):
    (tmp_path / "holidays.ics").write_text(HOLIDAYS.replace("YEARLY", "SOMETIMES"))
    (tmp_path / "hark.yaml").write_text(
        "routing:\n  hours:\n    - id: office\n      time_zone: Europe/Riga\n      open: [mon-fri 09:00-18:00]\n"
        "      holidays_file: holidays.ics\n")
    one = Hark(tmp_path)
    result = one.command("config", "check", "hark.yaml", check=False)
    assert result.returncode != 0
    assert "hark.yaml:6: routing.hours[0].holidays_file: holidays.ics: line 4: RRULE: FREQ=SOMETIMES" in result.stdout + result.stderr
    (tmp_path / "holidays.ics").write_text(HOLIDAYS)
    assert one.command("config", "check", "hark.yaml").returncode == 0
