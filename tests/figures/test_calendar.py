"""Calendar axes: matplotlib's own, so that dates drawn on them land where they should, and legible for any length."""

import itertools

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib import pyplot as plt
from tests.extent import some

import wearoff as wo

FOUR = wo.simulate(wo.Schedule.every(90, visits=4, start="2027-01-04"))


@pytest.fixture(autouse=True)
def _no_picture_stays_open():
    yield
    plt.close("all")


def visible_labels(ax):
    ax.get_figure(root=True).canvas.draw()
    low, high = ax.get_xlim()
    ticks = zip(ax.get_xticks(), ax.get_xticklabels(), strict=True)
    return [label for place, label in ticks if low <= place <= high and label.get_text()]


@pytest.mark.parametrize("draw", ["plot", "plot_visits"])
@pytest.mark.parametrize("first", ["ours", "theirs"])
def test_dates_drawn_on_the_plot_land_on_their_days(draw, first):
    _, ax = plt.subplots()
    dates = pd.to_datetime(["2027-01-04", "2027-04-04"])
    if first == "theirs":
        ax.plot(dates, [0.2, 0.4], "o")
        theirs = ax.lines[0]
    getattr(FOUR, draw)(ax=ax)
    if first == "ours":
        (theirs,) = ax.plot(dates, [0.2, 0.4], "o")
    across = theirs.get_transform().transform(np.column_stack([theirs.get_xdata(orig=False), [0, 0]]))[:, 0]
    # Expected: the pixels of the visits on day 0 and day 90, whose dates are known.
    (visits,) = (line for line in ax.lines if len(line.get_xdata()) == 4)
    places = visits.get_transform().transform(visits.get_xydata())[:2, 0]
    np.testing.assert_allclose(across, places, atol=1e-6)
    low, high = ax.get_xlim()
    assert low <= mpl.dates.date2num(dates[0]) < mpl.dates.date2num(dates[1]) <= high


LENGTHS = [
    (days, size) for days in (2, 3, 7, 20, 27, 60, 100, 240, 510, 730, 3650, 36500) for size in ((8, 4.5), (3.5, 2.5))
]


@pytest.mark.parametrize(("days", "size"), some(LENGTHS, 3))
def test_any_length_has_labels_that_stand_apart(days, size):
    _, ax = plt.subplots(figsize=size, layout="constrained")
    wo.simulate(units=20, days=days, start="2027-01-04").plot(ax=ax)
    labels = visible_labels(ax)
    assert len(labels) >= 2
    boxes = [label.get_window_extent() for label in labels]
    assert not any(one.overlaps(other) for one, other in itertools.combinations(boxes, 2))


@pytest.mark.parametrize("start", ["1900-01-01", "2199-12-31"])
def test_the_first_and_the_last_century(start):
    ax = wo.simulate(units=20, days=36500, start=start).plot()
    first, last = (mpl.dates.num2date(place).date() for place in ax.get_xlim())
    assert str(first) == start
    assert str(last) == str(pd.Timestamp(start).as_unit("s").date() + pd.Timedelta(days=36500).to_pytimedelta())
    assert len(visible_labels(ax)) >= 2


def test_the_label_says_what_day_0_is():
    assert "4 January 2027" in FOUR.plot_visits().get_xlabel()


def test_ticks_that_somebody_has_chosen_stay():
    _, ax = plt.subplots()
    ax.plot(pd.to_datetime(["2027-01-04", "2028-01-04"]), [0, 1])
    ax.xaxis.set_major_formatter(mpl.dates.DateFormatter("%d.%m."))
    FOUR.plot(ax=ax)
    assert visible_labels(ax)[0].get_text().endswith(".")
