"""The picture of the page in the docs: `python docs/page_picture.py` writes `docs/page.png`; it needs chromium."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from playwright.sync_api import sync_playwright

import wearoff as wo

PICTURE = Path(__file__).parent / "page.png"
ADDRESS = "#day=30&keep=units%3D40"  # day 30 after 20 U, beside the curve of 40 U
SIZE = {"width": 1366, "height": 900}


def write_picture(path: Path = PICTURE) -> None:
    """Write the page as it is seen on a laptop."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as play:
        file = wo.page(Path(folder) / "page.html")
        browser = play.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"])
        tab = browser.new_page(viewport=SIZE)
        tab.goto(f"{file.as_uri()}{ADDRESS}")
        tab.wait_for_selector("html[data-ready=yes]")
        tab.wait_for_timeout(1000)  # ms, in which the middle half of patients is computed
        tab.screenshot(path=path)
        browser.close()


if __name__ == "__main__":
    write_picture()
