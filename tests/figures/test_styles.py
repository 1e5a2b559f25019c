"""Styles and titles: every picture can be read on a white and on a black ground, and says what it shows."""

import functools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from studies.individuals import simulate
from tests.extent import some

import wearoff as wo
from wearoff import Arm, plates, run_trial, sensitivity, spacing
from wearoff.figures.style import contrast

ONE, FOUR = wo.simulate(units=20), wo.simulate(wo.Schedule.every(90, visits=4, start="2027-01-04"))


@functools.cache
def made(name):
    """Results that take seconds: made once, by the first test that needs them."""
    published = wo.published()
    rows = published[(published["product"] == "onabotulinumtoxinA") & (published["endpoint"] == "none_or_mild")]
    return {
        "trial": lambda: run_trial([Arm(units=20), Arm.placebo()], patients=64, days=190, rng=1),
        "survival": lambda: wo.estimate_survival(
            {"a": [28, 56, 84], "b": [28, 56]}, {"a": [True, False, True], "b": [True] * 2}, "return_to_baseline"
        ),
        "forecast": lambda: wo.forecast(wo.History(wo.Schedule.once(units=20), [wo.Grade(30, 0), wo.Gone(110)])),
        "intervals": lambda: spacing.compare([84, 120]),
        "intervals for a population": lambda: spacing.compare([84, 120], population=wo.Population(), patients=8),
        "tornado": lambda: sensitivity.elasticities("half_effect_day"),
        "indices": lambda: sensitivity.indices("half_effect_day", samples=8, rng=1),
        "fit": lambda: wo.fit(rows[rows["n"].notna()].head(6), ["potency"], patients=64),
        "fit to patients": lambda: wo.fit(
            simulate(wo.Population(), np.random.default_rng(1), patients=4), "severe_share", draws=256
        ),
        "compared": lambda: wo.compare(rows, patients=64),
    }[name]()


PICTURES = {
    "effect": ONE.plot,
    "calendar": FOUR.plot,
    "visits": FOUR.plot_visits,
    "returns": FOUR.plot_returns,
    "cascade": ONE.cascade_figure,
    "mechanism": ONE.mechanism_figure,
    "bands": lambda **title: made("trial").bands_figure(**title),
    "responders": lambda **title: made("trial").plot_responders(**title),
    "survival": lambda **title: made("survival").plot(**title),
    "forecast": lambda **title: made("forecast").plot(**title),
    "tradeoff": lambda **title: made("intervals").tradeoff_figure(100, **title),
    "tradeoff of patients": lambda **title: made("intervals for a population").tradeoff_figure(100, **title),
    "tornado": lambda **title: made("tornado").plot(**title),
    "indices": lambda **title: made("indices").plot(**title),
    "comparison": lambda **title: made("compared").figure(**title),
    "fit": lambda **title: made("fit").figure(**title),
    "check": lambda **title: made("fit to patients").check_figure(bins=2, **title),
    "check of one grade": lambda **title: made("fit to patients").plot_check(0, bins=2, **title),
    "serotypes": plates.serotypes_figure,
    "sites": plates.sites_figure,
}
SHOWN = "typical patient: 20 U onabotulinumtoxinA, glabella"
TITLES = {
    "calendar": "typical patient: 4 visits of 20 U onabotulinumtoxinA every 90 days, glabella",
    "bands": "64 virtual patients in each arm, glabella",
    "survival": "5 patients",
    "forecast": "one patient: 20 U onabotulinumtoxinA, glabella",
    "tradeoff": f"{SHOWN}, repeated over 730 days",
    "tradeoff of patients": f"8 patients; {SHOWN}, repeated over 730 days",
    "comparison": "published responder rates, glabella",
    "fit": "fit of potency to 6 observed rows",
    "check": "4 patients: shares of grades, and those of simulated data",
    "check of one grade": "4 patients: shares of grades, and those of simulated data",
    "serotypes": "If only the light chain's half-life differed",
    "mechanism": "How botulinum toxin takes effect and wears off",
    "sites": f"Where the needle goes, {SHOWN}",
}
TITLES |= {"visits": TITLES["calendar"], "returns": TITLES["calendar"], "responders": TITLES["bands"]}


@pytest.fixture(autouse=True)
def _no_picture_stays_open():
    yield
    plt.close("all")


def figure_of(picture):
    return picture.get_figure(root=True)


