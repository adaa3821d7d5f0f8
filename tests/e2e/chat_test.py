"""Visitors over the real WebSocket, agents over gRPC: a chat from its first word to the answer, whatever breaks between."""
import contextlib
import hashlib
import json
import subprocess
import urllib.error
import urllib.request
import uuid

import pytest
import websockets

from support import mail, protos
from support import hark as hark_process
from support.agent import Agent
from support.chat import Loop, Visitor, signature
from support.console import Console
from support.hark import wait_for

SECRET = "the secret of the test shop"
SHOP = "https://shop.example.com"


def chat_config(relay_port=None, **chat):
    accounts = [
        {"id": "support", "name": "Support", "email": {"address": "support@hark.test"}},
        {"id": "site", "name": "Test shop", "chat": {"origins": [SHOP], "identity_secret": SECRET}},
        {"id": "members", "name": "Members", "chat": {"origins": [], "identity_secret": SECRET, "identity_required": True}},
    ]
    return hark_process.config_yaml(relay_port, accounts=accounts, chat={"messages_per_minute": 600, "messages_per_minute_and_address": 100000, **chat})


@pytest.fixture(scope="module")
def hark(tmp_path_factory):
    one = hark_process.Hark(tmp_path_factory.mktemp("hark"), chat_config())
    try:
        yield one.start()
    finally:
        one.end()


@pytest.fixture
def visitor(hark):
    one = Visitor(hark)
    yield one
    one.close()


def conversation_of(hark, visitor):
    return hark.wait_conversation(visitor.address)


def take(hark, agent, visitor):
    """The visitor's conversation and the token of the agent's assignment."""
    conversation = conversation_of(hark, visitor)
    return conversation, agent.take(conversation.id)


def last_inbound(hark, conversation):
    return [e for e in hark.timeline(conversation.id) if e.kind == protos.entry_pb2.ENTRY_KIND_INBOUND][-1]


def delivery(hark, conversation, entry):
    return protos.channel_pb2.DeliveryState.Name(hark.entry(conversation.id, entry.id).delivery).removeprefix("DELIVERY_STATE_")


def test_a_visitor_writes_and_reads_the_agents_answer(hark, agent, visitor):
    visitor.connect()
    assert visitor.frames[0]["welcome"]["accountName"] == "Test shop"
    visitor.write("Labdien! Kur ir mana paka?")
    conversation, token = take(hark, agent, visitor)
    question = last_inbound(hark, conversation)
    assert question.content.text == "Labdien! Kur ir mana paka?"
    assert question.channel == protos.channel_pb2.CHANNEL_CHAT
    reply = agent.reply(question, "Tā ir ceļā.", token, from_name="Ana")
    answer = visitor.wait_answer("Tā ir ceļā.")
    assert answer["agentName"] == "Ana"
    wait_for("it is delivered", lambda: delivery(hark, conversation, reply) == "DELIVERED")
    visitor.seen(int(answer["offset"]))
    wait_for("it is read", lambda: delivery(hark, conversation, reply) == "READ")
    visitor.write("Paldies!")
    assert [e.thread_id for e in hark.timeline(conversation.id) if e.thread_id].count(question.thread_id) >= 3
    agent.resolve(conversation.ticket.id, token, waive_reason="thanks")


def test_an_offline_visitor_finds_the_answer_later(hark, agent, visitor):
    visitor.connect()
    visitor.write("I must go in a moment")
    conversation, token = take(hark, agent, visitor)
    visitor.close()
    reply = agent.reply(last_inbound(hark, conversation), "Here when you are back", token)
    wait_for("it waits for the visitor", lambda: delivery(hark, conversation, reply) == "SENT")
    visitor.connect()
    assert visitor.resumed
    visitor.wait_answer("Here when you are back")
    wait_for("it is delivered", lambda: delivery(hark, conversation, reply) == "DELIVERED")


