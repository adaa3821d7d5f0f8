"""The private Redis dies or is left behind, and life goes on."""
import os
import signal
import threading
import time
import urllib.error

import pytest
from support import hark as hark_process
from support import mail
from support.hark import wait_for


def revived(one):
    """Kills the private Redis and waits until hark has brought another."""
    one.kill_redis()
    wait_for("another Redis", lambda: one.redis_pids() and one.is_ready(), 20)


def taken(one, subject):
    sender = mail.unique("restart")
    wait_for("mail is taken", lambda: deliver(one, mail.make(sender, subject=subject)), 20, every=0.2)
    assert [e.content.subject for e in one.inbound(sender)] == [subject]


def deliver(one, message):
    try:
        mail.deliver(one, message)
        return True
    except (mail.smtplib.SMTPException, OSError):
        return False  # 451: try again, as a mail server does


def test_a_private_redis_that_dies_is_replaced_and_holds_what_it_held(tmp_path):
    one = hark_process.Hark(tmp_path, hark_process.config_yaml())
    try:
        one.start()
        taken(one, "before")
        before = {c.id for c in one.all_conversations()}
        revived(one)
        taken(one, "after")
        assert before < {c.id for c in one.all_conversations()}
    finally:
        one.end()


def test_hark_starts_again_on_top_of_the_redis_that_a_killed_one_left(tmp_path):
    one = hark_process.Hark(tmp_path, hark_process.config_yaml())
    try:
        one.start()
        taken(one, "first")
        left = one.redis_pids()
        one.kill()
        one.start()
        assert one.redis_pids() == left
        taken(one, "second")
    finally:
        one.end()


def test_a_redis_that_was_replaced_keeps_no_port_of_a_killed_hark(tmp_path):
    one = hark_process.Hark(tmp_path, hark_process.config_yaml())
    try:
        one.start()
        revived(one)
        one.kill()
        one.start()
        taken(one, "again")
    finally:
        one.end()


def test_ctrl_c_ends_hark_also_while_the_store_does_not_answer(tmp_path):
    one = hark_process.Hark(tmp_path, hark_process.config_yaml())
    try:
        # Just before the routing leader gives up on its lease, and just after.
        for silence in (1.0, 3.9, 4.1):
            one.start()
            frozen = one.redis_pids()
            for pid in frozen:
                os.kill(pid, signal.SIGSTOP)
            time.sleep(silence)
            thaw = threading.Timer(0.3, lambda: [os.kill(pid, signal.SIGCONT) for pid in frozen])
            thaw.start()
            assert one.stop() == 0
            thaw.join()
    finally:
        one.end()


def test_a_store_that_is_silent_is_told_to_whoever_watches(tmp_path):
    one = hark_process.Hark(tmp_path, hark_process.config_yaml())
    try:
        one.start()
        assert "hark_store_connected 1" in one.get("/metrics")
        for pid in one.redis_pids():
            os.kill(pid, signal.SIGSTOP)
        wait_for("it is not well", lambda: not one.is_ready(), 20)
        with pytest.raises(urllib.error.HTTPError) as unwell:
            one.get("/healthz")
        assert unwell.value.code == 503 and "the store does not answer" in unwell.value.read().decode()
        assert "hark_store_connected 0" in one.get("/metrics")
        for pid in one.redis_pids():
            os.kill(pid, signal.SIGCONT)
        wait_for("it is well again", one.is_ready, 20)
        assert "hark_store_connected 1" in one.get("/metrics")
        assert "the store does not answer" in one.tail() and "the store answers again" in one.tail()
    finally:
        one.end()
