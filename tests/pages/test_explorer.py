"""The page in a real browser: every slider against `simulate`, the link, the downloads, the keyboard, bad values."""

import asyncio
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import parse_qsl

import numpy as np
import pandas as pd
import pytest
from benchmarks.page import class_of
from tests.extent import some
from tests.pages.test_server import HOSTILE
from tests.processes import HEAR_INTERRUPTS, running

import wearoff as wo
from wearoff.figures.style import render
from wearoff.labels import STEPS, whole_day
from wearoff.pages.explorer.settings import CONSTANTS
from wearoff.patients.middle import describe_ranges
from wearoff.report.explanations import explain_landmarks
from wearoff.trial.bands import quick_middle_half

ROWS_BELOW = len(STEPS) - 1 - STEPS.index("light_chain")
TREATMENT = ["units", "sites", "visits", "every"]
LANDMARKS = ["onset_day", "full_effect_day", "peak_day", "peak_effect", "half_effect_day", "wear_off_day"]
# A column of the data that the page draws, as a list of numbers.
COLUMN = "([source, name]) => Array.from(Bokeh.documents[0].get_model_by_name(source).data[name])"


@pytest.fixture(scope="module")
def address():
    """The page's address, served by the command as a user starts it."""
    code = HEAR_INTERRUPTS + "from wearoff.cli import main\nmain()"
    with running("-c", code, "explore", "--no-show", "--port", "0") as server:
        line = server.stdout.readline()
        assert "this machine only" in line
        yield line.split()[0]
        server.send_signal(signal.SIGINT)
        _, errors = server.communicate(timeout=20)
        # The server's log may name visitors who left while data was sent to them, but nothing of this package.
        assert "wearoff" not in errors.replace(str(Path(wo.__file__).parents[2]), "")
        assert server.returncode == 0


