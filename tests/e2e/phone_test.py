"""Customers call, agents talk to them and call them back: any exchange through PhoneService.PhoneEvents."""
import datetime
import itertools
import uuid
import zoneinfo

import grpc
import pytest

from support import protos
from support.agent import Agent
from support.console import Console
from support.exchange import CALL, Exchange
from support.hark import Hark, config_yaml, wait_for

PHONE = protos.phone_pb2
STATE = protos.channel_pb2
OBLIGATION = protos.entry_pb2
NUMBERS = itertools.count(20_000_001)
EVER = "00:00-24:00"


def number():
    return f"+371{next(NUMBERS)}"


def config(**phone):
    agents = [{"id": name, "name": name.title(), "password": "test-password", "capacity_units": 10, "phone": f"PJSIP/{name}"} for name in ("ana", "ben")]
    return config_yaml(
        accounts=[{"id": "line", "name": "Our number", "phone": {"kind": "grpc", "number": "+37160000000"}}],
        agents=[*agents, {"id": "deaf", "name": "Deaf", "password": "test-password", "capacity_units": 10}],
        phone={"callback_hours": EVER, "ring_seconds": 5, "callback_retry_minutes": 1, "callback_tries": 2, **phone})


@pytest.fixture(scope="module")
def hark(tmp_path_factory):
    one = Hark(tmp_path_factory.mktemp("phone"), config())
    try:
        one.start()
        yield one
    finally:
        one.end()


@pytest.fixture
def exchange(hark):
    one = Exchange(hark, "line")
    yield one
    one.leave()


@pytest.fixture
def ana(hark):
    one = Agent(hark, "ana")
    yield one
    one.leave()


def calls_in(hark, customer):
    found = hark.conversation_of(f"tel:{customer}")
    return [entry for entry in hark.timeline(found.id) if entry.kind == protos.entry_pb2.ENTRY_KIND_INBOUND] if found else []


def wait_state(hark, customer, state, which=0):
    def reached():
        calls = calls_in(hark, customer)
        return calls[which] if len(calls) > which and calls[which].call.state == state else None

    return wait_for(f"a call of {customer} in state {PHONE.CallState.Name(state)}", reached)


def begin(hark, exchange):
    """A call that waits: its id, the customer, their conversation."""
    call, customer = uuid.uuid4().hex, number()
    exchange.call(call, customer)
    exchange.wait_command(call, "queue")
    return call, customer, wait_for("the conversation", lambda: hark.conversation_of(f"tel:{customer}"))


def talk(hark, exchange, agent):
    """A call in which somebody talks: as begin(), then the agent's leg and the token."""
    call, customer, conversation = begin(hark, exchange)
    token = agent.take(conversation.id)
    ring = exchange.wait_command(call, "ring_agent")
    exchange.answered(call, ring.leg_id)
    exchange.wait_command(call, "connect")
    return call, customer, conversation, ring.leg_id, token


def finish(hark, agent, conversation, token, **more):
    ticket = hark.conversations().GetConversation(protos.conversation_service_pb2.GetConversationRequest(id=conversation.id)).conversation.ticket
    agent.resolve(ticket.id, token, **more)


def test_a_call_goes_from_ringing_to_an_agent_and_to_its_end(hark, exchange, ana):
    call, customer, conversation = begin(hark, exchange)
    entry = wait_state(hark, customer, PHONE.CALL_STATE_QUEUED)
    assert entry.obligation == OBLIGATION.OBLIGATION_STATE_OPEN and not entry.sender_verified
    assert entry.content.subject == f"Call from {customer}"
    token = ana.take(conversation.id)
    ring = exchange.wait_command(call, "ring_agent")
    assert ring.ring_agent.endpoint == "PJSIP/ana" and ring.ring_agent.caller_id == customer
    wait_state(hark, customer, PHONE.CALL_STATE_OFFERED)
    exchange.rings(call, ring.leg_id)
    exchange.answered(call, ring.leg_id)
    connect = exchange.wait_command(call, "connect")
    assert (connect.leg_id, connect.connect.other_leg_id) == (ring.leg_id, call)
    talking = wait_state(hark, customer, PHONE.CALL_STATE_ANSWERED)
    assert talking.call.agent_id == "ana" and talking.obligation == OBLIGATION.OBLIGATION_STATE_ANSWERED
    exchange.hangs_up(call)
    assert exchange.wait_command(call, "hang_up").leg_id == ring.leg_id
    exchange.hangs_up(call, ring.leg_id)
    over = wait_state(hark, customer, PHONE.CALL_STATE_ENDED)
    assert over.call.ended_by == "customer" and over.call.answered_at_ms >= over.call.started_at_ms
    finish(hark, ana, conversation, token)  # nothing is owed, so nothing has to be waived
    assert not [c for c in hark.phone().ListCalls(protos.phone_service_pb2.ListCallsRequest()).calls if c.call_id == call]


