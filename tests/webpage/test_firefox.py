"""The page in Firefox: it opens from its file, a key moves the curve, a history gives the date of Chromium."""

import re

import pytest
from tests.webpage.conftest import ANSWERED, wait
from tests.webpage.firefox import Firefox

HISTORY = r"date, units, seen\n2027-01-04, 20\n2027-02-03, , none\n2027-04-10, 20, moderate\n2027-07-01, , gone\n"
USE = f"""
document.querySelector('.paste').open = true;
document.querySelector('#table').value = '{HISTORY}';
document.querySelector('#use-table').click();
"""
pytestmark = pytest.mark.browser

RIGHT = "\ue014"  # the key, as WebDriver writes it


@pytest.fixture(scope="module")
def firefox(tmp_path_factory):
    """Firefox, which says nothing and asks for nothing but the page."""
    started = Firefox(tmp_path_factory.mktemp("firefox"))
    yield started
    started.close()
    assert started.said == []
    # Firefox does not count the file itself; the picture of the tab is an empty text of the page.
    assert all(url.startswith("data:") for url in started.asked), started.asked


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (390, 844)])
def test_a_key_on_the_slider_of_the_dose_moves_the_curve(firefox, files, width, height):
    firefox.open(files["en"].as_uri(), width, height)
    firefox.wait("document.documentElement.dataset.ready === 'yes'")
    curve, slider = "document.querySelector('.curve .line').getAttribute('d')", "document.querySelector('#units')"
    before, units = firefox.evaluate(curve), float(firefox.evaluate(f"{slider}.value"))
    firefox.evaluate(f"{slider}.focus()")
    firefox.press(RIGHT)
    firefox.wait(f"{curve} !== `{before}`")
    assert float(firefox.evaluate(f"{slider}.value")) > units
    assert firefox.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_a_history_gives_the_date_that_chromium_gives(firefox, files, opened):
    firefox.open(f"{files['en'].as_uri()}#part=visits")
    firefox.wait("document.documentElement.dataset.ready === 'yes'")
    firefox.evaluate(USE)
    firefox.wait(ANSWERED)
    tab = opened("#part=visits")
    tab.evaluate(USE)
    wait(tab, ANSWERED)
    found = firefox.evaluate("document.querySelector('.date').innerText")
    assert found == tab.locator(".date").inner_text()
    assert re.fullmatch(r"\d+ \w+ 2027|\d+ \w+ 2028", found)
