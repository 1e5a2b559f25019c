"""One patient with a level to keep and a horizon, and what the patient gets from visits on given days."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..checks import Limits, check_integer, check_number, check_type
from ..model.course import Course
from ..model.equations import MODEL, Model
from ..model.intervals import intervals_above, lowest_after_peak
from ..model.landmarks import landmarks_of
from ..model.response import read_model
from ..parameters import Parameters
from ..simulation import solve_schedule
from ..timeline import LEVEL, Timeline
from ..times import YEAR
from ..treatment.schedule import VISITS, Schedule
from ..treatment.visit import Visit

# At most twenty years: the time of the search for the fewest visits grows with the square of the horizon.
HORIZON = Limits("horizon", 1, 7305, "day")
PRICE = Limits("price", 0, 1e9)


@dataclasses.dataclass(frozen=True)
class Patient:
    """One patient, the level to keep, the horizon in days, and the visit that is repeated."""

    keep: float
    horizon: int
    parameters: Parameters
    start: datetime.date | None
    visit: Visit
    model: Model = MODEL

    @classmethod
    def from_arguments(
        cls,
        keep: float,
        horizon: int,
        parameters: Parameters | None,
        start: datetime.date | str | None,
        visit: dict[str, Any],
        model: Model | None = None,
    ) -> Self:
        """Return the patient for a user's arguments, after checks; `visit` has arguments of `Visit` except its day."""
        parameters = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
        once = Schedule.once(start=start, **visit)
        keep, horizon = check_number(keep, LEVEL), check_integer(horizon, HORIZON)
        model = read_model(model, parameters.constants())
        return cls(keep, horizon, parameters, once.start, once.visits[0], model)

    def even_days(self, interval: float) -> list[float]:
        """Return the days of visits at an interval, over the horizon."""
        # A visit on the last day of the horizon would have no effect before its end.
        name = f"visits every {interval:g} days"
        count = check_integer(math.ceil(self.horizon / interval), VISITS._replace(name=name))
        return [i * interval for i in range(count)]

    def on(self, days: Iterable[float]) -> Schedule:
        """Return visits on these days."""
        return Schedule(tuple(dataclasses.replace(self.visit, day=day) for day in days), self.start)

    def every(self, interval: float) -> Schedule:
        """Return visits at an interval, over the horizon."""
        return self.on(self.even_days(interval))

    def add_visit(self, schedule: Schedule, day: float) -> Schedule:
        """Return a schedule with one more visit at its end."""
        return dataclasses.replace(schedule, visits=(*schedule.visits, dataclasses.replace(self.visit, day=day)))

    def course(self, plan: Schedule) -> Course:
        """Return the solution over the horizon."""
        return self.course_until(plan, self.horizon)

    def course_until(self, plan: Schedule, end: float) -> Course:
        """Return the solution up to a day."""
        return solve_schedule(plan, self.parameters, end, self.model)

    def timeline(self, plan: Schedule) -> Timeline:
        """Return the solution over the horizon as a timeline with a row for each day."""
        return Timeline(plan, self.parameters, self.course(plan), np.arange(self.horizon + 1.0))

    def measure(self, course: Course) -> dict[str, float]:
        """Return the share of days above the level, the longest gap and the lowest effect of a course."""
        intervals = intervals_above(course, self.keep)
        edges = np.append(intervals.ravel()[1:], self.horizon) if len(intervals) else np.array([0.0, self.horizon])
        return {
            # Later digits are roundings. With them, plans that keep the level equally well would differ.
            "share_above": round(float(np.diff(intervals).sum()) / self.horizon, 9),
            "longest_gap": float(np.diff(edges)[::2].max()),
            "lowest_effect": lowest_after_peak(course),
        }

    def make_row(self, interval: float, course: Course, price: float | None = None) -> dict[str, float]:
        """Return the row of an interval in a comparison, from the course with visits at this interval."""
        measures, visits = self.measure(course), len(self.even_days(interval))
        cost = self.find_cost(visits, measures["share_above"] * self.horizon, price)
        return {"interval": interval} | measures | self.count_a_year(YEAR / interval) | cost

    def make_plan_row(self, course: Course, visits: int, price: float | None) -> dict[str, float]:
        """Return the row of a plan in a recommendation, from the course with its visits."""
        measures = self.measure(course)
        cost = self.find_cost(visits, measures["share_above"] * self.horizon, price)
        return {"visits": visits, "units": self.units * visits} | measures | cost

    def count_a_year(self, visits: float) -> dict[str, float]:
        """Return the units and the visits of a year, from the visits of a year."""
        return {"units_per_year": self.units * visits, "visits_per_year": visits}

    def find_cost(self, visits: float, covered: float, price: float | None) -> dict[str, float]:
        """Return the cost of a covered day: that of all units over the horizon, divided by the days above the level.

        Parameters
        ----------
        visits, covered : float
            Visits, and days with the effect at the level or above, over the horizon.
        price : float or None
            The price of a unit. Without a price there is no cost. Without a covered day the cost is infinite.
        """
        if price is None:
            return {}
        return {"cost_of_covered_day": price * self.units * visits / covered if covered else math.inf}

    def compute_row(self, interval: float) -> dict[str, float]:
        """Return the row of an interval in a comparison."""
        return self.make_row(interval, self.course(self.every(interval)))

    @property
    def units(self) -> float:
        """Units of one visit."""
        return self.visit.units

    @cached_property
    def alone(self) -> Course:
        """The course after a single visit."""
        return self.course(self.on([0.0]))

    @property
    def peak(self) -> float:
        """The largest effect of one visit."""
        return self._peak[1]

    @property
    def acts(self) -> float:
        """Days from a single visit to its largest effect. A visit has acted after this time."""
        return self._peak[0]

    @cached_property
    def _peak(self) -> tuple[float, float]:
        alone = self.alone
        landmarks = landmarks_of(alone)
        if not math.isfinite(landmarks.peak_day):
            return self.horizon, float(alone.visible.max())
        return float(landmarks.peak_day), float(landmarks.peak_effect)
