"""Kill anything while people call, and each call that was acknowledged is there once, with the end that it had.

An exchange keeps handing in calls; what was not acknowledged it says again, as the contract asks. Some customers leave before
anybody answers, the others talk to one of two agents and hang up. Meanwhile hark, its private Redis, or both are killed at
random moments and started again. HARK_KILL_ROUNDS sets how often (default 6), HARK_KILL_SEED repeats a run.
"""
import collections
import json
import os
import queue
import random
import threading
import time

import grpc
import pytest

from support import protos
from support.agent import Agent
from support.hark import PATIENCE, Hark, config_yaml, wait_for

from e2e.kill_test import ROUNDS, strike

FRAME, EVENT = protos.phone_service_pb2.PhoneEventsRequest, protos.call_pb2.PhoneEvent
ENTRY, STATE = protos.entry_pb2, protos.phone_pb2
CUSTOMERS = 20


class Switchboard(threading.Thread):
    """An exchange, over as many streams as it takes. `calls`: call -> what became of it: waits, left, talks, over."""

    def __init__(self, hark, seed, stop):
        super().__init__(daemon=True)
        self.hark, self.random, self.stop = hark, random.Random(seed), stop
        self.calls, self.customers, self.talked, self.known = {}, {}, set(), set()
        self.arrived = set()  # acknowledged
        self._pending, self._frames, self._up = collections.OrderedDict(), 0, None
        self._lock = threading.RLock()

    def send(self, **what):
        with self._lock:
            self._frames += 1
            frame = FRAME(frame_id=self._frames, **what)
            self._pending[self._frames] = frame
            if self._up is not None:
                self._up.put(frame)

    def say(self, call, leg="", **what):
        self.send(event=EVENT(call_id=call, leg_id=leg, at_ms=int(time.time() * 1000), **what))

    def new_call(self):
        call = f"kill-{self.random.getrandbits(48):x}"
        self.customers[call] = f"+3712{self.random.randrange(CUSTOMERS):07d}"
        self.calls[call] = "waits"
        self.say(call, arrived=EVENT.Arrived(**{"from": self.customers[call]}))
        return call

    def customer_hangs_up(self, call):
        with self._lock:
            if self.calls[call] in ("waits", "talks"):
                self.calls[call] = "left" if self.calls[call] == "waits" else "over"
                self.say(call, ended=EVENT.Ended(how=protos.call_pb2.LEG_END_HUNG_UP))

    def run(self):
        while not self.stop.is_set():
            try:
                self.follow()
            except (grpc.RpcError, ValueError):  # ValueError: the channel was closed since, by a strike
                pass
            with self._lock:
                self._up = None
            time.sleep(0.05)  # as an exchange waits before it connects again

    def follow(self):
        up = queue.Queue()
        with self._lock:
            # Only what was acknowledged can be missed by Hark; calls under way come again as events.
            up.put(FRAME(frame_id=0, hello=FRAME.Hello(account_id="line")))
            for frame in self._pending.values():
                up.put(frame)
            self._up = up
        for frame in self.hark.phone().PhoneEvents(iter(up.get, None)):
            if frame.HasField("command"):
                self.carry_out(frame.command)
            elif frame.frame_id:
                self.acknowledge(frame)

    def acknowledge(self, frame):
        with self._lock:
            sent = self._pending.get(frame.frame_id)
            if sent is None:
                return
            if frame.ack.code in (grpc.StatusCode.UNAVAILABLE.value[0], grpc.StatusCode.UNKNOWN.value[0], grpc.StatusCode.DEADLINE_EXCEEDED.value[0],
                                  grpc.StatusCode.NOT_FOUND.value[0]):
                self._up.put(sent)  # NOT_FOUND: its arrival is still on the way
                return
            assert frame.ack.code == 0, frame
            del self._pending[frame.frame_id]
            if sent.HasField("event") and sent.event.HasField("arrived"):
                self.arrived.add(sent.event.call_id)

    def carry_out(self, command):
        with self._lock:
            call, leg, what = command.call_id, command.leg_id, command.WhichOneof("what")
            if (call, command.id) not in self.known:
                self.known.add((call, command.id))
                if what == "ring_agent" and self.calls[call] == "waits":
                    self.say(call, leg, answered=EVENT.Answered())
                    self.calls[call] = "talks"
                    self.talked.add(call)
                elif what == "ring_agent":
                    self.say(call, leg, ended=EVENT.Ended(how=protos.call_pb2.LEG_END_NO_ANSWER))
                elif what == "hang_up":
                    self.say(call, leg, ended=EVENT.Ended(how=protos.call_pb2.LEG_END_HUNG_UP))
            self.send(result=FRAME.CommandResult(call_id=call, command_id=command.id))

    def quiet(self):
        with self._lock:
            return not self._pending

    def end(self):
        with self._lock:
            if self._up is not None:
                self._up.put(None)


