"""What routing did, would have done, or would do: `hark replay` and `hark simulate`."""
import json
import xml.etree.ElementTree

import pytest

from support import hark as hark_process
from support import mail
from support.agent import Agent
from support.hark import wait_for

QUEUES = [{"id": "claims", "entries": [{"channels": ["email"]}]}]


@pytest.fixture
def hark(tmp_path):
    one = hark_process.Hark(tmp_path, hark_process.config_yaml())
    try:
        yield one.start()
    finally:
        one.end()


def work_a_while(one):
    """Two mails: one is taken and resolved, the other waits. Rules change in between."""
    ana = Agent(one, "ana")
    first = mail.unique("ivo")
    mail.deliver(one, mail.make(first))
    conversation = one.wait_conversation(first)
    ana.take(conversation.id)
    one.ctl("resolve", conversation.ticket.id, "--waive", "answered by phone")
    new = one.folder / "new.yaml"
    new.write_text("routing:\n  version: may\n  queues: [{id: claims, entries: [{channels: [email]}]}]\n")
    one.ctl("routing", "apply", str(new))
    ana.leave()
    second = mail.unique("eva")
    mail.deliver(one, mail.make(second))
    one.wait_conversation(second)
    wait_for("it waits", lambda: json.loads(one.ctl("queue", "--json").stdout).get("tickets"))


def replay(one, *arguments, **more):
    return json.loads(one.command("replay", *arguments, "--json", **more).stdout)


def test_a_live_journal_replays_bit_for_bit_and_so_does_a_saved_one(hark):
    work_a_while(hark)
    saved = str(hark.folder / "journal.bin")
    live = replay(hark, "--from", str(hark.data), "--save", saved)
    assert live["differences"] == 0 and live["offers"] >= 1 and live["leaders"] == 1
    assert live["as it was"]["total"]["answered"] == 1
    hark.stop()
    at_rest = hark.command("replay", "--from", str(hark.data)).stdout
    assert "every decision is the same, bit for bit" in at_rest
    assert replay(hark, "--log", saved)["offers"] == live["offers"]
    assert not hark.redis_pids(), "the private Redis was started only for as long as it took"
    assert replay(hark, "--log", saved, "--until", "1-3")["inputs"] == 2


def test_a_journal_that_says_otherwise_is_told_with_its_first_difference(hark):
    work_a_while(hark)
    saved = hark.folder / "journal.bin"
    replay(hark, "--from", str(hark.data), "--save", str(saved))
    whole = saved.read_bytes()
    doctored = whole.replace(b"ana", b"anb", 1)
    assert doctored != whole
    saved.write_bytes(doctored)
    told = hark.command("replay", "--log", str(saved), check=False)
    assert told.returncode == 1
    assert "inputs were decided otherwise; the first is 1-" in told.stdout and "  now:  " in told.stdout
    saved.write_bytes(whole[:-2])
    cut = hark.command("replay", "--log", str(saved), check=False)
    assert cut.returncode == 2 and "is cut off" in cut.stderr


def test_another_configuration_shows_what_would_have_been(hark):
    work_a_while(hark)
    other = hark.folder / "other.yaml"
    other.write_text(json.dumps({"routing": {"queues": QUEUES, "answer_target_seconds": 20}}))
    chart = hark.folder / "chart.svg"
    told = hark.command("replay", "--from", str(hark.data), "--config", str(other), "--chart", str(chart)).stdout
    assert [line.split()[:2] for line in told.splitlines() if "other.yaml" in line] == [["claims", "other.yaml"], ["all", "other.yaml"]]
    assert "so even the same rules may give other figures" in told
    assert xml.etree.ElementTree.parse(chart).getroot().tag.endswith("svg")
    wrong = hark.folder / "wrong.yaml"
    wrong.write_text("routing:\n  queues: [{id: a, members: 'b >'}]\n")
    refused = hark.command("replay", "--from", str(hark.data), "--config", str(wrong), check=False)
    assert refused.returncode == 2 and "wrong.yaml:2" in refused.stderr


def test_a_simulation_is_the_same_for_a_seed_and_says_how_many_agents_it_takes(tmp_path):
    one = hark_process.Hark(tmp_path, hark_process.config_yaml(
        routing={"channels": {"phone": {"auto_answer": True, "tickets_max": 1}}, "wrap_up_seconds": 0, "answer_target_seconds": 20}))
    traffic = ("--traffic", "channel=phone,per_hour=120,handle=240")
    chart = tmp_path / "chart.svg"
    words = ("simulate", "--config", str(one.config), *traffic, "--agents", "8..12", "--goal", "60", "--chart", str(chart))
    told = one.command(*words).stdout
    assert told == one.command(*words).stdout
    assert told != one.command(*words, "--seed", "2").stdout
    assert "agents reach 60 % within 20 s" in told
    assert xml.etree.ElementTree.parse(chart).getroot().tag.endswith("svg")
    runs = json.loads(one.command(*words, "--json").stdout)["runs"]
    assert [run["agents"] for run in runs] == [8, 9, 10, 11, 12]
    assert runs[0]["total"]["occupancy_percent"] > runs[4]["total"]["occupancy_percent"]
    refused = one.command("simulate", "--traffic", "channel=fax", check=False)
    assert refused.returncode == 2 and "--traffic: channel: 'fax' is not one of" in refused.stderr
