"""A visitor of a chat over the real WebSocket: keeps what a page keeps (token, epoch, offset, unsent messages)."""
import asyncio
import hashlib
import hmac
import json
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

import websockets

from support.hark import PATIENCE


class Loop:
    """One event loop on a thread of its own, for all visitors of a test run."""

    _loop = None

    @classmethod
    def run(cls, coroutine, seconds=30):
        if cls._loop is None:
            cls._loop = asyncio.new_event_loop()
            threading.Thread(target=cls._loop.run_forever, daemon=True).start()
        return asyncio.run_coroutine_threadsafe(coroutine, cls._loop).result(seconds * PATIENCE)


def signature(secret, account, external_id, email="", phone="", name="", expires_at_ms=None):
    """An identity as a site's server signs it (services/chat/README.md)."""
    expires = expires_at_ms if expires_at_ms is not None else int(time.time() * 1000) + 3_600_000
    text = "\n".join(["hark-chat-identity-v1", account, external_id, email, phone, name, str(expires)])
    return {"externalId": external_id, "email": email, "phone": phone, "name": name, "expiresAtMs": str(expires),
            "signature": hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()}


class Visitor:
    """`items` by offset; every frame is in `frames`. A gap or a repetition in what comes is an error at once."""

    def __init__(self, hark, account="site", origin=None, acknowledges=True, **hello):
        self.hark, self.account, self.origin, self.hello_more = hark, account, origin, hello
        self.acknowledges = acknowledges
        self.token, self.epoch, self.offset = "", "", 0
        self.items, self.frames, self.acked, self.wrong = {}, [], {}, []
        self.resumed = None
        self._changed = threading.Condition()
        self._socket = self._reader = None
        self.close_code = self.close_reason = None

    # The connection

    def connect(self, hello=True, **more):
        self.close_code = self.close_reason = None
        before = len(self.frames)
        Loop.run(self._connect())
        if hello:
            self.say(self.hello_frame(**more))
            self.wait("a welcome", lambda: any("welcome" in f for f in self.frames[before:]))
        return self

    def hello_frame(self, **more):
        hello = {"accountId": self.account, "visitorToken": self.token, "epoch": self.epoch, "offset": str(self.offset)}
        return {"hello": {**hello, **self.hello_more, **more}}

    async def _connect(self):
        headers = {"Origin": self.origin} if self.origin else {}
        self._socket = await websockets.connect(f"ws://127.0.0.1:{self.hark.http}/ws/chat", extra_headers=headers, max_size=None,
                                                open_timeout=10 * PATIENCE, ping_interval=None)
        self._reader = asyncio.ensure_future(self._read(self._socket))

    async def _read(self, socket):
        try:
            async for text in socket:
                frame = json.loads(text)
                with self._changed:
                    if socket is not self._socket:
                        return  # a page that reconnects hears no more from the line before
                    answer = self._take(frame)
                    self.frames.append(frame)
                    self._changed.notify_all()
                if answer and self.acknowledges:
                    await socket.send(json.dumps(answer))
        except websockets.ConnectionClosed:
            pass
        if socket is not self._socket:
            return
        with self._changed:
            self.close_code, self.close_reason = socket.close_code, socket.close_reason
            self._changed.notify_all()

    def _take(self, frame):
        if "welcome" in frame:
            welcome = frame["welcome"]
            self.token, self.epoch = welcome["visitorToken"], welcome["epoch"]
            self.resumed = welcome.get("resumed", False)
            after = int(welcome.get("offset", 0))
            if not self.resumed:
                self.items, self.offset = {}, after
            elif after != self.offset:
                self.wrong.append(f"resumed after {after}, not {self.offset}")
        elif "item" in frame:
            offset = int(frame["item"]["offset"])
            if offset != self.offset + 1:
                self.wrong.append(f"offset {offset} after {self.offset}")
            self.offset, self.items[offset] = offset, frame["item"]
            if "clientId" in frame["item"]:
                self.acked[frame["item"]["clientId"]] = offset
            return {"seen": {"delivered": str(offset)}}
        elif "acked" in frame:
            self.acked[frame["acked"]["clientId"]] = int(frame["acked"]["offset"])
        elif "reload" in frame:
            self.items, self.offset, self.epoch = {}, 0, ""
        return None

    def say(self, frame):
        Loop.run(self._socket.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame)))

    def close(self):
        if self._socket is not None:
            Loop.run(self._socket.close())

    def drop(self):
        """The line breaks: no goodbye."""
        async def cut():
            self._reader.cancel()
            self._socket.transport.abort()
        Loop.run(cut())

    # What a visitor does

    def write(self, text, client_id=None, **more):
        """The client id, once the message is durable."""
        client_id, before = client_id or uuid.uuid4().hex, len(self.frames)
        self.say({"write": {"clientId": client_id, "text": text, **more}})

        def refused():
            return any(f.get("failed", {}).get("clientId") == client_id for f in self.frames[before:])
        self.wait(f"an acknowledgement of {client_id}", lambda: client_id in self.acked or refused())
        if client_id not in self.acked:
            raise AssertionError(f"{client_id} was refused: {self.frames[-1]}")
        return client_id

    def seen(self, read):
        self.say({"seen": {"delivered": str(read), "read": str(read)}})

    def wait(self, what, probe, seconds=15):
        with self._changed:
            if not self._changed.wait_for(lambda: probe() or self.close_code is not None, seconds * PATIENCE) or not probe():
                raise AssertionError(f"{what}: did not come; closed with {self.close_code} {self.close_reason!r}; last frames {self.frames[-5:]}")
        assert self.wrong == []

    def wait_closed(self, seconds=15):
        self.wait("the end of the connection", lambda: self.close_code is not None, seconds)
        return self.close_code

    def wait_failed(self, reason, client_id=None):
        def found():
            return next((f["failed"] for f in self.frames if "failed" in f and f["failed"]["reason"] == reason
                         and (client_id is None or f["failed"].get("clientId") == client_id)), None)
        self.wait(f"a refusal for {reason}", found)
        return found()

    def wait_answer(self, text, seconds=15):
        self.wait(f"the answer {text!r}", lambda: self.answer(text) is not None, seconds)
        return self.answer(text)

    def answer(self, text):
        return next((i for i in self.items.values() if i.get("text") == text and i.get("agentName")), None)

    @property
    def address(self):
        account, visitor, _ = self.token.rsplit(".", 2)
        return f"chat:{account}:{visitor}"

    # Files

    def upload(self, name, content, content_type="application/octet-stream", token=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.hark.http}/chat/files?name={urllib.parse.quote(name)}", data=content, method="POST",
                                         headers={"Authorization": f"Bearer {token or self.token}", "Content-Type": content_type})
        with urllib.request.urlopen(request, timeout=20 * PATIENCE) as answer:
            return json.load(answer)

    def download(self, offset, index=0, token=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.hark.http}/chat/files/{offset}/{index}",
                                         headers={"Authorization": f"Bearer {token or self.token}"})
        with urllib.request.urlopen(request, timeout=20 * PATIENCE) as answer:
            return answer.read(), answer.headers
