"""Stand-ins for the social networks: they speak the public API, check every request as strictly as the real ones, and sign
what they send to us."""
import email
import email.policy
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


def telegram_account(id, telegram, **more):
    return {"id": id, "social": {"network": "telegram", "access_token": TOKEN, "secret": TELEGRAM_SECRET, "base_url": telegram.url, **more}}


def meta_account(id, network, own_id, graph, **more):
    return {"id": id, "social": {"network": network, "own_id": own_id, "access_token": TOKEN, "secret": APP_SECRET, "verify_token": "verify-me",
                                 "base_url": graph.url, **more}}


class Refusal(Exception):
    def __init__(self, status, body, **headers):
        super().__init__(f"{status}: {body}")
        self.status, self.body = status, body
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}


class Network:
    """An HTTP server that keeps what customers get in `sent`, and what it refused in `refused`; gives out `files`: name -> (type, bytes)."""

    def __init__(self):
        self.sent, self.refused, self.next, self.files, self.given = [], [], [], {}, []
        self.kept = []  # files that were handed over, which no customer sees yet
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
        headers = {}
        try:
            if isinstance(behaviour, Refusal):
                raise behaviour
            message, answer = self.take(request.path, request.headers, raw)
            status = 200
            with self._changed:
                (self.kept if message.get("kept") else self.sent).append(message)
                self._changed.notify_all()
        except Refusal as refusal:
            status, answer, headers = refusal.status, refusal.body, refusal.headers
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
            for name, value in headers.items():
                request.send_header(name, value)
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


class UploadedFile:
    def __init__(self, name, kind, content):
        self.name, self.kind, self.content = name, kind, content


def form(headers, raw):
    """The fields of multipart/form-data (RFC 7578): text, or UploadedFile."""
    kind = headers["Content-Type"]
    assert kind.startswith("multipart/form-data; boundary="), kind
    message = email.message_from_bytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + raw, policy=email.policy.HTTP)
    assert not message.defects, message.defects
    fields = {}
    for part in message.iter_parts():
        name = part.get_param("name", header="content-disposition")
        content = part.get_payload(decode=True)
        assert name and name not in fields, name
        fields[name] = UploadedFile(part.get_filename(), part.get_content_type(), content) if part.get_filename() else content.decode()
    return fields


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

        match = re.fullmatch(r"/bot([^/]+)/(sendMessage|sendPhoto|sendDocument)", path)
        if not match:
            raise no(404, "Not Found")
        if match.group(1) != TOKEN:
            raise no(401, "Unauthorized")
        if match.group(2) != "sendMessage":
            return self.take_file(match.group(2).removeprefix("send").lower(), form(headers, raw), no)
        if headers["Content-Type"] != "application/json":
            raise no(400, "Bad Request: message text is empty")
        body = json.loads(raw)
        if set(body) - {"chat_id", "text"}:
            raise no(400, f"Bad Request: {set(body)}")
        if not body["text"].strip() or units(body["text"]) > 4096:
            raise no(400, "Bad Request: message is too long")
        return body, self.answer(body["chat_id"])

    def answer(self, chat):
        return {"ok": True, "result": {"message_id": 1000 + len(self.sent), "date": 1, "chat": {"id": int(chat)}}}

    def take_file(self, kind, fields, no):
        """https://core.telegram.org/bots/api#sending-files"""
        if set(fields) != {"chat_id", kind}:
            raise no(400, f"Bad Request: there is no {kind} in the request")
        file = fields[kind]
        if not file.content:
            raise no(400, "Bad Request: file must be non-empty")
        if len(file.content) > (10 if kind == "photo" else 50) << 20:
            raise no(413, "Request Entity Too Large")
        if kind == "photo":
            if not file.content.startswith(b"\x89PNG\r\n\x1a\n") or file.content[12:16] != b"IHDR":
                raise no(400, "Bad Request: IMAGE_PROCESS_FAILED")
            width, height = int.from_bytes(file.content[16:20], "big"), int.from_bytes(file.content[20:24], "big")
            if width + height > 10_000 or max(width, height) > 20 * min(width, height):
                raise no(400, "Bad Request: PHOTO_INVALID_DIMENSIONS")
        return {"chat_id": fields["chat_id"], "kind": kind, "name": file.name, "content": file.content}, self.answer(fields["chat_id"])


