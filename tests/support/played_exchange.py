"""The exchange of exchange.py, played from outside: one JSON object a line comes in and says what happens, one goes out when it has.

    cd tests && python3 -m support.played_exchange 127.0.0.1:7471 line
    {"do": "call", "call": "c1", "from": "+37120000000"}
    {"do": "wait", "call": "c1", "kind": "ring_agent", "after": 0}      answers with the command
    {"do": "answered", "call": "c1", "leg": "c1.a1"}
"""
import json
import sys

import grpc
from google.protobuf import json_format

from support import protos
from support.exchange import Exchange


class Address:
    def __init__(self, address):
        self._channel = grpc.insecure_channel(address)

    def phone(self):
        return protos.phone_service_pb2_grpc.PhoneServiceStub(self._channel)


def play(exchange, wanted):
    do, call, leg = wanted["do"], wanted["call"], wanted.get("leg", "")
    if do == "call":
        exchange.call(call, wanted["from"])
    elif do == "message":
        recording = protos.phone_pb2.CallRecording(id=f"{call}-message", url=wanted["url"], seconds=1, voicemail=True)
        assert exchange.say(call, recorded=protos.call_pb2.PhoneEvent.Recorded(recording=recording)).code == 0
    elif do == "wait":
        return json_format.MessageToDict(exchange.wait_command(call, wanted["kind"], after=wanted.get("after", 0)))
    else:
        {"rings": exchange.rings, "answered": exchange.answered, "hangs_up": exchange.hangs_up}[do](call, leg)
    return {}


def main():
    exchange = Exchange(Address(sys.argv[1]), sys.argv[2])
    print("{}", flush=True)
    for line in sys.stdin:
        try:
            answer = play(exchange, json.loads(line))
        except Exception as error:  # whoever plays it has to know, and goes on
            answer = {"error": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
