"""The visitor's chat in headless Chromium: the page /chat and the script embedded in a site's page, by clicks and keys."""
import http.server
import json
import threading

import pytest

from support import hark as hark_process
from support import protos
from support.agent import Agent
from support.browser import CHROMIUM, Browser
from support.chat import signature
from support.hark import wait_for

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")
SECRET = "the secret of the test shop"
SHADOW = "document.querySelector('#hark-chat').shadowRoot"


@pytest.fixture(scope="module")
def site():
    """A site of another origin, which embeds the script. Its pages are set by the tests."""
    class Pages(http.server.BaseHTTPRequestHandler):
        pages = {}

        def do_GET(self):
            body = self.pages.get(self.path, "").encode()
            self.send_response(200 if body else 404)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    server.pages = Pages.pages
    yield server
    server.shutdown()


@pytest.fixture(scope="module")
def hark(tmp_path_factory, site):
    origin = f"http://127.0.0.1:{site.server_port}"
    config = hark_process.config_yaml(accounts=[
        {"id": "site", "name": "Tējas veikals", "chat": {"origins": [origin], "identity_secret": SECRET}}])
    one = hark_process.Hark(tmp_path_factory.mktemp("hark"), config)
    try:
        yield one.start()
    finally:
        one.end()


@pytest.fixture(scope="module")
def browser():
    one = Browser()
    yield one
    one.close()


@pytest.fixture
def chat(hark, browser):
    page = browser.open(f"http://127.0.0.1:{hark.http}/chat?account=site")
    page.evaluate("localStorage.clear()")
    page.go(f"http://127.0.0.1:{hark.http}/chat?account=site")
    page.root = SHADOW
    page.wait(f"!!{SHADOW}.querySelector('textarea')")
    yield page
    assert page.errors == [], "the page threw"


def write(page, text):
    page.type("textarea", text)
    page.click("button[type=submit].icon")


def newest(hark, text):
    """The entry with this text, once there is one."""
    def find():
        for conversation in hark.all_conversations():
            for entry in hark.timeline(conversation.id):
                if entry.content.text == text:
                    return entry
        return None
    return wait_for(f"the message {text!r}", find)


