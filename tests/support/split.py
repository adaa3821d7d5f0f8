"""Every service as a process of its own on one Redis, speaking TLS with tokens: what deploy/compose.yaml and k8s/base start."""
import json
import os
import pathlib
import shutil
import subprocess

import grpc

from support.hark import BINARY, ROOT, Hark, free_port_base, wait_for

SERVICES = ("conversation", "routing", "email", "chat", "social", "phone", "console")


class Process(Hark):
    """One `hark serve <service>`."""

    def __init__(self, folder, service):
        folder.mkdir()
        super().__init__(folder)
        self.service = service
        self.config = folder / "hark.yaml"

    def words(self):
        return ["serve", self.service]


class Split:
    def __init__(self, folder, **sections):
        self.folder = pathlib.Path(folder)
        self.secrets = self.folder / "secrets"
        subprocess.run([ROOT / "deploy/certificates", self.secrets], check=True, stdout=subprocess.DEVNULL)
        self.processes = {name: Process(self.folder / name, name) for name in SERVICES}
        self.redis = None
        self.socket = self.folder / "redis.sock"
        self.settings = {
            "redis": {"url": f"unix:{self.socket}"},
            "peers": {name: f"localhost:{self.processes[name].grpc}" for name in ("conversation", "routing")},
            "grpc": {"certificate_file": f"{self.secrets}/tls.crt", "key_file": f"{self.secrets}/tls.key",
                     "ca_file": f"{self.secrets}/ca.crt", "token_file": f"{self.secrets}/token"},
            "accounts": [{"id": "support", "name": "Support", "email": {"address": "support@hark.test"}},
                         {"id": "site", "name": "Site", "chat": {"origins": ["*"]}}],
            "agents": [{"id": "ana", "name": "Ana", "password": "test-password", "skills": ["billing"]},
                       {"id": "ben", "name": "Ben", "password": "test-password"}],
            **sections}
        self._channels = []

    def add(self, name, service, **peers):
        """One more process of a service, with peers of its own."""
        process = self.processes[name] = Process(self.folder / name, service)
        process.config.write_text(json.dumps({**self.settings, "peers": {**self.settings["peers"], **peers}}))
        return process.start()

    def start(self):
        program = shutil.which("redis-server") or "/usr/bin/redis-check-rdb"
        self.redis = subprocess.Popen(["redis-server", "--port", "0", "--unixsocket", str(self.socket), "--dir", str(self.folder),
                                       "--appendonly", "yes", "--appendfsync", "always", "--save", ""],
                                      executable=program, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
        wait_for("Redis", self.socket.exists)
        for process in self.processes.values():
            process.config.write_text(json.dumps(self.settings))
            process.start(wait=False)
        for process in self.processes.values():
            process.wait_until_ready()
        return self

    def end(self):
        for channel in self._channels:
            channel.close()
        for process in reversed(self.processes.values()):
            process.end()
        if self.redis is not None:
            self.redis.kill()
            self.redis.wait()

    def channel(self, service, token=None):
        """As a caller who shows a token: ours, unless another is given."""
        shown = grpc.access_token_call_credentials(token or (self.secrets / "token").read_text().strip())
        encrypted = grpc.ssl_channel_credentials((self.secrets / "ca.crt").read_bytes())
        credentials = grpc.composite_channel_credentials(encrypted, shown)
        self._channels.append(grpc.secure_channel(f"localhost:{self.processes[service].grpc}", credentials))
        return self._channels[-1]

    def ctl(self, service, *arguments):
        """`hark ctl` against one of the processes: what it printed, as JSON."""
        command = [BINARY, "ctl", "--address", f"localhost:{self.processes[service].grpc}", "--ca", self.secrets / "ca.crt",
                   "--token-file", self.secrets / "token", *arguments, "--json"]
        result = subprocess.run([str(word) for word in command], capture_output=True, text=True, timeout=30)
        assert result.returncode == 0, result.stderr
        return json.loads(result.stdout)

    def audit(self):
        process = self.processes["conversation"]
        return process.command("audit", "--config", str(process.config), "--data", str(process.data), "--json", check=False)
