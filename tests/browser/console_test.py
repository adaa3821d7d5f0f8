"""The console's page in headless Chromium: an agent's day, by clicks and keys."""
import email.policy
import re

import pytest

from support import mail
from support.browser import AXE, CHROMIUM, Browser
from support.console_page import accept, at_work, sign_in, written
from support.hark import ROOT, wait_for

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
    page.click("#entries button", "Show formatting")
    page.wait("document.querySelector('#entries iframe')?.srcdoc.includes('harmless words')")
    assert page.evaluate("window.pwned ?? null") is None
    own = re.compile(rf"^(https?|wss?)://127\.0\.0\.1:{hark.http}/|^(data|blob|about):")
    assert [url for url in page.requests if not own.match(url)] == []


def test_a_whole_story_from_offer_to_resolution_with_a_waiver(hark, page, sink):
    at_work(page)
    sender = mail.unique("story")
    question = mail.make(sender, name="Zane", subject="Story 8815", text="Where is it?\n\n> You wrote:\n> quoted words\n")
    mail.deliver(hark, question)
    accept(page, "8815")
    page.wait_text("#entries", "Where is it?")
    assert "quoted words" not in page.text("#entries")
    page.click("#entries button", "Show quoted text")
    page.wait_text("#entries", "quoted words")
    written(page, "It is on its way.")
    page.press("Enter", ctrl=True)
    page.wait_text("#entries", "It is on its way.")
    page.wait_text("#entries", "On e-mail because it answers the message of")
    assert len(sink.wait(sender)) == 1
    mail.deliver(hark, mail.make(sender, name="Zane", subject="Thanks 8815", text="Thank you!\n"))
    page.wait_text("#entries", "Thank you!")
    page.click("#resolve")
    page.wait("!!document.querySelector('#dialog-waiveReason')")
    page.click("#dialog-ok")
    page.wait("document.querySelector('#dialog-error').innerText.length > 5")
    page.type("#dialog-waiveReason", "only thanks")
    page.click("#dialog-ok")
    page.wait("!document.querySelector('#dialog').open")
    wait_for("resolved", lambda: not hark.conversation_of(sender).open_obligations)
    page.wait_text("#entries", "resolved the ticket")


def test_what_came_while_one_wrote_is_read_before_the_answer_goes(hark, page, sink):
    at_work(page)
    sender = mail.unique("newer")
    first = mail.make(sender, name="Ivo", subject="Order 3307", text="One chair, please.\n")
    mail.deliver(hark, first)
    accept(page, "3307")
    page.wait_text("#entries", "One chair")
    written(page, "One chair it is.")
    mail.deliver(hark, mail.make(sender, name="Ivo", subject="Re: Order 3307", text="No, two chairs!\n", In_Reply_To=first["Message-ID"]))
    page.wait_text("#composer .wrote-again", "No, two chairs!")
    assert page.evaluate("document.querySelector('#send').disabled")
    page.press("Enter", ctrl=True)
    assert page.evaluate("document.querySelector('#words').value") == "One chair it is."
    page.click("#have-read")
    page.fill("#words", "Two chairs it is.")
    page.click("#send")
    (sent,) = sink.wait(sender)
    assert "Two chairs it is." in sent.get_body(("plain",)).get_content()


def test_a_reply_that_was_sent_into_a_lost_connection_arrives_once(hark, page, sink):
    at_work(page)
    sender = mail.unique("cut")
    mail.deliver(hark, mail.make(sender, subject="Cut 5150", text="Are you there?\n"))
    accept(page, "5150")
    page.wait_text("#entries", "Are you there?")
    written(page, "Half of an ans")
    hark.kill()
    page.wait("document.querySelector('#connection').innerText.length > 5")
    page.type("#words", "wer, and the rest.")
    page.click("#send")
    page.wait_text("#send", "Waiting for the connection")
    hark.start()
    page.wait_text("#entries", "Half of an answer, and the rest.", 40)
    (sent,) = sink.wait(sender)
    assert "Half of an answer, and the rest." in sent.get_body(("plain",)).get_content()
    page.wait("document.querySelector('#words').value === ''")
    assert page.text("#entries").count("and the rest.") == 1


# Keeps the page's sockets and what came through them within the test's reach.
OVERHEAR = """
  window.sockets = []; window.heard = [];
  window.WebSocket = class extends WebSocket {
    constructor(...all) {
      super(...all);
      sockets.push(this);
      this.addEventListener('message', event => heard.push(JSON.parse(event.data)));
    }
  };"""


def test_a_short_loss_of_the_connection_is_resumed_without_loading_afresh(hark, page):
    page.send("Page.addScriptToEvaluateOnNewDocument", source=OVERHEAR)
    page.send("Page.reload")
    at_work(page)
    sender = mail.unique("resume")
    mail.deliver(hark, mail.make(sender, subject="Resume 7001", text="before the loss\n"))
    accept(page, "7001")
    page.wait_text("#entries", "before the loss")
    page.evaluate("heard.length = 0; sockets.at(-1).close()")
    mail.deliver(hark, mail.make(sender, subject="Resume 7002", text="while nobody listened\n"))
    page.wait_text("#entries", "while nobody listened")
    page.wait("document.querySelector('#connection').innerText === ''")
    assert page.evaluate("heard.find(frame => frame.signedIn).signedIn.resumed")
    offsets = page.evaluate("heard.filter(frame => frame.offset).map(frame => Number(frame.offset))")
    assert offsets == list(range(offsets[0], offsets[0] + len(offsets)))


