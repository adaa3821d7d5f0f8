"""Stand-ins for Twilio Voice and for an Asterisk's REST interface: they speak the public API and check every request as strictly as
the real ones."""
import base64
import datetime
import hashlib
import hmac
import http.server
import io
import itertools
import json
import re
import ssl
import struct
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid
import wave as wave_file
import xml.etree.ElementTree

from support.hark import PATIENCE

TWILIO_SID = "AC" + "0" * 32
TWILIO_TOKEN = "0123456789abcdef0123456789abcdef"
ARI_USER, ARI_PASSWORD = "hark", "ari-password"


class Refusal(Exception):
    def __init__(self, status, message):
        super().__init__(f"{status}: {message}")
        self.status, self.message = status, message


class Server:
    """An HTTP server; what it took is in `taken`, as (method, path, fields), what it refused in `refused`."""

    def __init__(self, user, password, certificate=None, host="127.0.0.1"):
        self.taken, self.refused, self.next = [], [], []
        self.changed = threading.Condition()
        self.authorization = "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()
        server = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do(self):
                server.handle(self)

            do_GET = do_POST = do_DELETE = do

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer((host, 0), Handler)
        self._server.daemon_threads = True
        scheme = "http"
        if certificate:
            scheme, context = "https", ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self.url = f"{scheme}://{host}:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def handle(self, request):
        raw = request.rfile.read(int(request.headers.get("Content-Length") or 0)).decode()
        parts = urllib.parse.urlsplit(request.path)
        path = urllib.parse.unquote(parts.path)
        fields = urllib.parse.parse_qsl(parts.query, strict_parsing=bool(parts.query)) + urllib.parse.parse_qsl(raw, strict_parsing=bool(raw))
        behaviour = self.next.pop(0) if self.next and request.command == "POST" else None
        try:
            if request.headers.get("Authorization") != self.authorization:
                raise Refusal(401, "Authenticate")
            if request.headers.get("Upgrade", "").lower() == "websocket":
                return self.upgrade(request, dict(fields))
            if isinstance(behaviour, Refusal):
                raise behaviour
            status, answer = self.take(request.command, path, fields)
            with self.changed:
                self.taken.append((request.command, path, fields))
                self.changed.notify_all()
        except Refusal as refusal:
            status, answer = refusal.status, {"message": refusal.message}
            with self.changed:
                self.refused.append((request.command, request.path, refusal))
                self.changed.notify_all()
        sound = isinstance(answer, bytes)
        body = answer if sound else b"" if answer is None else json.dumps(answer).encode()
        request.send_response(status)
        request.send_header("Content-Type", "audio/x-wav" if sound else "application/json")
        request.send_header("Content-Length", str(len(body)))
        request.end_headers()
        request.wfile.write(body)

    def wait(self, method, pattern, seconds=15, after=0):
        """The fields of a request that was taken; a name that came more than once has the list of its values."""
        def found():
            return [(path, fields) for how, path, fields in self.taken if how == method and re.fullmatch(pattern, path)][after:]

        with self.changed:
            if not self.changed.wait_for(found, seconds * PATIENCE):
                raise AssertionError(f"{method} {pattern} did not come within {seconds} s; came: {[(m, p) for m, p, _ in self.taken]}; refused: {self.refused}")
            return found()[0]

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def wave(seconds=1):
    """A recording: silence, as a telephone hears it."""
    out = io.BytesIO()
    with wave_file.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 8000 * seconds)
    return out.getvalue()


