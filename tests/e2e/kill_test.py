"""Kill anything at any moment, and nothing that was acknowledged is lost or doubled.

Four senders keep handing in mails over LMTP and visitors keep writing in chats; they write down what was acknowledged. An
agent answers what it is offered.
Meanwhile hark, its private Redis, or both are killed (SIGKILL) at random moments and started again. A sender whose mail
was not acknowledged sends the same mail again, as every mail server does. HARK_KILL_ROUNDS sets how often (default 6),
HARK_KILL_SEED repeats a run.
"""
import collections
import json
import os
import random
import smtplib
import threading
import time

import grpc
import pytest

from support import hark as hark_process
from support import mail, protos
from support.agent import Agent
from support.chat import Visitor
from support.hark import PATIENCE, wait_for

ROUNDS = int(os.environ.get("HARK_KILL_ROUNDS", "6"))
SENDERS = 4
CUSTOMERS = 30
CHATTERS = 3


class Sender(threading.Thread):
    """Mails of random customers, each sent until it is acknowledged."""

    def __init__(self, hark, number, seed, stop):
        super().__init__(daemon=True)
        self.hark, self.number, self.random, self.stop = hark, number, random.Random(seed), stop
        self.acknowledged = {}  # Message-ID -> sender
        self.client = None

    def run(self):
        count = 0
        while not self.stop.is_set():
            count += 1
            sender = f"kill-{self.random.randrange(CUSTOMERS)}@example.com"
            message_id = f"<{self.number}.{count}.{self.random.getrandbits(40):x}@example.com>"
            raw = mail.make(sender, subject=f"Mail {count}", text=f"{message_id}\n" * self.random.randrange(1, 50), message_id=message_id).as_bytes()
            while not self.stop.is_set() and not self.attempt(sender, raw):
                time.sleep(0.05)  # as a mail server waits before it tries again
            else:
                if not self.stop.is_set():
                    self.acknowledged[message_id] = sender

    def attempt(self, sender, raw):
        try:
            if self.client is None:
                self.client = mail.Lmtp("127.0.0.1", self.hark.lmtp, timeout=20 * PATIENCE)
            self.client.hand_in(sender, ["support@hark.test"], raw)
            return True
        except smtplib.SMTPRecipientsRefused as error:
            assert all(code // 100 == 4 for code, _ in error.recipients.values()), f"refused for good: {error.recipients}"
        except smtplib.SMTPResponseException as error:
            assert error.smtp_code // 100 == 4 or error.smtp_code == -1, f"refused for good: {error}"
        except (OSError, smtplib.SMTPException):
            pass
        if self.client is not None:
            self.client.close()
            self.client = None
        return False


class Chatter(threading.Thread):
    """A visitor who keeps writing, each message until it is acknowledged, over as many connections as it takes."""

    def __init__(self, hark, number, stop):
        super().__init__(daemon=True)
        self.hark, self.number, self.stop = hark, number, stop
        self.visitor, self.connected = Visitor(hark), False
        self.replies = {}  # acknowledged answers to this visitor

    def run(self):
        count = 0
        while not self.stop.is_set():
            count += 1
            client_id = f"kill-{self.number}-{count}"
            while not self.stop.is_set() and not self.attempt(client_id):
                time.sleep(0.05)
            if count % 2 == 0:
                self.have_it_answered()
            time.sleep(0.02)
        self.visitor.close()

    def have_it_answered(self):
        """An agent answers the newest message, whoever holds the ticket just now."""
        try:
            conversation = self.hark.conversation_of(self.visitor.address)
            entry = [e for e in self.hark.timeline(conversation.id) if e.sender.address == self.visitor.address][-1]
            reply = self.hark.conversations().Reply(protos.conversation_service_pb2.ReplyRequest(
                idempotency_key=f"kill-{entry.id}", entry_id=entry.id, agent_id=conversation.ticket.agent_id,
                assignment_token=conversation.ticket.assignment_token, text=f"Answer to {entry.id}\n"), timeout=15).entry
            self.replies[reply.id] = entry.id
        except (grpc.RpcError, ValueError, AttributeError, IndexError):
            pass  # killed meanwhile, or the ticket went to someone else

    def attempt(self, client_id):
        try:
            if not self.connected:
                self.visitor.connect()
                if self.visitor.acked and not self.visitor.resumed:
                    self.visitor.wrong.append("a chat was started afresh")
                self.connected = True
            self.visitor.write(f"text of {client_id}", client_id=client_id)
            return True
        except Exception:  # noqa: BLE001 - whatever breaks a connection; what must not happen is judged at the end
            self.connected = False
            try:
                self.visitor.drop()
            except Exception:  # noqa: BLE001 - it was gone
                pass
            return False


class Answerer(threading.Thread):
    """An agent who answers every offer, and writes down which replies were acknowledged."""

    def __init__(self, hark, stop):
        super().__init__(daemon=True)
        self.hark, self.stop, self.acknowledged = hark, stop, {}

    def run(self):
        while not self.stop.is_set():
            try:
                self.work()
            except (grpc.RpcError, AssertionError, ValueError):
                self.stop.wait(0.1)

    def work(self):
        agent = Agent(self.hark, "ana")
        try:
            while not self.stop.is_set() and agent.error is None:
                for offer in list(agent.offers.values()):
                    self.answer(agent, offer)
                self.stop.wait(0.02)
        finally:
            agent.leave()

    def answer(self, agent, offer):
        try:
            token = agent.accept(offer)
        except grpc.RpcError as error:
            if error.code() == grpc.StatusCode.UNAVAILABLE:
                raise
            return
        conversation = offer.ticket.conversation_id
        for _ in range(20):  # until no mail comes between the last answer and the end of the ticket
            for entry in self.hark.timeline(conversation):
                if entry.obligation == protos.entry_pb2.OBLIGATION_STATE_OPEN:
                    self.reply(agent, entry, token)
            try:
                agent.resolve(offer.ticket.id, token, disposition="done")
                return
            except grpc.RpcError as error:
                if protos.reason_of(error) != "OBLIGATIONS_OPEN":
                    raise

    def reply(self, agent, entry, token):
        try:
            reply = agent.reply(entry, f"Answer to {entry.id}\n", token, key=f"kill-{entry.id}")
        except grpc.RpcError as error:
            # A reply settles its thread; another entry may have been settled by the one before, or a newer one came.
            if protos.reason_of(error) not in ("NEWER_ENTRIES", "NOT_ANSWERABLE"):
                raise
            return
        self.acknowledged[reply.id] = entry.id


def strike(one, what, dice):
    if what in ("redis", "both"):
        one.kill_redis()
    if what in ("hark", "both"):
        one.kill()
        one.start()
        return
    # Redis alone died: hark brings it back, or ends and is started again, as a supervisor would.
    try:
        wait_for("hark recovers", lambda: one.process.poll() is not None or (one.redis_pids() and one.is_ready()), 20)
    except AssertionError:
        one.kill()
    if one.process.poll() is not None:
        one.start()


@pytest.mark.parametrize("seed", [int(os.environ.get("HARK_KILL_SEED", random.randrange(1 << 30)))])
def test_nothing_acknowledged_is_lost_or_doubled_whatever_is_killed(tmp_path, sink, seed):
    print(f"HARK_KILL_SEED={seed}")
    dice = random.Random(seed)
    config = json.loads(hark_process.config_yaml(relay_port=sink.port))
    config["accounts"].append({"id": "site", "name": "Site", "chat": {}})
    config["chat"] = {"messages_per_minute": 100_000, "messages_per_minute_and_address": 1_000_000}
    one = hark_process.Hark(tmp_path, json.dumps(config))
    stop = threading.Event()
    try:
        one.start()
        senders = [Sender(one, number, dice.getrandbits(32), stop) for number in range(SENDERS)]
        chatters = [Chatter(one, number, stop) for number in range(CHATTERS)]
        answerer = Answerer(one, stop)
        for thread in (*senders, *chatters, answerer):
            thread.start()
        for _ in range(ROUNDS):
            time.sleep(dice.uniform(0.3, 2.0) * PATIENCE)
            strike(one, dice.choice(["hark", "redis", "both"]), dice)
        time.sleep(1)
        stop.set()
        for thread in (*senders, *chatters, answerer):
            thread.join(timeout=60 * PATIENCE)
            assert not thread.is_alive()
        ledger = {}
        for sender in senders:
            ledger.update(sender.acknowledged)
        for chatter in chatters:
            assert chatter.visitor.wrong == [], "a visitor saw a gap, or something twice"
            assert chatter.visitor.acked, "a visitor was never heard; the test proves nothing"
            ledger.update({f"{chatter.visitor.address}:{client_id}": chatter.visitor.address for client_id in chatter.visitor.acked})
        assert len(ledger) > 20 * ROUNDS, "hardly anything was taken; the test proves nothing"
        judge(one, ledger, collections.ChainMap(answerer.acknowledged, *(chatter.replies for chatter in chatters)), sink)
        for chatter in chatters:
            judge_chat(one, chatter.visitor)
    finally:
        stop.set()
        one.end()


def judge_chat(one, visitor):
    """A page that has nothing but the token sees every acknowledged message at its offset, and every answer, once."""
    (conversation,) = [c for c in one.all_conversations() if visitor.address in [a.address for a in c.addresses]]
    answers = [e for e in one.timeline(conversation.id) if e.kind == protos.entry_pb2.ENTRY_KIND_REPLY and e.to.address == visitor.address]
    fresh = Visitor(one)
    fresh.token = visitor.token
    fresh.connect()

    def shown():
        return collections.Counter(item["text"].strip() for item in fresh.items.values() if item.get("agentName"))

    newest = int(fresh.frames[0]["welcome"]["lastOffset"])
    fresh.wait("everything", lambda: fresh.offset >= newest)
    fresh.wait("every answer", lambda: set(shown()) >= {e.content.text.strip() for e in answers}, 90)
    assert shown() == collections.Counter(e.content.text.strip() for e in answers), "an answer is shown twice"
    assert sorted(fresh.items) == list(range(min(fresh.items), max(fresh.items) + 1)), "a gap in what the visitor sees"
    if min(fresh.items) == 1:
        assert {i["clientId"]: int(i["offset"]) for i in fresh.items.values() if i.get("clientId") in visitor.acked} == visitor.acked
    print(f"{len(visitor.acked)} messages of a visitor, {len(answers)} answers")
    fresh.close()


def judge(one, ledger, replies, sink):
    grpc.channel_ready_future(one.channel()).result(20 * PATIENCE)
    conversations = one.all_conversations()
    owners = collections.Counter(address.address for c in conversations for address in c.addresses)
    assert [a for a, count in owners.items() if count > 1] == [], "a customer with two conversations"
    found, replied = collections.Counter(), {}
    where = {}
    for conversation in conversations:
        entries = one.timeline(conversation.id)
        assert [e.sequence for e in entries] == list(range(1, len(entries) + 1)), f"{conversation.id} has a gap"
        for entry in entries:
            if entry.kind == protos.entry_pb2.ENTRY_KIND_INBOUND:
                by_chat = entry.channel == protos.channel_pb2.CHANNEL_CHAT
                name = entry.native_id if by_chat else f"<{entry.own_reference.strip('<>')}>"
                found[name] += 1
                where[name] = entry.sender.address
            elif entry.kind == protos.entry_pb2.ENTRY_KIND_REPLY:
                replied[entry.id] = entry
    assert [m for m in ledger if found[m] == 0] == [], "acknowledged and lost"
    assert [m for m, count in found.items() if count > 1] == [], "doubled"
    assert [m for m, sender in ledger.items() if where[m] not in (sender, f"mailto:{sender}")] == [], "with the wrong customer"
    assert set(replies) <= set(replied), "an acknowledged reply is lost"
    answers = collections.Counter(entry.answers_entry_id for entry in replied.values())
    assert [e for e, count in answers.items() if count > 1] == [], "answered twice"
    # Every stored reply leaves, under one Message-ID each; a repeat under the same one is allowed.
    def left():
        ids = collections.defaultdict(set)
        for sent in sink.mails:
            body = sent.get_content() if not sent.is_multipart() else sent.get_body(("plain",)).get_content()
            ids[body.strip().rpartition(" ")[2].strip()].add(str(sent["Message-ID"]))
        mails = {e.answers_entry_id for e in replied.values() if e.channel == protos.channel_pb2.CHANNEL_EMAIL}
        return (ids,) if mails <= set(ids) else None

    # A lease that died with its process runs for a minute, and a mail that did not get through comes again after another.
    (ids,) = wait_for("every reply leaves", left, 150)
    assert [entry for entry, messages in ids.items() if len(messages) > 1] == [], "one reply under two Message-IDs"
    result = one.command("audit", "--port-base", str(one.port_base), "--data", str(one.data), "--json", check=False, timeout=120)
    assert result.returncode == 0, result.stdout + result.stderr
    assert json.loads(result.stdout).get("findings", []) == []
    print(f"{len(ledger)} mails acknowledged, {len(found)} stored, {len(replied)} replies, {len(sink.mails)} mails out")
