"""The console as its page speaks it. The first tests are problems that other systems' users report again and again."""
import contextlib
import json
import queue
import threading
import uuid

import grpc
import pytest
from websockets.exceptions import ConnectionClosed

from support import mail, protos
from support import hark as hark_process
from support.console import Console, Refused
from support.hark import wait_for

AGENTS = [
    {"id": "ana", "name": "Ana", "password": "test-password", "skills": ["billing"], "capacity_units": 200},
    {"id": "ben", "name": "Ben", "password": "test-password", "skills": ["technical"], "capacity_units": 200},
    {"id": "sam", "name": "Sam", "password": "test-password", "role": "supervisor", "capacity_units": 200},
]
ACCOUNTS = [
    {"id": "support", "name": "Support", "email": {"address": "support@hark.test"}},
    {"id": "sales", "name": "Sales", "email": {"address": "sales@hark.test"}},
    {"id": "site", "name": "Site", "chat": {"origins": ["https://shop.example.com"]}},
]
CANNED = [{"id": "hello", "language": "lv", "title": "Sveiciens", "text": "Labdien, {{customer_name}}!"}]


@pytest.fixture(scope="module")
def hark(tmp_path_factory, sink):
    config = hark_process.config_yaml(
        relay_port=sink.port, accounts=ACCOUNTS, agents=AGENTS,
        console={"attachment_size_max": 1_000_000, "canned_replies": CANNED})
    one = hark_process.Hark(tmp_path_factory.mktemp("hark"), config)
    try:
        yield one.start()
    finally:
        one.end()


@pytest.fixture
def page(hark):
    """Signs agents in, and lets go of them afterwards."""
    pages = []

    def open_page(login, available=False):
        one = Console(hark).sign_in(login)
        pages.append(one)
        return one.available() if available else one

    yield open_page
    for one in pages:
        if one.closed is None:
            try:
                one.ask(setPresence={"presence": "PRESENCE_OFFLINE"})
            except (Refused, AssertionError):
                pass
            one.close()


def writes(hark, **more):
    """A new customer writes: (their address, their conversation)."""
    sender = mail.unique()
    mail.deliver(hark, mail.make(sender, **more))
    return sender, hark.wait_conversation(sender).id


def reply(done, entry, text="It leaves today.", **more):
    return {"entryId": entry["id"], "assignmentToken": done["assignmentToken"], "text": text, **more}


# FIELD 21
def test_a_reply_that_is_sent_again_after_a_lost_connection_reaches_the_customer_once(hark, page, sink):
    ana = page("ana", available=True)
    sender, conversation = writes(hark)
    done = ana.take(conversation)
    entry = ana.open(conversation)["entries"][0]
    command = {"reply": {**reply(done, entry, "Once is enough."), "idempotencyKey": uuid.uuid4().hex}}
    ana.send(command=command)  # nobody waits for the answer
    ana.drop()
    back = Console(hark).come_back(ana)
    first, second = (back.ask(command=command)["done"]["entry"]["id"] for _ in range(2))
    assert first == second
    _, last = writes(hark)
    other = reply(back.take(last), back.open(last)["entries"][0], "The end.")
    back.command(reply=other)
    wait_for("what was sent later has arrived", lambda: [m for m in sink.mails if "The end." in m.get_content()])
    assert [m.get_content().strip() for m in sink.to(sender)] == ["Once is enough."]
    back.close()


# FIELD 30
def test_a_chat_that_arrives_while_the_connection_is_lost_is_seen_without_a_reload(hark, page):
    ana = page("ana", available=True)
    ana.drop()
    _, conversation = writes(hark)
    back = Console(hark).come_back(ana)
    assert back.signed_in["resumed"]
    assert back.take(conversation)["ticket"]["agentId"] == "ana"
    back.ask(setPresence={"presence": "PRESENCE_OFFLINE"})
    back.close()


# FIELD 31
def test_a_ticket_goes_only_to_an_agent_who_may_answer_it(hark, page):
    ben, sam = page("ben", available=True), page("sam")
    _, conversation = writes(hark, subject="Question")
    done = ben.take(conversation)
    ticket, token = done["ticket"]["id"], done["assignmentToken"]
    # Asked for by skill: ben, who is there and has room, lacks it, so it waits rather than going to him.
    sam.ask(reassign={"idempotencyKey": uuid.uuid4().hex, "ticketId": ticket, "assignmentToken": token,
                      "wantedSkills": ["billing"], "reason": "about an invoice"})
    waiting = wait_for("it waits", lambda: [
        t for t in sam.ask(listWaiting={"skill": "billing"})["waiting"]["tickets"] if t["ticketId"] == ticket])
    assert not waiting[0]["offer"] and "billing" in waiting[0]["explanation"]
    entry = ben.open(conversation)["entries"][0]
    with pytest.raises(Refused) as refused:
        ben.command(reply=reply(done, entry))
    assert refused.value.reason == "STALE_ASSIGNMENT"
    ana = page("ana", available=True)
    answer = ana.command(reply=reply(ana.take(conversation), entry))
    assert answer["entry"]["agentId"] == "ana"


