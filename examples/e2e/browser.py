"""A headless Chromium for the end-to-end scripts, driven over WebDriver. Python's standard library alone; both programs are the
system's (Debian: chromium, chromium-driver), listen on 127.0.0.1, keep their files in a folder that goes with them, and end with it.

    from browser import Browser, missing

    if missing(): ...          # why there is none
    with Browser() as browser:
        browser.go("https://127.0.0.1:8443/")
        browser.wait("document.title !== ''")
"""

import base64
import json
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

WAIT = 20  # seconds until what a script waits for must be so
TAB, ENTER = "\ue004", "\ue007"
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"  # the name that WebDriver gives references to elements
ARGUMENTS = [
    "--headless=new",
    "--no-sandbox",  # it runs as root in CI, where the sandbox does not
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",  # there is nobody else to ask
]
# What the page's policy refuses, from before its first script on.
WATCH = "window.refused = []; document.addEventListener('securitypolicyviolation', (event) => window.refused.push(event.violatedDirective + ' ' + event.blockedURI));"


def _program(names):
    return next((found for found in map(shutil.which, names) if found), None)


def programs():
    return _program(["chromium", "chromium-browser", "google-chrome"]), _program(["chromedriver"])


def missing():
    """Why there is no browser to test with; `None` where there is one."""
    chromium, driver = programs()
    absent = [name for name, found in (("chromium", chromium), ("chromedriver", driver)) if found is None]
    return f"{' and '.join(absent)} not found (Debian: apt-get install chromium chromium-driver)" if absent else None


class Browser:
    """One session, in a profile of its own."""

    def __init__(self):
        chromium, driver = programs()
        self.folder = tempfile.TemporaryDirectory(prefix="dynacrypt-browser-", ignore_cleanup_errors=True)
        self.session = None
        environment = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "TMPDIR")}
        environment["HOME"] = self.folder.name
        self.driver = subprocess.Popen([driver, "--port=0"], env=environment, cwd=self.folder.name, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        try:
            self.address = f"http://127.0.0.1:{self._port()}"
            options = {"binary": chromium, "args": [*ARGUMENTS, f"--user-data-dir={self.folder.name}/profile"]}
            capabilities = {
                "browserName": "chrome",
                "acceptInsecureCerts": True,  # the certificate is one of the process under test
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
            }
            opened = self._send("POST", "/session", {"capabilities": {"alwaysMatch": capabilities}})
            self.session = opened["sessionId"]
            self.cdp("Page.addScriptToEvaluateOnNewDocument", source=WATCH)
            self.go("about:blank")  # away from the browser's own first page, whose requests are not ours
            self.log("performance")
        except BaseException:
            self.close()
            raise

    def _port(self):
        for line in self.driver.stdout:
            found = re.search(rb"started successfully on port (\d+)", line)
            if found:
                # What it says later is read, so that it does not wait for a reader.
                threading.Thread(target=self.driver.stdout.read, daemon=True).start()
                return int(found[1])
        raise SystemExit("chromedriver did not start")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        """Ends the browser, then the driver: both were started here."""
        try:
            if self.session is not None:
                self._send("DELETE", f"/session/{self.session}")
        except (OSError, RuntimeError):
            pass
        self.driver.terminate()
        try:
            self.driver.wait(10)
        except subprocess.TimeoutExpired:
            self.driver.kill()
        self.folder.cleanup()

    def _send(self, method, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data, {"content-type": "application/json"}, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as error:
            said = json.load(error)["value"]
            raise RuntimeError(f"{said['error']}: {said['message'].splitlines()[0]}") from None

    def _do(self, path, body):
        return self._send("POST", f"/session/{self.session}/{path}", body)

    def cdp(self, command, **parameters):
        return self._do("goog/cdp/execute", {"cmd": command, "params": parameters})

    def go(self, url):
        self._do("url", {"url": url})

    def reload(self):
        self._do("refresh", {})

    def run(self, script, *arguments):
        """The value that a function body of this text returns."""
        return self._do("execute/sync", {"script": script, "args": list(arguments)})

    def value(self, expression):
        return self.run(f"return ({expression});")

    def wait(self, expression):
        """Whether it becomes so."""
        until = time.monotonic() + WAIT
        while not (holds := bool(self.value(expression))) and time.monotonic() < until:
            time.sleep(0.05)
        return holds

    def text(self, selector):
        """The text that is to be seen there; empty where there is no such element."""
        return self.run("return document.querySelector(arguments[0])?.innerText ?? '';", selector)

    def _find(self, selector):
        return self._do("element", {"using": "css selector", "value": selector})[ELEMENT]

    def click(self, selector):
        self._do(f"element/{self._find(selector)}/click", {})

    def type(self, selector, text):
        """Types into a field, in place of what is there."""
        element = self._find(selector)
        self._do(f"element/{element}/clear", {})
        if text:
            self._do(f"element/{element}/value", {"text": text})

    def press(self, keys):
        """Presses keys, one after the other, wherever the focus is."""
        strokes = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        self._do("actions", {"actions": [{"type": "key", "id": "keyboard", "actions": strokes}]})

    def tab_to(self, selector, most=20):
        """Goes to an element with the tabulator alone; whether it got there."""
        for _ in range(most):
            self.press(TAB)
            if self.run("return document.activeElement.matches(arguments[0]);", selector):
                return True
        return False

    def log(self, kind):
        """What the log of this kind (`browser`, `performance`) has got since it was last asked for."""
        return self._do("se/log", {"type": kind})

    def size(self, width, height, mobile=False):
        self.cdp("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=mobile)

    def scheme(self, name):
        """`light` or `dark`."""
        self.cdp("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def screenshot(self, path):
        """The whole page, as PNG."""
        shown = self.cdp("Page.captureScreenshot", format="png", captureBeyondViewport=True)
        pathlib.Path(path).write_bytes(base64.b64decode(shown["data"]))
