"""The function `simulate`, which solves the model for a treatment and a patient's constants."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from .checks import check_integer, check_type, checked_arguments
from .errors import InputError, warn
from .model.course import SHORTEST, Course, solve
from .model.equations import MODEL, Model
from .model.response import read_model
from .parameters import Parameters
from .timeline import Timeline
from .times import read_days
from .treatment.cautions import cautions
from .treatment.schedule import Schedule
from .treatment.visit import DAY, Visit

DAYS = DAY._replace(name="days", low=1)
# The effect of one visit wears off in this time, at up to twice the labelled dose.
DAYS_AFTER_LAST_VISIT = 240


@checked_arguments()
def simulate(
    schedule: Schedule | Visit | None = None,
    *,
    parameters: Parameters | None = None,
    days: int | None = None,
    times: npt.ArrayLike | None = None,
    units: float | None = None,
    product: str | None = None,
    muscle: str | None = None,
    sites: int | None = None,
    start: datetime.date | str | None = None,
    model: Model | None = None,
) -> Timeline:
    """Return the course of one patient.

    Parameters
    ----------
    schedule : Schedule or Visit, optional
        The visits; default: one visit on day 0, with the arguments `units`, `product`, `muscle` and `sites`.
    parameters : Parameters, optional
        The constants; default: ``Parameters()``.
    days : int, optional
        Last day of the course. The table has a row for each day from day 0. Default: 240 days after the last visit.
        Without `days`, the table has the schedule's days of observation instead, if there are any.
    times : array_like, shape (k,), optional
        The days of the table, ascending, instead of `days`: numbers; dates, which are counted from `start`; or
        durations. The course ends on the last of them.
    units, product, muscle, sites : optional
        The arguments of a single visit, instead of a schedule; see `Visit`.
    start : date, optional
        The date of day 0; see `Schedule`.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model.

    Returns
    -------
    Timeline

    Raises
    ------
    InputError
        A value is not possible; the message names the field, the value and what is allowed.

    Warns
    -----
    UnusualWarning
        A value is possible but unusual; the message says why.

    Examples
    --------
    >>> simulate(units=20).landmarks.round(2).to_dict()
    {'onset_day': 2.56, 'full_effect_day': 4.9, 'peak_day': 7.62, 'peak_effect': 0.91, 'half_effect_day': 84.05,
     'wear_off_day': 134.75}
    """
    schedule = read_schedule(schedule, units=units, product=product, muscle=muscle, sites=sites)
    if start is not None:
        schedule = schedule.starting(start)
    parameters = check_type(Parameters() if parameters is None else parameters, Parameters, "parameters")
    model = read_model(model, parameters.constants())
    table_days, end = choose_days(schedule, days, times)
    for caution in cautions(schedule):
        warn(caution)
    course = solve_schedule(schedule, parameters, end, model)
    return Timeline(schedule, parameters, course, table_days)


def solve_schedule(schedule: Schedule, parameters: Parameters, end: float, model: Model = MODEL) -> Course:
    """Return the solution for one patient from day 0 to day `end`; amounts are in units of onabotulinumtoxinA."""
    return solve(schedule.doses(parameters.spread), parameters.constants(), end, model=model)


def read_schedule(schedule: Schedule | Visit | None, **arguments: Any) -> Schedule:
    """Return the schedule, checked; without one, a single visit with those `arguments` of `Visit` that are not None.

    Raises
    ------
    InputError
        There are arguments beside a schedule, a value is not possible, or it is no schedule.
    """
    visit = {name: value for name, value in arguments.items() if value is not None}
    if schedule is None:
        return Schedule.once(**visit)
    if visit:
        name, value = next(iter(visit.items()))
        raise InputError(name, value, "one of the two", problem="is given beside a schedule")
    if isinstance(schedule, Visit):
        return Schedule((schedule,))
    return check_type(schedule, Schedule, "schedule")


def choose_days(
    schedule: Schedule, days: int | None = None, times: npt.ArrayLike | None = None
) -> tuple[npt.NDArray[np.float64], float]:
    """Return the days of the table, shape (k,), and the day on which the course ends; arguments as in `simulate`.

    Raises
    ------
    InputError
        Both `days` and `times` are given, or days are not possible.
    """
    if times is not None:
        if days is not None:
            raise InputError("days", days, "one of the two", problem="is given beside times")
        table_days = read_days(times, "times", "ascending days", schedule.start)
        outside = table_days[~((table_days >= DAY.low) & (table_days <= DAY.high))]
        if len(outside):
            raise InputError("times", outside[0], str(DAY), problem=f"has {outside[0]:g}")
        ascending = table_days.ndim == 1 and not (np.diff(table_days) < 0).any()
        if not ascending or not len(table_days) or table_days[-1] < SHORTEST:
            problem = f"is not a row of ascending days that ends {SHORTEST:g} day after day 0 or later"
            raise InputError("times", times, "such as [0.5, 3, 7]", problem=problem)
        return table_days, float(table_days[-1])
    last = int(np.ceil(schedule.visits[-1].day)) + DAYS_AFTER_LAST_VISIT
    if days is None and schedule.times:
        return np.array(schedule.times), max(schedule.times[-1], last)
    end = check_integer(last if days is None else days, DAYS)
    return np.arange(end + 1.0), end
