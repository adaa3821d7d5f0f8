"""A Hark with the outside that its accounts lead to: networks, carriers. One for the tests of a file, each with customers of its own."""
import pytest

from support import protos
from support.hark import Hark, config_yaml, wait_for


class World:
    """`outside`: stand-ins, which end with it; `config` as config_yaml takes it, or a Hark that has one."""

    def __init__(self, folder, *outside, hark=None, **config):
        self.outside = outside
        self.hark = hark or Hark(folder, config_yaml(**config))

    def start(self):
        self.hark.start()

    def close(self):
        self.hark.end()
        for one in self.outside:
            one.close()


def shared(kind):
    """The fixtures `world` and `hark` of a file."""
    @pytest.fixture(scope="module")
    def world(tmp_path_factory):
        one = kind(tmp_path_factory.mktemp("world"))
        try:
            one.start()
            yield one
        finally:
            one.close()

    @pytest.fixture(scope="module")
    def hark(world):
        return world.hark

    return world, hark


class PhoneWorld(World):
    """Its customers are told by their numbers."""

    @staticmethod
    def agents(phone, *names):
        """Their phones, in the exchange's own writing: "PJSIP/{}"."""
        return [{"id": name, "name": name.title(), "password": "test-password", "capacity_units": 10, "phone": phone.format(name)} for name in names]

    def entries(self, customer, kind=protos.entry_pb2.ENTRY_KIND_INBOUND):
        found = self.hark.conversation_of(f"tel:{customer}")
        return [e for e in self.hark.timeline(found.id) if e.kind == kind] if found else []

    def wait_state(self, customer, state, **more):
        """The customer's first call, once it is in that state."""
        return wait_for(f"{customer} in {protos.phone_pb2.CallState.Name(state)}",
                        lambda: (c := self.entries(customer, **more)) and c[0].call.state == state and c[0])

    def wait_call(self, customer, what, fits):
        """The customer's first call, once it is answered and fits. What the exchange did may be seen before it is written down."""
        answered = protos.phone_pb2.CALL_STATE_ANSWERED
        return wait_for(f"{customer}: {what}", lambda: (c := self.entries(customer)) and c[0].call.state == answered and fits(c[0].call) and c[0].call)

    def resolve(self, agent, customer, token, **more):
        agent.resolve(self.hark.conversation_of(f"tel:{customer}").ticket.id, token, **more)
