"""Customers write on social networks, agents answer there: webhooks in, HTTPS out, against stand-ins that check every request."""
import hashlib
import hmac
import itertools
import json
import os
import pathlib
import re
import signal
import time
import urllib.error
import urllib.request
import uuid

import grpc
import pytest

from support import networks, protos
from support.agent import Agent
from support.hark import Hark, config_yaml, wait_for
from support.networks import TOKEN, Graph, Refusal, Telegram, meta_account, telegram_account
from support.world import World, shared

STATE = protos.channel_pb2
IDS = itertools.count(35_000)


def accounts(telegram, graph):
    return [telegram_account("bot", telegram), meta_account("page", "messenger", "page-1", graph), meta_account("number", "whatsapp", "number-1", graph)]


class Outside(World):
    def __init__(self, folder):
        self.telegram, self.graph = Telegram(), Graph()
        super().__init__(folder, self.telegram, self.graph, accounts=accounts(self.telegram, self.graph))


world, hark = shared(Outside)


def update(user, message_id=1, **what):
    what = what or {"text": "Where is my parcel?"}
    return {"update_id": next(IDS), "message": {"message_id": message_id, "from": {"id": user, "first_name": "Ana"},
                                                "chat": {"id": user, "type": "private"}, "date": int(time.time()), **what}}


def page(user, age_hours=0, **what):
    what = what or {"message": {"mid": f"m_{uuid.uuid4().hex}", "text": "Do you ship to Riga?"}}
    event = {"sender": {"id": user}, "recipient": {"id": "page-1"}, "timestamp": int((time.time() - age_hours * 3600) * 1000), **what}
    return {"object": "page", "entry": [{"id": "page-1", "time": 1, "messaging": [event]}]}


def number(**value):
    value = {"messaging_product": "whatsapp", "metadata": {"display_phone_number": "37167000000", "phone_number_id": "number-1"}, **value}
    return {"object": "whatsapp_business_account", "entry": [{"id": "waba-1", "changes": [{"field": "messages", "value": value}]}]}


def written(phone, text="Hello"):
    return number(contacts=[{"wa_id": phone, "profile": {"name": "Ana"}}],
                  messages=[{"from": phone, "id": f"wamid.{uuid.uuid4().hex}", "timestamp": str(int(time.time())), "type": "text",
                             "text": {"body": text}}])


def delivery(hark, reply):
    return hark.entry(reply.conversation_id, reply.id).delivery


def answer(hark, agent, address, text="It left today."):
    conversation = hark.wait_conversation(address)
    token = agent.take(conversation.id)
    return agent.reply(hark.inbound(address)[-1], text, token)


def test_a_telegram_message_becomes_a_ticket_and_its_answer_goes_back_once(world, hark, agent):
    user = next(IDS)
    assert networks.telegram(hark, update(user))[0] == 200
    conversation = hark.wait_conversation(f"telegram:{user}")
    agent.take(conversation.id)
    (entry,) = hark.inbound(f"telegram:{user}")
    assert entry.content.text == "Where is my parcel?" and entry.sender.name == "Ana" and entry.raw.size_bytes > 0
    before = len(world.telegram.sent)
    for _ in range(2):
        hark.ctl("reply", "--entry", entry.id, "--text", "It left today.", "--key", f"once-{user}")
    sent = world.telegram.wait(before + 1)[before:]
    assert sent == [{"chat_id": str(user), "text": "It left today."}]
    reply = hark.timeline(conversation.id)[-1]
    wait_for("the answer is sent", lambda: any(e.delivery == STATE.DELIVERY_STATE_SENT for e in hark.timeline(conversation.id)))
    assert len(world.telegram.sent) == before + 1 and not world.telegram.refused, reply


