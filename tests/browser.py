"""The browser in which pages are tried, and which tests need one: `make test-browser` runs those.

`tests/conftest.py` imports the fixture and the hook.
"""

import shutil
from contextlib import contextmanager

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome")
# The browser itself makes no requests. Without a sandbox it also runs as root in a container.
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


def pytest_collection_modifyitems(items):
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("browser")


@contextmanager
def launch():
    """Yield the system's Chromium, headless, as Playwright's synchronous `Browser`."""
    from playwright.sync_api import sync_playwright  # which not every environment has

    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.fail(f"no browser: install one of {', '.join(NAMES)}")
    with sync_playwright() as play:
        opened = play.chromium.launch(executable_path=program, args=list(QUIET))
        yield opened
        opened.close()


@pytest.fixture(scope="session")
def browser():
    """The system's Chromium, see `launch`."""
    with launch() as opened:
        yield opened
