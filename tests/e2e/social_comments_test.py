"""Comments beneath posts on Facebook and Instagram: public threads, answered in public, or once in private if the agent says so."""
import itertools
import time

import grpc
import pytest

from support import networks, protos
from support.hark import wait_for
from support.networks import Graph, meta_account
from support.world import World, shared

from e2e.social_test import page

STATE, ENTRY = protos.channel_pb2, protos.entry_pb2
IDS = itertools.count(81_000)
PAGE, INSTA = "page-1", "insta-1"


class Outside(World):
    def __init__(self, folder):
        self.graph = Graph()
        super().__init__(folder, self.graph, accounts=[meta_account("page", "messenger", PAGE, self.graph),
                                                       meta_account("insta", "instagram", INSTA, self.graph)])


world, hark = shared(Outside)


def change(own_id, field, value):
    kind = "page" if own_id == PAGE else "instagram"
    return {"object": kind, "entry": [{"id": own_id, "time": int(time.time()), "changes": [{"field": field, "value": value}]}]}


class Customer:
    """Comments beneath the page's post 500, each known to the network."""

    def __init__(self, world):
        self.world, self.user = world, str(next(IDS))
        self.address = f"messenger:{PAGE}:{self.user}"

    def comments(self, text="Do you ship to Riga?", verb="add", comment=None, age_days=0, **more):
        comment = comment or f"500_{next(IDS)}"
        self.world.graph.comments[comment] = "messenger"
        value = {"item": "comment", "verb": verb, "post_id": f"{PAGE}_500", "comment_id": comment, "parent_id": f"{PAGE}_500",
                 "from": {"id": self.user, "name": "Ana"}, "created_time": int(time.time() - age_days * 86400), "message": text, **more}
        assert networks.meta(self.world.hark, "page", change(PAGE, "feed", value))[0] == 200
        return comment

    def conversation(self):
        return self.world.hark.wait_conversation(self.address)

    def entries(self):
        return self.world.hark.inbound(self.address)


@pytest.fixture
def customer(world):
    return Customer(world)


def refused(call, *arguments, **more):
    with pytest.raises(grpc.RpcError) as error:
        call(*arguments, **more)
    return protos.reason_of(error.value)


def tickets_and_quarantine(hark):
    return sum(bool(c.ticket.id) for c in hark.all_conversations()), hark.ctl("quarantine").stdout.count("\n")


def test_a_comment_is_answered_beneath_it_for_everybody_to_read(world, hark, agent, customer):
    comment = customer.comments()
    token = agent.take(customer.conversation().id)
    (entry,) = customer.entries()
    assert entry.is_public and entry.account_id == "page" and entry.content.text == "Do you ship to Riga?" and entry.sender.name == "Ana"
    before = len(world.graph.sent)
    reply = agent.reply(entry, "Yes, we do.", token)
    assert reply.is_public
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_SENT)
    (sent,) = world.graph.sent[before:]
    assert (sent["comment"], sent["message"]) == (comment, "Yes, we do.") and not world.graph.refused
    # Facebook tells us of our own comment, too.
    known = tickets_and_quarantine(hark)
    assert networks.meta(hark, "page", change(PAGE, "feed", echo_of(sent["id"], comment, "Yes, we do.")))[0] == 200
    assert tickets_and_quarantine(hark) == known
    assert customer.entries()[0].obligation == ENTRY.OBLIGATION_STATE_ANSWERED
    # That the customer has read their messages says nothing of a comment.
    assert networks.meta(hark, "page", page(customer.user, read={"watermark": int(time.time() * 1000) + 1000}))[0] == 200
    assert hark.entry(reply.conversation_id, reply.id).delivery == STATE.DELIVERY_STATE_SENT


def echo_of(comment, beneath, text):
    """What Facebook tells us of a comment of our own."""
    return {"item": "comment", "verb": "add", "post_id": f"{PAGE}_500", "comment_id": comment, "parent_id": beneath,
            "from": {"id": PAGE, "name": "Shop"}, "created_time": int(time.time()), "message": text}