def test_files_of_messages_are_fetched_at_once(world, hark):
    picture, voice = b"\x89PNG" + os.urandom(70_000), b"OggS" + os.urandom(3_000)
    world.telegram.files["large1"] = ("image/jpeg", picture)
    world.graph.files.update(voice1=("audio/ogg; codecs=opus", voice), shot1=("image/png", picture))
    user = next(IDS)
    sizes = [{"file_id": "small1", "width": 90, "height": 90}, {"file_id": "large1", "width": 800, "height": 800}]
    assert networks.telegram(hark, update(user, photo=sizes, caption="It came like this"))[0] == 200
    phone = f"4670{next(IDS)}"
    note = written(phone)
    note["entry"][0]["changes"][0]["value"]["messages"][0].update(type="audio", audio={"id": "voice1", "mime_type": "audio/ogg; codecs=opus"})
    assert networks.meta(hark, "number", note)[0] == 200
    psid = str(next(IDS))
    shot = {"mid": f"m_{uuid.uuid4().hex}", "attachments": [{"type": "image", "payload": {"url": f"{world.graph.url}/cdn/shot1"}}]}
    assert networks.meta(hark, "page", page(psid, message=shot))[0] == 200
    for address, name, kind, content in ((f"telegram:{user}", "photo.jpg", "image/jpeg", picture),
                                         (f"tel:+{phone}", "audio.ogg", "audio/ogg", voice),
                                         (f"messenger:page-1:{psid}", "image.png", "image/png", picture)):
        hark.wait_conversation(address)
        (entry,) = hark.inbound(address)
        (file,) = entry.content.attachments
        assert (file.file_name, file.content_type) == (name, kind) and not entry.content.remarks
        assert (file.blob.id, file.blob.size_bytes) == (hashlib.sha256(content).hexdigest(), len(content))


def test_the_pieces_of_an_album_are_entries_of_one_group_and_one_answer_is_for_all(world, hark, agent):
    world.telegram.files["piece"] = ("image/jpeg", b"\xff\xd8" + os.urandom(500))
    user, album = next(IDS), f"1355{next(IDS)}"
    pieces = [update(user, message_id=number, media_group_id=album, photo=[{"file_id": "piece"}]) for number in (1, 2, 3)]
    pieces[0]["message"]["caption"] = "All of it is broken"
    for piece in (*pieces, pieces[1]):
        assert networks.telegram(hark, piece)[0] == 200
    assert networks.telegram(hark, update(user, message_id=4))[0] == 200
    token = agent.take(hark.wait_conversation(f"telegram:{user}").id)
    entries = hark.inbound(f"telegram:{user}")
    assert [e.content.text for e in entries] == ["All of it is broken", "[photo]", "[photo]", "Where is my parcel?"]
    assert len({e.group for e in entries[:3]}) == 1 and album in entries[0].group and not entries[3].group
    before = len(world.telegram.sent)
    agent.reply(entries[0], "We send a new one.", token, seen_sequence=entries[3].sequence)
    world.telegram.wait(before + 1)
    assert all(e.obligation == protos.entry_pb2.OBLIGATION_STATE_ANSWERED for e in hark.inbound(f"telegram:{user}"))


def test_a_webhook_that_comes_again_fetches_nothing_again(world, hark):
    world.telegram.files["once"] = ("image/jpeg", b"\xff\xd8" + os.urandom(500))
    user = next(IDS)
    body = update(user, photo=[{"file_id": "once"}])
    for _ in range(3):
        assert networks.telegram(hark, body)[0] == 200
    assert world.telegram.given.count("once") == 1
    (entry,) = hark.inbound(f"telegram:{user}")
    assert len(entry.content.attachments) == 1
    changed = update(user, photo=[{"file_id": "once"}], caption="See")
    changed["edited_message"] = {**changed.pop("message"), "edit_date": int(time.time())}
    assert networks.telegram(hark, changed)[0] == 200
    assert len(hark.inbound(f"telegram:{user}")[1].content.attachments) == 1


def test_a_file_that_cannot_be_had_is_said_and_the_message_kept(world, hark):
    """Nothing is read from our own network because a stranger names it: not even this stand-in's neighbour."""
    inner = networks.Graph()
    inner.files["secret"] = ("text/plain", b"of the house")
    world.graph.files["huge"] = ("video/mp4", bytes(26 << 20))
    try:
        for url, why in ((f"{inner.url}/cdn/secret", "private address"), ("http://[::1]/x", "private address"),
                         (f"{world.graph.url}/cdn/gone", "HTTP 404"), (f"{world.graph.url}/cdn/huge", "larger than 25 MiB"),
                         ("file:///etc/passwd", "")):
            psid = str(next(IDS))
            message = {"mid": f"m_{uuid.uuid4().hex}", "text": "See", "attachments": [{"type": "file", "payload": {"url": url}}]}
            assert networks.meta(hark, "page", page(psid, message=message))[0] == 200
            hark.wait_conversation(f"messenger:page-1:{psid}")
            (entry,) = hark.inbound(f"messenger:page-1:{psid}")
            assert entry.content.text == "See\n[file]" and not entry.content.attachments
            (remark,) = entry.content.remarks
            assert "could not be fetched" in remark and why in remark and url not in remark
    finally:
        inner.close()


