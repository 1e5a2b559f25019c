"""The plates: they draw what `simulate` computes, can be read, and are written whole or not at all."""

import subprocess
import sys

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt

import wearoff as wo
from tests.extent import some
from tests.figures.legible import assert_legible
from wearoff import tables
from wearoff.figures.style import render
from wearoff.treatment.muscles import find_muscle, relative_dose, spill, zones

mpl.use("Agg")

PLATES = {"serotypes": wo.plates.serotypes_figure, "sites": wo.plates.sites_figure}


@pytest.fixture(autouse=True)
def _no_picture_stays_open():
    yield
    plt.close("all")


def panel(figure, name):
    return next(ax for ax in figure.axes if ax.get_label() == name)


def lines(ax):
    return {line.get_label(): line.get_data() for line in ax.lines if not line.get_label().startswith("_")}


def written_on(figure):
    return " ".join(text.get_text() for text in figure.findobj(mpl.text.Text)).replace("\n", " ")


def test_each_serotype_is_its_preset():
    figure = wo.plates.serotypes_figure(units=20)
    drawn = lines(panel(figure, "effect"))
    presets = {name.removeprefix("serotype_"): name for name in wo.presets() if name.startswith("serotype_")}
    assert list(drawn) == ["A", "C1", "B", "F", "E"]
    assert set(drawn) == {"A", *presets}
    for name, (days, effect) in drawn.items():
        parameters = wo.Parameters.preset(presets.get(name, "default"))
        alone = wo.simulate(units=20, parameters=parameters, times=days)
        np.testing.assert_array_equal(effect, alone.frame["visible"])


def test_the_bars_are_the_half_lives_and_say_what_the_source_says():
    figure = wo.plates.serotypes_figure()
    ax = panel(figure, "half-lives")
    names = [label.get_text() for label in ax.get_yticklabels()]
    widths = dict(zip(names, (bar.get_width() for bar in ax.patches), strict=True))
    rows = [row for row in tables.rows("presets") if row["preset"].startswith("serotype_")]
    assert widths == {
        "A": wo.Parameters().light_chain_half_life,
        **{row["preset"].removeprefix("serotype_"): float(row["value"]) for row in rows},
    }
    texts = [text.get_text() for text in ax.texts]
    for row in rows:
        words = next(text for text in texts if text.endswith(f" {float(row['value']):g} d"))
        assert f"half-life of inhibition {words}, rat" in row["source"]


def test_when_each_serotype_is_visible_is_written():
    texts = [text.get_text() for text in panel(wo.plates.serotypes_figure(), "half-lives").texts]
    landmarks = wo.simulate().landmarks
    assert f"here: visible from day {landmarks['onset_day']:.0f} to {landmarks['wear_off_day']:.0f}" in texts
    short = wo.simulate(parameters=wo.Parameters.preset("serotype_E")).landmarks["peak_effect"]
    assert any(text.startswith(f"here: never visible: peaks at {short:.2f}\n") for text in texts)
    lasting = wo.Parameters(light_chain_half_life=np.inf)
    texts = [text.get_text() for text in panel(wo.plates.serotypes_figure(parameters=lasting), "half-lives").texts]
    assert f"here: visible from day {landmarks['onset_day']:.0f} on" in texts
    assert "not lost" in texts


def test_the_plate_says_that_it_is_an_illustration():
    said = written_on(wo.plates.serotypes_figure())
    assert "If only the light chain's half-life differed" in said
    assert "serotypes differ here by the half-life of the light chain alone" in said
    assert "Foran 2003 J Biol Chem 278:1363" in said


