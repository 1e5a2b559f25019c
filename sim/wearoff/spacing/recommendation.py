"""The longest interval and the best dates that keep the level, or the reason why none do and what comes nearest.

Both are sought among the intervals that the label allows, for the typical patient. With them comes the share of
patients in whom they keep the level. ``wearoff.report.explanations`` puts the result into sentences.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Any, NamedTuple

import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_number, check_type, checked_arguments
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
from .search import find_fewest, find_longest_interval, find_most_days, round_up
from .share import PATIENTS, SAMPLE, People

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
    allow_shorter : bool
        Whether intervals shorter than the label's are tried.
    """

    visit: Visit
    keep: float
    horizon: int
    step: int
    max_units_per_year: float
    visits: int | None
    allow_shorter: bool

    @property
    def shortest(self) -> float:
        """The shortest interval that is tried, in days; 0 for no limit."""
        return 0.0 if self.allow_shorter else self.visit.product.min_interval_days


@dataclasses.dataclass(frozen=True, eq=False)
class Recommendation:
    """An interval and dates that keep the level, or the reason why none do and what comes nearest.

    Parameters
    ----------
    outcome : Attainment
        ``ATTAINABLE`` if the level can be kept, else the reason why not.
    interval : int or None
        The longest interval in days that keeps the level in the typical patient, within the limits of the label and on
        units. It is the horizon if one visit keeps the level, and None if no interval does.
    even, dates : Timeline or None
        The evenly spaced visits and the best dates, simulated over the horizon.
    frame : pandas.DataFrame
        One row a plan (``even``, ``dates``): the total number of ``visits`` and ``units``, and ``share_above``,
        ``longest_gap``, ``lowest_effect`` and ``share_of_patients`` as in `Comparison`.
    nearest : dict
        What comes nearest if the level cannot be kept: ``keep``, a level that can be kept; or ``interval``, its
        ``share_above`` and its ``share_of_patients``.
    request : Request
        The arguments of the recommendation.
    peak : float
        The largest effect of one visit within the horizon.
    longest_interval : int or None
        The longest interval in days that keeps the level without the limits of the label and on units; None if no
        interval does.
    share_of_patients : float or None
        The share of patients in whom `interval` keeps the level; None if there is no such interval.
    label_interval, label_share_above, label_share_of_patients : float
        The shortest interval in days that the label allows; at this interval, the typical patient's share of days above
        the level, and the share of patients in whom it is kept.
    warnings : tuple of str
        The warnings about the plans; an interval shorter than the label's gives a warning too.
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
    share_of_patients: float | None
    label_interval: float
    label_share_above: float
    label_share_of_patients: float
    warnings: tuple[str, ...]

    def _repr_html_(self) -> str:
        interval = "no interval" if self.interval is None else f"at most every {self.interval} days"
        title = f"level to keep in the typical patient {self.request.keep:g}: {interval}"
        label = (
            f"At the label's shortest interval, {self.label_interval:g} days, it is kept in "
            f"{self.label_share_of_patients:.0%} of patients."
        )
        texts = [notebook.format_paragraph(text) for text in (f"{self.outcome.message}.", label)]
        return notebook.show(title, *texts, notebook.format_in_words(self.frame))


@checked_arguments(*VISIT)
def recommend(
    *,
    keep: float = HALF,
    horizon: int = TWO_YEARS,
    max_units_per_year: float | None = None,
    visits: int | None = None,
    step: int = 1,
    allow_shorter: bool = False,
    patients: int = SAMPLE,
    parameters: Parameters | None = None,
    start: datetime.date | str | None = None,
    model: Model | None = None,
    **visit: Any,
) -> Recommendation:
    """Return the longest interval that keeps the level in the typical patient, and the best dates for uneven visits.

    The search begins at the shortest interval that the label of the product allows.

    Parameters
    ----------
    keep, horizon, parameters, start, model, patients, **visit
        As in `compare`. The level is kept if the effect never falls below it after the first peak.
    max_units_per_year : float, optional
        A limit on units a year, ``units 365.25 / interval``. If the longest interval needs more units, the best dates
        have no more visits over the horizon than the shortest interval within the limit has.
    visits : int, optional
        The number of visits. The best dates are then the dates with most days above the level. Default: the best dates
        are the fewest dates that keep the level.
    step : int
        The best dates and the interval are multiples of this number of days.
    allow_shorter : bool
        Whether to try intervals shorter than the label's too, for research; the search then begins at `step`.

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
    lost. These proofs are for visits at any distance. If the label's shortest interval is longer than the level lasts,
    each of the best dates is as late as the level allows, or the first day that the label allows.

    Examples
    --------
    >>> longest = recommend(keep=0.4)
    >>> longest.interval > longest.label_interval == 90
    True
    >>> recommend(keep=0.8).outcome.name
    'LABEL_TOO_LONG'
    """
    patient = Patient.from_arguments(keep, horizon, parameters, start, visit, model)
    step = check_integer(step, STEP)
    budget = math.inf if max_units_per_year is None else check_number(max_units_per_year, BUDGET)
    if budget < patient.units * YEAR / INTERVAL.high:
        least = f"at least {patient.units * YEAR / INTERVAL.high:.3g} U, one visit of {patient.units:g} U in a century"
        raise InputError("max_units_per_year", budget, least)
    count = None if visits is None else check_integer(visits, VISITS)
    check_type(allow_shorter, bool, "allow_shorter")
    request = Request(patient.visit, patient.keep, patient.horizon, step, budget, count, allow_shorter)
    people = People.around(patient, check_integer(patients, PATIENTS))
    product = patient.visit.product
    label_share = patient.compute_row(product.min_interval_days)["share_above"]

    answer = _search(patient, request)
    plans = {"even": answer.even, "dates": answer.dates}
    timelines = {name: patient.timeline(patient.on(days)) for name, days in plans.items() if days}
    rows: list[dict[str, Any]] = []
    for name, timeline in timelines.items():
        totals = {"visits": len(timeline.schedule), "units": patient.units * len(timeline.schedule)}
        share = people.share_kept(plans[name])
        rows.append({"plan": name, **totals, **patient.measure(timeline.course), "share_of_patients": share})
    shares = {row["plan"]: row["share_of_patients"] for row in rows}
    nearest = answer.nearest | ({"share_of_patients": shares["even"]} if "interval" in answer.nearest else {})
    warnings = [text for timeline in timelines.values() for text in cautions(timeline.schedule)]
    if answer.interval is not None and answer.interval < min(product.min_interval_days, patient.horizon):
        warnings.append(_warn_of_label(answer.interval, product, patient.keep, label_share))
    return Recommendation(
        outcome=answer.outcome,
        interval=answer.interval,
        even=timelines.get("even"),
        dates=timelines.get("dates"),
        frame=pd.DataFrame(rows),
        nearest=nearest,
        request=request,
        peak=patient.peak,
        longest_interval=answer.longest,
        share_of_patients=None if answer.interval is None else shares["even"],
        label_interval=product.min_interval_days,
        label_share_above=label_share,
        label_share_of_patients=people.share_kept(patient.even_days(product.min_interval_days)),
        warnings=tuple(dict.fromkeys(warnings)),
    )


def _warn_of_label(interval: int, product: Product, keep: float, share_above: float) -> str:
    return (
        f"the longest interval that keeps the level, {interval} days, is shorter than {product.label_in_words} "
        f"allows: every {product.min_interval_days:g} days the effect is at {keep:g} or more on {share_above:.1%} of "
        "days"
    )


class _Answer(NamedTuple):
    outcome: Attainment
    interval: int | None
    longest: int | None  # without the limits of the label and on units
    even: list[float]
    dates: list[float]
    nearest: dict[str, float]


def _search(patient: Patient, request: Request) -> _Answer:
    step, shortest, count = request.step, request.shortest, request.visits
    if patient.peak < patient.keep:
        return _Answer(Attainment.ABOVE_PEAK, None, None, [], [], {"keep": patient.peak})
    interval = find_longest_interval(patient, step)
    allowed = max(step, round_up(shortest, step))
    affordable = max(allowed, round_up(patient.units * YEAR / request.max_units_per_year, step))
    if interval is None:
        dates = [] if count is None else find_most_days(patient, count, step, shortest)
        return _miss(patient, Attainment.TOO_FAR_APART, None, allowed, dates)
    if interval < min(allowed, patient.horizon):
        most = len(patient.even_days(affordable))
        if count is None and affordable == allowed:
            dates = find_fewest(patient, step, shortest)
        else:
            dates = find_most_days(patient, min(count or most, most), step, shortest)
        return _miss(patient, Attainment.LABEL_TOO_LONG, interval, affordable, dates)
    if interval < affordable and patient.units * YEAR / interval > request.max_units_per_year:
        most = len(patient.even_days(affordable))
        dates = find_most_days(patient, min(count or most, most), step, shortest)
        return _miss(patient, Attainment.TOO_MANY_UNITS, interval, affordable, dates)
    dates = find_fewest(patient, step, shortest) if count is None else find_most_days(patient, count, step, shortest)
    return _Answer(Attainment.ATTAINABLE, interval, interval, patient.even_days(interval), dates, {})


def _miss(patient: Patient, outcome: Attainment, longest: int | None, nearest: int, dates: list[float]) -> _Answer:
    # Return the answer if no interval keeps the level; `nearest` is the interval that comes nearest.
    row = {"interval": nearest, "share_above": patient.compute_row(nearest)["share_above"]}
    return _Answer(outcome, None, longest, patient.even_days(nearest), dates, row)
