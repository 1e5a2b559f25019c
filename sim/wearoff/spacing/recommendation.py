"""The longest interval and the best dates that keep the level, or the reason why none do and what comes nearest.

The interval is sought among those that the label allows, for the typical patient or for a share of patients. The best
dates are those of the typical patient. ``wearoff.report.explanations`` puts the result into sentences.
"""

from __future__ import annotations

import dataclasses
import datetime
import math
from functools import cache
from typing import Any

import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_number, check_type, checked_arguments
from ..defaults import TWO_YEARS
from ..errors import InputError
from ..levels import HALF
from ..model.equations import Model
from ..outcomes import Attainment
from ..parameters import Parameters
from ..patients.population import Population
from ..timeline import Timeline
from ..times import YEAR
from ..treatment.cautions import cautions
from ..treatment.products import Product
from ..treatment.schedule import INTERVAL, VISITS
from ..treatment.visit import VISIT
from .answers import Answer, Request, answer_for_share, answer_for_typical
from .followed import OnDays
from .patient import PRICE
from .people import choose_patients, describe_call

SHARE = Limits("share", 0, 1, above=True)
STEP = Limits("step", 1, 365, "day")
BUDGET = Limits("max_units_per_year", 0, math.inf, "U", above=True)


@dataclasses.dataclass(frozen=True, eq=False)
class Recommendation:
    """An interval and dates that keep the level, or the reason why none do and what comes nearest.

    Parameters
    ----------
    answer : Answer
        What was asked for: the longest interval for the share of patients, or for the typical patient if no share was
        asked for. `outcome`, `interval` and `nearest` are its own.
    typical : Answer
        The longest interval for the typical patient.
    even, dates : Timeline or None
        In the typical patient: evenly spaced visits at the interval of the answer, or at the nearest; and the best
        dates.
    frame : pandas.DataFrame
        One row a plan (``even``, ``dates``): the total number of ``visits`` and ``units``, then ``share_above``,
        ``longest_gap`` and ``lowest_effect`` of the typical patient as in `Comparison.frame`. With a population it also
        has the shares, percentiles and cost of `Comparison.people`.
    request : Request
        The arguments of the recommendation.
    peak : float
        The largest effect of one visit within the horizon, in the typical patient.
    share_of_patients : float or None
        The share of patients in whom `interval` keeps the level; None if there is no such interval or no population.
    typical_share_of_patients : float or None
        The same for the interval of the typical patient.
    label_interval, label_share_above : float
        The shortest interval in days that the label allows, and the typical patient's share of days above the level at
        this interval.
    label_share_of_patients, label_share_error : float or None
        The share of patients in whom the label's interval keeps the level, and its Monte Carlo error; None without a
        population.
    warnings : tuple of str
        The warnings about the plans; an interval shorter than the label's gives a warning too.
    provenance : dict
        How the recommendation was made, as in `Comparison`.
    """

    answer: Answer
    typical: Answer
    even: Timeline | None
    dates: Timeline | None
    frame: pd.DataFrame
    request: Request
    peak: float
    share_of_patients: float | None
    typical_share_of_patients: float | None
    label_interval: float
    label_share_above: float
    label_share_of_patients: float | None
    label_share_error: float | None
    warnings: tuple[str, ...]
    provenance: dict[str, Any] = dataclasses.field(repr=False)

    @property
    def outcome(self) -> Attainment:
        """``ATTAINABLE`` if the level can be kept, else the reason why not."""
        return self.answer.outcome

    @property
    def interval(self) -> int | None:
        """The longest interval in days that keeps the level; None if no interval does."""
        return self.answer.interval

    @property
    def nearest(self) -> dict[str, float]:
        """What comes nearest if the level cannot be kept."""
        return self.answer.nearest

    def _repr_html_(self) -> str:
        interval = "no interval" if self.interval is None else f"at most every {self.interval} days"
        share = self.request.share
        who = "the typical patient" if share is None else f"{share:.0%} of patients"
        texts = [f"{self.outcome.message}."]
        if self.label_share_of_patients is not None:
            texts.append(
                f"At the label's shortest interval, {self.label_interval:g} days, it is kept in "
                f"{self.label_share_of_patients:.0%} of patients."
            )
        title = f"level to keep in {who} {self.request.keep:g}: {interval}"
        return notebook.show(title, *map(notebook.format_paragraph, texts), notebook.format_in_words(self.frame))


