"""Calls through Twilio Voice: signed webhooks in, TwiML and REST out, against a stand-in that checks every request."""
import itertools
import time
import urllib.parse
import xml.etree.ElementTree

import pytest

from support import protos
from support.agent import Agent
from support.carriers import TWILIO_SID, TWILIO_TOKEN, Refusal, Twilio
from support.hark import PATIENCE, free_port_base, wait_for
from support.world import PhoneWorld, shared

PHONE = protos.phone_pb2
STATE = protos.channel_pb2
OURS, NUMBERS = "+37160000000", itertools.count(21_000_001)
CALLS = f"/2010-04-01/Accounts/{TWILIO_SID}/Calls"


class Outside(PhoneWorld):
    def __init__(self, folder):
        self.twilio = Twilio()
        port = free_port_base()
        self.public = f"http://127.0.0.1:{port}"
        self.hook = f"{self.public}/webhooks/line"
        super().__init__(folder, self.twilio, agents=self.agents("client:{}", "ana", "ben"),
                         phone={"callback_hours": "00:00-24:00", "voicemail_after_seconds": 8, "announce_every_seconds": 2},
                         accounts=[{"id": "line", "name": "Our number", "phone": {
                             "kind": "twilio", "number": OURS, "user": TWILIO_SID, "password": TWILIO_TOKEN, "base_url": self.twilio.url,
                             "public_url": self.public}}])
        self.hark.port_base = port


world, hark = shared(Outside)


@pytest.fixture
def ana(world):
    one = Agent(world.hark, "ana")
    yield one
    one.leave()


def arrives(world):
    """A call as Twilio tells of it: its SID, the customer, what Twilio is to do."""
    sid, customer = world.twilio.new_call("ringing"), f"+371{next(NUMBERS)}"
    answer = world.twilio.tell(world.hook, CallSid=sid, AccountSid=TWILIO_SID, From=customer, To=OURS, CallStatus="ringing", Direction="inbound", ApiVersion="2010-04-01")
    return sid, customer, answer


def waits(world):
    sid, customer, answer = arrives(world)
    enqueue = answer.find("Enqueue")
    assert enqueue is not None and enqueue.text == sid
    return sid, customer, enqueue, wait_for("the conversation", lambda: world.hark.conversation_of(f"tel:{customer}"))


def rings(world):
    return len([1 for _, path, _ in world.twilio.taken if path == f"{CALLS}.json"])


def test_a_call_waits_in_a_queue_of_its_own_until_it_is_led_to_the_agent(world, ana):
    sid, customer, enqueue, conversation = waits(world)
    began = time.monotonic()
    for _ in range(20):
        music = world.twilio.tell(enqueue.get("waitUrl"), CallSid=sid, QueuePosition="1", QueueTime="3")
    assert time.monotonic() - began < 20 * 0.1 * PATIENCE, "Twilio's caller hears silence meanwhile"
    assert music.find("Play") is not None
    rung_before = rings(world)
    token = ana.take(conversation.id)
    _, fields = world.twilio.wait("POST", rf"{CALLS}\.json", after=rung_before)
    ring = dict(fields)
    assert ring["To"] == "client:ana" and ring["From"] == OURS
    leg = next(s for s, status in reversed(world.twilio.calls.items()) if status == "queued")
    world.twilio.tell(ring["StatusCallback"], CallSid=leg, CallStatus="ringing", SequenceNumber="1")
    world.wait_state(customer, PHONE.CALL_STATE_OFFERED)
    answer = world.twilio.tell(ring["Url"], CallSid=leg, CallStatus="in-progress")
    room = answer.find("Dial/Conference")
    assert room.get("endConferenceOnExit") == "true"
    led = world.twilio.wait_led_into(sid, room.text)
    assert led.find("Conference").get("endConferenceOnExit") == "false"
    world.twilio.tell(ring["StatusCallback"], CallSid=leg, CallStatus="in-progress", SequenceNumber="2")
    talking = world.wait_state(customer, PHONE.CALL_STATE_ANSWERED)
    assert talking.call.agent_id == "ana" and talking.obligation == protos.entry_pb2.OBLIGATION_STATE_ANSWERED
    # The agent hangs up: so has the customer to.
    world.twilio.tell(ring["StatusCallback"], CallSid=leg, CallStatus="completed", CallDuration="42", SequenceNumber="3")
    world.twilio.wait("POST", rf"{CALLS}/{sid}\.json")
    assert world.twilio.tell(led.get("action"), CallSid=sid, CallStatus="in-progress", DialCallStatus="answered").find("*") is None
    world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="completed", CallDuration="50", SequenceNumber="1")
    assert world.wait_state(customer, PHONE.CALL_STATE_ENDED).call.ended_by == "agent"
    assert len(world.entries(customer)) == 1
    world.resolve(ana, customer, token)