def test_a_webhook_that_comes_twice_is_one_entry_also_after_a_restart(hark):
    user = next(IDS)
    body = update(user)
    assert networks.telegram(hark, body)[0] == 200
    assert networks.telegram(hark, body)[0] == 200
    assert hark.stop() == 0
    hark.start()
    assert networks.telegram(hark, body)[0] == 200
    assert len(hark.inbound(f"telegram:{user}")) == 1


def test_a_wrong_proof_is_refused_and_counted(hark):
    user = next(IDS)
    assert networks.telegram(hark, update(user), secret="somebody-elses")[0] == 401
    assert networks.meta(hark, "page", page("psid-wrong"), secret="f" * 32)[0] == 401
    raw = json.dumps(page("psid-wrong")).encode()
    assert networks.post(hark, "page", raw)[0] == 401
    assert hark.conversation_of(f"telegram:{user}") is None and hark.conversation_of("messenger:page-1:psid-wrong") is None
    assert 'hark_social_webhooks_total{account="page",outcome="refused"} 2' in hark.get("/metrics")


def test_meta_finds_out_that_we_are_who_was_configured(hark):
    path = "/webhooks/page?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
    assert hark.get(path + "verify-me") == "1158201444"
    with pytest.raises(urllib.error.HTTPError) as refused:
        hark.get(path + "verify-you")
    assert refused.value.code == 403
    with pytest.raises(urllib.error.HTTPError) as unknown:
        hark.get("/webhooks/nobody?hub.mode=subscribe")
    assert unknown.value.code == 404


def test_what_cannot_be_read_is_kept_and_what_is_too_large_is_refused(hark):
    assert networks.telegram(hark, b"not json")[0] == 200
    assert networks.telegram(hark, {"update_id": 1, "poll": {"id": "1"}})[0] == 200
    reasons = hark.ctl("quarantine").stdout
    assert "not a JSON object" in reasons and "an update that is no message" in reasons
    user = next(IDS)
    assert networks.telegram(hark, update(user, dice={"value": 3}))[0] == 200
    assert hark.inbound(f"telegram:{user}")[0].content.text == "[unsupported message]"
    assert networks.telegram(hark, b" " * ((3 << 20) + 1))[0] == 413


def test_a_long_answer_goes_out_in_pieces_in_their_order(world, hark, agent):
    user = next(IDS)
    networks.telegram(hark, update(user))
    text = " ".join(str(i) for i in range(2500))
    before = len(world.telegram.sent)
    reply = answer(hark, agent, f"telegram:{user}", text)
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_SENT)
    pieces = [one["text"] for one in world.telegram.sent[before:]]
    assert len(pieces) == 3 and "".join(pieces) == text and not world.telegram.refused


def test_messenger_tells_how_far_an_answer_has_come(world, hark, agent):
    user = f"psid-{next(IDS)}"
    assert networks.meta(hark, "page", page(user))[0] == 200
    before = len(world.graph.sent)
    reply = answer(hark, agent, f"messenger:page-1:{user}")
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_SENT)
    (sent,) = world.graph.sent[before:]
    assert sent == {"recipient": {"id": user}, "messaging_type": "RESPONSE", "message": {"text": "It left today.", "metadata": reply.id}}
    echo = {"mid": "m_echo", "is_echo": True, "metadata": reply.id, "text": "It left today."}
    body = page("page-1", message=echo)
    body["entry"][0]["messaging"][0]["recipient"]["id"] = user
    assert networks.meta(hark, "page", body)[0] == 200
    watermark = int(time.time() * 1000) + 1000
    networks.meta(hark, "page", page(user, delivery={"watermark": watermark}))
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_DELIVERED)
    networks.meta(hark, "page", page(user, read={"watermark": watermark}))
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_READ)
    networks.meta(hark, "page", page(user, delivery={"watermark": watermark}))
    assert delivery(hark, reply) == STATE.DELIVERY_STATE_READ


def test_an_answer_after_the_window_is_not_sent(world, hark, agent):
    user = f"psid-{next(IDS)}"
    networks.meta(hark, "page", page(user, age_hours=25))
    before = len(world.graph.sent) + len(world.graph.refused)
    with pytest.raises(grpc.RpcError) as refused:
        answer(hark, agent, f"messenger:page-1:{user}")
    assert protos.reason_of(refused.value) == "WINDOW_CLOSED"
    assert len(world.graph.sent) + len(world.graph.refused) == before


