"""Kill anything while webhooks come and answers go out: each message that got its 200 is there once, and no answer arrives twice.

Networks keep sending signed webhooks, alone and in batches, each again until its 200, as the real ones do; sometimes also after it.
An agent answers what it is offered, through stand-ins that take their time. Meanwhile hark, its private Redis, or both are killed
(SIGKILL) at random moments and started again. HARK_KILL_ROUNDS sets how often (default 6), HARK_KILL_SEED repeats a run.
"""
import collections
import json
import os
import random
import threading
import time
import urllib.error

import grpc
import pytest

from support import networks, protos
from support.agent import Agent
from support.hark import Hark, PATIENCE, config_yaml, wait_for
from support.networks import Graph, Telegram

from e2e.kill_test import ROUNDS, strike
from e2e.social_test import accounts, number

ENTRY, STATE = protos.entry_pb2, protos.channel_pb2
SENDERS = 3
CUSTOMERS = 8  # of each network
SENT = (STATE.DELIVERY_STATE_SENT, STATE.DELIVERY_STATE_DELIVERED, STATE.DELIVERY_STATE_READ)


class Slow:
    """Long enough for a kill to fall between what the network took and the answer that says so."""

    def take(self, *request):
        time.sleep(random.uniform(0.0, 0.1))
        return super().take(*request)


class SlowTelegram(Slow, Telegram):
    pass


class SlowGraph(Slow, Graph):
    pass


class Sender(threading.Thread):
    """Webhooks of random customers, each sent until it is acknowledged. `acknowledged`: native id -> address."""

    def __init__(self, hark, seed, stop):
        super().__init__(daemon=True)
        self.hark, self.random, self.stop = hark, random.Random(seed), stop
        self.acknowledged, self.wrong = {}, []

    def run(self):
        while not self.stop.is_set():
            account, body, told = self.random.choice((self.telegram, self.messenger, self.whatsapp))()
            while not self.stop.is_set() and not self.attempt(account, body):
                time.sleep(0.05)
            if self.stop.is_set():
                return
            self.acknowledged.update(told)
            if self.random.random() < 0.1:
                self.attempt(account, body)
            time.sleep(0.01)

    def attempt(self, account, body):
        try:
            status, _, headers = networks.telegram(self.hark, body) if account == "bot" else networks.meta(self.hark, account, body)
        except (OSError, urllib.error.URLError):
            return False
        if status not in (200, 503) or (status == 503 and not headers["Retry-After"]):
            self.wrong.append((account, status))
        return status == 200

    def telegram(self):
        user, message = 50_000 + self.random.randrange(CUSTOMERS), self.random.getrandbits(40)
        body = {"update_id": message, "message": {"message_id": message, "from": {"id": user, "first_name": "Ana"}, "chat": {"id": user, "type": "private"},
                                                  "date": int(time.time()), "text": f"message {message}"}}
        return "bot", body, {f"telegram:bot:{user}:{message}": f"telegram:{user}"}

    def messenger(self):
        told, events = {}, []
        for _ in range(self.random.choice((1, 1, 3))):  # Meta puts several into one request
            user, mid = f"psid-{self.random.randrange(CUSTOMERS)}", f"m_{self.random.getrandbits(60):x}"
            events.append({"sender": {"id": user}, "recipient": {"id": "page-1"}, "timestamp": int(time.time() * 1000), "message": {"mid": mid, "text": mid}})
            told[f"messenger:page:{mid}"] = f"messenger:page-1:{user}"
        return "page", {"object": "page", "entry": [{"id": "page-1", "time": 1, "messaging": events}]}, told

    def whatsapp(self):
        phone, wamid = f"3712000{self.random.randrange(CUSTOMERS):04d}", f"wamid.{self.random.getrandbits(60):x}"
        message = {"from": phone, "id": wamid, "timestamp": str(int(time.time())), "type": "text", "text": {"body": wamid}}
        return "number", number(contacts=[{"wa_id": phone, "profile": {"name": "Ana"}}], messages=[message]), {f"whatsapp:number:{wamid}": f"tel:+{phone}"}


class Courier(threading.Thread):
    """WhatsApp, which says of each message that it took that it was delivered."""

    def __init__(self, hark, graph, stop):
        super().__init__(daemon=True)
        self.hark, self.graph, self.stop, self.done = hark, graph, stop, 0

    def run(self):
        while not self.stop.is_set():
            for sent in self.graph.sent[self.done:]:
                if "biz_opaque_callback_data" in sent and not self.tell(sent):
                    break
                self.done += 1
            time.sleep(0.05)

    def tell(self, sent):
        status = {"id": sent["id"], "status": "delivered", "timestamp": str(int(time.time())), "recipient_id": sent["to"],
                  "biz_opaque_callback_data": sent["biz_opaque_callback_data"]}
        try:
            return networks.meta(self.hark, "number", number(statuses=[status]))[0] == 200
        except (OSError, urllib.error.URLError):
            return False


