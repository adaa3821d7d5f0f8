"""A client in another language, from the wire alone: reflection, health, Accept, Connect, Subscribe."""
import queue
import threading
import uuid

import grpc
import pytest
from google.protobuf import descriptor_pb2, descriptor_pool
from google.protobuf.message_factory import MessageFactory

from support import mail, protos
from support.hark import wait_for

REFLECTION = protos.grpc_reflection_pb2


class Reflected:
    """Knows of the server only what its reflection tells."""

    def __init__(self, channel):
        self.channel = channel
        self.stub = protos.grpc_reflection_pb2_grpc.ServerReflectionStub(channel)
        self.pool = descriptor_pool.DescriptorPool()
        self.added = set()

    def ask(self, **request):
        (answer,) = self.stub.ServerReflectionInfo(iter([REFLECTION.ServerReflectionRequest(**request)]), timeout=15)
        assert not answer.HasField("error_response"), answer.error_response
        return answer

    def services(self):
        return {service.name for service in self.ask(list_services="").list_services_response.service}

    def load(self, symbol):
        for data in self.ask(file_containing_symbol=symbol).file_descriptor_response.file_descriptor_proto:
            self._add(descriptor_pb2.FileDescriptorProto.FromString(data))

    def _add(self, file):
        if file.name in self.added:
            return
        self.added.add(file.name)
        for needed in file.dependency:
            for data in self.ask(file_by_filename=needed).file_descriptor_response.file_descriptor_proto:
                self._add(descriptor_pb2.FileDescriptorProto.FromString(data))
        self.pool.Add(file)

    def message(self, name):
        return MessageFactory(self.pool).GetPrototype(self.pool.FindMessageTypeByName(name))

    def unary(self, service, method):
        described = self.pool.FindServiceByName(service).FindMethodByName(method)
        answer = self.message(described.output_type.full_name)
        return self.message(described.input_type.full_name), self.channel.unary_unary(
            f"/{service}/{method}", request_serializer=lambda m: m.SerializeToString(), response_deserializer=answer.FromString)


def inbound(sender, text="hello", native_id=None, account="support"):
    return dict(channel=1, account_id=account, native_id=native_id or uuid.uuid4().hex, kind=1,
                sender=dict(address=f"mailto:{sender}", name="Zoe"), content=dict(subject="From afar", text=text, visible_text=text))


def accept(hark, **message):
    service = protos.channel_service_pb2
    return hark.channels().Accept(service.AcceptRequest(message=protos.message_pb2.InboundMessage(**message)), timeout=15)


def test_reflection_alone_is_enough_to_hand_in_a_message(hark):
    client = Reflected(hark.channel())
    assert {"hark.v1.ChannelService", "hark.v1.ConversationService", "hark.v1.EventService", "hark.v1.RoutingService",
            "hark.v1.BlobService", "grpc.health.v1.Health"} <= client.services()
    client.load("hark.v1.ChannelService")
    request_type, call = client.unary("hark.v1.ChannelService", "Accept")
    sender = mail.unique("reflected")
    answer = call(request_type(message=inbound(sender)), timeout=15)
    assert answer.sequence == 1 and answer.ticket_opened and not answer.duplicate
    assert hark.conversation_of(sender).id == answer.conversation_id


@pytest.mark.parametrize("service", ["", "hark.v1.ConversationService", "hark.v1.ChannelService"])
def test_health_says_serving(hark, service):
    health = protos.grpc_health_pb2
    answer = protos.grpc_health_pb2_grpc.HealthStub(hark.channel()).Check(health.HealthCheckRequest(service=service), timeout=15)
    assert answer.status == health.HealthCheckResponse.SERVING


# FIELD 18
def test_the_same_native_id_is_accepted_once(hark):
    message = inbound(mail.unique())
    first, again = accept(hark, **message), accept(hark, **message)
    assert again.duplicate and not first.duplicate
    assert again.entry_id == first.entry_id and again.sequence == first.sequence


# FIELD 19, 20: nobody is split in two, and none of the burst is lost
def test_first_messages_at_the_same_moment_are_one_conversation_and_one_ticket(hark):
    sender = mail.unique("race")
    stub, service = hark.channels(), protos.channel_service_pb2
    calls = [stub.Accept.future(service.AcceptRequest(message=protos.message_pb2.InboundMessage(**inbound(sender))), timeout=30) for _ in range(40)]
    answers = [call.result() for call in calls]
    assert len({a.conversation_id for a in answers}) == 1
    assert len({a.ticket_id for a in answers}) == 1
    assert sum(a.ticket_opened for a in answers) == 1
    assert sorted(a.sequence for a in answers) == list(range(1, 41))


@pytest.mark.parametrize("change, reason", [
    (dict(native_id=""), "INVALID_FIELD"),
    (dict(account_id="nobody"), "ACCOUNT_UNKNOWN"),
    (dict(sender=dict(address="mailto:nonsense")), "ADDRESS_INVALID"),
    (dict(sender=dict(address="pigeon:7")), "ADDRESS_INVALID"),
    (dict(channel=0), "ACCOUNT_UNKNOWN"),
    (dict(channel=4), "ACCOUNT_UNKNOWN"),
])
def test_a_message_that_cannot_be_taken_is_refused_with_a_reason_and_words(hark, change, reason):
    with pytest.raises(grpc.RpcError) as error:
        accept(hark, **{**inbound(mail.unique()), **change})
    assert protos.reason_of(error.value) == reason, error.value.details()
    assert error.value.code() in (grpc.StatusCode.INVALID_ARGUMENT, grpc.StatusCode.NOT_FOUND)
    assert len(error.value.details()) > 10