def rung(world, before):
    """The call that was asked for last: its fields, and its SID."""
    _, fields = world.twilio.wait("POST", rf"{CALLS}\.json", after=before)
    return dict(fields), next(s for s, status in reversed(world.twilio.calls.items()) if status == "queued")


def answers(world, ring, leg):
    """Picked up: the room that it is led into."""
    root = world.twilio.tell(ring["Url"], CallSid=leg, CallStatus="in-progress")
    return root.findtext("Dial/Conference")


def talks(world, ana):
    sid, customer, enqueue, conversation = waits(world)
    before = rings(world)
    token = ana.take(conversation.id)
    ring, leg = rung(world, before)
    room = answers(world, ring, leg)
    world.twilio.wait_led_into(sid, room)
    return sid, customer, conversation, token, ring, leg, room, world.wait_state(customer, PHONE.CALL_STATE_ANSWERED)


def control(world, entry, action, **more):
    request = protos.phone_service_pb2.ControlCallRequest
    return world.hark.phone().ControlCall(request(entry_id=entry.id, action=getattr(request, f"ACTION_{action}"), **more)).call


def is_over(world, ana, sid, customer, conversation, token):
    world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="completed")
    world.wait_state(customer, PHONE.CALL_STATE_ENDED)
    world.resolve(ana, customer, token)


def test_a_customer_on_hold_hears_music_and_comes_back(world, ana):
    sid, customer, conversation, token, _, leg, room, entry = talks(world, ana)
    control(world, entry, "HOLD")
    world.twilio.wait_doing(sid, lambda root: root.find("Play") is not None)
    world.wait_state(customer, PHONE.CALL_STATE_HELD)
    control(world, entry, "UNHOLD")
    world.twilio.wait_led_into(sid, room)
    is_over(world, ana, sid, customer, conversation, token)


def test_an_agent_asks_a_number_outside_and_hands_over(world, ana):
    sid, customer, conversation, token, ring, leg, room, entry = talks(world, ana)
    before = rings(world)
    control(world, entry, "CONSULT", number="+37120000009", by_agent_id="ana")
    asked, other = rung(world, before)
    assert asked["To"] == "+37120000009" and asked["From"] == OURS
    their_room = answers(world, asked, other)
    assert their_room != room
    world.twilio.wait_doing(sid, lambda root: root.find("Play") is not None)
    world.twilio.wait_led_into(leg, their_room)
    assert world.wait_state(customer, PHONE.CALL_STATE_HELD).call.consult.talking
    control(world, entry, "HAND_OVER")
    world.twilio.wait_led_into(sid, their_room)
    world.twilio.wait("POST", rf"{CALLS}/{leg}\.json", after=1)
    world.twilio.tell(ring["StatusCallback"], CallSid=leg, CallStatus="completed")
    world.wait_call(customer, "talks to the number", lambda call: call.number == "+37120000009")
    is_over(world, ana, sid, customer, conversation, token)


def test_who_was_asked_leaves_and_agent_and_customer_hear_each_other_again(world, ana):
    sid, customer, conversation, token, ring, leg, room, entry = talks(world, ana)
    before = rings(world)
    control(world, entry, "CONSULT", number="+37120000009")
    asked, other = rung(world, before)
    their_room = answers(world, asked, other)
    guest = world.twilio.wait_led_into(leg, their_room)
    world.twilio.wait_doing(sid, lambda root: root.find("Play") is not None)
    # Their room closes: the agent is led into their own by the answer, and by a request.
    world.twilio.tell(asked["StatusCallback"], CallSid=other, CallStatus="completed")
    assert world.twilio.tell(guest.get("action"), CallSid=leg, CallStatus="in-progress").findtext("Dial/Conference") == room
    world.twilio.wait_led_into(leg, room)
    world.twilio.wait_led_into(sid, room)
    world.wait_call(customer, "talks to ana", lambda call: call.agent_id == "ana")
    is_over(world, ana, sid, customer, conversation, token)
    assert world.twilio.tell(guest.get("action"), CallSid=leg, CallStatus="in-progress").find("Hangup") is not None, "there is nobody left"


def test_an_agents_phone_that_is_busy_gives_the_ticket_back(world, ana):
    sid, customer, enqueue, conversation = waits(world)
    rung_before = rings(world)
    ana.take(conversation.id)
    _, fields = world.twilio.wait("POST", rf"{CALLS}\.json", after=rung_before)
    world.twilio.tell(dict(fields)["StatusCallback"], CallSid="CA" + "1" * 32, CallStatus="busy", SequenceNumber="1")
    returned = wait_for("the ticket waits again", lambda: (t := world.hark.conversation_of(f"tel:{customer}").ticket).state == protos.conversation_pb2.TICKET_STATE_QUEUED and t)
    assert list(returned.declined_by) == ["ana"]
    notes = [e.reason for e in world.hark.timeline(conversation.id) if e.kind == protos.entry_pb2.ENTRY_KIND_STATUS]
    assert "the phone of ana: busy" in notes
    # The customer leaves: nobody talked.
    world.twilio.tell(enqueue.get("action"), CallSid=sid, QueueResult="hangup", CallStatus="completed", QueueTime="9")
    world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)


