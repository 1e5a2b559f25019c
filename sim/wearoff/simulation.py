"""simulate(): where the treatment, the constants and the model meet."""

from __future__ import annotations

import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from .checks import Limits, check_integer, check_type, checked_arguments
from .errors import InputError, warn
from .model.course import SHORTEST, Constants, Course, solve
from .parameters import Parameters
from .timeline import Timeline
from .times import read_days
from .treatment.cautions import cautions
from .treatment.muscles import relative_dose, zones
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
    parameters: Parameters = DEFAULT,
    days: int | str | None = None,
    times: npt.ArrayLike | None = None,
    units: float | str | None = None,
    product: str | None = None,
    muscle: str | None = None,
    sites: int | str | None = None,
    start: datetime.date | str | None = None,
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
        raise InputError(f"{next(iter(visit))} is given beside a schedule; allowed: one of the two")
    elif isinstance(schedule, Visit):
        schedule = Schedule((schedule,))
    check_type(schedule, Schedule, "schedule")
    if start is not None:
        schedule = schedule.starting(start)
    check_type(parameters, Parameters, "parameters")
    grid, end = _grid(schedule, days, times)
    for reason in cautions(schedule):
        warn(reason)
    return Timeline(schedule, parameters, solve_schedule(schedule, parameters, end), grid)


def solve_schedule(schedule: Schedule, parameters: Parameters, end: float) -> Course:
    """Return the solution for one patient from day 0 to day `end`.

    Amounts are units of the first visit's product; the constants are given for onabotulinumtoxinA.
    """
    strip = schedule.visits[0].muscle
    first = schedule.visits[0].product.relative_potency
    symbols = parameters.symbols()
    spread = symbols.pop("sigma")
    constants = Constants(**symbols).per_unit(first)
    sited = any(each.sites is not None for each in schedule)
    places, weights = zones(strip.length, spread) if sited else (np.zeros(1), np.ones(1))
    doses: dict[float, npt.NDArray[np.float64]] = {}
    for each in schedule:
        local = np.full(len(places), each.units) * each.product.relative_potency / first
        if each.sites is not None:
            local = local * relative_dose(places, strip.length, each.sites, spread)
        # Doses given at the same moment add up before they are taken up.
        doses[each.day] = doses.get(each.day, 0.0) + local
    return solve(np.array(list(doses)), np.stack(list(doses.values()), axis=-1), constants, end, zone_weights=weights)


def _grid(
    schedule: Schedule, days: int | str | None, times: npt.ArrayLike | None
) -> tuple[npt.NDArray[np.float64], float]:
    # The days of the table, and the day on which the course ends.
    if times is not None:
        if days is not None:
            raise InputError("days is given beside times; allowed: one of the two")
        grid = read_days(times, "times", "ascending days", schedule.start)
        outside = grid[~((grid >= DAY.low) & (grid <= DAY.high))]
        if len(outside):
            raise InputError(f"times has {outside[0]:g}; allowed: {DAY}")
        if grid.ndim != 1 or (np.diff(grid) < 0).any() or not len(grid) or grid[-1] < SHORTEST:
            raise InputError(
                f"times is not a row of ascending days that ends {SHORTEST:g} day after day 0 or later; allowed: such "
                "as [0.5, 3, 7]"
            )
        return grid, float(grid[-1])
    last = int(np.ceil(schedule.visits[-1].day)) + DAYS_AFTER_LAST_VISIT
    if days is None and schedule.times:
        return np.array(schedule.times), max(schedule.times[-1], last)
    end = check_integer(last if days is None else days, DAYS)
    return np.arange(end + 1.0), end
