"""What agents send on social networks besides words, and until when: files, templates, windows, the pace of each account."""
import itertools
import json
import time
import uuid

import grpc
import pytest

from support import networks, protos
from support.hark import free_port_base, wait_for
from support.networks import APP_SECRET, TOKEN, Graph, Refusal, Telegram, Viber, Vk, meta_account, telegram_account
from support.world import World, shared

STATE = protos.channel_pb2
IDS = itertools.count(61_000)
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\x03\x20\0\0\x02\x58\x08\2" + bytes(range(256)) * 40
PDF = b"%PDF-1.4\r\n--boundary\r\n" + bytes(range(256)) * 20
TEMPLATES = [{"name": "order_ready", "language": "en", "text": "Dear {{2}}, order {{1}} is ready."},
             {"name": "hello", "language": "lv", "text": "Labdien!"}]


class Outside(World):
    def __init__(self, folder):
        self.telegram, self.graph, self.viber, self.vk = Telegram(), Graph(), Viber(), Vk()
        port = free_port_base()
        viber = {"network": "viber", "access_token": TOKEN, "base_url": self.viber.url}
        super().__init__(folder, self.telegram, self.graph, self.viber, self.vk, accounts=[
            telegram_account("bot", self.telegram), telegram_account("slow", self.telegram, per_second=2),
            meta_account("page", "messenger", "page-1", self.graph), meta_account("ig", "instagram", "ig-1", self.graph),
            meta_account("number", "whatsapp", "number-1", self.graph, templates=TEMPLATES),
            {"id": "viber", "social": {**viber, "public_url": f"http://127.0.0.1:{port}"}}, {"id": "shut", "social": viber},
            {"id": "vk", "social": {"network": "vk", "own_id": "1", "access_token": TOKEN, "secret": APP_SECRET, "verify_token": "verify-me",
                                    "base_url": self.vk.url}}])
        self.hark.port_base = port


world, hark = shared(Outside)


def from_telegram(hark, account="bot"):
    user = next(IDS)
    body = {"update_id": next(IDS), "message": {"message_id": 1, "from": {"id": user, "first_name": "Ana"}, "chat": {"id": user, "type": "private"},
                                                "date": int(time.time()), "text": "Hello"}}
    assert networks.telegram(hark, body, account=account)[0] == 200
    return f"telegram:{user}"


def from_page(hark, account="page", age_hours=0):
    own, kind = ("page-1", "page") if account == "page" else ("ig-1", "instagram")
    user = f"psid{next(IDS)}"
    event = {"sender": {"id": user}, "recipient": {"id": own}, "timestamp": int((time.time() - age_hours * 3600) * 1000),
             "message": {"mid": f"m_{uuid.uuid4().hex}", "text": "Hello"}}
    assert networks.meta(hark, account, {"object": kind, "entry": [{"id": own, "messaging": [event]}]})[0] == 200
    return f"{'messenger' if account == 'page' else 'instagram'}:{own}:{user}"


def from_whatsapp(hark, age_hours=0, phone=None):
    phone = phone or f"4670{next(IDS)}"
    message = {"from": phone, "id": f"wamid.{uuid.uuid4().hex}", "timestamp": str(int(time.time() - age_hours * 3600)), "type": "text",
               "text": {"body": "Hello"}}
    value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": "number-1"},
             "contacts": [{"wa_id": phone, "profile": {"name": "Ana"}}], "messages": [message]}
    body = {"object": "whatsapp_business_account", "entry": [{"id": "waba-1", "changes": [{"field": "messages", "value": value}]}]}
    assert networks.meta(hark, "number", body)[0] == 200
    return f"tel:+{phone}"


def from_viber(hark, account="viber"):
    user = f"user{next(IDS)}"
    raw = json.dumps({"event": "message", "message_token": next(IDS), "timestamp": int(time.time() * 1000), "sender": {"id": user, "name": "Ana"},
                      "message": {"type": "text", "text": "Hello"}}).encode()
    assert networks.viber(hark, account, raw)[0] == 200
    return f"viber:{account}:{user}"


def from_vk(hark):
    user = next(IDS)
    body = {"type": "message_new", "group_id": 1, "secret": APP_SECRET,
            "object": {"message": {"id": next(IDS), "date": int(time.time()), "from_id": user, "peer_id": user, "text": "Hello"}}}
    assert networks.post(hark, "vk", json.dumps(body).encode())[1] == "ok"
    return f"vk:1:{user}"


def put(hark, name, content, kind):
    stub = protos.blob_service_pb2_grpc.BlobServiceStub(hark.channel())
    chunks = (protos.blob_service_pb2.PutBlobRequest(chunk=content[at:at + 200_000]) for at in range(0, len(content), 200_000))
    return STATE.Attachment(blob=stub.PutBlob(chunks, timeout=20).blob, file_name=name, content_type=kind)