def test_an_answer_is_delivered_to_a_page_that_goes_on_after_it(hark, agent):
    silent = Visitor(hark, acknowledges=False).connect()
    silent.write("I say nothing of what I have")
    conversation, token = take(hark, agent, silent)
    reply = agent.reply(last_inbound(hark, conversation), "Then I ask you", token)
    silent.wait_answer("Then I ask you")
    silent.drop()
    assert delivery(hark, conversation, reply) == "SENT"
    silent.connect()
    assert silent.resumed
    wait_for("it is delivered", lambda: delivery(hark, conversation, reply) == "DELIVERED")
    silent.close()


def test_a_note_is_never_seen_by_the_visitor(hark, agent, visitor):
    visitor.connect()
    visitor.write("Hello")
    conversation, token = take(hark, agent, visitor)
    service = protos.conversation_service_pb2
    hark.conversations().AddNote(service.AddNoteRequest(idempotency_key=uuid.uuid4().hex, conversation_id=conversation.id, agent_id="ana",
                                                        text="rude customer"), timeout=10)
    agent.reply(last_inbound(hark, conversation), "How can I help?", token)
    visitor.wait_answer("How can I help?")
    assert [item.get("text") for item in visitor.items.values()] == ["Hello", "How can I help?"]


def test_the_same_client_id_is_one_message_with_one_acknowledgement(hark, visitor):
    visitor.connect()
    visitor.write("once", client_id="same")
    first = visitor.acked.pop("same")
    assert not any("acked" in frame for frame in visitor.frames), "its item says as much"
    for _ in range(5):
        visitor.write("once", client_id="same")
        assert visitor.acked.pop("same") == first
    other_tab = Visitor(hark)
    other_tab.token = visitor.token
    other_tab.connect()
    other_tab.write("once", client_id="same")
    assert len(hark.inbound(visitor.address)) == 1
    assert list(visitor.items) == [1]
    other_tab.close()


# FIELD 36
def test_messages_that_rush_in_stand_in_the_order_in_which_they_were_written(hark, visitor):
    visitor.connect()
    visitor.write("first")
    conversation = conversation_of(hark, visitor)
    page = Console(hark).sign_in("ana")
    page.open(conversation.id)
    for number in range(150):  # nobody waits for an acknowledgement
        visitor.say({"write": {"clientId": f"rush-{number}", "text": str(number)}})
    visitor.wait("all acknowledgements", lambda: sum(client.startswith("rush-") for client in visitor.acked) == 150, 60)
    written = ["first"] + [str(number) for number in range(150)]
    entries = hark.timeline(conversation.id)
    assert [e.content.text for e in entries if e.kind == protos.entry_pb2.ENTRY_KIND_INBOUND] == written
    assert [e.sequence for e in entries] == list(range(1, len(entries) + 1)), "given by the store, without gaps"
    page.wait("the last of them", lambda f: any(e["content"]["text"] == "149" for e in f["conversation"]["entries"] or []))
    shown = {}
    for frame in page.frames:
        shown.update({int(e["sequence"]): e["content"]["text"] for e in frame["conversation"]["entries"] or [] if e["kind"] == "ENTRY_KIND_INBOUND"})
    assert [shown[sequence] for sequence in sorted(shown)] == written, "on the agent's page as well"
    page.close()


def test_two_tabs_see_the_same_and_share_what_was_read(hark, agent, visitor):
    visitor.connect()
    other = Visitor(hark)
    other.token = visitor.token
    other.connect()
    visitor.write("from one tab")
    other.wait("the message in the other tab", lambda: 1 in other.items)
    conversation, token = take(hark, agent, visitor)
    agent.reply(last_inbound(hark, conversation), "to both", token)
    visitor.wait_answer("to both")
    other.wait_answer("to both")
    visitor.seen(2)
    other.wait("that it was read elsewhere", lambda: any(f.get("readElsewhere", {}).get("read") == "2" for f in other.frames))
    other.close()


