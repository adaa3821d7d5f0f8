"""Two customers who are one person, and two who turned out not to be."""
import json

import grpc
import pytest

from support import mail, protos
from support.hark import wait_for

ENTRY = protos.entry_pb2


def two_customers(hark):
    """Two addresses that each wrote once: their addresses and conversations."""
    addresses = mail.unique("work"), mail.unique("home")
    for number, address in enumerate(addresses):
        mail.deliver(hark, mail.make(address, subject=f"Parcel {number}"))
    return addresses, [hark.wait_conversation(address) for address in addresses]


def texts(hark, conversation_id):
    return [e.content.subject for e in hark.timeline(conversation_id) if e.kind == ENTRY.ENTRY_KIND_INBOUND]


def audit(hark):
    hark.command("audit", "--port-base", str(hark.port_base), "--data", str(hark.data))


# FIELD 10, 22
def test_merged_customers_are_one_conversation_and_come_apart_again(hark, agent, sink):
    (work, home), (survivor, loser) = two_customers(hark)
    hark.ctl("merge", survivor.id, loser.id, "--reason", "the same passport", "--agent", "ana")
    assert hark.conversation_of(home).id == hark.conversation_of(work).id == survivor.id
    assert texts(hark, survivor.id) == ["Parcel 0", "Parcel 1"]
    for entry in (e for e in hark.timeline(survivor.id) if e.raw.id):
        assert f"Subject: {entry.content.subject}".encode() in hark.blob(entry.raw, entry.id)
    audit(hark)

    token = agent.take(survivor.id)
    question = [e for e in hark.timeline(survivor.id) if e.content.subject == "Parcel 1"][0]
    reply = agent.reply(question, "It is on its way.\n", token)
    (sent,) = sink.wait(home)  # where it came from, not where the survivor writes from
    mail.deliver(hark, mail.make(home, subject="Thanks", In_Reply_To=str(sent["Message-ID"])))
    wait_for("the thanks", lambda: "Thanks" in texts(hark, survivor.id))
    thanks = [e for e in hark.timeline(survivor.id) if e.content.subject == "Thanks"][0]
    assert thanks.thread_id == reply.thread_id and thanks.customer_id == loser.id

    hark.ctl("unmerge", loser.id, "--reason", "they only share a flat")
    assert texts(hark, survivor.id) == ["Parcel 0"]
    assert texts(hark, loser.id) == ["Parcel 1", "Thanks"]
    assert hark.entry(loser.id, reply.id)
    restored = hark.conversation_of(home)
    assert restored.id == loser.id and list(restored.open_obligations) == [thanks.id]
    agent.reply(thanks, "You are welcome.\n", agent.take(loser.id))
    sink.wait(home, 2)
    audit(hark)


def test_a_merge_outlives_a_restart_and_is_told_in_the_log(hark):
    (work, home), (survivor, loser) = two_customers(hark)
    told = json.loads(hark.ctl("merge", survivor.id, loser.id, "--reason", "one", "--json").stdout)
    assert told["conversation"]["id"] == survivor.id
    hark.stop()
    hark.start()
    mail.deliver(hark, mail.make(home, subject="After the restart"))
    wait_for("the mail", lambda: "After the restart" in texts(hark, survivor.id))
    events = protos.event_pb2
    stream = hark.events().Subscribe(protos.event_service_pb2.SubscribeRequest(mark_caught_up=True), timeout=15)
    types = set()
    for answer in stream:
        types.update((e.conversation_id, e.type, e.detail) for e in answer.events)
        if answer.caught_up:
            break
    assert (loser.id, events.EVENT_TYPE_MOVED, survivor.id) in types
    assert (survivor.id, events.EVENT_TYPE_MERGED, loser.id) in types
    audit(hark)


def test_what_cannot_be_merged_is_refused_in_words(hark):
    _, (survivor, loser) = two_customers(hark)
    service = protos.conversation_service_pb2
    with pytest.raises(grpc.RpcError) as error:
        hark.conversations().Unmerge(service.UnmergeRequest(idempotency_key="u1", customer_id=loser.id, reason="x"), timeout=15)
    assert protos.reason_of(error.value) == "MERGE_IMPOSSIBLE"
    with pytest.raises(grpc.RpcError) as error:
        hark.conversations().Merge(
            service.MergeRequest(idempotency_key="m1", survivor_id=survivor.id, loser_id=survivor.id, reason="x"), timeout=15)
    assert protos.reason_of(error.value) == "INVALID_FIELD"
