"""See: what the page shows is what `simulate` gives, and moves with its controls."""

import csv
import io

import numpy as np
import pytest
from tests.webpage.conftest import SNAP25, slide, wait

import wearoff as wo
from wearoff.labels import whole_day

pytestmark = pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
SPACE = "\N{NO-BREAK SPACE}"


def drawn(tab, layer="line"):
    """Return the visible effect that the curve shows, by the place of the moments, from the drawn path."""
    path = tab.locator(f".course .plot .{layer}").get_attribute("d")
    y = np.array([float(point.split()[1]) for point in path.strip("M").split("L")])
    # The axis is at 0, and the first line of the grid at one half.
    lines = [tab.locator(f".course .plot .{name}").first.get_attribute("d") for name in ("grid", "axis")]
    half, zero = (float(each.partition(" ")[2].partition("H")[0]) for each in lines)
    return (zero - y) / (2 * (zero - half))


def moments(tab):
    return np.array(tab.evaluate("app.moments"))


@pytest.mark.parametrize("units", [10, 20, 55])
def test_the_curve_is_that_of_simulate(opened, units):
    tab = opened()
    slide(tab, "units", units)
    expected = wo.simulate(units=units, times=moments(tab)).frame["visible"].to_numpy()
    # The path has tenths of a pixel of a height of more than 100.
    assert drawn(tab) == pytest.approx(expected, abs=1e-3)


def weeks(day):
    return f"{whole_day(day / 7)}{SPACE}weeks"


def test_the_numbers_are_the_landmarks(opened):
    tab = opened()
    landmarks = wo.simulate(units=20).landmarks
    assert tab.locator(".numbers .value").all_inner_texts() == [
        f"{whole_day(landmarks['onset_day'])}{SPACE}days",
        f"{whole_day(landmarks['full_effect_day'])}{SPACE}days",
        weeks(landmarks["half_effect_day"]),
        weeks(landmarks["wear_off_day"]),
    ]


def test_the_middle_half_is_near_that_of_python(opened):
    tab = opened()
    wait(tab, "app.people(app.settings) !== null")
    found = tab.evaluate("app.people(app.settings).landmarks")
    rows = wo.simulate(units=20).middle_half.set_index("landmark")
    names = {"onset": "onset_day", "half": "half_effect_day", "wearOff": "wear_off_day"}
    for name, row in names.items():
        # Both are of some hundred patients, not the same ones.
        assert found[name] == pytest.approx(rows.loc[row, ["p25", "p75"]].to_list(), rel=0.08)
    assert "middle half: 2 to 4" in tab.locator(".numbers .people").first.inner_text()


def test_the_drawing_moves_with_the_day(opened):
    tab = opened("#day=0")
    frame = wo.simulate(units=20, times=[0, 1, 30]).frame

    def opaque(name):
        return tab.evaluate(
            "(name) => [...document.querySelectorAll(`.picture .${name}`)]"
            ".reduce((sum, each) => sum + Number(each.getAttribute('opacity')), 0)", name)  # fmt: skip

    for place, row in ((0, 0), (8, 1), (56 + 23, 2)):
        slide(tab, "day", place)
        # There are 16 signs of SNAP-25.
        assert opaque("intact") == pytest.approx(16 * frame["snap25"][row], abs=0.5)
        assert opaque("intact") + opaque("cut") == 16
        words = tab.locator(".picture svg").get_attribute("aria-label")
        assert f"{whole_day(100 * frame['force'][row])}{SPACE}% of its force" in words


def test_the_surprises_are_where_the_model_has_them(opened):
    tab = opened()
    frame = wo.simulate(units=20, times=np.arange(241)).frame
    tab.locator("#surprise-1").click()
    day = tab.evaluate("app.settings.day")
    # The last whole day on which the muscle keeps 95 % of its force, and the first with 70 % again.
    falls = frame.index[frame["force"] < 0.95][0]
    assert day == falls - 1
    assert "nothing shows" in tab.locator("#now").inner_text()
    tab.locator("#surprise-2").click()
    back = frame.index[(frame.index > 30) & (frame["force"] >= 0.7)][0]
    assert tab.evaluate("app.settings.day") == back
    assert f"Only {whole_day(100 * frame['snap25'][back])}{SPACE}% of {SNAP25}" in tab.locator("#now").inner_text()


def test_a_dose_without_an_effect_has_no_surprise(opened):
    tab = opened("#units=1&potency=0.015&day=30")
    assert tab.locator("#surprise-1").is_hidden()
    assert tab.locator(".numbers .value").all_inner_texts()[0] == "not reached"


def test_a_curve_is_kept_to_compare(opened):
    tab = opened()
    tab.locator("#keep").click()
    before = drawn(tab)
    tab.get_by_role("button", name="Weak responder").click()
    assert drawn(tab, "kept") == pytest.approx(before, abs=1e-9)
    assert drawn(tab).max() < before.max() - 0.1
    assert "20" in tab.locator(".kept-words").inner_text()
    tab.locator("#keep").click()
    assert tab.locator(".course .plot .kept").get_attribute("visibility") == "hidden"


