"""The latest day for the next visit after visits already made, or the reason why there is no such day."""

from __future__ import annotations

import dataclasses
import datetime
import math
from typing import Any

import pandas as pd

from .. import notebook
from ..checks import check_number, check_type, checked_arguments
from ..levels import HALF
from ..model.equations import Model
from ..model.intervals import intervals_above
from ..model.response import read_model
from ..outcomes import Attainment
from ..parameters import Parameters
from ..timeline import LEVEL
from ..treatment.cautions import cautions
from ..treatment.schedule import Schedule
from ..treatment.visit import VISIT
from .patient import Patient
from .search import find_latest_day

TEN_YEARS = 3652  # days after the last visit over which the effect is followed


@dataclasses.dataclass(frozen=True)
class NextVisit:
    """The latest day for the next visit, or the reason why there is none.

    Parameters
    ----------
    outcome : Attainment
        ``ATTAINABLE`` if there is such a day, else the reason why not.
    day : int or None
        The latest day for the next visit.
    date : datetime.date or None
        The date of this day, if the schedule's start is known.
    keep : float
        The level of the effect to keep.
    last_visit : float
        The day of the last visit already made.
    largest : float
        The largest effect after that day, if no visit follows.
    warnings : tuple of str
        The warnings about all visits, with the next visit.
    """

    outcome: Attainment
    day: int | None
    date: datetime.date | None
    keep: float
    last_visit: float
    largest: float
    warnings: tuple[str, ...]

    def _repr_html_(self) -> str:
        row = {"outcome": self.outcome.message, "day": self.day, "date": self.date, "keep": self.keep}
        return notebook.show("next visit, at the latest", notebook.format_table(pd.DataFrame([row], dtype=object)))


@checked_arguments(*VISIT)
def next_visit(
    given: Schedule,
    *,
    keep: float = HALF,
    parameters: Parameters | None = None,
    model: Model | None = None,
    **visit: Any,
) -> NextVisit:
    """Return the latest whole day for the next visit such that the effect stays at the level until the visit acts.

    Parameters
    ----------
    given : Schedule
        Visits already made.
    keep, parameters, model
        As in `compare`.
    **visit
        Arguments of `Visit` except its day; default: those of the last visit. For another product the default is its
        labelled dose.

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
    parameters = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
    last = check_type(given, Schedule, "given").visits[-1]
    changes = {"units": None, **visit} if "product" in visit else visit
    next_one = dataclasses.replace(last, **{**changes, "day": 0.0})
    model = read_model(model, parameters.constants())
    patient = Patient(check_number(keep, LEVEL), math.ceil(last.day) + TEN_YEARS, parameters, None, next_one, model)
    course = patient.course(given)
    intervals = intervals_above(course, patient.keep)
    intervals = intervals[intervals[:, 1] > last.day]
    largest = float(course.visible[course.mesh.nodes >= last.day].max())
    day: int | None = None
    if not len(intervals):
        outcome = Attainment.NOT_REACHED
    elif intervals[-1, 1] == patient.horizon:
        outcome = Attainment.NOT_NEEDED
    else:
        day = find_latest_day(patient, given, intervals[-1], 1)
        outcome = Attainment.TOO_LATE if day is None else Attainment.ATTAINABLE
    if day is None:
        return NextVisit(outcome, None, None, patient.keep, last.day, largest, tuple(cautions(given)))
    warnings = cautions(patient.add_visit(given, day))
    product = next_one.product
    if day - last.day < product.min_interval_days:
        warnings.append(
            f"day {day} is {day - last.day:g} days after the last visit, sooner than {product.label_in_words} "
            f"allows: {product.min_interval_days:g} days"
        )
    return NextVisit(outcome, day, given.date(day), patient.keep, last.day, largest, tuple(warnings))
