"""The page in a browser: how large it is, its first curve, and a slider's move to the new picture."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from benchmarks.measure import Figure, Target, progress
from benchmarks.table import machine, render
from wearoff.webpage.writing import page

MOVES = 60
FRAME, SLOWEST, FIRST, LARGEST = 16.0, 50.0, 500.0, 1500.0  # ms, ms, ms, kB
# Each move begins with its frame. What is sent by a channel arrives when the browser has drawn the frame.
TIME = """async ([name, moves]) => {
    const input = document.getElementById(name);
    const [low, high, step] = [input.min, input.max, input.step].map(Number);
    const move = (i) => new Promise((done) => requestAnimationFrame(() => {
        const channel = new MessageChannel(), start = performance.now();
        channel.port1.onmessage = () => done(performance.now() - start);
        input.value = low + step * ((7 * i) % Math.floor((high - low) / step));
        input.dispatchEvent(new Event("input", { bubbles: true }));
        channel.port2.postMessage(null);
    }));
    const times = [];
    for (let i = 0; i < moves; i++) times.push(await move(i));
    return times;
}"""
OPENED = "performance.timing.domContentLoadedEventEnd - performance.timing.navigationStart"


def main() -> None:
    """Print the figures of the page."""
    print(render(figures(), machine()))


def figures() -> list[Figure]:
    """Return the size of the file, the milliseconds to the first curve, and those of 60 moves of three sliders."""
    progress("the page")
    program = shutil.which("chromium") or shutil.which("google-chrome")
    opened: list[float] = []
    moves: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        file = page(Path(folder) / "page.html")
        size = file.stat().st_size / 1000
        if program is None:
            progress("  no chromium or google-chrome: the moves are not measured")
        else:
            with sync_playwright() as play:
                browser = play.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
                opened, moves = _measure(browser, file.as_uri())
                browser.close()
    rows = [("day", "the day"), ("units", "the dose"), ("potency", "a constant")]
    return [
        Figure("the page in one file", "", [size], "kB", Target(f"at most {LARGEST:g} kB", most=LARGEST)),
        Figure("opened from a file to the first curve", "", opened, "ms", Target(f"at most {FIRST:g} ms", most=FIRST)),
        *(
            Figure(
                f"a move of {words} to the new picture", "", moves.get(name, []), "ms", Target("a frame", most=FRAME)
            )
            for name, words in rows
        ),
        *(
            Figure(
                f"the slowest of {MOVES} moves of {words}", "", [max(moves[name])], "ms", Target("50 ms", most=SLOWEST)
            )
            for name, words in rows
            if name in moves
        ),
    ]


def _measure(browser: Browser, address: str) -> tuple[list[float], dict[str, list[float]]]:
    opened, moves = [], {}
    for name, part in (("day", "see"), ("units", "see"), ("potency", "constants")):
        tab = browser.new_page(viewport={"width": 1366, "height": 768})
        tab.goto(f"{address}#part={part}")
        tab.wait_for_selector("html[data-ready=yes]")
        opened.append(tab.evaluate(OPENED))
        tab.evaluate(TIME, [name, MOVES])  # the browser compiles what is called often
        moves[name] = tab.evaluate(TIME, [name, MOVES])
        tab.close()
    return opened, moves


if __name__ == "__main__":
    main()
