"""What is planned for the patients of an arm who are followed one by one."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from ..model.doses import Doses
from ..model.equations import MODEL, Model
from ..patients.population import Population
from ..patients.treated import Treated
from ..treatment.schedule import Schedule
from .arms import Arm
from .policies import Attendance, Retreat

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]


class Given(NamedTuple):
    """The treatments that an arm can give, in their order; the last one is repeated if there is a `Retreat`.

    Parameters
    ----------
    days : ndarray of int, shape (n,)
        Days on which they are planned. Only the first counts if there is a `Retreat`.
    local : ndarray, shape (n,)
        Local doses, in U of onabotulinumtoxinA.
    units : ndarray, shape (n,)
        Units of the product; 0 for placebo.
    """

    days: Whole
    local: Array
    units: Array


class Plan(NamedTuple):
    """How the patients of an arm are followed.

    Parameters
    ----------
    population : Population
    treated : Treated or None
        The patients after one treatment, up to the last day of the trial; None for placebo.
    given : Given
    retreat : Retreat or None
        None: treated on the planned days alone.
    attendance : Attendance
    look_every : int
        Days between visits, if there is no `retreat`.
    last : int
        The last day of the trial.
    """

    population: Population
    treated: Treated | None
    given: Given
    retreat: Retreat | None
    attendance: Attendance
    look_every: int
    last: int

    @classmethod
    def of(
        cls,
        arm: Arm,
        population: Population,
        attendance: Attendance,
        look_every: int,
        last: int,
        accuracy: float,
        model: Model = MODEL,
    ) -> Self:
        """Return the plan of an arm, with a grid that is chosen for an accuracy of the visible effect."""
        if arm.schedule is None:
            given = Given(np.zeros(1, dtype=np.int64), np.zeros(1), np.zeros(1))
        else:
            given = _list_given(arm.schedule, arm.retreat, population.parameters.spread, last)
        gaps = np.diff(plan_rows(given.days, look_every, last)[0])
        every = gaps.min(initial=look_every) if arm.retreat is None else arm.retreat.every
        if 2 * attendance.window >= every:
            allowed = f"less than half of the {every} days between two visits"
            raise InputError("window", attendance.window, allowed)
        if arm.schedule is None:
            return cls(population, None, given, None, attendance, look_every, last)
        largest = Doses(np.zeros(1), np.full((1, 1), given.local.max()), np.ones(1))
        treated = Treated.plan(population, largest, float(last - given.days[0]), accuracy, model)
        return cls(population, treated, given, arm.retreat, attendance, look_every, last)

    @property
    def most(self) -> int:
        """The largest number of treatments of a patient."""
        if self.retreat is None:
            return len(self.given.days)
        possible = 1 + (self.last - int(self.given.days[0])) // self.retreat.min_interval
        return possible if self.retreat.treatments is None else min(possible, self.retreat.treatments)


def plan_rows(given: Whole, look_every: int, last: int) -> tuple[Whole, Whole]:
    """Return the planned days of visits after the first treatment, and the place of the treatment at each, or -1.

    Between treatments there is a visit every `look_every` days. It is left out if the next treatment is less than half
    of that away.

    Examples
    --------
    >>> days, place = plan_rows(np.array([0, 90]), 28, 150)
    >>> days.tolist(), place.tolist()
    ([28, 56, 90, 118, 146], [-1, -1, 1, -1, -1])
    """
    days, dose = [], []
    ends = [*(given[1:] - look_every / 2), last]
    for place, (day, end) in enumerate(zip(given, ends, strict=True)):
        if place:
            days.append(np.array([day]))
            dose.append(np.array([place]))
        looks = np.arange(day + look_every, end + 1, look_every)
        days.append(looks)
        dose.append(np.full(len(looks), -1))
    return np.concatenate(days).astype(np.int64), np.concatenate(dose).astype(np.int64)


def _list_given(schedule: Schedule, retreat: Retreat | None, spread: float, last: int) -> Given:
    doses = schedule.doses(spread)
    units_of: dict[float, float] = {}
    for visit in schedule:
        units_of[visit.day] = units_of.get(visit.day, 0.0) + visit.units
    for day in units_of:
        if day != int(day):
            problem = f"has a visit on day {day:g}"
            raise InputError("schedule", day, "whole days, where patients are followed one by one", problem=problem)
    days, local, units = doses.days, doses.units[0], np.array(list(units_of.values()))
    if days[0] >= last:
        problem = f"begins on day {days[0]:g}"
        raise InputError("schedule", days[0], f"a first visit before the last day, {last}", problem=problem)
    if retreat is not None:
        relative = np.array([units[0], *retreat.later_units]) / units[0]
        return Given(days.astype(np.int64), local[0] * relative, units[0] * relative)
    within = days <= last
    return Given(days[within].astype(np.int64), local[within], units[within])