def test_whatsapp_says_that_an_answer_was_read_or_why_it_failed(world, hark, agent):
    phone = f"371{next(IDS):08d}"
    assert networks.meta(hark, "number", written(phone))[0] == 200
    before = len(world.graph.sent)
    reply = answer(hark, agent, f"tel:+{phone}")
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_SENT)
    (sent,) = world.graph.sent[before:]
    assert sent["to"] == phone and sent["text"] == {"body": "It left today."}
    networks.meta(hark, "number", number(statuses=[{"id": sent["id"], "status": "read", "timestamp": "1", "recipient_id": phone}]))
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_READ)

    other = f"371{next(IDS):08d}"
    networks.meta(hark, "number", written(other))
    failed = answer(hark, agent, f"tel:+{other}")
    hark.wait_delivery(failed, STATE.DELIVERY_STATE_SENT)
    status = {"id": world.graph.sent[-1]["id"], "status": "failed", "timestamp": "1", "recipient_id": other,
              "errors": [{"code": 131026, "title": "Message undeliverable"}]}
    networks.meta(hark, "number", number(statuses=[status]))
    assert "131026" in hark.wait_delivery(failed, STATE.DELIVERY_STATE_BOUNCED).delivery_detail


@pytest.mark.parametrize("one, other", [("551187654321", "5511987654321"), ("541123456789", "5491123456789"), ("525512345678", "5215512345678"),
                                        ("5511987654320", "551187654320"), ("5491123456780", "541123456780"), ("5215512345670", "525512345670")])
def test_a_number_written_in_two_ways_is_one_customer_and_is_answered_as_it_came(world, hark, agent, one, other):
    for phone in (one, other):
        assert networks.meta(hark, "number", written(phone, f"from {phone}"))[0] == 200
    everybody = {c.id: c for c in hark.all_conversations()}
    owners = {e.conversation_id for c in everybody for e in hark.timeline(c) if e.content.text in (f"from {one}", f"from {other}")}
    assert len(owners) == 1
    (conversation,) = owners
    token = agent.take(conversation)
    for phone in (one, other):
        (entry,) = [e for e in hark.timeline(conversation) if e.content.text == f"from {phone}"]
        before = len(world.graph.sent)
        agent.reply(entry, "Hello!", token)
        assert world.graph.wait(before + 1)[-1]["to"] == phone


def test_a_webhook_of_one_account_may_speak_for_another_of_the_same_app(hark):
    phone = f"371{next(IDS):08d}"
    assert networks.meta(hark, "page", written(phone))[0] == 200
    assert hark.inbound(f"tel:+{phone}")[0].account_id == "number"


def test_a_refusal_for_now_is_tried_again(world, hark, agent):
    user = next(IDS)
    networks.telegram(hark, update(user))
    world.telegram.next.append(Refusal(429, {"ok": False, "error_code": 429, "description": "Too Many Requests",
                                             "parameters": {"retry_after": 1}}))
    before = len(world.telegram.sent)
    reply = answer(hark, agent, f"telegram:{user}")
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_SENT)
    assert len(world.telegram.sent) == before + 1


def test_a_customer_who_blocked_us_gets_nothing_more_and_the_agent_is_told(world, hark, agent):
    user = next(IDS)
    networks.telegram(hark, update(user))
    world.telegram.next.append(Refusal(403, {"ok": False, "error_code": 403, "description": "Forbidden: bot was blocked by the user"}))
    reply = answer(hark, agent, f"telegram:{user}")
    assert "blocked" in hark.wait_delivery(reply, STATE.DELIVERY_STATE_FAILED).delivery_detail


def test_an_answer_of_which_nobody_knows_is_not_sent_again(world, hark, agent):
    user = next(IDS)
    networks.telegram(hark, update(user))
    world.telegram.next.append("hang up")
    before = len(world.telegram.sent)
    reply = answer(hark, agent, f"telegram:{user}")
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_UNKNOWN)
    assert len(world.telegram.sent) == before + 1


def test_a_request_that_cannot_be_kept_is_to_come_again(hark):
    user = next(IDS)
    body = update(user)
    frozen = hark.redis_pids()
    for pid in frozen:
        os.kill(pid, signal.SIGSTOP)
    try:
        status, _, headers = networks.telegram(hark, body)
    finally:
        for pid in frozen:
            os.kill(pid, signal.SIGCONT)
    assert status == 503 and int(headers["Retry-After"]) > 0
    wait_for("it is taken", lambda: networks.telegram(hark, body)[0] == 200, every=0.2)
    assert len(hark.inbound(f"telegram:{user}")) == 1


