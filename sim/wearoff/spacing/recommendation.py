"""The recommendation: which interval and which dates keep the level; or why none does, and what comes nearest.

An answer is an outcome and numbers. The sentences are written in ``wearoff.report.explanations``.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Any, NamedTuple

import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_number, checked_arguments
from ..defaults import TWO_YEARS
from ..errors import InputError
from ..levels import HALF
from ..model.equations import Model
from ..outcomes import Attainment
from ..parameters import Parameters
from ..timeline import Timeline
from ..treatment.cautions import cautions
from ..treatment.products import Product
from ..treatment.schedule import INTERVAL, VISITS
from ..treatment.visit import VISIT, Visit
from .patient import YEAR, Patient
from .search import fewest, longest_interval, most_days

STEP = Limits("step", 1, 365, "day")
BUDGET = Limits("max_units_per_year", 0, math.inf, "U", above=True)


class Request(NamedTuple):
    """What was asked of a recommendation.

    Parameters
    ----------
    visit : Visit
        What is given at each visit.
    keep : float
        The level of the effect to keep.
    horizon, step : int
        Days over which to judge, and the days of which every interval is a multiple.
    max_units_per_year : float
        The limit on units a year; ``inf`` where there is none.
    visits : int or None
        The number of visits of the best dates; None for the fewest that keep the level.
    """

    visit: Visit
    keep: float
    horizon: int
    step: int
    max_units_per_year: float
    visits: int | None


@dataclasses.dataclass(frozen=True, eq=False)
class Recommendation:
    """An answer, or the reason why there is none and what comes nearest.

    Parameters
    ----------
    outcome : Attainment
        Whether the level can be kept, or why not.
    interval : int or None
        The longest interval in days that keeps the level within the limit on units: the horizon if one visit does,
        None if there is none.
    even, dates : Timeline or None
        The evenly spaced visits and the best dates, simulated over the horizon.
    frame : pandas.DataFrame
        One row a plan (``even``, ``dates``): ``visits`` and ``units`` in all, ``share_above``, ``longest_gap`` and
        ``lowest_effect`` as in `Comparison`.
    nearest : dict
        Where the level cannot be kept, the nearest in numbers: ``keep``, a level that can be kept; or ``interval`` and
        its ``share_above``.
    request : Request
        What was asked.
    peak : float
        The largest effect of one visit within the horizon.
    longest_interval : int or None
        The longest interval in days that keeps the level, whatever the limit on units; None if there is none.
    label_interval, label_share_above : float
        The shortest interval that the label allows, and the share of days above the level that it gives.
    warnings : tuple of str
        What is unusual about the plans recommended, an interval shorter than the label's included.
    """

    outcome: Attainment
    interval: int | None
    even: Timeline | None
    dates: Timeline | None
    frame: pd.DataFrame
    nearest: dict[str, float]
    request: Request
    peak: float
    longest_interval: int | None
    label_interval: float
    label_share_above: float
    warnings: tuple[str, ...]

    def _repr_html_(self) -> str:
        interval = "no interval" if self.interval is None else f"every {self.interval} days"
        title = f"level to keep {self.request.keep:g}: {interval}"
        return notebook.show(title, notebook.paragraph(self.outcome.message), notebook.table(self.frame))


@checked_arguments(*VISIT)
def recommend(
    *,
    keep: float = HALF,
    horizon: int = TWO_YEARS,
    max_units_per_year: float | None = None,
    visits: int | None = None,
    step: int = 1,
    parameters: Parameters | None = None,
    start: datetime.date | str | None = None,
    model: Model | None = None,
    **visit: Any,
) -> Recommendation:
    """Recommend the longest interval that keeps the level, and the best dates when they need not be evenly spaced.

    Parameters
    ----------
    keep, horizon, parameters, start, model, **visit
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
        A value is not possible; a level that cannot be kept is no error, but an outcome of the answer.

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
    patient = Patient.asked(keep, horizon, parameters, start, visit, model)
    pace = check_integer(step, STEP)
    budget = math.inf if max_units_per_year is None else check_number(max_units_per_year, BUDGET)
    if budget < patient.units * YEAR / INTERVAL.high:
        least = f"at least {patient.units * YEAR / INTERVAL.high:.3g} U, one visit of {patient.units:g} U in a century"
        raise InputError("max_units_per_year", budget, least)
    count = None if visits is None else check_integer(visits, VISITS)
    request = Request(patient.visit, patient.keep, patient.horizon, pace, budget, count)
    label = patient.visit.product
    at_label = patient.spaced(label.min_interval_days)["share_above"]

    answer = _answer(patient, request)
    plans = {"even": answer.even, "dates": answer.dates}
    timelines = {name: patient.timeline(patient.on(days)) for name, days in plans.items() if days}
    rows = []
    for name, timeline in timelines.items():
        takes = {"visits": len(timeline.schedule), "units": patient.units * len(timeline.schedule)}
        rows.append({"plan": name, **takes, **patient.measures(timeline.course)})
    unusual = [text for timeline in timelines.values() for text in cautions(timeline.schedule)]
    if answer.interval is not None and answer.interval < min(label.min_interval_days, patient.horizon):
        unusual.append(_sooner_than_label(answer.interval, label, patient.keep, at_label))
    return Recommendation(
        outcome=answer.outcome,
        interval=answer.interval,
        even=timelines.get("even"),
        dates=timelines.get("dates"),
        frame=pd.DataFrame(rows),
        nearest=answer.nearest,
        request=request,
        peak=patient.peak,
        longest_interval=answer.longest,
        label_interval=label.min_interval_days,
        label_share_above=at_label,
        warnings=tuple(dict.fromkeys(unusual)),
    )


def _sooner_than_label(interval: int, label: Product, keep: float, share_above: float) -> str:
    return (
        f"the recommended interval, {interval} days, is shorter than the label of {label.name} allows: every "
        f"{label.min_interval_days:g} days the effect is at {keep:g} or more on {share_above:.1%} of days"
    )


class _Answer(NamedTuple):
    outcome: Attainment
    interval: int | None
    longest: int | None  # whatever the limit on units
    even: list[float]
    dates: list[float]
    nearest: dict[str, float]


def _answer(patient: Patient, request: Request) -> _Answer:
    step, budget, count, units = request.step, request.max_units_per_year, request.visits, patient.units
    if patient.peak < patient.keep:
        return _Answer(Attainment.ABOVE_PEAK, None, None, [], [], {"keep": patient.peak})
    interval = longest_interval(patient, step)
    if interval is None:
        nearest = {"interval": step, "share_above": patient.spaced(step)["share_above"]}
        dates = [] if count is None else most_days(patient, count, step)
        return _Answer(Attainment.TOO_FAR_APART, None, None, patient.evenly(step), dates, nearest)
    if units * YEAR / interval > budget:
        within = math.ceil(units * YEAR / budget / step) * step
        nearest = {"interval": within, "share_above": patient.spaced(within)["share_above"]}
        even = patient.evenly(within)
        dates = most_days(patient, min(count or len(even), len(even)), step)
        return _Answer(Attainment.TOO_MANY_UNITS, None, interval, even, dates, nearest)
    dates = fewest(patient, step) if count is None else most_days(patient, count, step)
    return _Answer(Attainment.ATTAINABLE, interval, interval, patient.evenly(interval), dates, {})