# FIELD 32
def test_two_agents_cannot_answer_the_same_customer(hark, page):
    ana, ben, sam = page("ana", available=True), page("ben"), page("sam")
    _, conversation = writes(hark)
    done = ana.take(conversation)
    entry = ben.open(conversation)["entries"][0]
    with pytest.raises(Refused) as refused:
        ben.command(reply=reply(done, entry, "Me too."))
    assert refused.value.reason == "STALE_ASSIGNMENT"
    taken = sam.ask(takeOver={"idempotencyKey": uuid.uuid4().hex, "ticketId": done["ticket"]["id"], "reason": "angry"})["done"]
    with pytest.raises(Refused):
        ana.command(reply=reply(done, entry))
    sam.command(reply=reply(taken, entry))
    record = [e for e in sam.open(conversation)["entries"] if e["reason"] == "angry"]
    assert record[0]["agentId"] == "sam", "who took it over, and why, is on the timeline"


# FIELD 33
def test_a_draft_survives_a_refresh_a_restart_and_a_colleagues_change(hark, page):
    ana, sam = page("ana", available=True), page("sam")
    _, conversation = writes(hark)
    done = ana.take(conversation)
    entry = ana.open(conversation)["entries"][0]
    kept = ana.ask(saveDraft={"draft": {"conversationId": conversation, "entryId": entry["id"], "text": "Labdien"}})["draftKept"]
    assert not kept["conflict"] and kept["draft"]["revision"] == "1"
    sam.ask(reassign={"idempotencyKey": uuid.uuid4().hex, "ticketId": done["ticket"]["id"],
                      "assignmentToken": done["assignmentToken"], "reason": "lunch"})
    hark.kill()
    hark.start()
    again = page("ana")
    (draft,) = again.open(conversation)["drafts"]
    assert draft["text"] == "Labdien" and draft["entryId"] == entry["id"]
    behind = again.ask(saveDraft={"draft": {"conversationId": conversation, "entryId": entry["id"], "text": "Hello"}})["draftKept"]
    assert behind["conflict"] and behind["draft"]["text"] == "Labdien"


# FIELD 34
def test_a_reconnect_misses_nothing_that_a_colleague_wrote(hark, page):
    ana, ben = page("ana", available=True), page("ben")
    _, conversation = writes(hark)
    done = ana.take(conversation)
    entry = ana.open(conversation)["entries"][0]
    ben.open(conversation)
    before = ben.offset
    ben.drop()
    ana.command(reply=reply(done, entry, "From a colleague."))
    back = Console(hark).come_back(ben)
    assert back.signed_in["resumed"] and back.signed_in["epoch"] == ben.signed_in["epoch"]
    back.wait("the colleague's reply", lambda f: any(
        e["content"]["text"] == "From a colleague." for e in f["conversation"]["entries"]))
    offsets = [int(f["offset"]) for f in back.told]
    assert offsets == list(range(before + 1, before + 1 + len(offsets))), "no gap, nothing twice"
    back.close()


# FIELD 35
def test_a_reconnect_storm_is_served_and_presence_goes_out_as_differences(hark, page):
    pages = [Console(hark).sign_in("ana") for _ in range(60)]
    for one in pages:
        one.drop()
    back = [Console(hark).come_back(one) for one in pages]
    assert all(one.signed_in["resumed"] for one in back)
    assert not any("directory" in f and f["directory"]["full"] for one in back for f in one.frames), "nobody loads everything again"
    ben = page("ben", available=True)
    for one in (back[0], back[-1]):
        told = one.wait("ben's presence", lambda f: any(
            c["presence"] == "PRESENCE_AVAILABLE" for c in f["directory"]["colleagues"] if c["id"] == "ben"))
        assert [c["id"] for c in told["directory"]["colleagues"]] != ["ana", "ben", "sam"] or not told["directory"]["full"]
    assert ben.closed is None
    for one in back:
        one.close()


