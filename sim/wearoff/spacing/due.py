"""When the next visit is due after visits already made; or why there is no such day."""

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
from .search import latest

TEN_YEARS = 3652


@dataclasses.dataclass(frozen=True)
class NextVisit:
    """The latest day for the next visit, or the reason why there is none.

    Parameters
    ----------
    outcome : Attainment
        Whether there is such a day, or why not.
    day : int or None
    date : datetime.date or None
        Where the schedule's start is known.
    keep : float
        The level of the effect to keep.
    last_visit : float
        The day of the last visit already made.
    largest : float
        The largest effect since then, if no visit follows.
    warnings : tuple of str
        What is unusual about the visits with the next one added.
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
        return notebook.show("next visit, at the latest", notebook.table(pd.DataFrame([row], dtype=object)))


@checked_arguments(*VISIT)
def next_visit(
    given: Schedule,
    *,
    keep: float = HALF,
    parameters: Parameters | None = None,
    model: Model | None = None,
    **visit: Any,
) -> NextVisit:
    """Return the latest whole day for the next visit: the effect does not fall below the level before it acts.

    Parameters
    ----------
    given : Schedule
        Visits already made.
    keep, parameters, model
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
    constants = Parameters() if parameters is None else check_type(parameters, Parameters, "parameters")
    last = check_type(given, Schedule, "given").visits[-1]
    changes = {"units": None, **visit} if "product" in visit else visit
    kind = dataclasses.replace(last, **{**changes, "day": 0.0})
    pieces = read_model(model, constants.constants())
    patient = Patient(check_number(keep, LEVEL), math.ceil(last.day) + TEN_YEARS, constants, None, kind, pieces)
    course = patient.course(given)
    after = intervals_above(course, patient.keep)
    after = after[after[:, 1] > last.day]
    largest = float(course.visible[course.mesh.nodes >= last.day].max())
    day: int | None = None
    if not len(after):
        outcome = Attainment.NOT_REACHED
    elif after[-1, 1] == patient.horizon:
        outcome = Attainment.NOT_NEEDED
    else:
        day = latest(patient, given, after[-1], 1)
        outcome = Attainment.TOO_LATE if day is None else Attainment.ATTAINABLE
    if day is None:
        return NextVisit(outcome, None, None, patient.keep, last.day, largest, tuple(cautions(given)))
    unusual = cautions(patient.then(given, day))
    label = kind.product
    if day - last.day < label.min_interval_days:
        unusual.append(
            f"day {day} is {day - last.day:g} days after the last visit, sooner than the label of {label.name} allows: "
            f"{label.min_interval_days:g} days"
        )
    return NextVisit(outcome, day, given.date(day), patient.keep, last.day, largest, tuple(unusual))
