"""A course that stops on a day and goes on from its state, against the same course solved in one go."""

import numpy as np
import pytest

from wearoff import Parameters
from wearoff.model.course import solve
from wearoff.model.doses import Doses
from wearoff.model.equations import MODEL, Model

CONSTANTS = Parameters().constants()
END = 365.0
PATIENTS = CONSTANTS._replace(
    k_cleave=CONSTANTS.k_cleave * np.array([0.3, 1.0, 3.0]),
    k_light_chain=CONSTANTS.k_light_chain * np.array([2, 1, 0.5]),
)
MODELS = {"built in": MODEL, "force as release": Model(force=lambda release, c: release)}


def doses(days, zones=1):
    days = np.array(days, dtype=float)
    units = np.linspace(10, 30, zones)[:, None] * np.ones(len(days))
    return Doses(days, units, np.full(zones, 1 / zones))


def difference(parts, whole, times):
    """Largest difference of any column, against the largest value of that column in the whole course."""
    found, judge, course = parts.at(times), whole.at(times), whole.at(np.linspace(0, END, 1000))
    assert {"visible", "crease", "depth"} < set(judge)
    return max(np.abs(found[name] - judge[name]).max() / np.abs(course[name]).max() for name in judge)


@pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
@pytest.mark.parametrize("constants", [CONSTANTS, PATIENTS], ids=["one patient", "three"])
@pytest.mark.parametrize("zones", [1, 3])
def test_stopping_at_a_visit_changes_nothing(model, constants, zones):
    whole = solve(doses([0, 90, 200], zones), constants, END, model=model)
    times = np.linspace(90, END, 300)
    # The dose of the day may be given before the stop or after it.
    with_it = solve(doses([200], zones), constants, END, model=model, start=whole.state(90))
    first = solve(doses([0], zones), constants, 90.0, model=model)
    without_it = solve(doses([90, 200], zones), constants, END, model=model, start=first.state(90))
    assert difference(with_it, whole, times) < 1e-12
    assert difference(without_it, whole, times) < 1e-12
    again = solve(doses([200], zones), constants, END, model=model, start=with_it.state(150))
    assert difference(again, whole, times[times >= 150]) < 1e-8


@pytest.mark.parametrize("day", [0.0, 1e-3, 0.7, 3.3, 7.0, 50.0, 89.999, 91.0, 180.0, 364.0])
def test_stopping_on_any_day_changes_less_than_is_promised(day):
    whole = solve(doses([0, 90], 2), PATIENTS, END)
    later = [visit for visit in (0.0, 90.0) if visit > day]
    parts = solve(doses(later, 2), PATIENTS, END, start=whole.state(day))
    assert difference(parts, whole, np.linspace(day, END, 400)) < 1e-8


def test_a_state_has_the_largest_values_so_far():
    # Against the course on a fine grid of days; the largest values are at nodes of the mesh. The effect is small.
    course = solve(Doses(np.zeros(1), np.ones((1, 1)), np.ones(1)), CONSTANTS, END)
    columns = course.at(np.linspace(0, 200, 20_001))
    cleaved, weak = course.state(200).largest
    assert cleaved == pytest.approx(1 - columns["snap25"].min(), rel=1e-3)
    assert weak == pytest.approx(1 - columns["force"].min(), rel=1e-3)


def test_another_dose_may_follow():
    first = solve(doses([0]), CONSTANTS, END)
    parts = solve(doses([100]), CONSTANTS, END, start=first.state(60))
    whole = solve(doses([0, 100]), CONSTANTS, END)
    assert difference(parts, whole, np.linspace(60, END, 400)) < 1e-8


def test_the_effect_of_many_short_stops_is_that_of_none():
    # A stop every week of a year, the dose of day 90 given on the way.
    whole = solve(doses([0, 90]), CONSTANTS, END)
    course, day = solve(doses([0]), CONSTANTS, 7.0), 7.0
    while day < END - 7:
        due = [90.0] if day < 90 <= day + 7 else []
        course = solve(doses(due), CONSTANTS, day + 7, start=course.state(day))
        day += 7
        found, judge = course.at(np.array([day])), whole.at(np.array([day]))
        assert all(np.abs(found[name] - judge[name]).max() < 1e-7 for name in ("visible", "crease", "depth"))