class Graph(Network):
    """Messenger, Instagram and WhatsApp, by which account is addressed."""

    accounts = {"page-1": "messenger", "number-1": "whatsapp", "ig-1": "instagram", "insta-1": "instagram"}
    templates = {("order_ready", "en"): ["1", "2"], ("hello", "lv"): []}
    media_types = {"image/jpeg": 5, "image/png": 5, "audio/ogg": 16, "audio/mpeg": 16, "video/mp4": 16, "application/pdf": 100, "text/plain": 100}

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
        match = re.fullmatch(r"/v\d+\.0/([^/]+)/(messages|media|message_attachments)", path)
        if not match or match.group(1) not in {"me", *self.accounts}:
            raise no(100, "Unsupported post request")
        if headers["Authorization"] != f"Bearer {TOKEN}":
            raise no(190, "Invalid OAuth access token", 401)
        network, what = self.accounts.get(match.group(1)), match.group(2)
        if what == "media" and network == "whatsapp":
            return self.keep_media(form(headers, raw), no)
        if what == "message_attachments" and network in (None, "messenger"):
            return self.keep_attachment(form(headers, raw), match.group(1) == "me", no)
        if what != "messages" or not network or headers["Content-Type"] != "application/json":
            raise no(100, "Unsupported post request")
        body = json.loads(raw)
        return self.take_whatsapp(body, no) if network == "whatsapp" else self.take_messenger(body, network, no)

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

    def keep(self, name, kind, file, **answer):
        return {"kept": name, "kind": kind, "name": file.name, "type": file.kind, "content": file.content}, answer

    def keep_media(self, fields, no):
        """https://developers.facebook.com/docs/whatsapp/cloud-api/reference/media#upload-media"""
        if set(fields) != {"messaging_product", "type", "file"} or fields["messaging_product"] != "whatsapp":
            raise no(100, "Invalid parameter")
        file = fields["file"]
        if file.kind not in self.media_types or fields["type"] != file.kind:
            raise no(100, "Param file must be a file with one of the following types")
        if not 0 < len(file.content) <= self.media_types[file.kind] << 20:
            raise no(131053, "Media upload error")
        id = str(uuid.uuid4().int)[:16]
        return self.keep(id, file.kind.split("/")[0].replace("application", "document").replace("text", "document"), file, id=id)

    def keep_attachment(self, fields, instagram, no):
        """https://developers.facebook.com/docs/messenger-platform/reference/attachment-upload-api"""
        if set(fields) != {"message", "filedata"} | ({"platform"} if instagram else set()) or fields.get("platform", "instagram") != "instagram":
            raise no(100, "Invalid parameter")
        attachment, file = json.loads(fields["message"])["attachment"], fields["filedata"]
        if attachment["type"] not in ("image", "audio", "video", "file") or attachment["payload"] != {"is_reusable": True}:
            raise no(100, "Invalid parameter")
        if attachment["type"] != "file" and not file.kind.startswith(attachment["type"] + "/"):
            raise no(100, "Attachment type does not match the file")
        if not 0 < len(file.content) <= 25 << 20:
            raise no(100, "Attachment size exceeds allowable limit")
        id = str(uuid.uuid4().int)[:16]
        return self.keep(id, attachment["type"], file, attachment_id=id)

    def file_of(self, id, kind, no):
        """What was handed over under this id, once it is shown as what it is."""
        for file in self.kept:
            if file["kept"] == id and file["kind"] == kind:
                return file
        raise no(100, f"there is no {kind} {id}")

    def take_messenger(self, body, network, no):
        message = body["message"]
        if "id" not in body["recipient"]:
            self.check_private(body["recipient"], no)
        if set(body) - {"recipient", "message", "messaging_type", "tag"} or set(message) not in ({"text", "metadata"}, {"attachment", "metadata"}):
            raise no(100, "Invalid parameter")
        if body["messaging_type"] not in ("RESPONSE", "MESSAGE_TAG") or (body["messaging_type"] == "MESSAGE_TAG") != ("tag" in body):
            raise no(100, "Invalid messaging type")
        if "attachment" in message:
            if set(message["attachment"]) != {"type", "payload"} or set(message["attachment"]["payload"]) != {"attachment_id"}:
                raise no(100, "Invalid parameter")
            self.file_of(message["attachment"]["payload"]["attachment_id"], message["attachment"]["type"], no)
        elif not message["text"].strip() or (len(message["text"].encode()) > 1000 if network == "instagram" else units(message["text"]) > 2000):
            raise no(100, "Length of param message[text] must be less than or equal to 2000")
        return body, {"recipient_id": body["recipient"].get("id", "22"), "message_id": f"m_{uuid.uuid4().hex}"}

    def take_whatsapp(self, body, no):
        kind = body.get("type")
        if set(body) - {"messaging_product", "recipient_type", "to", "recipient", "type", kind, "biz_opaque_callback_data"}:
            raise no(100, "Invalid parameter")
        if body["messaging_product"] != "whatsapp" or kind not in body:
            raise no(100, "Invalid parameter")
        if kind == "template":
            self.check_template(body["template"], no)
        elif kind == "text":
            if not 0 < units(body["text"]["body"]) <= 4096:
                raise no(100, "Invalid parameter")
        elif kind in ("image", "audio", "video", "document"):
            if set(body[kind]) != ({"id", "filename"} if kind == "document" else {"id"}):
                raise no(100, "Invalid parameter")
            self.file_of(body[kind]["id"], kind, no)
        else:
            raise no(131051, "Unsupported message type")
        if ("to" in body) == ("recipient" in body) or not re.fullmatch(r"\d+", body.get("to", "1")):
            raise no(100, "Invalid parameter: recipient")
        body["id"] = f"wamid.{uuid.uuid4().hex}"
        return body, {"messaging_product": "whatsapp", "contacts": [{"input": body.get("to"), "wa_id": body.get("to")}],
                      "messages": [{"id": body["id"]}]}


    def check_template(self, template, no):
        """https://developers.facebook.com/docs/whatsapp/cloud-api/guides/send-message-templates"""
        wanted = self.templates.get((template["name"], template["language"]["code"]))
        if wanted is None:
            raise no(132001, "Template name does not exist in the translation")
        components = template.get("components", [])
        parameters = components[0]["parameters"] if components else []
        if len(components) > 1 or any(set(one) != {"type", "text"} or one["type"] != "text" for one in parameters):
            raise no(132012, "Parameter format does not match")
        if len(parameters) != len(wanted) or any(not one["text"].strip() or "\n" in one["text"] for one in parameters):
            raise no(132000, "Number of parameters does not match the expected number of params")


