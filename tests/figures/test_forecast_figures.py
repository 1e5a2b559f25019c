"""The forecast's picture: it has what was seen, the next date and the word of caution, and it is legible."""

import datetime

import matplotlib as mpl
import matplotlib.dates as mdates
import numpy as np
import pytest
from matplotlib import pyplot as plt
from tests.extent import some
from tests.figures.legible import assert_legible, texts

import wearoff as wo
from wearoff.forecasts.forecasting import AFTERWARDS

mpl.use("Agg")

VISITS = wo.Schedule.every(110, visits=2, units=20)
SEEN = [
    *(wo.Grade(60, 0 if at_rest else grade, at_rest, assessor)
      for assessor, grade in (("investigator", 1), ("subject", 2), ("rater", 1)) for at_rest in (False, True)),
    wo.Gone(105, since=80), wo.Grade(140, 0),
]  # fmt: skip
HISTORIES = {
    "everything": wo.History(VISITS.starting("2027-01-04"), SEEN, baseline=3),
    "nothing seen": wo.History(VISITS),
    "a touch-up": wo.History(wo.Schedule.once(units=20).touch_up(5), [wo.Grade(30, 0)]),
    "many visits": wo.History(wo.Schedule.every(90, visits=20, units=20, start="2020-03-01"), [wo.Grade(1750, 1)]),
}


@pytest.fixture(autouse=True)
def _no_picture_stays_open():
    yield
    plt.close("all")


@pytest.mark.parametrize("name", some(list(HISTORIES), 1))
def test_it_is_legible_and_says_that_it_is_no_advice(name):
    figure = wo.forecast(HISTORIES[name]).plot().get_figure(root=True)
    assert any("not advice" in text for text, _ in texts(figure))
    assert_legible(figure)


SIZES = [(name, size) for name in ("everything", "a touch-up") for size in ((3.5, 2.6), (5, 4), (8, 5), (16, 6))]


@pytest.mark.parametrize(("name", "size"), SIZES)
def test_in_a_given_axes_of_any_size_it_says_so_too_and_no_word_stands_over_another(name, size):
    figure, ax = plt.subplots(figsize=size, layout="constrained")
    wo.forecast(HISTORIES[name]).plot(ax=ax)
    assert any("not advice" in " ".join(text.split()) for text, _ in texts(figure))
    assert_legible(figure)


def test_what_is_drawn_is_what_was_seen_and_what_is_forecast():
    found = wo.forecast(wo.History(VISITS, [wo.Grade(30, 0), wo.Grade(60, 2, assessor="subject"), wo.Gone(105, 80)]))
    ax = found.plot()
    # Days of the marks: those of the history. A lower row is a worse grade, and "gone" is the lowest.
    lines = {line.get_label(): line for line in ax.lines}
    assert list(lines["visit"].get_xdata()) == [0, 110]
    (none,) = lines["grade by the investigator"].get_ydata()
    moderate, gone = lines["grade by the subject"].get_ydata()
    assert list(lines["grade by the subject"].get_xdata()) == [60, 105]
    assert 0 > none > moderate > gone
    words = [text.get_text() for text in ax.child_axes[0].get_yticklabels()]
    assert words == ["none", "mild", "moderate", "severe", "gone"]
    date = found.next_visit(keep=0.5)
    assert list(lines["falls below 0.5"].get_xydata()[0]) == [date.day, 0.5]
    assert lines["the label's earliest day"].get_xdata()[0] == 200
    # The median is that of the forecast's table.
    days = np.array([5.0, 100.0, 150.0])
    drawn = np.interp(days, *lines["median"].get_data())
    assert drawn == pytest.approx(found.curve(days)["p50"])


def test_the_picture_has_the_whole_interval_a_calendar_and_its_label():
    durable = wo.Population().replace(light_chain_half_life=90, omega_light_chain=0.01)
    found = wo.forecast(wo.History(wo.Schedule.once(units=20, start="2027-01-04")), population=durable)
    ax = found.plot(label="Anna")
    first, last = mdates.num2date(ax.get_xlim(), tz=None)
    days = [(end.date() - datetime.date(2027, 1, 4)).days for end in (first, last)]
    assert days[0] <= 0
    late = found.next_visit().four_fifths[1]
    assert days[1] > late > found.next_visit().label_day + AFTERWARDS
    assert "Anna" in [line.get_label() for line in ax.lines]


def test_a_day_after_the_end_is_said_so_and_drawn_at_the_end():
    durable = wo.Population().replace(light_chain_half_life=180, omega_light_chain=0.01)
    found = wo.forecast(wo.History(VISITS), population=durable)
    assert found.next_visit(keep=0.2).day == np.inf
    ax = found.plot(keep=0.2)
    (mark,) = (line for line in ax.lines if line.get_label() == "falls below 0.2")
    assert mark.get_xdata()[0] == ax.get_xlim()[1]
    assert "a later day" in ax.get_figure(root=True).get_supxlabel()
