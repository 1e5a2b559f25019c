"""The page in a browser: opened from its file, without a network; no request and no message of the browser."""

import re
import time

import pytest

from wearoff.texts import languages
from wearoff.webpage.writing import page

SNAP25 = "SNAP\N{NON-BREAKING HYPHEN}25"  # as the page writes it


@pytest.fixture(scope="session")
def files(tmp_path_factory):
    """The file of the page in each language."""
    folder = tmp_path_factory.mktemp("stick")
    return {lang: page(folder / f"{lang}.html", lang=lang) for lang in languages()}


@pytest.fixture
def opened(browser, files):
    """Return a function that opens the page. At the end nothing but the file was asked for, and no message written."""
    contexts, asked, said = [], [], []

    def inner(address="", width=1366, height=768, lang="en", **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_offline(True)
        contexts.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(f"{files[lang].as_uri()}{address}")
        tab.wait_for_selector("html[data-ready=yes]")
        return tab

    yield inner
    for context in contexts:
        context.close()
    assert said == []
    # The picture that is saved as PNG is read from a text of this page.
    assert all(re.match(r"file://.*\.html|data:", url) for url in asked), asked


# The forecast of a history has been computed.
ANSWERED = "document.querySelector('.next-date').getAttribute('aria-busy') === 'false'"


def wait(tab, expression):
    """Wait until an expression is true; the browser's own way is forbidden by the policy of the page."""
    until = time.monotonic() + 10
    while not tab.evaluate(expression):
        assert time.monotonic() < until, expression
        tab.wait_for_timeout(20)


def slide(tab, name, value):
    """Move a slider as a hand does: its value and an event."""
    tab.locator(f"#{name}").evaluate(
        "(input, value) => { input.value = value; input.dispatchEvent(new Event('input', { bubbles: true })); }", value
    )