def test_what_was_seen_in_people_is_beside_each_bar():
    figure = wo.plates.serotypes_figure()
    ax = panel(figure, "half-lives")
    beside = [text.get_text().replace("\n", " ") for text in ax.texts if text.get_text().startswith("here: ")]
    names = [label.get_text() for label in ax.get_yticklabels()]
    rows = tables.column("serotypes", "serotype")
    assert set(rows) <= set(names)
    for name, text in zip(names, beside, strict=True):
        if name in rows:
            author_and_year = " ".join(rows[name]["source"].split()[:2])
            assert text.endswith(f"in people: {rows[name]['figure']} ({author_and_year})")
            assert rows[name]["source"] in written_on(figure)
        else:
            assert text.endswith("in people: no human figure at hand") == (name != "A")


def test_the_other_serotypes_start_from_the_constants_given():
    parameters = wo.Parameters(potency=0.2)
    days, effect = lines(panel(wo.plates.serotypes_figure(parameters=parameters), "effect"))["B"]
    expected = wo.simulate(parameters=parameters.replace(light_chain_half_life=10), times=days).frame["visible"]
    np.testing.assert_array_equal(effect, expected)


def test_the_curves_of_the_sites_are_those_of_simulate():
    drawn = lines(panel(wo.plates.sites_figure(), "curves"))
    assert list(drawn) == ["1 site", "3 sites", "5 sites"]
    for words, (days, effect) in drawn.items():
        alone = wo.simulate(sites=int(words.split()[0]), days=240)
        np.testing.assert_array_equal(effect, alone.at(days)["visible"])


@pytest.mark.parametrize("sites", [1, 3, 5])
def test_the_mean_of_the_local_effect_is_the_effect_of_the_muscle(sites):
    figure = wo.plates.sites_figure([sites])
    place, local = panel(figure, f"effect {sites}").lines[0].get_data()
    within = zones(find_muscle("glabella").length, wo.Parameters().spread)
    half = len(within.places)
    np.testing.assert_array_equal(place[:half], within.places)
    np.testing.assert_allclose(place + place[::-1], find_muscle("glabella").length)
    whole = wo.simulate(sites=sites).at([30])["visible"].item()
    assert local[:half] @ within.weights == pytest.approx(whole, abs=1e-12)
    assert f"mean {whole:.2f}" in written_on(figure)


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("at", [0, 20, 70])
def test_a_place_is_like_a_muscle_with_its_local_dose(at):
    parameters = wo.Parameters()
    place, local = panel(wo.plates.sites_figure([1]), "effect 1").lines[0].get_data()
    dose = 20 * relative_dose(place, find_muscle("glabella").length, 1, parameters.spread)[at]
    alone = wo.simulate(units=dose, parameters=parameters).at([30])["visible"].item()
    assert local[at] == pytest.approx(alone, abs=1e-8)


def test_the_local_dose_its_sites_and_the_spill():
    parameters, length = wo.Parameters(), find_muscle("glabella").length
    figure = wo.plates.sites_figure()
    for sites in (1, 3, 5):
        ax = panel(figure, f"dose {sites}")
        place, dose = ax.lines[0].get_data()
        np.testing.assert_array_equal(dose, relative_dose(place, length, sites, parameters.spread))
        needles = ax.lines[2].get_xdata()
        np.testing.assert_allclose(needles, (np.arange(sites) + 0.5) * length / sites)
        assert f"spill {100 * spill(length, sites, parameters.spread):.1f} %" in [text.get_text() for text in ax.texts]


CASES = {
    "serotypes": [
        {},
        {"units": 123.456, "product": "daxibotulinumtoxinA"},
        {"parameters": wo.Parameters(light_chain_half_life=25)},
        {"parameters": wo.Parameters(light_chain_half_life=np.inf)},
        {"parameters": wo.Parameters(potency=0)},
    ],
    "sites": [
        {},
        {"sites": [2]},
        {"sites": [1, 4, 12]},
        {"units": 123.456, "product": "daxibotulinumtoxinA", "muscle": "crows_feet"},
        {"parameters": wo.Parameters(spread=1.5, light_chain_half_life=np.inf)},
        {"parameters": wo.Parameters(spread=60)},
    ],
}


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("style", ["print", "slide"])
@pytest.mark.parametrize(
    ("plate", "case"), some([(plate, case) for plate in CASES for case in range(len(CASES[plate]))], 6)
)
def test_no_label_over_another_or_outside(plate, case, style):
    assert_legible(PLATES[plate](**CASES[plate][case], style=style))