def answer(hark, agent, address, text="", **more):
    token = agent.take(hark.wait_conversation(address).id)
    return agent.reply(hark.inbound(address)[-1], text, token, **more)


def refused(reason, call):
    with pytest.raises(grpc.RpcError) as error:
        call()
    assert reason in protos.reason_of(error.value), error.value
    return error.value.details()


def test_telegram_gets_pictures_as_photos_and_everything_else_as_documents_before_the_words(world, hark, agent):
    address = from_telegram(hark)
    before = len(world.telegram.sent)
    reply = answer(hark, agent, address, "Here they are.",
                   attachments=[put(hark, "skice.png", PNG, "image/png"), put(hark, "rēķins \"1\".pdf", PDF, "application/pdf"),
                                put(hark, "broken.png", b"no picture", "image/png")])
    hark.wait_delivery(reply)
    photo, document, broken, words = world.telegram.sent[before:]
    assert (broken["kind"], broken["name"]) == ("document", "broken.png")
    assert (photo["kind"], photo["content"]) == ("photo", PNG)
    assert (document["kind"], document["content"]) == ("document", PDF) and document["name"].startswith("rēķins")
    assert words["text"] == "Here they are." and not world.telegram.refused
    shown = hark.entry(reply.conversation_id, reply.id).content
    assert [file.file_name for file in shown.attachments] == ["skice.png", "rēķins \"1\".pdf", "broken.png"]


def test_meta_is_handed_the_file_first_and_then_shows_it(world, hark, agent):
    address = from_page(hark)
    before, kept = len(world.graph.sent), len(world.graph.kept)
    hark.wait_delivery(answer(hark, agent, address, attachments=[put(hark, "a.png", PNG, "image/png")]))
    (file,), (sent,) = world.graph.kept[kept:], world.graph.sent[before:]
    assert (file["kind"], file["content"], file["name"]) == ("image", PNG, "a.png")
    assert sent["message"]["attachment"] == {"type": "image", "payload": {"attachment_id": file["kept"]}}
    hark.wait_delivery(answer(hark, agent, from_page(hark, "ig"), attachments=[put(hark, "a.pdf", PDF, "application/pdf")]))
    assert world.graph.kept[-1]["kind"] == "file" and world.graph.sent[-1]["message"]["attachment"]["type"] == "file"
    phone = from_whatsapp(hark)
    hark.wait_delivery(answer(hark, agent, phone, "See", attachments=[put(hark, "a.pdf", PDF, "application/pdf")]))
    document, words = world.graph.sent[-2:]
    assert document["document"] == {"id": world.graph.kept[-1]["kept"], "filename": "a.pdf"} and words["text"]["body"] == "See"
    assert not world.graph.refused


def test_viber_fetches_the_file_from_us_by_a_link_that_opens_nothing_else(world, hark, agent):
    hark.wait_delivery(answer(hark, agent, from_viber(hark), attachments=[put(hark, "a.png", PNG, "image/png"), put(hark, "a b.pdf", PDF, "application/pdf")]))
    picture, document = world.viber.sent[-2:]
    assert [content for _, content in world.viber.fetched[-2:]] == [PNG, PDF] and not world.viber.refused
    assert document["file_name"] == "a b.pdf" and document["media"].endswith("/a%20b.pdf") and picture["type"] == "picture"
    blob, other = [link["media"].split("/")[8] for link in (picture, document)]
    forged = picture["media"].replace(blob, other).removeprefix(f"http://127.0.0.1:{hark.http}")
    assert networks.get(hark, forged)[0] == 404 and networks.get(hark, "/social/files/viber/1/2")[0] == 404
    assert networks.get(hark, picture["media"].removeprefix(f"http://127.0.0.1:{hark.http}"))[0] == 200


def test_vk_is_asked_where_to_put_the_file_and_told_what_became_of_it(world, hark, agent):
    hark.wait_delivery(answer(hark, agent, from_vk(hark), "Both", attachments=[put(hark, "a.png", PNG, "image/png"), put(hark, "a.pdf", PDF, "application/pdf")]))
    assert [one.get("attachment", one.get("message")) for one in world.vk.sent[-3:]] == ["photo-1_5_key", "doc-1_6", "Both"]
    assert [one["content"] for one in world.vk.kept if "content" in one] == [PNG, PDF] and not world.vk.refused