@pytest.fixture
def visit(browser, address):
    """Open the page at a link; afterwards nothing was asked of another host, and the console has no error."""
    contexts, asked, complaints = [], [], []

    def inner(link="", **options):
        context = browser.new_context(**options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda socket: asked.append(socket.url))
        page.on("console", lambda said: complaints.append(said.text) if said.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(f"{address}/{link}")
        page.locator("dl").wait_for()
        return page

    yield inner
    for context in contexts:
        context.close()
    here = address.removeprefix("http://")
    assert [url for url in asked if here not in url and not url.startswith(("data:", "blob:"))] == []
    assert complaints == []


def settings(page):
    """What the page's own link says it is set to."""
    return dict(parse_qsl(page.locator("#same").get_attribute("href").removeprefix("?")))


def until_other(page, act):
    """Act, and wait for another link, which is sent together with the curve and the numbers."""
    link = page.locator("#same")
    before = link.get_attribute("href")
    act()
    for _ in range(200):
        if link.get_attribute("href") != before:
            return settings(page)
        page.wait_for_timeout(20)
    raise AssertionError(f"nothing moved from {before}")


def expected(given):
    """What `simulate` gives for the settings of a link."""
    numbers = {name: float(value) for name, value in given.items() if name in (*CONSTANTS, *TREATMENT)}
    constants = {name: value for name, value in numbers.items() if name in CONSTANTS}
    own = {name: numbers.get(name, given[name]) for name in ("product", "muscle", "units", "sites") if name in given}
    plan = wo.Schedule.every(numbers.get("every", 90), visits=numbers.get("visits", 1), **own)
    return wo.simulate(plan, parameters=wo.Parameters(**constants))


def assert_shows(page, timeline):
    days, effect = (np.array(page.evaluate(COLUMN, ["drawn-curve", name])) for name in ("time", "visible"))
    np.testing.assert_allclose(effect, timeline.at(days)["visible"], rtol=0, atol=1e-12)
    assert (days[0], days[-1]) == (0, timeline.times[-1])
    for name in LANDMARKS:
        shown = page.locator(f"dd[id={name}]")
        day = timeline.landmarks[name]
        if not np.isfinite(day):
            assert shown.count() == 0
            assert explain_landmarks(timeline)[name] in page.locator("dl").inner_text()
        else:
            assert shown.inner_text() == (f"{day:.2f}" if name == "peak_effect" else f"day {whole_day(day)}")


def test_the_page_shows_what_simulate_gives(visit):
    page = visit()
    assert "no dosing advice" in page.locator("header").inner_text()
    assert settings(page) == {}
    assert_shows(page, wo.simulate(units=20))
    page.wait_for_timeout(300)
    since = np.array(page.evaluate(COLUMN, ["drawn-cascade", "time"]))
    chain = np.array(page.evaluate(COLUMN, ["drawn-cascade", "light_chain"]))
    amounts = wo.simulate(units=20).at(since)["light_chain"].to_numpy()
    # Each row has a scale and a base line of its own: the number of rows below it.
    np.testing.assert_allclose((chain - ROWS_BELOW) / 0.85, amounts / amounts.max(), atol=1e-12)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_each_slider_changes_curve_and_landmarks(visit):
    page = visit("?visits=2")
    page.get_by_text("More constants").click()
    moved = set()
    for name in [*TREATMENT, *CONSTANTS]:
        handle = page.locator(f".setting-{name} .noUi-handle")
        before = settings(page)
        given = until_other(page, lambda handle=handle: handle.press("ArrowRight"))
        assert {key for key in given | before if given.get(key) != before.get(key)} == {name}
        # The page has four digits. A number between two of them, such as 0.33375, may be rounded up or down.
        shown = page.locator(f".setting-{name} .bk-slider-value").inner_text()
        assert float(shown) == pytest.approx(float(given[name]), rel=5.01e-4)
        assert_shows(page, expected(given))
        moved.add(name)
    assert moved == {*TREATMENT, *CONSTANTS}


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_product_and_muscle_bring_their_labelled_dose(visit):
    page = visit()
    product = page.locator(".setting-product select")
    given = until_other(page, lambda: product.select_option("abobotulinumtoxinA"))
    page.wait_for_timeout(200)
    assert settings(page) == {"product": "abobotulinumtoxinA", "units": "50"}
    assert_shows(page, wo.simulate(product="abobotulinumtoxinA", units=50))
    until_other(page, lambda: product.select_option("onabotulinumtoxinA"))
    page.wait_for_timeout(200)
    given = until_other(page, lambda: page.locator(".setting-muscle select").select_option("crows_feet"))
    page.wait_for_timeout(200)
    given = settings(page)
    assert given == {"muscle": "crows_feet", "units": "24"}
    assert_shows(page, expected(given))


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_the_link_brings_the_settings_back(visit):
    link = (
        "?units=30&sites=3&visits=4&every=120&light_chain_half_life=60&potency=0.2&observations=on&bands=on&theme=dark"
    )
    page = visit(link)
    given = settings(page)
    assert given["theme"] == "dark"
    again = visit(page.locator("#same").get_attribute("href"))
    assert settings(again) == given == dict(parse_qsl(link[1:]))
    for each in (page, again):
        assert_shows(each, expected({name: value for name, value in given.items() if name not in ("theme", "bands")}))
        assert each.locator(".setting-bands input").is_checked()
        assert each.locator(".setting-units .noUi-handle").get_attribute("aria-valuenow") == "30.0"


def test_reset(visit):
    page = visit("?units=31&visits=3&force_steepness=5&bands=on")
    until_other(page, lambda: page.get_by_role("button", name="Reset").click())
    page.wait_for_timeout(200)
    assert settings(page) == {}
    assert_shows(page, wo.simulate(units=20))


def test_the_downloads(visit, tmp_path):
    page = visit("?units=30&visits=2&every=100")
    timeline = wo.simulate(wo.Schedule.every(100, visits=2, units=30))
    with page.expect_download() as saved:
        page.get_by_text("Table (CSV)").click()
    assert saved.value.suggested_filename == "timeline.csv"
    saved.value.save_as(tmp_path / "timeline.csv")
    assert (tmp_path / "timeline.csv").read_text() == timeline.frame.to_csv(index=False)
    with page.expect_download() as saved:
        page.get_by_text("Figure (PNG)").click()
    saved.value.save_as(tmp_path / "timeline.png")
    assert (tmp_path / "timeline.png").read_bytes() == render(timeline.plot(), "png")


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
def test_the_keyboard_alone(visit):
    page = visit()
    reached = []
    while "Dark page" not in reached:
        page.keyboard.press("Tab")
        reached.append(page.evaluate(FOCUSED))
        if reached[-1] == "drawer":
            page.keyboard.press("Enter")
            page.locator(".setting-spread").wait_for()
        assert len(reached) < 50
    controls = {f"setting-{name}" for name in ("product", "muscle", "observations", "bands", *TREATMENT, *CONSTANTS)}
    assert controls | {"Reset", "Figure (PNG)", "Table (CSV)", "Link to these settings"} <= set(reached)
    page.locator(".setting-muscle select").focus()
    page.keyboard.press("Tab")
    given = until_other(page, lambda: page.keyboard.press("ArrowRight"))
    assert given == {"units": "21"}
    for _ in range(3):
        given = until_other(page, lambda: page.keyboard.press("PageUp"))
    assert_shows(page, expected(given))
    page.locator(".setting-bands input").focus()
    assert until_other(page, lambda: page.keyboard.press("Space"))["bands"] == "on"


# The element that has the focus, through all shadow roots: the name of its setting, or its text.
FOCUSED = """() => {
    let at = document.activeElement, name = '';
    while (true) {
        const own = [...at.classList].find(each => each.startsWith('setting-'));
        if (own) name = own;
        if (!(at.shadowRoot && at.shadowRoot.activeElement)) break;
        at = at.shadowRoot.activeElement;
    }
    return name || (at.classList.contains('card-header') ? 'drawer' : at.innerText.trim());
}"""


def test_published_points_and_bands(visit):
    page = visit("?observations=on&bands=on")
    points = pd.DataFrame({name: page.evaluate(COLUMN, ["drawn-points", name]) for name in ("day", "share")})
    # BOTOX Cosmetic's label: none or mild by the investigator after 20 U, as in data/observations.csv.
    label = {7: 0.74, 30: 0.80, 60: 0.70, 90: 0.48, 120: 0.25}
    assert set(label.items()) <= set(points.itertuples(index=False, name=None))
    days, median, reported = (
        np.array(page.evaluate(COLUMN, ["drawn-bands", name])) for name in ("time", "p50", "none_or_mild")
    )
    trial = wo.run_trial([wo.Arm(units=20)], patients=4096, rng=1)
    exact = np.interp(days, trial.bands["time"], trial.bands["p50"])
    # 256 patients against 4,096: the Monte Carlo error of a median; the first days rise too steeply for a daily table.
    assert np.abs(median - exact)[days > 8].max() < 0.05
    rates = trial.responders.query("endpoint == 'none_or_mild' and assessor == 'investigator' and day >= 7")
    assert np.abs(np.interp(rates["day"], days, reported) - rates["rate"]).max() < 0.03
    assert "BOTOX Cosmetic label, section 14 (memory)" in page.locator(".effect ul").inner_text()
    given = until_other(page, lambda: page.locator(".setting-observations input").click())
    assert given == {"bands": "on"}
    assert page.evaluate(COLUMN, ["drawn-points", "day"]) == []
    assert np.isnan(np.array(page.evaluate(COLUMN, ["drawn-bands", "none_or_mild"]), dtype=float)).all()


@pytest.mark.parametrize("link", some(list(HOSTILE), 10))
def test_a_hostile_link_is_an_error_on_the_page_and_nothing_else(visit, link):
    page = visit(f"?{link}")
    page.on("dialog", lambda _: pytest.fail("a script ran"))
    alert = page.get_by_role("alert")
    if HOSTILE[link]:
        assert HOSTILE[link] in alert.inner_text()
        assert "The usual settings are shown." in alert.inner_text()
    assert page.evaluate("document.querySelectorAll('script[src^=x], img[src=x]').length") == 0
    assert_shows(page, wo.simulate(units=20))
    until_other(page, lambda: page.locator(".setting-every .noUi-handle").press("ArrowRight"))
    assert alert.count() == 0


@pytest.mark.parametrize(("value", "said"), [("1e308", "1e+308"), ("NaN", "nan"), ("-1", "-1"), ("0", "0")])
def test_a_value_forged_in_the_browser_is_checked_too(visit, value, said):
    page = visit()
    forge = f"each => {{ if (each.attributes.title === 'units a visit (U)') each.value = {value}; }}"
    page.evaluate(f"[...Bokeh.documents[0].all_models].forEach({forge})")
    alert = page.get_by_role("alert")
    alert.wait_for()
    assert alert.inner_text() == f"units is {said}; allowed: above 0 to 10000 U"
    assert_shows(page, wo.simulate(units=20))


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1920])
def test_no_sideways_scrolling_and_nothing_over_another(visit, width, theme):
    page = visit(f"?theme={theme}&observations=on&bands=on", viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    boxes = {
        name: page.locator(f".rooms .{name}").bounding_box() for name in ("numbers", "effect", "settings", "cascade")
    }
    for one, a in boxes.items():
        assert a["x"] >= 0
        assert a["x"] + a["width"] <= width
        for other, b in boxes.items():
            apart = a["x"] + a["width"] <= b["x"] or b["x"] + b["width"] <= a["x"]
            assert one == other or apart or a["y"] + a["height"] <= b["y"] or b["y"] + b["height"] <= a["y"]
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(22, 25, 29)"}[theme]


@pytest.mark.browser
def test_a_class_at_once(address):
    # In another thread: the loop of the browser runs in this one.
    with ThreadPoolExecutor(1) as thread:
        answers, failures = thread.submit(asyncio.run, class_of(address, 8, 3.0)).result()
    assert failures == 0
    assert len(answers) > 8


def test_with_the_percentiles_the_headline_has_the_middle_half_of_patients(visit):
    page = visit("?bands=on")
    beside = page.locator("dt", has_text="middle half of patients").all_inner_texts()
    once = wo.Schedule.once(units=20)
    ranges = describe_ranges(quick_middle_half(once, 240.0))
    assert [text.rpartition(": ")[2] for text in beside] == [ranges[name] for name in LANDMARKS if name in ranges]
