"""simulate(): where the treatment, the constants and the model meet."""

from __future__ import annotations

import warnings
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from .checks import InputError, Limits, UnusualWarning, whole
from .model.course import Constants, solve
from .parameters import Parameters
from .timeline import Timeline
from .treatment.muscles import find_muscle, relative_dose, spill, zones
from .treatment.products import find_product
from .treatment.schedule import DAY, Schedule

DAYS = Limits("days", 1, 36525, "day")
# Long enough to see the effect of one visit wear off, at up to twice the labelled dose.
DAYS_AFTER_LAST_VISIT = 240

DEFAULT = Parameters()


def simulate(
    schedule: Schedule | None = None,
    *,
    parameters: Parameters = DEFAULT,
    days: int | str | None = None,
    times: npt.ArrayLike | None = None,
    units: float | str | None = None,
    product: str | None = None,
    muscle: str | None = None,
    sites: int | str | None = None,
) -> Timeline:
    """Compute the course of one patient.

    Parameters
    ----------
    schedule : Schedule, optional
        The visits; default: one visit on day 0, as the last four arguments say.
    parameters : Parameters, optional
        The constants; default: ``Parameters()``.
    days : int, optional
        Last day of a daily grid from day 0; default: 240 days after the last visit.
    times : array_like, shape (k,), optional
        The days wanted, ascending, instead of a daily grid.
    units, product, muscle, sites : optional
        The one visit, instead of a schedule; see `Visit`.

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
    >>> simulate(units=20).landmarks.round(2)
    onset_day            2.57
    full_effect_day      4.51
    peak_day             7.52
    peak_effect          0.95
    half_effect_day    102.29
    wear_off_day       150.78
    Name: landmarks, dtype: float64
    """
    given = {"units": units, "product": product, "muscle": muscle, "sites": sites}
    visit = {name: value for name, value in given.items() if value is not None}
    if schedule is None:
        schedule = Schedule.once(**visit)
    elif visit:
        raise InputError(f"{next(iter(visit))} is given beside a schedule; allowed: one of the two")
    grid = _grid(schedule, days, times)
    _warn_if_close(schedule)

    strip = find_muscle(schedule.visits[0].muscle)
    first = find_product(schedule.visits[0].product).relative_potency
    # The model's amounts are units of the first visit's product; the constants are given for onabotulinumtoxinA.
    symbols = parameters.symbols()
    spread = symbols.pop("sigma")
    constants = Constants(**symbols)._replace(k_cleave=symbols["k_cleave"] * first, U50=symbols["U50"] / first)
    sited = any(each.sites is not None for each in schedule)
    places, weights = zones(strip.length, spread) if sited else (np.zeros(1), np.ones(1))
    doses: dict[float, npt.NDArray[np.float64]] = {}
    for each in schedule:
        local = np.full(len(places), each.units) * find_product(each.product).relative_potency / first
        if each.sites is not None:
            local = local * relative_dose(places, strip.length, each.sites, spread)
        # Doses given at the same moment add up before they are taken up.
        doses[each.day] = doses.get(each.day, 0.0) + local
    course = solve(
        np.array(list(doses)),
        np.stack(list(doses.values()), axis=-1),
        constants,
        float(grid[-1]),
        zone_weights=weights,
    )
    spilled = tuple(0.0 if each.sites is None else spill(strip.length, each.sites, spread) for each in schedule)
    return Timeline(schedule, parameters, course, grid, spilled)


def _grid(schedule: Schedule, days: int | str | None, times: npt.ArrayLike | None) -> npt.NDArray[np.float64]:
    if times is not None:
        if days is not None:
            raise InputError("days is given beside times; allowed: one of the two")
        try:
            grid = np.atleast_1d(np.array(times, dtype=float))
        except (TypeError, ValueError):
            raise InputError(f"times is {times!r}, not numbers; allowed: ascending days") from None
        outside = grid[~((grid >= DAY.low) & (grid <= DAY.high))]
        if len(outside):
            raise InputError(f"times has {outside[0]:g}; allowed: {DAY}")
        if grid.ndim != 1 or (np.diff(grid) < 0).any() or not len(grid) or grid[-1] == 0:
            raise InputError("times is not a row of ascending days that ends after day 0; allowed: such as [0.5, 3, 7]")
        return grid
    if days is None:
        days = int(np.ceil(schedule.visits[-1].day)) + DAYS_AFTER_LAST_VISIT
    return np.arange(whole(days, DAYS) + 1.0)


def _warn_if_close(schedule: Schedule) -> None:
    for before, after in pairwise(schedule.visits):
        if 0 < after.day - before.day < 7:
            warnings.warn(
                f"visits on days {before.day:g} and {after.day:g} are less than 7 days apart: each dose is taken up as "
                "if it were alone, which says nothing about a dose split over hours",
                UnusualWarning,
                stacklevel=3,
            )
