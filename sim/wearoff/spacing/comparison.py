"""A comparison of intervals between visits."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import notebook
from ..checks import check_integer, check_number, checked_arguments, one_or_many
from ..defaults import INTERVALS, TWO_YEARS
from ..errors import InputError
from ..figures.style import AUTO
from ..figures.tradeoff import draw_tradeoff
from ..levels import HALF
from ..model.equations import Model
from ..parameters import Parameters
from ..treatment.cautions import cautions
from ..treatment.description import describe_patient
from ..treatment.schedule import INTERVAL
from ..treatment.visit import VISIT
from .patient import Patient
from .share import PATIENTS, SAMPLE, People

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CURVE_POINTS = 60  # intervals on the curve between the shortest and the longest interval


@dataclasses.dataclass(frozen=True, eq=False)
class Comparison:
    """A comparison of intervals between visits.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row an interval. ``interval`` is in days. ``share_above`` is the share of the horizon with the effect at the
        level or above; the days before the first effect count as below. ``share_of_patients`` is the share of virtual
        patients in whom the level is kept: the effect is never below it between their first peak and the end of the
        horizon; a patient who never reaches the level counts as one in whom it is not kept. ``longest_gap`` is the
        largest number of days below the level in a row after it was first reached; the whole horizon if it is never
        reached. ``lowest_effect`` is the lowest effect after the first peak. The other columns are ``units_per_year``
        and ``visits_per_year``.
    returns : pandas.DataFrame
        One row a return: ``interval``, and the columns of `Timeline.returns`.
    warnings : tuple of str
        The warnings about the schedules that were compared.
    keep : float
        The level to keep.
    """

    frame: pd.DataFrame
    returns: pd.DataFrame
    warnings: tuple[str, ...]
    keep: float
    _patient: Patient = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        title = f"intervals beside each other, level to keep {self.keep:g}"
        return notebook.show(title, notebook.format_in_words(self.frame))

    def tradeoff_figure(self, longest: float | None = None, *, title: str | None = AUTO) -> Figure:
        """Draw days above the level, and units a year, against the interval.

        `longest`, if given, is the longest interval that keeps the level in the typical patient; it is marked.

        `title` is written above the figure; default: patient and treatment; None for no title.
        """
        marked = [*self.frame["interval"], *([] if longest is None else [longest])]
        # The curve of a single interval goes on for a month after it.
        low, high = min(marked), max(marked) if len(set(marked)) > 1 else min(marked) + 30
        intervals = np.union1d(np.linspace(low, high, CURVE_POINTS), marked)
        curve = pd.DataFrame([self._patient.compute_row(interval) for interval in intervals])
        shortest = self._patient.visit.product.min_interval_days
        one_visit = describe_patient(self._patient.on([0.0]), self._patient.parameters)
        patient = f"{one_visit}, repeated over {self._patient.horizon} days"
        return draw_tradeoff(curve, self.frame, self.keep, longest, shortest, patient=patient, title=title)


@checked_arguments(*VISIT)
def compare(
    intervals: float | Iterable[float] = INTERVALS,
    *,
    keep: float = HALF,
    horizon: int = TWO_YEARS,
    parameters: Parameters | None = None,
    start: datetime.date | str | None = None,
    model: Model | None = None,
    patients: int = SAMPLE,
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
        The constants; default: ``Parameters()``.
    start : date, optional
        The date of day 0.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model.
    patients : int
        Number of virtual patients, drawn around the typical one, from whom ``share_of_patients`` is computed. Their
        dose counts as even along the muscle.
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
    {'interval': [90.0, 180.0], 'share_above': [0.989, 0.501], 'units_per_year': [81.167, 40.583]}
    """
    patient = Patient.from_arguments(keep, horizon, parameters, start, visit, model)
    numbers = [
        check_number(interval, INTERVAL._replace(name="intervals"))
        for interval in one_or_many(intervals, (int, float), "intervals")
    ]
    if not numbers:
        raise InputError("intervals", (), "at least 1 interval in days", problem="is empty")
    people = People.around(patient, check_integer(patients, PATIENTS))
    rows, tables, warnings = [], [], []
    for interval in numbers:
        plan = patient.every(interval)
        timeline = patient.timeline(plan)
        share = people.share_kept(patient.even_days(interval))
        rows.append(patient.make_row(interval, timeline.course) | {"share_of_patients": share})
        tables.append(timeline.returns.assign(interval=interval))
        warnings += cautions(plan)
    returns = pd.concat(tables, ignore_index=True)
    returns.insert(0, "interval", returns.pop("interval"))
    return Comparison(pd.DataFrame(rows), returns, tuple(dict.fromkeys(warnings)), patient.keep, patient)
