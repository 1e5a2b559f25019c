"""Pictures in somebody's Axes: they keep its size, its limits, its colours and what was drawn in it."""

import functools
import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from studies.individuals import simulate
from tests.extent import some

import wearoff as wo
from wearoff import Arm, run_trial
from wearoff.sensitivity import elasticities, indices

ONE, TWICE = wo.simulate(units=20), wo.simulate(units=40)
FOUR = wo.simulate(wo.Schedule.every(90, visits=4, start="2027-01-04"))


@functools.cache
def trial():
    return run_trial([Arm(units=20), Arm(units=40), Arm.placebo()], patients=64, days=190, rng=1)


def survival():
    """Return the survival of twelve patients in two arms, half of whom are seen back every 28 days."""
    days = 28.0 * np.arange(1, 7)
    return wo.estimate_survival({"a": days, "b": days[::-1]}, {"a": days < 90, "b": days < 120}, "return_to_baseline")


@functools.cache
def forecast():
    visits = wo.Schedule.every(110, visits=2, units=20, start="2027-01-04")
    return wo.forecast(wo.History(visits, [wo.Grade(30, 0), wo.Gone(105, since=80), wo.Grade(140, 1)], baseline=3))


@functools.cache
def few_patients():
    patients = simulate(wo.Population(), np.random.default_rng(1), patients=4)
    return wo.fit(patients, "severe_share", draws=256)


DRAW = {
    "effect": lambda ax: ONE.plot(ax=ax),
    "calendar": lambda ax: FOUR.plot(ax=ax),
    "two curves": lambda ax: TWICE.plot(ax=ONE.plot(ax=ax)),
    "visits": lambda ax: FOUR.plot_visits(ax=ax),
    "returns": lambda ax: FOUR.plot_returns(ax=ax),
    "responders": lambda ax: trial().plot_responders(ax=ax),
    "survival": lambda ax: survival().plot(ax=ax),
    "forecast": lambda ax: forecast().plot(ax=ax),
    "check": lambda ax: few_patients().plot_check(1, bins=3, ax=ax),
}
SENSITIVITY = {
    "tornado": lambda: elasticities("half_effect_day"),
    "indices": lambda: indices("half_effect_day", samples=8, rng=1),
}


@pytest.fixture(autouse=True)
def _no_picture_stays_open():
    yield
    plt.close("all")


def boxes(figure):
    figure.canvas.draw()
    return [ax.get_window_extent() for ax in figure.axes]


GRIDS = list(itertools.product([(1, 2, (10, 4)), (2, 2, (12, 8)), (2, 2, (7, 5))], [None, "constrained"], DRAW))


# A short run takes every fifth: one case of each picture.
@pytest.mark.parametrize(("grid", "layout", "picture"), some(GRIDS, 5))
def test_axes_keep_their_size_and_the_legend_is_inside(grid, layout, picture):
    rows, columns, size = grid
    # Expected: the size in the same grid with matplotlib's own curves and labels.
    ordinary, places = plt.subplots(rows, columns, figsize=size, layout=layout)
    for ax in places.flat:
        ax.plot([0, 1])
        ax.set(xlabel="x", ylabel="y")
    figure, places = plt.subplots(rows, columns, figsize=size, layout=layout)
    for ax in places.flat:
        assert DRAW[picture](ax) is ax
        assert figure.get_suptitle() == ax.get_title() == ""
    for box, expected in zip(boxes(figure), boxes(ordinary), strict=True):
        assert box.width > 0.75 * expected.width
        assert box.height > 0.75 * expected.height
    for ax in places.flat:
        legend, inside = ax.get_legend().get_window_extent(), ax.get_window_extent()
        assert (inside.x0 <= legend.x0) & (legend.x1 <= inside.x1)
        assert (inside.y0 <= legend.y0) & (legend.y1 <= inside.y1)
        for line in ax.lines:
            if len(line.get_xdata()) > 2:
                points = line.get_transform().transform(line.get_xydata())
                within = (points > legend.min).all(axis=1) & (points < legend.max).all(axis=1)
                assert not within.any(), line.get_label()


