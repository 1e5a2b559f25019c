"""Settings in the address: written, read back, and refused in one line."""

import pytest
from tests.webpage.conftest import slide, wait

SETTINGS = "app.writeAddress(app.settings)"


def test_settings_go_into_the_address_and_come_back(opened):
    tab = opened()
    slide(tab, "units", 35)
    slide(tab, "day", 100)
    tab.get_by_role("checkbox").check()
    tab.locator("#keep").click()
    tab.get_by_role("link", name="Constants").click()
    slide(tab, "potency", 800)
    wait(tab, "location.hash.includes('potency')")
    address = tab.evaluate("location.hash")
    before = tab.evaluate("app.settings")
    again = opened(address)
    assert again.evaluate("app.settings") == before
    assert again.locator("#refusal").is_hidden()
    # As written by hand into the line of the browser.
    again.evaluate("location.hash = 'units=30'")
    wait(again, "app.settings.units === 30")
    assert again.evaluate("app.settings.part") == "see"


def test_the_defaults_need_no_address(opened):
    tab = opened()
    assert tab.evaluate(SETTINGS) == ""
    # The usual dose is that of the product.
    tab.evaluate("location.hash = 'product=abobotulinumtoxinA'")
    wait(tab, "app.settings.units === 50")
    assert tab.evaluate(SETTINGS) == "product=abobotulinumtoxinA"


HOSTILE = [
    ("units=1e308", "units"),
    ("units=-1e308", "units"),
    ("units=NaN", "units"),
    ("units=Infinity", "units"),
    ("units=many", "units"),
    ("units=0x20", "units"),
    ("units=", "units"),
    ("units=61", "units"),
    ("touch_up=1e9", "touch_up"),
    ("day=-1", "day"),
    ("potency=1e-300", "potency"),
    ("light_chain_half_life=inf", "light_chain_half_life"),
    ("product=botox", "product"),
    ("muscle=platysma", "muscle"),
    ("product=abobotulinumtoxinA&muscle=forehead", "muscle"),
    ("part=<script>alert(1)</script>", "part"),
    ("%3Cimg%20src%3Dx%20onerror%3Dalert(1)%3E=1", "setting"),
    ("__proto__=1", "setting"),
    ("constructor=1", "setting"),
    ("wall=maybe", "wall"),
    ("history=2027-02-30_20", "row 1, date"),
    ("history=2027-01-04_20*2027-02-03_awful", "row 2, units"),
    ("history=<script>alert(1)</script>", "row 1, date"),
    ("history=2027-01-04_1e308", "row 1, units"),
    ("before=awful", "before"),
    ("level=2", "level"),
    ("weeks=NaN", "weeks"),
    ("price=1e308", "price"),
    ("keep=units%3DNaN", "units"),
    ("keep=keep%3Dkeep%253Dunits%25253Dx", "units"),
    ("%E0%A4%A=1", "setting"),
    ("units=20&units=30", "units"),
    ("units=" + "9" * 100_000, "address"),
    ("x" * 100_000, "address"),
]


def check_refused(tab, field):
    said = tab.locator("#refusal").inner_text()
    assert field in said
    assert "allowed" in said
    assert len(said) < 600
    assert tab.evaluate(SETTINGS) == ""
    assert len(tab.locator(".course .plot .line").get_attribute("d")) > 1000
    slide(tab, "units", 30)
    assert tab.locator("#refusal").is_hidden()


@pytest.mark.parametrize(
    ("address", "field"), [HOSTILE[0], HOSTILE[15], HOSTILE[-2]], ids=["1e308", "script", "100 kB"]
)
def test_a_hostile_address_gives_one_line_and_the_default_settings(opened, address, field):
    check_refused(opened(f"#{address}"), field)


def test_every_hostile_address_that_is_typed_later_does_too(opened):
    tab = opened()
    for address, field in HOSTILE:
        tab.evaluate("(address) => { location.hash = address; }", address)
        wait(tab, "!document.getElementById('refusal').hidden")
        check_refused(tab, field)
