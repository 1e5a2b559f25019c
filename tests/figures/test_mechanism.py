"""The picture of the mechanism: every dot, pin, vesicle, length and bar is the simulation's."""

import itertools
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from tests.extent import some
from tests.figures.legible import assert_legible

import wearoff as wo
from wearoff import texts, webpage
from wearoff.figures import glyphs, layout
from wearoff.figures.ending import SHARE, Ending
from wearoff.figures.mechanism import draw_mechanism
from wearoff.figures.surprises import find_surprise

mpl.use("Agg")

TOXIN = ["depot", "light_chain"]
UNCOUNTED = ["free", "bound", "endosome"]
FRACTIONS = ["snap25", "release", "force", "visible", "crease"]
DAYS = [0, 0.01, 0.3, 1, 3, 7, 30, 90, 120, 180]
TIMELINES = {
    "typical": wo.simulate(units=20),
    "four visits": wo.simulate(wo.Schedule.every(90, visits=4)),
    "sites": wo.simulate(units=20, sites=1),
    "nothing is lost": wo.simulate(
        wo.Schedule.every(90, visits=4), parameters=wo.Parameters(light_chain_half_life=np.inf)
    ),
}


def read_back(ax, whole):
    """The quantities that an Axes shows, from what its artists are."""
    signs = {each.get_label(): each for each in ax.collections if not each.get_label().startswith("_")}
    opacity = {
        name: np.asarray(each.get_alpha()) for name, each in signs.items() if name not in ("bands", "receptor", "way")
    }
    for name, alpha in opacity.items():
        # Each sign has one colour, the stated opacity and a place of its own within the drawing.
        colors = [each for each in (signs[name].get_facecolor(), signs[name].get_edgecolor()) if len(each)]
        for color in colors:
            np.testing.assert_array_equal(color[:, 3], alpha)
        places_of = signs[name].get_offsets()
        assert len(places_of) == len(alpha)
        assert (places_of > 1.5).all()
        assert (places_of < [layout.WIDTH - 1.5, layout.HEIGHT - 1.5]).all()
        # Signs are drawn fully or not at all, except at most one.
        assert ((alpha > 0) & (alpha < 1)).sum() <= 1
    np.testing.assert_allclose(opacity["intact"] + opacity["cut"], 1)
    np.testing.assert_allclose(opacity["open"] + opacity["full"], 1)
    (muscle,) = (patch for patch in ax.patches if patch.get_label() == "muscle")
    skin, crease = (next(line for line in ax.lines if line.get_label() == name) for name in ("skin", "crease"))
    # The outside is up: the furrow goes down, and the crease begins at its bottom and ends within the skin.
    assert ax.yaxis_inverted()
    middle = crease.get_ydata()[0]
    assert np.interp(layout.MIDDLE, *skin.get_data()) == pytest.approx(middle, abs=0.02)
    assert layout.SKIN_SURFACE <= middle <= crease.get_ydata()[1] < layout.SKIN_BOTTOM
    length, thickness = np.ptp(muscle.get_xy(), axis=0)
    force = (layout.LONG - length) / (layout.LONG - layout.SHORT)
    assert thickness == pytest.approx(layout.THIN + (layout.THICK - layout.THIN) * force)
    bands = [path.vertices[:, 0].mean() for path in signs["bands"].get_paths()]
    np.testing.assert_allclose(np.diff(bands), np.diff(bands)[0])
    assert opacity["open"].mean() == pytest.approx(opacity["cleft"].mean(), abs=1e-9)
    return {
        **{name: opacity[name].sum() * whole * SHARE for name in TOXIN},
        "snap25": opacity["intact"].mean(),
        "release": opacity["cleft"].mean(),
        "force": force,
        "visible": 1 - (middle - layout.SKIN_SURFACE) / layout.FURROW,
        "crease": np.ptp(crease.get_ydata()) / layout.CREASE,
    }, np.diff(bands)[0]


@pytest.mark.parametrize("plan", TIMELINES)
def test_what_is_drawn_is_the_simulation(plan):
    timeline = TIMELINES[plan]
    whole = timeline.at([0])["depot"][0]
    _, ax = plt.subplots()
    ending = Ending(ax, whole, 8)
    pitches = {}
    for day in DAYS:
        moment = timeline.at([day]).iloc[0]
        ending.show(moment)
        shown, pitch = read_back(ax, whole)
        assert shown == pytest.approx(dict(moment.drop(["time", "depth", *UNCOUNTED])), abs=1e-9), day
        pitches[moment["force"]] = pitch
    # The distance between striations grows in proportion to the force that is lost.
    force, pitch = np.array(sorted(pitches.items())).T
    np.testing.assert_allclose(pitch, np.polyval(np.polyfit(force, pitch, 1), force), rtol=1e-9)
    assert pitch[0] > pitch[-1]
    plt.close(ax.get_figure())


