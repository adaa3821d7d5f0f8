"""Calls through an Asterisk: events over its WebSocket, its REST interface, against a stand-in that checks every request."""
import itertools
import subprocess

import pytest

from support import protos
from support.agent import Agent
from support.carriers import ARI_PASSWORD, ARI_USER, Asterisk, wave
from support.hark import ROOT, Hark, config_yaml, wait_for
from support.world import PhoneWorld, shared

PHONE = protos.phone_pb2
STATE = protos.channel_pb2
APP, NUMBERS = "hark-line", itertools.count(22_000_001)


class Outside(PhoneWorld):
    def __init__(self, folder):
        self.asterisk = Asterisk()
        super().__init__(folder, self.asterisk, agents=self.agents("PJSIP/{}", "ana", "ben"),
                         phone={"callback_hours": "00:00-24:00", "voicemail_after_seconds": 600},
                         accounts=[{"id": "line", "name": "Our number", "phone": {
                             "kind": "ari", "number": "+37160000000", "user": ARI_USER, "password": ARI_PASSWORD, "base_url": self.asterisk.url,
                             "trunk": "PJSIP/{number}@trunk"}}])

    def start(self):
        super().start()
        self.asterisk.wait_follower(APP)


world, hark = shared(Outside)


@pytest.fixture
def ana(world):
    one = Agent(world.hark, "ana")
    yield one
    one.leave()


def waits(world):
    customer = f"+371{next(NUMBERS)}"
    channel = world.asterisk.customer_calls(APP, customer)
    world.asterisk.wait("POST", f"/ari/channels/{channel}/moh")
    assert world.asterisk.channels[channel]["state"] == "Up"
    return channel, customer, wait_for("the conversation", lambda: world.hark.conversation_of(f"tel:{customer}"))


def rung(world, channel):
    """The agent's channel for a call, once it was asked for."""
    return wait_for("an agent's phone rings", lambda: next((c for c in reversed(list(world.asterisk.channels)) if c.startswith(f"{channel}.a") and world.asterisk.channels[c]["state"] == "Down"), None))


def talks(world, ana):
    channel, customer, conversation = waits(world)
    token = ana.take_among_others(conversation.id)
    leg = rung(world, channel)
    world.asterisk.rings(leg)
    world.asterisk.answers(leg)
    world.asterisk.wait_together(channel, leg)
    return channel, customer, conversation, leg, token


def test_a_call_hears_music_then_an_agent(world, ana):
    channel, customer, conversation, leg, token = talks(world, ana)
    assert world.asterisk.channels[leg]["endpoint"] == "PJSIP/ana"
    assert channel not in world.asterisk.music
    talking = world.wait_state(customer, PHONE.CALL_STATE_ANSWERED)
    assert talking.call.agent_id == "ana" and talking.content.text == f"Call from {customer} to +37160000000"
    world.asterisk.hangs_up(channel)  # with the cause that unanswered calls have, too
    wait_for("the agent's channel is hung up", lambda: leg not in world.asterisk.channels)
    assert world.wait_state(customer, PHONE.CALL_STATE_ENDED).call.ended_by == "customer"
    wait_for("the bridge is gone", lambda: f"hark-{channel}" not in world.asterisk.bridges)
    world.resolve(ana, customer, token)


def test_a_call_that_nobody_took_is_abandoned_whatever_the_cause(world):
    channel, customer, _ = waits(world)
    world.asterisk.hangs_up(channel, cause=16)
    entry = world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)
    assert entry.obligation == protos.entry_pb2.OBLIGATION_STATE_OPEN and entry.call.answered_at_ms == 0


def test_hold_on_the_agents_phone_and_from_outside(world, ana):
    channel, customer, conversation, leg, token = talks(world, ana)
    entry = world.wait_state(customer, PHONE.CALL_STATE_ANSWERED)
    world.asterisk.holds(leg)
    world.wait_state(customer, PHONE.CALL_STATE_HELD)
    world.asterisk.holds(leg, held=False)
    world.wait_state(customer, PHONE.CALL_STATE_ANSWERED)
    control = protos.phone_service_pb2.ControlCallRequest
    world.hark.phone().ControlCall(control(entry_id=entry.id, action=control.ACTION_HOLD))
    world.asterisk.wait_together(leg)
    wait_for("music", lambda: channel in world.asterisk.music)
    world.hark.phone().ControlCall(control(entry_id=entry.id, action=control.ACTION_UNHOLD))
    world.asterisk.wait_together(channel, leg)
    assert channel not in world.asterisk.music
    world.hark.phone().ControlCall(control(entry_id=entry.id, action=control.ACTION_HANG_UP))
    wait_for("both are gone", lambda: channel not in world.asterisk.channels and leg not in world.asterisk.channels)
    world.wait_state(customer, PHONE.CALL_STATE_ENDED)
    world.resolve(ana, customer, token)


