"""Intervals between visits, beside each other."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from .. import notebook
from ..checks import check_number, checked_arguments, one_or_many
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

if TYPE_CHECKING:
    from matplotlib.figure import Figure

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
    _patient: Patient = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        title = f"intervals beside each other, level to keep {self.keep:g}"
        return notebook.show(title, notebook.table(self.frame))

    def tradeoff_figure(self, recommended: float | None = None, *, title: str | None = AUTO) -> Figure:
        """Draw days above the level, and units a year, against the interval; with the recommended interval marked.

        `title` is written over the figure; default: who is shown and what is given. None leaves it out.
        """
        shown = [*self.frame["interval"], *([] if recommended is None else [recommended])]
        # A single interval is shown with a month beyond it.
        low, high = min(shown), max(shown) if len(set(shown)) > 1 else min(shown) + 30
        fine = np.union1d(np.linspace(low, high, FINE), shown)
        curve = pd.DataFrame([self._patient.spaced(interval) for interval in fine])
        shortest = self._patient.visit.product.min_interval_days
        one = describe_patient(self._patient.on([0.0]), self._patient.parameters)
        patient = f"{one}, repeated over {self._patient.horizon} days"
        return draw_tradeoff(curve, self.frame, self.keep, recommended, shortest, patient=patient, title=title)


@checked_arguments(*VISIT)
def compare(
    intervals: float | Iterable[float] = INTERVALS,
    *,
    keep: float = HALF,
    horizon: int = TWO_YEARS,
    parameters: Parameters | None = None,
    start: datetime.date | str | None = None,
    model: Model | None = None,
    **visit: Any,
) -> Comparison:
    """Compare intervals between visits, the first on day 0 and the last before the end of the horizon.

    Parameters
    ----------
    intervals : float or iterable of float
        Days between visits.
    keep : float
        The level of the visible effect to keep, a fraction of a full effect.
    horizon : int
        Days over which to judge.
    parameters : Parameters, optional
        The constants; default: ``Parameters()``.
    start : date, optional
        The date of day 0.
    model : Model, optional
        With functions of one's own for uptake or force; default: the built-in ones.
    **visit
        Arguments of `Visit` but its day, the same at every visit.

    Returns
    -------
    Comparison

    Raises
    ------
    InputError
        A value is not possible, or an interval takes more than 1000 visits.

    Examples
    --------
    >>> compare([90, 180]).frame[["interval", "share_above", "units_per_year"]].round(3).to_dict("list")
    {'interval': [90.0, 180.0], 'share_above': [0.99, 0.616], 'units_per_year': [81.167, 40.583]}
    """
    patient = Patient.asked(keep, horizon, parameters, start, visit, model)
    asked = [
        check_number(interval, INTERVAL._replace(name="intervals"))
        for interval in one_or_many(intervals, (int, float), "intervals")
    ]
    if not asked:
        raise InputError("intervals", (), "at least 1 interval in days", problem="is empty")
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
