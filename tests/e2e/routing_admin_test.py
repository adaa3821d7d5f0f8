"""What routing goes by, changed while it runs, by `hark ctl routing`."""
import json

from support import hark as hark_process
from support import mail
from support.hark import wait_for

SECRET = "not-for-the-wire-0123"
QUEUES = [{"id": "claims", "entries": [{"channels": ["email"]}]}]


def write(path, routing):
    """A whole configuration file, as people have it, with secrets in it."""
    path.write_text(hark_process.config_yaml(
        routing=routing, agents=[{"id": "ana", "name": "Ana", "password": SECRET, "capacity_units": 5}]))
    return str(path)


def why(one, ticket):
    return json.loads(one.ctl("why", ticket, "--json").stdout)


def test_rules_are_changed_at_run_time_and_decisions_name_their_version(tmp_path):
    one = hark_process.Hark(tmp_path, "")
    write(one.config, {"version": "april"})
    new = write(tmp_path / "new.yaml", {"version": "may", "queues": QUEUES})
    try:
        one.start()
        sender = mail.unique("ana")
        mail.deliver(one, mail.make(sender))
        ticket = one.wait_conversation(sender).ticket.id
        assert wait_for("routing knows it", lambda: one.ctl("why", ticket, check=False).returncode == 0)
        assert why(one, ticket)["config_version"] == "1 april"

        assert "from the file" in one.ctl("routing", "show").stdout
        assert one.ctl("routing", "check", new).stdout.endswith("is in order.\n")
        applied = one.ctl("routing", "apply", new, "--by", "sam", "--reason", "spring", "--expect", "1").stdout
        assert "set by sam" in applied and "may: spring" in applied
        assert (why(one, ticket)["config_version"], why(one, ticket)["queue_id"]) == ("2 may", "claims")
        shown = one.ctl("routing", "show").stdout
        assert "the configuration file says something else" in shown and SECRET not in shown
        refused = one.ctl("routing", "apply", new, "--expect", "1", check=False)
        assert refused.returncode == 1 and "ROUTING_VERSION_CHANGED" in refused.stderr

        # It stands over a restart, until the file says something new.
        one.stop()
        one.start()
        assert why(one, ticket)["config_version"] == "2 may"
        one.ctl("routing", "rollback", "1", "--by", "sam")
        assert why(one, ticket)["config_version"] == "3 april"
        one.stop()
        write(one.config, {"version": "june"})
        one.start()
        assert why(one, ticket)["config_version"] == "4 june"
        assert [v["number"] for v in json.loads(one.ctl("routing", "versions", "--json").stdout)["versions"]] == list("4321")
    finally:
        one.end()


def test_rules_that_leave_an_account_without_its_queue_are_refused_and_doubts_are_told(tmp_path):
    one = hark_process.Hark(tmp_path, "")
    agents = [{"id": "ana", "name": "Ana", "password": SECRET, "capacity_units": 5, "groups": ["day"]}]
    account = {"id": "support", "email": {"address": "support@hark.localhost"}, "queue": "claims"}
    one.config.write_text(hark_process.config_yaml(agents=agents, accounts=[account], routing={"queues": QUEUES}))
    try:
        one.start()
        gone = write(tmp_path / "gone.yaml", {"queues": [{"id": "clams", "entries": [{}]}], "sla": [{"id": "a", "accounts": ["zz"], "update_seconds": 5}]})
        for command in ("check", "apply"):
            told = one.ctl("routing", command, gone, check=False)
            assert told.returncode != 0, told
            assert "gone.yaml: accounts[0].queue: there is no queue 'claims' in routing.queues; did you mean 'clams'?" in told.stderr
            assert "routing.sla[0].accounts[0]: there is no account 'zz' in accounts: support" in told.stderr
        assert "INVALID_FIELD" in told.stderr
        odd = write(tmp_path / "odd.yaml", {"queues": [{**QUEUES[0], "members": "group:dya"}]})
        checked = one.ctl("routing", "check", odd)
        assert "warning: no agent of agents is in group 'dya'; did you mean 'day'?" in checked.stderr and checked.stdout == ""
        applied = one.ctl("routing", "apply", odd)
        assert "warning: no agent of agents is in group 'dya'" in applied.stderr and "set by" in applied.stdout
        assert json.loads(one.ctl("routing", "show", "--json").stdout)["number_in_force"] == "2"

        # Accounts that change leave a version in force that was right when it was set.
        one.stop()
        one.config.write_text(hark_process.config_yaml(agents=agents, accounts=[{**account, "id": "help"}], routing={"queues": QUEUES}))
        one.start()
        assert json.loads(one.ctl("routing", "show", "--json").stdout)["number_in_force"] == "2"
    finally:
        one.end()


def test_wrong_rules_are_told_as_config_check_tells_them(tmp_path):
    one = hark_process.Hark(tmp_path, hark_process.config_yaml())
    wrong = write(tmp_path / "wrong.yaml", {"queues": [{"id": "a", "members": "billing >"}], "gone_policy": "stay"})
    try:
        one.start()
        told = one.command("config", "check", wrong, check=False).stderr
        assert "wrong.yaml:" in told
        checked = one.ctl("routing", "check", wrong, check=False)
        assert (checked.returncode, checked.stderr) == (2, told)
        refused = one.ctl("routing", "apply", wrong, check=False)
        assert refused.returncode == 1 and [line.split(": ", 2)[-1] for line in refused.stderr.splitlines()][1:] == [
            line.split(": ", 2)[-1] for line in told.splitlines()][1:], refused
        assert json.loads(one.ctl("routing", "show", "--json").stdout)["number_in_force"] == "1"
    finally:
        one.end()
