"""When the effect is above a level, and its lowest value after the peak: the numbers that spacing is judged by."""

from __future__ import annotations

import numpy as np

from . import Array
from .course import Course
from .mesh import Reading
from .roots import crossings


def intervals_above(course: Course, level: float) -> Array:
    """Return the intervals of time in which one patient's visible effect is at least `level`.

    Parameters
    ----------
    course : Course
        Of one patient.
    level : float

    Returns
    -------
    ndarray, shape (s, 2)
        First and last day of each interval, ascending.
    """
    days = crossings(course.mesh, course.visible, level)
    if course.visible[0, 0] >= level:
        days = np.append(course.mesh.edges[0], days)
    if len(days) % 2:
        days = np.append(days, course.mesh.edges[-1])
    return days.reshape(-1, 2)


def lowest_after_peak(course: Course) -> float:
    """Return one patient's lowest visible effect after the first peak; without a peak, the effect at the end.

    The effect turns on the days on which it equals the weakness that it follows. The lowest value is at one of these
    days or at the end.
    """
    turns = crossings(course.mesh, course.weak - course.visible, 0.0)
    heights = Reading(course.mesh, turns)(course.visible)
    # Peaks and dips alternate, and a peak comes first. Before the first dose acts, rounding errors cross zero too:
    # crossings so low are not peaks.
    peaks = np.flatnonzero(heights[::2] > 1e-6 * course.visible.max())
    dips = heights[1::2][peaks[0] :] if len(peaks) else heights[:0]
    return float(min([*dips, course.visible[-1, -1]]))