def test_presets(opened):
    tab = opened()
    rows = wo.Population()
    tab.get_by_role("button", name="Weak responder").click()
    # One patient in ten is weaker: 1.2816 standard deviations.
    weaker = wo.Parameters().potency * np.exp(-1.2816 * rows.omega_potency)
    assert tab.evaluate("app.settings.potency") == pytest.approx(weaker, rel=5e-3)
    tab.get_by_role("button", name="40\N{NO-BREAK SPACE}U").click()
    assert tab.evaluate("[app.settings.units, app.settings.potency]") == [40, wo.Parameters().potency]
    tab.get_by_role("button", name="Touch-up").click()
    assert tab.get_by_role("checkbox").is_checked()
    twice = wo.Schedule([wo.Visit(day=0, units=20), wo.Visit(day=14, units=10)])
    expected = wo.simulate(twice, times=moments(tab)).frame["visible"].to_numpy()
    assert drawn(tab) == pytest.approx(expected, abs=1e-3)


def test_another_product_has_its_own_dose(opened):
    tab = opened()
    tab.get_by_label("Product").select_option("abobotulinumtoxinA")
    assert tab.locator("#units").input_value() == "50"
    expected = wo.simulate(product="abobotulinumtoxinA", times=moments(tab)).frame["visible"].to_numpy()
    assert drawn(tab) == pytest.approx(expected, abs=1e-3)


def test_five_questions_each_with_one_right_answer(opened):
    tab = opened()
    for number in range(1, 6):
        assert f"{number} of 5" in tab.locator(".questions .small").inner_text()
        assert "{" not in tab.locator(".question").inner_text()
        tab.locator(".choice").first.click()
        assert tab.locator(".choice.right").count() == 1
        assert "Now look" in tab.locator(".answer").inner_text()
        tab.get_by_role("button", name="Next question").click()
    assert "1 of 5" in tab.locator(".questions .small").inner_text()


def test_it_plays_slowly_in_the_first_week_and_stops(opened):
    tab = opened("#day=0")
    tab.locator("#play").click()
    wait(tab, "app.settings.day > 0.5")
    tab.locator("#play").click()
    day = tab.evaluate("app.settings.day")
    assert day < 7
    tab.wait_for_timeout(200)
    assert tab.evaluate("app.settings.day") == day


def test_the_day_can_be_dragged_on_the_curve(opened):
    tab = opened()
    box = tab.locator(".course .plot").bounding_box()
    tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + 40)
    tab.mouse.down()
    tab.mouse.move(box["x"] + box["width"] * 0.75, box["y"] + 40)
    tab.mouse.up()
    assert 130 < tab.evaluate("app.settings.day") < 200


def test_what_is_on_the_screen_is_saved(opened, tmp_path):
    tab = opened("#units=40&keep=units%3D20")
    wait(tab, "app.people(app.settings) !== null")
    for ending, start in (("PNG", b"\x89PNG"), ("SVG", b"<svg"), ("CSV", b"curve,")):
        with tab.expect_download() as saved:
            tab.get_by_role("button", name=ending).click()
        saved.value.save_as(tmp_path / ending)
        assert (tmp_path / ending).read_bytes().startswith(start)
    rows = list(csv.DictReader(io.StringIO((tmp_path / "CSV").read_text())))
    assert {row["curve"] for row in rows} == {"this", "kept"}
    mine = [row for row in rows if row["curve"] == "this"]
    expected = wo.simulate(units=40, times=[float(row["time"]) for row in mine]).frame["visible"]
    assert [float(row["visible"]) for row in mine] == pytest.approx(expected.to_list(), abs=1e-4)
    assert all(row["visible_p25"] for row in mine)
    text = (tmp_path / "SVG").read_text()
    assert "40" in text
    assert "not advice" in text
    assert "var(" not in text


def test_play_begins_with_the_treatment_the_first_time_and_goes_on_after_a_pause(opened):
    tab = opened()
    assert tab.evaluate("app.settings.day") == 7
    tab.locator("#play").click()
    wait(tab, "app.settings.day > 0 && app.settings.day < 3")
    tab.locator("#play").click()
    paused = tab.evaluate("app.settings.day")
    tab.locator("#play").click()
    wait(tab, f"app.settings.day > {paused}")
    tab.locator("#play").click()
    assert tab.evaluate("app.settings.day") < paused + 3


def test_the_legend_says_what_was_given_and_what_is_kept(opened):
    tab = opened("#units=40&touch_up=10&keep=units%3D25")
    said = tab.locator(".course .legend").inner_text()
    assert f"40{SPACE}U of onabotulinumtoxinA, glabella (frown lines), 10{SPACE}U more on day 14" in said
    assert f"kept: 25{SPACE}U of onabotulinumtoxinA" in said


def test_dragging_the_curve_selects_no_text(opened):
    tab = opened()
    box = tab.locator(".course .plot svg").bounding_box()
    tab.mouse.move(box["x"] + 0.3 * box["width"], box["y"] + 0.5 * box["height"])
    tab.mouse.down()
    tab.mouse.move(box["x"] + 0.5 * box["width"], box["y"] + 3 * box["height"], steps=5)
    tab.mouse.up()
    assert tab.evaluate("getSelection().toString()") == ""