class Viber(Network):
    """https://developers.viber.com/docs/api/rest-bot-api; fetches files as it does, and keeps what came in `fetched`."""

    def __init__(self):
        super().__init__()
        self.fetched = []

    def take(self, path, headers, raw):
        def no(status, words):
            return Refusal(200, {"status": status, "status_message": words})

        body = json.loads(raw)
        if path != "/pa/send_message" or headers["X-Viber-Auth-Token"] != TOKEN:
            raise no(2, "invalidAuthToken")
        wanted = {"text": {"text"}, "picture": {"text", "media"}, "video": {"media", "size"}, "file": {"media", "size", "file_name"}}
        if body["type"] not in wanted or set(body) - {"receiver", "type", "tracking_data"} != wanted[body["type"]]:
            raise no(3, "badData")
        if body["type"] != "text":
            with urllib.request.urlopen(body["media"], timeout=10) as answer:
                content = answer.read()
            if len(content) > {"picture": 1, "video": 26, "file": 50}[body["type"]] << 20 or body.get("size", len(content)) != len(content):
                raise no(3, "badData: size")
            self.fetched.append((answer.headers["Content-Type"], content))
        elif not 0 < units(body["text"]) <= 7000:
            raise no(3, "badData")
        return body, {"status": 0, "status_message": "ok", "message_token": 5_098_034_272_017_990_000 + len(self.sent)}