class Twilio(Server):
    """Calls are answered 201 with a SID; nothing rings by itself: the test says what happens, as signed webhooks."""

    ENDS = {"completed", "busy", "no-answer", "failed", "canceled"}

    def __init__(self):
        super().__init__(TWILIO_SID, TWILIO_TOKEN)
        self.calls = {}
        # By SID; what is not there yet is 404, as in the first seconds after a recording.
        self.recordings = {}
        # Of which call a recording is, by SID.
        self.tapes = {}
        # What calls were last told to do in place of what they did.
        self.doing = {}

    NESTED = {"Response": {"Say", "Play", "Dial", "Enqueue", "Gather", "Record", "Hangup", "Pause", "Redirect"},
              "Gather": {"Say", "Play"}, "Dial": {"Number", "Client", "Sip", "Queue", "Conference"}}

    def document(self, text):
        """TwiML, of which no verb is unknown or in a wrong place."""
        root = xml.etree.ElementTree.fromstring(text)
        for parent in root.iter():
            for child in parent:
                if child.tag not in self.NESTED.get(parent.tag, ()):
                    raise Refusal(400, f"12200: {child.tag} in {parent.tag}")
        return root

    def wait_doing(self, sid, probe, seconds=15):
        with self.changed:
            if not self.changed.wait_for(lambda: sid in self.doing and probe(self.doing[sid]), seconds * PATIENCE):
                raise AssertionError(f"{sid} was not told so; told: {sid in self.doing and xml.etree.ElementTree.tostring(self.doing[sid])}; refused: {self.refused}")
            return self.doing.pop(sid)

    def wait_led_into(self, sid, room):
        """Until the call was led into a room; the <Dial> that does so."""
        return self.wait_doing(sid, lambda root: root.findtext("Dial/Conference") == room).find("Dial")

    def take(self, method, path, fields):
        recording = re.fullmatch(rf"/2010-04-01/Accounts/{TWILIO_SID}/Recordings/(RE\w+)\.(?:mp3|wav)", path)
        if method == "GET" and recording and recording[1] in self.recordings:
            return 200, self.recordings[recording[1]]
        listed = re.fullmatch(rf"/2010-04-01/Accounts/{TWILIO_SID}/Calls/(CA\w+)/Recordings\.json", path)
        if method == "GET" and listed:
            return 200, {"recordings": [{"sid": sid, "call_sid": listed[1], "duration": "5", "status": "completed"} for sid, call in self.tapes.items() if call == listed[1]]}
        match = re.fullmatch(rf"/2010-04-01/Accounts/{TWILIO_SID}/Calls(?:/(CA\w+))?\.json", path)
        if method == "GET" and match and match[1] in self.calls:
            return 200, {"sid": match[1], "status": self.calls[match[1]]}
        if method != "POST" or not match:
            raise Refusal(404, f"The requested resource {path} was not found")
        named = dict(fields)
        if match[1]:
            if match[1] not in self.calls:
                raise Refusal(404, f"The requested resource {path} was not found")
            if set(named) == {"Status"} and named["Status"] in ("completed", "canceled"):
                if self.calls[match[1]] in self.ENDS:
                    raise Refusal(400, "Call is not in-progress. Cannot redirect.")
            elif set(named) == {"Twiml"}:
                if self.calls[match[1]] in self.ENDS:
                    raise Refusal(400, "Call is not in-progress. Cannot redirect.")
                with self.changed:
                    self.doing[match[1]] = self.document(named["Twiml"])
                    self.changed.notify_all()
            else:
                raise Refusal(400, f"unexpected fields {sorted(named)}")
            return 200, {"sid": match[1], "status": self.calls[match[1]]}
        required = {"To", "From", "Url", "Timeout", "StatusCallback", "StatusCallbackEvent"}
        if set(named) != required:
            raise Refusal(400, f"fields are {sorted(named)}, not {sorted(required)}")
        if not re.fullmatch(r"\+\d{8,15}|client:\w+|sip:.+", named["To"]):
            raise Refusal(400, f"The phone number you are attempting to call, {named['To']}, is not valid.")
        if [v for k, v in fields if k == "StatusCallbackEvent"] != ["initiated", "ringing", "answered", "completed"]:
            raise Refusal(400, "StatusCallbackEvent")
        for url in (named["Url"], named["StatusCallback"]):
            if not url.startswith("http"):
                raise Refusal(400, f"{url} is not a valid URL")
        return 201, {"sid": self.new_call("queued"), "status": "queued"}

    def new_call(self, status):
        sid = "CA" + uuid.uuid4().hex
        self.calls[sid] = status
        return sid

    @staticmethod
    def sign(url, fields):
        text = url + "".join(name + value for name, value in sorted(fields.items()))
        return base64.b64encode(hmac.new(TWILIO_TOKEN.encode(), text.encode(), hashlib.sha1).digest()).decode()

    def tell(self, url, signature=None, **fields):
        """Asks the webhook at `url`; the root of the TwiML that it answers."""
        if fields.get("CallSid") and "CallStatus" in fields:
            self.calls[fields["CallSid"]] = fields["CallStatus"]
        request = urllib.request.Request(url, urllib.parse.urlencode(fields).encode(), method="POST")
        request.add_header("X-Twilio-Signature", signature or self.sign(url, fields))
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                assert answer.headers["Content-Type"].startswith("text/xml"), answer.headers["Content-Type"]
                root = self.document(answer.read())
        except urllib.error.HTTPError as error:
            raise Refusal(error.code, error.read().decode()) from None
        assert root.tag == "Response"
        return root