def test_a_visitor_goes_on_by_epoch_and_offset_while_hark_is_killed(tmp_path):
    hark = hark_process.Hark(tmp_path, chat_config()).start()
    try:
        agent = Agent(hark, "ana")
        visitor = Visitor(hark).connect()
        sent = [visitor.write(f"message {n}") for n in range(5)]
        conversation, token = take(hark, agent, visitor)
        agent.reply(last_inbound(hark, conversation), "answer 0", token, seen_sequence=99)
        visitor.wait_answer("answer 0")
        epoch, offset = visitor.epoch, visitor.offset
        for round_number in range(1, 4):
            hark.kill()
            hark.start()
            visitor.connect()
            assert visitor.resumed and visitor.epoch == epoch
            # A page that is not sure whether its message arrived sends it again.
            visitor.write("message 4", client_id=sent[4])
            sent.append(visitor.write(f"after kill {round_number}"))
            question = last_inbound(hark, conversation)
            service = protos.conversation_service_pb2
            ticket = hark.conversations().GetConversation(service.GetConversationRequest(id=conversation.id), timeout=10).conversation.ticket
            hark.conversations().Reply(service.ReplyRequest(idempotency_key=uuid.uuid4().hex, entry_id=question.id, agent_id=ticket.agent_id,
                                                            assignment_token=ticket.assignment_token, text=f"answer {round_number}"), timeout=10)
            visitor.wait_answer(f"answer {round_number}")
        assert sorted(visitor.items) == list(range(1, visitor.offset + 1)) and visitor.offset > offset
        assert len(hark.inbound(visitor.address)) == len(sent)
        # A page that lost everything but its token gets all of it again, in the same order.
        fresh = Visitor(hark)
        fresh.token = visitor.token
        fresh.connect()
        fresh.wait("everything again", lambda: fresh.offset == visitor.offset)
        assert fresh.items == visitor.items
    finally:
        hark.end()


def test_a_page_that_cannot_go_on_is_told_to_start_afresh(hark, visitor):
    visitor.connect()
    visitor.write("one")
    visitor.close()
    visitor.epoch, visitor.offset = "another epoch", 1
    visitor.connect()
    assert visitor.resumed is False
    visitor.wait("the whole chat", lambda: list(visitor.items) == [1])
    visitor.close()
    visitor.offset = 7  # was never given
    visitor.connect()
    assert visitor.resumed is False


def test_a_token_that_is_not_ours_opens_nothing(hark, visitor):
    visitor.connect()
    visitor.write("secret")
    forger = Visitor(hark)
    forger.connect(hello=False)
    forger.token = visitor.token[:-1] + ("A" if visitor.token[-1] != "A" else "B")
    forger.say(forger.hello_frame())
    assert forger.wait_closed() == 4001
    assert forger.items == {}


@pytest.mark.parametrize("frame", [
    "", "{", "[]", '"hello"', "null", "{}", '{"write":1}', '{"hello":{"offset":"x"}}', '{"sing":{}}', '{"hello":{"accountId":"site","shoeSize":43}}',
    '{"write":{"clientId":"early","text":"before hello"}}', '{"seen":{"delivered":"-5"}}', "{" * 2000, '{"hello":' * 500])
def test_bad_frames_are_answered_and_the_connection_goes_on(hark, frame):
    visitor = Visitor(hark).connect(hello=False)
    visitor.say(frame)
    visitor.wait("an answer", lambda: any("failed" in f for f in visitor.frames))
    assert visitor.frames[-1]["failed"]["message"]
    visitor.say(visitor.hello_frame())
    visitor.wait("a welcome", lambda: any("welcome" in f for f in visitor.frames))
    visitor.close()


def test_bad_messages_are_refused_by_name(hark, visitor):
    visitor.connect()
    for client_id, text, reason in [("long", "x" * 17_000, "TOO_LARGE"), ("empty", "  \n ", "INVALID_FIELD"), ("no good id!", "x", "INVALID_FIELD")]:
        visitor.say({"write": {"clientId": client_id, "text": text}})
        assert visitor.wait_failed(reason, client_id).get("retryAfterMs", "0") == "0"
    visitor.write("still here")
    assert len(hark.inbound(visitor.address)) == 1


