"""Starts and stops the real binary, as a person would: `hark up --data DIR --config FILE --port-base N`."""
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import time
import urllib.request

import grpc
import pytest

from support import protos

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ.get("HARK_BINARY", ROOT / "build/hark"))
READY_SECONDS = 30
# Sanitizers make everything slower; deadlines stretch with this.
PATIENCE = float(os.environ.get("HARK_PATIENCE", "1"))


def wait_for(what, probe, seconds=15.0, every=0.02):
    """The first true value of probe(), or an error that says what did not come."""
    deadline = time.monotonic() + seconds * PATIENCE
    while True:
        value = probe()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"{what}: did not happen within {seconds * PATIENCE:g} s")
        time.sleep(every)


def free_port_base():
    """Three ports in a row that nobody listens on."""
    for _ in range(200):
        base = random.randrange(12000, 32000)
        sockets = []
        try:
            for port in range(base, base + 3):
                sockets.append(socket.socket())
                sockets[-1].bind(("127.0.0.1", port))
            return base
        except OSError:
            continue
        finally:
            for one in sockets:
                one.close()
    raise RuntimeError("no three free ports in a row")


def config_yaml(relay_port=None, **extra):
    """A small contact centre: two mailboxes, two agents. `extra` replaces whole sections, as JSON (which is YAML)."""
    sections = {
        "accounts": [
            {"id": "support", "name": "Support", "email": {"address": "support@hark.test"}},
            {"id": "sales", "name": "Sales", "email": {"address": "sales@hark.test", "aliases": ["info@hark.test"]}},
        ],
        "agents": [
            {"id": "ana", "name": "Ana", "password": "test-password", "skills": ["billing"], "capacity_units": 200},
            {"id": "ben", "name": "Ben", "password": "test-password", "skills": ["technical"], "capacity_units": 200},
        ],
        "routing": {"accept_timeout_seconds": 60, "disconnect_grace_seconds": 2},
    }
    if relay_port is not None:
        sections["email"] = {"relay": {"url": f"smtp://127.0.0.1:{relay_port}", "require_tls": False}}
    sections.update(extra)
    return json.dumps(sections, indent=1, ensure_ascii=False) + "\n"


def running(**config):
    """The fixture `hark` of a file: a running system that sends to the sink, configured as config_yaml takes it; one for all tests
    of the file, each with customers of its own."""
    @pytest.fixture(scope="module")
    def hark(tmp_path_factory, sink):
        one = Hark(tmp_path_factory.mktemp("hark"), config_yaml(relay_port=sink.port, **config))
        try:
            yield one.start()
        finally:
            one.end()

    return hark