def test_a_public_answer_of_which_nobody_knows_is_settled_when_facebook_tells_of_it(world, hark, agent, customer):
    comment = customer.comments()
    token = agent.take(customer.conversation().id)
    (entry,) = customer.entries()
    before = len(world.graph.sent)
    world.graph.next = ["hang up"]
    reply = agent.reply(entry, "Yes, we do.\nTo Tartu as well.", token)
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_UNKNOWN)
    assert customer.entries()[0].obligation == ENTRY.OBLIGATION_STATE_OPEN
    known = tickets_and_quarantine(hark)
    (sent,) = world.graph.sent[before:]
    for _ in range(2):
        assert networks.meta(hark, "page", change(PAGE, "feed", echo_of(sent["id"], comment, "Yes, we do.\nTo Tartu as well.")))[0] == 200
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_SENT)
    (answered,) = customer.entries()
    assert answered.obligation == ENTRY.OBLIGATION_STATE_ANSWERED and answered.answered_by_entry_id == reply.id
    assert tickets_and_quarantine(hark) == known and len(world.graph.sent) == before + 1
    # The same words by somebody else, elsewhere: they settle nothing.
    other = customer.comments("And to Oslo?")
    world.graph.next = ["hang up"]
    lost = agent.reply(customer.entries()[-1], "Yes, we do.", token)
    hark.wait_delivery(lost, STATE.DELIVERY_STATE_UNKNOWN)
    assert networks.meta(hark, "page", change(PAGE, "feed", echo_of(f"500_{next(IDS)}", comment, "Yes, we do.")))[0] == 200
    assert hark.entry(lost.conversation_id, lost.id).delivery == STATE.DELIVERY_STATE_UNKNOWN
    assert networks.meta(hark, "page", change(PAGE, "feed", echo_of(world.graph.sent[-1]["id"], other, "Yes, we do.")))[0] == 200
    hark.wait_delivery(lost, STATE.DELIVERY_STATE_SENT)


def test_a_comment_of_ours_from_another_tool_opens_nothing_and_is_kept(world, hark):
    tickets, _ = tickets_and_quarantine(hark)
    value = {"item": "comment", "verb": "add", "post_id": f"{PAGE}_500", "comment_id": f"500_{next(IDS)}", "from": {"id": PAGE}, "message": "Hello all"}
    assert networks.meta(hark, "page", change(PAGE, "feed", value))[0] == 200
    assert networks.meta(hark, "page", change(PAGE, "feed", {"item": "like", "verb": "add", "post_id": f"{PAGE}_500", "from": {"id": "7"}}))[0] == 200
    assert hark.conversation_of(f"messenger:{PAGE}:{PAGE}") is None
    assert tickets_and_quarantine(hark)[0] == tickets
    assert "written in another tool" in hark.ctl("quarantine").stdout


def test_one_private_answer_goes_to_whoever_wrote_the_comment_and_a_second_does_not(world, hark, agent, customer):
    comment = customer.comments("Where is my order 48401?")
    token = agent.take(customer.conversation().id)
    (entry,) = customer.entries()
    before = len(world.graph.sent)
    reply = agent.reply(entry, "It is with the courier.", token, privately=True)
    assert not reply.is_public
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_SENT)
    assert world.graph.sent[before:] == [{"recipient": {"comment_id": comment}, "messaging_type": "RESPONSE",
                                          "message": {"text": "It is with the courier.", "metadata": reply.id}}]
    second = agent.reply(entry, "And it comes today.", token, privately=True)
    assert "there was one" in hark.wait_delivery(second, STATE.DELIVERY_STATE_FAILED).delivery_detail
    public = agent.reply(entry, "We wrote to you.", token)
    hark.wait_delivery(public, STATE.DELIVERY_STATE_SENT)
    assert world.graph.sent[-1]["message"] == "We wrote to you." and len(world.graph.sent) == before + 2 and not world.graph.refused


def test_a_private_answer_is_one_message_within_a_week(world, hark, agent, customer):
    customer.comments(age_days=7.1)
    token = agent.take(customer.conversation().id)
    (entry,) = customer.entries()
    before = len(world.graph.sent)
    assert refused(agent.reply, entry, "Sorry, we are late.", token, privately=True) == "WINDOW_CLOSED"
    public = agent.reply(entry, "Sorry, we are late.", token)
    hark.wait_delivery(public, STATE.DELIVERY_STATE_SENT)
    customer.comments("And now?")
    long = agent.reply(customer.entries()[-1], "word " * 500, token, privately=True)
    assert "2000 characters" in hark.wait_delivery(long, STATE.DELIVERY_STATE_FAILED).delivery_detail
    assert len(world.graph.sent) == before + 1 and not world.graph.refused


def test_a_message_has_no_private_answer_of_its_own(hark, agent):
    user = str(next(IDS))
    assert networks.meta(hark, "page", page(user))[0] == 200
    token = agent.take(hark.wait_conversation(f"messenger:{PAGE}:{user}").id)
    (entry,) = hark.inbound(f"messenger:{PAGE}:{user}")
    assert not entry.is_public
    assert refused(agent.reply, entry, "Hello", token, privately=True) == "INVALID_FIELD"


