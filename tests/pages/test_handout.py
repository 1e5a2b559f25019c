"""The hand-out: what it holds is what `simulate` gives, and it works in a browser without a network."""

import base64
import io
import json
import re
import subprocess
import sys

import numpy as np
import pypdf
import pytest

import wearoff
from wearoff import Parameters, Schedule, simulate
from wearoff.labels import whole_day
from wearoff.pages.handout import make_handout
from wearoff.report.explanations import explain_landmarks

HORIZON = 728
HALF_A_STEP = 0.5 / 65535

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")


@pytest.fixture(scope="module")
def page():
    return make_handout()


@pytest.fixture(scope="module")
def file(page, tmp_path_factory):
    path = tmp_path_factory.mktemp("stick") / "leaflet.html"
    path.write_text(page, encoding="utf-8")
    return path


@pytest.fixture
def opened(browser, file):
    """Return a function that opens the page from its file, without a network; nothing else may be asked for."""
    contexts, asked, said = [], [], []

    def inner(width=1280, height=800, path=file, **options):
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        context.set_offline(True)
        contexts.append(context)
        tab = context.new_page()
        tab.on("request", lambda request: asked.append(request.url))
        tab.on("console", lambda message: said.append(message.text) if message.type in ("error", "warning") else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        tab.goto(path.as_uri())
        tab.wait_for_selector("html[data-ready=yes]")
        return tab

    yield inner
    for context in contexts:
        context.close()
    assert said == []
    assert all(re.fullmatch(r"file://.*\.html|data:,", url) for url in asked), asked


def embedded(page):
    return json.loads(re.search(r'<script type="application/json" id="curves">(.*?)</script>', page, re.S)[1])


def decoded(stored, doses):
    values = np.frombuffer(base64.b64decode(stored["visible"]), dtype="<u2").reshape(doses, -1) / 65535
    assert values.shape[1] == len(stored["days"])
    return np.array(stored["days"]), values


def visits(units, weeks, **given):
    plan = Schedule.every(7 * weeks, visits=-(-HORIZON // (7 * weeks)), units=units)
    return simulate(plan, days=HORIZON, **given)


CORNERS = [(10, 8), (10, 30), (20, 13), (33, 17), (60, 8), (60, 30)]


@pytest.mark.parametrize(("units", "weeks"), CORNERS)
@pytest.mark.proof
def test_the_curves_are_those_of_simulate(page, units, weeks):
    held = embedded(page)
    row, column = held["units"].index(units), held["weeks"].index(weeks)
    expected = visits(units, weeks)
    days, curves = decoded(held["repeat"][column], len(held["units"]))
    assert days[0] == 0
    assert days[-1] == HORIZON
    assert curves[row] == pytest.approx(expected.at(days)["visible"].to_numpy(), abs=HALF_A_STEP + 1e-9)
    days, curves = decoded(held["once"], len(held["units"]))
    alone = simulate(units=units, times=days)
    assert curves[row] == pytest.approx(alone.frame["visible"].to_numpy(), abs=HALF_A_STEP + 1e-9)


@pytest.mark.parametrize(("units", "weeks"), CORNERS)
@pytest.mark.proof
def test_landmarks_and_measures_are_those_of_simulate(page, units, weeks):
    held = embedded(page)
    row, column = held["units"].index(units), held["weeks"].index(weeks)
    expected = visits(units, weeks)
    above = np.diff(expected.intervals_above(0.5)).sum() / HORIZON
    assert held["share"][row][column] == pytest.approx(above, abs=1e-8)
    fine = expected.at(np.linspace(0, HORIZON, 8 * HORIZON + 1))
    peaked = fine[fine["time"] > expected.at(np.linspace(0, 14, 1401)).set_index("time")["visible"].idxmax()]
    assert held["lowest"][row][column] == pytest.approx(peaked["visible"].min(), abs=2e-3)
    for name, day in simulate(units=units, days=HORIZON).landmarks.items():
        assert held["landmarks"][row][name] == pytest.approx(day, abs=1e-6)


@pytest.mark.proof
def test_straight_lines_between_the_days_stay_near_the_curve(page):
    held = embedded(page)
    for units, weeks in CORNERS:
        days, curves = decoded(held["repeat"][held["weeks"].index(weeks)], len(held["units"]))
        fine = np.linspace(0, HORIZON, 20 * HORIZON + 1)
        drawn = np.interp(fine, days, curves[held["units"].index(units)])
        assert np.abs(drawn - visits(units, weeks).at(fine)["visible"]).max() < 0.01


def shown(tab, name, column):
    return np.array(tab.evaluate(f"Array.from(Bokeh.documents[0].get_model_by_name('{name}').data['{column}'])"))


def test_the_sliders_move_curve_and_landmarks(opened):
    tab = opened()
    tab.get_by_label("Units at each visit").focus()
    for _ in range(5):
        tab.keyboard.press("ArrowRight")
    tab.get_by_label("Time between visits").focus()
    tab.keyboard.press("ArrowLeft")
    expected = visits(25, 12)
    days = shown(tab, "repeat", "day")
    assert shown(tab, "repeat", "visible") == pytest.approx(expected.at(days)["visible"].to_numpy(), abs=1e-5)
    assert shown(tab, "visits", "day") == pytest.approx([visit.day for visit in expected.schedule])
    landmarks = simulate(units=25, days=HORIZON).landmarks
    for name in ("onset_day", "full_effect_day", "peak_day", "half_effect_day", "wear_off_day"):
        assert tab.locator(f"#{name}").inner_text() == f"day {whole_day(landmarks[name])}"
    marked = [*shown(tab, "early", "day"), *shown(tab, "late", "day")]
    assert marked == pytest.approx(landmarks.drop("peak_effect").to_list())
    heights = simulate(units=25, times=marked).frame["visible"].to_numpy()
    assert [*shown(tab, "early", "visible"), *shown(tab, "late", "visible")] == pytest.approx(heights, abs=1e-6)
    above = np.diff(expected.intervals_above(0.5)).sum() / HORIZON
    assert tab.locator("#share").inner_text() == f"{100 * above:.0f}\N{NO-BREAK SPACE}%"
    assert tab.locator("#visits").inner_text() == "9"
    assert tab.locator("output").all_inner_texts() == ["25\N{NO-BREAK SPACE}U", "12\N{NO-BREAK SPACE}weeks"]
    assert (
        "84 days between visits: the label of onabotulinumtoxinA asks for 90" in tab.locator("#cautions").inner_text()
    )


def test_every_position_of_the_sliders_can_be_had(opened, page):
    tab = opened()
    held = embedded(page)
    for id_, key in (("units", held["units"]), ("weeks", held["weeks"])):
        tab.locator(f"#{id_}").focus()
        tab.keyboard.press("Home")
        assert float(tab.locator(f"#{id_}").input_value()) == key[0]
        tab.keyboard.press("End")
        assert float(tab.locator(f"#{id_}").input_value()) == key[-1]
    assert tab.locator("#visits").inner_text() == "4"
    assert tab.locator("#cautions li").count() == 0
    # The fewest units, at long intervals: no trial has observed such a dose.
    tab.locator("#units").press("Home")
    assert tab.locator("#cautions li").count() == 1


@pytest.mark.parametrize("width", [360, 1280, 1920])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_width_needs_scrolling_aside_and_paper_is_one_page(opened, width, scheme):
    tab = opened(width, color_scheme=scheme)
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    for key in ("Home", "End"):
        for id_ in ("units", "weeks"):
            tab.locator(f"#{id_}").press(key)
        for options in ({"prefer_css_page_size": True}, {"format": "A4"}, {"format": "Letter"}):
            printed = pypdf.PdfReader(io.BytesIO(tab.pdf(**options)))
            assert len(printed.pages) == 1
    words = " ".join(printed.pages[0].extract_text().split())
    assert "Shown: 60 U at each visit, and 30 weeks between visits." in words
    assert "Time between visits" not in words
    headings = ("The first two weeks", "After one visit of 60 U", "For patients", "For students", "Sources.")
    for expected in (*headings, "days after a visit", "weeks since the first visit"):
        assert expected in words


DRAWN = """
(id) => {
  const paths = (root) => root.querySelectorAll("svg path").length +
    [...root.querySelectorAll("*")].reduce((sum, each) => sum + (each.shadowRoot ? paths(each.shadowRoot) : 0), 0);
  return paths(document.getElementById(id));
}
"""


def test_both_pictures_are_drawn_on_paper_and_on_the_screen(opened):
    tab = opened()
    for medium, media in (("screen", "screen"), ("paper", "print")):
        tab.emulate_media(media=media)
        for part in ("first", "both"):
            assert tab.locator(f"#{part}-{medium}").bounding_box()["height"] > 200
            assert tab.evaluate(DRAWN, f"{part}-{medium}") > 10


def test_other_treatments_and_what_is_not_reached(opened, tmp_path):
    path = tmp_path / "other.html"
    constants = Parameters.preset("lebeda2008").replace(potency=0.2)
    path.write_text(make_handout(product="abobotulinumtoxinA", parameters=constants), encoding="utf-8")
    tab = opened(path=path)
    assert tab.locator("output").first.inner_text() == "50\N{NO-BREAK SPACE}U"
    expected = simulate(product="abobotulinumtoxinA", days=HORIZON, parameters=constants)
    assert tab.locator("#wear_off_day").inner_text() == "not reached"
    assert explain_landmarks(expected)["wear_off_day"] in tab.locator(".numbers").inner_text()
    assert "it is never lost, and the effect does not fade" in tab.locator(".texts").inner_text()
    tab.locator("#weeks").press("Home")
    assert len(pypdf.PdfReader(io.BytesIO(tab.pdf(format="A4"))).pages) == 1


@pytest.mark.proof
def test_the_words_take_their_numbers_from_the_simulation(page):
    landmarks = simulate().landmarks
    assert f"after {landmarks['onset_day']:.0f} days" in page
    assert f"after {landmarks['half_effect_day'] / 7:.0f} weeks" in page
    quarters = simulate().middle_half.set_index("landmark").loc["onset_day"]
    assert "in brackets in the middle half of patients" in page
    assert f"({quarters['p25']:.0f} to {quarters['p75']:.0f} days)" in page
    left = simulate(times=[90]).frame["visible"].item()
    assert f"on day 90 this patient still has {100 * left:.0f}&nbsp;%" in page
    assert page.count("no dosing advice") == 1
    assert len(re.findall(r"<h1", page)) == 1
    for kind in re.findall(r' id="([^"]+)"', page.split("<script")[0]):
        assert page.count(f' id="{kind}"') == 1


@pytest.mark.proof
def test_the_command_writes_one_small_file(call, tmp_path):
    status, out, err = call("handout", tmp_path / "new" / "leaflet.HTML", "--muscle", "crows_feet")
    assert (status, err) == (0, "")
    [written] = (tmp_path / "new").iterdir()
    assert str(written) in out
    assert written.stat().st_size < 6_000_000
    assert "onabotulinumtoxinA in the crows feet" in written.read_text(encoding="utf-8")


BAD = [
    (["leaflet.txt"], "file is"),
    (["leaflet"], "file is"),
    ([], "Missing argument"),
    (["leaflet.html", "--product", "saline"], "product is 'saline'"),
    (["leaflet.html", "--muscle", "<b>"], "muscle is '<b>'"),
    (["leaflet.html", "--muscle", "platysma"], "no labelled dose of onabotulinumtoxinA is known"),
    (["leaflet.html", "--set", "potency=<script>"], "potency is '<script>'"),
    (["leaflet.html", "--set", "potency"], "set is 'potency'"),
    (["leaflet.html", "--preset", "mine"], "preset is 'mine'"),
]


@pytest.mark.parametrize(("arguments", "reason"), BAD)
def test_bad_input_is_one_line(call, tmp_path, monkeypatch, arguments, reason):
    monkeypatch.chdir(tmp_path)
    status, out, err = call("handout", *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("error: ")
    assert err.count("\n") == 1
    assert reason in err
    assert list(tmp_path.iterdir()) == []


def test_without_bokeh_it_says_what_to_install(call, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "bokeh.resources", None)
    status, _, err = call("handout", tmp_path / "leaflet.html")
    assert (status, err) == (2, 'error: handout needs bokeh; install it: pip install "wearoff[explore]"\n')
    assert list(tmp_path.iterdir()) == []


def test_the_command_line_does_not_import_bokeh():
    code = "import sys, wearoff.cli; assert not {'bokeh', 'jinja2', 'panel'} & set(sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=wearoff.__path__[0])
