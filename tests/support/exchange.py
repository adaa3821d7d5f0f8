"""A telephone exchange at PhoneService.PhoneEvents, as small as one can be: it says what happens, and carries out what it is told.
services/phone/README.md shows it as the example to start from."""
import queue
import threading
import time

import grpc

from support import protos
from support.hark import PATIENCE

CALL = protos.call_pb2


class Exchange:
    """`answers`: whether commands are carried out by themselves."""

    def __init__(self, hark, account_id, calls=None, answers=True):
        self.account_id, self.answers = account_id, answers
        self.commands, self._acks, self._frames = [], {}, 0
        self.error = None
        self._changed = threading.Condition()
        self._up = queue.Queue()
        hello = protos.phone_service_pb2.PhoneEventsRequest.Hello(account_id=account_id, call_ids=calls or [], complete=calls is not None)
        self._up.put(protos.phone_service_pb2.PhoneEventsRequest(frame_id=0, hello=hello))
        self._stream = hark.phone().PhoneEvents(iter(self._up.get, None))
        threading.Thread(target=self._read, daemon=True).start()
        self._wait("the answer to hello", lambda: 0 in self._acks)

    def _read(self):
        try:
            for frame in self._stream:
                with self._changed:
                    if frame.HasField("command"):
                        self.commands.append(frame.command)
                        if self.answers:
                            self.done(frame.command)
                    else:
                        self._acks[frame.frame_id] = frame.ack
                    self._changed.notify_all()
        except grpc.RpcError as error:
            with self._changed:
                self.error = error
                self._changed.notify_all()

    def _wait(self, what, probe, seconds=15):
        with self._changed:
            if not self._changed.wait_for(lambda: self.error is not None or probe(), seconds * PATIENCE):
                raise AssertionError(f"{what} did not come within {seconds} s; commands: {[(c.call_id, c.id) for c in self.commands]}")
            if not probe():
                raise AssertionError(f"the stream ended: {self.error}")

    def _send(self, **what):
        with self._changed:
            self._frames += 1
            frame = self._frames
        self._up.put(protos.phone_service_pb2.PhoneEventsRequest(frame_id=frame, **what))
        return frame

    def done(self, command, failed=False, detail=""):
        result = protos.phone_service_pb2.PhoneEventsRequest.CommandResult(
            call_id=command.call_id, command_id=command.id, failed=failed, detail=detail)
        return self._send(result=result)

    def say(self, call_id, leg_id="", at_ms=0, **what):
        """Says what happened, and returns once it is durable: say("c1", arrived=CALL.PhoneEvent.Arrived(...))."""
        frame = self._send(event=CALL.PhoneEvent(call_id=call_id, leg_id=leg_id, at_ms=at_ms, **what))
        self._wait("the ack of an event", lambda: frame in self._acks)
        return self._acks[frame]

    def call(self, call_id, from_number, to_number="+37160000000"):
        assert self.say(call_id, arrived=CALL.PhoneEvent.Arrived(**{"from": from_number, "to": to_number})).code == 0

    def rings(self, call_id, leg_id=""):
        assert self.say(call_id, leg_id, ringing=CALL.PhoneEvent.Ringing()).code == 0

    def answered(self, call_id, leg_id=""):
        assert self.say(call_id, leg_id, answered=CALL.PhoneEvent.Answered()).code == 0

    def hangs_up(self, call_id, leg_id="", how=CALL.LEG_END_HUNG_UP):
        assert self.say(call_id, leg_id, ended=CALL.PhoneEvent.Ended(how=how)).code == 0

    def wait_command(self, call_id, kind, seconds=15, after=0):
        """The first command of that kind ("ring_agent") for a call, not counting the first `after` ones."""
        def found():
            return [c for c in self.commands if c.call_id.startswith(call_id) and c.WhichOneof("what") == kind][after:]

        self._wait(f"{kind} of {call_id}", found, seconds)
        return found()[0]

    def leave(self):
        self._up.put(None)
        self._stream.cancel()
