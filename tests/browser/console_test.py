"""The console's page in headless Chromium: an agent's day, by clicks and keys."""
import email.policy
import re

import pytest

from support import mail
from support.browser import CHROMIUM, Browser
from support.hark import wait_for

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")


@pytest.fixture(scope="module")
def browser():
    one = Browser()
    yield one
    one.close()


@pytest.fixture
def page(hark, browser, tmp_path, request):
    one = browser.open(f"http://127.0.0.1:{hark.http}/")
    yield one
    assert one.errors == [], "the page threw"


def sign_in(page, login="ana", password="test-password"):
    page.wait("!!document.querySelector('#login')")
    page.type("#login", login)
    page.type("#password", password)
    page.click("#sign-in-form button[type=submit]")


def at_work(page, login="ana"):
    sign_in(page, login)
    page.wait("!!document.querySelector('#console')")
    page.click("#presence label", "Available")
    page.wait("document.querySelector('input[value=PRESENCE_AVAILABLE]').checked")


def accept(page, words):
    """Takes the offer that has these words in it, and waits until its conversation is open."""
    page.wait(f"[...document.querySelectorAll('#offers li')].some(e => e.innerText.includes({words!r}))", 20)
    page.evaluate(f"[...document.querySelectorAll('#offers li')].find(e => e.innerText.includes({words!r})).id = 'wanted'")
    page.click("#wanted button", "Accept")


def test_a_wrong_password_is_told_in_words_and_nothing_is_shown(page):
    sign_in(page, password="wrong")
    page.wait("document.querySelector('#sign-in-error').innerText.length > 5")
    assert page.evaluate("document.querySelector('#console') === null")


def test_an_agent_takes_a_mail_and_answers_it_in_its_thread(hark, page, sink):
    at_work(page)
    sender = mail.unique("browser")
    question = mail.make(sender, name="Zane", subject="Where is parcel 77", text="I wait since Monday.\n")
    mail.deliver(hark, question)
    accept(page, "parcel 77")
    page.wait_text("#entries", "I wait since Monday.")
    page.wait_text("#destination", sender)
    page.type("#words", "It comes tomorrow.")
    page.click("#send")
    (sent,) = sink.wait(sender)
    assert "It comes tomorrow." in sent.get_body(("plain",)).get_content()
    assert str(sent["In-Reply-To"]).strip() == question["Message-ID"]
    page.wait_text("#entries", "It comes tomorrow.")
    page.click("#resolve")
    page.click("#dialog-ok")
    wait_for("resolved", lambda: not hark.conversation_of(sender).open_obligations)
    page.wait("!document.querySelector('#dialog').open")


def test_a_second_mail_of_the_customer_shows_up_by_itself(hark, page, sink):
    at_work(page)
    sender = mail.unique("twice")
    mail.deliver(hark, mail.make(sender, subject="First 4711", text="first words\n"))
    accept(page, "4711")
    page.wait_text("#entries", "first words")
    mail.deliver(hark, mail.make(sender, subject="Second", text="second words\n"))
    page.wait_text("#entries", "second words")


def test_hostile_html_runs_nothing_and_asks_nobody(hark, page):
    at_work(page)
    sender = mail.unique("hostile")
    evil = mail.make(sender, subject="Evil 0815", text="plain\n")
    evil.add_alternative(
        "<p>harmless words</p><script>window.pwned = 1</script><img src='http://tracker.example/pixel.png' onerror='window.pwned = 2'>"
        "<a href='javascript:window.pwned=3'>link</a><svg onload='window.pwned=4'></svg><iframe src='http://tracker.example/'></iframe>"
        "<style>@import url(http://tracker.example/x.css); body { background: url(http://tracker.example/y.png) }</style>", subtype="html")
    evil["X-Evil"] = "</script><script>window.pwned=5</script>"
    mail.deliver(hark, evil.as_bytes(policy=email.policy.SMTP), sender=sender)
    accept(page, "0815")
    page.wait("document.querySelector('#entries').children.length > 0")
    page.wait("[...document.querySelectorAll('#entries, #entries iframe')].length > 0")
    assert page.evaluate("window.pwned ?? null") is None
    own = re.compile(rf"^(https?|wss?)://127\.0\.0\.1:{hark.http}/|^(data|blob|about):")
    assert [url for url in page.requests if not own.match(url)] == []


def test_the_page_comes_back_by_itself_after_hark_was_killed(hark, page):
    at_work(page)
    sender = mail.unique("survivor")
    mail.deliver(hark, mail.make(sender, subject="Kept 1234", text="still here\n"))
    accept(page, "1234")
    page.wait_text("#entries", "still here")
    hark.kill()
    hark.start()
    mail.deliver(hark, mail.make(sender, subject="Later", text="after the restart\n"))
    page.wait_text("#entries", "after the restart", 40)
    page.wait_text("#entries", "still here")