class Vk(Network):
    """https://dev.vk.com/api/upload and messages.send, which sends once what has one random_id."""

    def take(self, path, headers, raw):
        def no(code, words):
            return Refusal(200, {"error": {"error_code": code, "error_msg": words}})

        if match := re.fullmatch(r"/upload/(photo|doc)", path):
            field = "photo" if match.group(1) == "photo" else "file"
            fields = form(headers, raw)
            if set(fields) != {field} or not fields[field].content:
                raise Refusal(200, {"error": "no file"})
            file = fields[field]
            kept = {"kept": "uploaded", "kind": match.group(1), "name": file.name, "content": file.content}
            return kept, {"server": 7, "photo": "[{}]", "hash": "h"} if field == "photo" else {"file": "f|1"}
        if headers["Authorization"] != f"Bearer {TOKEN}":
            raise no(5, "User authorization failed")
        body = {name: values[0] for name, values in urllib.parse.parse_qs(raw.decode(), strict_parsing=True).items()}
        if body.pop("v") != "5.199":
            raise no(8, "Invalid request")
        return getattr(self, re.fullmatch(r"/method/([a-z]+\.[A-Za-z]+)", path).group(1).replace(".", "_"))(body, no)

    def photos_getMessagesUploadServer(self, body, no):
        assert set(body) == {"peer_id"}
        return {"kept": "asked"}, {"response": {"upload_url": f"{self.url}/upload/photo"}}

    def docs_getMessagesUploadServer(self, body, no):
        assert set(body) == {"type", "peer_id"} and body["type"] == "doc"
        return {"kept": "asked"}, {"response": {"upload_url": f"{self.url}/upload/doc"}}

    def photos_saveMessagesPhoto(self, body, no):
        if body != {"server": "7", "photo": "[{}]", "hash": "h"}:
            raise no(100, "One of the parameters specified was missing or invalid")
        return {"kept": "photo-1_5_key"}, {"response": [{"id": 5, "owner_id": -1, "access_key": "key"}]}

    def docs_save(self, body, no):
        if set(body) != {"file", "title"} or body["file"] != "f|1":
            raise no(100, "One of the parameters specified was missing or invalid")
        return {"kept": "doc-1_6", "title": body["title"]}, {"response": {"type": "doc", "doc": {"id": 6, "owner_id": -1, "title": body["title"]}}}

    def messages_send(self, body, no):
        if set(body) not in ({"peer_id", "random_id", "message"}, {"peer_id", "random_id", "attachment"}):
            raise no(100, "One of the parameters specified was missing or invalid")
        if "attachment" in body and body["attachment"] not in [one["kept"] for one in self.kept]:
            raise no(100, "there is no such attachment")
        return body, {"response": 900 + len(self.sent)}


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


def get(hark, path):
    """(status, body)"""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{hark.http}{path}", timeout=20) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read()


def telegram(hark, body, secret=TELEGRAM_SECRET, account="bot"):
    return post(hark, account, encoded(body), X_Telegram_Bot_Api_Secret_Token=secret)


def viber(hark, account, raw):
    return post(hark, account, raw, X_Viber_Content_Signature=hmac.new(TOKEN.encode(), raw, hashlib.sha256).hexdigest())


def meta(hark, account, body, secret=APP_SECRET):
    raw = encoded(body)
    return post(hark, account, raw, X_Hub_Signature_256="sha256=" + hmac.new(secret.encode(), raw, hashlib.sha256).hexdigest())
