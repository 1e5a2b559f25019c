"""What the page prints: one sheet of A4 or Letter, in every language, with the numbers that Python gives."""

import io
import math
import re
import unicodedata

import pytest
from pypdf import PdfReader
from tests.webpage.conftest import wait
from tests.webpage.screens import HISTORY

import wearoff as wo
from wearoff.labels import whole_day
from wearoff.texts import page_words

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
FORMATS = ["A4", "Letter"]
LANGS = ["en", "es", "de", "fr"]
SMALLEST = 8.0  # pt
LONG_HISTORY = "history=" + "*".join(
    f"{2018 + i // 4}-{1 + 3 * (i % 4):02d}-0{1 + i % 9}_{'moderate' if i % 2 else '20'}" for i in range(38)
)
CHANGED = (
    "depot_half_life=1&binding_half_life=0.01&endocytosis_half_life=0.005&translocation_half_life=0.05&"
    "light_chain_half_life=70&snap25_half_life=7&potency=0.1&dose_at_half_uptake=25&release_at_half_force=0.2&"
    "force_steepness=3&line_half_life=1&crease_half_life=100&crease_share=0.3"
)
VIEWS = {
    "standard": "",
    "weak": "units=1&potency=0.02",
    "compared": "units=30&touch_up=10&keep=units%3D20&day=100",
    "changed": f"{CHANGED}&touch_up=10&keep=units%3D20",
    "neck": "product=abobotulinumtoxinA&units=150",
    "example": "part=visits",
    "history": f"part=visits&{HISTORY}",
    "long": f"part=visits&{LONG_HISTORY}",
    "empty": "part=visits&history=",
}

# Lets the page make the sheet without a printer, and shows it on the screen as it is on paper.
MAKE = "window.dispatchEvent(new Event('beforeprint'))"
# Elements whose text leaves them or the sheet, and the height of what the sheet holds and has.
CLIPPED = """
() => {
  const sheet = document.querySelector(".leaflet"), box = sheet.getBoundingClientRect();
  const texts = [...sheet.querySelectorAll("*")]
    .filter((each) => each.childElementCount === 0 && each.textContent.trim() && each.getBoundingClientRect().width);
  const out = texts.filter((each) => {
    const at = each.getBoundingClientRect();
    return at.left < box.left - 1 || at.right > box.right + 1 || at.top < box.top - 1 || at.bottom > box.bottom + 1;
  });
  const wide = texts.filter((each) => !each.closest("svg") && each.clientWidth > 0)
    .filter((each) => each.scrollWidth > each.clientWidth + 1);
  const tall = sheet.scrollHeight > sheet.clientHeight ? ["tall"] : [];
  return [...out, ...wide].map((each) => each.textContent).concat(tall);
}
"""
OVERLAPS = """
() => [...document.querySelectorAll(".leaflet .curve")].flatMap((chart) => {
  const boxes = [...chart.querySelectorAll("text")].filter((each) => each.checkVisibility())
    .map((each) => [each.textContent, each.getBoundingClientRect()]);
  return boxes.flatMap(([words, a], i) => boxes.slice(i + 1).filter(([, b]) =>
    a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3)
    .map(([other]) => `${words} / ${other}`));
})
"""


def printed(tab, form="A4"):
    """Return the only page of what the tab prints."""
    [sheet] = PdfReader(io.BytesIO(tab.pdf(format=form))).pages
    return sheet


def read(sheet):
    """Return the text of a sheet in one line, and the smallest size of its letters in points."""
    sizes = []

    def note(text, cm, tm, _, size):
        if text.strip():
            scale = math.sqrt(abs((cm[0] * cm[3] - cm[1] * cm[2]) * (tm[0] * tm[3] - tm[1] * tm[2])))
            sizes.append(size * scale)

    text = sheet.extract_text(visitor_text=note)
    return flat(text), min(sizes)


def flat(text):
    """Return a text in one line, without ligatures and without spaces of another kind."""
    return " ".join(unicodedata.normalize("NFKC", text).split())


