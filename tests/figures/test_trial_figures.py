"""The pictures of a trial: legible for any arms, and what they draw is the trial's tables."""

import functools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from tests.extent import some
from tests.figures.legible import assert_legible

import wearoff as wo
from wearoff.figures.trial import FINE, draw_bands, draw_responders
from wearoff.labels import PERCENTILES
from wearoff.trial.arms import Arm
from wearoff.trial.running import run_trial

mpl.use("Agg")

BREATHLESS = "whoever planned this arm wanted to say all of it in one breath, the product, the dose, the days and why"


def arms(*labels):
    return [Arm(wo.Schedule.once(units=10 + 5 * i), label) for i, label in enumerate(labels)]


ARMS = {
    "one": [Arm(units=20)],
    "two": [Arm(units=20), Arm.placebo()],
    "three": [Arm(units=20), Arm(units=40), Arm.placebo()],
    "placebo only": [Arm.placebo()],
    "long products": [
        Arm(units=units, product=product)
        for units, product in ((22.5, "onabotulinumtoxinA"), (62.5, "abobotulinumtoxinA"), (20, "letibotulinumtoxinA"))
    ],
    "several visits": [Arm(wo.Schedule.every(90, visits=3, units=20)), Arm(units=20)],
    "seven": arms(*(f"arm {letter}" for letter in "ABCDEFG")),
    "long labels": arms(BREATHLESS, "short"),
}


@functools.cache
def trial_of(name):
    """The trial of some of the arms."""
    return run_trial(ARMS[name], patients=512, days=190, rng=1)


@pytest.fixture(params=some(list(ARMS), 3))
def trial(request):
    return trial_of(request.param)


def test_bands_are_legible(trial):
    assert_legible(trial.bands_figure())


def test_responders_are_legible(trial):
    assert_legible(trial.plot_responders().get_figure())


@pytest.mark.parametrize("days", [1, 3, 365])
def test_short_and_long_trials_are_legible(days):
    trial = run_trial([Arm(units=20)], patients=64, days=days, rng=1)
    assert_legible(trial.bands_figure())
    assert_legible(trial.plot_responders().get_figure())


def test_axes_are_not_squeezed_by_the_legend(trial):
    figure = trial.plot_responders().get_figure()
    figure.canvas.draw()
    box = figure.axes[0].get_position()
    mpl.pyplot.close(figure)
    assert box.width > 0.8
    assert box.height > 0.4


def edges_of(shade):
    """The lower and the upper edge of what `fill_between` has shaded, day by day."""
    corners = shade.get_paths()[0].vertices
    days = np.unique(corners[:, 0])
    at = [corners[corners[:, 0] == day, 1] for day in days]
    return days, np.array([each.min() for each in at]), np.array([each.max() for each in at])


def test_the_bands_drawn_are_the_percentiles():
    trial = trial_of("three")
    figure = trial.bands_figure()
    assert [ax.get_title(loc="left") for ax in figure.axes] == ["20 U onabotulinumtoxinA", "40 U onabotulinumtoxinA"]
    for ax in figure.axes:
        own = trial.bands[trial.bands["arm"] == ax.get_title(loc="left")]
        for shade, low, high in zip(ax.collections, ("p5", "p25"), ("p95", "p75"), strict=True):
            days, below, above = edges_of(shade)
            np.testing.assert_array_equal(days[::FINE], own["time"])
            np.testing.assert_allclose(below[::FINE], own[low], rtol=0, atol=1e-15)
            np.testing.assert_allclose(above[::FINE], own[high], rtol=0, atol=1e-15)
        # The curve goes through the median of every row, and between two rows it stays between them.
        drawn, median = ax.lines[0].get_ydata(), own["p50"].to_numpy()
        np.testing.assert_array_equal(ax.lines[0].get_xdata()[::FINE], own["time"])
        np.testing.assert_allclose(drawn[::FINE], median, rtol=0, atol=1e-15)
        low, high = np.minimum(median[1:], median[:-1]), np.maximum(median[1:], median[:-1])
        between = drawn[:-1].reshape(-1, FINE)
        assert ((low[:, None] - 1e-12 <= between) & (between <= high[:, None] + 1e-12)).all()
    mpl.pyplot.close(figure)


def test_a_placebo_arm_is_drawn_only_where_there_is_no_other():
    for name, count in (("two", 1), ("placebo only", 1), ("seven", 7)):
        figure = trial_of(name).bands_figure()
        assert len(figure.axes) == count
        mpl.pyplot.close(figure)


def test_the_responders_drawn_are_the_rates_with_their_errors():
    trial = trial_of("three")
    for endpoint, assessor in (("none_or_mild", "investigator"), ("two_grades", "composite")):
        ax = trial.plot_responders(endpoint, assessor)
        chosen = trial.responders.query("endpoint == @endpoint and assessor == @assessor")
        assert len(ax.containers) == 3
        for container, (name, own) in zip(ax.containers, chosen.groupby("arm", sort=False), strict=True):
            line, _, (bars,) = container.lines
            assert line.get_label() == name
            np.testing.assert_array_equal(line.get_xdata(), own["day"])
            np.testing.assert_allclose(np.asarray(line.get_ydata(), float), 100 * own["rate"], rtol=1e-15)
            reach = np.array([segment[:, 1] for segment in bars.get_segments()])
            np.testing.assert_allclose(np.diff(reach, axis=1)[:, 0], 200 * own["error"], rtol=1e-9, atol=1e-12)
        mpl.pyplot.close(ax.get_figure())


