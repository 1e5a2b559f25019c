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
from ..times import TEN_YEARS
from ..treatment.cautions import cautions
from ..treatment.schedule import Schedule
from ..treatment.visit import VISIT
from .patient import Patient
from .search import find_latest_day


@dataclasses.dataclass(frozen=True)
class NextVisit:
    """The latest day for the next visit, or the reason why there is none.

    Parameters
    ----------
    outcome : Attainment
        ``ATTAINABLE`` if there is such a day, else the reason why not.
    day : int or None
        The latest day for the next visit; None if there is none that the label allows.
    date : datetime.date or None
        The date of this day, if the schedule's start is known.
    latest_day : int or None
        The latest day that keeps the level, whether the label allows it or not; None if no day does.
    label_day : int
        The earliest whole day that the label of the product allows.
    label_date : datetime.date or None
        The date of that day, if the schedule's start is known.
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
    latest_day: int | None
    label_day: int
    label_date: datetime.date | None
    keep: float
    last_visit: float
    largest: float
    warnings: tuple[str, ...]

    def _repr_html_(self) -> str:
        names = ("outcome", "day", "date", "latest_day", "label_day", "label_date", "keep")
        row = {name: getattr(self, name) for name in names} | {"outcome": self.outcome.message}
        return notebook.show("next visit, at the latest", notebook.format_in_words(pd.DataFrame([row], dtype=object)))


@checked_arguments(*VISIT)
def next_visit(
    given: Schedule,
    *,
    keep: float = HALF,
    parameters: Parameters | None = None,
    model: Model | None = None,
    allow_shorter: bool = False,
    **visit: Any,
) -> NextVisit:
    """Return the latest whole day for the next visit such that the effect stays at the level until the visit acts.

    The day is one that the label of the product allows; the earliest such day is named too.

    Parameters
    ----------
    given : Schedule
        Visits already made.
    keep, parameters, model
        As in `compare`.
    allow_shorter : bool
        Whether the day may be earlier than the label allows, for research.
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
    >>> visit = next_visit(Schedule.once(units=20, start="2027-01-04"), keep=0.4)
    >>> visit.label_date
    datetime.date(2027, 4, 4)
    >>> visit.date > visit.label_date
    True
    """
    parameters = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
    check_type(allow_shorter, bool, "allow_shorter")
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
    product = next_one.product
    label_day = math.ceil(last.day + product.min_interval_days)
    latest = day
    if day is not None and day < label_day and not allow_shorter:
        outcome, day = Attainment.LABEL_TOO_LONG, None
    label = (latest, label_day, given.date(label_day))
    if day is None:
        return NextVisit(outcome, None, None, *label, patient.keep, last.day, largest, tuple(cautions(given)))
    warnings = cautions(patient.add_visit(given, day))
    if day < label_day:
        warnings.append(
            f"day {day} is {day - last.day:g} days after the last visit, sooner than {product.label_in_words} "
            f"allows: {product.min_interval_days:g} days"
        )
    return NextVisit(outcome, day, given.date(day), *label, patient.keep, last.day, largest, tuple(warnings))