def test_everything_that_the_page_needs_is_told_at_sign_in(hark, page):
    ana = page("ana")
    setup = ana.signed_in["setup"]
    assert [a["id"] for a in setup["accounts"]] == ["support", "sales", "site"]
    assert setup["cannedReplies"] == [{**CANNED[0]}]
    directory = ana.wait("the directory", lambda f: "directory" in f)["directory"]
    assert {c["id"]: c["name"] for c in directory["colleagues"]} == {"ana": "Ana", "ben": "Ben", "sam": "Sam"}


def test_a_file_that_is_attached_goes_out_with_the_reply(hark, page, sink):
    ana = page("ana", available=True)
    sender, conversation = writes(hark)
    done = ana.take(conversation)
    entry = ana.open(conversation)["entries"][0]
    status, body = ana.http("POST", "/console/attachments?name=r%C4%93%C4%B7ins.pdf&type=application/pdf", b"%PDF-" + b"x" * 700_000)
    assert status == 200
    attachment = json.loads(body)
    assert attachment["fileName"] == "rēķins.pdf"
    answer = ana.command(reply=reply(done, entry, attachments=[attachment]))
    (sent,) = sink.wait(sender)
    (part,) = [p for p in sent.iter_attachments()]
    assert part.get_filename() == "rēķins.pdf" and len(part.get_content()) == 700_005
    shown = answer["entry"]["content"]["attachments"][0]
    status, back = ana.http("GET", f"/console/blob/{conversation}/{shown['blob']['id']}?size=700005")
    assert status == 200 and back.startswith(b"%PDF-")
    assert ana.http("POST", "/console/attachments?name=a", b"x" * 1_000_001)[0] == 413
    missing = {**attachment, "blob": {"id": "0" * 64, "sizeBytes": "5"}}
    with pytest.raises(Refused) as refused:
        ana.command(reply=reply(done, entry, attachments=[missing]))
    assert refused.value.reason == "BLOB_NOT_FOUND"


def test_a_mention_waits_for_its_agent_until_it_is_seen(hark, page):
    ana = page("ana")
    _, conversation = writes(hark)
    ana.command(addNote={"conversationId": conversation, "text": "@ben, you know them"})
    ben = page("ben")
    (notice,) = ben.wait("a notice", lambda f: f["notices"]["notices"])["notices"]["notices"]
    assert notice["kind"] == "KIND_MENTION" and notice["byAgentId"] == "ana" and notice["conversationId"] == conversation
    ben.ask(seeNotices={"noticeIds": [notice["id"]]})
    again = page("ben")
    assert not again.wait("notices", lambda f: "notices" in f)["notices"]["notices"]


def test_a_whisper_is_for_its_agent_alone(hark, page):
    ana, ben, sam = page("ana"), page("ben"), page("sam")
    _, conversation = writes(hark)
    for one in (ana, ben, sam):
        one.open(conversation)
    sam.command(addNote={"conversationId": conversation, "text": "offer a discount", "whisperTo": "ana"})
    ana.wait("the whisper", lambda f: any(e["whisperTo"] == "ana" for e in f["conversation"]["entries"]))
    assert not any(e["whisperTo"] for e in ben.open(conversation)["entries"])
    with pytest.raises(Refused) as refused:
        ana.command(addNote={"conversationId": conversation, "text": "psst", "whisperTo": "ben"})
    assert refused.value.reason == "PERMISSION_DENIED"


def test_colleagues_see_each_other_look_and_type(hark, page):
    ana, ben = page("ana"), page("ben")
    _, conversation = writes(hark)
    ana.open(conversation)
    assert [a["agentId"] for a in ben.open(conversation)["attention"]] == ["ana"]
    ben.ask(type={"conversationId": conversation, "typing": True})
    ana.wait("ben types", lambda f: f["attention"]["agentId"] == "ben" and f["attention"]["typing"])
    ben.drop()
    ana.wait("ben is gone", lambda f: f["attention"]["agentId"] == "ben" and f["attention"]["gone"])