@checked_arguments(*VISIT)
def recommend(
    *,
    keep: float = HALF,
    share: float | None = None,
    horizon: int = TWO_YEARS,
    max_units_per_year: float | None = None,
    visits: int | None = None,
    step: int = 1,
    allow_shorter: bool = False,
    parameters: Parameters | None = None,
    population: Population | None = None,
    patients: int | None = None,
    price: float | None = None,
    start: datetime.date | str | None = None,
    model: Model | None = None,
    **visit: Any,
) -> Recommendation:
    """Return the longest interval that keeps the level, and the best dates for uneven visits in the typical patient.

    The interval keeps the level in a share of patients, or in the typical patient if no share is given. The search
    begins at the shortest interval that the label of the product allows.

    Parameters
    ----------
    keep, horizon, parameters, population, patients, price, start, model, **visit
        As in `compare`. The level is kept if the effect never falls below it after the first peak. With a share, the
        population is by default ``Population(parameters=parameters)``.
    share : float, optional
        The share of patients in whom the level is to be kept, above 0 to 1; default: the typical patient decides.
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
    For a share of patients every whole day (a multiple of `step`) is tried, from the longest interval that can hold
    down to the shortest that is allowed; see ``wearoff.spacing.share_search``.

    For the typical patient, the docstrings of ``wearoff.spacing.search`` prove that the results are the best. In short:
    the effect is lowest before the first return, so that the longest interval is the latest day for the second visit;
    no other interval that keeps the level needs fewer units a year. Visits as late as the level allows are the fewest
    visits. With a given number of visits, every day is tried from the latest day that leaves no gap to the first day
    after the level is lost. These proofs are for visits at any distance. If the label's shortest interval is longer
    than the level lasts, each of the best dates is as late as the level allows, or the first day that the label allows.

    Examples
    --------
    >>> longest = recommend(keep=0.4)
    >>> longest.interval > longest.label_interval == 90
    True
    >>> recommend(keep=0.8).outcome.name
    'LABEL_TOO_LONG'
    >>> found = recommend(keep=0.2, share=0.5)
    >>> found.interval < found.typical.interval
    True
    """
    if share is not None:
        share = check_number(share, SHARE)
        if population is None:
            population, parameters = Population(parameters=Parameters() if parameters is None else parameters), None
    patient, people = choose_patients(keep, horizon, parameters, population, patients, start, visit, model)
    cost = None if price is None else check_number(price, PRICE)
    step, budget = check_integer(step, STEP), _check_budget(max_units_per_year, patient.units)
    count = None if visits is None else check_integer(visits, VISITS)
    check_type(allow_shorter, bool, "allow_shorter")
    request = Request(patient.visit, patient.keep, patient.horizon, step, budget, count, allow_shorter, share)
    typical, dates = answer_for_typical(patient, request)
    answer = typical if share is None or people is None else answer_for_share(people, request, share)

    @cache
    def summarize(days: tuple[float, ...]) -> dict[str, float]:
        return {} if people is None else people.summarize(people.follow(OnDays(days)), cost)

    def evenly(interval: float) -> tuple[float, ...]:
        return tuple(patient.even_days(interval))

    def share_at(interval: float | None) -> float | None:
        return None if interval is None else summarize(evenly(interval)).get("share_of_patients")

    for each in (answer, typical):
        if people is not None and "interval" in each.nearest:
            each.nearest["share_of_patients"] = summarize(evenly(each.nearest["interval"]))["share_of_patients"]
    plans = {"even": [] if answer.even is None else patient.even_days(answer.even), "dates": dates}
    timelines = {name: patient.timeline(patient.on(days)) for name, days in plans.items() if days}
    rows: list[dict[str, Any]] = [
        {"plan": name} | patient.make_plan_row(timeline.course, len(plans[name]), cost) | summarize(tuple(plans[name]))
        for name, timeline in timelines.items()
    ]
    product = patient.visit.product
    label = product.min_interval_days
    label_row = summarize(evenly(label))
    label_share = patient.compute_row(label)["share_above"]
    warnings = [text for timeline in timelines.values() for text in cautions(timeline.schedule)]
    if answer.interval is not None and answer.interval < min(label, patient.horizon):
        warnings.append(_warn_of_label(answer.interval, product, patient.keep, label_share))
    return Recommendation(
        answer=answer,
        typical=typical,
        even=timelines.get("even"),
        dates=timelines.get("dates"),
        frame=pd.DataFrame(rows),
        request=request,
        peak=patient.peak,
        share_of_patients=share_at(answer.interval),
        typical_share_of_patients=share_at(typical.interval),
        label_interval=label,
        label_share_above=label_share,
        label_share_of_patients=label_row.get("share_of_patients"),
        label_share_error=label_row.get("share_error"),
        warnings=tuple(dict.fromkeys(warnings)),
        provenance=describe_call("spacing.recommend", request.describe() | {"price": cost}, patient, people),
    )


def _check_budget(budget: float | None, units: float) -> float:
    # Return the limit on units a year, which allows at least one visit in a century; inf for None.
    number = math.inf if budget is None else check_number(budget, BUDGET)
    least = units * YEAR / INTERVAL.high
    if number < least:
        allowed = f"at least {least:.3g} U, one visit of {units:g} U in a century"
        raise InputError("max_units_per_year", number, allowed)
    return number


def _warn_of_label(interval: int, product: Product, keep: float, share_above: float) -> str:
    return (
        f"the longest interval that keeps the level, {interval} days, is shorter than {product.label_in_words} "
        f"allows: every {product.min_interval_days:g} days the typical patient's effect is at {keep:g} or more on "
        f"{share_above:.1%} of days"
    )