def test_comments_and_messages_of_one_customer_are_one_conversation_with_threads_and_windows_of_their_own(world, hark, agent, customer):
    networks.meta(hark, "page", page(customer.user, age_hours=25))
    customer.comments()
    conversation = customer.conversation()
    token = agent.take(conversation.id)
    message, comment = customer.entries()
    assert message.thread_id != comment.thread_id and (message.is_public, comment.is_public) == (False, True)
    assert refused(agent.reply, message, "In private", token) == "WINDOW_CLOSED"
    picture = protos.channel_pb2.Attachment(file_name="a.png", content_type="image/png", blob=protos.channel_pb2.BlobRef(id="0" * 64, size_bytes=9))
    assert refused(agent.reply, comment, "In public", token, attachments=[picture]) == "FILE_UNSENDABLE"
    sent = agent.reply(comment, "In public", token)
    hark.wait_delivery(sent, STATE.DELIVERY_STATE_SENT)
    assert world.graph.sent[-1]["message"] == "In public"


def test_what_happens_to_a_comment_later_stands_in_its_thread(world, hark, agent, customer):
    comment = customer.comments("Riga?")
    for _ in range(2):  # the network may say it twice
        customer.comments("Riga or Tartu?", verb="edited", comment=comment)
    customer.comments("more", parent_id=comment)
    customer.comments(verb="hide", comment=comment)
    customer.comments(verb="remove", comment=comment)
    entries = [e for e in hark.timeline(customer.conversation().id) if e.kind in (ENTRY.ENTRY_KIND_INBOUND, ENTRY.ENTRY_KIND_AUTO_REPLY)]
    assert [e.content.text for e in entries] == ["Riga?", "Riga or Tartu?", "more", "[the comment was hidden]", "[the comment was removed]"]
    assert len({e.thread_id for e in entries}) == 1 and all(e.is_public for e in entries)
    assert [e.obligation == ENTRY.OBLIGATION_STATE_OPEN for e in entries] == [True, True, True, False, False]
    del world.graph.comments[comment]
    token = agent.take(customer.conversation().id)
    reply = agent.reply(entries[1], "To both.", token, seen_sequence=entries[-1].sequence)
    assert "does not exist" in hark.wait_delivery(reply, STATE.DELIVERY_STATE_FAILED).delivery_detail
    world.graph.refused.clear()


def test_a_visitors_post_is_answered_beneath_it(world, hark, agent, customer):
    post = f"{PAGE}_{next(IDS)}"
    world.graph.comments[post] = "messenger"
    value = {"item": "status", "verb": "add", "post_id": post, "from": {"id": customer.user, "name": "Ana"}, "created_time": int(time.time()),
             "message": "Great shop!"}
    assert networks.meta(hark, "page", change(PAGE, "feed", value))[0] == 200
    token = agent.take(customer.conversation().id)
    hark.wait_delivery(agent.reply(customer.entries()[0], "Thank you!", token), STATE.DELIVERY_STATE_SENT)
    assert world.graph.sent[-1]["comment"] == post


def test_an_instagram_comment_is_answered_as_a_reply_to_it(world, hark, agent):
    user, ids = str(next(IDS)), [f"1786{next(IDS)}" for _ in range(2)]
    address = f"instagram:{INSTA}:{user}"
    for comment, parent in zip(ids, ({}, {"parent_id": ids[0]})):
        world.graph.comments[comment] = "instagram"
        value = {"from": {"id": user, "username": "ana.b"}, "media": {"id": "123", "media_product_type": "FEED"}, "id": comment, "text": "Is it red?", **parent}
        assert networks.meta(hark, "insta", change(INSTA, "comments", value))[0] == 200
    token = agent.take(hark.wait_conversation(address).id)
    first, second = hark.inbound(address)
    assert first.thread_id == second.thread_id and first.is_public
    reply = agent.reply(second, "It is.", token)
    hark.wait_delivery(reply, STATE.DELIVERY_STATE_SENT)
    assert world.graph.sent[-1]["comment"] == ids[1] and world.graph.sent[-1]["message"] == "It is."
    wait_for("both are answered", lambda: all(e.obligation == ENTRY.OBLIGATION_STATE_ANSWERED for e in hark.inbound(address)))
    own = {"from": {"id": INSTA, "username": "shop"}, "media": {"id": "123"}, "id": world.graph.sent[-1]["id"], "parent_id": ids[0], "text": "It is."}
    known = tickets_and_quarantine(hark)
    assert networks.meta(hark, "insta", change(INSTA, "comments", own))[0] == 200
    assert tickets_and_quarantine(hark) == known


def test_audit_finds_nothing_wrong_with_comments(hark):
    assert hark.command("audit", "--port-base", str(hark.port_base), "--data", str(hark.data), "--json", check=False).returncode == 0
