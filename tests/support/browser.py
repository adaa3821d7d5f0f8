"""Debian's Chromium without a window, driven over its DevTools protocol: real clicks and keys, no test code in the page."""
import asyncio
import itertools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import threading
import urllib.request

import websockets

from support.hark import PATIENCE, wait_for

CHROMIUM = shutil.which("chromium")


class Browser:
    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="hark-browser-"))
        flags = ["--headless=new", "--remote-debugging-port=0", f"--user-data-dir={self.folder}", "--disable-gpu", "--disable-dev-shm-usage",
                 "--no-first-run", "--disable-extensions", "--disable-background-networking", "--window-size=1400,900", "about:blank"]
        if os.geteuid() == 0:
            flags.insert(0, "--no-sandbox")  # Chromium's sandbox does not run as root
        self.process = subprocess.Popen([CHROMIUM, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        active = self.folder / "DevToolsActivePort"
        wait_for("Chromium starts", lambda: active.exists() and active.read_text().strip(), 60)
        self.port = int(active.read_text().split()[0])
        self.pages = []

    def open(self, url):
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/json/new?about:blank", method="PUT")
        with urllib.request.urlopen(request, timeout=20) as answer:
            page = Page(json.load(answer)["webSocketDebuggerUrl"])
        self.pages.append(page)
        page.go(url)
        return page

    def close(self):
        for page in self.pages:
            page.close()
        self.process.terminate()
        try:
            self.process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


class Page:
    """One tab. `errors` are uncaught exceptions of the page, `requests` the addresses that it asked for."""

    def __init__(self, socket_url):
        self.errors, self.requests = [], []
        self._numbers, self._waiting = itertools.count(1), {}
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._run(self._connect(socket_url))
        for domain in ("Page", "Runtime", "Network"):
            self.send(f"{domain}.enable")

    def _run(self, coroutine, seconds=30):
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result(seconds * PATIENCE)

    async def _connect(self, url):
        self._socket = await websockets.connect(url, max_size=None, ping_interval=None)
        self._reader = asyncio.ensure_future(self._read())

    async def _read(self):
        async for text in self._socket:
            message = json.loads(text)
            if "id" in message:
                future = self._waiting.pop(message["id"], None)
                if future is not None and not future.done():
                    future.set_result(message)
            elif message["method"] == "Runtime.exceptionThrown":
                details = message["params"]["exceptionDetails"]
                self.errors.append(details.get("exception", {}).get("description") or details.get("text"))
            elif message["method"] == "Network.requestWillBeSent":
                self.requests.append(message["params"]["request"]["url"])

    async def _send(self, method, params):
        number = next(self._numbers)
        future = self._loop.create_future()
        self._waiting[number] = future
        await self._socket.send(json.dumps({"id": number, "method": method, "params": params}))
        return await future

    def send(self, method, **params):
        message = self._run(self._send(method, params))
        if "error" in message:
            raise AssertionError(f"{method}: {message['error']}")
        return message["result"]

    def go(self, url):
        self.send("Page.navigate", url=url)
        self.wait("document.readyState === 'complete'")

    def evaluate(self, expression):
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, expression, seconds=15):
        """Until a JavaScript expression is true; says what the page shows if it never is."""
        try:
            return wait_for(expression, lambda: self.evaluate(expression), seconds)
        except AssertionError as error:
            raise AssertionError(f"{error}\nthe page shows:\n{self.text()}\nits errors: {self.errors}") from None

    def text(self, selector="body"):
        return self.evaluate(f"document.querySelector({json.dumps(selector)})?.innerText ?? ''")

    def wait_text(self, selector, words, seconds=15):
        self.wait(f"(document.querySelector({json.dumps(selector)})?.innerText ?? '').includes({json.dumps(words)})", seconds)

    def _visible(self, selector, words=None):
        """Marks and finds the first visible element, optionally with given words in it."""
        return ("(() => [...document.querySelectorAll(" + json.dumps(selector) + ")].find(e => e.checkVisibility() && "
                + (f"e.innerText.includes({json.dumps(words)})" if words else "true") + "))()")

    def click(self, selector, words=None):
        """A real mouse click in the middle of the element, which must be what is seen there."""
        element = self._visible(selector, words)
        self.wait(f"!!{element} && !{element}.disabled")
        point = self.evaluate(f"(() => {{ const e = {element}; e.scrollIntoView({{block: 'center'}}); const r = e.getBoundingClientRect();"
                              "return [r.x + r.width / 2, r.y + r.height / 2]; })()")
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=point[0], y=point[1], button="left", clickCount=1)

    def type(self, selector, text):
        self.click(selector)
        self.send("Input.insertText", text=text)

    def fill(self, selector, value):
        """What stands in a field is replaced; of a select, the choice."""
        field = f"document.querySelector({json.dumps(selector)})"
        self.wait(f"!!{field}")
        if self.evaluate(f"{field}.tagName") == "SELECT":
            self.evaluate(f"{field}.value = {json.dumps(value)}; {field}.dispatchEvent(new Event('change', {{bubbles: true}}))")
        else:
            self.click(selector)
            self.evaluate(f"{field}.select()")
            self.send("Input.insertText", text=value)

    def press(self, key, ctrl=False):
        """A key, as the keyboard sends it: "k", "Enter", "Escape"."""
        code = {"Enter": 13, "Escape": 27, "ArrowDown": 40}.get(key) or ord(key.upper())
        more = {"text": key} if len(key) == 1 and not ctrl else {"text": "\r"} if key == "Enter" and not ctrl else {}
        named = {"key": key, "code": key if len(key) > 1 else f"Key{key.upper()}", "windowsVirtualKeyCode": code, "modifiers": 2 if ctrl else 0}
        self.send("Input.dispatchKeyEvent", type="keyDown", **named, **more)
        self.send("Input.dispatchKeyEvent", type="keyUp", **named)

    def resize(self, width, height, scale=1):
        self.send("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=width < 700)

    def screenshot(self, path):
        import base64
        pathlib.Path(path).write_bytes(base64.b64decode(self.send("Page.captureScreenshot", format="png")["data"]))

    def close(self):
        async def end():
            self._reader.cancel()
            await self._socket.close()

        self._run(end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=5)
