"""Every service a process of its own, as in deploy/compose.yaml and k8s/base, on TLS with tokens."""
import json
import pathlib
import re
import shutil
import subprocess

import grpc
import pytest

from support import mail, protos
from support.agent import Agent
from support.console import Console, Refused
from support.hark import BINARY, ROOT, wait_for
from support.split import SERVICES, Split


@pytest.fixture(scope="module")
def split(tmp_path_factory, sink):
    relay = {"relay": {"url": f"smtp://127.0.0.1:{sink.port}", "require_tls": False}}
    one = Split(tmp_path_factory.mktemp("split"), email=relay)
    try:
        yield one.start()
    finally:
        one.end()


class Stubs:
    """What Agent needs of a running Hark, each call to the process that owns it."""

    def __init__(self, split):
        conversation, routing = split.channel("conversation"), split.channel("routing")
        self.conversations = lambda: protos.conversation_service_pb2_grpc.ConversationServiceStub(conversation)
        self.routing = lambda: protos.routing_service_pb2_grpc.RoutingServiceStub(routing)


def only_message(split, sender):
    """The entry that a customer's mail has become, once it is there."""
    def find():
        for conversation in split.ctl("conversation", "conversations").get("conversations", []):
            if f"mailto:{sender}" in [a["address"] for a in conversation["addresses"]]:
                return split.ctl("conversation", "timeline", conversation["id"])["entries"]
        return None

    entries = wait_for(f"a conversation of {sender}", find)
    return next(e for e in entries if e["kind"] == "ENTRY_KIND_INBOUND")


def test_a_mail_is_routed_and_answered_across_processes(split, sink):
    sender = mail.unique("split")
    mail.deliver(split.processes["email"], mail.make(sender, subject="Far apart"))
    entry = only_message(split, sender)
    agent = Agent(Stubs(split), "ana")
    try:
        token = agent.take(entry["conversation_id"])
        request = protos.conversation_service_pb2.ReplyRequest(
            idempotency_key=f"split-{sender}", entry_id=entry["id"], agent_id="ana", assignment_token=token, text="Together again.\n")
        agent.hark.conversations().Reply(request, timeout=15)
        assert "Together again." in sink.wait(sender)[0].get_content()
    finally:
        agent.leave()
    result = split.audit()
    assert result.returncode == 0, result.stdout + result.stderr


def test_a_restarted_process_is_found_again_by_the_others(split):
    for service in ("conversation", "routing"):
        assert split.processes[service].stop() == 0
        split.processes[service].start()
    sender = mail.unique("again")
    wait_for("mail is taken again", lambda: not try_deliver(split, sender), 20, every=0.2)
    only_message(split, sender)


def try_deliver(split, sender):
    """What was wrong; empty once it was taken."""
    try:
        return mail.deliver(split.processes["email"], mail.make(sender, subject="After a restart"))
    except (mail.smtplib.SMTPException, OSError) as error:
        return str(error)


def test_the_page_comes_from_the_consoles_own_process(split):
    assert "<title>" in split.processes["console"].get("/")


def try_sign_in(process, login):
    """Nothing, while the console has not found routing again."""
    page = Console(process)
    try:
        return page.sign_in(login)
    except Refused:
        page.close()
        return None


def test_agents_see_each_other_across_several_processes_of_conversation(split):
    sender = mail.unique("watched")
    mail.deliver(split.processes["email"], mail.make(sender))
    conversation = only_message(split, sender)["conversation_id"]
    other = split.add("conversation-2", "conversation")
    far = split.add("console-2", "console", conversation=f"localhost:{other.grpc}")
    ana, ben = (wait_for(f"{login} is signed in", lambda: try_sign_in(process, login), every=0.2)
                for process, login in ((split.processes["console"], "ana"), (far, "ben")))
    try:
        ana.open(conversation)
        ben.open(conversation)
        ben.wait("ana looks", lambda f: f["attention"]["agentId"] == "ana" or "ana" in [a["agentId"] for a in f["conversation"]["attention"]])
        ana.wait("ben looks", lambda f: f["attention"]["agentId"] == "ben")
        ben.ask(type={"conversationId": conversation, "typing": True})
        ana.wait("ben types", lambda f: f["attention"]["agentId"] == "ben" and f["attention"]["typing"])
        ben.drop()
        ana.wait("ben is gone", lambda f: f["attention"]["agentId"] == "ben" and f["attention"]["gone"])
    finally:
        ana.close()


def agents_as_told_by(split, process):
    try:
        return [agent["id"] for agent in split.ctl(process, "agents")["agents"]]
    except AssertionError:
        return None


def test_a_second_process_of_routing_answers_for_the_leader_and_follows_it(split):
    split.add("routing-2", "routing")
    wait_for("it knows who leads", lambda: agents_as_told_by(split, "routing-2") == ["ana", "ben"])
    split.processes["routing"].kill()
    wait_for("it leads", lambda: "hark_routing_leads{shard=\"all\"} 1" in split.processes["routing-2"].get("/metrics"), 20)
    split.processes["routing"].start()
    wait_for("the one that comes back asks it", lambda: agents_as_told_by(split, "routing") == ["ana", "ben"])
    sender = mail.unique("second")
    mail.deliver(split.processes["email"], mail.make(sender))
    agent = Agent(Stubs(split), "ana")
    try:
        assert agent.take(only_message(split, sender)["conversation_id"])
    finally:
        agent.leave()


def test_a_caller_without_a_token_of_ours_is_refused(split):
    ask = protos.conversation_service_pb2.ListConversationsRequest()
    stranger = protos.conversation_service_pb2_grpc.ConversationServiceStub(split.channel("conversation", token="x" * 32))
    with pytest.raises(grpc.RpcError) as refused:
        stranger.ListConversations(ask, timeout=10)
    assert refused.value.code() == grpc.StatusCode.UNAUTHENTICATED
    assert "token_file" in refused.value.details()


def test_a_caller_in_plaintext_gets_nothing(split):
    with grpc.insecure_channel(f"localhost:{split.processes['conversation'].grpc}") as channel:
        plain = protos.conversation_service_pb2_grpc.ConversationServiceStub(channel)
        with pytest.raises(grpc.RpcError) as refused:
            plain.ListConversations(protos.conversation_service_pb2.ListConversationsRequest(), timeout=10)
    assert refused.value.code() == grpc.StatusCode.UNAVAILABLE


def manifests():
    """The base as kubectl renders it, one document each."""
    if shutil.which("kubectl") is None:
        pytest.skip("kubectl is not installed")
    result = subprocess.run(["kubectl", "kustomize", str(ROOT / "k8s/base")], capture_output=True, text=True, timeout=60)
    assert result.returncode == 0, result.stderr
    return result.stdout.split("\n---\n")


def test_kubernetes_and_compose_start_exactly_these_services():
    deployed = [re.search(r"- serve\n\s*- (\w+)\n", d).group(1) for d in manifests() if "kind: Deployment" in d]
    assert sorted(deployed) == sorted(SERVICES)
    composed = re.findall(r"command: \[serve, (\w+),", (ROOT / "deploy/compose.yaml").read_text())
    assert sorted(composed) == sorted(SERVICES)


@pytest.mark.parametrize("file", ["deploy/split.yaml", "k8s/base/hark.yaml"])
def test_the_configuration_that_is_shipped_is_in_order(file):
    result = subprocess.run([BINARY, "config", "check", ROOT / file], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result.stderr
