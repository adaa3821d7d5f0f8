"""Several processes serve social: what they keep together."""
import time
import uuid

import pytest

from support import networks, protos
from support.hark import wait_for
from support.networks import Telegram, telegram_account
from support.split import Split

PER_SECOND, ANSWERS = 30, 96  # more than the leases of one process
SERVICE = protos.conversation_service_pb2


class Timed(Telegram):
    def __init__(self):
        super().__init__()
        self.times = []

    def take(self, *request):
        self.times.append(time.monotonic())
        return super().take(*request)


@pytest.fixture
def telegram():
    one = Timed()
    yield one
    one.close()


@pytest.fixture
def split(tmp_path, telegram):
    one = Split(tmp_path, accounts=[{"id": "support", "email": {"address": "support@hark.test"}}, telegram_account("bot", telegram, per_second=PER_SECOND)])
    try:
        one.start()
        one.add("social-2", "social")
        yield one
    finally:
        one.end()


def written(process, user):
    body = {"update_id": user, "message": {"message_id": 1, "from": {"id": user, "first_name": "Ana"}, "chat": {"id": user, "type": "private"},
                                           "date": int(time.time()), "text": "Hello"}}
    assert networks.telegram(process, body)[0] == 200


def sent_by(process):
    return sum(float(line.split()[-1]) for line in process.get("/metrics").splitlines() if line.startswith("hark_social_sent_total"))


def test_an_accounts_pace_is_that_of_all_processes_together(split, telegram):
    both = [split.processes[name] for name in ("social", "social-2")]
    for user in range(70_000, 70_000 + ANSWERS):
        written(both[0], user)
    for process in both:
        process.stop()
    stub = protos.conversation_service_pb2_grpc.ConversationServiceStub(split.channel("conversation"))
    found = stub.ListConversations(SERVICE.ListConversationsRequest(limit=ANSWERS + 1)).conversations
    assert len(found) == ANSWERS
    for conversation in found:
        (entry,) = stub.ListTimeline(SERVICE.ListTimelineRequest(conversation_id=conversation.id)).entries
        stub.Reply(SERVICE.ReplyRequest(idempotency_key=uuid.uuid4().hex, entry_id=entry.id, text="Good day"))
    assert not telegram.times
    for process in both:
        process.start(wait=False)
    telegram.wait(ANSWERS, seconds=30)
    wait_for("both know what they have sent", lambda: sum(map(sent_by, both)) == ANSWERS)
    assert all(sent_by(process) > 0 for process in both), "one process did it all; the test proves nothing"
    times = sorted(telegram.times)
    for first, later in zip(times, times[PER_SECOND:]):
        assert later - first > 0.8, "more in a second than the network takes"