def control(world, entry, action, **more):
    request = protos.phone_service_pb2.ControlCallRequest
    return world.hark.phone().ControlCall(request(entry_id=entry.id, action=getattr(request, f"ACTION_{action}"), **more)).call


def asked(world, channel):
    """The channel of whoever was asked, once it was asked for."""
    return wait_for("their phone rings", lambda: next((c for c in list(world.asterisk.channels) if c.startswith(f"{channel}.c")), None))


def test_an_agent_asks_the_next_one_before_passing_the_call_on(world, ana):
    channel, customer, conversation, leg, token = talks(world, ana)
    entry = world.wait_state(customer, PHONE.CALL_STATE_ANSWERED)
    control(world, entry, "CONSULT", agent_id="ben", by_agent_id="ana")
    second = asked(world, channel)
    assert world.asterisk.channels[second]["endpoint"] == "PJSIP/ben"
    world.asterisk.answers(second)
    world.asterisk.wait_together(leg, second)
    assert channel in world.asterisk.music
    held = world.wait_state(customer, PHONE.CALL_STATE_HELD).call
    assert held.agent_id == "ana" and held.consult.agent_id == "ben" and held.consult.talking and held.held_at_ms > 0
    control(world, entry, "HAND_OVER")
    world.asterisk.wait_together(channel, second)
    wait_for("the first agent is out", lambda: leg not in world.asterisk.channels)
    assert channel not in world.asterisk.music
    world.wait_call(customer, "talks to ben", lambda call: call.agent_id == "ben")
    ticket = wait_for("the ticket is his", lambda: (t := world.hark.conversation_of(f"tel:{customer}").ticket).agent_id == "ben" and t)
    assert not [c for c in world.asterisk.channels if c.startswith(f"{channel}.a")], "his phone is not rung a second time"
    world.asterisk.hangs_up(second)
    wait_for("the customer is hung up", lambda: channel not in world.asterisk.channels)
    assert world.wait_state(customer, PHONE.CALL_STATE_ENDED).call.ended_by == "agent"
    world.hark.conversations().Resolve(protos.conversation_service_pb2.ResolveRequest(
        idempotency_key=f"resolve-{channel}", ticket_id=ticket.id, agent_id="ben", assignment_token=ticket.assignment_token))


def test_what_was_asked_is_taken_back(world, ana):
    channel, customer, conversation, leg, token = talks(world, ana)
    entry = world.wait_state(customer, PHONE.CALL_STATE_ANSWERED)
    control(world, entry, "CONSULT", agent_id="ben", by_agent_id="ana")
    second = asked(world, channel)
    world.asterisk.answers(second)
    world.asterisk.wait_together(leg, second)
    control(world, entry, "TAKE_BACK", by_agent_id="ana")
    world.asterisk.wait_together(channel, leg)
    wait_for("who was asked is out", lambda: second not in world.asterisk.channels)
    assert channel not in world.asterisk.music
    world.wait_call(customer, "talks to ana again", lambda call: call.agent_id == "ana" and not call.HasField("consult"))
    world.asterisk.hangs_up(channel)
    world.wait_state(customer, PHONE.CALL_STATE_ENDED)
    world.resolve(ana, customer, token)


def test_a_call_is_passed_on_to_a_number_outside(world, ana):
    channel, customer, conversation, leg, token = talks(world, ana)
    entry = world.wait_state(customer, PHONE.CALL_STATE_ANSWERED)
    control(world, entry, "PASS_ON", number="+37120000009", by_agent_id="ana")
    outside = asked(world, channel)
    assert world.asterisk.channels[outside]["endpoint"] == "PJSIP/+37120000009@trunk"
    world.asterisk.answers(outside)
    world.asterisk.wait_together(channel, outside)
    wait_for("the agent is out", lambda: leg not in world.asterisk.channels)
    world.wait_call(customer, "talks to the number", lambda call: call.number == "+37120000009" and call.agent_id == "")
    world.asterisk.hangs_up(outside)
    wait_for("the customer is hung up", lambda: channel not in world.asterisk.channels)
    world.wait_state(customer, PHONE.CALL_STATE_ENDED)
    world.resolve(ana, customer, token)