class Hark:
    """One `hark up` on a data folder of its own. Survives restarts: the same object, the same ports, the same folder."""

    def __init__(self, folder, config=None, arguments=()):
        self.folder = pathlib.Path(folder)
        self.data = self.folder / "data"
        self.port_base = free_port_base()
        self.config = None
        if config is not None:
            self.config = self.folder / "hark.yaml"
            self.config.write_text(config)
        self.arguments = list(arguments)
        self.process = None
        self.log = self.folder / "hark.log"
        self._channel = None

    @property
    def http(self):
        return self.port_base

    @property
    def grpc(self):
        return self.port_base + 1

    @property
    def lmtp(self):
        return self.port_base + 2

    def words(self):
        """The command that it is started with."""
        return ["up"]

    def start(self, wait=True):
        command = [str(BINARY), *self.words(), "--data", str(self.data), "--port-base", str(self.port_base), *self.arguments]
        if self.config is not None:
            command += ["--config", str(self.config)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder)
        if wait:
            self.wait_until_ready()
        return self

    def wait_until_ready(self):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"hark ended with status {self.process.returncode}:\n{self.tail()}")
            return self.is_ready()

        try:
            wait_for("hark is ready", ready, READY_SECONDS)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.tail()}") from None

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/healthz", timeout=2) as answer:
                return answer.status == 200
        except OSError:
            return False

    def kill(self):
        self._drop_channel()
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def stop(self):
        """Ctrl-C, and the exit status."""
        self._drop_channel()
        if self.process is None or self.process.poll() is not None:
            return self.process and self.process.returncode
        self.process.send_signal(signal.SIGINT)
        try:
            return self.process.wait(timeout=30 * PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"hark did not stop within 30 s of Ctrl-C:\n{self.tail()}") from None

    def redis_pids(self):
        """Of the private Redis: its command line or its working folder names the data folder."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            try:
                command = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
                where = os.readlink(entry / "cwd")
            except OSError:
                continue
            ours = any(str(self.data) in word for word in command) or where.startswith(str(self.data))
            if "redis-server" in command[0] and ours:
                found.append(int(entry.name))
        return found

    def kill_redis(self):
        """Kills it and waits until that very process is gone; hark may already have started another."""
        killed = self.redis_pids()
        for pid in killed:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                pass
        wait_for("Redis is gone", lambda: not set(killed) & set(self.redis_pids()))

    def end(self):
        """After a test: nothing stays behind."""
        try:
            self.stop()
        finally:
            self.kill()
            self.kill_redis()

    def tail(self, lines=80):
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:]) if self.log.exists() else "(no log)"

    # Ways in

    def channel(self):
        if self._channel is None:
            options = [("grpc.initial_reconnect_backoff_ms", 50), ("grpc.min_reconnect_backoff_ms", 50), ("grpc.max_reconnect_backoff_ms", 300)]
            self._channel = grpc.insecure_channel(f"127.0.0.1:{self.grpc}", options)
        return self._channel

    def _drop_channel(self):
        if self._channel is not None:
            self._channel.close()
            self._channel = None

    def conversations(self):
        return protos.conversation_service_pb2_grpc.ConversationServiceStub(self.channel())

    def channels(self):
        return protos.channel_service_pb2_grpc.ChannelServiceStub(self.channel())

    def routing(self):
        return protos.routing_service_pb2_grpc.RoutingServiceStub(self.channel())

    def phone(self):
        return protos.phone_service_pb2_grpc.PhoneServiceStub(self.channel())

    def blob(self, ref, entry_id=""):
        """The bytes of a BlobRef; of one that is inlined, by the entry that names it."""
        stub = protos.blob_service_pb2_grpc.BlobServiceStub(self.channel())
        return b"".join(piece.chunk for piece in stub.GetBlob(protos.blob_service_pb2.GetBlobRequest(blob=ref, conversation_id=entry_id)))

    def events(self):
        return protos.event_service_pb2_grpc.EventServiceStub(self.channel())

    def get(self, path):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.http}{path}", timeout=10) as answer:
            return answer.read().decode()

    def command(self, *arguments, check=True, timeout=60):
        """Runs another command of the binary against this one."""
        result = subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, timeout=timeout * PATIENCE, cwd=self.folder)
        if check and result.returncode != 0:
            raise AssertionError(f"hark {' '.join(arguments)} ended with {result.returncode}:\n{result.stdout}{result.stderr}")
        return result

    def ctl(self, *arguments, **more):
        return self.command("ctl", "--address", f"127.0.0.1:{self.grpc}", *arguments, **more)

    # What is inside

    def all_conversations(self):
        service = protos.conversation_service_pb2
        found, token = [], ""
        while True:
            page = self.conversations().ListConversations(
                service.ListConversationsRequest(all=True, limit=500, page_token=token), timeout=20)
            found.extend(page.conversations)
            token = page.next_page_token
            if not token:
                return found

    def conversation_of(self, address):
        """The one conversation of a customer's address ('ana@x.lv'), or None."""
        wanted = address if ":" in address else f"mailto:{address}"
        found = [c for c in self.all_conversations() if wanted in [a.address for a in c.addresses]]
        assert len(found) <= 1, f"{address} has {len(found)} conversations"
        return found[0] if found else None

    def wait_conversation(self, address):
        return wait_for(f"a conversation of {address}", lambda: self.conversation_of(address))

    def timeline(self, conversation_id):
        service = protos.conversation_service_pb2
        entries, after = [], 0
        while True:
            page = self.conversations().ListTimeline(
                service.ListTimelineRequest(conversation_id=conversation_id, after_sequence=after, limit=500), timeout=20)
            if not page.entries:
                return entries
            entries.extend(page.entries)
            after = page.entries[-1].sequence

    def inbound(self, address):
        """Entries of kind INBOUND on the timeline of a customer's address."""
        conversation = self.conversation_of(address)
        if conversation is None:
            return []
        return [e for e in self.timeline(conversation.id) if e.kind == protos.entry_pb2.ENTRY_KIND_INBOUND]

    def entry(self, conversation_id, entry_id):
        return next((e for e in self.timeline(conversation_id) if e.id == entry_id), None)

    def wait_delivery(self, sent, state=protos.channel_pb2.DELIVERY_STATE_SENT, seconds=15.0):
        """What we sent, once its delivery is in that state."""
        def probe():
            entry = self.entry(sent.conversation_id, sent.id)
            return entry if entry.delivery == state else None

        return wait_for(f"{sent.id} in {protos.channel_pb2.DeliveryState.Name(state)}", probe, seconds)