@functools.cache
def trial_of_draws():
    """A trial in three populations."""
    people = wo.Population()
    populations = [people.replace(potency=potency) for potency in (0.1, 0.14, 0.2)]
    draws = wo.Draws(populations=populations, centre=people)
    return run_trial(ARMS["three"], population=draws, patients=128, days=190, rng=1)


@pytest.mark.usefixtures("few_pilots")
def test_people_and_what_is_not_known_are_told_apart():
    trial = trial_of_draws()
    figure = trial.bands_figure()
    for ax in figure.axes:
        own = trial.bands[trial.bands["arm"] == ax.get_title(loc="left")]
        of_patients, _, of_draws = ax.collections
        days, below, above = edges_of(of_draws)
        np.testing.assert_array_equal(days[::FINE], own["time"])
        np.testing.assert_allclose(below[::FINE], own["p50_low"], rtol=0, atol=1e-15)
        np.testing.assert_allclose(above[::FINE], own["p50_high"], rtol=0, atol=1e-15)
        # Told apart without colour: one is hatched, the other filled.
        assert of_draws.get_hatch()
        assert not of_draws.get_facecolor().size
        assert of_patients.get_facecolor().size
        assert not of_patients.get_hatch()
        assert of_draws.get_label() == "median: 5 to 95 %, from data and priors"
        assert of_patients.get_label() == "5th to 95th percentile of patients"
    assert_legible(figure)


@pytest.mark.usefixtures("few_pilots")
def test_the_rates_have_their_interval_over_the_draws():
    trial = trial_of_draws()
    ax = trial.plot_responders()
    chosen = trial.responders.query("endpoint == 'none_or_mild' and assessor == 'investigator'")
    # The lines of the error bars are collections too, and the sign of the legend is one without an area.
    shades = [each for each in ax.collections if each.get_facecolor().size and each.get_paths()]
    for shade, (_, own) in zip(shades, chosen.groupby("arm", sort=False), strict=True):
        days, below, above = edges_of(shade)
        np.testing.assert_array_equal(days, own["day"])
        np.testing.assert_allclose(below, 100 * own["rate_low"])
        np.testing.assert_allclose(above, 100 * own["rate_high"])
    assert ax.get_legend().get_texts()[-1].get_text() == "5 to 95 %, from data and priors"
    assert_legible(ax.get_figure())


@pytest.mark.usefixtures("few_pilots")
@pytest.mark.parametrize("style", ["default", "dark_background", "grayscale"])
def test_draws_are_legible_in_given_axes_and_every_style(style):
    with mpl.style.context(style):
        figure, ax = mpl.pyplot.subplots(figsize=(6, 4), layout="constrained")
        trial_of_draws().plot_responders(ax=ax)
        assert_legible(figure)


def test_labels_say_what_is_drawn_and_in_which_unit():
    figure = trial_of("one").bands_figure()
    assert "(fraction of full)" in figure.axes[0].get_ylabel()
    assert "(days)" in figure.axes[-1].get_xlabel()
    ax = trial_of("one").plot_responders("two_grades", "composite")
    assert ax.get_ylabel() == "two grades better\nby investigator and subject (%)"
    mpl.pyplot.close("all")


def test_drawing_into_given_axes_opens_no_figure():
    figure, ax = mpl.pyplot.subplots()
    before = mpl.pyplot.get_fignums()
    assert trial_of("one").plot_responders(ax=ax) is ax
    assert mpl.pyplot.get_fignums() == before
    mpl.pyplot.close(figure)


def test_a_response_that_was_not_asked_for_is_refused():
    trial = run_trial([Arm.placebo()], responses=[("one_grade", "subject")], days=30)
    with pytest.raises(
        wo.InputError, match=r"^response is none_or_mild by investigator; allowed: one_grade by subject$"
    ):
        trial.plot_responders()


def test_frames_are_drawn_as_they_are_and_not_changed():
    bands = pd.DataFrame({"arm": "x", "time": [0.0, 10.0], **{name: [0.0, 0.5] for name in PERCENTILES}})
    responders = pd.DataFrame(
        {"arm": "x", "endpoint": "none_or_mild", "assessor": "rater", "day": [0.0], "rate": [0.5], "error": [0.1]}
    )
    copies = bands.copy(), responders.copy()
    draw_bands(bands, patients="")
    draw_responders(responders, patients="")
    pd.testing.assert_frame_equal(bands, copies[0])
    pd.testing.assert_frame_equal(responders, copies[1])
    mpl.pyplot.close("all")