def test_events_that_come_twice_and_late_make_one_call(hark, exchange, ana):
    call, customer, conversation, leg, token = talk(hark, exchange, ana)
    exchange.hangs_up(call, leg)
    exchange.call(call, customer)
    exchange.rings(call, leg)
    exchange.answered(call, leg)
    exchange.hangs_up(call)
    exchange.hangs_up(call)
    wait_state(hark, customer, PHONE.CALL_STATE_ENDED)
    exchange.call(call, customer)
    assert len(calls_in(hark, customer)) == 1
    finish(hark, ana, conversation, token)


def test_a_phone_that_is_not_answered_gives_the_customer_to_the_next_agent(hark, exchange, ana):
    call, customer, conversation = begin(hark, exchange)
    ana.take(conversation.id)
    ring = exchange.wait_command(call, "ring_agent")
    ben = Agent(hark, "ben")
    try:
        hang_up = exchange.wait_command(call, "hang_up", seconds=20)
        assert hang_up.leg_id == ring.leg_id
        exchange.hangs_up(call, ring.leg_id, CALL.LEG_END_NO_ANSWER)
        token = ben.take(conversation.id)
        second = exchange.wait_command(call, "ring_agent", after=1)
        assert second.ring_agent.endpoint == "PJSIP/ben"
        exchange.answered(call, second.leg_id)
        exchange.wait_command(call, "connect")
        exchange.hangs_up(call, second.leg_id)
        exchange.wait_command(call, "hang_up", after=1)
        exchange.hangs_up(call)
        assert wait_state(hark, customer, PHONE.CALL_STATE_ENDED).call.agent_id == "ben"
        finish(hark, ben, conversation, token)
    finally:
        ben.leave()


def test_nobody_closes_by_mistake_the_ticket_of_a_caller_who_waits(hark, exchange, ana):
    call, customer, conversation = begin(hark, exchange)
    token = ana.take(conversation.id)
    ring = exchange.wait_command(call, "ring_agent")
    exchange.call(second_call := uuid.uuid4().hex, customer)  # from a second line of theirs, which ends first
    exchange.wait_command(second_call, "queue")
    exchange.hangs_up(second_call)
    wait_state(hark, customer, PHONE.CALL_STATE_ABANDONED, which=1)
    with pytest.raises(grpc.RpcError) as refused:
        finish(hark, ana, conversation, token, waive_reason="closed by mistake")
    assert refused.value.code() == grpc.StatusCode.FAILED_PRECONDITION and "call with the customer goes on" in refused.value.details()
    exchange.answered(call, ring.leg_id)
    exchange.wait_command(call, "connect")
    exchange.hangs_up(call)
    exchange.hangs_up(call, ring.leg_id)
    assert wait_state(hark, customer, PHONE.CALL_STATE_ENDED).call.agent_id == "ana"
    finish(hark, ana, conversation, token, waive_reason="test")


