"""An agent at work over gRPC: signs in, takes offers, replies. What the console does, without a page."""
import queue
import threading
import uuid

import grpc

from support import protos
from support.hark import PATIENCE


class Agent:
    def __init__(self, hark, agent_id):
        self.hark, self.id = hark, agent_id
        self._requests = queue.Queue()
        self._changed = threading.Condition()
        self.offers = {}
        self.record = None
        self.error = None
        hello = protos.routing_service_pb2.AgentSessionRequest(
            hello=protos.routing_service_pb2.AgentSessionRequest.Hello(agent_id=agent_id, presence=protos.agent_pb2.PRESENCE_AVAILABLE))
        self._requests.put(hello)
        self._stream = hark.routing().AgentSession(iter(self._requests.get, None))
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        self._wait("a first state", lambda: self.record is not None)

    def _read(self):
        try:
            for frame in self._stream:
                with self._changed:
                    self.record = frame.agent
                    kept = {} if frame.whole else {key: offer for key, offer in self.offers.items() if key not in frame.gone_offer_ids}
                    self.offers = kept | {offer.id: offer for offer in frame.offers}
                    self._changed.notify_all()
        except grpc.RpcError as error:
            with self._changed:
                self.error = error
                self._changed.notify_all()

    def _wait(self, what, probe, seconds=15):
        with self._changed:
            if not self._changed.wait_for(lambda: self.error is not None or probe(), seconds * PATIENCE):
                raise AssertionError(f"{self.id} waited {seconds} s in vain for {what}")
            if self.error is not None and not probe():
                raise AssertionError(f"the session of {self.id} ended: {self.error}")

    def _offer_of(self, conversation_id):
        return next((o for o in self.offers.values() if o.ticket.conversation_id == conversation_id), None)

    def wait_offer(self, conversation_id):
        self._wait(f"an offer of {conversation_id}", lambda: self._offer_of(conversation_id) is not None)
        with self._changed:
            return self._offer_of(conversation_id)

    def accept(self, offer):
        """The assignment's token."""
        request = protos.routing_service_pb2.AcceptOfferRequest(offer_id=offer.id, agent_id=self.id)
        return self.hark.routing().AcceptOffer(request, timeout=15).assignment_token

    def take(self, conversation_id):
        """Waits for the offer of a conversation's ticket, accepts it, and gives the assignment's token."""
        return self.accept(self.wait_offer(conversation_id))

    def take_among_others(self, conversation_id):
        """The same, where earlier tests have left tickets, which are accepted and closed until this one's comes."""
        while True:
            self._wait(f"an offer of {conversation_id}", lambda: self.offers)
            with self._changed:
                offer = next(iter(self.offers.values()))
            token = self.accept(offer)
            if offer.ticket.conversation_id == conversation_id:
                return token
            self.resolve(offer.ticket.id, token, waive_reason="test")
            self._wait("the end of an offer", lambda: offer.id not in self.offers)

    def reply(self, entry, text, token, key=None, **more):
        request = protos.conversation_service_pb2.ReplyRequest(
            idempotency_key=key or uuid.uuid4().hex, entry_id=entry.id, agent_id=self.id, assignment_token=token, text=text, **more)
        return self.hark.conversations().Reply(request, timeout=15).entry

    def resolve(self, ticket_id, token, **more):
        request = protos.conversation_service_pb2.ResolveRequest(
            idempotency_key=uuid.uuid4().hex, ticket_id=ticket_id, agent_id=self.id, assignment_token=token, **more)
        return self.hark.conversations().Resolve(request, timeout=15).ticket

    def leave(self):
        self._requests.put(None)
        self._stream.cancel()
        self._reader.join(timeout=5)