def test_who_waits_long_may_leave_a_message(world):
    sid, customer, enqueue, conversation = waits(world)
    _, fields = world.twilio.wait("POST", rf"{CALLS}/{sid}\.json", seconds=30)
    twiml = xml.etree.ElementTree.fromstring(dict(fields)["Twiml"])
    recorded = twiml.find("Record").get("recordingStatusCallback")
    world.twilio.tell(recorded, CallSid=sid, RecordingSid="RE1", RecordingUrl=f"{world.twilio.url}/2010-04-01/Accounts/{TWILIO_SID}/Recordings/RE1", RecordingDuration="12", RecordingStatus="completed")
    wait_for("it was asked for too early", lambda: [path for _, path, _ in world.twilio.refused if path.endswith("/Recordings/RE1.mp3")])
    world.twilio.recordings["RE1"] = b"ID3\4" + bytes(1000)
    world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="completed")
    world.wait_state(customer, PHONE.CALL_STATE_VOICEMAIL)
    message = wait_for("the message", lambda: (c := world.entries(customer)) and len(c) == 2 and c[1])
    assert message.content.text == "[voicemail, 12 s]"
    (file,) = message.content.attachments
    assert file.content_type == "audio/mpeg" and world.hark.blob(file.blob) == world.twilio.recordings["RE1"]
    world.twilio.tell(twiml.find("Record").get("transcribeCallback"), CallSid=sid, RecordingSid="RE1", TranscriptionText="Call me")
    assert wait_for("the words", lambda: world.entries(customer)[0].call.recordings[0].transcript == "Call me")


def called_back(world, ana):
    """A customer whom nobody answered, whose agent's phone rings: the customer, the conversation, the reply, the token, and as rung()."""
    sid, customer, enqueue, conversation = waits(world)
    world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="completed")
    entry = world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)
    token = ana.take_among_others(conversation.id)
    before = rings(world)
    reply = ana.reply(entry, "Calling back", token)
    return customer, conversation, reply, token, *rung(world, before)


def test_a_reply_calls_back_the_agent_first(world, ana):
    customer, conversation, reply, token, ring, leg = called_back(world, ana)
    number = world.twilio.tell(ring["Url"], CallSid=leg, CallStatus="in-progress").find("Dial/Number")
    assert number.text == customer
    called = "CA" + "2" * 32
    world.twilio.tell(number.get("statusCallback"), CallSid=called, CallStatus="ringing", SequenceNumber="1")
    world.twilio.tell(number.get("statusCallback"), CallSid=called, CallStatus="in-progress", SequenceNumber="2")
    wait_for("the reply is sent", lambda: world.hark.entry(conversation.id, reply.id).delivery == STATE.DELIVERY_STATE_SENT)
    world.twilio.tell(number.get("statusCallback"), CallSid=called, CallStatus="completed", SequenceNumber="3")
    world.twilio.tell(ring["StatusCallback"], CallSid=leg, CallStatus="completed", SequenceNumber="4")
    world.wait_state(customer, PHONE.CALL_STATE_ENDED, kind=protos.entry_pb2.ENTRY_KIND_REPLY)
    world.resolve(ana, customer, token)


@pytest.mark.parametrize("dialled", [True, False], ids=["dialled", "before the customer's phone rings"])
def test_the_end_of_a_call_back_that_nobody_heard_of_is_found(world, ana, dialled):
    customer, conversation, reply, token, ring, leg = called_back(world, ana)
    if dialled:
        number = world.twilio.tell(ring["Url"], CallSid=leg, CallStatus="in-progress").find("Dial/Number")
        called = world.twilio.new_call("queued")
        world.twilio.tell(number.get("statusCallback"), CallSid=called, CallStatus="in-progress", SequenceNumber="2")
        wait_for("they talk", lambda: world.hark.entry(conversation.id, reply.id).delivery == STATE.DELIVERY_STATE_SENT)
        world.twilio.calls[called] = "completed"
    world.hark.kill()
    world.twilio.calls[leg] = "completed"
    world.hark.start()
    world.wait_state(customer, PHONE.CALL_STATE_ENDED if dialled else PHONE.CALL_STATE_UNANSWERED, kind=protos.entry_pb2.ENTRY_KIND_REPLY)
    world.resolve(ana, customer, token, waive_reason="test")


