"""The page in a frame of another page, as on the site and in Jupyter: with and without a size at first."""

import pytest
from tests.webpage.conftest import wait

# Whether every chart that is seen has its lines.
DRAWN = """() => {
  const charts = [...document.querySelectorAll("main svg.curve[role=img]")].filter((each) => each.checkVisibility());
  return charts.length > 0 && charts.every((each) => each.querySelectorAll("path[d], rect").length > 4);
}"""


@pytest.fixture
def framed(browser, files, tmp_path):
    """Return a function that opens a page with the page in a frame; at the end the browser has written no message."""
    context, said = browser.new_context(viewport={"width": 1400, "height": 1000}), []

    def inner(address, style):
        outer = tmp_path / "outer.html"
        outer.write_text(f'<!DOCTYPE html><iframe src="{files["en"].as_uri()}#{address}" style="{style}"></iframe>')
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text))
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(outer.as_uri())
        inside = tab.locator("iframe").element_handle().content_frame()
        inside.wait_for_selector("html[data-ready=yes]", state="attached")
        return tab, inside

    yield inner
    context.close()
    assert said == []


@pytest.mark.parametrize("style", ["width: 0; height: 0", "width: 30px; height: 900px", "display: none"])
@pytest.mark.parametrize("part", ["see", "visits", "people", "constants"])
def test_a_frame_without_a_size_is_drawn_when_it_has_one(framed, part, style):
    tab, inside = framed(f"part={part}", style)
    tab.wait_for_timeout(100)
    tab.locator("iframe").evaluate("(each) => { each.style.cssText = 'width: 740px; height: 900px'; }")
    inside.wait_for_timeout(50)
    wait(inside, DRAWN)


# The front page of the site, a cell of JupyterLab in two widths, and a laptop.
@pytest.mark.parametrize(("width", "height"), [(740, 960), (980, 900), (1000, 900), (1366, 768)])
def test_the_curve_is_in_the_first_view(framed, width, height):
    _, inside = framed("", f"border: 0; width: {width}px; height: {height}px")
    assert inside.locator(".course .plot").evaluate("(each) => each.getBoundingClientRect().bottom") <= height