def test_what_a_network_does_not_take_is_refused_before_it_is_sent(world, hark, agent):
    address = from_whatsapp(hark)
    token = agent.take(hark.wait_conversation(address).id)
    (entry,) = hark.inbound(address)
    for file, words in ((put(hark, "a.exe", b"MZ", "application/x-msdownload"), "does not take"),
                        (put(hark, "a.png", b"\x89PNG" + bytes(5 << 20), "image/png"), "larger than 5 MiB")):
        assert words in refused("FILE_UNSENDABLE", lambda: agent.reply(entry, "See", token, attachments=[file]))
    many = [put(hark, f"{i}.png", PNG + bytes([i]), "image/png") for i in range(11)]
    assert "at most 10 files" in refused("FILE_UNSENDABLE", lambda: agent.reply(entry, "See", token, attachments=many))
    shut = from_viber(hark, "shut")
    token = agent.take(hark.wait_conversation(shut).id)
    assert "public_url" in refused("FILE_UNSENDABLE", lambda: agent.reply(hark.inbound(shut)[-1], "See", token, attachments=many[:1]))
    assert len(hark.timeline(entry.conversation_id)) == 2  # the message, and that it was taken


def test_a_file_that_is_refused_keeps_the_words_back_and_one_that_is_not_answered_is_not_sent_twice(world, hark, agent):
    address = from_telegram(hark)
    before = len(world.telegram.sent)
    world.telegram.next = [Refusal(400, {"ok": False, "error_code": 400, "description": "Bad Request: IMAGE_PROCESS_FAILED"})]
    reply = answer(hark, agent, address, "Here", attachments=[put(hark, "a.png", PNG, "image/png")])
    assert "IMAGE_PROCESS_FAILED" in hark.wait_delivery(reply, STATE.DELIVERY_STATE_FAILED).delivery_detail
    assert len(world.telegram.sent) == before
    world.telegram.next = ["hang up"]
    again = from_telegram(hark)
    lost = answer(hark, agent, again, "Here", attachments=[put(hark, "b.pdf", PDF, "application/pdf")])
    hark.wait_delivery(lost, STATE.DELIVERY_STATE_UNKNOWN)
    assert len(world.telegram.sent) == before + 1  # the file, once; and never the words after it


def test_a_hand_over_that_fails_is_begun_again_and_shown_once(world, hark, agent):
    address = from_page(hark)
    before = len(world.graph.sent)
    world.graph.next = ["hang up"]
    reply = answer(hark, agent, address, attachments=[put(hark, "c.png", PNG, "image/png")])
    hark.wait_delivery(reply, seconds=30)
    assert len(world.graph.sent) == before + 1


def test_ctl_sends_files_and_says_what_can_be_sent(world, hark, agent, tmp_path):
    address = from_telegram(hark)
    agent.take(hark.wait_conversation(address).id)
    path = tmp_path / "offer.pdf"
    path.write_bytes(PDF)
    before = len(world.telegram.sent)
    shown = hark.ctl("reply", "--entry", hark.inbound(address)[-1].id, "--text", "Our offer", "--file", str(path)).stdout
    assert "attachment: offer.pdf (application/pdf" in shown
    assert world.telegram.wait(before + 2)[before]["content"] == PDF
    rules = hark.ctl("sending").stdout
    assert "number (WhatsApp): up to 10 files" in rules and "template order_ready (en)" in rules and "public_url" in rules


def test_the_window_is_told_and_opens_anew_with_the_customers_next_message(world, hark, agent):
    address = from_whatsapp(hark, age_hours=20)
    conversation = hark.wait_conversation(address)
    (window,) = conversation.reply_windows
    assert (window.account_id, window.address) == ("number", address)
    assert abs(window.closes_at_ms / 1000 - time.time() - 4 * 3600) < 60
    assert hark.inbound(address)[0].answerable_until_ms == window.closes_at_ms
    assert "are taken until" in hark.ctl("timeline", conversation.id).stdout
    from_whatsapp(hark, phone=address.removeprefix("tel:+"))
    from_whatsapp(hark, age_hours=22, phone=address.removeprefix("tel:+"))  # comes late, shortens nothing
    wait_for("three messages", lambda: len(hark.inbound(address)) == 3)
    (window,) = hark.conversation_of(address).reply_windows
    assert window.closes_at_ms / 1000 - time.time() > 23 * 3600


