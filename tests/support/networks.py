"""Stand-ins for the social networks: they speak the public API, check every request as strictly as the real ones, and sign
what they send to us."""
import hashlib
import hmac
import http.server
import json
import re
import threading
import urllib.error
import urllib.parse
import urllib.request
import uuid

from support.hark import PATIENCE

TELEGRAM_SECRET = "telegram-secret-0123456789"
APP_SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "123456:test-token"


class Refusal(Exception):
    def __init__(self, status, body):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body


class Network:
    """An HTTP server that keeps what it took in `sent`, and what it refused in `refused`; gives out `files`: name -> (type, bytes)."""

    def __init__(self):
        self.sent, self.refused, self.next, self.files, self.given = [], [], [], {}, []
        self._changed = threading.Condition()
        self.held = threading.Event()
        network = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                network.handle(self)

            def do_GET(self):
                try:
                    kind, body = network.give(self.path, self.headers)
                    status = 200
                except Refusal as refusal:
                    status, kind, body = refusal.status, "application/json", json.dumps(refusal.body).encode()
                self.send_response(status)
                self.send_header("Content-Type", kind)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def handle(self, request):
        raw = request.rfile.read(int(request.headers["Content-Length"]))
        behaviour = self.next.pop(0) if self.next else None
        try:
            if isinstance(behaviour, Refusal):
                raise behaviour
            message, answer = self.take(request.path, request.headers, raw)
            status = 200
            with self._changed:
                self.sent.append(message)
                self._changed.notify_all()
        except Refusal as refusal:
            status, answer = refusal.status, refusal.body
            with self._changed:
                self.refused.append((request.path, raw, answer))
                self._changed.notify_all()
        if behaviour == "hang up":
            self.held.set()
            request.close_connection = True
            return
        if behaviour == "stay silent":
            self.held.set()
            threading.Event().wait(60)
            return
        body = json.dumps(answer).encode()
        try:
            request.send_response(status)
            request.send_header("Content-Type", "application/json")
            request.send_header("Content-Length", str(len(body)))
            request.end_headers()
            request.wfile.write(body)
        except ConnectionError:
            request.close_connection = True  # whoever asked was killed

    def file(self, name):
        if name not in self.files:
            raise Refusal(404, {"description": "no such file"})
        self.given.append(name)
        return self.files[name]

    def wait(self, count, seconds=15):
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.sent) >= count, seconds * PATIENCE):
                raise AssertionError(f"{count} messages did not come within {seconds} s; refused: {self.refused}")
            return list(self.sent)

    def wait_refused(self, count, seconds=15):
        with self._changed:
            if not self._changed.wait_for(lambda: len(self.refused) >= count, seconds * PATIENCE):
                raise AssertionError(f"{count} refusals did not come within {seconds} s")

    def close(self):
        self._server.shutdown()
        self._server.server_close()


def units(text):
    return len(text.encode("utf-16-le")) // 2


class Telegram(Network):
    def give(self, path, headers):
        """https://core.telegram.org/bots/api#getfile: first where, then what."""
        if match := re.fullmatch(rf"/bot{TOKEN}/getFile\?file_id=([A-Za-z0-9]+)", path):
            return "application/json", json.dumps({"ok": True, "result": {"file_path": f"photos/{match.group(1)}"}}).encode()
        if match := re.fullmatch(rf"/file/bot{TOKEN}/photos/(\w+)", path):
            return self.file(match.group(1))
        raise Refusal(404, {"ok": False, "error_code": 404, "description": "Not Found"})

    def take(self, path, headers, raw):
        def no(code, words):
            return Refusal(code, {"ok": False, "error_code": code, "description": words})

        match = re.fullmatch(r"/bot([^/]+)/sendMessage", path)
        if not match:
            raise no(404, "Not Found")
        if match.group(1) != TOKEN:
            raise no(401, "Unauthorized")
        if headers["Content-Type"] != "application/json":
            raise no(400, "Bad Request: message text is empty")
        body = json.loads(raw)
        if set(body) - {"chat_id", "text"}:
            raise no(400, f"Bad Request: {set(body)}")
        if not body["text"].strip() or units(body["text"]) > 4096:
            raise no(400, "Bad Request: message is too long")
        answer = {"ok": True, "result": {"message_id": 1000 + len(self.sent), "date": 1, "chat": {"id": int(body["chat_id"])}}}
        return body, answer


