"""The page for everybody: axe-core finds nothing, the keyboard reaches everything, controls have names and values."""

from importlib.resources import files

import pytest
from tests.webpage.conftest import wait

VIEWS = [
    "",
    "#part=constants&potency=0.05",
    "#wall=on",
    "#keep=units%3D40&touch_up=10",
    "#units=NaN",
    "#part=visits",
    "#part=visits&history=",
    "#part=people",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", VIEWS)
def test_axe_finds_nothing(opened, address, scheme):
    tab = opened(address, color_scheme=scheme)
    for width in (390, 1366):
        tab.set_viewport_size({"width": width, "height": 844})
        # The package's own class reads the script in the encoding of the system, which may be ASCII.
        tab.evaluate(files("axe_playwright_python").joinpath("axe.min.js").read_text("utf-8"))
        found = tab.evaluate("axe.run()")["violations"]
        assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in found] == []


NAMES = """
() => [...document.querySelectorAll("button, select, input, a[href], summary")].filter((each) => each.checkVisibility())
  .map((each) => ({ tag: each.type || each.localName, height: each.getBoundingClientRect().height,
    row: each.closest("label")?.getBoundingClientRect().height ?? 0,
    name: each.getAttribute("aria-label") || each.labels?.[0]?.textContent || each.textContent,
    value: each.getAttribute("aria-valuetext") }))
"""


@pytest.mark.parametrize("address", ["", "#part=constants", "#part=visits", "#part=people"])
def test_controls_have_names_values_with_units_and_44_pixels(opened, address):
    for control in opened(address, 390, 844).evaluate(NAMES):
        assert control["name"].strip()
        assert max(control["height"], control["row"]) >= 44, control
        if control["tag"] == "range":
            assert any(letter.isalpha() or letter == "%" for letter in control["value"]), control


@pytest.mark.parametrize("address", ["", "#part=visits", "#part=people"])
def test_the_keyboard_reaches_everything(opened, address):
    tab = opened(address)
    count = tab.evaluate(
        "[...document.querySelectorAll('button, select, input, summary, textarea, a[href]')]"
        ".filter((each) => each.checkVisibility() && !each.disabled).length"
    )
    reached = set()
    # A field of a date has several stops.
    for _ in range(count + 4 * tab.locator("input[type=date]").count()):
        tab.keyboard.press("Tab")
        name, focus = tab.evaluate(
            "(() => { const each = document.activeElement; const style = getComputedStyle(each);"
            " const name = each === document.body ? '' : each.id || each.ariaLabel || each.textContent;"
            " return [name, style.outlineStyle !== 'none']; })()"
        )
        assert focus or name == "", name  # the last stop is the window
        reached.add(name)
    assert len(reached - {""}) >= count


def test_the_keyboard_works_the_day_and_the_parts(opened):
    tab = opened()
    tab.locator("#day").focus()
    before = tab.evaluate("app.settings.day")
    tab.keyboard.press("ArrowRight")
    assert tab.evaluate("app.settings.day") == before + 1  # after the first week an arrow is a day
    assert tab.locator("#day").get_attribute("aria-valuetext") == "day\N{NO-BREAK SPACE}8"
    tab.get_by_role("link", name="Constants").focus()
    tab.keyboard.press("Enter")
    assert tab.locator("[aria-current=page]").inner_text() == "Constants"


def test_the_alternatives_of_the_pictures_change_with_them(opened):
    tab = opened()
    pictures = [tab.locator(".picture svg"), tab.locator(".course .plot svg")]
    before = [each.get_attribute("aria-label") for each in pictures]
    tab.locator("#day").focus()
    tab.keyboard.press("End")
    assert all(each.get_attribute("aria-label") != words for each, words in zip(pictures, before, strict=True))
    assert "eight" not in before[1]
    assert "half is left after" in before[1].lower()


def test_who_wants_less_motion_sees_a_picture_a_second(opened):
    tab = opened("#day=0", reduced_motion="reduce")
    tab.locator("#play").click()
    tab.wait_for_timeout(500)
    assert tab.evaluate("app.settings.day") == 0
    wait(tab, "app.settings.day > 0")
    assert tab.evaluate("app.settings.day") == 1
