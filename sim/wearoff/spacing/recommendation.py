"""The recommendation: the interval and the dates that keep the level, or the reason why none do and what comes nearest.

A recommendation is an outcome and numbers. ``wearoff.report.explanations`` puts it into sentences.
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
from .search import find_fewest, find_longest_interval, find_most_days

STEP = Limits("step", 1, 365, "day")
BUDGET = Limits("max_units_per_year", 0, math.inf, "U", above=True)


class Request(NamedTuple):
    """The arguments of a recommendation, after checks.

    Parameters
    ----------
    visit : Visit
        The visit that is repeated.
    keep : float
        The level of the effect to keep.
    horizon, step : int
        The number of days over which intervals are judged, and the number of days of which every interval is a
        multiple.
    max_units_per_year : float
        The limit on units a year; ``inf`` if there is no limit.
    visits : int or None
        The number of visits of the best dates; None for the smallest number that keeps the level.
    """

    visit: Visit
    keep: float
    horizon: int
    step: int
    max_units_per_year: float
    visits: int | None


@dataclasses.dataclass(frozen=True, eq=False)
class Recommendation:
    """An interval and dates that keep the level, or the reason why none do and what comes nearest.

    Parameters
    ----------
    outcome : Attainment
        ``ATTAINABLE`` if the level can be kept, else the reason why not.
    interval : int or None
        The longest interval in days that keeps the level within the limit on units. It is the horizon if one visit
        keeps the level, and None if no interval does.
    even, dates : Timeline or None
        The evenly spaced visits and the best dates, simulated over the horizon.
    frame : pandas.DataFrame
        One row a plan (``even``, ``dates``): the total number of ``visits`` and ``units``, and ``share_above``,
        ``longest_gap`` and ``lowest_effect`` as in `Comparison`.
    nearest : dict
        What comes nearest if the level cannot be kept: ``keep``, a level that can be kept; or ``interval`` and its
        ``share_above``.
    request : Request
        The arguments of the recommendation.
    peak : float
        The largest effect of one visit within the horizon.
    longest_interval : int or None
        The longest interval in days that keeps the level without a limit on units; None if no interval does.
    label_interval, label_share_above : float
        The shortest interval in days that the label allows, and its share of days above the level.
    warnings : tuple of str
        The warnings about the recommended plans; an interval shorter than the label's gives a warning too.
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
        return notebook.show(title, notebook.format_paragraph(self.outcome.message), notebook.format_table(self.frame))


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
    """Return the longest interval that keeps the level, and the best dates for visits that need not be evenly spaced.

    Parameters
    ----------
    keep, horizon, parameters, start, model, **visit
        As in `compare`. The level is kept if the effect never falls below it after the first peak.
    max_units_per_year : float, optional
        A limit on units a year, ``units 365.25 / interval``. If the longest interval needs more units, the best dates
        have no more visits over the horizon than the shortest interval within the limit has.
    visits : int, optional
        The number of visits. The best dates are then the dates with most days above the level. Default: the best dates
        are the fewest dates that keep the level.
    step : int
        The best dates and the interval are multiples of this number of days.

    Returns
    -------
    Recommendation

    Raises
    ------
    InputError
        A value is not possible. A level that cannot be kept is not an error: the outcome says so.

    Notes
    -----
    The docstrings of ``wearoff.spacing.search`` prove that the results are the best. In short: the effect is lowest
    before the first return, so that the longest interval is the latest day for the second visit; no other interval that
    keeps the level needs fewer units a year. Visits as late as the level allows are the fewest visits. With a given
    number of visits, every day is tried from the latest day that leaves no gap to the first day after the level is
    lost.

    Examples
    --------
    >>> recommendation = recommend(keep=0.5)
    >>> recommendation.interval
    86
    >>> [visit.day for visit in recommendation.dates.schedule][:3]
    [0.0, 86.0, 226.0]
    """
    patient = Patient.from_arguments(keep, horizon, parameters, start, visit, model)
    step = check_integer(step, STEP)
    budget = math.inf if max_units_per_year is None else check_number(max_units_per_year, BUDGET)
    if budget < patient.units * YEAR / INTERVAL.high:
        least = f"at least {patient.units * YEAR / INTERVAL.high:.3g} U, one visit of {patient.units:g} U in a century"
        raise InputError("max_units_per_year", budget, least)
    count = None if visits is None else check_integer(visits, VISITS)
    request = Request(patient.visit, patient.keep, patient.horizon, step, budget, count)
    product = patient.visit.product
    label_share = patient.compute_row(product.min_interval_days)["share_above"]

    answer = _search(patient, request)
    plans = {"even": answer.even, "dates": answer.dates}
    timelines = {name: patient.timeline(patient.on(days)) for name, days in plans.items() if days}
    rows = []
    for name, timeline in timelines.items():
        totals = {"visits": len(timeline.schedule), "units": patient.units * len(timeline.schedule)}
        rows.append({"plan": name, **totals, **patient.measure(timeline.course)})
    warnings = [text for timeline in timelines.values() for text in cautions(timeline.schedule)]
    if answer.interval is not None and answer.interval < min(product.min_interval_days, patient.horizon):
        warnings.append(_warn_of_label(answer.interval, product, patient.keep, label_share))
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
        label_interval=product.min_interval_days,
        label_share_above=label_share,
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _warn_of_label(interval: int, product: Product, keep: float, share_above: float) -> str:
    return (
        f"the recommended interval, {interval} days, is shorter than {product.label_in_words} allows: every "
        f"{product.min_interval_days:g} days the effect is at {keep:g} or more on {share_above:.1%} of days"
    )


class _Answer(NamedTuple):
    outcome: Attainment
    interval: int | None
    longest: int | None  # without the limit on units
    even: list[float]
    dates: list[float]
    nearest: dict[str, float]


def _search(patient: Patient, request: Request) -> _Answer:
    step, budget, count, units = request.step, request.max_units_per_year, request.visits, patient.units
    if patient.peak < patient.keep:
        return _Answer(Attainment.ABOVE_PEAK, None, None, [], [], {"keep": patient.peak})
    interval = find_longest_interval(patient, step)
    if interval is None:
        nearest = {"interval": step, "share_above": patient.compute_row(step)["share_above"]}
        dates = [] if count is None else find_most_days(patient, count, step)
        return _Answer(Attainment.TOO_FAR_APART, None, None, patient.even_days(step), dates, nearest)
    if units * YEAR / interval > budget:
        affordable = math.ceil(units * YEAR / budget / step) * step
        nearest = {"interval": affordable, "share_above": patient.compute_row(affordable)["share_above"]}
        even = patient.even_days(affordable)
        dates = find_most_days(patient, min(count or len(even), len(even)), step)
        return _Answer(Attainment.TOO_MANY_UNITS, None, interval, even, dates, nearest)
    dates = find_fewest(patient, step) if count is None else find_most_days(patient, count, step)
    return _Answer(Attainment.ATTAINABLE, interval, interval, patient.even_days(interval), dates, {})
