"""What leads a mail into its thread, one matcher at a time, with all others turned off; and what leads nowhere."""
import email.utils
import re

import pytest

from support import mail, protos
from support.agent import Agent
from support.hark import Hark, config_yaml, wait_for

BY = protos.message_pb2
MATCHERS = ("address_token", "message_id_token", "references", "subject_mark")
marked = pytest.mark.parametrize("only", ["subject_mark"], indirect=True, scope="module")


def with_matchers(folder, sink, **threading):
    relay = {"url": f"smtp://127.0.0.1:{sink.port}", "require_tls": False}
    return Hark(folder, config_yaml(email={"relay": relay, "threading": threading}))


@pytest.fixture(scope="module", params=(*MATCHERS, None), ids=lambda name: name or "none")
def only(request):
    """The matcher that is on."""
    return request.param


@pytest.fixture(scope="module")
def hark(only, tmp_path_factory, sink):
    one = with_matchers(tmp_path_factory.mktemp("hark"), sink, **{name: name == only for name in MATCHERS})
    try:
        yield one.start()
    finally:
        one.end()


def answered(hark, agent, sink, sender, subject="Parcel 77"):
    """The question, our answer's entry, the mail that it went out as, and the assignment's token."""
    question = mail.make(sender, subject=subject)
    mail.deliver(hark, question)
    token = agent.take(hark.wait_conversation(sender).id)
    reply = agent.reply(hark.inbound(sender)[0], "It leaves today.\n", token)
    (sent,) = sink.wait(sender)
    return question, reply, sent, token


def ways_back(question, sent):
    """By matcher: what a mail carries that only this one can know."""
    address = email.utils.parseaddr(str(sent["Reply-To"] or sent["From"]))[1]
    return {
        "address_token": ({"to": address, "subject": "one"}, BY.THREADED_BY_ADDRESS),
        "message_id_token": ({"subject": "two", "In_Reply_To": str(sent["Message-ID"])}, BY.THREADED_BY_MESSAGE_ID),
        "references": ({"subject": "three", "References": question["Message-ID"]}, BY.THREADED_BY_REFERENCE),
        "subject_mark": ({"subject": f"AW: {sent['Subject']}"}, BY.THREADED_BY_SUBJECT_MARK),
    }


# FIELD 7, and 8: a mail program that writes no References of ours is led by the address, or by the mark
def test_a_matcher_leads_home_alone_and_says_so_and_what_is_off_leads_nowhere(hark, agent, sink, only):
    sender = mail.unique()
    question, reply, sent, _ = answered(hark, agent, sink, sender)
    for count, (matcher, (headers, by)) in enumerate(ways_back(question, sent).items(), start=2):
        mail.deliver(hark, mail.make(sender, **headers))
        entry = wait_for(f"the mail with {matcher}", lambda: (e := hark.inbound(sender)) and len(e) == count and e[-1])
        home = matcher == only
        assert (entry.thread_id == reply.thread_id) == home, matcher
        assert entry.threaded_by == (by if home else BY.THREADED_BY_UNSPECIFIED), matcher


@marked
def test_the_mark_stands_in_what_goes_out_once_and_nobody_here_reads_it(hark, agent, sink):
    sender = mail.unique()
    _, reply, sent, token = answered(hark, agent, sink, sender)
    assert re.fullmatch(r"Re: Parcel 77 \[#[0-9a-z]{42}\]", str(sent["Subject"]))
    mark = str(sent["Subject"]).removeprefix("Re: ")
    for number in (2, 3):
        # A mail program that encodes the subject, folds it, and shouts.
        mail.deliver(hark, mail.make(sender, subject=f"Atb.: Sūtījums {number} {mark.upper()}"))
        entry = wait_for("the mail", lambda: (e := hark.inbound(sender)) and len(e) == number and e[-1])
        assert entry.thread_id == reply.thread_id
        assert entry.content.subject == f"Atb.: Sūtījums {number} PARCEL 77"
        agent.reply(entry, "Yes.\n", token)
        sent = sink.wait(sender, number)[-1]
        assert str(sent["Subject"]).count("[#") == 1


# FIELD 6: who quotes another customer's mark sees nothing of theirs
@marked
def test_a_strangers_mark_opens_no_thread(hark, agent, sink):
    sender, stranger = mail.unique(), mail.unique("stranger")
    _, reply, sent, _ = answered(hark, agent, sink, sender)
    mail.deliver(hark, mail.make(stranger, subject=str(sent["Subject"])))
    own = hark.wait_conversation(stranger)
    (entry,) = hark.inbound(stranger)
    assert entry.thread_id != reply.thread_id and entry.threaded_by == BY.THREADED_BY_UNSPECIFIED
    assert entry.linked_conversation_id == hark.conversation_of(sender).id != own.id
    forged = str(sent["Subject"])[:-2] + ("0" if str(sent["Subject"])[-2] != "0" else "1") + "]"
    mail.deliver(hark, mail.make(sender, subject=forged))
    entry = wait_for("the mail", lambda: hark.inbound(sender)[1:])[0]
    assert entry.thread_id != reply.thread_id


def test_answers_leave_from_the_thread_s_address_or_from_the_plain_one_if_the_relay_takes_no_other(tmp_path, sink):
    hark = Hark(tmp_path, config_yaml(relay_port=sink.port, accounts=[
        {"id": "support", "name": "Support", "email": {"address": "support@hark.test"}},
        {"id": "sales", "name": "Sales", "email": {"address": "sales@hark.test", "plain_from": True}}]))
    try:
        hark.start()
        agent = Agent(hark, "ana")
        for account, plain in (("support", False), ("sales", True)):
            sender = mail.unique()
            mail.deliver(hark, mail.make(sender, to=f"{account}@hark.test"))
            reply = agent.reply(hark.inbound(sender)[0], "Yes.\n", agent.take(hark.wait_conversation(sender).id))
            (sent,) = sink.wait(sender)
            own = email.utils.parseaddr(str(sent["From"]))[1]
            assert (own == f"{account}@hark.test") == plain
            assert (sent["Reply-To"] is not None) == plain
            assert re.fullmatch(account + r"\+[0-9a-z]{42}@hark\.test", email.utils.parseaddr(str(sent["Reply-To"] or sent["From"]))[1])
            mail.deliver(hark, mail.make(sender, to=str(sent["Reply-To"] or sent["From"]), subject="Thanks"))
            assert wait_for("the thanks", lambda: hark.inbound(sender)[1:])[0].thread_id == reply.thread_id
        agent.leave()
    finally:
        hark.end()
