"""The page on screens from 360 to 2560 pixels: nothing is cut off or overlaps."""

import pytest
from tests.webpage.conftest import ANSWERED, wait
from tests.webpage.screens import HISTORY, SIZES, VIEWS, WALLS

# Elements with text whose text is wider than they are, or which leave the window on the right.
CUT_OFF = """
() => [...document.querySelectorAll("main *, header *")]
  .filter((each) => each.checkVisibility() && each.childElementCount === 0 && each.textContent.trim())
  .filter((each) => !each.closest("svg, .unseen, .course .slider label, .course .slider output"))
  .filter((each) => each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0
    || each.getBoundingClientRect().right > innerWidth + 1)
  .map((each) => each.textContent)
"""
# Texts of a chart that leave it.
OUTSIDE = """
() => [...document.querySelectorAll("svg text")].filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => {
    const [text, chart] = [each.getBoundingClientRect(), each.closest("svg").getBoundingClientRect()];
    return text.left < chart.left - 1 || text.right > chart.right + 1 || text.bottom > chart.bottom + 1;
  }).map((each) => each.textContent)
"""
# Pairs of texts in a chart that overlap.
OVERLAPS = """
() => [...document.querySelectorAll("svg")].filter((each) => each.checkVisibility()).flatMap((chart) => {
  const texts = [...chart.querySelectorAll("text")]
    .filter((each) => each.checkVisibility() && !each.matches(".surprise text, .name"));
  const boxes = texts.map((each) => each.getBoundingClientRect());
  return texts.flatMap((each, i) => texts.slice(i + 1).filter((_, k) => {
    const [a, b] = [boxes[i], boxes[i + 1 + k]];
    return a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
  }).map((other) => `${each.textContent} / ${other.textContent}`));
})
"""


@pytest.mark.parametrize("lang", ["en", "es", "de", "fr"])
@pytest.mark.parametrize("address", [*VIEWS.values(), *WALLS.values()])
def test_nothing_is_cut_off_or_overlaps(opened, lang, address):
    tab = opened(f"#{address}", lang=lang)
    if "history=" in address:
        wait(tab, ANSWERED)
    for width, height in SIZES:
        tab.set_viewport_size({"width": width, "height": height})
        # The curve is drawn anew in the next frame.
        tab.wait_for_timeout(100)
        size = f"{width} x {height}"
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, size
        assert tab.evaluate(CUT_OFF) == [], size
        assert tab.evaluate(OUTSIDE) == [], size
        assert tab.evaluate(OVERLAPS) == [], size


@pytest.mark.parametrize(("width", "height"), [(360, 640), (390, 844)])
def test_a_phone_has_drawing_day_curve_controls_numbers(opened, width, height):
    tab = opened("", width, height)
    order = [".picture svg", "#day", ".course .plot", ".controls", ".numbers", ".questions"]
    tops = [tab.locator(each).bounding_box()["y"] for each in order]
    assert tops == sorted(tops)


@pytest.mark.parametrize("address", ["", "#part=constants", "#part=visits", "#part=people"])
@pytest.mark.parametrize(("width", "height"), [(360, 640), (390, 844), (768, 1024)])
def test_nothing_sticks_over_more_than_a_third(opened, width, height, address):
    tab = opened(address, width, height)
    tab.evaluate("window.scrollTo(0, 1500)")
    stuck = "[...document.querySelectorAll('*')].filter((each) => getComputedStyle(each).position === 'sticky')"
    for tall in tab.evaluate(f"{stuck}.map((each) => each.getBoundingClientRect().height)"):
        assert tall <= height / 3


HIDDEN = {"visits": [".history", ".interval", "#level"], "people": [".people-treatment"], "constants": [".list"]}


@pytest.mark.parametrize(("width", "height"), [(1920, 1080), (2560, 1440)])
@pytest.mark.parametrize("part", HIDDEN)
def test_every_part_fills_the_wall_without_what_is_set(opened, part, width, height):
    tab = opened(f"#{WALLS[part]}", width, height)
    if part == "visits":
        wait(tab, ANSWERED)
    panels = "[...document.querySelectorAll('main .panel')].filter((each) => each.checkVisibility())"
    boxes = tab.evaluate(f"{panels}.map((each) => each.getBoundingClientRect().toJSON())")
    assert 0.85 * height < max(each["bottom"] for each in boxes) <= height
    assert sum(each["width"] * each["height"] for each in boxes) > 0.75 * width * height
    assert all(tab.locator(each).is_hidden() for each in HIDDEN[part])
    # What is shown is said beside the title.
    assert "onabotulinumtoxinA" in tab.locator("#what").inner_text()
    sizes = tab.evaluate(
        f"{panels}.flatMap((each) => [...each.querySelectorAll('p, li, dt, dd, text')])"
        ".filter((each) => each.checkVisibility()).map((each) => parseFloat(getComputedStyle(each).fontSize))"
    )
    assert min(sizes) > height / 75


def test_a_history_that_cannot_be_used_stays_on_the_wall(opened):
    tab = opened("#part=visits&wall=on&history=", 1920, 1080)
    assert tab.locator(".history").is_visible()


def test_the_wall_keeps_the_part(opened):
    tab = opened(f"#part=visits&{HISTORY}", 1920, 1080)
    tab.locator("#wall").click()
    wait(tab, "app.settings.wall === 'on'")
    assert tab.locator(".when").is_visible()


def test_the_wall_fills_the_window_and_hides_what_is_set(opened):
    tab = opened("#wall=on", 1920, 1080)
    assert tab.locator(".controls").is_hidden()
    assert 0.85 * 1080 < tab.locator(".scene").evaluate("(each) => each.getBoundingClientRect().bottom") <= 1080
    small = float(tab.evaluate("parseFloat(getComputedStyle(document.querySelector('.steps')).fontSize)"))
    large = opened("#wall=on", 3840, 2160)
    assert large.evaluate("parseFloat(getComputedStyle(document.querySelector('.steps')).fontSize)") > 1.8 * small
    tab.locator("#wall").click()
    assert tab.locator(".controls").is_visible()
