"""A chat's visitor stays away: their reply waits, and their agent is offered another way. Nothing goes out by itself."""
import pytest

from support import hark as hark_process
from support import mail
from support.chat import Visitor, signature
from support.console import Console
from support.hark import wait_for

SECRET = "the secret of the test shop"
ACCOUNTS = [
    {"id": "support", "name": "Support", "email": {"address": "support@hark.test"}},
    {"id": "site", "name": "Test shop", "chat": {"origins": ["*"], "identity_secret": SECRET}},
]


def start(folder, sink, seconds):
    config = hark_process.config_yaml(relay_port=sink.port, accounts=ACCOUNTS, chat={"offer_switch_after_seconds": seconds})
    return hark_process.Hark(folder, config).start()


@pytest.fixture(scope="module")
def hark(tmp_path_factory, sink):
    one = start(tmp_path_factory.mktemp("hark"), sink, 1)
    try:
        yield one
    finally:
        one.end()


@pytest.fixture
def ana(hark):
    page = Console(hark).sign_in("ana").available()
    yield page
    page.close()


def asks_and_leaves(hark, page, name, **more):
    """A visitor asks, is answered while they are there or not, and has gone by then: (the visitor, the conversation, the reply)."""
    visitor = Visitor(hark, **more).connect()
    visitor.write(f"Where is my parcel, asks {name}?")
    conversation = hark.wait_conversation(visitor.address).id
    done = page.take(conversation)
    entry = page.open(conversation)["entries"][0]
    visitor.close()
    reply = page.command(reply={"entryId": entry["id"], "assignmentToken": done["assignmentToken"], "text": f"On its way, {name}."})["entry"]
    return visitor, conversation, reply


def unfetched(frame):
    return [n for n in frame["notices"]["notices"] or [] if n["kind"] == "KIND_UNFETCHED"]


def known_as(name):
    address = mail.unique(name.lower())
    return address, {"identity": signature(SECRET, "site", external_id=address, email=address, name=name)}


def test_the_agent_is_offered_the_verified_address_and_sends_there_with_a_reason(hark, ana, sink):
    address, identity = known_as("Zane")
    visitor, conversation, reply = asks_and_leaves(hark, ana, "Zane", **identity)
    frame = ana.wait("the offer", lambda f: any(n["entryId"] == reply["id"] for n in unfetched(f)))
    (notice,) = [n for n in unfetched(frame) if n["entryId"] == reply["id"]]
    assert (notice["text"], notice["conversationId"]) == (f"mailto:{address}", conversation)
    entries = ana.open(conversation)["entries"]
    waits = next(e for e in entries if e["id"] == reply["id"])
    assert waits["delivery"] == "DELIVERY_STATE_SENT" and int(waits["unfetchedSinceMs"]) > 0
    assert not sink.to(address), "nothing goes out by itself"

    ticket = ana.open(conversation)["conversation"]["ticket"]
    ana.command(reply={
        "entryId": waits["answersEntryId"], "assignmentToken": ticket["assignmentToken"], "text": "On its way, Zane.", "seenSequence": entries[-1]["sequence"],
        "switch": {"channel": "CHANNEL_EMAIL", "accountId": "support", "address": f"mailto:{address}", "reason": "stays away from the chat"}})
    assert "On its way, Zane." in sink.wait(address)[0].get_content()
    kinds = [(e["kind"], e["reason"] or "") for e in ana.open(conversation)["entries"]]
    assert ("ENTRY_KIND_CHANNEL_SWITCH", "stays away from the chat") in kinds

    visitor.connect()
    visitor.wait_answer("On its way, Zane.")
    wait_for("the visitor has it after all", lambda: "unfetchedSinceMs" not in next(
        e for e in ana.open(conversation)["entries"] if e["id"] == reply["id"]))
    visitor.close()


def test_nothing_is_offered_to_an_address_that_was_only_typed_nor_for_a_reply_that_was_fetched(hark, ana):
    typed = mail.unique("typed")
    _, conversation, reply = asks_and_leaves(hark, ana, "Ilze", introduction={"email": typed, "name": "Ilze"})
    address, identity = known_as("Oto")
    visitor, _, fetched = asks_and_leaves(hark, ana, "Oto", **identity)
    visitor.connect()
    visitor.wait_answer("On its way, Oto.")
    _, _, last = asks_and_leaves(hark, ana, "Uldis", **known_as("Uldis")[1])
    ana.wait("a later offer", lambda f: any(n["entryId"] == last["id"] for n in unfetched(f)))
    offered = {n["entryId"] for f in ana.frames for n in unfetched(f)}
    assert not offered & {reply["id"], fetched["id"]}
    visitor.close()


def test_the_offer_comes_after_a_restart_too(tmp_path, sink):
    one = start(tmp_path, sink, 3)
    try:
        page = Console(one).sign_in("ana").available()
        address, identity = known_as("Vera")
        _, conversation, reply = asks_and_leaves(one, page, "Vera", **identity)
        wait_for("the reply waits", lambda: next(
            e for e in page.open(conversation)["entries"] if e["id"] == reply["id"])["delivery"] == "DELIVERY_STATE_SENT")
        one.kill()
        one.start()
        page = Console(one).sign_in("ana")
        frame = page.wait("the offer", lambda f: any(n["entryId"] == reply["id"] for n in unfetched(f)))
        assert unfetched(frame)[0]["text"] == f"mailto:{address}"
        page.close()
    finally:
        one.end()
