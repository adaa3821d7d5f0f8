"""An agent's page without a page: the console's WebSocket, spoken as JSON."""
import asyncio
import itertools
import json
import threading
import urllib.error
import urllib.request
import uuid

import websockets

from support.hark import PATIENCE

_loop = None


def _running_loop():
    global _loop
    if _loop is None:
        _loop = asyncio.new_event_loop()
        threading.Thread(target=_loop.run_forever, daemon=True).start()
    return _loop


def _run(task, seconds=20):
    return asyncio.run_coroutine_threadsafe(task, _running_loop()).result(seconds * PATIENCE)


class Frame(dict):
    """proto3 JSON leaves out what is empty; here that reads as something empty and false."""

    def __missing__(self, key):
        return Frame()


class Refused(Exception):
    def __init__(self, failed):
        super().__init__(f"{failed['reason']}: {failed['message']}")
        self.reason, self.message = failed["reason"], failed["message"]


class Console:
    """One connection. Frames are kept in the order in which they came; `told` are those with an offset."""

    def __init__(self, hark):
        self.hark = hark
        self.frames, self.signed_in = [], None
        self._ids = itertools.count(1)
        self._changed = threading.Condition()
        self.closed = None
        self._socket = _run(self._connect())
        asyncio.run_coroutine_threadsafe(self._read(), _running_loop())

    async def _connect(self):
        return await websockets.connect(f"ws://127.0.0.1:{self.hark.http}/ws/console", max_size=None)

    async def _read(self):
        try:
            async for text in self._socket:
                with self._changed:
                    self.frames.append(json.loads(text, object_hook=Frame))
                    self._changed.notify_all()
        except websockets.ConnectionClosed:
            pass
        with self._changed:
            self.closed = self._socket.close_code
            self._changed.notify_all()

    def send(self, **frame):
        """The request's id."""
        number = next(self._ids)
        _run(self._socket.send(json.dumps({"requestId": str(number), **frame})))
        return number

    def send_text(self, text):
        _run(self._socket.send(text))

    def wait(self, what, probe, seconds=15):
        """The first frame for which probe(frame) is true."""
        def found():
            return next((frame for frame in self.frames if probe(frame)), None)
        with self._changed:
            if not self._changed.wait_for(lambda: found() is not None or self.closed is not None, seconds * PATIENCE) or found() is None:
                raise AssertionError(f"waited in vain for {what} (closed: {self.closed}); the last frames: {self.frames[-5:]}")
            return found()

    def wait_closed(self, seconds=15):
        with self._changed:
            assert self._changed.wait_for(lambda: self.closed is not None, seconds * PATIENCE), "the connection was not closed"
            return self.closed

    def ask(self, **frame):
        """The answer; Refused if it is a failure."""
        number = str(self.send(**frame))
        answer = self.wait(f"an answer to {frame}", lambda f: f["requestId"] == number)
        if "failed" in answer:
            raise Refused(answer["failed"])
        return answer

    def sign_in(self, login, password="test-password"):
        self.signed_in = self.ask(signIn={"login": login, "password": password})["signedIn"]
        return self

    def come_back(self, before):
        """With the session of a page that lost its connection, whose answers may still come."""
        self._ids = before._ids
        self.signed_in = self.ask(signIn={
            "sessionToken": before.signed_in["sessionToken"],
            "resume": {"epoch": before.signed_in["epoch"], "offset": str(before.offset)}})["signedIn"]
        return self

    @property
    def told(self):
        return [frame for frame in self.frames if frame["offset"]]

    @property
    def offset(self):
        return int(self.told[-1]["offset"]) if self.told else 0

    def available(self):
        self.ask(setPresence={"presence": "PRESENCE_AVAILABLE"})
        return self

    def take(self, conversation_id):
        """Waits for the offer of a conversation's ticket and accepts it: the ticket, with its assignment's token."""
        def offers(frame):
            return [o for o in frame["work"]["offers"] if o["ticket"]["conversationId"] == conversation_id]
        frame = self.wait(f"an offer of {conversation_id}", offers)
        return self.ask(acceptOffer={"offerId": offers(frame)[0]["id"]})["done"]

    def open(self, conversation_id):
        return self.ask(open={"conversationId": conversation_id})["conversation"]

    def command(self, **command):
        (body,) = command.values()
        body.setdefault("idempotencyKey", uuid.uuid4().hex)
        return self.ask(command=command)["done"]

    def drop(self):
        """The network takes the connection away without a word."""
        _running_loop().call_soon_threadsafe(self._socket.transport.abort)
        self.wait_closed()

    def close(self):
        _run(self._socket.close())

    def http(self, method, path, body=None, token=None):
        """(status, body) of a request with this session."""
        token = token or self.signed_in["sessionToken"]
        request = urllib.request.Request(f"http://127.0.0.1:{self.hark.http}{path}", data=body, method=method,
                                         headers={"Authorization": f"Bearer {token}"})
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
