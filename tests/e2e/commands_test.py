"""The commands a person types, and the pages a machine reads."""
import json
import re
import signal
import smtplib
import socket
import subprocess

import pytest

from support import mail, protos
from support.hark import BINARY, PATIENCE, Hark, config_yaml, free_port_base, wait_for


def run(*arguments, cwd=None):
    return subprocess.run([str(BINARY), *arguments], capture_output=True, text=True, timeout=60, cwd=cwd)


def test_version_is_one_line():
    result = run("version")
    assert result.returncode == 0 and re.match(r"hark \d+\.\d+", result.stdout), result


@pytest.mark.parametrize("command", ["up", "serve", "demo", "audit", "config", "ctl", "version"])
def test_every_command_explains_itself(command):
    result = run(command, "--help")
    assert result.returncode == 0 and len(result.stdout) > 40, result


def test_the_printed_defaults_pass_their_own_check(tmp_path):
    default = run("config", "default")
    assert default.returncode == 0 and "port_base: 7470" in default.stdout and "#" in default.stdout
    (tmp_path / "hark.yaml").write_text(default.stdout)
    assert run("config", "check", "hark.yaml", cwd=tmp_path).returncode == 0


def test_a_wrong_configuration_is_explained_by_file_line_and_field(tmp_path):
    (tmp_path / "hark.yaml").write_text("listen:\n  prot_base: 1\npartitions: many\n")
    for command in (["config", "check", "hark.yaml"], ["up", "--config", "hark.yaml"]):
        result = run(*command, cwd=tmp_path)
        assert result.returncode != 0
        words = result.stdout + result.stderr
        assert words == ("hark: hark.yaml:2: listen: unknown key 'prot_base'; did you mean 'port_base'?\n"
                         "hark: hark.yaml:3: partitions: expected a whole number, found 'many'\n")


@pytest.mark.parametrize("words, told", [
    ("", "hark: which command? (see: hark --help)"),
    ("fly", "hark: there is no command 'fly' (see: hark --help)"),
    ("up --dta x", "hark up: The following arguments were not expected: x --dta (see: hark up --help)"),
    ("up --port-base many", "hark up: --port-base: Value many not in range 1 to 65533 (see: hark up --help)"),
    ("serve", "hark serve: service is required (see: hark serve --help)"),
    ("demo --mails x", "hark demo: Could not convert: --mails = x (see: hark demo --help)"),
    ("audit x", "hark audit: The following argument was not expected: x (see: hark audit --help)"),
    ("config", "hark config: which command? (see: hark config --help)"),
    ("config chekc f", "hark config: there is no command 'chekc' (see: hark config --help)"),
    ("config check", "hark config check: file is required (see: hark config check --help)"),
    ("replay --log", "hark replay: --log: 1 required TEXT missing (see: hark replay --help)"),
    ("simulate --fast", "hark simulate: The following argument was not expected: --fast (see: hark simulate --help)"),
    ("ctl", "hark ctl: which command? (see: hark ctl --help)"),
    ("ctl wyh", "hark ctl: there is no command 'wyh' (see: hark ctl --help)"),
    ("ctl why", "hark ctl why: ticket is required (see: hark ctl why --help)"),
    ("ctl agents presence ana here", "hark ctl agents presence: presence: here not in {available,away,offline} (see: hark ctl agents presence --help)"),
    ("ctl hold tkt_1 --state x --minutes 0", "hark ctl hold: --minutes: '0' is no whole number from 1 up (see: hark ctl hold --help)"),
    ("ctl transfer tkt_1 --waited-minutes 1.5", "hark ctl transfer: --waited-minutes: '1.5' is no whole number from 1 up (see: hark ctl transfer --help)"),
    ("ctl routing rollback 0", "hark ctl routing rollback: version: '0' is no whole number from 1 up (see: hark ctl routing rollback --help)"),
    ("ctl --ca /nowhere conversations", None),
    ("version 2", "hark version: The following argument was not expected: 2 (see: hark version --help)"),
])
def test_wrong_use_is_one_line_that_says_where_to_read_on_and_status_2(words, told):
    result = run(*words.split())
    assert result.returncode == 2, result
    assert result.stdout == "" and result.stderr.count("\n") == 1, result
    assert told is None or result.stderr == told + "\n"