def test_a_ticket_that_is_passed_on_takes_its_call_along(hark, exchange, ana):
    call, customer, conversation, leg, token = talk(hark, exchange, ana)
    ticket = hark.conversations().GetConversation(protos.conversation_service_pb2.GetConversationRequest(id=conversation.id)).conversation.ticket
    ben = Agent(hark, "ben")
    try:
        hark.conversations().Transfer(protos.conversation_service_pb2.TransferRequest(
            idempotency_key=uuid.uuid4().hex, ticket_id=ticket.id, agent_id="ana", assignment_token=token, wanted_agent_id="ben", reason="knows it"))
        second_token = ben.take(conversation.id)
        second = exchange.wait_command(call, "ring_agent", after=1)
        assert wait_state(hark, customer, PHONE.CALL_STATE_ANSWERED).call.agent_id == "ana"  # who stays until the other talks
        exchange.answered(call, second.leg_id)
        assert exchange.wait_command(call, "connect", after=1).leg_id == second.leg_id
        assert exchange.wait_command(call, "hang_up").leg_id == leg
        exchange.hangs_up(call, leg)
        assert wait_for("the other agent", lambda: calls_in(hark, customer)[0].call.agent_id == "ben")
        exchange.hangs_up(call)
        exchange.hangs_up(call, second.leg_id)
        wait_state(hark, customer, PHONE.CALL_STATE_ENDED)
        finish(hark, ben, conversation, second_token)
    finally:
        ben.leave()


def test_who_rings_back_after_an_abandoned_call_keeps_the_place_and_the_thread(hark, exchange, ana):
    call, customer, conversation = begin(hark, exchange)
    waiting_since = hark.conversation_of(f"tel:{customer}").ticket.waiting_since_ms
    exchange.hangs_up(call)
    first = wait_state(hark, customer, PHONE.CALL_STATE_ABANDONED)
    assert first.obligation == OBLIGATION.OBLIGATION_STATE_OPEN
    again = uuid.uuid4().hex
    wait_for("the abandoned call is closed", lambda: not hark.phone().ListCalls(protos.phone_service_pb2.ListCallsRequest()).calls)
    exchange.call(again, customer)
    second = wait_state(hark, customer, PHONE.CALL_STATE_QUEUED, which=1)
    assert second.thread_id == first.thread_id and second.ticket_id == first.ticket_id
    assert hark.conversation_of(f"tel:{customer}").ticket.waiting_since_ms == waiting_since
    token = ana.take(conversation.id)
    exchange.answered(again, exchange.wait_command(again, "ring_agent").leg_id)
    wait_state(hark, customer, PHONE.CALL_STATE_ANSWERED, which=1)
    assert wait_state(hark, customer, PHONE.CALL_STATE_ABANDONED).obligation == OBLIGATION.OBLIGATION_STATE_ANSWERED
    exchange.hangs_up(again)
    exchange.hangs_up(again, exchange.wait_command(again, "hang_up").leg_id)
    wait_state(hark, customer, PHONE.CALL_STATE_ENDED, which=1)
    finish(hark, ana, conversation, token)


def abandoned(hark, exchange, agent):
    call, customer, conversation = begin(hark, exchange)
    exchange.hangs_up(call)
    entry = wait_state(hark, customer, PHONE.CALL_STATE_ABANDONED)
    return customer, conversation, entry, agent.take(conversation.id)


def test_a_reply_to_an_abandoned_call_calls_back(hark, exchange, ana):
    customer, conversation, entry, token = abandoned(hark, exchange, ana)
    reply = ana.reply(entry, "Calling back", token)
    ring = exchange.wait_command(f"back-{reply.id}", "ring_agent")
    assert ring.ring_agent.endpoint == "PJSIP/ana" and ring.ring_agent.caller_id == customer
    exchange.answered(ring.call_id, ring.leg_id)
    dial = exchange.wait_command(ring.call_id, "dial_customer")
    assert (dial.dial_customer.to, getattr(dial.dial_customer, "from")) == (customer, "+37160000000")
    exchange.answered(ring.call_id)
    exchange.wait_command(ring.call_id, "connect")
    sent = wait_for("the reply is sent", lambda: (e := hark.entry(conversation.id, reply.id)).delivery == STATE.DELIVERY_STATE_SENT and e)
    assert wait_for("the talk", lambda: hark.entry(conversation.id, sent.id).call.state == PHONE.CALL_STATE_ANSWERED)
    assert hark.entry(conversation.id, entry.id).obligation == OBLIGATION.OBLIGATION_STATE_ANSWERED
    exchange.hangs_up(ring.call_id)
    exchange.hangs_up(ring.call_id, ring.leg_id)
    wait_for("the end", lambda: hark.entry(conversation.id, reply.id).call.state == PHONE.CALL_STATE_ENDED)
    finish(hark, ana, conversation, token)


