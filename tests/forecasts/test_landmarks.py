"""Landmarks after the last visit: those of each draw, read from its course on a fine grid of days."""

import numpy as np
import pytest

import wearoff as wo
from wearoff import levels
from wearoff.forecasts.landmarks import find_landmarks_from, tabulate_landmarks
from wearoff.patients.draws import draw
from wearoff.patients.few import plan_few

STEP = 0.01  # days of the fine grid
SCHEDULES = {
    "one visit": wo.Schedule.once(units=20),
    "worn off": wo.Schedule.every(300, visits=2, units=20),
    "not worn off": wo.Schedule.every(80, visits=2, units=40),
    "a touch-up that adds little": wo.Schedule.once(units=40).touch_up(0.5),
    "weak": wo.Schedule.every(110, visits=2, units=4),
}


def read_on_a_grid(days, visible):
    """Return the landmarks of one course that begins with a visit, by their definitions alone."""
    peak = int(visible.argmax())
    found = {"peak_day": days[peak], "peak_effect": visible[peak]}
    for name, level in (("onset_day", levels.ONSET), ("full_effect_day", levels.FULL * visible[peak])):
        reached = np.flatnonzero(visible >= level)
        found[name] = days[reached[0]] if len(reached) else np.nan
    for name, level in (("half_effect_day", levels.HALF), ("wear_off_day", levels.WEAR_OFF)):
        below = np.flatnonzero(visible[peak:] < level)
        found[name] = np.nan if visible[peak] < level else days[peak + below[0]] if len(below) else np.inf
    return found


@pytest.mark.parametrize("name", SCHEDULES)
def test_they_are_those_read_on_a_fine_grid(name):
    schedule, people = SCHEDULES[name], wo.Population()
    last = schedule.visits[-1].day
    cohort = plan_few(schedule, people, last + 540).solve(draw(32, 3, len(schedule)))
    days = last + STEP * np.arange(round(540 / STEP) + 1)
    visible = cohort.visible_at(days)
    found = find_landmarks_from(cohort, last)
    for patient in range(visible.shape[1]):
        expected = read_on_a_grid(days, visible[:, patient])
        for landmark, value in expected.items():
            # A peak is flat: near it the effect is the same within the accuracy of a double over a day.
            allowed = 1e-4 if landmark == "peak_effect" else 0.1 if landmark == "peak_day" else 2 * STEP
            assert found[landmark][patient] == pytest.approx(value, abs=allowed, nan_ok=True), (landmark, patient)


VISITS = wo.Schedule.every(110, visits=2, units=20, start="2027-01-04")
SEEN = [wo.Grade(14, 0), wo.Grade(60, 1), wo.Gone(100, since=80), wo.Grade(140, 1)]


def test_the_half_effect_is_the_next_date_and_the_effect_that_was_there_counts_from_the_visit():
    found = wo.forecast(wo.History(VISITS, SEEN, baseline=3))
    rows, date = found.landmarks().set_index("landmark"), found.next_visit(keep=0.5)
    half = rows.loc["half_effect_day"]
    # The two ways differ in how a day is read between two days: by a line, or on the solution.
    assert [half["p10"], half["p25"], half["p50"], half["p75"], half["p90"]] == pytest.approx(
        [date.four_fifths[0], date.half[0], date.day, date.half[1], date.four_fifths[1]], abs=0.1
    )
    assert half["date"] == date.date
    assert half["never"] == pytest.approx(date.never)
    assert rows.loc["peak_effect", "date"] is None
    still = wo.forecast(wo.History(wo.Schedule.every(60, visits=2, units=40))).landmarks().set_index("landmark")
    assert still.loc["onset_day", "p50"] == 60
    assert "date" not in still


def test_a_level_that_is_never_reached_is_lost_on_the_day_of_the_visit():
    rows = wo.forecast(wo.History(wo.Schedule.once(units=2))).landmarks().set_index("landmark")
    assert rows.loc["half_effect_day", "never"] > 0.5
    assert rows.loc["half_effect_day", "p50"] == 0
    # Of those who reach it: the onset is later with a smaller dose, and not before a day (the release takes longer).
    assert rows.loc["onset_day", "p10"] > 1
    nobody = wo.forecast(wo.History(wo.Schedule.once(units=1e-6)))
    none = nobody.landmarks().set_index("landmark")
    assert none.loc["onset_day", "never"] == 1
    assert np.isnan(none.loc["onset_day", "p50"])
    # Weights may add up to a rounding more than 1: a chance does not.
    above = nobody.posterior._replace(weights=nobody.posterior.weights * (1 + 1e-14))
    assert tabulate_landmarks(above, 0.0)["never"].max() == 1


def test_the_chance_by_a_day_is_that_of_the_weekly_table_and_of_the_date():
    found = wo.forecast(wo.History(VISITS, SEEN, baseline=3)).next_visit(keep=0.5)
    assert found.lost_by(found.lost["day"]) == pytest.approx(found.lost["chance"])
    assert found.lost_by(found.lost["date"]) == pytest.approx(found.lost["chance"])
    assert found.lost_by(110 + 7 * 13) == found.lost.query("weeks == 13")["chance"].item()
    assert found.lost_by([0.0, 110.0]) == pytest.approx([0, found.never])
    # Below the median day the chance is less than a half, from it on at least a half.
    assert found.lost_by(found.day - 0.01) < 0.5 <= found.lost_by(found.day)
    for days in (-1, 1e6, float("nan"), "soon"):
        with pytest.raises(wo.InputError, match=r"^days .*; allowed: days from 0 to 680$"):
            found.lost_by(days)