def test_a_megabyte_in_a_frame_ends_the_connection(hark, visitor):
    visitor.connect()
    with contextlib.suppress(ConnectionError, websockets.exceptions.ConnectionClosed):  # it may end before all is sent
        visitor.say(json.dumps({"write": {"clientId": "big", "text": "x" * 1_000_000}}))
    assert visitor.wait_closed() == 1009
    visitor.connect()
    visitor.write("a small one")


def test_a_flood_is_slowed_down_and_says_when_to_go_on(tmp_path):
    hark = hark_process.Hark(tmp_path, chat_config(messages_per_minute=60)).start()
    try:
        flooder, calm = Visitor(hark).connect(), Visitor(hark).connect()
        for n in range(40):
            flooder.say({"write": {"clientId": f"f{n}", "text": "spam"}})
        failure = flooder.wait_failed("OVERLOADED")
        assert 0 < int(failure["retryAfterMs"]) <= 1_000
        calm.write("not held up by the other")
        flooder.wait("all are answered", lambda: len(flooder.acked) + sum("failed" in f for f in flooder.frames) == 40)
        assert len(flooder.acked) < 30
        assert "hark_chat_limited_total" in hark.get("/metrics")
    finally:
        hark.end()


def test_one_visitor_and_one_address_hold_only_so_many_sockets(tmp_path):
    hark = hark_process.Hark(tmp_path, chat_config(sockets_per_visitor=2, sockets_per_address=3)).start()
    try:
        first = Visitor(hark).connect()

        def another_tab(**more):
            tab = Visitor(hark)
            tab.token = first.token
            return tab.connect(**more)

        def wait_sockets(count):
            wait_for(f"{count} sockets", lambda: f"hark_chat_connections {count}\n" in hark.get("/metrics"))

        another_tab()
        surplus = another_tab(hello=False)
        surplus.say(surplus.hello_frame())
        assert (surplus.wait_closed(), surplus.close_reason) == (1012, "too many tabs")
        wait_sockets(2)
        Visitor(hark).connect()
        stranger = Visitor(hark).connect(hello=False)
        assert (stranger.wait_closed(), stranger.close_reason) == (1012, "too many connections from this address")
        wait_sockets(3)
        first.close()
        wait_sockets(2)
        another_tab()
    finally:
        hark.end()


def test_who_may_not_send_a_file_is_told_before_its_bytes_and_when_they_may(tmp_path):
    hark = hark_process.Hark(tmp_path, chat_config(file_size_max=1 << 20, upload_size_per_hour=4 << 20)).start()
    try:
        visitor = Visitor(hark).connect()
        for _ in range(4):
            visitor.upload("large", b"x" * (1 << 20))
        with pytest.raises(urllib.error.HTTPError) as refused:
            visitor.upload("one more", b"x" * (1 << 20))
        assert refused.value.code == 429
        assert 900 <= int(refused.value.headers["Retry-After"]) <= 960
        assert "try again in" in refused.value.read().decode()
    finally:
        hark.end()


def test_only_listed_origins_come_in(hark):
    shop = Visitor(hark, origin=SHOP).connect()
    shop.write("from the shop")
    shop.close()
    with pytest.raises(websockets.InvalidStatusCode) as refused:
        Loop.run(Visitor(hark, origin="https://evil.example")._connect())
    assert refused.value.status_code == 403
    # An origin of one account opens no chat of another.
    members = Visitor(hark, "members", origin=SHOP).connect(hello=False)
    members.say(members.hello_frame())
    assert members.wait_closed() == 4003


def test_an_unknown_account_is_told_so(hark):
    lost = Visitor(hark, "nowhere").connect(hello=False)
    lost.say(lost.hello_frame())
    lost.wait_failed("ACCOUNT_UNKNOWN")
    assert lost.wait_closed() == 4003


