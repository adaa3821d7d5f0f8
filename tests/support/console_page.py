"""Steps on the console's page that many tests take."""


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


def written(page, words):
    page.type("#words", words)
    page.wait_text("#draft-state", "Draft kept")
