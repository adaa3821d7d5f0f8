"""Targets in seconds: from a mail to the timeline, ctl and the queue that a missed one sends it to."""
from support import hark as hark_process
from support import mail, protos
from support.agent import Agent
from support.hark import wait_for

Change = protos.entry_pb2.StatusChange
METRICS = protos.conversation_pb2
ROUTING = {
    "queues": [{"id": "usual", "entries": [{}]}, {"id": "late"}],
    "sla": [{"id": "quick", "first_response_seconds": 1, "requester_wait_seconds": 1, "agent_work_seconds": 2, "warn_at_percent": [50],
             "missed_move_to_queue": "late"}],
}


def notices(one, conversation, change):
    return [e for e in one.timeline(conversation.id) if e.status.change == change]


def test_two_targets_of_a_second_missed_at_once_are_told_in_seconds_and_move_the_ticket_once(tmp_path):
    one = hark_process.Hark(tmp_path, hark_process.config_yaml(routing=ROUTING))
    try:
        one.start()
        sender = mail.unique("ana")
        mail.deliver(one, mail.make(sender))
        conversation = one.wait_conversation(sender)
        missed = wait_for("all are missed", lambda: (lambda m: len(m) == 3 and m)(notices(one, conversation, Change.CHANGE_SLA_MISSED)))
        assert [(e.status.sla.metric, e.status.sla.target_seconds) for e in missed] == [
            (METRICS.SLA_METRIC_FIRST_RESPONSE, 1), (METRICS.SLA_METRIC_REQUESTER_WAIT, 1), (METRICS.SLA_METRIC_AGENT_WORK, 2)]
        assert [e.status.sla.at_ms - e.status.sla.since_ms for e in missed] == [1000, 1000, 2000]
        moved = wait_for("it is moved", lambda: [e for e in one.timeline(conversation.id) if "missed" in e.reason])
        assert [e.reason for e in moved] == ["the first response target of quick (1 s), the requester wait target of quick (1 s) are missed"]
        assert "queue late" in one.ctl("why", conversation.ticket.id).stdout
        told = one.ctl("timeline", conversation.id).stdout
        assert "sla warning first response, 50% of the target of 1 s" in told, told
        assert "sla missed agent work, 100% of the target of 2 s" in told, told

        # A sum goes on where it stood, and is told once for the ticket's life.
        agent = Agent(one, "ana")
        try:
            token = agent.take(conversation.id)
            agent.reply(one.inbound(sender)[0], "Soon.", token)
            mail.deliver(one, mail.make(sender, text="And?\n"))
            wait_for("the second message", lambda: len(one.inbound(sender)) == 2)
        finally:
            agent.leave()
        assert len(notices(one, conversation, Change.CHANGE_SLA_MISSED)) == 3
    finally:
        one.end()