def mixed(color, ground):
    *rgb, alpha = mpl.colors.to_rgba(color)
    return mpl.colors.to_hex([alpha * a + (1 - alpha) * b for a, b in zip(rgb, mpl.colors.to_rgb(ground), strict=True)])


STYLED = [(picture, style) for picture in PICTURES for style in ("dark_background", "default")]


# A short run draws every third picture in the dark style, and none in the default style.
@pytest.mark.parametrize(("picture", "style"), some(STYLED, 6))
def test_every_text_stands_out_from_its_ground(picture, style):
    with plt.style.context(style):
        figure = figure_of(PICTURES[picture]())
        figure.canvas.draw()
        grounds = {figure.get_facecolor(), *(ax.get_facecolor() for ax in figure.axes if ax.axison)}
    texts = [text for text in figure.findobj(mpl.text.Text) if text.get_visible() and text.get_text().strip()]
    assert len(texts) > 5
    for text in texts:
        box = text.get_bbox_patch()
        for ground in [box.get_facecolor()] if box is not None else grounds:
            under = mixed(ground, mpl.colors.to_hex(figure.get_facecolor()))
            # 4.5 to 1: WCAG 2.2, criterion 1.4.3.
            assert contrast(mixed(text.get_color(), under), under) >= 4.5, text.get_text()


@pytest.mark.parametrize(
    "picture", some([name for name in PICTURES if name not in ("mechanism", "sites", "returns")], 2)
)
def test_every_line_and_mark_stands_out_from_a_dark_ground(picture):
    # The two plates draw on light areas of their own; the picture of the returns has only bars.
    with plt.style.context("dark_background"):
        figure = figure_of(PICTURES[picture]())
    lines = [line for ax in figure.axes for line in ax.lines if line.get_visible()]
    assert lines
    for line in lines:
        # 3 to 1: WCAG 2.2, criterion 1.4.11.
        assert contrast(mixed(line.get_color(), "#000000"), "#000000") >= 3, line.get_label()


# Contrasts given in "Understanding WCAG 2.2" and by its formula: black on white 21, #767676 on white 4.54.
@pytest.mark.parametrize(("one", "other", "ratio"), [("#000000", "#ffffff", 21), ("#767676", "#ffffff", 4.54)])
def test_contrast_is_that_of_the_standard(one, other, ratio):
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@pytest.mark.parametrize("picture", PICTURES)
def test_a_picture_says_what_it_shows_and_a_plot_returns_axes_and_a_figure_a_figure(picture):
    drawn = PICTURES[picture]()
    axes = picture in (
        "effect", "calendar", "visits", "returns", "responders", "survival", "forecast", "tornado", "indices",
        "check of one grade",
    )  # fmt: skip
    assert isinstance(drawn, mpl.axes.Axes if axes else mpl.figure.Figure)
    assert not axes or len(figure_of(drawn).axes) == 1
    # The comparison's title begins with the number of its rows.
    assert figure_of(drawn).get_suptitle().replace("\n", " ").endswith(TITLES.get(picture, SHOWN))


@pytest.mark.parametrize("picture", some(list(PICTURES), 3))
def test_a_title_can_be_another_or_none(picture):
    assert figure_of(PICTURES[picture](title="The first week")).get_suptitle() == "The first week"
    figure = figure_of(PICTURES[picture](title=None))
    assert figure.get_suptitle() == ""
    assert TITLES.get(picture, SHOWN) not in [text.get_text() for text in figure.findobj(mpl.text.Text)]


def test_a_title_given_for_somebodys_axes_is_written_on_it():
    _, ax = plt.subplots()
    ONE.plot(ax=ax, title="mine")
    assert ax.get_title() == "mine"


def test_the_title_names_the_constants_that_were_changed():
    changed = wo.simulate(units=20, sites=5, parameters=wo.Parameters(light_chain_half_life=60))
    assert figure_of(changed.plot()).get_suptitle() == f"{SHOWN}, 5 sites, light_chain_half_life 60 day"
    preset = wo.simulate(units=20, parameters=wo.Parameters.preset("serotype_E"))
    assert figure_of(preset.plot()).get_suptitle() == f"{SHOWN}, preset serotype_E"
    many = wo.Parameters(light_chain_half_life=60, potency=0.2, force_steepness=5)
    assert wo.simulate(units=20, parameters=many).description == f"{SHOWN}, 3 constants changed"
