"""The best days for visits: the longest interval, the fewest visits, the most days above the level.

The proofs use two properties of the model. *It is monotone*: more toxin now never means less effect later. *It
superposes*: each visit adds its own course of light chain, which does not depend on other visits. A later dose has
decayed less on a given day, if the light chain of both doses is past its peak, some days after the dose. The proofs are
exact if visits are farther apart than that.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..model import Array
from ..model.equations import COMPARTMENTS
from ..model.intervals import intervals_above
from ..model.mesh import Reading
from ..treatment.schedule import Schedule
from .patient import Patient


def find_longest_interval(patient: Patient, step: int) -> int | None:
    """Return the longest interval in days that keeps the level: the horizon if one visit does, None if there is none.

    With equal visits, cycle k + 1 has the light chain of cycle k and that of one more, older visit. The model is
    monotone, so that the effect in cycle k + 1 is never below that in cycle k. If the level is kept until the second
    visit acts, it is kept for ever. The longest interval is therefore the latest day for the second visit.
    """
    intervals = intervals_above(patient.alone, patient.keep)
    if not len(intervals):
        return None
    if intervals[-1, 1] == patient.horizon:
        return patient.horizon
    return find_latest_day(patient, patient.on([0.0]), intervals[-1], step)


def find_latest_day(patient: Patient, schedule: Schedule, interval: Array, step: int) -> int | None:
    """Return the latest day for one more visit that leaves no gap; None if there is no such day.

    `interval` is the last interval of time in which the visits of `schedule` alone keep the level.
    """
    reached, lost = interval
    for day in range(math.floor(lost / step) * step, math.floor(schedule.visits[-1].day), -step):
        end = min(day + patient.acts, patient.horizon)
        intervals = intervals_above(patient.course_until(patient.add_visit(schedule, day), end), patient.keep)
        if len(intervals) and intervals[-1, 0] <= max(reached, day) and intervals[-1, 1] == end:
            return day
    return None


def find_fewest(patient: Patient, step: int, shortest: float = 0.0) -> list[float]:
    """Return the days of the fewest visits that keep the level: each visit is as late as the level allows.

    No two visits are closer together than `shortest`. A visit that would be sooner is made on the first day of the grid
    that is not; the level is then lost for some days.

    The proof changes any plan that keeps the level into this one. Take the first visit that is earlier than it must be,
    and move it to its latest day. The level is kept until this visit acts. After that there is more light chain than
    before, since a later dose has decayed less, so that the later visits still keep the level. No visit is added.
    Repeat this until every visit is on its latest day.
    """
    days = [0.0]
    while True:
        interval = intervals_above(patient.course(patient.on(days)), patient.keep)[-1]
        if interval[1] == patient.horizon:
            return days
        day = find_latest_day(patient, patient.on(days), interval, step)
        allowed = round_up(days[-1] + shortest, step) if shortest else None
        if day is None and allowed is None:
            return days
        later = max(each for each in (day, allowed) if each is not None)
        if later >= patient.horizon:
            return days
        days.append(float(later))


def find_most_days(patient: Patient, visits: int, step: int, shortest: float = 0.0) -> list[float]:
    """Return the days of a number of visits with most days above the level; fewer visits if they give as many days.

    No two visits are closer together than `shortest`: the days that are too soon are left out of those tried.

    In the best plan no visit is earlier than the latest day that leaves no gap: the move in the proof of `find_fewest`
    loses no days. No visit is later than the first day after the level is lost: moving it and all later visits forward
    to that day removes only days below the level, and at each visit more toxin is left. Every day of the grid between
    these two days is tried.

    Plans whose last visit is on the same day are compared. One plan is dropped if another has at least as many days
    above the level before that day, and at least as much of everything in the muscle. The model is monotone, so that
    the dropped plan can never become the better one.
    """
    branches = [_Branch.with_days(patient, [0.0], patient.horizon)]
    for _ in range(visits - 1):
        branches = _drop_dominated([longer for branch in branches for longer in branch.grow(patient, step, shortest)])
    return max(branches, key=lambda branch: branch.above).days


class _Branch(NamedTuple):
    """The first visits of a plan."""

    days: list[float]
    above: float  # number of days above the level over the horizon
    interval: Array  # last interval of time above the level
    gap: bool  # whether the effect was below the level before the last visit acted
    state: Array  # at the last visit: days above the level before it, then effect, toxin and cleaved fraction

    @classmethod
    def with_days(cls, patient: Patient, days: list[float], reached: float) -> _Branch:
        course = patient.course(patient.on(days))
        intervals = intervals_above(course, patient.keep)
        last = days[-1]
        acted = min(last + patient.acts, patient.horizon)
        gap = not ((intervals[:, 0] <= max(reached, last)) & (intervals[:, 1] >= acted)).any()
        above_before = np.diff(np.minimum(intervals, last)).sum()
        time = np.array([last])
        columns = course.at(time)
        cleaved = Reading(course.mesh, time)(course.cleaved)
        state = [above_before, columns["visible"][0], *(columns[name][0] for name in COMPARTMENTS), *cleaved[:, 0]]
        return cls(days, float(np.diff(intervals).sum()), intervals[-1], gap, np.array(state))

    def grow(self, patient: Patient, step: int, shortest: float) -> Iterator[_Branch]:
        """Yield the branch with one more visit, for each day that is tried, from the latest day to the earliest.

        The latest is the first day after the level is lost, and the earliest is the latest day that leaves no gap.
        """
        reached, lost = self.interval
        if lost == patient.horizon:
            yield self
            return
        last = math.ceil(patient.horizon / step) - 1
        first = max(math.floor(self.days[-1] / step) + 1, round_up(self.days[-1] + shortest, step) // step)
        if first > last:
            yield self
            return
        for place in range(max(min(math.ceil(lost / step), last), first), first - 1, -1):
            longer = _Branch.with_days(patient, [*self.days, float(place * step)], reached)
            yield longer
            if not longer.gap:
                return


def round_up(days: float, step: int) -> int:
    """Return the first multiple of `step` that is `days` or more."""
    return math.ceil(days / step) * step


def _drop_dominated(branches: list[_Branch]) -> list[_Branch]:
    # Return the branches without those that another branch, with the same last day, equals or exceeds in every number.
    best: list[_Branch] = []
    for branch in sorted(branches, key=lambda branch: -branch.above):
        rivals = [other for other in best if other.days[-1] == branch.days[-1]]
        if not any((other.state >= branch.state).all() for other in rivals):
            best.append(branch)
    return best