def test_an_entry_by_an_account_that_is_not_there_is_pointed_at(tmp_path):
    (tmp_path / "hark.yaml").write_text("""\
accounts:
  - {id: support, email: {address: support@hark.test}}
routing:
  queues:
    - id: claims
      entries:
        - {accounts: [support, suport]}
""")
    result = run("config", "check", "hark.yaml", cwd=tmp_path)
    assert result.returncode == 0, result
    assert result.stderr == ("hark: hark.yaml:7: routing.queues[0].entries[0].accounts[1]: warning: there is no account "
                             "'suport' in accounts: no ticket comes in by it\n"), result.stderr


def test_a_queue_that_nothing_enters_is_pointed_at_and_allowed(tmp_path):
    (tmp_path / "hark.yaml").write_text("""\
accounts:
  - {id: support, email: {address: support@hark.test}, queue: mails}
routing:
  queues:
    - {id: claims, entries: [{languages: [lv]}], wait_max_seconds: 60, overflow_to: rest}
    - {id: rest, overflows: [{to: night, after_seconds: 60}]}
    - id: forgotten
      members: group:night
    - {id: night}
    - {id: mails}
""")
    result = run("config", "check", "hark.yaml", cwd=tmp_path)
    assert result.returncode == 0, result
    assert result.stdout == "hark.yaml can be used, but for the warnings it may not do what is meant.\n", result
    assert result.stderr.startswith("hark: hark.yaml:7: routing.queues[2]: warning: nothing ever enters 'forgotten': "), result
    assert result.stderr.count("\n") == 1


def test_what_leads_nowhere_is_told_in_one_run_by_its_line(tmp_path):
    (tmp_path / "hark.yaml").write_text("""\
accounts:
  - {id: support, email: {address: support@hark.test}, queue: ghost}
routing:
  polcy: x
  decline_rests: [{code: busy, seconds: -3}]
  sla:
    - {id: a, accounts: [zz], first_response_seconds: 20, first_response_minutes: 1}
  queues:
    - {id: claims, entries: [{languages: [english]}], closed_to: claims}
""")
    result = run("config", "check", "hark.yaml", cwd=tmp_path)
    assert result.returncode == 2, result
    assert [line.removeprefix("hark: ").split(": ")[:2] for line in result.stderr.splitlines()] == [
        ["hark.yaml:2", "accounts[0].queue"], ["hark.yaml:4", "routing"], ["hark.yaml:5", "routing.decline_rests[0].seconds"],
        ["hark.yaml:7", "routing.sla[0].first_response_seconds"], ["hark.yaml:7", "routing.sla[0].accounts[0]"],
        ["hark.yaml:9", "routing.queues[0].closed_to"], ["hark.yaml:9", "routing.queues[0].entries[0].languages[0]"]], result.stderr
    assert "write en" in result.stderr


@pytest.mark.parametrize("command", [
    ("config", "check", "/nonexistent"), ("up", "--config", "/nonexistent"), ("audit", "--data", "/nonexistent"),
    ("replay", "--from", "/nonexistent"), ("replay", "--from", "unix:/nonexistent"), ("replay", "--log", "/nonexistent"), ("replay", "--log", "/dev/null"), ("replay", "--log", "x", "--config", "/nonexistent"),
    ("replay", "--from", ".", "--chart", "c.png"), ("replay", "--from", ".", "--after", "soon"),
    ("replay", "--from", ".", "--password-file", "/nonexistent"), ("simulate", "--config", "/nonexistent"),
    ("simulate", "--chart", "x.png"), ("simulate", "--chart", "chart"), ("simulate", "--chart", "/nonexistent/x.svg"),
])
def test_what_is_not_there_or_cannot_be_is_one_line_and_status_2(command, tmp_path):
    result = run(*command, cwd=tmp_path)
    assert (result.returncode, result.stdout, result.stderr.count("\n")) == (2, "", 1), result
    assert not list(tmp_path.iterdir()), "nothing is written"


