"""The picture of survival: legible for any arms, on its own and in a given Axes, and what it draws is the table."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib import pyplot as plt
from tests.extent import some
from tests.figures.legible import assert_legible, texts

import wearoff as wo
from wearoff.figures.survival import LINES

mpl.use("Agg")

NAMES = {
    1: ["20 U onabotulinumtoxinA"],
    2: ["20 U onabotulinumtoxinA", "placebo"],
    3: ["20 U onabotulinumtoxinA", "40 U onabotulinumtoxinA", "placebo"],
    4: ["10 U", "20 U", "40 U", "placebo"],
    5: [
        "22.5 U onabotulinumtoxinA",
        "62.5 U abobotulinumtoxinA, three visits, one every 90 days",
        "20 U letibotulinumtoxinA",
        "whoever planned this arm wanted to say all of it in one breath, the product, the dose, the days and why",
        "placebo",
    ],
}


def survival(arms, patients=300, last=252):
    """Return the survival of drawn patients: events of log-normal days, seen every 28 days, some of them lost."""
    rng = np.random.default_rng(1)
    days, seen = {}, {}
    for i, name in enumerate(NAMES[arms]):
        event = 28 * np.ceil(rng.lognormal(np.log(last / 2 + 15 * i), 0.4, patients) / 28)
        out = np.where(rng.random(patients) < 0.3, 28.0 * rng.integers(0, 6, patients), last)
        days[name], seen[name] = np.minimum(event, out), event <= out
    return wo.estimate_survival(days, seen, "return_to_baseline", description=f"{patients:,} patients in each arm")


@pytest.fixture(autouse=True)
def _no_picture_stays_open():
    yield
    plt.close("all")


@pytest.mark.parametrize(
    ("patients", "arms", "last"),
    some([*itertools.product([1_000_000, 300, 1], NAMES, [252]), (300, 2, 28), (300, 2, 3640)], 8),
)
def test_a_picture_of_its_own_is_legible(patients, arms, last):
    # A million patients: the same table, with the numbers that a million has.
    result = survival(arms, min(patients, 300), last)
    if patients > 300:
        result.table["at_risk"] *= 3333
    figure = result.plot().get_figure()
    figure.canvas.draw()
    box = figure.axes[0].get_position()
    assert box.width > 0.8
    assert box.height > 0.4
    assert_legible(figure)


def numbers_at_risk(ax):
    """Return the numbers drawn: for each height, from above, those from left to right, as day and number."""
    ax.get_figure().canvas.draw()
    found = [text for text in ax.texts if text.get_text().replace(",", "").isdigit()]
    rows = {}
    for text in sorted(found, key=lambda text: text.xy[0]):
        box = text.get_window_extent()
        rows.setdefault(round(box.y0 + box.y1), []).append((text.xy[0], int(text.get_text().replace(",", ""))))
        assert (box.x0 + box.x1) / 2 == pytest.approx(ax.transData.transform((text.xy[0], 0))[0], abs=1)
    return [rows[height] for height in sorted(rows, reverse=True)]


@pytest.mark.parametrize("given", [False, True])
def test_the_numbers_at_risk_are_those_of_the_patients_at_the_ticks(given):
    result = survival(3)
    ax = result.plot(plt.subplots(figsize=(7, 6))[1] if given else None)
    rows = numbers_at_risk(ax)
    assert len(rows) == 3
    for row, (_, arm) in zip(rows, result.table.groupby("arm", sort=False), strict=True):
        assert {day for day, _ in row} <= set(ax.get_xticks())
        assert len(row) >= 4
        for day, number in row:
            # At risk are those who have the event or are lost on the day or later.
            later = arm[arm["day"] >= day]
            assert number == (later["events"] + later["censored"]).sum()
    header = next(text for text in ax.texts if text.get_text() == "patients at risk").get_window_extent()
    assert (header.y1 < ax.xaxis.label.get_window_extent().y0) is not given


def test_the_curves_drawn_are_the_steps_of_the_table():
    result = survival(2)
    ax = result.plot()
    for line, shade, (name, arm) in zip(ax.lines, ax.collections, result.table.groupby("arm", sort=False), strict=True):
        assert line.get_label() == name
        x, y = line.get_data()
        corners = shade.get_paths()[0].vertices
        for row, after in itertools.pairwise(arm.itertuples()):
            # Level from a day to the next, then down.
            np.testing.assert_allclose(y[x == row.day][-1], 100 * row.survival)
            np.testing.assert_allclose(y[x == after.day][0], 100 * row.survival)
            heights = corners[corners[:, 0] == row.day, 1]
            for limit in (row.low, row.high):
                assert np.abs(heights - 100 * limit).min() < 1e-9


def test_arms_differ_in_colour_and_in_line():
    lines = survival(5).plot().lines
    assert len({line.get_color() for line in lines}) == 5
    assert len(set(LINES)) == 5
    assert [line.get_linestyle() for line in lines[:4]] == list(LINES[:4])


GRIDS = [*itertools.product([1, 2, 3, 4, 5], [(12, 8), (7, 5)], [None, "constrained"])]


# A short run takes every seventh: small and large Axes.
@pytest.mark.parametrize(("arms", "size", "layout"), some(GRIDS, 7))
def test_numbers_in_given_axes_cover_nothing(arms, size, layout):
    figure, places = plt.subplots(2, 2, figsize=size, layout=layout)
    ax = survival(arms).plot(places[0, 0])
    for place in places.flat[1:]:
        place.remove()
    labels = texts(figure)
    inside, floor = ax.get_window_extent(), ax.transData.transform((0, 0))[1]
    numbers = [text.get_window_extent() for text in ax.texts]
    for box in numbers:
        assert inside.x0 < box.x0 < box.x1 < inside.x1
        assert inside.y0 < box.y0 < box.y1 < floor + 1
    # In small Axes the legend of five long names needs all the room.
    if (arms, size) != (5, (7, 5)):
        assert len(numbers) > 3 * arms
        for (one, a), (other, b) in itertools.combinations(labels, 2):
            assert not a.shrunk(0.98, 0.9).overlaps(b.shrunk(0.98, 0.9)), f"{one!r} stands over {other!r}"


def test_without_room_the_numbers_at_risk_are_left_out():
    _, ax = plt.subplots(figsize=(3, 1.5))
    survival(3).plot(ax)
    assert not ax.texts
    assert not ax.artists


def test_two_results_in_one_axes_have_their_numbers_above_each_other():
    figure, ax = plt.subplots(figsize=(7, 6), layout="constrained")
    for arms in (1, 2):
        survival(arms).plot(ax)
    assert [len(row) > 3 for row in numbers_at_risk(ax)] == [True] * 3
    assert_legible(figure)


def test_few_ticks_are_chosen_where_numbers_are_wide():
    result = survival(1)
    result.table["at_risk"] *= 3_333_333
    _, ax = plt.subplots(figsize=(4, 4), layout="constrained")
    (row,) = numbers_at_risk(result.plot(ax))
    assert 1 < len(row) < sum(ax.get_xticks() <= 252)
    assert_legible(ax.get_figure())
