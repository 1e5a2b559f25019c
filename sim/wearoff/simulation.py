"""simulate(): where the treatment, the constants and the model meet."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from .checks import Limits, check_integer, check_type, checked_arguments
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

DAYS = Limits("days", 1, 36525, "day")
# Long enough to see the effect of one visit wear off, at up to twice the labelled dose.
DAYS_AFTER_LAST_VISIT = 240

DEFAULT = Parameters()


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
    """Compute the course of one patient.

    Parameters
    ----------
    schedule : Schedule or Visit, optional
        The visits; default: one visit on day 0, as the last five arguments say.
    parameters : Parameters, optional
        The constants; default: ``Parameters()``.
    days : int, optional
        Last day of a daily grid from day 0; default: 240 days after the last visit. Where the schedule has days of
        observation, these are the days of the table, and the course goes on to 240 days after the last visit.
    times : array_like, shape (k,), optional
        The days wanted, ascending, instead of a daily grid: numbers; dates, which count from the start; or durations.
    units, product, muscle, sites : optional
        The one visit, instead of a schedule; see `Visit`.
    start : date, optional
        The date of day 0; see `Schedule`.
    model : Model, optional
        With functions of one's own for uptake or force; default: the built-in ones.

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
    {'onset_day': 2.8, 'full_effect_day': 4.93, 'peak_day': 7.61, 'peak_effect': 0.89, 'half_effect_day': 86.73,
     'wear_off_day': 141.29}
    """
    given = {"units": units, "product": product, "muscle": muscle, "sites": sites}
    visit: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    if schedule is None:
        schedule = Schedule.once(**visit)
    elif visit:
        name, value = next(iter(visit.items()))
        raise InputError(name, value, "one of the two", problem="is given beside a schedule")
    elif isinstance(schedule, Visit):
        schedule = Schedule((schedule,))
    check_type(schedule, Schedule, "schedule")
    if start is not None:
        schedule = schedule.starting(start)
    constants = check_type(Parameters() if parameters is None else parameters, Parameters, "parameters")
    pieces = read_model(model, constants.constants())
    grid, end = _grid(schedule, days, times)
    for reason in cautions(schedule):
        warn(reason)
    return Timeline(schedule, constants, solve_schedule(schedule, constants, end, pieces), grid)


def solve_schedule(schedule: Schedule, parameters: Parameters, end: float, model: Model = MODEL) -> Course:
    """Return the solution for one patient from day 0 to day `end`, in units of onabotulinumtoxinA."""
    return solve(schedule.doses(parameters.spread), parameters.constants(), end, model=model)


def _grid(schedule: Schedule, days: int | None, times: npt.ArrayLike | None) -> tuple[npt.NDArray[np.float64], float]:
    # The days of the table, and the day on which the course ends.
    if times is not None:
        if days is not None:
            raise InputError("days", days, "one of the two", problem="is given beside times")
        grid = read_days(times, "times", "ascending days", schedule.start)
        outside = grid[~((grid >= DAY.low) & (grid <= DAY.high))]
        if len(outside):
            raise InputError("times", outside[0], str(DAY), problem=f"has {outside[0]:g}")
        if grid.ndim != 1 or (np.diff(grid) < 0).any() or not len(grid) or grid[-1] < SHORTEST:
            problem = f"is not a row of ascending days that ends {SHORTEST:g} day after day 0 or later"
            raise InputError("times", times, "such as [0.5, 3, 7]", problem=problem)
        return grid, float(grid[-1])
    last = int(np.ceil(schedule.visits[-1].day)) + DAYS_AFTER_LAST_VISIT
    if days is None and schedule.times:
        return np.array(schedule.times), max(schedule.times[-1], last)
    end = check_integer(last if days is None else days, DAYS)
    return np.arange(end + 1.0), end