def test_a_busy_agents_phone_gives_the_ticket_back(world, ana):
    channel, customer, conversation = waits(world)
    ana.take_among_others(conversation.id)
    world.asterisk.hangs_up(rung(world, channel), cause=17)
    wait_for("the ticket waits again", lambda: world.hark.conversation_of(f"tel:{customer}").ticket.state == protos.conversation_pb2.TICKET_STATE_QUEUED)
    assert any(e.reason.startswith("the phone of ana: busy") for e in world.entries(customer, kind=protos.entry_pb2.ENTRY_KIND_STATUS))
    world.asterisk.hangs_up(channel)
    world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)


def test_a_reply_calls_back_through_the_trunk(world, ana):
    channel, customer, conversation = waits(world)
    world.asterisk.hangs_up(channel)
    entry = world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)
    token = ana.take_among_others(conversation.id)
    reply = ana.reply(entry, "Calling back", token)
    back = f"back-{reply.id}-1"
    leg = rung(world, back)
    world.asterisk.answers(leg)
    wait_for("the customer's phone is called", lambda: back in world.asterisk.channels)
    assert world.asterisk.channels[back]["endpoint"] == f"PJSIP/{customer}@trunk"
    world.asterisk.answers(back)
    world.asterisk.wait_together(back, leg)
    wait_for("the reply is sent", lambda: world.hark.entry(conversation.id, reply.id).delivery == STATE.DELIVERY_STATE_SENT)
    world.asterisk.hangs_up(back)
    wait_for("the agent's channel is hung up", lambda: leg not in world.asterisk.channels)
    world.resolve(ana, customer, token)


def test_who_rings_while_they_are_called_back_is_answered_and_not_dialled(world, ana):
    channel, customer, conversation = waits(world)
    world.asterisk.hangs_up(channel)
    entry = world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)
    reply = ana.reply(entry, "Calling back", ana.take_among_others(conversation.id))
    back = f"back-{reply.id}-1"
    leg = rung(world, back)
    ben = Agent(world.hark, "ben")
    try:
        again = world.asterisk.customer_calls(APP, customer)
        token = ben.take_among_others(conversation.id)  # who has the ticket is on the other call
        second = rung(world, again)
        world.asterisk.answers(second)
        world.asterisk.wait_together(again, second)
        wait_for("the phone of who called back falls silent", lambda: leg not in world.asterisk.channels)
        wait_for("the call back is withdrawn", lambda: world.hark.entry(conversation.id, reply.id).delivery == STATE.DELIVERY_STATE_WITHDRAWN)
        world.asterisk.hangs_up(again)
        wait_for("the agent's channel is hung up", lambda: second not in world.asterisk.channels)
        assert back not in world.asterisk.channels
        world.resolve(ben, customer, token)
    finally:
        ben.leave()


def test_what_happened_while_the_line_was_broken_is_found(world):
    gone, gone_customer, _ = waits(world)
    stays, stays_customer, _ = waits(world)
    world.asterisk.drop(APP)
    world.asterisk.hangs_up(gone)
    new_customer = f"+371{next(NUMBERS)}"
    came = world.asterisk.customer_calls(APP, new_customer)
    world.asterisk.wait_follower(APP, seconds=30)
    assert world.wait_state(gone_customer, PHONE.CALL_STATE_ABANDONED).call.ended_by == "system"
    world.wait_state(new_customer, PHONE.CALL_STATE_QUEUED)
    world.wait_state(stays_customer, PHONE.CALL_STATE_QUEUED)
    for channel in (came, stays):
        world.asterisk.hangs_up(channel)
    for customer in (new_customer, stays_customer):
        world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)


def test_a_call_outlives_the_process_and_its_end_is_seen(world):
    channel, customer, _ = waits(world)
    lost, lost_customer, _ = waits(world)
    world.hark.kill()
    world.asterisk.hangs_up(lost)
    world.hark.start()
    world.asterisk.wait_follower(APP)
    world.wait_state(lost_customer, PHONE.CALL_STATE_ABANDONED)
    world.asterisk.hangs_up(channel)
    world.wait_state(customer, PHONE.CALL_STATE_ABANDONED)
    assert len(world.entries(customer)) == 1


def test_another_program_that_takes_the_application_over_is_told_of(world):
    world.asterisk.wait_follower(APP)
    world.asterisk._send(APP, {"type": "ApplicationReplaced", "application": APP})
    wait_for("the log says so", lambda: "took the Stasis application over" in world.hark.log.read_text())


