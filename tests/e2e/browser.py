"""Chromium without a screen, driven by WebDriver over plain HTTP: no package is needed for it."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any, Iterator, Mapping

__all__ = ["KEYS", "Browser", "browser", "missing_programs"]

# the code points by which WebDriver names keys
KEYS = {
    "left": "\ue012", "right": "\ue014", "home": "\ue011", "end": "\ue010", "tab": "\ue004",
    "enter": "\ue007", "space": "\ue00d", "page_up": "\ue00e", "page_down": "\ue00f",
}  # fmt: skip
_PROGRAMS = ("chromium", "chromedriver")
_START_TIMEOUT_S = 20.0
_ANSWER_TIMEOUT_S = 60.0
# as root Chromium runs without its sandbox only; /dev/shm is small in containers
_OPTIONS = (
    "--headless=new", "--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu",
    "--no-first-run", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--hide-scrollbars", "--force-color-profile=srgb",
)  # fmt: skip


def missing_programs() -> list[str]:
    """Return what is not installed of what the browser needs."""
    return [name for name in _PROGRAMS if shutil.which(name) is None]


class Browser:
    """One window on one page."""

    def __init__(self, address: str, session: str) -> None:
        self._base = f"{address}/session/{session}"

    def open(self, page: Path) -> None:
        """Load a file and wait until it is there."""
        # what the browser shows of its own before asks for files of its own
        self._call("POST", "/url", {"url": "about:blank"})
        self.complaints(), self.requests()
        self._call("POST", "/url", {"url": page.resolve().as_uri()})

    def run(self, script: str, *arguments: Any) -> Any:
        """Return what a script returns."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def texts(self, selector: str) -> list[str]:
        """Return the text of all elements, as it is shown."""
        return self.run(
            "return Array.from(document.querySelectorAll(arguments[0]), e => e.innerText)", selector
        )

    def text(self, selector: str) -> str:
        """Return the text of one element."""
        (text,) = self.texts(selector)
        return text

    def press(self, *names: str) -> None:
        """Press keys one after the other, on whatever has the focus."""
        actions = [
            {"type": kind, "value": KEYS.get(name, name)}
            for name in names
            for kind in ("keyDown", "keyUp")
        ]
        self._call(
            "POST", "/actions", {"actions": [{"type": "key", "id": "k", "actions": actions}]}
        )

    def click(self, selector: str) -> None:
        """Click an element as a hand would: at its middle, where another may cover it."""
        found = self._call("POST", "/element", {"using": "css selector", "value": selector})
        self._call("POST", f"/element/{next(iter(found.values()))}/click", {})

    def focus(self, selector: str) -> None:
        """Give an element the focus."""
        self.run("document.querySelector(arguments[0]).focus()", selector)

    def wait(self, script: str, seconds: float = 10.0) -> None:
        """Wait until a script returns something true."""
        until = time.monotonic() + seconds
        while not self.run(script):
            assert time.monotonic() < until, f"never came true: {script}"
            time.sleep(0.05)

    def picture(self, path: Path) -> Path:
        """Save what the window shows."""
        path.write_bytes(base64.b64decode(self._call("GET", "/screenshot")))
        return path

    def pdf(self, path: Path) -> Path:
        """Print the page."""
        path.write_bytes(base64.b64decode(self._call("POST", "/print", {"background": True})))
        return path

    def complaints(self) -> list[str]:
        """Return what the page, its scripts or its policy complained of since the last time."""
        return [entry["message"] for entry in self._log("browser")]

    def requests(self) -> list[str]:
        """Return every address that the page asked for since the last time."""
        messages = (json.loads(entry["message"])["message"] for entry in self._log("performance"))
        return [
            each["params"]["request"]["url"]
            for each in messages
            if each["method"] == "Network.requestWillBeSent"
        ]

    def close(self) -> None:
        """End the session."""
        self._call("DELETE", "")

    def _log(self, kind: str) -> list[dict[str, Any]]:
        return self._call("POST", "/se/log", {"type": kind})

    def _call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        return _call(method, self._base + path, body)


def browser(profile: Path, *, width: int, height: int, is_phone: bool = False) -> Iterator[Browser]:
    """Yield a window of `width` x `height`; everything is ended afterwards."""
    options: dict[str, Any] = {
        "args": [*_OPTIONS, f"--user-data-dir={profile}", f"--window-size={width},{height}"],
        "perfLoggingPrefs": {"enableNetwork": True},
    }
    if is_phone:
        metrics = {"width": width, "height": height, "pixelRatio": 2.0, "touch": True}
        options["mobileEmulation"] = {"deviceMetrics": metrics}
    wanted = {
        "browserName": "chrome",
        "goog:chromeOptions": options,
        "goog:loggingPrefs": {"browser": "ALL", "performance": "ALL"},
    }
    driver = subprocess.Popen(
        ["chromedriver", "--port=0"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    try:
        address = f"http://127.0.0.1:{_port(driver)}"
        answer = _call("POST", f"{address}/session", {"capabilities": {"alwaysMatch": wanted}})
        window = Browser(address, answer["sessionId"])
        try:
            yield window
        finally:
            window.close()
    finally:
        driver.terminate()
        driver.wait(_START_TIMEOUT_S)
        driver.stdout.close()


def _port(driver: subprocess.Popen[str]) -> int:
    for line in driver.stdout:
        if "started successfully on port" in line:
            return int(line.rsplit("port", 1)[1].strip(" .\n"))
    raise AssertionError("chromedriver did not start")


def _call(method: str, url: str, body: Mapping[str, Any] | None) -> Any:
    content = None if body is None else json.dumps(body).encode("utf-8")
    request = urllib.request.Request(  # noqa: S310 - always 127.0.0.1
        url, content, {"Content-Type": "application/json"}, method=method
    )
    # no proxy that the environment names may come between
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(request, timeout=_ANSWER_TIMEOUT_S) as answer:
            return json.load(answer)["value"]
    except urllib.error.HTTPError as error:
        raise AssertionError(f"{method} {url}: {error.read().decode('utf-8')[:2000]}") from error
