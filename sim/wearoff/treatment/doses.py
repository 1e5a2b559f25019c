"""What a schedule gives on each day, in the units of its first product."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .schedule import Schedule


class Doses(NamedTuple):
    """The doses of a schedule, each taken as even along the muscle.

    Parameters
    ----------
    days, units : ndarray, shape (v,)
        Distinct days, ascending, and the units of the first visit's product given on each.
    relative_potency : float
        Units of onabotulinumtoxinA that one of these units is taken for.
    """

    days: npt.NDArray[np.float64]
    units: npt.NDArray[np.float64]
    relative_potency: float


def even_doses(schedule: Schedule) -> Doses:
    """Add up what is given on the same day, wherever the sites are.

    Examples
    --------
    >>> doses = even_doses(Schedule.every(90, visits=2, units=20))
    >>> doses.days.tolist(), doses.units.tolist(), doses.relative_potency
    ([0.0, 90.0], [20.0, 20.0], 1.0)
    """
    first = schedule.visits[0].product.relative_potency
    doses: dict[float, float] = {}
    for visit in schedule:
        units = visit.units * visit.product.relative_potency / first
        doses[visit.day] = doses.get(visit.day, 0.0) + units
    return Doses(np.array(list(doses)), np.array(list(doses.values())), first)