def waits_for_the_next_try(hark, exchange, agent):
    """A customer who was busy when they were called back: as abandoned(), with the reply in place of the entry."""
    customer, conversation, entry, token = abandoned(hark, exchange, agent)
    reply = agent.reply(entry, "Calling back", token)
    ring = exchange.wait_command(f"back-{reply.id}", "ring_agent")
    exchange.answered(ring.call_id, ring.leg_id)
    exchange.wait_command(ring.call_id, "dial_customer")
    exchange.hangs_up(ring.call_id, how=CALL.LEG_END_BUSY)
    assert exchange.wait_command(ring.call_id, "hang_up").leg_id == ring.leg_id
    exchange.hangs_up(ring.call_id, ring.leg_id)
    reply = wait_for("word of the next try", lambda: (e := hark.entry(conversation.id, reply.id)).delivery_detail.startswith("busy") and e)
    return customer, conversation, reply, token


def test_a_busy_customer_is_called_again_later(hark, exchange, ana):
    _, conversation, reply, token = waits_for_the_next_try(hark, exchange, ana)
    assert reply.delivery_detail.endswith("(called 1 of 2 times)") and reply.delivery_again_at_ms > 0 and reply.delivery == STATE.DELIVERY_STATE_QUEUED
    assert reply.call.state == PHONE.CALL_STATE_UNANSWERED
    finish(hark, ana, conversation, token)


def rings_and_talks(hark, exchange, agent, customer, conversation, token=None):
    """The customer calls again, and `agent` talks to them, whose the ticket is already if there is a token: the call."""
    exchange.call(again := uuid.uuid4().hex, customer)
    token = token or agent.take(conversation.id)
    exchange.answered(again, exchange.wait_command(again, "ring_agent").leg_id)
    exchange.wait_command(again, "connect")
    return again, token


def is_withdrawn(hark, conversation, reply, agent_id):
    """The reply is, what it was to answer is answered by the customer's last call, and the timeline says why."""
    wait_for("the call back is withdrawn", lambda: hark.entry(conversation.id, reply.id).delivery == STATE.DELIVERY_STATE_WITHDRAWN)
    assert hark.entry(conversation.id, reply.id).delivery_detail == "the customer rang, and was answered"
    call = [e for e in hark.timeline(conversation.id) if e.kind == protos.entry_pb2.ENTRY_KIND_INBOUND][-1]
    (said,) = [e for e in hark.timeline(conversation.id) if e.status.change == protos.entry_pb2.StatusChange.CHANGE_WITHDRAWN]
    assert (said.answers_entry_id, said.agent_id) == (call.id, agent_id) and "before they were called back" in said.reason
    assert hark.entry(conversation.id, reply.answers_entry_id).answered_by_entry_id == call.id
    return call


def hang_up_and_finish(hark, exchange, agent, call, customer, conversation, token):
    exchange.hangs_up(call)
    exchange.hangs_up(call, exchange.wait_command(call, "hang_up").leg_id)
    wait_state(hark, customer, PHONE.CALL_STATE_ENDED, which=1)
    finish(hark, agent, conversation, token)


def test_who_rings_again_and_is_answered_is_not_called_back_any_more(hark, exchange, ana):
    customer, conversation, reply, token = waits_for_the_next_try(hark, exchange, ana)
    again, _ = rings_and_talks(hark, exchange, ana, customer, conversation, token)
    is_withdrawn(hark, conversation, reply, "ana")
    # What is promised in this talk is kept.
    promised = ana.reply(calls_in(hark, customer)[1], "Calling back when the part is there", token)
    exchange.hangs_up(again)
    exchange.hangs_up(again, exchange.wait_command(again, "hang_up").leg_id)
    ring = exchange.wait_command(f"back-{promised.id}", "ring_agent")
    assert hark.entry(conversation.id, promised.id).delivery == STATE.DELIVERY_STATE_QUEUED
    exchange.hangs_up(ring.call_id, ring.leg_id, CALL.LEG_END_BUSY)
    wait_for("the failure", lambda: hark.entry(conversation.id, promised.id).delivery == STATE.DELIVERY_STATE_FAILED)
    finish(hark, ana, conversation, token, waive_reason="test")