def test_a_wrong_token_pauses_the_account_and_loses_nothing(tmp_path):
    world = Outside(tmp_path)
    try:
        hark = world.hark.start()
        agent = Agent(hark, "ana")
        world.telegram.next.append(Refusal(401, {"ok": False, "error_code": 401, "description": "Unauthorized"}))
        replies = []
        for user in (next(IDS), next(IDS)):
            networks.telegram(hark, update(user))
            replies.append(answer(hark, agent, f"telegram:{user}"))
            wait_for("the agent is told", lambda: hark.entry(replies[-1].conversation_id, replies[-1].id).delivery_detail)
        agent.leave()
        assert [delivery(hark, reply) for reply in replies] == [STATE.DELIVERY_STATE_QUEUED] * 2
        assert len(world.telegram.refused) == 1 and not world.telegram.sent
    finally:
        world.close()


def test_a_kill_between_sending_and_its_answer_sends_nothing_twice(tmp_path):
    world = Outside(tmp_path)
    try:
        hark = world.hark.start()
        agent = Agent(hark, "ana")
        user = next(IDS)
        networks.telegram(hark, update(user))
        world.telegram.next.append("stay silent")
        reply = answer(hark, agent, f"telegram:{user}")
        assert world.telegram.held.wait(15)
        agent.leave()
        hark.kill()
        hark.start()
        # The lease of the one that was killed runs out after a minute.
        wait_for("the reply is unknown", lambda: delivery(hark, reply) == STATE.DELIVERY_STATE_UNKNOWN, 100)
        assert len(world.telegram.sent) == 1
    finally:
        world.close()


RECORDED = {"courier-telegram": "bot", "courier-facebook": "page", "courier-instagram": "insta", "courier-whatsapp": "number",
            "courier-viber": "viber", "courier-vk": "vk"}


def recorded_accounts(telegram, graph):
    found = accounts(telegram, graph)
    meta = found[1]["social"]
    for account in found[1:]:
        account["social"]["own_id"] = "1234567890"
    return found + [{"id": "insta", "social": {**meta, "network": "instagram"}},
                    {"id": "viber", "social": {"network": "viber", "access_token": TOKEN}},
                    {"id": "vk", "social": {"network": "vk", "own_id": "1", "access_token": TOKEN, "secret": "abc123xyz-abc123xyz",
                                            "verify_token": "a1b2c3"}}]


def post_recorded(hark, account, raw):
    if account == "bot":
        return networks.telegram(hark, raw)
    if account == "viber":
        return networks.post(hark, account, raw, X_Viber_Content_Signature=hmac.new(TOKEN.encode(), raw, hashlib.sha256).hexdigest())
    if account == "vk":
        return networks.post(hark, account, raw.replace(b'"abc123xyz"', b'"abc123xyz-abc123xyz"'))
    return networks.meta(hark, account, raw)


@pytest.mark.skipif(not os.environ.get("HARK_SAMPLES"), reason="HARK_SAMPLES does not name the folder with recorded payloads")
def test_what_others_recorded_arrives_through_the_front_door(tmp_path):
    telegram, graph = Telegram(), Graph()
    hark = Hark(tmp_path, config_yaml(accounts=recorded_accounts(telegram, graph)))
    try:
        hark.start()
        compared = 0
        for folder, account in RECORDED.items():
            for file in sorted((pathlib.Path(os.environ["HARK_SAMPLES"]) / folder).glob("*.expected.json")):
                source = file.with_name(file.name.replace(".expected.json", ".json"))
                expected = [one for one in json.loads(file.read_text()) if "ExpectedURN" in one]
                if not source.exists() or not expected:
                    continue
                # They reuse one id for many messages, which here would be one message many times.
                raw = source.read_bytes().replace(b"external_id", f"id-{compared}".encode())
                raw = re.sub(rb'"id":\s*1,', b'"id": %d,' % (1000 + compared), raw)
                assert post_recorded(hark, account, raw)[0] == 200, source
                person = expected[0]["ExpectedURN"].partition(":")[2].partition("#")[0]
                entries = [e for c in hark.all_conversations() if any(a.address.endswith(person) for a in c.addresses)
                           for e in hark.timeline(c.id) if e.account_id == account]
                assert any(expected[0].get("ExpectedMsgText", "") in e.content.text for e in entries), source
                compared += 1
        assert compared >= 25
        inbound = [e.native_id for c in hark.all_conversations() for e in hark.timeline(c.id) if e.native_id]
        assert len(set(inbound)) == len(inbound)
        audit = hark.command("audit", "--config", str(hark.config), "--data", str(hark.data), check=False)
        assert audit.returncode == 0, audit.stdout + audit.stderr
    finally:
        hark.end()
        telegram.close()
        graph.close()