def test_two_customers_become_one_on_every_page_and_come_apart_again(hark, page):
    ana, ben = page("ana"), page("ben")
    (work, survivor), (home, loser) = writes(hark, subject="Parcel 0"), writes(hark, subject="Parcel 1")
    ana.open(survivor)
    ben.open(loser)
    merge = {"survivorId": survivor, "loserId": loser, "idempotencyKey": uuid.uuid4().hex}
    with pytest.raises(Refused) as refused:
        ana.command(merge={**merge, "reason": " "})
    assert refused.value.reason == "INVALID_FIELD"
    ana.command(merge={**merge, "reason": "the same passport", "agentId": "sam"})
    ana.command(merge={**merge, "reason": "the same passport", "agentId": "sam"})

    def whole(frame):
        return loser in (frame["conversation"]["conversation"]["mergedCustomerIds"] or [])
    ana.wait("one customer", whole)
    moved = ben.wait("where the customer is now", lambda f: f["conversation"]["insteadOfId"] == loser)
    assert moved["conversation"]["conversation"]["id"] == survivor
    opened = ana.open(survivor)
    assert [e["content"]["subject"] for e in opened["entries"] if e["kind"] == "ENTRY_KIND_INBOUND"] == ["Parcel 0", "Parcel 1"]
    told = [(e["agentId"], e["reason"]) for e in opened["entries"] if e["status"]["change"] == "CHANGE_MERGED"]
    assert told and set(told) == {("ana", "the same passport")}
    assert {a["address"]: a["customerId"] or "" for a in opened["conversation"]["addresses"]} == {f"mailto:{work}": "", f"mailto:{home}": loser}

    apart = len(ana.frames)
    ana.command(unmerge={"customerId": loser, "reason": "they share a flat"})
    ana.wait("two customers", lambda f: f in ana.frames[apart:] and f["conversation"]["conversation"]["id"] == survivor and not whole(f))
    assert [e["content"]["subject"] for e in ben.open(loser)["entries"] if e["kind"] == "ENTRY_KIND_INBOUND"] == ["Parcel 1"]
    assert [e["reason"] for e in ben.open(loser)["entries"] if e["status"]["change"] == "CHANGE_UNMERGED"] == ["they share a flat"]


def test_typing_goes_both_ways_between_an_agent_and_a_customers_chat(hark, page):
    service, channels = protos.channel_service_pb2, protos.channel_pb2
    visitor = f"chat:site:{uuid.uuid4().hex}"
    up, down = queue.Queue(), queue.Queue()
    up.put(service.ConnectRequest(frame_id=1, hello=service.ConnectRequest.Hello(channel=channels.CHANNEL_CHAT, account_ids=["site"])))
    stream = hark.channels().Connect(iter(up.get, None))

    def read():
        try:
            for frame in stream:
                if frame.HasField("typing") and frame.typing.address == visitor:
                    down.put(frame.typing.typing)
        except grpc.RpcError:
            pass
    threading.Thread(target=read, daemon=True).start()
    message = protos.message_pb2.InboundMessage(
        channel=channels.CHANNEL_CHAT, account_id="site", native_id=uuid.uuid4().hex,
        kind=protos.message_pb2.InboundMessage.KIND_MESSAGE, sender=protos.channel_pb2.Participant(address=visitor),
        content=protos.channel_pb2.Content(text="Hello?"))
    conversation = hark.channels().Accept(service.AcceptRequest(message=message), timeout=15).conversation_id
    ana = page("ana")
    ana.open(conversation)
    up.put(service.ConnectRequest(typing=service.Typing(account_id="site", address=visitor, typing=True)))
    ana.wait("the customer types", lambda f: f["attention"]["typing"] and not f["attention"]["agentId"])
    ana.ask(type={"conversationId": conversation, "typing": True, "accountId": "site"})
    assert down.get(timeout=15) is True
    ana.ask(type={"conversationId": conversation, "typing": False, "accountId": "site"})
    assert down.get(timeout=15) is False
    up.put(None)
    stream.cancel()


def test_the_customers_pane_lists_earlier_tickets_and_ways_to_answer(hark, page):
    ana = page("ana", available=True)
    sender, conversation = writes(hark)
    done = ana.take(conversation)
    opened = ana.open(conversation)
    assert {(o["accountId"], o["address"]) for o in opened["replyOptions"]} == {
        ("support", f"mailto:{sender}"), ("sales", f"mailto:{sender}")}
    ana.command(reply=reply(done, opened["entries"][0]))
    ana.wait("the customer's turn", lambda f: conversation in f["work"]["waitingOnCustomer"])
    ana.command(resolve={"ticketId": done["ticket"]["id"], "assignmentToken": done["assignmentToken"], "disposition": "sent a new one"})
    mail.deliver(hark, mail.make(sender, subject="Again"))
    tickets = wait_for("a second ticket", lambda: (
        lambda t: t if len(t) == 2 else None)(ana.ask(listTickets={"conversationId": conversation})["tickets"]["tickets"]))
    assert tickets[1]["disposition"] == "sent a new one" and tickets[1]["resolvedBy"] == "ana"