def phone(page, dark=False):
    page.send("Emulation.setDeviceMetricsOverride", width=390, height=844, deviceScaleFactor=2, mobile=True)
    page.send("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])


def test_a_visitor_writes_and_reads_the_answer(hark, chat, tmp_path):
    agent = Agent(hark, "ana")
    write(chat, "Labdien! Vai jums ir piparmētru tēja?")
    entry = newest(hark, "Labdien! Vai jums ir piparmētru tēja?")
    token = agent.take(entry.conversation_id)
    agent.reply(entry, "Jā, un arī kumelīšu. Skatiet https://teja.example/zales.", token, from_name="Ana")
    chat.wait_text(".log", "kumelīšu")
    assert chat.text("h1") == "Tējas veikals"
    assert chat.evaluate(f"{SHADOW}.querySelector('.bubble a').href") == "https://teja.example/zales"
    reply = wait_for("the answer is read", lambda: next((e for e in hark.timeline(entry.conversation_id) if e.kind == protos.entry_pb2.ENTRY_KIND_REPLY
                                                         and e.delivery == protos.channel_pb2.DELIVERY_STATE_READ), None))
    assert reply.answers_entry_id == entry.id
    chat.screenshot(tmp_path / "chat-desktop.png")
    phone(chat, dark=True)
    chat.screenshot(tmp_path / "chat-phone-dark.png")
    agent.leave()


def test_markup_stays_text(hark, chat):
    write(chat, "<img src=x onerror=alert(1)><b>bold</b>")
    chat.wait_text(".log", "<b>bold</b>")
    assert chat.evaluate(f"{SHADOW}.querySelectorAll('.log img, .log b').length") == 0


def test_what_is_typed_survives_a_reload_and_what_is_sent_survives_a_kill(hark, chat):
    chat.type("textarea", "half a thought")
    chat.go(f"http://127.0.0.1:{hark.http}/chat?account=site")
    chat.wait(f"{SHADOW}.querySelector('textarea').value === 'half a thought'")
    hark.kill()
    chat.wait_text(".status", "Reconnecting")
    chat.click("button[type=submit].icon")
    chat.wait_text(".log", "Waits for the connection")
    assert chat.evaluate("Object.keys(localStorage).some(k => k.includes(':unsent:'))")
    hark.start()
    entry = newest(hark, "half a thought")
    chat.wait("!Object.keys(localStorage).some(k => k.includes(':unsent:'))", 40)
    assert [e.content.text for e in hark.timeline(entry.conversation_id)] == ["half a thought"]
    chat.wait(f"{SHADOW}.querySelector('.status').hidden")


def test_everything_can_be_done_by_keys(hark, chat):
    def key(name, code, text=None):
        more = {"text": text} if text else {}
        chat.send("Input.dispatchKeyEvent", type="keyDown", key=name, code=name, windowsVirtualKeyCode=code, **more)
        chat.send("Input.dispatchKeyEvent", type="keyUp", key=name, code=name, windowsVirtualKeyCode=code)

    def focused():
        return chat.evaluate(f"(() => {{ const e = {SHADOW}.activeElement; return e && (e.getAttribute('aria-label') || e.id || e.tagName); }})()")

    assert focused() == "hark-message"
    chat.send("Input.insertText", text="by keys alone")
    key("Tab", 9)
    assert focused() == "Send"
    key("Enter", 13, "\r")
    newest(hark, "by keys alone")
    # Nothing that can be reached is without a name.
    nameless = chat.evaluate(f"""[...{SHADOW}.querySelectorAll('button, input:not([hidden]), textarea')].filter(e =>
        !e.getAttribute('aria-label') && !e.innerText.trim() && !(e.id && {SHADOW}.querySelector(`label[for="${{e.id}}"]`))).map(e => e.outerHTML)""")
    assert nameless == []
    assert chat.evaluate(f"{SHADOW}.querySelector('.log').getAttribute('aria-live')") == "polite"


def test_a_site_embeds_the_chat_and_vouches_for_its_user(hark, site, browser, tmp_path):
    agent = Agent(hark, "ana")
    identity = json.dumps(signature(SECRET, "site", "4711", email="zane@shop.example", name="Zane"))
    site.pages["/shop"] = f"""<!doctype html><html lang="lv"><head><meta name="viewport" content="width=device-width"><title>Veikals</title></head>
        <body><h1>Veikals</h1><p>Tēja un krūzes.</p><script>window.harkChatIdentity = async () => ({identity});</script>
        <script src="http://127.0.0.1:{hark.http}/chat/chat.js" data-account="site" async></script></body></html>"""
    page = browser.open(f"http://127.0.0.1:{site.server_port}/shop")
    page.wait("!!document.querySelector('#hark-chat')")
    page.root = SHADOW
    assert page.evaluate(f"{SHADOW}.querySelector('.launcher').getAttribute('aria-label')") == "Atvērt tērzēšanu"
    page.click(".launcher")
    page.wait_text("h1", "Tējas veikals")
    write(page, "Es esmu pieslēgusies")
    entry = newest(hark, "Es esmu pieslēgusies")
    assert entry.sender_verified and entry.sender.name == "Zane"
    assert hark.conversation_of("zane@shop.example").id == entry.conversation_id
    # Answers that come while it is closed are counted on the button.
    page.click("header .icon")
    token = agent.take(entry.conversation_id)
    agent.reply(entry, "Kā varam palīdzēt?", token, from_name="Ana")
    page.wait(f"{SHADOW}.querySelector('.badge').innerText === '1'")
    page.screenshot(tmp_path / "widget-closed.png")
    page.click(".launcher")
    page.wait_text(".log", "Kā varam palīdzēt?")
    page.screenshot(tmp_path / "widget-desktop.png")
    phone(page)
    page.screenshot(tmp_path / "widget-phone.png")
    assert page.evaluate(f"{SHADOW}.querySelector('.panel').getBoundingClientRect().width") == 390
    assert page.errors == []
    agent.leave()


def test_a_page_of_another_site_is_told_that_the_chat_is_not_there(hark, browser):
    page = browser.open("data:text/html,<script src='http://127.0.0.1:%d/chat/chat.js' data-account='site'></script>" % hark.http)
    page.wait("!!document.querySelector('#hark-chat')")
    page.root = SHADOW
    page.click(".launcher")
    page.type("textarea", "anyone?")
    page.click("button[type=submit].icon")
    page.wait_text(".log", "Waits for the connection")