def test_a_signed_customer_of_mail_keeps_their_one_conversation(hark, visitor):
    address = mail.unique("signed")
    mail.deliver(hark, mail.make(address, name="Zane"))
    conversation = hark.wait_conversation(address)
    visitor.connect(identity=signature(SECRET, "site", "user-" + address, email=address, name="Zane"))
    assert visitor.frames[0]["welcome"]["identified"]
    visitor.write("I also wrote a mail")
    joined = conversation_of(hark, visitor)
    assert joined.id == conversation.id
    assert last_inbound(hark, joined).sender_verified
    # Another device of the same user.
    phone = Visitor(hark).connect(identity=signature(SECRET, "site", "user-" + address))
    phone.write("and from my phone")
    assert conversation_of(hark, phone).id == conversation.id
    assert list(phone.items.values())[0]["text"] == "and from my phone", "a new device does not see another one's chat"
    phone.close()


# FIELD 23
def test_one_person_by_mail_and_chat_is_answered_on_each_and_equal_ids_do_not_clash(tmp_path, sink):
    one = hark_process.Hark(tmp_path, chat_config(sink.port)).start()
    agent, visitor = None, Visitor(one)
    try:
        address, shared = mail.unique("both"), "same-id"
        visitor.connect(identity=signature(SECRET, "site", "user-" + address, email=address, name="Zane"))
        visitor.write("In the chat", client_id=shared)
        conversation = one.wait_conversation(visitor.address)
        mail.deliver(one, mail.make(address, text="By mail\n", message_id=f"<{visitor.address}:{shared}>"))
        texts = wait_for("both messages", lambda: [t for t in [[e for e in one.inbound(address)]] if len(t) == 2])[0]
        chatted, mailed = texts
        assert (chatted.channel, mailed.channel) == (protos.channel_pb2.CHANNEL_CHAT, protos.channel_pb2.CHANNEL_EMAIL)
        assert chatted.conversation_id == mailed.conversation_id == conversation.id and chatted.thread_id != mailed.thread_id
        agent = Agent(one, "ana")
        token = agent.take(conversation.id)
        last = one.timeline(conversation.id)[-1].sequence
        agent.reply(mailed, "Answered by mail.\n", token, seen_sequence=last)
        agent.reply(chatted, "Answered in the chat.", token, seen_sequence=last)
        visitor.wait_answer("Answered in the chat.")
        assert "Answered by mail." in sink.wait(address)[0].get_content()
        assert visitor.answer("Answered by mail.\n") is None and len(sink.to(address)) == 1
    finally:
        if agent:
            agent.leave()
        visitor.close()
        one.end()


def test_a_wrong_signature_makes_nobody_known(hark, visitor):
    address = mail.unique("victim")
    mail.deliver(hark, mail.make(address))
    victim = hark.wait_conversation(address)
    forged = {**signature("not the secret at all", "site", "1", email=address)}
    visitor.connect(identity=forged)
    visitor.wait_failed("UNAUTHENTICATED")
    visitor.write("let me in")
    stranger = conversation_of(hark, visitor)
    assert stranger.id != victim.id
    assert not last_inbound(hark, stranger).sender_verified
    signed = signature(SECRET, "site", "1", email="someone@else.example")
    other = Visitor(hark).connect(identity={**signed, "email": address})
    other.wait_failed("UNAUTHENTICATED")
    other.close()


def test_a_members_chat_needs_a_signature_that_holds(hark):
    for identity in (None, signature("wrong secret, quite long", "members", "7"), signature(SECRET, "site", "7"), signature(SECRET, "members", "7", expires_at_ms=1)):
        stranger = Visitor(hark, "members").connect(hello=False)
        stranger.say(stranger.hello_frame(**({"identity": identity} if identity else {})))
        assert stranger.wait_closed() == 4003
    member = Visitor(hark, "members").connect(identity=signature(SECRET, "members", "7"))
    member.write("hello")
    # The signature runs out while the chat goes on: nothing is lost.
    member.close()
    member.connect(identity=signature(SECRET, "members", "7", expires_at_ms=1))
    assert member.resumed
    member.close()


