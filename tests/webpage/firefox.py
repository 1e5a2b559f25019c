"""Firefox, driven by WebDriver BiDi, the W3C's protocol: Debian's Firefox speaks it without a driver.

References
----------
https://www.w3.org/TR/webdriver-bidi/
"""

from __future__ import annotations

import json
import re
import subprocess
import time
from pathlib import Path

import websocket

ADDRESS = re.compile(r"WebDriver BiDi listening on (ws://\S+)")
STARTS = 60.0  # seconds within which Firefox must listen
ANSWERS = 60.0


class Firefox:
    """A Firefox without a window, and one tab. `asked` are the addresses it asked for, `said` its messages."""

    def __init__(self, profile: Path) -> None:
        self.asked: list[str] = []
        self.said: list[str] = []
        self._count = 0
        log = profile / "log.txt"
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                ["firefox-esr", "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", "0"],
                stdout=output,
                stderr=output,
            )
        try:
            self._socket = websocket.create_connection(
                f"{_wait_for_address(log)}/session", timeout=ANSWERS, suppress_origin=True
            )
            self.call("session.new", capabilities={})
            self.call("session.subscribe", events=["log.entryAdded", "network.beforeRequestSent"])
            self._tab = self.call("browsingContext.getTree")["contexts"][0]["context"]
        except BaseException:
            self._process.kill()
            raise

    def call(self, method: str, **params: object) -> dict:
        """Return the result of a command; events that come before it are kept."""
        self._count += 1
        self._socket.send(json.dumps({"id": self._count, "method": method, "params": params}))
        while True:
            message = json.loads(self._socket.recv())
            if message.get("type") == "event":
                self._note(message["method"], message["params"])
            elif message.get("id") == self._count:
                assert message["type"] == "success", message
                return message["result"]

    def open(self, address: str, width: int = 1366, height: int = 768) -> None:
        """Open an address in a window of some size, and wait for it."""
        size = {"width": width, "height": height}
        self.call("browsingContext.setViewport", context=self._tab, viewport=size)
        self.call("browsingContext.navigate", context=self._tab, url=address, wait="complete")

    def evaluate(self, expression: str) -> object:
        """Return the value of an expression: text, a number or a truth value."""
        found = self.call("script.evaluate", expression=expression, target={"context": self._tab}, awaitPromise=True)
        assert found["type"] == "success", found
        return found["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        until = time.monotonic() + ANSWERS
        while not self.evaluate(expression):
            assert time.monotonic() < until, expression
            time.sleep(0.05)

    def press(self, *keys: str) -> None:
        """Press keys, one after another."""
        actions = [{"type": kind, "value": key} for key in keys for kind in ("keyDown", "keyUp")]
        keyboard = {"type": "key", "id": "keyboard", "actions": actions}
        self.call("input.performActions", context=self._tab, actions=[keyboard])

    def close(self) -> None:
        """End Firefox."""
        self._socket.close()
        self._process.kill()
        self._process.wait()

    def _note(self, method: str, event: dict) -> None:
        if method == "network.beforeRequestSent":
            self.asked.append(event["request"]["url"])
        else:
            self.said.append(event["text"])


def _wait_for_address(log: Path) -> str:
    until = time.monotonic() + STARTS
    while not (found := ADDRESS.search(log.read_text(encoding="utf-8", errors="replace"))):
        assert time.monotonic() < until, log.read_text(encoding="utf-8", errors="replace")
        time.sleep(0.1)
    return found[1]