def test_after_the_window_only_a_template_goes_out_filled_in(world, hark, agent):
    address = from_whatsapp(hark, age_hours=25)
    token = agent.take(hark.wait_conversation(address).id)
    (entry,) = hark.inbound(address)
    before = len(world.graph.sent) + len(world.graph.refused)
    assert "template" in refused("WINDOW_CLOSED", lambda: agent.reply(entry, "Hello", token))
    filled = protos.sending_pb2.FilledTemplate(name="order_ready", language="en")
    assert "{{1}}" in refused("TEMPLATE_UNFIT", lambda: agent.reply(entry, "", token, template=filled))
    filled.fields.add(name="2", value="Ana")
    filled.fields.add(name="1", value="A-17")
    refused("INVALID_FIELD", lambda: agent.reply(entry, "and words", token, template=filled))
    assert len(world.graph.sent) + len(world.graph.refused) == before
    reply = agent.reply(entry, "", token, template=filled)
    assert reply.content.text == "Dear Ana, order A-17 is ready." and reply.template.name == "order_ready"
    hark.wait_delivery(reply)
    parameters = [{"type": "text", "text": "A-17"}, {"type": "text", "text": "Ana"}]
    assert world.graph.sent[-1]["template"] == {"name": "order_ready", "language": {"code": "en"},
                                                "components": [{"type": "body", "parameters": parameters}]}
    again = from_whatsapp(hark, age_hours=30)
    agent.take(hark.wait_conversation(again).id)
    hark.ctl("reply", "--entry", hark.inbound(again)[-1].id, "--template", "hello", "--language", "lv")
    wait_for("the template", lambda: world.graph.sent[-1].get("template") == {"name": "hello", "language": {"code": "lv"}})


def test_an_agent_writes_first_by_a_template_and_the_answer_lands_in_its_thread(world, hark, agent):
    phone = f"371{25_000_000 + next(IDS)}"
    filled = protos.sending_pb2.FilledTemplate(name="order_ready", language="en")
    for name, value in (("1", "A-17"), ("2", "Ana")):
        filled.fields.add(name=name, value=value)
    request = protos.conversation_service_pb2.StartRequest(
        idempotency_key=uuid.uuid4().hex, agent_id="ana", account_id="number", to=dict(address=f"tel:+{phone}", name="Ana"), template=filled)
    started = hark.conversations().Start(request).entry
    assert hark.conversations().Start(request).entry.id == started.id
    assert started.content.text == "Dear Ana, order A-17 is ready." and started.reason == "written first, by WhatsApp from number"
    hark.wait_delivery(started)
    sent = world.graph.sent[-1]
    assert sent["to"] == phone and sent["template"]["name"] == "order_ready" and len([s for s in world.graph.sent if s.get("to") == phone]) == 1
    assert not hark.conversation_of(f"tel:+{phone}").HasField("ticket")
    from_whatsapp(hark, phone=phone)
    offer = agent.wait_offer(started.conversation_id)
    assert "asked for by name" in offer.explanation
    (answered,) = hark.inbound(f"tel:+{phone}")
    assert answered.thread_id == started.thread_id
    hark.wait_delivery(agent.reply(answered, "Until five.", agent.accept(offer)))
    told = hark.ctl("start", "--account", "number", "--to", f"+371{25_000_000 + next(IDS)}", "--template", "hello", "--language", "lv").stdout
    assert "started" in told and "Labdien!" in told
    assert "template" in refused("INVALID_FIELD", lambda: hark.conversations().Start(protos.conversation_service_pb2.StartRequest(
        idempotency_key=uuid.uuid4().hex, account_id="number", to=dict(address=f"tel:+{phone}"), text="Words")))


def test_a_repeated_command_is_told_its_first_answer_though_the_window_has_closed_since(world, hark, agent):
    address = from_whatsapp(hark, age_hours=24 - 4 / 3600)
    token = agent.take(hark.wait_conversation(address).id)
    (entry,) = hark.inbound(address)
    key = uuid.uuid4().hex
    first = agent.reply(entry, "In time", token, key=key)
    wait_for("the window has closed", lambda: time.time() * 1000 > entry.answerable_until_ms)
    assert agent.reply(entry, "In time", token, key=key).id == first.id
    refused("WINDOW_CLOSED", lambda: agent.reply(entry, "Too late", token))


def test_an_account_keeps_its_pace_and_the_others_do_not_wait_for_it(world, hark, agent):
    """Two in a second: five answers take two seconds at least."""
    addresses = [from_telegram(hark, "slow") for _ in range(5)]
    tokens = [agent.take(hark.wait_conversation(address).id) for address in addresses]
    entries = [hark.inbound(address)[-1] for address in addresses]
    began = time.monotonic()
    replies = [agent.reply(entry, "Now", token) for entry, token in zip(entries, tokens)]
    for reply in replies:
        hark.wait_delivery(reply)
    assert time.monotonic() - began > 1.9


def test_silence_that_a_network_asks_for_is_kept(world, hark, agent):
    address = from_page(hark)
    world.graph.next = [Refusal(429, {"error": {"message": "slow down", "code": 99}}, Retry_After="3")]
    began = time.monotonic()
    reply = answer(hark, agent, address, "Later then")
    hark.wait_delivery(reply, seconds=30)
    assert time.monotonic() - began > 3
