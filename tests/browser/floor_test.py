"""Several people at once: colleagues, two pages of one agent, and a supervisor."""
import pytest

from support import hark as hark_process
from support import mail
from support.browser import CHROMIUM, Browser
from support.console_page import accept, at_work, sign_in, written

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="Chromium is not installed")

AGENTS = [
    {"id": "ana", "name": "Ana", "password": "test-password", "skills": ["billing"], "capacity_units": 200},
    {"id": "ben", "name": "Ben", "password": "test-password", "skills": ["technical"], "capacity_units": 200},
    {"id": "sam", "name": "Sam", "password": "test-password", "role": "supervisor", "capacity_units": 5},
]


@pytest.fixture(scope="module")
def hark(tmp_path_factory, sink):
    one = hark_process.Hark(tmp_path_factory.mktemp("hark"), hark_process.config_yaml(relay_port=sink.port, agents=AGENTS))
    try:
        yield one.start()
    finally:
        one.end()


@pytest.fixture
def people(hark):
    """Opens a page for each who comes, every one in a browser of their own."""
    browsers, pages = [], []

    def come(login=None, working=False):
        browsers.append(Browser())
        page = browsers[-1].open(f"http://127.0.0.1:{hark.http}/")
        pages.append(page)
        if working:
            at_work(page, login)
        else:
            sign_in(page, login)
            page.wait("!!document.querySelector('#console')")
        return page

    yield come
    errors = [page.errors for page in pages]
    for browser in browsers:
        browser.close()
    assert errors == [[]] * len(pages), "a page threw"


def take(hark, page, name, words):
    sender = mail.unique(name)
    mail.deliver(hark, mail.make(sender, name=name.title(), subject=f"About {name}", text=f"{words}\n"))
    accept(page, f"About {name}")
    page.wait_text("#entries", words)
    return sender


def note_mode(page):
    page.click("#tab-note")
    page.wait("!!document.querySelector('form.composer.note')")


def test_a_draft_follows_its_agent_and_is_gone_everywhere_once_it_was_sent(hark, people, sink):
    ana = people("ana", working=True)
    sender = take(hark, ana, "laptop", "It does not start.")
    written(ana, "Half of it,")
    ana.wait("document.querySelector('#draft-state').innerText === 'Draft kept'")
    elsewhere = people("ana")
    elsewhere.click("#assigned button", "Laptop")
    elsewhere.wait("document.querySelector('#words')?.value === 'Half of it,'")
    elsewhere.type("#words", " and the rest.")
    elsewhere.wait("document.querySelector('#draft-state').innerText === 'Draft kept'")
    ana.wait("document.querySelector('#words').value === 'Half of it, and the rest.'")
    elsewhere.click("#send")
    (sent,) = sink.wait(sender)
    assert "Half of it, and the rest." in sent.get_body(("plain",)).get_content()
    ana.wait("document.querySelector('#words').value === ''")
    ana.type("#words", "More to come.")
    ana.wait("document.querySelector('#draft-state').innerText === 'Draft kept'")
    assert not ana.evaluate("!!document.querySelector('.composer .notice')"), "new words do not clash with sent ones"


def test_a_file_goes_out_with_the_answer(hark, people, sink, tmp_path):
    ana = people("ana", working=True)
    sender = take(hark, ana, "invoice", "Please send it again.")
    (tmp_path / "invoice.txt").write_text("Total: 12 EUR\n")
    root = ana.send("DOM.getDocument", depth=1)["root"]["nodeId"]
    field = ana.send("DOM.querySelector", nodeId=root, selector="#composer input[type=file]")["nodeId"]
    written(ana, "Here it is.")
    ana.send("DOM.setFileInputFiles", nodeId=field, files=[str(tmp_path / "invoice.txt")])
    ana.wait_text("#composer .files", "invoice.txt")
    ana.click("#send")
    (sent,) = sink.wait(sender)
    (file,) = sent.iter_attachments()
    assert (file.get_filename(), file.get_content().strip()) == ("invoice.txt", "Total: 12 EUR")
    ana.wait_text("#entries", "invoice.txt")


def test_a_colleague_who_is_named_in_a_note_is_told_once(hark, people):
    ana = people("ana", working=True)
    take(hark, ana, "router", "It blinks.")
    note_mode(ana)
    ana.type("#words", "@be")
    ana.click(".mentions button", "Ben")
    ana.wait("document.querySelector('#words').value === '@ben '")
    ana.type("#words", "do you know this one?")
    ana.click("#send")
    ana.wait_text("#entries .mention", "@ben")
    ben = people("ben")
    ben.wait_text("#notices .count", "1")
    ben.click("#notices")
    ben.wait_text(".notice-list", "do you know this one?")
    ben.click(".notice-list button", "Open")
    ben.wait_text("#entries", "It blinks.")
    ben.wait("!document.querySelector('#notices .count')")
    ana.wait_text(".present", "Ben")


def test_a_supervisor_watches_whispers_and_takes_over(hark, people):
    ana = people("ana", working=True)
    take(hark, ana, "refund", "I was charged twice.")
    sam = people("sam")
    sam.click(".places button", "Floor")
    sam.wait_text("#agents", "Refund")
    sam.wait("document.querySelectorAll('.plot').length === 4")
    sam.click("#agents .chip-button", "Refund")
    sam.wait_text("#entries", "I was charged twice.")
    sam.click(".actions button", "Whisper")
    sam.type("#dialog-text", "Offer her ten percent.")
    sam.click("#dialog-ok")
    ana.wait_text("#entries .whisper", "Offer her ten percent.")
    sam.click(".actions button", "Take over")
    sam.click("#dialog-ok")
    sam.wait("document.querySelector('#dialog-error').innerText.length > 5")
    sam.type("#dialog-reason", "an old friend")
    sam.click("#dialog-ok")
    sam.wait_text("#ticket-state", "yours")
    ana.wait_text("#composer-state", "Sam holds this ticket")
    ana.wait("![...document.querySelectorAll('.work .item')].some(e => e.innerText.includes('Refund'))")


def test_a_supervisor_changes_the_presence_of_an_agent_who_is_told_why(hark, people):
    ana = people("ana", working=True)
    sam = people("sam")
    sam.click(".places button", "Floor")
    sam.wait_text("#agents", "Ana")
    sam.click("#agents tr button.plain", "Change presence")
    sam.fill("#dialog-presence", "PRESENCE_AWAY")
    sam.type("#dialog-reason", "meeting")
    sam.click("#dialog-ok")
    ana.wait("document.querySelector('input[value=PRESENCE_AWAY]').checked")
    ana.click("#notices")
    ana.wait_text(".notice-list", "meeting")


def test_a_conversation_is_found_by_what_was_said(hark, people):
    ana = people("ana", working=True)
    take(hark, ana, "umbrella", "The handle is made of walnut.")
    sam = people("sam")
    sam.type("#search", "waln")
    sam.wait_text("#found", "Umbrella")
    sam.click("#found button", "Umbrella")
    sam.wait_text("#entries", "walnut")