class Asterisk(Server):
    """Channels, bridges and the events about them: one follower for each application, a newer one takes over. `certificate`: its file
    and its key's, if it speaks TLS."""

    def __init__(self, **where):
        super().__init__(ARI_USER, ARI_PASSWORD, **where)
        self.channels, self.bridges, self.music = {}, {}, set()
        self.recordings = {}
        self._followers = {}
        self._ids = itertools.count(1)

    # What the phones do

    def customer_calls(self, app, number, exten="100"):
        channel = f"{1700000000 + next(self._ids)}.{next(self._ids)}"
        self.channels[channel] = self._channel(channel, "Ring", number, exten, app)
        self.event(app, "StasisStart", channel, args=[])
        return channel

    def rings(self, channel):
        self._become(channel, "Ringing")
        self.event(self._app(channel), "ChannelStateChange", channel)

    def answers(self, channel):
        """What was originated enters its application when it has answered."""
        app = self._app(channel)
        self._become(channel, "Up")
        self.event(app, "ChannelStateChange", channel)
        self.event(app, "StasisStart", channel, args=["leg"])

    def hangs_up(self, channel, cause=16):
        app, known = self._app(channel), self.channels[channel]
        for members in self.bridges.values():
            members.discard(channel)
        if known["state"] in ("Up", "Ring"):
            self.event(app, "StasisEnd", channel)
        self.event(app, "ChannelDestroyed", channel, cause=cause, cause_txt="Normal Clearing" if cause == 16 else "User busy")
        with self.changed:
            del self.channels[channel]
            self.changed.notify_all()

    def holds(self, channel, held=True):
        self.event(self._app(channel), "ChannelHold" if held else "ChannelUnhold", channel)

    def _become(self, channel, state):
        with self.changed:
            self.channels[channel]["state"] = state
            self.changed.notify_all()

    @staticmethod
    def _channel(channel, state, number, exten, app):
        return {"id": channel, "name": f"PJSIP/x-{channel}", "state": state, "caller": {"name": "", "number": number},
                "connected": {"name": "", "number": ""}, "accountcode": "", "language": "en", "creationtime": "2026-11-26T10:00:00.000+0000",
                "dialplan": {"context": "in", "exten": exten, "priority": 2, "app_name": "Stasis", "app_data": app}}

    def _app(self, channel):
        return self.channels[channel]["dialplan"]["app_data"]

    # Events

    def event(self, app, kind, channel, **more):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
        message = {"type": kind, "timestamp": now, "application": app, "asterisk_id": "x", "channel": self.channels[channel], **more}
        self._send(app, message)

    def finish_recording(self, channel, seconds, stored=True):
        """`stored`: as in the real one, the file may be there a moment later only."""
        name = next(dict(fields)["name"] for method, path, fields in self.taken if path == f"/ari/channels/{channel}/record")
        if stored:
            self.recordings[name] = wave(seconds)
        self._send(self._app(channel), {"type": "RecordingFinished", "timestamp": "2026-11-26T10:00:00.000+0000", "application": "x",
                                        "recording": {"name": name, "format": "wav", "state": "done", "target_uri": f"channel:{channel}", "duration": seconds}})

    def _send(self, app, message):
        follower = self._followers.get(app)
        if follower is None:
            return  # lost, as events without a listener are
        data = json.dumps(message).encode()
        head = bytes([0x81]) + (bytes([len(data)]) if len(data) < 126 else bytes([126]) + struct.pack(">H", len(data)))
        try:
            follower.wfile.write(head + data)
            follower.wfile.flush()
        except (OSError, ValueError):
            self._followers.pop(app, None)

    def upgrade(self, request, fields):
        if request.path.split("?")[0] != "/ari/events" or request.headers.get("Sec-WebSocket-Protocol") != "ari":
            raise Refusal(400, "no such socket")
        app = fields["app"]
        accept = base64.b64encode(hashlib.sha1((request.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11").encode()).digest()).decode()
        request.wfile.write((f"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                             f"Sec-WebSocket-Accept: {accept}\r\nSec-WebSocket-Protocol: ari\r\n\r\n").encode())
        request.wfile.flush()
        request.close_connection = True
        if self._followers.get(app):
            self._send(app, {"type": "ApplicationReplaced", "application": app})
        with self.changed:
            self._followers[app] = request
            self.changed.notify_all()
        try:
            while request.rfile.read(1):  # pings and the like are of no interest
                pass
        except OSError:
            pass
        with self.changed:
            if self._followers.get(app) is request:
                self._followers.pop(app)

    def wait_follower(self, app, seconds=15):
        with self.changed:
            if not self.changed.wait_for(lambda: app in self._followers, seconds * PATIENCE):
                raise AssertionError(f"nobody follows {app}; refused: {self.refused}")

    def drop(self, app):
        """The line breaks: events are lost until somebody follows again."""
        follower = self._followers.pop(app)
        follower.connection.shutdown(2)

    # REST

    def take(self, method, path, fields):
        named = dict(fields)
        if (method, path) == ("GET", "/ari/channels"):
            return 200, list(self.channels.values())
        if (method, path) == ("POST", "/ari/channels"):
            return self._originate(named)
        match = re.fullmatch(r"/ari/recordings/(stored|live)/([^/]+?)(/file)?", path)
        if match and method == "GET":
            if match[1] == "live" or match[2] not in self.recordings:
                raise Refusal(404, "Recording not found")
            return 200, self.recordings[match[2]] if match[3] else {"name": match[2], "format": "wav"}
        match = re.fullmatch(r"/ari/channels/([^/]+)(?:/(\w+))?", path)
        if match:
            return self._on_channel(method, match[1], match[2], named)
        match = re.fullmatch(r"/ari/bridges/([^/]+)(?:/(\w+))?", path)
        if match:
            return self._on_bridge(method, match[1], match[2], named)
        raise Refusal(404, "Invalid method")

    def _originate(self, named):
        if not {"endpoint", "app", "channelId", "timeout"} <= set(named):
            raise Refusal(400, "Endpoint must be specified")
        if named["channelId"] in self.channels:
            raise Refusal(409, "Channel with given unique ID already exists")
        if not named["endpoint"].startswith("PJSIP/"):
            raise Refusal(500, "Allocation failed")
        channel = self._channel(named["channelId"], "Down", "", "", named["app"])
        channel["endpoint"] = named["endpoint"]
        with self.changed:
            self.channels[named["channelId"]] = channel
            self.changed.notify_all()
        return 200, channel

    def _on_channel(self, method, channel, action, named):
        if channel not in self.channels:
            raise Refusal(404, "Channel not found")
        if method == "DELETE" and action is None:
            threading.Thread(target=self.hangs_up, args=(channel,), daemon=True).start()
        elif (method, action) == ("POST", "answer"):
            self._become(channel, "Up")
        elif (method, action) == ("POST", "moh"):
            self.music.add(channel)
        elif (method, action) == ("DELETE", "moh"):
            self.music.discard(channel)
        elif (method, action) == ("POST", "play") and named.get("media", "").startswith("sound:"):
            return 201, {"id": "p", "state": "queued"}
        elif (method, action) == ("POST", "record") and {"name", "format"} <= set(named):
            return 201, {"name": named["name"], "state": "recording"}
        else:
            raise Refusal(400, f"{method} {action} {named}")
        return 204, None

    def _on_bridge(self, method, bridge, action, named):
        if (method, action) == ("POST", None):
            if named.get("type") != "mixing":
                raise Refusal(400, "Invalid bridge type")
            self.bridges.setdefault(bridge, set())
            return 200, {"id": bridge}
        if bridge not in self.bridges:
            raise Refusal(404, "Bridge not found")
        if (method, action) == ("DELETE", None):
            del self.bridges[bridge]
            return 204, None
        for channel in named.get("channel", "").split(","):
            if channel not in self.channels:
                raise Refusal(400, "Channel not found")
            if self.channels[channel]["state"] != "Up":
                raise Refusal(422, "Channel not in Stasis application")
            with self.changed:
                if action == "addChannel":
                    for members in self.bridges.values():
                        members.discard(channel)
                    self.bridges[bridge].add(channel)
                else:
                    self.bridges[bridge].discard(channel)
                self.changed.notify_all()
        return 204, None

    def wait_together(self, *channels, seconds=15):
        with self.changed:
            if not self.changed.wait_for(lambda: any(members == set(channels) for members in self.bridges.values()), seconds * PATIENCE):
                raise AssertionError(f"{channels} do not hear each other; bridges: {self.bridges}; refused: {self.refused}")