def test_who_rings_while_the_agents_phone_rings_for_them_is_answered_and_not_dialled(hark, exchange, ana):
    customer, conversation, entry, token = abandoned(hark, exchange, ana)
    reply = ana.reply(entry, "Calling back", token)
    ring = exchange.wait_command(f"back-{reply.id}", "ring_agent")
    ben = Agent(hark, "ben")
    try:
        again, token = rings_and_talks(hark, exchange, ben, customer, conversation)  # who has the ticket is on the other call
        assert exchange.wait_command(ring.call_id, "hang_up").leg_id == ring.leg_id
        is_withdrawn(hark, conversation, reply, "ben")
        exchange.answered(ring.call_id, ring.leg_id)  # too late
        exchange.hangs_up(ring.call_id, ring.leg_id)
        hang_up_and_finish(hark, exchange, ben, again, customer, conversation, token)
        assert not [c for c in exchange.commands if c.call_id.startswith(f"back-{reply.id}") and c.WhichOneof("what") == "dial_customer"]
    finally:
        ben.leave()


def test_a_call_back_that_is_called_off_while_the_agents_phone_rings_is_hung_up_and_owed_again(hark, exchange, ana):
    _, conversation, entry, token = abandoned(hark, exchange, ana)
    reply = ana.reply(entry, "Calling back", token)
    ring = exchange.wait_command(f"back-{reply.id}", "ring_agent")
    hark.conversations().WithdrawCallback(protos.callback_pb2.WithdrawCallbackRequest(
        idempotency_key=uuid.uuid4().hex, entry_id=reply.id, agent_id="ana", assignment_token=token, reason="they wrote"))
    assert exchange.wait_command(ring.call_id, "hang_up").leg_id == ring.leg_id
    exchange.hangs_up(ring.call_id, ring.leg_id)
    off = hark.entry(conversation.id, reply.id)
    assert (off.delivery, off.delivery_detail) == (STATE.DELIVERY_STATE_WITHDRAWN, "they wrote")
    assert hark.entry(conversation.id, entry.id).obligation == OBLIGATION.OBLIGATION_STATE_OPEN
    assert not [c for c in exchange.commands if c.call_id.startswith(f"back-{reply.id}") and c.WhichOneof("what") == "dial_customer"]
    wait_for("the call is over", lambda: hark.entry(conversation.id, reply.id).call.ended_at_ms > 0)
    finish(hark, ana, conversation, token, waive_reason="test")


def test_a_call_back_that_the_agent_does_not_answer_is_owed_again(hark, exchange, ana):
    customer, conversation, entry, token = abandoned(hark, exchange, ana)
    reply = ana.reply(entry, "Calling back", token)
    ring = exchange.wait_command(f"back-{reply.id}", "ring_agent")
    exchange.hangs_up(ring.call_id, ring.leg_id, CALL.LEG_END_BUSY)
    failed = wait_for("the failure", lambda: (e := hark.entry(conversation.id, reply.id)).delivery == STATE.DELIVERY_STATE_FAILED and e)
    assert failed.delivery_detail == "the phone of ana: busy"
    assert hark.entry(conversation.id, entry.id).obligation == OBLIGATION.OBLIGATION_STATE_OPEN
    finish(hark, ana, conversation, token, waive_reason="test")


def test_withheld_callers_are_customers_of_their_own_and_cannot_be_called_back(hark, exchange, ana):
    ids = [uuid.uuid4().hex for _ in range(2)]
    for one in ids:
        exchange.call(one, "anonymous")
        exchange.wait_command(one, "queue")
    found = wait_for("two customers", lambda: (c := [c for c in hark.all_conversations() if any("withheld" in a.address for a in c.addresses)]) and len(c) == 2 and c)
    for one in ids:
        exchange.hangs_up(one)
    for conversation in found:
        token = ana.take(conversation.id)
        entry = hark.timeline(conversation.id)[0]
        reply = ana.reply(entry, "Calling back", token)
        failed = wait_for("the refusal", lambda: (e := hark.entry(conversation.id, reply.id)).delivery == STATE.DELIVERY_STATE_FAILED and e)
        assert "withheld" in failed.delivery_detail
        finish(hark, ana, conversation, token, waive_reason="nobody to call")