@pytest.mark.parametrize("name", SENSITIVITY)
def test_sensitivities_in_subplots_are_legible(name):
    figure, (ax, _) = plt.subplots(1, 2, figsize=(10, 4), layout="constrained")
    SENSITIVITY[name]().plot(ax=ax)
    (inside, _), legend = boxes(figure)[:2], ax.get_legend().get_window_extent()
    assert inside.width > 120
    assert inside.y0 <= legend.y0 < legend.y1 <= inside.y1
    labels = [label.get_window_extent() for label in ax.get_yticklabels()]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(labels, 2))
    for note in ax.texts:
        assert inside.x0 <= note.get_window_extent().x0
        assert not note.get_window_extent().overlaps(legend)


def test_two_curves_have_the_colours_of_the_cycle_and_names():
    _, ax = plt.subplots()
    ONE.plot(ax=ax)
    TWICE.plot(ax=ax, label="twice the dose")
    ax.plot([0, 1], [0, 0])
    cycle = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    curves = [line for line in ax.lines if len(line.get_xdata()) > 100]
    assert [line.get_color() for line in (*curves, ax.lines[-1])] == cycle[:3]
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["20 U onabotulinumtoxinA", "twice the dose"]
    marks = [line for line in ax.lines if len(line.get_xdata()) == 1]
    assert {line.get_color() for line in marks} == set(cycle[:2])
    assert not ax.collections


def test_label_none_leaves_the_curve_without_a_name():
    _, ax = plt.subplots()
    ONE.plot(ax=ax, label=None)
    assert ax.get_legend() is None


@pytest.mark.parametrize("order", [(1, -1), (-1, 1)])
def test_the_time_axis_is_that_of_the_longer_course(order):
    _, ax = plt.subplots()
    for timeline in (wo.simulate(units=20, days=100), wo.simulate(units=20, days=400))[:: order[0]]:
        timeline.plot(ax=ax)
    assert ax.get_xlim() == (0, 400)
    assert ax.get_xticks()[-1] > 300


def test_somebodys_points_stay_in_view_before_and_after():
    _, ax = plt.subplots()
    ax.plot([-20, 500], [0, 2], "o")
    before = ax.axis()
    ONE.plot(ax=ax)
    after = ax.axis()
    assert after[0] <= before[0] < before[1] <= after[1]
    assert after[3] >= before[3]
    own = ONE.plot()
    own.plot([400], [0.5], "o")
    assert own.get_xlim()[1] >= 400


def test_limits_that_somebody_has_fixed_stay():
    _, ax = plt.subplots()
    ax.set_xlim(0, 50)
    ONE.plot(ax=ax)
    assert ax.get_xlim() == (0, 50)


def test_labels_that_somebody_has_written_stay():
    _, ax = plt.subplots()
    ax.set(xlabel="days after the injection", title="Monday")
    ONE.plot(ax=ax)
    assert (ax.get_xlabel(), ax.get_title()) == ("days after the injection", "Monday")


def test_days_and_dates_in_one_axes_are_refused_in_one_line():
    dated = wo.simulate(units=20, start="2027-01-04")
    _, (first, second, third) = plt.subplots(3, sharex=True)
    dated.plot(ax=first)
    for ax in (first, second):
        with pytest.raises(wo.InputError, match=r"^start is not given and ax has a calendar; allowed: .*[^\n]$"):
            ONE.plot_visits(ax=ax)
    dated.plot_visits(ax=third)
    _, ax = plt.subplots()
    ONE.plot(ax=ax)
    with pytest.raises(wo.InputError, match=r"^start is 2027-01-04 and ax has days, no dates; allowed: .*[^\n]$"):
        dated.plot(ax=ax)


def test_a_curve_of_numbers_and_bars_of_names_are_no_calendar():
    _, ax = plt.subplots()
    ax.bar(["a", "b"], [1, 2])
    with pytest.raises(wo.InputError, match="start is not given"):
        ONE.plot(ax=ax)


def test_what_was_drawn_is_the_solution_in_somebodys_axes_too():
    _, ax = plt.subplots()
    FOUR.plot(ax=ax)
    zero = mpl.dates.date2num(np.datetime64("2027-01-04"))
    days, effect = ax.lines[0].get_data()
    np.testing.assert_allclose(effect, FOUR.at(np.clip(days - zero, 0, 510))["visible"], atol=1e-6)