def test_a_change_without_an_idempotency_key_is_refused(hark):
    answer = accept(hark, **inbound(mail.unique()))
    service = protos.conversation_service_pb2
    with pytest.raises(grpc.RpcError) as error:
        hark.conversations().AddNote(service.AddNoteRequest(conversation_id=answer.conversation_id, agent_id="ana", text="x"), timeout=15)
    assert protos.reason_of(error.value) == "IDEMPOTENCY_KEY_MISSING"


def test_a_stream_of_messages_is_acknowledged_frame_by_frame(hark):
    service = protos.channel_service_pb2
    frames = [service.ConnectRequest(hello=service.ConnectRequest.Hello(channel=1, account_ids=[], leases_max=1))]
    senders = [mail.unique("stream") for _ in range(50)]
    for number, sender in enumerate(senders, 1):
        frames.append(service.ConnectRequest(frame_id=number, inbound=protos.message_pb2.InboundMessage(**inbound(sender))))
    out = queue.Queue()
    for frame in frames:
        out.put(frame)
    stream = hark.channels().Connect(iter(out.get, None), timeout=60)
    acknowledged = {}
    for answer in stream:
        if answer.WhichOneof("frame") == "accepted":
            acknowledged[answer.frame_id] = answer.accepted
        else:
            assert answer.WhichOneof("frame") != "refused", answer
        if len(acknowledged) == len(senders):
            break
    out.put(None)
    stream.cancel()
    assert sorted(acknowledged) == list(range(1, 51))
    for number, sender in enumerate(senders[:3], 1):
        assert hark.conversation_of(sender).id == acknowledged[number].conversation_id


class Follower:
    """Reads the event log from a cursor, as an integrator would."""

    def __init__(self, hark, positions=None, **more):
        service = protos.event_service_pb2
        request = service.SubscribeRequest(after=protos.event_pb2.Cursor(positions=positions or {}), mark_caught_up=True, **more)
        self.events, self.caught_up = [], False
        self._stream = hark.events().Subscribe(request, timeout=120)
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self):
        try:
            for answer in self._stream:
                self.events.extend(answer.events)
                self.caught_up = self.caught_up or answer.caught_up
        except grpc.RpcError:
            pass

    def close(self):
        self._stream.cancel()
        self._thread.join(timeout=5)


def positions_of(events):
    out = {}
    for event in events:
        out[event.partition] = max(out.get(event.partition, 0), event.position)
    return out


# FIELD 36
def test_a_follower_sees_each_fact_in_order_and_resumes_without_a_gap(hark):
    first = Follower(hark)
    before = [accept(hark, **inbound(mail.unique("follow"))).entry_id for _ in range(10)]
    wait_for("the first ten", lambda: set(before) <= {e.entry_id for e in first.events})
    wait_for("caught up", lambda: first.caught_up)
    first.close()
    seen = list(first.events)
    after = [accept(hark, **inbound(mail.unique("follow"))).entry_id for _ in range(10)]
    second = Follower(hark, positions_of(seen))
    wait_for("the next ten", lambda: set(after) <= {e.entry_id for e in second.events})
    second.close()
    for partition in {e.partition for e in [*seen, *second.events]}:
        numbers = list(dict.fromkeys(e.position for e in [*seen, *second.events] if e.partition == partition))
        assert numbers == list(range(1, len(numbers) + 1)), f"partition {partition} has a gap or is out of order"


def test_from_now_leaves_out_the_past(hark):
    old = accept(hark, **inbound(mail.unique())).entry_id
    follower = Follower(hark, from_now=True)
    wait_for("caught up", lambda: follower.caught_up)
    new = accept(hark, **inbound(mail.unique())).entry_id
    wait_for("the new one", lambda: new in {e.entry_id for e in follower.events})
    follower.close()
    assert old not in {e.entry_id for e in follower.events}


def test_a_follower_may_ask_for_events_of_some_types_alone(hark):
    noted = protos.event_pb2.EVENT_TYPE_NOTED
    follower = Follower(hark, from_now=True, types=[noted])
    wait_for("caught up", lambda: follower.caught_up)
    accepted = accept(hark, **inbound(mail.unique("types")))
    note = hark.conversations().AddNote(protos.conversation_service_pb2.AddNoteRequest(
        idempotency_key=uuid.uuid4().hex, conversation_id=accepted.conversation_id, agent_id="ana", text="rings back"), timeout=15)
    wait_for("the note", lambda: note.entry.id in {e.entry_id for e in follower.events})
    follower.close()
    assert {e.type for e in follower.events} == {noted}
    # Of what lies in the store too.
    again = Follower(hark, types=[noted])
    wait_for("caught up again", lambda: again.caught_up)
    again.close()
    assert note.entry.id in {e.entry_id for e in again.events} and {e.type for e in again.events} == {noted}


def test_a_cursor_from_another_world_is_refused(hark):
    stream = hark.events().Subscribe(
        protos.event_service_pb2.SubscribeRequest(after=protos.event_pb2.Cursor(positions={100000: 5})), timeout=15)
    with pytest.raises(grpc.RpcError) as error:
        next(iter(stream))
    assert protos.reason_of(error.value) == "CURSOR_INVALID"


def test_a_caller_who_gives_up_is_let_go(hark):
    stub = hark.events()
    streams = [stub.Subscribe(protos.event_service_pb2.SubscribeRequest(from_now=True), timeout=30) for _ in range(50)]
    for stream in streams:
        stream.cancel()
    assert accept(hark, **inbound(mail.unique())).entry_id