def test_a_chart_under_another_name_than_svg_is_refused_in_words():
    assert "charts are SVG, so name it x.svg" in run("simulate", "--chart", "x.png").stderr


def test_serve_names_every_service():
    told = " ".join(run("serve", "--help").stdout.split())
    assert "conversation, routing, email, chat, social, phone, console" in told


def test_a_simulation_says_that_its_customers_are_made_up_and_how():
    told = run("simulate").stdout
    assert told.startswith("made up, not measured; --traffic and --agents say what is so with you:\n"), told
    for words in ["phone: 60 an hour, each handled in 4 min in the mean", "nobody gives up", "of the default configuration", "seed 1"]:
        assert words in told, told
    assert "giving up after 1 min 30 s in the mean" in run("simulate", "--traffic", "channel=chat,patience=90").stdout
    assert len(json.loads(run("simulate", "--json").stdout)["made_up"]) == 3


def test_a_service_apart_says_which_peer_it_lacks_and_needs_no_other(tmp_path):
    settings = {"redis": {"url": f"unix:{tmp_path}/none.sock"}, "agents": [{"id": "ana", "password": "test-password"}]}
    (tmp_path / "hark.yaml").write_text(json.dumps({**settings, "peers": {"conversation": "127.0.0.1:9"}}))
    serve = ["serve", "console", "--data", "data", "--config", "hark.yaml", "--port-base", "0"]
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        serve[-1] = str(free.getsockname()[1] - 1)
    result = run(*serve, cwd=tmp_path)
    assert result.returncode == 2 and "peers.routing: is not set; console needs routing, which does not run in this process" in result.stderr, result
    (tmp_path / "hark.yaml").write_text(json.dumps({**settings, "peers": {"conversation": "127.0.0.1:9", "routing": "127.0.0.1:9"}}))
    console = subprocess.Popen([str(BINARY), *serve], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert console.stdout.readline() == "Hark is ready.\n"
    console.terminate()
    assert "channel" not in console.communicate(timeout=30)[1], "gRPC is given no address that is none"


def test_two_on_one_folder_or_port_do_not_start(hark, tmp_path):
    again = Hark(hark.folder)
    again.log = tmp_path / "again.log"
    again.start(wait=False)
    assert again.process.wait(timeout=30) != 0
    assert str(hark.data) in again.tail() or "data" in again.tail()
    other = Hark(tmp_path)
    other.port_base = hark.port_base
    try:
        other.start(wait=False)
        assert other.process.wait(timeout=30) != 0
        assert "--port-base" in other.tail() and "127.0.0.1" in other.tail()
    finally:
        other.end()
    assert hark.is_ready()


def test_healthz_and_metrics_answer(hark):
    assert hark.get("/healthz").strip()
    page = hark.get("/metrics")
    assert re.search(r"^# TYPE hark_\w+ counter$", page, re.M)


def test_ctl_shows_conversations_and_timelines_as_json(hark):
    sender = mail.unique("ctl")
    mail.deliver(hark, mail.make(sender, subject="By ctl"))
    conversation = hark.wait_conversation(sender)
    listed = json.loads(hark.ctl("conversations", "--json").stdout)
    assert conversation.id in [one["id"] for one in listed["conversations"]]
    timeline = json.loads(hark.ctl("timeline", conversation.id, "--json").stdout)
    assert timeline["entries"][0]["content"]["subject"] == "By ctl"
    assert "By ctl" in hark.ctl("timeline", conversation.id).stdout
    assert [a["id"] for a in json.loads(hark.ctl("agents", "--json").stdout)["agents"]] == ["ana", "ben"]
    assert hark.ctl("timeline", "con_nonsense", check=False).returncode != 0


def test_ctl_tells_why_a_ticket_waits(tmp_path):
    queues = {"queues": [{"id": "claims", "entries": [{"accounts": ["support"]}], "members": "group:claims",
                          "steps": [{"require": "french >= 4", "seconds": 600}]}], "version": "of May"}
    one = Hark(tmp_path, config_yaml(routing={"accept_timeout_seconds": 60, **queues}))
    try:
        one.start()
        sender = mail.unique("why")
        mail.deliver(one, mail.make(sender))
        ticket = one.wait_conversation(sender).ticket.id

        def why():
            result = one.ctl("why", ticket, "--json", check=False)
            return json.loads(result.stdout) if result.returncode == 0 else None

        told = wait_for("an explanation", why)
        assert told["queue_id"] == "claims" and told["step"] == "step 1 of 1" and told["config_version"] == "1 of May"
        assert told["requirement"] == "group:claims and french >= 4"
        assert {c["agent_id"]: c["verdict"] for c in told["candidates"]}["ana"].startswith("lacks group:claims")
        assert "waits: none of" in one.ctl("why", ticket).stdout
        conversation = one.wait_conversation(sender).id
        assert json.loads(one.ctl("why", conversation, "--json").stdout)["ticket_id"] == ticket
        for nothing, why in [("tkt_nonsense", "TICKET_NOT_FOUND: there is no open ticket 'tkt_nonsense'"), ("con_nonsense", "there is no conversation con_nonsense"),
                             ("nonsense", "'nonsense' is no id of a conversation (con_...), a ticket (tkt_...) or an entry (ent_...)")]:
            refused = one.ctl("why", nothing, check=False)
            assert refused.returncode == 1 and refused.stderr == f"hark ctl: {why}\n", refused
        assert conversation in one.ctl("conversations", ticket).stdout and conversation in one.ctl("queue").stdout
        assert json.loads(one.ctl("conversations", ticket, "--json").stdout)["conversation"]["id"] == conversation
    finally:
        one.end()


def test_ctl_replies_and_resolves(hark, sink):
    sender = mail.unique("ctl")
    mail.deliver(hark, mail.make(sender))
    conversation = hark.wait_conversation(sender)
    entry = hark.inbound(sender)[0]
    hark.ctl("reply", "--entry", entry.id, "--text", "By ctl.")
    assert "By ctl." in sink.wait(sender)[0].get_content()
    hark.ctl("resolve", conversation.id)
    assert not hark.conversation_of(sender).open_obligations


def test_ctl_adds_an_agent_once_and_changes_what_is_named_alone(hark):
    def zoe():
        return next(a for a in json.loads(hark.ctl("agents", "--json").stdout)["agents"] if a["id"] == "zoe")

    hark.ctl("agents", "add", "zoe", "--name", "Zoe", "--skill", "billing=5", "--group", "night", "--capacity", "7")
    again = hark.ctl("agents", "add", "zoe", check=False)
    assert again.returncode == 1 and "AGENT_EXISTS: agent 'zoe' exists already" in again.stderr, again
    assert (zoe()["name"], zoe()["capacity_units"], zoe()["groups"]) == ("Zoe", 7, ["night"])
    hark.ctl("agents", "set", "zoe", "--capacity", "3", "--group", "")
    assert (zoe()["name"], zoe()["capacity_units"], zoe().get("groups")) == ("Zoe", 3, None)
    assert zoe()["skills"] == [{"name": "billing", "level": 5}]
    for wrong, told in ((["zoe"], "what is to change?"), (["nobody", "--capacity", "3"], "there is no agent 'nobody'")):
        refused = hark.ctl("agents", "set", *wrong, check=False)
        assert refused.returncode != 0 and told in refused.stderr, refused
    hark.ctl("agents", "add", "zoe", "--replace")
    assert (zoe()["name"], zoe()["capacity_units"], zoe().get("skills")) == ("zoe", 5, None)


def test_ctl_acts_in_the_name_of_agents_that_there_are(hark):
    sender = mail.unique("named")
    mail.deliver(hark, mail.make(sender))
    conversation = hark.wait_conversation(sender)
    entry = hark.inbound(sender)[0]
    for command in (["note", conversation.id, "--text", "x", "--agent", "evee"], ["reply", "--entry", entry.id, "--text", "x", "--agent", "evee"],
                    ["prefer", conversation.id, "evee"], ["resolve", conversation.id, "--waive", "x", "--agent", "evee"]):
        refused = hark.ctl(*command, check=False)
        assert (refused.returncode, refused.stdout) == (1, ""), refused
        assert refused.stderr == "hark ctl: there is no agent 'evee'; `hark ctl agents list` shows all of them\n"
    assert len(hark.timeline(conversation.id)) == 1
    hark.ctl("note", conversation.id, "--text", "for Ana", "--agent", "ana")
    hark.ctl("prefer", conversation.id, "ana", "ben")


def test_ctl_tells_that_who_is_available_is_not_signed_in(hark):
    def listed():  # within routing.disconnect_grace_seconds
        told = hark.ctl("agents", "presence", "ben", "available").stdout
        assert told.startswith("ben is available, but signed in nowhere: they are offered nothing"), told
        return re.search(r"^ben +available +\(signed in nowhere\) ", hark.ctl("agents").stdout, re.M)

    wait_for("the list tells it as well", listed)
    assert hark.ctl("agents", "presence", "ben", "offline").stdout == "ben is offline\n"


def test_what_becomes_of_mail_is_at_metrics(hark, sink):
    def value(line):
        found = re.search(rf"^{re.escape(line)} (\d+)", hark.get("/metrics"), re.M)
        return int(found[1]) if found else 0

    taken, strangers, sent = 'hark_email_taken_total{outcome="accepted"}', 'hark_email_refused_total{reason="unknown_recipient"}', "hark_email_sent_total"
    before = value(taken), value(strangers), value(sent)
    sender = mail.unique("counted")
    mail.deliver(hark, mail.make(sender))
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        mail.deliver(hark, mail.make(sender, to="nobody@hark.test"))
    hark.ctl("reply", "--entry", hark.inbound(sender)[0].id, "--text", "Counted.")
    sink.wait(sender)
    wait_for("it counts as sent", lambda: value(sent) == before[2] + 1)
    assert (value(taken), value(strangers)) == (before[0] + 1, before[1] + 1)
    assert 'hark_conversation_outbox_waiting{account="support",channel="email"} ' in hark.get("/metrics")


def test_audit_finds_nothing_wrong(hark):
    result = hark.command("audit", "--port-base", str(hark.port_base), "--data", str(hark.data), "--json")
    assert json.loads(result.stdout).get("findings", []) == []


def test_demo_brings_customers_through_the_front_door(tmp_path):
    one = Hark(tmp_path)
    try:
        one.start()
        one.command("demo", "--port-base", str(one.port_base), "--mails", "6", "--pause-ms", "10", "--listen-seconds", "1", timeout=90)
        wait_for("conversations", lambda: len(one.all_conversations()) >= 2, 30)
    finally:
        one.end()


def test_up_with_a_configuration_says_who_signs_in_and_no_password(tmp_path):
    one = Hark(tmp_path, config_yaml())
    try:
        one.start()
        wait_for("the welcome", lambda: "Hark is ready." in one.log.read_text())
        (line,) = [line for line in one.log.read_text().splitlines() if line.startswith("  sign in")]
        assert "ana" in line and "configuration" in line
    finally:
        one.end()


def test_the_demo_calls_before_it_chats_and_leaves_no_call_behind(tmp_path):
    one = Hark(tmp_path)
    try:
        one.start()
        demo = subprocess.Popen([str(BINARY), "demo", "--port-base", str(one.port_base), "--mails", "1", "--pause-ms", "10"], stdout=subprocess.PIPE, text=True)
        try:
            call = lambda: next(iter(one.inbound("tel:+37120000001")), None)
            wait_for("Janis waits", lambda: call() and call().call.state == protos.phone_pb2.CALL_STATE_QUEUED)
        finally:
            demo.send_signal(signal.SIGINT)
            words = demo.communicate(timeout=20)[0]
        assert demo.returncode == 0 and "The customers leave." in words, words
        assert words.index("hears music") < words.index("chats:"), words
        wait_for("the call is over", lambda: call().call.ended_at_ms > 0)
    finally:
        one.end()


def test_a_demo_that_finds_no_hark_says_so_in_one_line():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    demo = subprocess.run([str(BINARY), "demo", "--port-base", str(port)], capture_output=True, text=True, timeout=20, check=False)
    assert demo.returncode == 1 and demo.stdout == "", demo
    (line,) = demo.stderr.splitlines()
    assert f"127.0.0.1:{port + 1}" in line and "--port-base" in line and "boost" not in line


def test_the_demos_customers_write_on_telegram_and_thank_for_an_answer(tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bot = {"network": "telegram", "access_token": "0:demo", "secret": "hark-demo-webhooks", "base_url": f"http://127.0.0.1:{port}"}
    one = Hark(tmp_path, config_yaml(accounts=[{"id": "support", "email": {"address": "support@hark.test"}}, {"id": "robot", "social": bot}]))
    try:
        one.start()
        demo = subprocess.Popen([str(BINARY), "demo", "--port-base", str(one.port_base), "--to", "support@hark.test", "--bot-account", "robot",
                                 "--bot-api-port", str(port), "--mails", "1", "--pause-ms", "10", "--listen-seconds", "60"],
                                stdout=subprocess.PIPE, text=True)
        try:
            entries = wait_for("Marta's photos", lambda: (found := one.inbound("telegram:7000001")) and len(found) == 4 and found, 30)
            assert entries[2].group and entries[2].group == entries[3].group != entries[1].group
            assert [len(entry.content.attachments) for entry in entries] == [0, 0, 1, 1] and not any(entry.content.remarks for entry in entries)
            one.ctl("reply", "--entry", entries[3].id, "--text", "We send a new one.")
            wait_for("she thanks", lambda: "Paldies" in one.inbound("telegram:7000001")[-1].content.text, 30)
        finally:
            demo.terminate()
            words = demo.communicate(timeout=30)[0]
        assert "Marta          reads: We send a new one." in words, words
    finally:
        one.end()


def test_without_a_relay_mail_goes_to_the_outbox_folder(tmp_path):
    one = Hark(tmp_path, config_yaml())
    try:
        one.start()
        sender = mail.unique("outbox")
        mail.deliver(one, mail.make(sender))
        one.wait_conversation(sender)
        one.ctl("reply", "--entry", one.inbound(sender)[0].id, "--text", "To the folder.")
        (written,) = wait_for("an .eml", lambda: list((one.data / "outbox").glob("*.eml")))
        assert f"To: {sender}" in written.read_text() or sender in written.read_text()
        assert "outbox" in one.log.read_text()
    finally:
        one.end()


def test_a_second_signal_does_not_cut_the_end_short(tmp_path):
    one = Hark(tmp_path, config_yaml())
    try:
        one.start()
        for again in (signal.SIGTERM, signal.SIGTERM, signal.SIGINT):
            one.process.send_signal(again)
        assert one.process.wait(timeout=30 * PATIENCE) == 0
        assert not one.redis_pids(), one.tail()
    finally:
        one.end()


def test_a_signal_ends_a_start_that_waits_for_its_store(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as mute:
        mute.settimeout(30 * PATIENCE)
        (tmp_path / "hark.yaml").write_text(f"redis: {{url: 'redis://127.0.0.1:{mute.getsockname()[1]}'}}\n")
        process = subprocess.Popen([str(BINARY), "serve", "conversation", "--config", "hark.yaml", "--data", "data", "--port-base",
                                    str(free_port_base())], cwd=tmp_path, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        try:
            connection, _ = mute.accept()
            with connection:
                process.send_signal(signal.SIGTERM)
                _, told = process.communicate(timeout=30 * PATIENCE)
        finally:
            process.kill()
    assert process.returncode == 0, told
    assert "stopping before everything has started" in told


def test_ctrl_c_ends_everything_and_the_next_start_finds_it_all(tmp_path):
    one = Hark(tmp_path, config_yaml())
    try:
        one.start()
        sender = mail.unique("before")
        mail.deliver(one, mail.make(sender))
        one.wait_conversation(sender)
        assert one.stop() == 0
        wait_for("no Redis is left", lambda: not one.redis_pids())
        one.start()
        assert len(one.inbound(sender)) == 1
    finally:
        one.end()