def test_the_cells_of_the_plate_and_their_numbers_are_the_simulation():
    timeline = TIMELINES["nothing is lost"]
    whole = timeline.at([0])["depot"][0]
    figure = timeline.mechanism_figure([1, 90, 361])
    cells = [ax for ax in figure.axes if any(each.get_label() == "depot" for each in ax.collections)]
    numbers = [ax for ax in figure.axes if len(ax.containers) == 2]
    assert [ax.get_title() for ax in cells] == ["before", "day 1", "month 3 (day 90)", "month 12 (day 361)"]
    before = dict.fromkeys([*TOXIN, "visible"], 0.0) | dict.fromkeys(["snap25", "release", "force", "crease"], 1.0)
    moments = [before, *timeline.at([1, 90, 361]).drop(columns=["time", "depth", *UNCOUNTED]).to_dict("records")]
    assert moments[3]["light_chain"] > 3.9 * whole  # far more than 25 signs
    for cell, bars, moment in zip(cells, numbers, moments, strict=True):
        assert read_back(cell, whole)[0] == pytest.approx(moment, abs=1e-9)
        expected = [
            moment["depot"] / whole,
            moment["light_chain"] / whole,
            *(moment[f] for f in FRACTIONS if f != "release"),
        ]
        assert [bar.get_width() for bar in bars.containers[1]] == pytest.approx(expected, abs=1e-9)
        assert [text.get_text() for text in bars.texts] == [f"{100 * share:.0f} %" for share in expected]
        assert max(bar.get_width() for bar in bars.containers[1]) <= bars.get_xlim()[1]
    plt.close(figure)


def test_a_sign_stays_where_it_is_while_others_come():
    for place, number in itertools.product(TOXIN, (1, 20, 100, 300)):
        np.testing.assert_array_equal(layout.place_signs(place, number + 1)[:-1], layout.place_signs(place, number))
        assert len(np.unique(layout.place_signs(place, number), axis=0)) == number


def test_what_is_silent_has_its_rods_cut():
    # Each vesicle has four rods, cut in the order of the vesicles: with half intact, two vesicles have no intact rod.
    _, ax = plt.subplots()
    ending = Ending(ax, 10.0, 8)
    ending.show(
        dict.fromkeys(TOXIN, 0.0) | {"snap25": 0.5, "release": 0.5, "force": 1.0, "visible": 0.0, "crease": 1.0}
    )
    for vesicle, dock in enumerate(layout.FULL):
        rods = np.argsort(np.abs(layout.RODS[:, 0] - dock[0]))[:4]
        assert set(np.asarray(ending.cut[0].get_alpha())[rods]) == {ending.full[0].get_alpha()[vesicle]}
    plt.close(ax.get_figure())


def test_the_plate_and_the_page_draw_the_same_shapes():
    # The page is the judge: its scripts have the outlines and places, its style sheet the colours.
    folder = Path(webpage.__file__).parent
    places = (folder / "places.js").read_text(encoding="utf-8")
    signs = (folder / "signs.js").read_text(encoding="utf-8")
    for outline in (layout.ENDING, *layout.ARROWS):
        assert f'"{outline}"' in places
    for outline in (glyphs.HEAVY, glyphs.SV2, glyphs.GANGLIOSIDE, glyphs.INTACT_ROD, glyphs.CUT_ROD):
        assert f'"{outline}"' in signs
    sizes = f"bottom: {layout.MUSCLE_BOTTOM:g}, thin: {layout.THIN:g}, thick: {layout.THICK:g}, short: {layout.SHORT:g}"
    assert sizes in places
    assert f"surface: {layout.SKIN_SURFACE:g}, bottom: {layout.SKIN_BOTTOM:g}" in places
    assert glyphs.colors()["intact"] in (folder / "drawing.css").read_text(encoding="utf-8")


def test_intact_and_cut_snap25_differ_in_shape():
    # Where their colours are taken away, a third of what one covers the other leaves free; and one head is hollow.
    intact, cut = (sign.parts for sign in (glyphs.INTACT, glyphs.CUT))
    assert (intact[-1].face, cut[-1].face) == ("intact", "none")
    assert len(intact[0].outlines) == 1
    assert len(cut[0].outlines) == 2  # apart
    assert np.ptp(np.concatenate(cut[0].outlines)[:, 0]) > 4 > np.ptp(np.concatenate(intact[0].outlines)[:, 0])


@pytest.mark.parametrize(
    ("intact", "force", "lowest", "surprise"),
    [
        (0.7, 0.99, 1.0, 1),
        (0.9, 0.99, 1.0, 0),
        (0.7, 0.9, 1.0, 0),
        (0.2, 0.75, 0.1, 2),
        (0.2, 0.75, 0.8, 0),
        (0.2, 0.5, 0.1, 0),
    ],
)
def test_what_surprises(intact, force, lowest, surprise):
    assert find_surprise({"snap25": intact, "force": force}, lowest) == surprise