class Taker(threading.Thread):
    """An agent who takes every ticket offered and closes it when its calls are over."""

    def __init__(self, hark, name, stop):
        super().__init__(daemon=True)
        self.hark, self.name_, self.stop = hark, name, stop

    def run(self):
        while not self.stop.is_set():
            try:
                agent = Agent(self.hark, self.name_)
                try:
                    while not self.stop.is_set() and agent.error is None:
                        for offer in list(agent.offers.values()):
                            agent.accept(offer)
                        for ticket in list(agent.record.ticket_ids):
                            self.close(agent, ticket)
                        self.stop.wait(0.02)
                finally:
                    agent.leave()
            except (grpc.RpcError, AssertionError, ValueError):
                self.stop.wait(0.1)

    def close(self, agent, ticket_id):
        found = self.hark.conversations().GetConversation(protos.conversation_service_pb2.GetConversationRequest(id=ticket_id), timeout=15).conversation
        calls = [e for e in self.hark.timeline(found.id) if e.kind == ENTRY.ENTRY_KIND_INBOUND and e.ticket_id == ticket_id]
        if all(e.call.ended_at_ms for e in calls) and found.ticket.agent_id == agent.id:
            agent.resolve(ticket_id, found.ticket.assignment_token, waive_reason="they will call again")


@pytest.mark.parametrize("seed", [int(os.environ.get("HARK_KILL_SEED", random.randrange(1 << 30)))])
def test_no_call_is_lost_or_doubled_or_misjudged_whatever_is_killed(tmp_path, seed):
    print(f"HARK_KILL_SEED={seed}")
    dice = random.Random(seed)
    agents = [{"id": name, "name": name, "password": "test-password", "capacity_units": 10, "phone": name} for name in ("ana", "ben")]
    one = Hark(tmp_path, config_yaml(accounts=[{"id": "line", "name": "Line", "phone": {"kind": "grpc", "number": "+37160000000"}}], agents=agents,
                                     phone={"ring_seconds": 60}, routing={"accept_timeout_seconds": 60, "disconnect_grace_seconds": 10}))
    stop = threading.Event()
    try:
        one.start()
        board = Switchboard(one, dice.getrandbits(32), stop)
        threads = [board, *(Taker(one, name, stop) for name in ("ana", "ben"))]
        for thread in threads:
            thread.start()
        striking = threading.Thread(target=lambda: [(time.sleep(dice.uniform(0.3, 2.0) * PATIENCE), strike(one, dice.choice(["hark", "redis", "both"]), dice)) for _ in range(ROUNDS)])
        striking.start()
        while striking.is_alive():
            call = board.new_call()
            for other, state in list(board.calls.items()):
                if state == "talks" or (state == "waits" and other != call and board.random.random() < 0.2):
                    board.customer_hangs_up(other)
            time.sleep(0.05)
        for call in list(board.calls):
            board.customer_hangs_up(call)
        wait_for("everything is acknowledged", board.quiet, 60)
        judge(one, board)
        stop.set()
        board.end()
    finally:
        stop.set()
        one.end()


def judge(one, board):
    assert board.arrived == set(board.calls) and board.talked, "no call was heard; the test proves nothing"
    grpc.channel_ready_future(one.channel()).result(20 * PATIENCE)

    found, alive = {}, []

    def all_over():
        found.clear()
        for conversation in one.all_conversations():
            for entry in one.timeline(conversation.id):
                if entry.kind == ENTRY.ENTRY_KIND_INBOUND:
                    found.setdefault(entry.native_id.removeprefix("call:line:"), []).append(entry)
        alive[:] = [(call, board.calls.get(call), entry) for call, entries in found.items() for entry in entries if not entry.call.ended_at_ms]
        return len(found) == len(board.calls) and not alive

    try:
        wait_for("every call is over", all_over, 60)
    finally:
        print(f"missing: {set(board.calls) - set(found)}; not over: {alive}")
    assert [call for call, entries in found.items() if len(entries) > 1] == [], "doubled"
    for call, (entry,) in found.items():
        assert entry.sender.address == f"tel:{board.customers[call]}", "with the wrong customer"
        talked = call in board.talked
        assert entry.call.state == (STATE.CALL_STATE_ENDED if talked else STATE.CALL_STATE_ABANDONED), (call, board.calls[call], entry.call)
        # Where the end was heard of before the talk, an agent may have waived what looked abandoned.
        assert not talked or entry.obligation in (ENTRY.OBLIGATION_STATE_ANSWERED, ENTRY.OBLIGATION_STATE_WAIVED), (call, entry.obligation)
    result = one.command("audit", "--port-base", str(one.port_base), "--data", str(one.data), "--json", check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads(result.stdout).get("findings", []) == []
    print(f"{len(board.calls)} calls, {len(board.talked)} talked")