def duration(day, words):
    """Return a landmark by the rule of the page: whole days, from two weeks on whole weeks."""
    count, unit = (whole_day(day), "days") if day < 14 else (whole_day(day / 7), "weeks")
    return f"{count} {words[f'{unit}.one' if count == 1 else f'{unit}.many']}"


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("lang", LANGS)
def test_it_is_one_sheet_with_the_landmarks_of_python(opened, lang, form):
    words = page_words(lang)
    text, smallest = read(printed(opened("#units=40", lang=lang), form))
    landmarks = wo.simulate(units=40).landmarks
    for name in ("onset_day", "full_effect_day", "half_effect_day", "wear_off_day"):
        assert duration(landmarks[name], words) in text
    assert "40 U" in text
    assert "onabotulinumtoxinA" in text
    for key in ("honest", "leaflet.patients", "leaflet.students", "leaflet.before.words", "legend.people"):
        assert flat(words[key]) in text
    # 8 pt, but for what the file rounds.
    assert smallest > SMALLEST - 0.01


def test_the_middle_half_is_there_at_once_and_near_that_of_python(opened):
    tab = opened("#units=20")
    text, _ = read(printed(tab))
    rows = wo.simulate(units=20).middle_half.set_index("landmark")
    low, high = (whole_day(rows.loc["onset_day", each]) for each in ("p25", "p75"))
    assert f"middle half: {low} to {high} days" in text
    assert text.count("middle half: ") == 4


def test_the_plates_say_what_the_model_has_on_their_days(opened):
    text, _ = read(printed(opened("#units=20")))
    frame = wo.simulate(units=20, times=[1, 7, 122]).frame
    assert re.search(rf"{whole_day(100 * (1 - frame['snap25'][0]))} % of SNAP\W?25 is cut", text), text
    assert f"{whole_day(100 * frame['visible'][1])} % of the fold is gone" in text
    assert f"{whole_day(100 * frame['force'][2])} % of the force is back" in text


@pytest.mark.parametrize("address", ["part=people&wall=on", "part=constants", "day=100"])
def test_every_part_prints_the_same_sheet(opened, address):
    expected, _ = read(printed(opened("")))
    assert read(printed(opened(f"#{address}", color_scheme="dark")))[0] == expected


def test_what_was_changed_is_on_it(opened):
    text, _ = read(printed(opened("#light_chain_half_life=70&touch_up=10&keep=units%3D40")))
    assert "Half-life of the light chain: 70 days (usual: 54 days)" in text
    assert "10 U more on day 14" in text
    assert "kept: 40 U of onabotulinumtoxinA" in text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_clipped_or_too_small(opened, view, lang):
    tab = opened(f"#{VIEWS[view]}", lang=lang)
    _, smallest = read(printed(tab, "Letter"))
    assert smallest > SMALLEST - 0.01
    tab.emulate_media(media="print")
    tab.set_viewport_size({"width": 703, "height": 980})  # 186 mm
    tab.evaluate(MAKE)
    assert tab.evaluate(CLIPPED) == []
    assert tab.evaluate(OVERLAPS) == []
    plot = tab.locator(".leaflet-plot").bounding_box()
    assert plot["height"] > 75  # 20 mm, where every constant is changed


@pytest.mark.parametrize("form", FORMATS)
def test_a_history_prints_its_next_date(opened, form):
    tab = opened(f"#part=visits&{HISTORY}")
    text, _ = read(printed(tab, form))
    wait(tab, "document.querySelector('.next-date').getAttribute('aria-busy') === 'false'")
    for line in tab.locator(".next-date p:not([hidden], .answer-past)").all_inner_texts():
        assert flat(line).lower() in text.lower()
    for day in (
        "12 January 2026 \N{EN DASH} visit, 20 U",
        "20 April 2026 \N{EN DASH} line seen: moderate (2)",
        "10 August 2026",
    ):
        assert day in text
    assert "not advice" in text
    assert "example" not in text


def test_the_example_says_that_it_is_one(opened):
    assert "This history is an example" in read(printed(opened("#part=visits")))[0]


def test_the_sheet_goes_after_printing_and_is_not_made_before(opened):
    tab = opened()
    assert tab.locator(".leaflet").count() == 0
    printed(tab)
    assert tab.locator(".leaflet").count() == 0
    tab.set_viewport_size({"width": 360, "height": 640})
    tab.evaluate(MAKE)
    assert tab.evaluate("document.documentElement.scrollWidth") <= 360