def test_who_comes_next_on_the_same_computer_sees_nothing(hark):
    ana = Visitor(hark).connect(identity=signature(SECRET, "site", "ana"))
    ana.write("for Ana's eyes")
    ana.close()
    for identity in ({"identity": signature(SECRET, "site", "bob")}, {}):
        other = Visitor(hark)
        other.token, other.epoch, other.offset = ana.token, ana.epoch, 0
        other.connect(**identity)
        assert other.token != ana.token and other.resumed is False and other.items == {}
        other.close()
    ana.connect(identity=signature(SECRET, "site", "ana"))
    assert ana.resumed
    ana.close()


def test_what_a_visitor_types_about_themselves_is_a_possible_match(hark, visitor):
    address = mail.unique("typed")
    mail.deliver(hark, mail.make(address))
    owner = hark.wait_conversation(address)
    visitor.connect(introduction={"name": "Ilze", "email": address})
    visitor.write("It is me")
    conversation = conversation_of(hark, visitor)
    assert conversation.id != owner.id and conversation.customer_name == "Ilze"
    assert [(m.conversation_id, m.address, m.why) for m in conversation.possible_matches] == [(owner.id, f"mailto:{address}", "typed by the visitor")]
    twin = Visitor(hark).connect(introduction={"name": "Ilze"})
    twin.write("I am called Ilze, too")
    assert conversation_of(hark, twin).id != conversation.id
    twin.close()


def test_what_a_visitor_says_of_themselves_after_their_last_message_reaches_the_agent(hark, visitor):
    def introductions(conversation):
        return [e.content.text for e in hark.timeline(conversation.id) if e.kind == protos.entry_pb2.ENTRY_KIND_AUTO_REPLY]

    address = mail.unique("late")
    visitor.connect(introduction={"name": "Ilze"})
    visitor.write("Call me back")
    conversation = conversation_of(hark, visitor)
    ilze = {"name": "Ilze", "email": address}
    visitor.say({"introduction": ilze})
    wait_for("the address", lambda: [m.address for m in conversation_of(hark, visitor).possible_matches] == [f"mailto:{address}"])
    wait_for("it is told", lambda: introductions(conversation) == [f"Ilze\n{address}"])
    # Neither said again by the page's next connection, nor where it went with a message.
    visitor.close()
    visitor.connect(introduction=ilze)
    visitor.write("And by mail")
    assert introductions(conversation) == [f"Ilze\n{address}"]
    # Typed while there was no line.
    visitor.close()
    visitor.connect(introduction={**ilze, "phone": "+37120000017"})
    wait_for("the number", lambda: introductions(conversation)[1:] == [f"Ilze\n{address}\n+37120000017"])


def test_files_go_both_ways_and_only_to_their_visitor(hark, agent, visitor):
    visitor.connect()
    content = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 3200  # larger than what rides along, and than a piece
    file = visitor.upload("../raksts ā.png", content, "image/png")
    assert file["fileName"].endswith("raksts ā.png") and "/" not in file["fileName"]
    visitor.write("look", files=[file])
    got, headers = visitor.download(1)
    assert got == content and headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Transfer-Encoding"] == "chunked", "it goes out as it is read"
    conversation, token = take(hark, agent, visitor)
    entry = last_inbound(hark, conversation)
    assert entry.content.attachments[0].blob.size_bytes == len(content)
    pdf = protos.channel_pb2.Attachment(file_name="offer.pdf", content_type="application/pdf")
    body = b"%PDF-1.4 an offer"
    pdf.blob.id, pdf.blob.size_bytes, pdf.blob.inlined = hashlib.sha256(body).hexdigest(), len(body), True
    agent.reply(entry, "our offer", token, attachments=[pdf], blobs=[protos.channel_pb2.InlineBlob(id=pdf.blob.id, content=body)])
    answer = visitor.wait_answer("our offer")
    got, headers = visitor.download(answer["offset"])
    assert got == body and headers["Content-Disposition"].startswith("attachment;")
    stranger = Visitor(hark).connect()
    for thief in (lambda: stranger.download(answer["offset"]), lambda: visitor.download(answer["offset"], 1), lambda: visitor.download(99)):
        with pytest.raises(urllib.error.HTTPError) as refused:
            thief()
        assert refused.value.code == 404
    stranger.say({"write": {"clientId": "steal", "text": "", "files": [file]}})
    stranger.wait_failed("PERMISSION_DENIED", "steal")
    stranger.close()


