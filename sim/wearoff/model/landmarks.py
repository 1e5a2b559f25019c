"""The landmarks of a course: onset, full effect, peak, half effect and wear-off.

They are found on the solution itself, and do not depend on the days of a printed table.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..levels import FULL, HALF, ONSET, WEAR_OFF
from . import Array
from .course import Course
from .mesh import Mesh, read_within
from .roots import NARROW, root

Indices = npt.NDArray[np.intp]

# The landmarks at which the effect falls through a level, and that level.
FALLS = {"half_effect_day": HALF, "wear_off_day": WEAR_OFF}


class Landmarks(NamedTuple):
    """Days, and one effect, that sum up a course; each is an array over k patients.

    A landmark is ``inf`` if it is not reached by the end but may be later, and NaN if it is never reached.

    Parameters
    ----------
    onset_day : ndarray
        First day with V at least `levels.ONSET`.
    full_effect_day : ndarray
        First day with V at least `levels.FULL` of the peak.
    peak_day, peak_effect : ndarray
        Day and size of the largest V.
    half_effect_day, wear_off_day : ndarray
        Day after the peak on which V falls through `levels.HALF` and through `levels.WEAR_OFF`.
    """

    onset_day: Array
    full_effect_day: Array
    peak_day: Array
    peak_effect: Array
    half_effect_day: Array
    wear_off_day: Array


def landmarks_of(course: Course, last_dose: float = 0.0) -> Landmarks:
    """Return the landmarks of a course, arrays over its patients; `last_dose` is as in `find_landmarks`."""
    *patients, n, nodes = course.visible.shape
    visible, weak = (np.moveaxis(each.reshape(-1, n, nodes), 0, -1) for each in (course.visible, course.weak))
    found = find_landmarks(course.mesh, visible, weak, last_dose, course.rise)
    return Landmarks(*(each.reshape(patients) for each in found))


def find_landmarks(
    mesh: Mesh,
    visible: Array,
    weak: Array,
    last_dose: float = 0.0,
    rise: Array | float = np.inf,
    narrow: float = NARROW,
) -> Landmarks:
    """Return the landmarks of k patients.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    visible, weak : ndarray, shape (n, m + 1, k)
        Visible effect and weakness at the mesh's nodes.
    last_dose : float
        Day of the last dose, which may be after the end of the mesh.
    rise : ndarray, shape (k,)
        The days after a dose in which its light chain may rise, from `chain.longest_rise`; default: not known.
    narrow : float
        The part of an interval of the mesh within which each day is found.
    """
    largest, highest = _find_largest(visible[:, 1:])
    # V rises where the weakness W is above V and falls where W is below V. At a peak W - V falls through zero.
    falling = weak < visible
    top = _find_pass(falling, largest)
    (peak,) = _find_days(mesh, [top], [0.0], top.of(weak) - top.of(visible), narrow)
    height = np.full(len(peak), np.nan)
    height[top.passed] = read_within(mesh, top.of(visible), top.interval, peak[top.passed])
    past = top.passed
    if last_dose > 0:
        past = _find_last_peak(mesh, visible, falling, last_dose)
        past |= _falls_for_ever(mesh, weak, falling, last_dose + rise)
    # After the last peak the effect only falls. A level that it has not reached by then is never reached.
    no_effect = (last_dose < mesh.edges[-1]) & ~weak.any(axis=(0, 1))
    missing = np.where(past | no_effect, np.nan, np.inf)
    levels: list[Array | float] = [ONSET, FULL * height, HALF, WEAR_OFF]
    passes = [_find_pass(visible >= level) for level in levels[:2]]
    passes += [_find_pass(visible < level, largest) for level in levels[2:]]
    onset, full, half, wear_off = _find_days(
        mesh, passes, levels, np.concatenate([each.of(visible) for each in passes]), narrow
    )
    rises = [np.where(np.isnan(value), missing, value) for value in (onset, full, peak, height)]
    # V has not fallen through a level by the end, or has not reached it.
    highest = np.maximum(highest, visible[0, 0])
    falls = [
        np.where(highest < level, missing, np.where(np.isnan(day), np.inf, day))
        for day, level in ((half, HALF), (wear_off, WEAR_OFF))
    ]
    return Landmarks(*rises, *falls)


class _Pass(NamedTuple):
    # The first segment in which each patient's values pass a level. A segment lies between two neighbouring nodes of
    # one interval.
    passed: npt.NDArray[np.bool_]  # whether there is such a segment, shape (k,)
    patients: Indices  # the patients for whom there is one, shape (c,); the interval and the first node of each
    interval: Indices
    node: Indices

    def of(self, values: Array) -> Array:
        # Return these patients' values at the nodes of the interval, shape (c, m + 1).
        return values[self.interval, :, self.patients]


def _find_largest(points: Array) -> tuple[Indices, Array]:
    # Return the segment that ends at each patient's largest value, and that value, from values without the first of
    # each interval, shape (n, m, k). The interval is found first, and then the node in it: both steps together take
    # less time than one search along all nodes.
    of_intervals = points.max(axis=1)
    interval, patients = of_intervals.argmax(axis=0), np.arange(points.shape[-1])
    node = points[interval, :, patients].argmax(axis=1)
    return interval * points.shape[1] + node, of_intervals[interval, patients]


def _find_last_peak(mesh: Mesh, visible: Array, falling: npt.NDArray[np.bool_], day: float) -> npt.NDArray[np.bool_]:
    # Return whether V has a peak after a day: it has none where V is largest at the end, or only falls.
    if day >= mesh.edges[-1]:
        return np.zeros(visible.shape[-1], dtype=bool)
    later = np.where(mesh.nodes[:, 1:, None] > day, visible[:, 1:], -np.inf)
    return _find_pass(falling, _find_largest(later)[0]).passed


def _falls_for_ever(
    mesh: Mesh, weak: Array, falling: npt.NDArray[np.bool_], day: Array | float
) -> npt.NDArray[np.bool_]:
    # Return whether V falls at the end and always later, also if it has no peak after the last dose. After `day` the
    # light chain only falls. If the cleaved fraction falls at the end, it then falls for ever. So does the weakness,
    # which follows it, and so does V if it is above the weakness. With one zone this is exact. With several zones the
    # weakness is a mean of theirs: all light chains fall, and the mean is taken for all.
    result: npt.NDArray[np.bool_] = (mesh.edges[-1] >= day) & falling[-1, -1] & (weak[-1, -1] <= weak[-1, -2])
    return result


def _find_pass(beyond: npt.NDArray[np.bool_], first: Indices | None = None) -> _Pass:
    # Return where `beyond`, shape (n, m + 1, k), first becomes true, from the segment `first` on.
    _, nodes, count = beyond.shape
    # An interval starts where the one before ends. By rounding, the two values can differ.
    beyond[1:, 0] = beyond[:-1, -1]
    passes = np.flatnonzero(beyond[:, 1:] > beyond[:, :-1])
    segment, patient = np.divmod(passes, count)
    if first is not None:
        later = segment >= first[patient]
        segment, patient = segment[later], patient[later]
    # Segments ascend: where they are written in reverse order, the earliest of each patient is the last.
    earliest = np.full(count, -1)
    earliest[patient[::-1]] = segment[::-1]
    passed = earliest >= 0
    interval, node = np.divmod(earliest[passed], nodes - 1)
    return _Pass(passed, np.flatnonzero(passed), interval, node)


def _find_days(mesh: Mesh, passes: list[_Pass], levels: Sequence[Array | float], values: Array, narrow: float) -> Array:
    # Return the days on which patients' values pass levels, shape (passes, k), NaN where they do not, from the values
    # of each pass, one pass after the other. The roots of all passes are searched together.
    passed, _, interval, node = (np.concatenate(each) for each in zip(*passes, strict=True))
    days = np.full(len(passed), np.nan)
    by_patient = [np.full(len(each.passed), level) for each, level in zip(passes, levels, strict=True)]
    days[passed] = root(mesh, values, interval, node, np.concatenate(by_patient)[passed], narrow)
    return days.reshape(len(passes), -1)
