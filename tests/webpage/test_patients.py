"""The part People: bands, shares and rates are those of Python, come soon, and are grey while they are old."""

import csv
import io

import numpy as np
import pytest
from tests.webpage.conftest import slide, wait

import wearoff as wo
from wearoff.patients.draws import draw
from wearoff.patients.few import plan_few
from wearoff.patients.grades import Line, mean_chance

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
READY = "app.crowd(app.settings)?.rates"


@pytest.fixture
def tab(opened):
    tab = opened("#part=people")
    wait(tab, f"{READY} != null")
    return tab


def read(tab, name):
    return np.array(tab.evaluate(f"Array.from(app.crowd(app.settings).{name})"))


def test_bands_shares_and_rates_are_those_of_a_trial(tab):
    days, rate_days = (tab.evaluate(f"app.{name}") for name in ("crowdDays", "rateDays"))
    people, normals = wo.Population(), draw(512, 0, 1)
    cohort = plan_few(wo.Schedule.once(units=20), people, days[-1]).solve(normals)
    visible = cohort.visible_at(np.array(days))
    # 500 and 512 patients, the same but for the last: a percentile changes by a hundredth.
    for name, share in (("p25", 0.25), ("p50", 0.5), ("p75", 0.75)):
        assert read(tab, f"bands.{name}") == pytest.approx(np.quantile(visible, share, axis=1), abs=0.03), name
    line = Line.of(visible, cohort.crease_at(np.array(days)), people.constants(normals))
    chances = mean_chance(line, "none_or_mild", "investigator", people.raters).mean(axis=1)
    rates = np.interp(rate_days, days, chances)
    assert read(tab, "rates.investigator") == pytest.approx(rates, abs=0.03)


def test_the_thick_line_is_the_typical_patient_whatever_the_constants_are(opened):
    tab = opened("#part=people&potency=0.05")
    wait(tab, f"{READY} != null")
    days = tab.evaluate("app.crowdDays")
    expected = wo.simulate(units=20, times=days).frame["visible"].to_numpy()
    found = np.array(tab.evaluate("Array.from(app.typicalCourse(app.settings).visible)"))
    assert found == pytest.approx(expected, abs=1e-4)


def test_the_curve_comes_at_once_and_the_bands_within_300_ms(tab, capsys):
    took = tab.evaluate(
        """async () => {
          const all = [];
          for (let units = 21; units <= 28; units += 1) {
            const start = performance.now();
            app.set({ units });
            const curve = performance.now() - start;
            while (!app.crowd(app.settings)) await new Promise((done) => requestAnimationFrame(done));
            const bands = performance.now() - start;
            while (!app.crowd(app.settings).rates) await new Promise((done) => requestAnimationFrame(done));
            all.push([curve, bands, performance.now() - start]);
          }
          return all;
        }"""
    )
    middle, fastest = np.median(took, axis=0), np.min(took, axis=0)
    with capsys.disabled():
        print("\nms to curve, bands, rates: median", middle.round(), "fastest", fastest.round())
    # The fastest, because the machine may have other work.
    assert fastest[0] < 16
    assert fastest[1] < 300


def test_what_is_old_is_grey(tab):
    count = "document.querySelectorAll('.plot.old').length"
    assert tab.evaluate(count) == 0
    # The grey may be short: the largest number of grey charts is kept.
    tab.evaluate(
        f"window.most = 0; new MutationObserver(() => (window.most = Math.max(window.most, {count})))"
        ".observe(document.body, { subtree: true, attributeFilter: ['class'] })"
    )
    slide(tab, "people-units", 35)
    wait(tab, f"{READY} != null && {count} === 0")
    assert tab.evaluate("window.most") == 3


def test_published_points_are_those_of_the_table_with_their_sources(tab):
    data = tab.evaluate("app.data.rates")
    rows = [
        row
        for row in data
        if (row["product"], row["muscle"], row["units"], row["endpoint"])
        == ("onabotulinumtoxinA", "glabella", 20, "none_or_mild")
    ]
    assert tab.locator(".rates .plot .point").count() == len(rows) > 0
    sources = tab.locator(".sources li").all_inner_texts()
    assert sorted(sources) == sorted({row["source"] for row in rows})
    words = tab.locator(".rates .plot svg").get_attribute("aria-label")
    assert all(row["source"] in words for row in rows)
    slide(tab, "people-units", 30)
    wait(tab, f"{READY} != null")
    assert tab.locator(".rates .plot .point").count() == 0
    assert "20" in tab.locator(".rates .small").all_inner_texts()[1]


def test_the_alternatives_change_with_the_charts(tab):
    charts = [tab.locator(f".{name} .plot svg") for name in ("bands", "survival", "rates")]
    before = [each.get_attribute("aria-label") for each in charts]
    assert all("day" in words and "%" in words for words in before)
    slide(tab, "people-units", 40)
    wait(tab, f"{READY} != null")
    assert all(each.get_attribute("aria-label") != words for each, words in zip(charts, before, strict=True))


def test_what_is_on_the_screen_is_saved(tab, tmp_path):
    for ending, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("CSV", b"time,")):
        with tab.expect_download() as saved:
            tab.get_by_role("button", name=ending).click()
        saved.value.save_as(tmp_path / ending)
        assert (tmp_path / ending).read_bytes().startswith(start)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "CSV").read_text())))
    assert float(rows[-1]["published_investigator"]) > 0
    at_90 = next(row for row in rows if row["time"] == "90")
    assert float(at_90["visible_p25"]) < float(at_90["visible_typical"]) < float(at_90["visible_p75"])