def test_uploads_are_limited_and_need_a_token(hark, visitor):
    visitor.connect()
    with pytest.raises(urllib.error.HTTPError) as refused:
        visitor.upload("a", b"x", token="site.nobody.AAAA")
    assert refused.value.code == 401
    with pytest.raises((urllib.error.HTTPError, urllib.error.URLError, ConnectionError)):
        visitor.upload("big", b"x" * (11 << 20))
    preflight = urllib.request.Request(f"http://127.0.0.1:{hark.http}/chat/files", method="OPTIONS", headers={"Origin": SHOP})
    with urllib.request.urlopen(preflight, timeout=10) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] == SHOP
        assert answer.headers["Access-Control-Expose-Headers"] == "Retry-After"
    preflight.add_header("Origin", "https://evil.example")
    with urllib.request.urlopen(preflight, timeout=10) as answer:
        assert answer.headers["Access-Control-Allow-Origin"] is None


def test_a_page_that_says_nothing_about_what_it_has_gets_a_window_and_no_more(tmp_path):
    hark = hark_process.Hark(tmp_path, chat_config(messages_per_minute=100000)).start()
    try:
        visitor = Visitor(hark).connect()
        for n in range(300):
            visitor.say({"write": {"clientId": f"m{n}", "text": "x"}})
        visitor.wait("all are there", lambda: visitor.offset == 300, 60)
        silent = Visitor(hark, acknowledges=False)
        silent.token = visitor.token
        silent.connect()
        silent.wait("a window full", lambda: silent.offset >= 256)
        silent.say({"ping": {}})
        silent.wait("a pong", lambda: any("pong" in f for f in silent.frames))
        assert silent.offset < 300
        assert silent.acked[silent.write("not shown yet")] == 301, "acknowledged all the same"
        assert silent.offset < 300
        silent.say({"seen": {"delivered": str(silent.offset)}})
        silent.wait("the rest", lambda: silent.offset == 301)
    finally:
        hark.end()


def test_a_process_of_its_own_serves_chat(tmp_path):
    """`hark serve chat` beside the others, on the same Redis."""
    rest = hark_process.Hark(tmp_path, chat_config()).start()
    base = hark_process.free_port_base()
    config = json.loads(chat_config())
    redis = next((tmp_path / "data" / "redis").glob("*.sock"))
    config.update(redis={"url": f"unix:{redis}"}, peers={"conversation": f"127.0.0.1:{rest.grpc}"})
    (tmp_path / "chat.yaml").write_text(json.dumps(config))
    with (tmp_path / "chat.log").open("ab") as log:
        process = subprocess.Popen([str(hark_process.BINARY), "serve", "chat", "--data", str(tmp_path / "chat-data"), "--port-base", str(base), "--config",
                                    str(tmp_path / "chat.yaml")], stdout=log, stderr=log, stdin=subprocess.DEVNULL)
    try:
        front = hark_process.Hark.__new__(hark_process.Hark)
        front.port_base = base
        wait_for("chat alone is ready", front.is_ready)
        visitor = Visitor(front).connect()
        visitor.write("by another door")
        agent = Agent(rest, "ana")
        conversation, token = take(rest, agent, visitor)
        agent.reply(last_inbound(rest, conversation), "well heard", token)
        visitor.wait_answer("well heard", 40)
    finally:
        process.terminate()
        process.wait(timeout=30)
        rest.end()