def test_a_draft_is_there_after_a_reload(hark, page):
    at_work(page)
    sender = mail.unique("draft")
    mail.deliver(hark, mail.make(sender, subject="Draft 6060", text="Hello?\n"))
    accept(page, "6060")
    page.wait_text("#entries", "Hello?")
    written(page, "unfinished words")
    page.send("Page.reload")
    page.wait("document.querySelector('#words')?.value === 'unfinished words'", 20)
    page.wait_text("#destination", sender)


def test_a_transfer_brings_the_ticket_and_its_note_to_the_colleague(hark, browser, page):
    at_work(page)
    sender = mail.unique("transfer")
    mail.deliver(hark, mail.make(sender, subject="Router 9090", text="It blinks red.\n"))
    accept(page, "9090")
    page.wait_text("#entries", "It blinks red.")
    other = browser.open(f"http://127.0.0.1:{hark.http}/")
    at_work(other, "ben")
    page.click("#transfer")
    page.wait("!!document.querySelector('#dialog-agent')")
    page.fill("#dialog-agent", "ben")
    page.fill("#dialog-reason", "knows this router")
    page.click("#dialog-ok")
    accept(other, "9090")
    other.wait_text("#entries", "knows this router")
    other.wait_text("#ticket-state", "yours")
    page.wait("!document.querySelector('#resolve')")
    other.click("#presence label", "Away")
    other.wait("document.querySelector('input[value=PRESENCE_AWAY]').checked")
    assert other.errors == []


def test_everything_can_be_done_from_the_palette(hark, page):
    at_work(page)
    sender = mail.unique("keys")
    mail.deliver(hark, mail.make(sender, subject="Keys 2024", text="Only keys.\n"))
    page.wait_text("#offers", "Keys 2024", 20)
    page.evaluate("document.activeElement.blur()")
    page.press("k", ctrl=True)
    page.wait("document.querySelector('#palette').open")
    page.send("Input.insertText", text="accept first")
    page.wait("document.querySelectorAll('#palette li').length === 1")
    page.press("Enter")
    page.wait_text("#entries", "Only keys.")
    page.evaluate("document.activeElement.blur()")
    page.press("n")
    page.wait("document.activeElement.id === 'words'")
    page.wait_text("#destination", "The customer never does.")


@pytest.mark.parametrize("language, offers, send", [("pl", "Propozycje", "Wyślij odpowiedź"), ("lv", "Piedāvājumi", "Sūtīt atbildi")])
def test_it_speaks_other_languages_and_remembers_which(hark, page, language, offers, send):
    at_work(page)
    page.click("#me")
    page.fill("#language", language)
    page.wait_text(".work", offers)
    page.send("Page.reload")
    page.wait_text(".work", offers, 20)
    assert page.evaluate("document.documentElement.lang") == language
    page.click("#me")
    page.fill("#language", "en")
    page.wait_text(".work", "Offers")


def test_it_is_dark_when_the_system_is_or_when_told_to(hark, page):
    page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark"}])
    at_work(page)
    page.wait("document.documentElement.dataset.theme === 'dark'")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(16, 22, 21)"
    page.click("#me")
    page.fill("#theme", "light")
    page.wait("getComputedStyle(document.body).backgroundColor === 'rgb(243, 245, 244)'")
    page.fill("#theme", "system")


def test_on_a_phone_each_pane_is_a_view(hark, page):
    page.resize(390, 844)
    at_work(page)
    sender = mail.unique("phone")
    mail.deliver(hark, mail.make(sender, name="Lauma", subject="Phone 1001", text="From my phone.\n"))
    accept(page, "1001")
    page.wait_text("#entries", "From my phone.")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert not page.evaluate("document.querySelector('.work').checkVisibility()")
    page.click(".head button[aria-label=Customer]")
    page.wait("document.querySelector('.customer-pane').checkVisibility()")
    page.click(".who-is button")
    page.click(".head button[aria-label=Back]")
    page.wait("document.querySelector('.work').checkVisibility()")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed: npm ci")
def test_it_keeps_to_wcag_aa_in_light_and_dark(hark, page):
    page.wait("!!document.querySelector('#login')")
    assert page.breaches() == ""
    at_work(page)
    sender = mail.unique("access")
    mail.deliver(hark, mail.make(sender, name="Elza", subject="Access 4040", text="Can everybody read this?\n\n> quoted\n"))
    page.wait_text("#offers", "Access 4040", 20)
    for theme in ("light", "dark"):
        page.click("#me")
        page.fill("#theme", theme)
        assert page.breaches() == "", f"the offer and the settings, {theme}"
        page.press("Escape")
    accept(page, "4040")
    page.wait_text("#entries", "Can everybody read this?")
    written(page, "Yes.")
    for theme in ("dark", "light"):
        page.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
        assert page.breaches() == "", f"the conversation, {theme}"
    page.click("#resolve")
    page.wait("document.querySelector('#dialog').open")
    assert page.breaches() == ""
    page.click("#dialog-cancel")
    page.evaluate("document.activeElement.blur()")
    page.press("k", ctrl=True)
    page.wait("document.querySelector('#palette').open")
    assert page.breaches() == ""


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
