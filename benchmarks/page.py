"""The page: from a slider's move to the redraw in a real browser, and a class of fifty who all move sliders at once."""

from __future__ import annotations

import asyncio
import contextlib
import json
import random
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.request import urlopen

from playwright.sync_api import sync_playwright
from tornado.httpclient import HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

from benchmarks.measure import Figure, Target, progress
from benchmarks.table import machine, render

PUPILS, SECONDS = 50, 30.0
ARRIVAL = 120.0  # seconds until every session must have the page; the measurement begins when all have it
MOVES = 2.0  # per second, of somebody who drags a slider and looks
SLIDERS = {"units a visit (U)": range(5, 60), "visits": range(1, 7), "days between visits": range(60, 200)}


def main() -> None:
    """Print the figures of the page."""
    print(render(figures(), machine()))


def figures() -> list[Figure]:
    """Return the time from a slider's move to the redraw, in one browser and in fifty sessions at once."""
    progress("the page in a browser")
    with served() as address:
        redraws = in_a_browser(address)
        if not redraws:
            progress("  no chromium or google-chrome: the redraw is not measured")
        progress(f"{PUPILS} sessions")
        answers, failures = asyncio.run(class_of(address, PUPILS, SECONDS))
    slider = "a slider of the page, four visits, in a headless browser"
    pupils = f"{PUPILS} sessions, {MOVES:g} moves a second each for {SECONDS:g} s, one process"
    return [
        Figure(slider, "from the key to the frame with the new curve", redraws.get("drawn-curve", []), "ms"),
        Figure("the same", "to the frame with the new cascade", redraws.get("drawn-cascade", []), "ms"),
        Figure(pupils, "from a move to its redraw", [1e3 * each for each in answers], "ms"),
        Figure("the same", "sessions that fail", [failures], f"of {PUPILS}", Target("none", most=0)),
    ]


@contextlib.contextmanager
def served() -> Iterator[str]:
    """Serve the page as a user does, and give its address."""
    command = [sys.executable, "-m", "wearoff", "explore", "--no-show", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[0]
        finally:
            server.send_signal(signal.SIGINT)


# From the key that moves a slider to the frame in which a plot stands anew.
WATCH = """() => {
    window.redraws = {};
    document.addEventListener('keydown', () => { window.pressed = performance.now(); }, true);
    for (const name of ['drawn-curve', 'drawn-cascade']) {
        window.redraws[name] = [];
        const drawn = Bokeh.documents[0].get_model_by_name(name);
        drawn.properties.data.change.connect(() => requestAnimationFrame(() => setTimeout(() => {
            window.redraws[name].push(performance.now() - window.pressed);
        }, 0)));
    }
}"""


def in_a_browser(address: str, moves: int = 30) -> dict[str, list[float]]:
    """Return the milliseconds from a key to the redraw of each plot, for moves of the units; none without a browser."""
    program = shutil.which("chromium") or shutil.which("google-chrome")
    if program is None:
        return {}
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page()
        page.goto(f"{address}/?visits=4")
        page.wait_for_selector("dl")
        page.wait_for_timeout(1000)
        page.locator(".setting-units .noUi-handle").focus()
        page.evaluate(WATCH)
        for _ in range(moves):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(300)
        found: dict[str, list[float]] = page.evaluate("window.redraws")
        browser.close()
    return found


async def class_of(address: str, pupils: int, seconds: float) -> tuple[list[float], int]:
    """Return the seconds that each redraw took, and how many sessions failed."""
    everybody = asyncio.Barrier(pupils)
    # Enough threads for all pages at once: otherwise this client would wait for itself and not for the server.
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(2 * pupils))
    outcomes = await asyncio.gather(
        *(_pupil(address, i, everybody, seconds) for i in range(pupils)), return_exceptions=True
    )
    failures = [each for each in outcomes if isinstance(each, BaseException)]
    for each in failures[:3]:
        progress(f"  failed: {each!r}")
    return [answer for each in outcomes if isinstance(each, list) for answer in each], len(failures)


async def _pupil(address: str, number: int, everybody: asyncio.Barrier, seconds: float) -> list[float]:
    dice = random.Random(number)
    page = await asyncio.to_thread(lambda: urlopen(address, timeout=ARRIVAL).read().decode())
    token = re.search(r'"token":"([^"]+)"', page)
    assert token is not None
    # The server makes fifty sessions one after another: a handshake can wait longer than the default of 20 s.
    place = HTTPRequest(f"{address.replace('http', 'ws')}/ws", connect_timeout=ARRIVAL, request_timeout=ARRIVAL)
    socket = await websocket_connect(place, subprotocols=["bokeh", token[1]])
    await _message(socket)
    await _send(socket, "PULL-DOC-REQ", {})
    models = _models((await _message(socket))[2]["doc"])
    titled = {str(each["attributes"].get("title")): each["id"] for each in models}
    sliders = {title: titled[title] for title in SLIDERS}
    drawn = next(each["id"] for each in models if each["attributes"].get("name") == "drawn-curve")
    ready = {"type": "event", "name": "document_ready", "values": {"type": "map", "entries": []}}
    await _patch(socket, {"kind": "MessageSent", "msg_type": "bokeh_event", "msg_data": ready})
    answers, placed = [], {"units a visit (U)": 20, "visits": 1, "days between visits": 90}
    async with asyncio.timeout(ARRIVAL):
        await everybody.wait()
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        await asyncio.sleep(dice.uniform(0.5, 1.5) / MOVES)
        title = dice.choice(list(sliders))
        # The new value differs from the old: a slider that is not moved redraws nothing.
        value = placed[title] = dice.choice([each for each in SLIDERS[title] if each != placed[title]])
        begin = time.perf_counter()
        change = {"kind": "ModelChanged", "model": {"id": sliders[title]}, "attr": "value", "new": value}
        await _patch(socket, change)
        async with asyncio.timeout(30):
            while not any(
                event.get("model", {}).get("id") == drawn for event in (await _message(socket))[2].get("events", ())
            ):
                pass
        answers.append(time.perf_counter() - begin)
    socket.close()
    async with asyncio.timeout(30):
        while await socket.read_message() is not None:
            pass
    return answers


def _models(content: Any) -> list[dict[str, Any]]:
    # A document defines each model where it first uses it, at any depth.
    if isinstance(content, list):
        return [model for each in content for model in _models(each)]
    if not isinstance(content, dict):
        return []
    own = [content] if {"id", "attributes"} <= set(content) else []
    return own + [model for each in content.values() for model in _models(each)]


async def _patch(socket: WebSocketClientConnection, event: dict[str, Any]) -> None:
    await _send(socket, "PATCH-DOC", {"events": [event]})


async def _send(socket: WebSocketClientConnection, kind: str, content: dict[str, Any]) -> None:
    # Bokeh's protocol sends header, metadata and content as three texts.
    for part in ({"msgid": f"{random.getrandbits(64)}", "msgtype": kind}, {}, content):
        await socket.write_message(json.dumps(part))


async def _message(socket: WebSocketClientConnection) -> list[dict[str, Any]]:
    parts = [await socket.read_message() for _ in range(3)]
    if any(part is None for part in parts):
        raise ConnectionError("the server closed the connection")
    header, metadata, content = (json.loads(part) for part in parts)
    for _ in range(2 * int(header.get("num_buffers", 0))):
        await socket.read_message()
    if header["msgtype"] == "ERROR":
        raise RuntimeError(content["text"])
    return [header, metadata, content]


if __name__ == "__main__":
    main()