def test_a_talk_can_be_put_on_hold_and_ended_from_outside(hark, exchange, ana):
    call, customer, conversation, leg, token = talk(hark, exchange, ana)
    entry = wait_state(hark, customer, PHONE.CALL_STATE_ANSWERED)

    def control(action):
        return hark.phone().ControlCall(protos.phone_service_pb2.ControlCallRequest(entry_id=entry.id, action=action))

    actions = protos.phone_service_pb2.ControlCallRequest
    control(actions.ACTION_HOLD)
    assert exchange.wait_command(call, "hold").hold.held
    wait_state(hark, customer, PHONE.CALL_STATE_HELD)
    control(actions.ACTION_UNHOLD)
    assert not exchange.wait_command(call, "hold", after=1).hold.held
    wait_state(hark, customer, PHONE.CALL_STATE_ANSWERED)
    control(actions.ACTION_HANG_UP)
    exchange.wait_command(call, "hang_up")
    exchange.hangs_up(call)
    exchange.hangs_up(call, leg)
    wait_state(hark, customer, PHONE.CALL_STATE_ENDED)
    with pytest.raises(grpc.RpcError):
        control(actions.ACTION_HOLD)
    finish(hark, ana, conversation, token)


def test_who_waits_on_the_line_comes_before_missed_calls(hark, exchange):
    missed, missed_customer, missed_conversation = begin(hark, exchange)
    exchange.hangs_up(missed)
    wait_state(hark, missed_customer, PHONE.CALL_STATE_ABANDONED)
    wait_for("the missed call is patient", lambda: not hark.conversation_of(f"tel:{missed_customer}").ticket.on_the_line)
    call, customer, conversation = begin(hark, exchange)
    wait_for("the other is not", lambda: hark.conversation_of(f"tel:{customer}").ticket.on_the_line)
    ana = Agent(hark, "ana")
    try:
        token = ana.take(conversation.id)  # though the other has waited longer
        leg = exchange.wait_command(call, "ring_agent").leg_id
        exchange.answered(call, leg)
        exchange.hangs_up(call)
        exchange.hangs_up(call, leg)
        wait_state(hark, customer, PHONE.CALL_STATE_ENDED)
        finish(hark, ana, conversation, token)
        finish(hark, ana, missed_conversation, ana.take(missed_conversation.id), waive_reason="test")
    finally:
        ana.leave()


def test_an_agents_page_is_told_how_a_call_goes_on(hark, exchange):
    page = Console(hark).sign_in("ana").available()
    try:
        call, customer, conversation = begin(hark, exchange)
        token = page.take(conversation.id)
        page.open(conversation.id)

        def shown(state):
            return lambda frame: any(entry["call"]["state"] == state for entry in frame["conversation"]["entries"] or [])

        leg = exchange.wait_command(call, "ring_agent").leg_id
        exchange.answered(call, leg)
        answered = page.wait("the talk", shown("CALL_STATE_ANSWERED"))
        (entry,) = [e for e in answered["conversation"]["entries"] if e["call"]["state"] == "CALL_STATE_ANSWERED"]
        assert entry["call"]["agentId"] == "ana" and entry["obligation"] == "OBLIGATION_STATE_ANSWERED"
        exchange.hangs_up(call)
        exchange.hangs_up(call, leg)
        page.wait("the end", shown("CALL_STATE_ENDED"))
        assert token
        held = hark.conversation_of(f"tel:{customer}").ticket
        page.command(resolve={"ticketId": held.id, "assignmentToken": str(held.assignment_token)})
    finally:
        page.ask(setPresence={"presence": "PRESENCE_OFFLINE"})
        page.close()


def test_a_message_on_tape_is_an_entry_that_wants_an_answer(hark, exchange, ana):
    call, customer, conversation = begin(hark, exchange)
    recording = PHONE.CallRecording(id="r1", url="http://127.0.0.1:1/r1", seconds=12, voicemail=True, transcript="Please call me")
    exchange.say(call, recorded=CALL.PhoneEvent.Recorded(recording=recording))
    exchange.hangs_up(call)
    wait_state(hark, customer, PHONE.CALL_STATE_VOICEMAIL)
    message = wait_for("the message", lambda: (found := calls_in(hark, customer)) and len(found) == 2 and found[1])
    assert message.content.text == "[voicemail, 12 s] http://127.0.0.1:1/r1\n\nPlease call me"
    assert any("it is at a private address" in remark for remark in message.content.remarks), "nobody leads us into our own network"
    assert message.obligation == OBLIGATION.OBLIGATION_STATE_OPEN
    token = ana.take(conversation.id)
    finish(hark, ana, conversation, token, waive_reason="test")