def test_search_finds_a_customer_by_name_address_and_words(hark, page):
    ana = page("ana")
    word = uuid.uuid4().hex[:12]
    sender = mail.unique()
    mail.deliver(hark, mail.make(sender, name="Jānis Bērziņš", subject="Parcel", text=f"About {word}, please.\n"))
    conversation = hark.wait_conversation(sender).id

    def hits(query):
        return [(h["conversation"]["id"], h["where"]) for h in ana.ask(search={"query": query})["found"]["hits"]]
    assert hits(f"janis {word}") == [(conversation, "name")]
    assert hits(sender) == [(conversation, "address")]
    assert hits(word.upper()) == [(conversation, "text")]
    assert hits(f"{word} nothing") == []
    with pytest.raises(Refused) as refused:
        ana.ask(search={"query": "?!"})
    assert refused.value.reason == "INVALID_FIELD"


def test_signing_out_ends_the_session_and_everywhere_ends_them_all(hark, page):
    ana, phone = page("ana"), page("ana")
    ana.ask(signOut={})
    assert ana.wait_closed() == 1000
    with pytest.raises(Refused) as refused:
        Console(hark).come_back(ana)
    assert refused.value.reason == "UNAUTHENTICATED"
    assert ana.http("GET", "/console/blob/x/y")[0] == 401
    assert phone.closed is None
    tablet = page("ana")
    tablet.ask(signOut={"everywhere": True})
    assert phone.wait_closed() == 1008
    with pytest.raises(Refused):
        Console(hark).come_back(phone)
    page("ana")


def test_a_supervisor_sees_the_floor_and_changes_an_agents_presence(hark, page):
    ana, sam = page("ana", available=True), page("sam")
    sam.ask(oversee={"on": True})
    _, conversation = writes(hark)
    done = ana.take(conversation)
    sam.wait("ana's work in the overview", lambda f: any(
        done["ticket"]["id"] in a["ticketIds"] for a in f["overview"]["agents"]))
    assert sam.open(done["ticket"]["id"])["conversation"]["id"] == conversation, "opened by the ticket's id"
    steps = wait_for("events are counted", lambda: (
        lambda s: s if s[-1]["arrived"] or s[-2]["arrived"] else None)(sam.ask(getSeries={})["series"]["steps"]))
    assert len(steps) == 48
    sam.ask(setAgentPresence={"agentId": "ana", "presence": "PRESENCE_AWAY", "reason": "training"})
    notice = ana.wait("a notice", lambda f: any(
        n["kind"] == "KIND_PRESENCE" for n in f["notices"]["notices"]))["notices"]["notices"][-1]
    assert notice["byAgentId"] == "sam" and notice["text"] == "training"
    ana.wait("away", lambda f: f["work"]["agent"]["presence"] == "PRESENCE_AWAY")
    with pytest.raises(Refused) as refused:
        ana.ask(oversee={"on": True})
    assert refused.value.reason == "PERMISSION_DENIED"


def test_bad_frames_are_answered_and_only_persistence_ends_the_connection(hark, page):
    ana = page("ana")
    ana.send_text("not json")
    ana.wait("a refusal", lambda f: f["failed"]["reason"] == "INVALID_FIELD")
    ana.send_text('{"requestId":"900","open":{"colour":"red"}}')
    assert ana.wait("a refusal", lambda f: f["requestId"] == "900")["failed"]["reason"] == "UNKNOWN_FIELD"
    ana.send_text('{"requestId":"901"}')
    assert ana.wait("a refusal", lambda f: f["requestId"] == "901")["failed"]["reason"] == "INVALID_FIELD"
    assert ana.ask(listConversations={}), "the session goes on"
    with pytest.raises(Refused) as refused:
        Console(hark).ask(signIn={"sessionToken": "ana.0.X.99999999999999.AAAA"})
    assert refused.value.reason == "UNAUTHENTICATED"
    large = page("ana")
    with contextlib.suppress(ConnectionClosed):  # while it still sends
        large.send_text('{"search":{"query":"' + "x" * (1 << 20) + '"}}')
    assert large.wait_closed() == 1009
    flood = page("ana")
    with contextlib.suppress(ConnectionClosed):
        for _ in range(1000):
            flood.send_text('{"listQuarantine":{}}')
    assert flood.wait_closed() == 1008
