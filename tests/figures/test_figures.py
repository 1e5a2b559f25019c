"""The pictures: what they draw is what was computed, and no label stands over another or outside."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest

import wearoff as wo
from wearoff.figures.style import render

mpl.use("Agg")


def texts(figure):
    """Every visible text of a figure with its box."""
    figure.canvas.draw()
    drawer = figure.canvas.get_renderer()
    found = [t for t in figure.findobj(mpl.text.Text) if t.get_visible() and t.get_text().strip()]
    return [(text.get_text(), text.get_window_extent(drawer)) for text in found]


PLANS = {
    "typical": {"units": 20},
    "weak": {"units": 3},
    "short": {"units": 20, "days": 14},
    "four visits": {"schedule": wo.Schedule.every(90, visits=4)},
    "ten years": {"schedule": wo.Schedule.every(120, visits=30)},
    "late": {"schedule": wo.Schedule((wo.Visit(day=10), wo.Visit(day=300))), "days": 200},
    "serotype E": {"units": 20, "parameters": wo.Parameters.preset("serotype_E")},
}


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize("picture", ["plot", "plot_cascade"])
def test_no_label_over_another_or_outside(plan, picture):
    made = getattr(wo.simulate(**PLANS[plan]), picture)()
    figure = made if isinstance(made, mpl.figure.Figure) else made.get_figure()
    labels = texts(figure)
    assert len(labels) > 5
    for (one, a), (other, b) in itertools.combinations(labels, 2):
        assert not (a.shrunk(0.98, 0.9).overlaps(b.shrunk(0.98, 0.9))), f"{one!r} stands over {other!r}"
    for word, box in labels:
        assert figure.bbox.contains(box.x0 + 1, box.y0 + 1), word
        assert figure.bbox.contains(box.x1 - 1, box.y1 - 1), word
    mpl.pyplot.close(figure)


def test_the_curve_drawn_is_the_solution_and_the_marks_are_the_landmarks():
    timeline = wo.simulate(units=20)
    ax = timeline.plot()
    days, effect = ax.lines[0].get_data()
    assert np.abs(np.asarray(effect) - timeline.at(days)["visible"]).max() == 0
    marks = {line.get_label().split("\n")[0]: line.get_xdata()[0] for line in ax.lines if "\n" in line.get_label()}
    expected = timeline.landmarks.drop("peak_effect")
    assert marks == {
        name.removesuffix("_day").replace("_", " ").replace("wear off", "wear-off"): day
        for name, day in expected.items()
    }
    mpl.pyplot.close(ax.get_figure())


def test_axes_carry_their_units():
    ax = wo.simulate(units=20).plot()
    assert "(days)" in ax.get_xlabel()
    assert "(fraction of full)" in ax.get_ylabel()
    mpl.pyplot.close(ax.get_figure())


def test_drawing_into_given_axes_opens_no_figure():
    figure, ax = mpl.pyplot.subplots()
    before = mpl.pyplot.get_fignums()
    assert wo.simulate(units=20).plot(ax=ax) is ax
    assert mpl.pyplot.get_fignums() == before
    mpl.pyplot.close(figure)


@pytest.mark.parametrize(("kind", "start"), [("png", b"\x89PNG"), ("svg", b"<?xml"), ("pdf", b"%PDF")])
def test_the_same_figure_gives_the_same_bytes(kind, start):
    once, again = (render(wo.simulate(units=20).plot(), kind) for _ in range(2))
    assert once == again
    assert once.startswith(start)