@pytest.fixture
def secured(tmp_path):
    """Asterisks that speak TLS, by a host that they are certified for and by one that they are not; the authority that vouches for
    them, and another one."""
    folders = [tmp_path / name for name in ("ours", "others")]
    for folder in folders:
        subprocess.run([ROOT / "deploy/certificates", folder], check=True, stdout=subprocess.DEVNULL)
    asterisks = [Asterisk(certificate=(folders[0] / "tls.crt", folders[0] / "tls.key"), host=host) for host in ("127.0.0.1", "127.0.0.2")]
    yield *asterisks, *(folder / "ca.crt" for folder in folders)
    for asterisk in asterisks:
        asterisk.close()


def secure_hark(folder, url, **more):
    account = {"id": "line", "name": "Our number", "phone": {"kind": "ari", "number": "+37160000000", "user": ARI_USER, "password": ARI_PASSWORD, "base_url": url, **more}}
    return Hark(folder, config_yaml(accounts=[account]))


def test_events_and_requests_go_over_tls(tmp_path, secured):
    asterisk, _, authority, _ = secured
    hark = secure_hark(tmp_path, asterisk.url, ca_file=str(authority))
    try:
        hark.start()
        asterisk.wait_follower(APP)
        channel = asterisk.customer_calls(APP, f"+371{next(NUMBERS)}")
        asterisk.wait("POST", f"/ari/channels/{channel}/moh")
    finally:
        hark.end()


@pytest.mark.parametrize("why", ["unknown authority", "no authority", "another host"])
def test_whoever_cannot_prove_to_be_the_exchange_is_told_nothing(tmp_path, secured, why):
    right, elsewhere, authority, other = secured
    asterisk, more = {"unknown authority": (right, {"ca_file": str(other)}), "no authority": (right, {}),
                      "another host": (elsewhere, {"ca_file": str(authority)})}[why]
    hark = secure_hark(tmp_path, asterisk.url, **more)
    try:
        hark.start()
        wait_for("the log says so", lambda: "its certificate is not believed" in hark.log.read_text())
        assert not asterisk.taken and not asterisk.refused
    finally:
        hark.end()


def test_who_waits_hears_their_place_and_then_may_leave_a_message(tmp_path):
    asterisk = Asterisk()
    account = {"id": "line", "name": "Our number", "phone": {"kind": "ari", "number": "+37160000000", "user": ARI_USER, "password": ARI_PASSWORD, "base_url": asterisk.url}}
    hark = Hark(tmp_path, config_yaml(accounts=[account], phone={"announce_every_seconds": 1, "voicemail_after_seconds": 3}))
    try:
        hark.start()
        asterisk.wait_follower(APP)
        first, second = (asterisk.customer_calls(APP, f"+371{next(NUMBERS)}") for _ in range(2))
        said = {asterisk.wait("POST", f"/ari/channels/{channel}/play")[1][0][1] for channel in (first, second)}
        assert said == {"sound:queue-youarenext", "sound:queue-thereare,number:2,sound:queue-callswaiting"}
        asterisk.wait("POST", f"/ari/channels/{first}/record")
        asterisk.finish_recording(first, 7, stored=False)
        wait_for("the customer is hung up", lambda: first not in asterisk.channels)
        number = next(fields for method, path, fields in asterisk.taken if path.endswith("/record") and first in path)
        assert dict(number)["name"] == f"message.{first}"
        wait_for("it was asked for too early", lambda: [path for _, path, _ in asterisk.refused if path.endswith(f"/recordings/stored/message.{first}/file")])
        asterisk.recordings[f"message.{first}"] = wave(7)
        asterisk.wait("POST", f"/ari/channels/{second}/record")
        asterisk.drop(APP)
        asterisk.finish_recording(second, 3)
        asterisk.wait_follower(APP)
        found = wait_for("the message that nobody heard of", lambda: next((e for c in hark.all_conversations() for e in hark.timeline(c.id) if e.content.text == "[voicemail]"), None))
        assert hark.blob(found.content.attachments[0].blob) == wave(3)
        wait_for("who left it is hung up", lambda: second not in asterisk.channels)
        message = wait_for("the message", lambda: next((e for c in hark.all_conversations() for e in hark.timeline(c.id) if e.content.text == "[voicemail, 7 s]"), None))
        (file,) = message.content.attachments
        assert (file.content_type, file.file_name) == ("audio/wav", "voicemail.wav")
        assert hark.blob(file.blob) == wave(7)
        call = wait_for("the call has it as well", lambda: next((e.call for e in hark.timeline(message.conversation_id) if e.call.recordings and e.call.recordings[0].HasField("file")), None))
        assert call.recordings[0].file.blob.id == file.blob.id
    finally:
        hark.end()
        asterisk.close()