class Answerer(threading.Thread):
    """An agent who answers every offer. What is owed again is answered again, in other words."""

    def __init__(self, hark, stop):
        super().__init__(daemon=True)
        self.hark, self.stop = hark, stop

    def run(self):
        while not self.stop.is_set():
            try:
                agent = Agent(self.hark, "ana")
                try:
                    while not self.stop.is_set() and agent.error is None:
                        for offer in list(agent.offers.values()):
                            agent.accept(offer)
                        for ticket in list(agent.record.ticket_ids):
                            self.answer(agent, ticket)
                        self.stop.wait(0.02)
                finally:
                    agent.leave()
            except (grpc.RpcError, AssertionError, ValueError):
                self.stop.wait(0.1)

    def answer(self, agent, ticket_id):
        """Whoever held it when something was killed has it still."""
        request = protos.conversation_service_pb2.GetConversationRequest(id=ticket_id)
        for _ in range(20):  # until no message comes between the last answer and the end of the ticket
            found = self.hark.conversations().GetConversation(request, timeout=15).conversation
            if found.ticket.id != ticket_id or found.ticket.agent_id != agent.id:
                return
            token, timeline = found.ticket.assignment_token, self.hark.timeline(found.id)
            for entry in timeline:
                if entry.obligation == ENTRY.OBLIGATION_STATE_OPEN:
                    self.reply(agent, entry, sum(e.answers_entry_id == entry.id for e in timeline), token)
            try:
                agent.resolve(ticket_id, token, disposition="done")
                return
            except grpc.RpcError as error:
                if protos.reason_of(error) != "OBLIGATIONS_OPEN":
                    raise

    def reply(self, agent, entry, attempt, token):
        try:
            agent.reply(entry, f"Answer {attempt} to {entry.id}", token, key=f"kill-{entry.id}-{attempt}")
        except grpc.RpcError as error:
            if protos.reason_of(error) not in ("NEWER_ENTRIES", "NOT_ANSWERABLE"):
                raise


@pytest.mark.parametrize("seed", [int(os.environ.get("HARK_KILL_SEED", random.randrange(1 << 30)))])
def test_no_webhook_is_lost_or_doubled_and_no_answer_goes_out_twice_whatever_is_killed(tmp_path, seed):
    print(f"HARK_KILL_SEED={seed}")
    dice = random.Random(seed)
    telegram, graph = SlowTelegram(), SlowGraph()
    agents = [{"id": "ana", "name": "Ana", "password": "test-password", "capacity_units": 1000}]
    one = Hark(tmp_path, config_yaml(accounts=accounts(telegram, graph), agents=agents))
    stop, done = threading.Event(), threading.Event()
    try:
        one.start()
        senders = [Sender(one, dice.getrandbits(32), stop) for _ in range(SENDERS)]
        others = [Courier(one, graph, done), Answerer(one, done)]
        for thread in (*senders, *others):
            thread.start()
        for _ in range(ROUNDS):
            time.sleep(dice.uniform(0.3, 2.0) * PATIENCE)
            strike(one, dice.choice(["hark", "redis", "both"]), dice)
        time.sleep(1)
        stop.set()
        for sender in senders:
            sender.join()
        judge(one, senders, telegram, graph)
    finally:
        stop.set()
        done.set()
        one.end()
        telegram.close()
        graph.close()


def judge(one, senders, telegram, graph):
    assert [sender.wrong for sender in senders if sender.wrong] == []
    acknowledged = {native: address for sender in senders for native, address in sender.acknowledged.items()}
    assert len(acknowledged) > 50, "next to nothing was acknowledged; the test proves nothing"
    grpc.channel_ready_future(one.channel()).result(20 * PATIENCE)

    def settled():
        entries = [entry for conversation in one.all_conversations() for entry in one.timeline(conversation.id)]
        waits = any(e.obligation == ENTRY.OBLIGATION_STATE_OPEN or (e.kind == ENTRY.ENTRY_KIND_REPLY and e.delivery == STATE.DELIVERY_STATE_QUEUED)
                    for e in entries)
        return None if waits else entries

    # What a killed process had leased comes again after a minute.
    entries = wait_for("everything is answered, and on its way or not", settled, 180, 1)
    found = collections.defaultdict(list)
    for entry in entries:
        if entry.kind == ENTRY.ENTRY_KIND_INBOUND:
            found[entry.native_id].append(entry)
    assert [native for native in acknowledged if native not in found] == [], "lost"
    assert [native for native, several in found.items() if len(several) > 1] == [], "doubled"
    for native, address in acknowledged.items():
        assert found[native][0].sender.address == address, "with the wrong customer"

    received = collections.Counter([sent["text"] for sent in telegram.sent] + [sent["message"]["text"] for sent in graph.sent if "message" in sent] +
                                   [sent["text"]["body"] for sent in graph.sent if "biz_opaque_callback_data" in sent])
    replies = [entry for entry in entries if entry.kind == ENTRY.ENTRY_KIND_REPLY]
    assert [text for text, count in received.items() if count > 1] == [], "sent twice"
    assert not received.keys() - {reply.content.text for reply in replies}, "sent without a reply"
    wait_for("what was delivered is known to be", lambda: all(
        one.entry(reply.conversation_id, reply.id).delivery == STATE.DELIVERY_STATE_DELIVERED
        for reply in replies if reply.account_id == "number" and received[reply.content.text]), 60, 1)
    for reply in replies:
        assert reply.delivery in (*SENT, STATE.DELIVERY_STATE_UNKNOWN), reply
        assert reply.delivery not in SENT or received[reply.content.text] == 1, "said to be sent, but nobody got it"
    audit = one.command("audit", "--port-base", str(one.port_base), "--data", str(one.data), "--json", check=False, timeout=120)
    assert audit.returncode == 0, audit.stdout + audit.stderr
    assert json.loads(audit.stdout).get("findings", []) == []
    unknown = sum(reply.delivery == STATE.DELIVERY_STATE_UNKNOWN for reply in replies)
    print(f"{len(acknowledged)} messages, {len(replies)} replies, {unknown} unknown")