def test_who_was_heard_before_their_agent_picked_up_is_not_dialled(world, ana):
    customer, conversation, reply, token, ring, leg = called_back(world, ana)
    ben = Agent(world.hark, "ben")
    try:
        before = rings(world)
        sid = world.twilio.new_call("ringing")
        world.twilio.tell(world.hook, CallSid=sid, AccountSid=TWILIO_SID, From=customer, To=OURS, CallStatus="ringing", Direction="inbound", ApiVersion="2010-04-01")
        token = ben.take_among_others(conversation.id)  # who has the ticket is on the other call
        second, other = rung(world, before)
        room = answers(world, second, other)
        world.twilio.wait_led_into(sid, room)
        wait_for("the call back is withdrawn", lambda: world.hark.entry(conversation.id, reply.id).delivery == STATE.DELIVERY_STATE_WITHDRAWN)
        assert world.twilio.tell(ring["Url"], CallSid=leg, CallStatus="in-progress").find("Hangup") is not None
        world.twilio.wait("POST", rf"{CALLS}/{leg}\.json")
        world.twilio.tell(ring["StatusCallback"], CallSid=leg, CallStatus="completed", SequenceNumber="4")
        world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="completed")
        wait_for("the end", lambda: world.entries(customer)[-1].call.state == PHONE.CALL_STATE_ENDED)
        world.resolve(ben, customer, token)
    finally:
        ben.leave()


def test_a_wrong_signature_is_refused_and_counted(world):
    for signature in ("", "nonsense", Twilio.sign(world.hook, {"CallSid": "CA9"})):
        with pytest.raises(Refusal) as refused:
            world.twilio.tell(world.hook, signature=signature or "x", CallSid="CA8", From="+37120000000", CallStatus="ringing")
        assert refused.value.status == 401
    metrics = world.hark.get("/metrics")
    text = metrics if isinstance(metrics, str) else metrics.decode() if isinstance(metrics, bytes) else metrics.read().decode()
    assert 'hark_phone_webhooks_total{account="line",outcome="refused"} 3' in text


def test_a_call_that_twilio_tells_twice_is_one(world):
    sid, customer, _ = arrives(world)
    for _ in range(2):
        world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="ringing")
    world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="completed")
    world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)
    assert len(world.entries(customer)) == 1


def test_statuses_that_overtake_each_other_make_the_same_call(world):
    sid, customer, enqueue, _ = waits(world)
    world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="completed", SequenceNumber="2")
    world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="in-progress", SequenceNumber="1")
    assert world.wait_state(customer, PHONE.CALL_STATE_ABANDONED).call.answered_at_ms == 0


def test_our_urls_say_which_call_they_are_about(world):
    _, _, enqueue, _ = waits(world)
    query = urllib.parse.parse_qs(urllib.parse.urlsplit(enqueue.get("action")).query)
    assert query["hark"] == ["left"] and query["call"][0].startswith("CA")


def test_an_end_that_nobody_heard_of_is_found(world):
    sid, customer, _, _ = waits(world)
    stays, other, _, _ = waits(world)
    world.hark.kill()
    world.twilio.calls[sid] = "completed"
    world.hark.start()
    world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)
    assert world.entries(other)[0].call.state == PHONE.CALL_STATE_QUEUED
    world.twilio.tell(world.hook, CallSid=stays, From=other, To=OURS, CallStatus="completed")
    world.wait_state(other, PHONE.CALL_STATE_ABANDONED)


def test_words_on_tape_that_nobody_heard_of_are_found(world):
    sid, customer, _, _ = waits(world)
    world.twilio.wait_doing(sid, lambda root: root.find("Record") is not None, seconds=30)
    world.hark.kill()
    world.twilio.calls[sid], world.twilio.tapes["RE7"], world.twilio.recordings["RE7"] = "completed", sid, b"ID3\4" + bytes(700)
    world.hark.start()
    world.wait_state(customer, PHONE.CALL_STATE_VOICEMAIL)
    message = wait_for("the message", lambda: (c := world.entries(customer)) and len(c) == 2 and c[1])
    assert message.content.text == "[voicemail, 5 s]"
    assert world.hark.blob(message.content.attachments[0].blob) == world.twilio.recordings["RE7"]


def test_who_waits_hears_their_place_when_the_music_begins_anew(world):
    sid, customer, enqueue, _ = waits(world)
    said = wait_for("their place", lambda: world.twilio.tell(enqueue.get("waitUrl"), CallSid=sid, QueueTime="3").findtext("Say"))
    assert said.startswith("You are n")
    world.twilio.tell(world.hook, CallSid=sid, From=customer, To=OURS, CallStatus="completed")
    world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)
