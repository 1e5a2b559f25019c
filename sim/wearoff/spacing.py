"""How far apart visits should be: intervals compared, one recommended, the best dates, the latest next visit.

Everything is for one patient, a level of the visible effect to `keep`, and a horizon that begins with the first visit,
on day 0. All answers rest on two properties of the model. *It is monotone*: more toxin now never means less effect
later. *It superposes*: each visit adds its own course of light chain, the same whenever it is given.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from collections.abc import Iterable, Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd

from .checks import InputError, Limits, number, whole
from .figures.tradeoff import draw_tradeoff
from .model import Array
from .model.course import Course
from .model.kinetics import COMPARTMENTS
from .model.landmarks import HALF, find_landmarks
from .model.march import Reading
from .model.spans import lowest_after_peak, spans_above
from .parameters import Parameters
from .simulation import DEFAULT, solve_schedule
from .timeline import LEVEL, Timeline
from .treatment.cautions import cautions
from .treatment.products import find_product
from .treatment.schedule import INTERVAL, VISITS, Schedule, Visit

if TYPE_CHECKING:
    from matplotlib.figure import Figure

INTERVALS = (84, 90, 120, 150, 180)
TWO_YEARS, TEN_YEARS = 730, 3652
HORIZON = Limits("horizon", 1, 36525, "day")
STEP = Limits("step", 1, 365, "day")
BUDGET = Limits("max_units_per_year", 0, math.inf, "U", above=True)
YEAR = 365.25

# Points of the curve through the intervals compared.
FINE = 60


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """Intervals beside each other.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row an interval: ``interval`` (days), ``share_above`` (of the horizon, with the days before the first
        effect), ``longest_gap`` (days below the level in a row, once it has been reached; the whole horizon if it never
        is), ``lowest_effect`` (after the first peak), ``units_per_year``, ``visits_per_year``.
    returns : pandas.DataFrame
        One row a return: ``interval``, and the columns of `Timeline.returns`: the carry-over.
    warnings : tuple of str
        What is unusual about the schedules compared.
    keep : float
        The level to keep.
    """

    frame: pd.DataFrame
    returns: pd.DataFrame
    warnings: tuple[str, ...]
    keep: float
    _patient: _Patient = dataclasses.field(repr=False)

    def plot(self, recommended: float | None = None) -> Figure:
        """Draw days above the level, and units a year, against the interval; with the recommended interval marked."""
        shown = [*self.frame["interval"], *([] if recommended is None else [recommended])]
        # A single interval is shown with a month beyond it.
        low, high = min(shown), max(shown) if len(set(shown)) > 1 else min(shown) + 30
        fine = np.union1d(np.linspace(low, high, FINE), shown)
        curve = pd.DataFrame([self._patient.spaced(interval) for interval in fine])
        shortest = find_product(self._patient.visit.product).min_interval_days
        return draw_tradeoff(curve, self.frame, self.keep, recommended, shortest)


@dataclasses.dataclass(frozen=True, eq=False)
class Recommendation:
    """An answer, or the reason why there is none and what comes nearest.

    Parameters
    ----------
    interval : int or None
        The longest interval in days that keeps the level; None if there is none.
    even, dates : Timeline or None
        The evenly spaced visits and the best dates, simulated over the horizon.
    frame : pandas.DataFrame
        One row a plan (``even``, ``dates``): ``visits`` and ``units`` in all, ``share_above``, ``longest_gap`` and
        ``lowest_effect`` as in `Comparison`.
    not_reachable : str
        Why the level cannot be kept, and what is nearest; empty if it can.
    nearest : dict
        The nearest in numbers: ``keep``, a level that can be kept; or ``interval`` and its ``share_above``.
    label_interval, label_share_above : float
        The shortest interval that the label allows, and the share of days above the level that it gives.
    warnings : tuple of str
        What is unusual about the plans recommended, an interval shorter than the label's included.
    """

    interval: int | None
    even: Timeline | None
    dates: Timeline | None
    frame: pd.DataFrame
    not_reachable: str
    nearest: dict[str, float]
    label_interval: float
    label_share_above: float
    warnings: tuple[str, ...]


@dataclasses.dataclass(frozen=True)
class NextVisit:
    """The latest day for the next visit, or the reason why there is none.

    Parameters
    ----------
    day : int or None
    date : datetime.date or None
        Where the schedule's start is known.
    not_reachable : str
        Why there is no such day, and what is nearest; empty if there is one.
    warnings : tuple of str
        What is unusual about the visits with the next one added.
    """

    day: int | None
    date: datetime.date | None
    not_reachable: str
    warnings: tuple[str, ...]


def compare(
    intervals: Iterable[float | str] = INTERVALS,
    *,
    keep: float | str = HALF,
    horizon: int | str = TWO_YEARS,
    parameters: Parameters = DEFAULT,
    start: datetime.date | str | None = None,
    **visit: Any,
) -> Comparison:
    """Compare intervals between visits, the first on day 0 and the last before the end of the horizon.

    Parameters
    ----------
    intervals : iterable of float
        Days between visits.
    keep : float
        The level of the visible effect to keep, a fraction of a full effect.
    horizon : int
        Days over which to judge.
    parameters : Parameters
    start : date, optional
        The date of day 0.
    **visit
        Arguments of `Visit` but its day, the same at every visit.

    Returns
    -------
    Comparison

    Examples
    --------
    >>> compare([90, 180]).frame[["interval", "share_above", "units_per_year"]].round(3)
       interval  share_above  units_per_year
    0      90.0        0.996          81.167
    1     180.0        0.649          40.583
    """
    patient = _patient(keep, horizon, parameters, start, visit)
    asked = [number(interval, INTERVAL._replace(name="intervals")) for interval in intervals]
    if not asked:
        raise InputError("intervals is empty; allowed: at least 1 interval in days")
    rows, returns, found = [], [], []
    for interval in asked:
        plan = patient.every(interval)
        timeline = patient.timeline(plan)
        rows.append(patient.at_interval(interval, timeline.course))
        returns.append(timeline.returns.assign(interval=interval))
        found += cautions(plan)
    carried = pd.concat(returns, ignore_index=True)
    carried.insert(0, "interval", carried.pop("interval"))
    return Comparison(pd.DataFrame(rows), carried, tuple(dict.fromkeys(found)), patient.keep, patient)


def recommend(
    *,
    keep: float | str = HALF,
    horizon: int | str = TWO_YEARS,
    max_units_per_year: float | str | None = None,
    visits: int | str | None = None,
    step: int | str = 1,
    parameters: Parameters = DEFAULT,
    start: datetime.date | str | None = None,
    **visit: Any,
) -> Recommendation:
    """Recommend the longest interval that keeps the level, and the best dates when they need not be evenly spaced.

    Parameters
    ----------
    keep, horizon, parameters, start, **visit
        As in `compare`. The level is kept if the effect never falls below it after the first peak.
    max_units_per_year : float, optional
        A limit on units a year, ``units 365.25 / interval``; where it bites, the best dates have no more visits than
        the shortest interval within it has over the horizon.
    visits : int, optional
        How many visits there are: the best dates are then those with most days above the level, not the fewest that
        keep it.
    step : int
        The best dates, and the interval, are multiples of so many days.

    Returns
    -------
    Recommendation

    Notes
    -----
    *The interval.* Cycle k + 1 of equal visits has the light chain of cycle k and what an older visit adds to it, and
    so, the model being monotone, is never below it. The first return is the hardest: the longest interval is the latest
    day for the second visit. It also takes the fewest units a year, so that a limit below these cannot be met.

    *The fewest visits* are found by making each one as late as the level allows. In any plan that keeps the level, take
    the first visit that is earlier than that and move it there: the level is kept until it acts, and from then on there
    is more light chain than before, since a later dose has decayed less; so the visits that follow still do, and no
    visit is added. Step by step the plan becomes this one.

    *The most days with n visits.* A visit is never made earlier than the latest day that leaves no gap (the same move
    gains days or none), nor later than the first day after the effect has fallen below the level (bringing it and all
    that follow forward to that day only takes out days below the level, and each visit finds more left over). Between
    these two every day of the grid is tried. Of plans whose last visit is on the same day, one that has no more days
    behind it, and no more of anything in the muscle, than another cannot overtake it and is dropped.

    "A later dose has decayed less" holds once a dose is past its peak, some days after it: the moves are exact where
    visits are farther apart than that.

    Examples
    --------
    >>> found = recommend(keep=0.5)
    >>> found.interval
    102
    >>> [visit.day for visit in found.dates.schedule][:3]
    [0.0, 102.0, 239.0]
    """
    patient = _patient(keep, horizon, parameters, start, visit)
    pace = whole(step, STEP)
    budget = math.inf if max_units_per_year is None else number(max_units_per_year, BUDGET)
    count = None if visits is None else whole(visits, VISITS)
    product = find_product(patient.visit.product)
    shortest = product.min_interval_days
    share_at_label = patient.spaced(shortest)["share_above"]

    interval: int | None = None
    even: list[float] = []
    dates: list[float] = []
    reason, nearest = "", {}
    units = patient.units
    found = patient.longest_interval(pace)
    if patient.peak < patient.keep:
        nearest = {"keep": patient.peak}
        reason = (
            f"keep is {patient.keep:g}, above the largest effect of one visit of {units:g} U of {product.name} "
            f"({patient.peak:.3f}); nearest: that level, or more units"
        )
    elif found is None:
        even, dates = patient.evenly(pace), [] if count is None else patient.most_days(count, pace)
        nearest = {"interval": pace, "share_above": patient.spaced(pace)["share_above"]}
        reason = (
            f"no interval of {pace:g} days or more keeps {patient.keep:g}; nearest: every {pace:g} days, which "
            f"keeps it on {nearest['share_above']:.1%} of days"
        )
    elif units * YEAR / found > budget:
        allowed = math.ceil(units * YEAR / budget / pace) * pace
        even = patient.evenly(allowed)
        dates = patient.most_days(min(count or len(even), len(even)), pace)
        nearest = {"interval": allowed, "share_above": patient.spaced(allowed)["share_above"]}
        reason = (
            f"max_units_per_year is {budget:g}, and keeping {patient.keep:g} takes {units * YEAR / found:.1f} U a year "
            f"(every {found:g} days); nearest: every {allowed:g} days, which keeps it on "
            f"{nearest['share_above']:.1%} of days"
        )
    else:
        interval, even = found, patient.evenly(found)
        dates = patient.fewest(pace) if count is None else patient.most_days(count, pace)
    plans = {name: patient.timeline(patient.on(days)) for name, days in (("even", even), ("dates", dates)) if days}
    rows = []
    for name, plan in plans.items():
        takes = {"visits": len(plan.schedule), "units": units * len(plan.schedule)}
        rows.append({"plan": name, **takes, **patient.measures(plan.course)})
    unusual = [text for plan in plans.values() for text in cautions(plan.schedule)]
    if interval is not None and interval < shortest:
        unusual.append(
            f"the recommended interval, {interval:g} days, is shorter than the label of {product.name} allows: every "
            f"{shortest:g} days the effect is at {patient.keep:g} or more on {share_at_label:.1%} of days"
        )
    return Recommendation(
        interval=interval,
        even=plans.get("even"),
        dates=plans.get("dates"),
        frame=pd.DataFrame(rows),
        not_reachable=reason,
        nearest=nearest,
        label_interval=shortest,
        label_share_above=share_at_label,
        warnings=tuple(dict.fromkeys(unusual)),
    )


def next_visit(
    given: Schedule, *, keep: float | str = HALF, parameters: Parameters = DEFAULT, **visit: Any
) -> NextVisit:
    """Return the latest whole day for the next visit: the effect does not fall below the level before it acts.

    Parameters
    ----------
    given : Schedule
        Visits already made.
    keep, parameters
        As in `compare`.
    **visit
        Arguments of `Visit` but its day; default: as at the last visit.

    Returns
    -------
    NextVisit

    Examples
    --------
    >>> next_visit(Schedule.once(units=20, start="2027-01-04")).date
    datetime.date(2027, 4, 16)
    """
    last = given.visits[-1]
    kind = dataclasses.replace(last, day=0.0, **visit)
    patient = _Patient(number(keep, LEVEL), math.ceil(last.day) + TEN_YEARS, parameters, None, kind)
    course = patient.course(given)
    after = spans_above(course, patient.keep)
    after = after[after[:, 1] > last.day]
    label = find_product(kind.product)
    day: int | None = None
    reason = ""
    if not len(after):
        highest = float(course.visible[course.mesh.nodes >= last.day].max())
        reason = (
            f"keep is {patient.keep:g}, which the effect does not reach after the last visit, on day {last.day:g}; "
            f"nearest: a level below {highest:.3f}, the largest effect since then, or a visit at once"
        )
    elif after[-1, 1] == patient.horizon:
        reason = f"the effect stays at {patient.keep:g} or more for ten years: no next visit is needed"
    else:
        day = patient.latest(given, after[-1], 1)
        if day is None:
            reason = f"no whole day after the last visit keeps {patient.keep:g}; nearest: day {last.day + 1:g}"
    if day is None:
        return NextVisit(None, None, reason, tuple(cautions(given)))
    unusual = cautions(patient.then(given, day))
    if day - last.day < label.min_interval_days:
        unusual.append(
            f"day {day} is {day - last.day:g} days after the last visit, sooner than the label of {label.name} allows: "
            f"{label.min_interval_days:g} days"
        )
    return NextVisit(day, given.date(day), "", tuple(unusual))


def _patient(keep: Any, horizon: Any, parameters: Parameters, start: Any, visit: dict[str, Any]) -> _Patient:
    schedule = Schedule.once(start=start, **visit)
    return _Patient(number(keep, LEVEL), whole(horizon, HORIZON), parameters, schedule.start, schedule.visits[0])


@dataclasses.dataclass(frozen=True)
class _Patient:
    """One patient, the level to keep, the horizon, and what is given at each visit; plans are rows of days."""

    keep: float
    horizon: int
    parameters: Parameters
    start: datetime.date | None
    visit: Visit

    def evenly(self, interval: float) -> list[float]:
        # A visit at the very end of the horizon would have no effect.
        name = f"visits every {interval:g} days"
        count = whole(math.ceil(self.horizon / interval), VISITS._replace(name=name))
        return [i * interval for i in range(count)]

    def on(self, days: Iterable[float]) -> Schedule:
        return Schedule(tuple(dataclasses.replace(self.visit, day=day) for day in days), self.start)

    def every(self, interval: float) -> Schedule:
        return self.on(self.evenly(interval))

    def then(self, given: Schedule, day: float) -> Schedule:
        return dataclasses.replace(given, visits=(*given.visits, dataclasses.replace(self.visit, day=day)))

    def course(self, plan: Schedule) -> Course:
        return solve_schedule(plan, self.parameters, self.horizon)

    def timeline(self, plan: Schedule) -> Timeline:
        return Timeline(plan, self.parameters, self.course(plan), np.arange(self.horizon + 1.0))

    def measures(self, course: Course) -> dict[str, float]:
        """Return what a plan gives over the horizon."""
        spans = spans_above(course, self.keep)
        edges = np.append(spans.ravel()[1:], self.horizon) if len(spans) else np.array([0.0, self.horizon])
        return {
            # Beyond these digits are roundings, and plans that keep the level alike would differ by them.
            "share_above": round(float(np.diff(spans).sum()) / self.horizon, 9),
            "longest_gap": float(np.diff(edges)[::2].max()),
            "lowest_effect": lowest_after_peak(course),
        }

    def at_interval(self, interval: float, course: Course) -> dict[str, float]:
        """Return the measures of a plan at an interval, and what it takes if it goes on for ever."""
        visits_per_year = YEAR / interval
        takes = {"units_per_year": self.units * visits_per_year, "visits_per_year": visits_per_year}
        return {"interval": interval} | self.measures(course) | takes

    def spaced(self, interval: float) -> dict[str, float]:
        return self.at_interval(interval, self.course(self.every(interval)))

    @property
    def units(self) -> float:
        return float(self.visit.units or 0.0)

    @cached_property
    def alone(self) -> Course:
        return self.course(self.on([0.0]))

    @property
    def peak(self) -> float:
        return float(self.alone.visible.max())

    @cached_property
    def acts(self) -> float:
        """Days from a visit to the largest effect of it alone: if the level is kept until then, the visit has acted."""
        alone = self.alone
        peak = float(find_landmarks(alone.mesh, alone.visible[None], alone.weak[None]).peak_day[0])
        return self.horizon if math.isnan(peak) else peak

    def latest(self, given: Schedule, span: Array, step: int) -> int | None:
        """Return the latest day for one more visit that leaves no gap.

        `span`: when the visits given reach the level, and when it is lost without one more.
        """
        reached, lost = span
        for day in range(math.floor(lost / step) * step, math.floor(given.visits[-1].day), -step):
            end = min(day + self.acts, self.horizon)
            spans = spans_above(solve_schedule(self.then(given, day), self.parameters, end), self.keep)
            if len(spans) and spans[-1, 0] <= max(reached, day) and spans[-1, 1] == end:
                return day
        return None

    def longest_interval(self, step: int) -> int | None:
        spans = spans_above(self.alone, self.keep)
        if not len(spans):
            return None
        if spans[-1, 1] == self.horizon:
            return self.horizon
        return self.latest(self.on([0.0]), spans[-1], step)

    def fewest(self, step: int) -> list[float]:
        """Return the fewest days that keep the level: each visit as late as it may be."""
        days = [0.0]
        while True:
            span = spans_above(self.course(self.on(days)), self.keep)[-1]
            day = self.latest(self.on(days), span, step) if span[1] < self.horizon else None
            if day is None:
                return days
            days.append(float(day))

    def most_days(self, visits: int, step: int) -> list[float]:
        """Return the days of so many visits with most days above the level; fewer if fewer give as many."""
        branches = [_Branch.of(self, [0.0], self.horizon)]
        for _ in range(visits - 1):
            branches = _undominated([longer for branch in branches for longer in branch.grow(self, step)])
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
    def of(cls, patient: _Patient, days: list[float], reached: float) -> _Branch:
        course = patient.course(patient.on(days))
        spans = spans_above(course, patient.keep)
        last = days[-1]
        acted = min(last + patient.acts, patient.horizon)
        gap = not ((spans[:, 0] <= max(reached, last)) & (spans[:, 1] >= acted)).any()
        behind = np.diff(np.minimum(spans, last)).sum()
        at = np.array([last])
        chain = course.at(at)
        cleaved = Reading(course.mesh, at)(course.cleaved)
        standing = [behind, chain["visible"][0], *(chain[name][0] for name in COMPARTMENTS), *cleaved[:, 0]]
        return cls(days, float(np.diff(spans).sum()), spans[-1], gap, np.array(standing))

    def grow(self, patient: _Patient, step: int) -> Iterator[_Branch]:
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