def test_what_no_call_can_be_is_refused_in_words(hark, exchange):
    assert exchange.say("", ringing=CALL.PhoneEvent.Ringing()).code == grpc.StatusCode.INVALID_ARGUMENT.value[0]
    assert exchange.say("never-arrived", ringing=CALL.PhoneEvent.Ringing()).code == grpc.StatusCode.NOT_FOUND.value[0]
    with pytest.raises(AssertionError, match="no phone account"):
        Exchange(hark, "nowhere")


def test_audit_finds_nothing_wrong_with_calls(hark):
    assert hark.command("audit", "--port-base", str(hark.port_base), "--data", str(hark.data), "--json", check=False).returncode == 0


def test_a_call_outlives_its_process(tmp_path):
    hark = Hark(tmp_path, config())
    try:
        hark.start()
        exchange = Exchange(hark, "line")
        call, customer, conversation = begin(hark, exchange)
        lost, lost_customer, _ = begin(hark, exchange)
        hark.kill()
        hark.start()
        ana = Agent(hark, "ana")
        exchange = Exchange(hark, "line", calls=[call])  # the other one is gone
        wait_state(hark, lost_customer, PHONE.CALL_STATE_ABANDONED)
        while True:
            offer = next(iter(ana.offers.values()), None) or wait_for("an offer", lambda: next(iter(ana.offers.values()), None))
            ana.accept(offer)
            if offer.ticket.conversation_id == conversation.id:
                break
            ana.resolve(offer.ticket.id, wait_for("the token", lambda: hark.conversation_of(f"tel:{lost_customer}").ticket.assignment_token), waive_reason="test")
        ring = exchange.wait_command(call, "ring_agent")
        hark.kill()
        hark.start()
        ana = Agent(hark, "ana")
        exchange = Exchange(hark, "line", calls=[call])
        exchange.answered(call, ring.leg_id)
        exchange.wait_command(call, "connect")
        assert wait_state(hark, customer, PHONE.CALL_STATE_ANSWERED).call.agent_id == "ana"
        exchange.hangs_up(call)
        exchange.hangs_up(call, ring.leg_id)
        wait_state(hark, customer, PHONE.CALL_STATE_ENDED)
        assert len(calls_in(hark, customer)) == 1
    finally:
        hark.end()


def test_customers_are_not_called_at_night_and_not_at_all_if_they_are_heard_before(tmp_path):
    hour = (datetime.datetime.now(datetime.timezone.utc).hour + 12) % 23  # far from now in every zone of Latvia
    hark = Hark(tmp_path, config(callback_hours=f"{hour:02d}:00-{hour:02d}:30"))
    try:
        hark.start()
        ana, exchange = Agent(hark, "ana"), Exchange(hark, "line")
        customer, conversation, entry, token = abandoned(hark, exchange, ana)
        reply = ana.reply(entry, "Calling back", token)
        waits = wait_for("word of the time", lambda: (e := hark.entry(conversation.id, reply.id)).delivery_detail and e)
        assert waits.delivery_detail == "quiet hours in Latvia"
        assert datetime.datetime.fromtimestamp(waits.delivery_again_at_ms / 1000, zoneinfo.ZoneInfo("Europe/Riga")).strftime("%H:%M") == f"{hour:02d}:00"
        assert waits.delivery == STATE.DELIVERY_STATE_QUEUED
        assert not [c for c in exchange.commands if c.call_id.startswith("back-")]
        # They ring before the day comes.
        again, _ = rings_and_talks(hark, exchange, ana, customer, conversation, token)
        is_withdrawn(hark, conversation, reply, "ana")
        hang_up_and_finish(hark, exchange, ana, again, customer, conversation, token)
        test_audit_finds_nothing_wrong_with_calls(hark)
    finally:
        hark.end()
