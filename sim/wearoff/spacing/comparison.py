"""A comparison of intervals between visits."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import notebook
from ..checks import check_number, check_numbers, checked_arguments
from ..defaults import INTERVALS, TWO_YEARS
from ..errors import InputError
from ..figures.style import AUTO
from ..figures.tradeoff import draw_tradeoff
from ..labels import FIXED, ON_NEED
from ..levels import HALF
from ..model.equations import Model
from ..parameters import Parameters
from ..patients.population import Population
from ..treatment.cautions import cautions
from ..treatment.description import describe_patient
from ..treatment.schedule import INTERVAL
from ..treatment.visit import VISIT
from .patient import PRICE, Patient
from .people import People, choose_patients, describe_call

if TYPE_CHECKING:
    from matplotlib.figure import Figure

# Intervals on the curve between the shortest and the longest interval: of the typical patient, and of all patients.
CURVE_POINTS, PEOPLE_POINTS = 60, 13


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """A comparison of intervals between visits.

    Parameters
    ----------
    frame : pandas.DataFrame
        The typical patient, one row an interval. ``interval`` is in days. ``share_above`` is the share of the horizon
        with the effect at the level or above; the days before the first effect count as below. ``longest_gap`` is the
        largest number of days below the level in a row after it was first reached; the whole horizon if it is never
        reached. ``lowest_effect`` is the lowest effect after the first peak. ``units_per_year`` and ``visits_per_year``
        are those of visits that go on for ever. With a price there is ``cost_of_covered_day``: the cost of all units
        over the horizon, divided by the days at the level or above.
    people : pandas.DataFrame
        Virtual patients, empty if no population was given: one row an interval, and a last row for treatment on need
        (``policy`` is ``fixed`` or ``on need``). On need, a patient is treated again on the first day on which the
        effect is below the level, but not before the label's shortest interval. Every day is looked at.
        ``share_of_patients`` is the share of patients in whom the level is kept: the effect is never below it between
        their first peak and the end of the horizon. In a patient who never reaches the level it is not kept.
        ``share_error`` is the standard error of this share because patients differ and only some are drawn.
        ``share_of_patient_days`` is the share of all days of all patients with the effect at the level or above.
        ``lowest_p5`` to ``lowest_p95`` are percentiles of the lowest effect after the first peak. ``visits`` is the
        mean number of visits over the horizon. ``cost_of_covered_day`` is as above, of means. On need,
        ``visits_per_year`` is the mean of the patients' numbers of returns, each divided by the years to the last
        return, and ``interval`` is the interval with as many visits a year.
    returns : pandas.DataFrame
        One row a return: ``interval``, and the columns of `Timeline.returns`.
    warnings : tuple of str
        The warnings about the schedules that were compared.
    keep : float
        The level to keep.
    provenance : dict
        How the comparison was made: versions, arguments, the visit, constants, and the population with its seed.
    """

    frame: pd.DataFrame
    returns: pd.DataFrame
    warnings: tuple[str, ...]
    keep: float
    people: pd.DataFrame
    provenance: dict[str, Any] = dataclasses.field(repr=False)
    _patient: Patient = dataclasses.field(repr=False)
    _people: People | None = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        title = f"intervals beside each other, level to keep {self.keep:g}"
        typical = notebook.format_in_words(self.frame)
        if self.people.empty:
            return notebook.show(title, typical)
        people = notebook.format_in_words(self.people)
        heads = [notebook.format_paragraph(text) for text in ("All patients:", "The typical patient:")]
        return notebook.show(title, heads[0], people, heads[1], typical)

    def tradeoff_figure(self, longest: float | None = None, *, title: str | None = AUTO) -> Figure:
        """Draw what an interval gives, and units a year, against the interval.

        With a population: the share of patients in whom the level is kept, the share of patient-days at the level or
        above; treatment on need is a separate point. Without a population: the typical patient's share of days.

        `longest`, if given, is the longest interval that keeps the level, in days; it is marked.

        `title` is written above the figure; default: patient and treatment; None for no title.
        """
        if longest is not None:
            longest = check_number(longest, INTERVAL._replace(name="longest"))
        compared = self.frame if self.people.empty else self.people
        marked = [*compared["interval"][np.isfinite(compared["interval"])], *([] if longest is None else [longest])]
        # The curve of a single interval goes on for a month after it.
        low, high = min(marked), max(marked) if len(set(marked)) > 1 else min(marked) + 30
        points, compute = (CURVE_POINTS, self._patient.compute_row)
        if self._people is not None:
            points, compute = PEOPLE_POINTS, self._people.compare_interval
        intervals = np.union1d(np.linspace(low, high, points), marked)
        curve = pd.DataFrame([compute(interval) for interval in intervals])
        shortest = self._patient.visit.product.min_interval_days
        patient = describe_patient(self._patient.on([0.0]), self._patient.parameters)
        if self._people is not None:
            patient = f"{self._people.patients} patients; {patient}"
        words = f"{patient}, repeated over {self._patient.horizon} days"
        return draw_tradeoff(curve, compared, self.keep, longest, shortest, patient=words, title=title)


@checked_arguments(*VISIT)
def compare(
    intervals: float | Iterable[float] = INTERVALS,
    *,
    keep: float = HALF,
    horizon: int = TWO_YEARS,
    parameters: Parameters | None = None,
    population: Population | None = None,
    patients: int | None = None,
    price: float | None = None,
    start: datetime.date | str | None = None,
    model: Model | None = None,
    **visit: Any,
) -> Comparison:
    """Return a comparison of intervals between visits. The first visit is on day 0.

    Parameters
    ----------
    intervals : float or iterable of float
        Days between visits.
    keep : float
        The level of the visible effect to keep, a fraction of a full effect.
    horizon : int
        Number of days over which intervals are judged. All visits are before its end.
    parameters : Parameters, optional
        The constants of the typical patient; default: ``Parameters()``, or those of the population.
    population : Population, optional
        How patients differ. With it the result has `Comparison.people`; their dose counts as even along the muscle.
    patients : int, optional
        Number of virtual patients of the population, always the same ones; default: 512. The Monte Carlo error of their
        shares is then about 2 %.
    price : float, optional
        The price of a unit, in any currency, for the cost of a day at the level or above.
    start : date, optional
        The date of day 0.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model.
    **visit
        Arguments of `Visit` except its day, the same at every visit.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        A value is not possible, or an interval needs more than 1000 visits.

    Examples
    --------
    >>> compare([90, 180]).frame[["interval", "share_above", "units_per_year"]].round(3).to_dict("list")
    {'interval': [90.0, 180.0], 'share_above': [0.986, 0.491], 'units_per_year': [81.167, 40.583]}
    """
    patient, people = choose_patients(keep, horizon, parameters, population, patients, start, visit, model)
    cost = None if price is None else check_number(price, PRICE)
    numbers = check_numbers(intervals, INTERVAL._replace(name="intervals"))
    if not numbers:
        raise InputError("intervals", (), "at least 1 interval in days", problem="is empty")
    rows, tables, warnings = [], [], []
    for interval in numbers:
        plan = patient.every(interval)
        timeline = patient.timeline(plan)
        rows.append(patient.make_row(interval, timeline.course, cost))
        tables.append(timeline.returns.assign(interval=interval))
        warnings += cautions(plan)
    returns = pd.concat(tables, ignore_index=True)
    returns.insert(0, "interval", returns.pop("interval"))
    everybody = pd.DataFrame() if people is None else _tabulate(people, numbers, cost)
    block = describe_call("spacing.compare", {"intervals": numbers, "price": cost}, patient, people)
    return Comparison(
        pd.DataFrame(rows), returns, tuple(dict.fromkeys(warnings)), patient.keep, everybody, block, patient, people
    )


def _tabulate(people: People, intervals: Sequence[float], price: float | None) -> pd.DataFrame:
    rows = [{"policy": FIXED} | people.compare_interval(interval, price) for interval in intervals]
    return pd.DataFrame([*rows, {"policy": ON_NEED} | people.compare_on_need(price)])