@pytest.mark.parametrize("plate", PLATES)
def test_a_slide_is_a_slide_and_print_fits_a_page(plate):
    assert PLATES[plate](style="slide").get_size_inches() == pytest.approx([13.333, 7.5], abs=1e-3)
    assert PLATES[plate](style="print").get_size_inches()[0] == pytest.approx(7.1)


@pytest.mark.parametrize("plate", PLATES)
@pytest.mark.parametrize(
    ("bad", "said"),
    [
        ({"style": "slid"}, "style is 'slid'; did you mean 'slide'"),
        ({"muscle": "glabela"}, "muscle is 'glabela'; did you mean 'glabella'"),
        ({"product": "saline"}, "product is 'saline'"),
        ({"units": 0}, "units is 0; allowed: above 0"),
    ],
)
def test_bad_input_is_one_line_and_opens_no_picture(plate, bad, said):
    with pytest.raises(wo.InputError, match=said) as caught:
        PLATES[plate](**bad)
    assert "\n" not in str(caught.value)
    assert not plt.get_fignums()


@pytest.mark.parametrize("sites", [[], [1, 1], [1, 2, 3, 4], [0], [1.5], ["three"], [-1]])
def test_bad_sites(sites):
    with pytest.raises(wo.InputError, match=r"^sites .* allowed: "):
        wo.plates.sites_figure(sites)


def test_the_serotypes_start_from_serotype_a():
    with pytest.raises(wo.InputError, match="'serotype_E'; allowed: one of serotype A"):
        wo.plates.serotypes_figure(parameters=wo.Parameters.preset("serotype_E"))


FILES = {f"{name}.{kind}" for name in ("mechanism", *PLATES) for kind in ("png", "svg", "pdf")}


@pytest.mark.proof
def test_the_command_writes_every_plate_and_the_same_bytes_again(call, tmp_path):
    status, out, err = call("plates", "--style", "slide", "--out", tmp_path)
    assert (status, err) == (0, "")
    written = {path.name: path for path in tmp_path.iterdir()}
    assert set(written) == FILES
    for path in written.values():
        assert str(path) in out
        assert path.read_bytes().startswith({"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF"}[path.suffix[1:]])
    again = wo.plates.sites_figure(style="slide")
    for kind in ("png", "svg", "pdf"):
        assert written[f"sites.{kind}"].read_bytes() == render(again, kind)


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (["--style", "poster"], "style"),
        (["--units", "-1"], "units"),
        (["--muscle", "arm"], "muscle"),
        (["--product", "saline"], "product"),
        (["--preset", "serotype_F"], "preset"),
        (["--set", "spread=0"], "spread"),
    ],
)
def test_the_command_writes_nothing_when_something_is_wrong(call, tmp_path, bad, field):
    status, out, err = call("plates", "--out", tmp_path / "made", *bad)
    assert (status, out) == (2, "")
    assert err.startswith(f"error: {field} is ")
    assert err.count("\n") == 1
    assert not (tmp_path / "made").exists()


@pytest.mark.filterwarnings("default::wearoff.UnusualWarning")
def test_what_is_unusual_is_said_once(call, tmp_path, monkeypatch):
    monkeypatch.setattr("wearoff.figures.style.render", lambda picture, kind, note: plt.close() or b"")
    status, _, err = call("plates", "--units", 10, "--out", tmp_path)
    assert status == 0
    assert err.startswith("warning: 10 U")
    assert err.count("\n") == 1


def test_the_command_asks_where_to_write(call):
    status, _, err = call("plates")
    assert status == 2
    assert "--out" in err


def test_pictures_are_imported_when_drawn():
    code = "import sys, wearoff; print('matplotlib.pyplot' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "False\n"