class Graph(Network):
    """Messenger, Instagram and WhatsApp, by which account is addressed."""

    accounts = {"page-1": "messenger", "insta-1": "instagram", "number-1": "whatsapp"}

    def __init__(self):
        super().__init__()
        self.comments = {}  # those that there are: id -> network
        self.privately_answered = set()

    def give(self, path, headers):
        if match := re.fullmatch(r"/cdn/(\w+)", path):  # what Messenger sends is open to everybody who knows where
            return self.file(match.group(1))
        if headers["Authorization"] != f"Bearer {TOKEN}":
            raise Refusal(401, {"error": {"message": "Invalid OAuth access token"}})
        if match := re.fullmatch(r"/v\d+\.0/(\w+)", path):
            return "application/json", json.dumps({"url": f"{self.url}/media/{match.group(1)}", "mime_type": "image/png"}).encode()
        if match := re.fullmatch(r"/media/(\w+)", path):
            return self.file(match.group(1))
        raise Refusal(404, {"error": {"message": "Unsupported get request"}})

    def take(self, path, headers, raw):
        def no(code, words, status=400):
            return Refusal(status, {"error": {"message": words, "type": "OAuthException", "code": code, "fbtrace_id": "x"}})

        if match := re.fullmatch(r"/v\d+\.0/([\w%-]+)/(comments|replies)", path):
            return self.take_comment(urllib.parse.unquote(match.group(1)), match.group(2), headers, json.loads(raw), no)
        match = re.fullmatch(r"/v\d+\.0/([^/]+)/messages", path)
        if not match or match.group(1) not in self.accounts:
            raise no(100, "Unsupported post request")
        if headers["Authorization"] != f"Bearer {TOKEN}":
            raise no(190, "Invalid OAuth access token", 401)
        body = json.loads(raw)
        if self.accounts[match.group(1)] == "whatsapp":
            return self.take_whatsapp(body, no)
        return self.take_messenger(body, no)

    def take_comment(self, comment, edge, headers, body, no):
        if headers["Authorization"] != f"Bearer {TOKEN}":
            raise no(190, "Invalid OAuth access token", 401)
        if comment not in self.comments:
            raise no(100, f"Unsupported post request. Object with ID '{comment}' does not exist")
        if edge != {"messenger": "comments", "instagram": "replies"}[self.comments[comment]]:
            raise no(100, f"Unsupported post request: no edge {edge}")
        if set(body) != {"message"} or not body["message"].strip() or units(body["message"]) > (8000 if edge == "comments" else 2200):
            raise no(100, "Invalid parameter")
        answer = f"{comment.split('_')[0]}_{uuid.uuid4().int % 10**12}" if edge == "comments" else str(uuid.uuid4().int % 10**17)
        return {"comment": comment, "id": answer, **body}, {"id": answer}

    def check_private(self, recipient, no):
        """https://developers.facebook.com/docs/messenger-platform/discovery/private-replies: one for each comment."""
        (kind, comment), = recipient.items()
        if kind not in ("comment_id", "post_id") or comment not in self.comments:
            raise no(100, "Invalid parameter: recipient")
        if comment in self.privately_answered:
            raise no(10900, "Activity already replied to")
        self.privately_answered.add(comment)

    def take_messenger(self, body, no):
        if "id" not in body["recipient"]:
            self.check_private(body["recipient"], no)
            return body, {"recipient_id": "22", "message_id": f"m_{uuid.uuid4().hex}"}
        if set(body) - {"recipient", "message", "messaging_type", "tag"} or set(body["message"]) - {"text", "metadata"}:
            raise no(100, "Invalid parameter")
        if body["messaging_type"] not in ("RESPONSE", "MESSAGE_TAG") or (body["messaging_type"] == "MESSAGE_TAG") != ("tag" in body):
            raise no(100, "Invalid messaging type")
        if not body["message"]["text"].strip() or units(body["message"]["text"]) > 2000:
            raise no(100, "Length of param message[text] must be less than or equal to 2000")
        return body, {"recipient_id": body["recipient"]["id"], "message_id": f"m_{uuid.uuid4().hex}"}

    def take_whatsapp(self, body, no):
        if set(body) - {"messaging_product", "recipient_type", "to", "recipient", "type", "text", "biz_opaque_callback_data"}:
            raise no(100, "Invalid parameter")
        if body["messaging_product"] != "whatsapp" or body["type"] != "text" or units(body["text"]["body"]) > 4096:
            raise no(100, "Invalid parameter")
        if ("to" in body) == ("recipient" in body) or not re.fullmatch(r"\d+", body.get("to", "1")):
            raise no(100, "Invalid parameter: recipient")
        body["id"] = f"wamid.{uuid.uuid4().hex}"
        return body, {"messaging_product": "whatsapp", "contacts": [{"input": body.get("to"), "wa_id": body.get("to")}],
                      "messages": [{"id": body["id"]}]}


def post(hark, account, raw, **headers):
    """(status, body, headers) of a webhook's request."""
    headers = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    request = urllib.request.Request(f"http://127.0.0.1:{hark.http}/webhooks/{account}", raw, headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode(), answer.headers
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode(), refused.headers


def encoded(body):
    return body if isinstance(body, bytes) else json.dumps(body).encode()


def telegram(hark, body, secret=TELEGRAM_SECRET):
    return post(hark, "bot", encoded(body), X_Telegram_Bot_Api_Secret_Token=secret)


def meta(hark, account, body, secret=APP_SECRET):
    raw = encoded(body)
    return post(hark, account, raw, X_Hub_Signature_256="sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest())
