"""The best days for visits: the longest interval, the fewest visits, the most days above the level.

All of it rests on two properties of the model. *It is monotone*: more toxin now never means less effect later. *It
superposes*: each visit adds its own course of light chain, the same whenever it is given. A later dose has decayed less
once it is past its peak, some days after it: what is said below is exact where visits are farther apart than that.
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


def longest_interval(patient: Patient, step: int) -> int | None:
    """Return the longest interval that keeps the level, the horizon if one visit does, or None.

    Cycle k + 1 of equal visits has the light chain of cycle k and what an older visit adds to it, and so, the model
    being monotone, is never below it. The first return is the hardest: the longest interval is the latest day for the
    second visit.
    """
    intervals = intervals_above(patient.alone, patient.keep)
    if not len(intervals):
        return None
    if intervals[-1, 1] == patient.horizon:
        return patient.horizon
    return latest(patient, patient.on([0.0]), intervals[-1], step)


def latest(patient: Patient, given: Schedule, span: Array, step: int) -> int | None:
    """Return the latest day for one more visit that leaves no gap.

    `span`: when the visits given reach the level, and when it is lost without one more.
    """
    reached, lost = span
    for day in range(math.floor(lost / step) * step, math.floor(given.visits[-1].day), -step):
        end = min(day + patient.acts, patient.horizon)
        intervals = intervals_above(patient.course_until(patient.then(given, day), end), patient.keep)
        if len(intervals) and intervals[-1, 0] <= max(reached, day) and intervals[-1, 1] == end:
            return day
    return None


def fewest(patient: Patient, step: int) -> list[float]:
    """Return the fewest days that keep the level: each visit as late as the level allows.

    In any plan that keeps the level, take the first visit that is earlier than that and move it there: the level is
    kept until it acts, and from then on there is more light chain than before, since a later dose has decayed less. So
    the visits that follow still keep the level, and none is added. Step by step the plan becomes this one.
    """
    days = [0.0]
    while True:
        span = intervals_above(patient.course(patient.on(days)), patient.keep)[-1]
        day = latest(patient, patient.on(days), span, step) if span[1] < patient.horizon else None
        if day is None:
            return days
        days.append(float(day))


def most_days(patient: Patient, visits: int, step: int) -> list[float]:
    """Return the days of so many visits with most days above the level; fewer if fewer give as many.

    A visit is never made earlier than the latest day that leaves no gap (the same move as in `fewest` gains days or
    none), nor later than the first day after the level is lost (bringing it and all that follow forward to that day
    only takes out days below the level, and each visit finds more left over). Between these two every day of the grid
    is tried. Of plans whose last visit is on the same day, one that has no more days above the level behind it and no
    more of anything in the muscle than another cannot overtake it, the model being monotone, and is dropped.
    """
    branches = [_Branch.of(patient, [0.0], patient.horizon)]
    for _ in range(visits - 1):
        branches = _undominated([longer for branch in branches for longer in branch.grow(patient, step)])
    return max(branches, key=lambda branch: branch.above).days


class _Branch(NamedTuple):
    """The first visits of a plan.

    Days above the level in all, when it was last reached and is lost, whether the last visit left a gap before it
    acted, and how the plan stands at that visit: days above the level behind it, and the state of the muscle.
    """

    days: list[float]
    above: float
    span: Array
    gap: bool
    standing: Array

    @classmethod
    def of(cls, patient: Patient, days: list[float], reached: float) -> _Branch:
        course = patient.course(patient.on(days))
        intervals = intervals_above(course, patient.keep)
        last = days[-1]
        acted = min(last + patient.acts, patient.horizon)
        gap = not ((intervals[:, 0] <= max(reached, last)) & (intervals[:, 1] >= acted)).any()
        behind = np.diff(np.minimum(intervals, last)).sum()
        at = np.array([last])
        chain = course.at(at)
        cleaved = Reading(course.mesh, at)(course.cleaved)
        standing = [behind, chain["visible"][0], *(chain[name][0] for name in COMPARTMENTS), *cleaved[:, 0]]
        return cls(days, float(np.diff(intervals).sum()), intervals[-1], gap, np.array(standing))

    def grow(self, patient: Patient, step: int) -> Iterator[_Branch]:
        """Yield the branch with one more visit, from the first day after the fall to the last that leaves no gap."""
        reached, lost = self.span
        if lost == patient.horizon:
            yield self
            return
        last = math.ceil(patient.horizon / step) - 1
        for place in range(min(math.ceil(lost / step), last), math.floor(self.days[-1] / step), -1):
            longer = _Branch.of(patient, [*self.days, float(place * step)], reached)
            yield longer
            if not longer.gap:
                return


def _undominated(branches: list[_Branch]) -> list[_Branch]:
    kept: list[_Branch] = []
    for branch in sorted(branches, key=lambda branch: -branch.above):
        rivals = [other for other in kept if other.days[-1] == branch.days[-1]]
        if not any((other.standing >= branch.standing).all() for other in rivals):
            kept.append(branch)
    return kept