def test_the_plate_says_what_it_shows():
    figure = TIMELINES["typical"].mechanism_figure(style="slide")
    said = " ".join(text.get_text() for text in figure.findobj(mpl.text.Text)).replace("\n", " ").replace("\u00a0", " ")
    page = texts.page_words("en")
    assert page["title"] in said
    for step in range(1, 8):
        assert page[f"step.{step}"].rstrip(".") in said
    for word in ("SV2", "ganglioside", "heavy, light chain", "outside", "nerve ending"):
        assert word in said
    day_1, month_4 = TIMELINES["typical"].at([1, 120]).to_dict("records")
    assert f"{100 * (1 - day_1['snap25']):.0f} % of SNAP-25 is cut, and nothing shows" in said
    assert f"Only {100 * month_4['snap25']:.0f} % of SNAP-25 is intact" in said
    # Beer 2011, J Drugs Dermatol 10:39, of 20 U onabotulinumtoxinA alone.
    assert "(Beer 2011): 48 % of patients on day 1, 93 % on day 3" in said
    other = wo.simulate(units=25).mechanism_figure()
    assert "Beer" not in " ".join(text.get_text() for text in other.findobj(mpl.text.Text))
    plt.close("all")


PLATES = {
    "default": (1, 7, 120),
    "one": (7,),
    "two": (0, 180),
    "five": (0.5, 1, 3, 7, 120),
    "long words": (60.25, 100.75, 239.125),
    "long words, five": (60.25, 100.75, 201.5, 220, 239.125),
}


@pytest.mark.parametrize("style", ["print", "slide"])
@pytest.mark.parametrize("days", some(list(PLATES), 3))
def test_the_plate_is_legible(days, style):
    figure = TIMELINES["typical"].mechanism_figure(PLATES[days], style)
    across, up = figure.get_size_inches()
    assert (across, up) == pytest.approx((40 / 3, 7.5)) if style == "slide" else across == 7.1
    smallest = min(text.get_fontsize() for text in figure.findobj(mpl.text.Text) if text.get_text())
    assert smallest >= {"print": 7, "slide": 14}[style]
    for ax in figure.axes:
        assert 0 <= ax.bbox.x0 < ax.bbox.x1 <= figure.bbox.x1
    assert_legible(figure)


def test_late_days_and_large_numbers_are_legible():
    timeline = wo.simulate(wo.Schedule.every(120, visits=40), parameters=wo.Parameters(light_chain_half_life=np.inf))
    assert_legible(timeline.mechanism_figure([7, 4680.5, 4800.25]))


def test_before_is_before_even_where_the_first_visit_is_late():
    timeline = wo.simulate(wo.Schedule((wo.Visit(day=10), wo.Visit(day=100))))
    figure = timeline.mechanism_figure([17])
    whole = timeline.at([10])["depot"][0]
    cells = [ax for ax in figure.axes if ax.get_title()]
    assert read_back(cells[0], whole)[0]["force"] == 1
    assert read_back(cells[1], whole)[0]["light_chain"] == pytest.approx(timeline.at([17])["light_chain"][0])
    plt.close(figure)


@pytest.mark.parametrize(
    ("days", "style", "message"),
    [
        ([300], "print", "times has 300; allowed: from 0 to 240 day, the end of the simulation"),
        ([-1], "print", "times has -1; "),
        ([np.nan], "print", "times has nan; "),
        ([], "print", r"days has the shape \(0,\); allowed: a row of 1 to 5"),
        ([1, 2, 3, 4, 5, 6], "print", r"days has the shape \(6,\); allowed: a row of 1 to 5"),
        ([[1, 2]], "print", r"days has the shape \(1, 2\); allowed: a row of 1 to 5"),
        ("soon", "print", "days is 'soon', not numbers; allowed: such as"),
        ([7], "poster", "style is 'poster'; allowed: print, slide"),
    ],
)
def test_what_cannot_be_drawn_is_one_line(days, style, message):
    before = plt.get_fignums()
    with pytest.raises(wo.InputError, match=message) as refused:
        TIMELINES["typical"].mechanism_figure(days, style)
    assert "\n" not in str(refused.value)
    assert plt.get_fignums() == before


def test_a_first_visit_after_the_end_is_one_line():
    with pytest.raises(wo.InputError, match="past the first visit, on day 50"):
        wo.simulate(wo.Schedule((wo.Visit(day=50),)), days=20).mechanism_figure([7])


def test_the_plate_is_drawn_from_any_table_with_the_columns():
    moment = dict.fromkeys(TOXIN, 250.0) | dict.fromkeys(FRACTIONS, 0.25)
    table = pd.DataFrame([{"time": 3.5} | moment])
    figure = draw_mechanism(table, 1000.0, patient="")
    (cell,) = (ax for ax in figure.axes if ax.get_title() == "day 3.5")
    assert read_back(cell, 1000.0)[0] == pytest.approx(moment)
    assert_legible(figure)
