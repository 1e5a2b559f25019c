"""The answers: which interval, which dates, and when the next visit is due; or why not, and what comes nearest."""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Any, NamedTuple

import pandas as pd

from ..checks import Limits, check_integer, check_number, check_type, checked_arguments
from ..defaults import TWO_YEARS
from ..errors import InputError
from ..levels import HALF
from ..model.spans import spans_above
from ..parameters import Parameters
from ..simulation import DEFAULT
from ..timeline import LEVEL, Timeline
from ..treatment.cautions import cautions
from ..treatment.products import find_product
from ..treatment.schedule import INTERVAL, VISITS, Schedule
from ..treatment.visit import VISIT
from .patient import YEAR, Patient
from .search import fewest, latest, longest_interval, most_days

TEN_YEARS = 3652
STEP = Limits("step", 1, 365, "day")
BUDGET = Limits("max_units_per_year", 0, math.inf, "U", above=True)


@dataclasses.dataclass(frozen=True, eq=False)
class Recommendation:
    """An answer, or the reason why there is none and what comes nearest.

    Parameters
    ----------
    interval : int or None
        The longest interval in days that keeps the level: the horizon if one visit does, None if there is none.
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


@checked_arguments(*VISIT)
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

    Raises
    ------
    InputError
        A value is not possible; a level that cannot be kept is no error, but the answer's `not_reachable`.

    Notes
    -----
    Why the answers are optimal is said with each search in ``wearoff.spacing.search``. In short: the first return is
    the hardest, so the longest interval is the latest day for the second visit, and no other that keeps the level takes
    fewer units a year; each visit as late as the level allows gives the fewest; and with a number of visits given,
    every day is tried between the latest that leaves no gap and the first after the level is lost.

    Examples
    --------
    >>> found = recommend(keep=0.5)
    >>> found.interval
    86
    >>> [visit.day for visit in found.dates.schedule][:3]
    [0.0, 86.0, 226.0]
    """
    patient = Patient.asked(keep, horizon, parameters, start, visit)
    pace = check_integer(step, STEP)
    budget = math.inf if max_units_per_year is None else check_number(max_units_per_year, BUDGET)
    if budget < patient.units * YEAR / INTERVAL.high:
        raise InputError(
            f"max_units_per_year is {budget:g}; allowed: at least {patient.units * YEAR / INTERVAL.high:.3g} U, one "
            f"visit of {patient.units:g} U in a century"
        )
    count = None if visits is None else check_integer(visits, VISITS)
    label = find_product(patient.visit.product)
    at_label = patient.spaced(label.min_interval_days)["share_above"]

    answer = _answer(patient, pace, budget, count)
    plans = {"even": answer.even, "dates": answer.dates}
    timelines = {name: patient.timeline(patient.on(days)) for name, days in plans.items() if days}
    rows = []
    for name, timeline in timelines.items():
        takes = {"visits": len(timeline.schedule), "units": patient.units * len(timeline.schedule)}
        rows.append({"plan": name, **takes, **patient.measures(timeline.course)})
    unusual = [text for timeline in timelines.values() for text in cautions(timeline.schedule)]
    if answer.interval is not None and answer.interval < min(label.min_interval_days, patient.horizon):
        unusual.append(
            f"the recommended interval, {answer.interval} days, is shorter than the label of {label.name} allows: "
            f"every {label.min_interval_days:g} days the effect is at {patient.keep:g} or more on "
            f"{at_label:.1%} of days"
        )
    return Recommendation(
        interval=answer.interval,
        even=timelines.get("even"),
        dates=timelines.get("dates"),
        frame=pd.DataFrame(rows),
        not_reachable=answer.not_reachable,
        nearest=answer.nearest,
        label_interval=label.min_interval_days,
        label_share_above=at_label,
        warnings=tuple(dict.fromkeys(unusual)),
    )


@checked_arguments(*VISIT)
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
        Arguments of `Visit` but its day; default: as at the last visit, but the labelled dose of another product.

    Returns
    -------
    NextVisit

    Raises
    ------
    InputError
        A value is not possible.

    Examples
    --------
    >>> next_visit(Schedule.once(units=20, start="2027-01-04")).date
    datetime.date(2027, 3, 31)
    """
    check_type(parameters, Parameters, "parameters")
    last = check_type(given, Schedule, "given").visits[-1]
    changes = {"units": None, **visit} if "product" in visit else visit
    kind = dataclasses.replace(last, **{**changes, "day": 0.0})
    patient = Patient(check_number(keep, LEVEL), math.ceil(last.day) + TEN_YEARS, parameters, None, kind)
    course = patient.course(given)
    after = spans_above(course, patient.keep)
    after = after[after[:, 1] > last.day]
    day: int | None = None
    if not len(after):
        highest = float(course.visible[course.mesh.nodes >= last.day].max())
        reason = (
            f"keep is {patient.keep:g}, which the effect does not reach after the last visit, on day {last.day:g}; "
            f"nearest: a level below {highest:.3f}, the largest effect since then, or a visit at once"
        )
    elif after[-1, 1] == patient.horizon:
        reason = f"the effect stays at {patient.keep:g} or more for ten years: no next visit is needed"
    else:
        day = latest(patient, given, after[-1], 1)
        reason = f"no whole day after the last visit keeps {patient.keep:g}; nearest: day {last.day + 1:g}"
    if day is None:
        return NextVisit(None, None, reason, tuple(cautions(given)))
    unusual = cautions(patient.then(given, day))
    label = find_product(kind.product)
    if day - last.day < label.min_interval_days:
        unusual.append(
            f"day {day} is {day - last.day:g} days after the last visit, sooner than the label of {label.name} allows: "
            f"{label.min_interval_days:g} days"
        )
    return NextVisit(day, given.date(day), "", tuple(unusual))


class _Answer(NamedTuple):
    interval: int | None
    even: list[float]
    dates: list[float]
    not_reachable: str
    nearest: dict[str, float]


def _answer(patient: Patient, step: int, budget: float, count: int | None) -> _Answer:
    keep, units = f"{patient.keep:g}", patient.units
    if patient.peak < patient.keep:
        reason = (
            f"keep is {keep}, above the largest effect of one visit of {units:g} U of {patient.visit.product} within "
            f"{patient.horizon} days ({patient.peak:.3f}); nearest: that level, or more units"
        )
        return _Answer(None, [], [], reason, {"keep": patient.peak})
    interval = longest_interval(patient, step)
    if interval is None:
        share = patient.spaced(step)["share_above"]
        reason = (
            f"no interval of {step} days or more keeps {keep}; nearest: every {step} days, which keeps it on "
            f"{share:.1%} of days"
        )
        dates = [] if count is None else most_days(patient, count, step)
        return _Answer(None, patient.evenly(step), dates, reason, {"interval": step, "share_above": share})
    if units * YEAR / interval > budget:
        within = math.ceil(units * YEAR / budget / step) * step
        share = patient.spaced(within)["share_above"]
        reason = (
            f"max_units_per_year is {budget:g}, and keeping {keep} takes {units * YEAR / interval:.1f} U a year (every "
            f"{interval} days); nearest: every {within} days, which keeps it on {share:.1%} of days"
        )
        even = patient.evenly(within)
        dates = most_days(patient, min(count or len(even), len(even)), step)
        return _Answer(None, even, dates, reason, {"interval": within, "share_above": share})
    dates = fewest(patient, step) if count is None else most_days(patient, count, step)
    return _Answer(interval, patient.evenly(interval), dates, "", {})
