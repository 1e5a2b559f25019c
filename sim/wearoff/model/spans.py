"""When the effect is above a level, and where it turns: what spacing is judged by."""

from __future__ import annotations

import numpy as np

from . import Array
from .course import Course
from .mesh import Reading
from .roots import crossings


def spans_above(course: Course, level: float) -> Array:
    """Return the stretches of time in which one patient's visible effect is at least `level`.

    Parameters
    ----------
    course : Course
        Of one patient.
    level : float

    Returns
    -------
    ndarray, shape (s, 2)
        First and last day of each, ascending.
    """
    days = crossings(course.mesh, course.visible, level)
    if course.visible[0, 0] >= level:
        days = np.append(course.mesh.edges[0], days)
    if len(days) % 2:
        days = np.append(days, course.mesh.edges[-1])
    return days.reshape(-1, 2)


def lowest_after_peak(course: Course) -> float:
    """Return one patient's lowest visible effect between the first peak and the end; the effect at the end if no peak.

    The effect turns where it meets the weakness that it follows: the lowest value stands at a turn, or at the end.
    """
    turns = crossings(course.mesh, course.weak - course.visible, 0.0)
    heights = Reading(course.mesh, turns)(course.visible)
    # Peaks and dips alternate, a peak first. Before the first dose acts, roundings turn too: these are no peaks.
    peaks = np.flatnonzero(heights[::2] > 1e-6 * course.visible.max())
    dips = heights[1::2][peaks[0] :] if len(peaks) else heights[:0]
    return float(min([*dips, course.visible[-1, -1]]))
