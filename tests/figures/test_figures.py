"""The pictures: what they draw is what was computed, and no label stands over another or outside."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from tests.extent import some
from tests.figures.legible import assert_legible

import wearoff as wo
from wearoff.figures.style import render
from wearoff.labels import LANDMARKS
from wearoff.patients.middle import People

mpl.use("Agg")


PLANS = {
    "typical": {"units": 20},
    "weak": {"units": 3},
    "short": {"units": 20, "days": 14},
    "four visits": {"schedule": wo.Schedule.every(90, visits=4)},
    "ten years": {"schedule": wo.Schedule.every(120, visits=30)},
    "late": {"schedule": wo.Schedule((wo.Visit(day=10), wo.Visit(day=300))), "days": 200},
    "no effect": {"units": 20, "parameters": wo.Parameters(potency=0)},
    "serotype E": {"units": 20, "parameters": wo.Parameters.preset("serotype_E")},
}


@pytest.mark.filterwarnings("ignore::wearoff.UnusualWarning")
@pytest.mark.parametrize("plan", some(list(PLANS), 3))
@pytest.mark.parametrize("picture", ["plot", "cascade_figure"])
def test_no_label_over_another_or_outside(plan, picture):
    made = getattr(wo.simulate(**PLANS[plan]), picture)()
    assert_legible(made if isinstance(made, mpl.figure.Figure) else made.get_figure())


REPEATS = list(itertools.product(
    ("plot", "plot_visits", "plot_returns"), (84, 120, 365), (2, 4, 12, 40), (None, "2027-01-04", "2026-12-31")
))  # fmt: skip


# A short run takes every eleventh case. 11 has no factor in common with the number of pictures, intervals, visits or
# starts: each of them still occurs.
@pytest.mark.parametrize(("picture", "days", "visits", "start"), some(REPEATS, 11))
def test_repeat_visits_are_legible(picture, days, visits, start):
    plan = wo.Schedule.every(days, visits=visits, start=start)
    assert_legible(getattr(wo.simulate(plan), picture)().get_figure())


@pytest.mark.parametrize("intervals", some([[84, 90, 120, 150, 180], [90], [30, 365], range(84, 366, 7)], 2))
@pytest.mark.parametrize("recommended", [None, 102])
def test_the_tradeoff_is_legible(intervals, recommended):
    assert_legible(wo.spacing.compare(intervals).tradeoff_figure(recommended))


@pytest.mark.parametrize("intervals", some([[84, 90, 120, 150, 180], [30, 365], [90]], 2))
@pytest.mark.parametrize("recommended", [None, 102])
def test_the_tradeoff_for_a_population_is_legible(intervals, recommended):
    compared = wo.spacing.compare(intervals, population=wo.Population(), patients=32)
    assert_legible(compared.tradeoff_figure(recommended))


def test_the_tradeoff_drawn_for_a_population_is_its_table():
    compared = wo.spacing.compare([90, 150], population=wo.Population(), patients=32)
    figure = compared.tradeoff_figure(102)
    fixed, on_need = compared.people.iloc[:2], compared.people.iloc[2:]
    top, bottom = figure.axes
    for ax, first, column, factor in (
        (top, 0, "share_of_patient_days", 100), (top, 1, "share_of_patients", 100), (bottom, 0, "units_per_year", 1)
    ):  # fmt: skip
        curve, marks, need = ax.lines[first :: 2 if ax is top else 1][:3]
        np.testing.assert_allclose(marks.get_ydata(), factor * fixed[column])
        np.testing.assert_allclose(curve.get_ydata()[[0, -1]], factor * fixed[column])
        np.testing.assert_allclose(need.get_xydata(), [[on_need["interval"].item(), factor * on_need[column].item()]])
    assert top.lines[6].get_xdata()[0] == bottom.lines[3].get_xdata()[0] == 102
    # On need there are as many units a year as at the interval where the mark is.
    curve = dict(zip(*bottom.lines[0].get_data(), strict=True))
    assert 20 * 365.25 / on_need["interval"].item() == pytest.approx(on_need["units_per_year"].item())
    assert curve[102] == pytest.approx(20 * 365.25 / 102)
    mpl.pyplot.close(figure)


def test_the_tradeoff_drawn_is_the_comparison():
    comparison = wo.spacing.compare([90, 150])
    figure = comparison.tradeoff_figure(102)
    shares = figure.axes[0].lines
    np.testing.assert_allclose(shares[1].get_ydata(), 100 * comparison.frame["share_above"])
    curve = dict(zip(*shares[0].get_data(), strict=True))
    assert curve[150] == pytest.approx(shares[1].get_ydata()[1])
    assert (min(curve), max(curve)) == (90, 150)
    assert shares[2].get_xdata()[0] == 102
    mpl.pyplot.close(figure)


def test_the_gaps_shaded_are_the_days_below_the_level():
    timeline = wo.simulate(wo.Schedule.every(150, visits=3))
    ax = timeline.plot_visits(keep=0.5)
    shaded = sorted((patch.get_x(), patch.get_x() + patch.get_width()) for patch in ax.patches)
    for first, last in shaded:
        assert (timeline.at(np.linspace(first, last, 50)[1:-1])["visible"] < 0.5).all()
    spans = timeline.intervals_above(0.5)
    assert sum(last - first for first, last in shaded) + np.diff(spans).sum() == pytest.approx(540)
    mpl.pyplot.close(ax.get_figure())


def test_the_bars_are_what_is_left_at_the_returns():
    timeline = wo.simulate(wo.Schedule.every(90, visits=4))
    ax = timeline.plot_returns()
    dose_at_half_uptake = wo.Parameters().dose_at_half_uptake
    taken = 20 * dose_at_half_uptake / (20 + dose_at_half_uptake)
    effect, chain = ([bar.get_height() for bar in bars] for bars in ax.containers)
    for visit in (1, 2, 3):
        before = wo.simulate(wo.Schedule.every(90, visits=visit), days=300).at([90 * visit])
        assert effect[visit - 1] == pytest.approx(before["visible"][0], abs=1e-8)
        assert chain[visit - 1] == pytest.approx(before["light_chain"][0] / taken, abs=1e-8)
    mpl.pyplot.close(ax.get_figure())


def test_the_curve_drawn_is_the_solution_and_the_marks_are_the_landmarks():
    timeline = wo.simulate(units=20)
    ax = timeline.plot()
    days, effect = ax.lines[0].get_data()
    assert np.abs(np.asarray(effect) - timeline.at(days)["visible"]).max() == 0
    marks = {line.get_label().split("\n")[0]: line.get_xdata()[0] for line in ax.lines if "\n" in line.get_label()}
    expected = timeline.landmarks.drop("peak_effect")
    assert marks == {LANDMARKS[name].label: day for name, day in expected.items()}
    mpl.pyplot.close(ax.get_figure())


def test_one_visit_has_the_band_of_the_middle_half_of_patients():
    timeline = wo.simulate(units=20)
    ax = timeline.plot()
    names = [text.get_text().replace("\n", " ") for text in ax.get_legend().get_texts()]
    assert "middle half of patients" in names
    (band,) = (each for each in ax.collections if each.get_label().startswith("middle half"))
    edges = band.get_paths()[0].vertices
    days = np.arange(0, 241, 40.0)
    visible = People.of(timeline.schedule, wo.Population(), 512, 240.0).cohort.visible_at(days)
    for day, (low, high) in zip(days, np.quantile(visible, [0.25, 0.75], axis=1).T, strict=True):
        heights = edges[np.abs(edges[:, 0] - day) < 0.7][:, 1]
        assert (heights.min(), heights.max()) == pytest.approx((low, high), abs=0.02)
    mpl.pyplot.close(ax.get_figure())
    for other in (wo.simulate(wo.Schedule.every(90, visits=2)).plot(), timeline.plot(ax=mpl.pyplot.subplots()[1])):
        assert not [each for each in other.collections if str(each.get_label()).startswith("middle half")]
        mpl.pyplot.close(other.get_figure())


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


@pytest.mark.parametrize(
    ("kind", "place"), [("png", b"tEXtDescription"), ("svg", b"<dc:description>"), ("pdf", b"/Subject")]
)
def test_a_note_is_in_the_file_and_not_in_the_picture(kind, place):
    noted = render(wo.simulate(units=20).plot(), kind, "made so")
    _, found, rest = noted.partition(place)
    assert found
    assert b"made so" in rest[:20]
    assert place not in render(wo.simulate(units=20).plot(), kind)
