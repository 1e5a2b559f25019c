"""Constants: each with its value, range and source, and what it does to the curve."""

import numpy as np
import pytest
from tests.webpage.conftest import SNAP25, slide

import wearoff as wo

TABLE = wo.Parameters().table().set_index("name").drop("spread")
READ = "app.result(app.settings).table"


def test_every_constant_has_a_slider_with_value_range_and_source(opened):
    tab = opened("#part=constants")
    assert tab.locator(".constant").count() == len(TABLE)
    for name, row in TABLE.iterrows():
        slider = tab.locator(f"#{name}")
        assert "(default)" in slider.get_attribute("aria-valuetext")
        assert tab.evaluate("(name) => app.settings[name]", name) == row["value"]
        assert row["source"] in tab.locator(".constant", has=slider).text_content()


def test_short_times_are_said_in_minutes(opened):
    tab = opened("#part=constants")
    said = {name: tab.locator(f"#{name}-value").inner_text().replace("\N{NO-BREAK SPACE}", " ") for name in TABLE.index}
    assert said["binding_half_life"] == "12 minutes"
    assert said["endocytosis_half_life"] == "4.9 minutes"
    assert said["translocation_half_life"] == "53 minutes"
    assert said["light_chain_half_life"] == "54 days"


def test_plausible_range_and_default_are_marked_where_the_slider_has_them(opened):
    tab = opened("#part=constants")
    for name, row in TABLE.iterrows():
        low, high = row["low"] / 2, row["high"] * 2
        track = tab.locator(".constant", has=tab.locator(f"#{name}")).locator(".track")
        # The track is logarithmic, from half of the plausible range to twice, but within what is possible.
        least, most = tab.evaluate(
            "(name) => Object.values(app.track(app.constants.find((row) => row.name === name)))", name
        )
        assert least >= low * (1 - 1e-12)
        assert most <= high * (1 + 1e-12)
        mark = float(track.locator(".default").get_attribute("d").partition(" ")[0][1:])
        place = 100 * np.log(row["value"] / least) / np.log(most / least)
        assert mark == pytest.approx(place, abs=0.06)
        assert float(tab.locator(f"#{name}").input_value()) == pytest.approx(10 * place, abs=0.6)


@pytest.mark.parametrize("name", TABLE.index)
def test_a_constant_changes_what_the_model_says(opened, name):
    tab = opened("#part=constants")
    slide(tab, name, 700)
    value = tab.evaluate("(name) => app.settings[name]", name)
    assert value != TABLE.loc[name, "value"]
    days = np.array(tab.evaluate("app.moments"))
    expected = wo.simulate(units=20, times=days, parameters=wo.Parameters(**{name: value})).frame
    found = tab.evaluate(f"Array.from({READ}.visible)")
    assert found == pytest.approx(expected["visible"].to_list(), abs=1e-4)
    assert tab.evaluate(f"Array.from({READ}.crease)") == pytest.approx(expected["crease"].to_list(), abs=1e-4)


def test_one_and_all_are_reset(opened):
    tab = opened("#part=constants&potency=0.2&snap25_half_life=5")
    assert tab.locator("#reset-all").is_enabled()
    tab.get_by_role("button", name="Reset: Potency").click()
    assert tab.evaluate("[app.settings.potency, app.settings.snap25_half_life]") == [wo.Parameters().potency, 5]
    tab.locator("#reset-all").click()
    assert tab.evaluate("app.writeAddress(app.settings)") == "part=constants"
    assert tab.locator("#reset-all").is_disabled()


def test_the_cascade_says_the_largest_value_of_each_step(opened):
    tab = opened("#part=constants")
    words = tab.locator(".cascade").get_attribute("aria-label").replace("\N{NO-BREAK SPACE}", " ")
    frame = wo.simulate(units=20, times=np.linspace(0, 240, 24_001)).frame
    whole = frame["depot"][0]
    assert f"light chain {100 * frame['light_chain'].max() / whole:.0f} %" in words
    assert f"{SNAP25} cut {100 * (1 - frame['snap25'].min()):.0f} %" in words
    assert f"visible effect {100 * frame['visible'].max():.0f} %" in words
