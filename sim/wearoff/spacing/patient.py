"""One patient, a level to keep and a horizon: what a row of visits gives."""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Iterable
from functools import cached_property
from typing import Any, Self

import numpy as np

from ..checks import Limits, check_integer, check_number, check_type
from ..errors import InputError
from ..model.course import Course
from ..model.equations import MODEL, Model
from ..model.intervals import intervals_above, lowest_after_peak
from ..model.landmarks import find_landmarks
from ..model.response import read_model
from ..parameters import Parameters
from ..simulation import solve_schedule
from ..timeline import LEVEL, Timeline
from ..treatment.schedule import VISITS, Schedule
from ..treatment.visit import Visit

YEAR = 365.25
# Twenty years: the search for the fewest visits takes the square of the horizon, some seconds here.
HORIZON = Limits("horizon", 1, 7305, "day")


@dataclasses.dataclass(frozen=True)
class Patient:
    """One patient, the level to keep, the horizon in days, and what is given at each visit."""

    keep: float
    horizon: int
    parameters: Parameters
    start: datetime.date | None
    visit: Visit
    model: Model = MODEL

    @classmethod
    def asked(
        cls,
        keep: float,
        horizon: int,
        parameters: Parameters | None,
        start: datetime.date | str | None,
        visit: dict[str, Any],
        model: Model | None = None,
    ) -> Self:
        """Check what a user asks for; `visit` are arguments of `Visit` but its day."""
        if "day" in visit:
            raise InputError("day", visit["day"], "not given, since the days are what is sought")
        constants = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
        first = Schedule.once(start=start, **visit)
        level, last = check_number(keep, LEVEL), check_integer(horizon, HORIZON)
        pieces = read_model(model, constants.constants())
        return cls(level, last, constants, first.start, first.visits[0], pieces)

    def evenly(self, interval: float) -> list[float]:
        """Return the days of visits at an interval, over the horizon."""
        # A visit at the very end of the horizon would have no effect.
        name = f"visits every {interval:g} days"
        count = check_integer(math.ceil(self.horizon / interval), VISITS._replace(name=name))
        return [i * interval for i in range(count)]

    def on(self, days: Iterable[float]) -> Schedule:
        """Return visits on these days."""
        return Schedule(tuple(dataclasses.replace(self.visit, day=day) for day in days), self.start)

    def every(self, interval: float) -> Schedule:
        """Return visits at an interval, over the horizon."""
        return self.on(self.evenly(interval))

    def then(self, given: Schedule, day: float) -> Schedule:
        """Return a schedule with one more visit."""
        return dataclasses.replace(given, visits=(*given.visits, dataclasses.replace(self.visit, day=day)))

    def course(self, plan: Schedule) -> Course:
        """Return the solution over the horizon."""
        return self.course_until(plan, self.horizon)

    def course_until(self, plan: Schedule, end: float) -> Course:
        """Return the solution up to a day."""
        return solve_schedule(plan, self.parameters, end, self.model)

    def timeline(self, plan: Schedule) -> Timeline:
        """Return the same as a result, day by day."""
        return Timeline(plan, self.parameters, self.course(plan), np.arange(self.horizon + 1.0))

    def measures(self, course: Course) -> dict[str, float]:
        """Return what a plan gives over the horizon."""
        intervals = intervals_above(course, self.keep)
        edges = np.append(intervals.ravel()[1:], self.horizon) if len(intervals) else np.array([0.0, self.horizon])
        return {
            # Beyond these digits are roundings, and plans that keep the level alike would differ by them.
            "share_above": round(float(np.diff(intervals).sum()) / self.horizon, 9),
            "longest_gap": float(np.diff(edges)[::2].max()),
            "lowest_effect": lowest_after_peak(course),
        }

    def at_interval(self, interval: float, course: Course) -> dict[str, float]:
        """Return the measures of a plan at an interval, and what it takes if it goes on for ever."""
        visits_per_year = YEAR / interval
        takes = {"units_per_year": self.units * visits_per_year, "visits_per_year": visits_per_year}
        return {"interval": interval} | self.measures(course) | takes

    def spaced(self, interval: float) -> dict[str, float]:
        """Return the row of an interval in a comparison."""
        return self.at_interval(interval, self.course(self.every(interval)))

    @property
    def units(self) -> float:
        """Units of one visit."""
        return self.visit.units

    @cached_property
    def alone(self) -> Course:
        """One visit, and none after it."""
        return self.course(self.on([0.0]))

    @property
    def peak(self) -> float:
        """The largest effect of one visit."""
        return self._peak[1]

    @property
    def acts(self) -> float:
        """Days from a visit to the largest effect of it alone: if the level is kept until then, the visit has acted."""
        return self._peak[0]

    @cached_property
    def _peak(self) -> tuple[float, float]:
        alone = self.alone
        found = find_landmarks(alone.mesh, alone.visible[..., None], alone.weak[..., None])
        if not math.isfinite(found.peak_day[0]):
            return self.horizon, float(alone.visible.max())
        return float(found.peak_day[0]), float(found.peak_effect[0])
