"""The landmarks of a course: onset, full effect, peak, half effect and wear-off.

They are found on the solution itself, and do not depend on the days of a printed table.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..levels import FULL, HALF, ONSET, WEAR_OFF
from . import Array
from .mesh import Mesh, at_own_day
from .roots import root

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


def find_landmarks(mesh: Mesh, visible: Array, weak: Array, last_dose: float = 0.0) -> Landmarks:
    """Return the landmarks of k patients.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    visible, weak : ndarray, shape (n, m + 1, k)
        Visible effect and weakness at the mesh's nodes.
    last_dose : float
        Day of the last dose, which may be after the end of the mesh.
    """
    peak = _find_peak(mesh, visible, weak, 0.0)
    height = np.where(np.isnan(peak), np.nan, _read_visible(mesh, visible, peak))
    past = ~np.isnan(peak if last_dose <= 0 else _find_peak(mesh, visible, weak, last_dose))
    # After the last peak the effect only falls. A level that it has not reached by then is never reached.
    no_effect = (last_dose < mesh.edges[-1]) & (weak == 0).all(axis=(0, 1))
    missing = np.where(past | no_effect, np.nan, np.inf)

    def fill(values: Array) -> Array:
        return np.where(np.isnan(values), missing, values)

    return Landmarks(
        fill(_find_crossing(mesh, visible, ONSET, 0, rising=True)),
        fill(_find_crossing(mesh, visible, FULL * height, 0, rising=True)),
        fill(peak),
        fill(height),
        _find_fall(mesh, visible, HALF, missing),
        _find_fall(mesh, visible, WEAR_OFF, missing),
    )


def _find_peak(mesh: Mesh, visible: Array, weak: Array, day: float) -> Array:
    # Return the day of the largest V after a day; NaN where V is largest at the end, or only falls.
    # V rises where the weakness W is above V and falls where W is below V. At the peak W - V falls through zero.
    if day >= mesh.edges[-1]:
        return np.full(visible.shape[-1], np.nan)
    first = int(np.searchsorted(_along_time(mesh.nodes[..., None])[1:-1, 0], day, side="right"))
    largest = first + _along_time(visible)[first + 1 :].argmax(axis=0)
    return _find_crossing(mesh, weak - visible, 0.0, largest, rising=False)


def _find_fall(mesh: Mesh, visible: Array, level: float, never: Array) -> Array:
    # Return the day on which V falls through a level after its largest value: inf where V has not fallen by the end,
    # and `never` where V has not reached the level.
    path = _along_time(visible)
    day = _find_crossing(mesh, visible, level, path[1:].argmax(axis=0), rising=False)
    return np.where(path.max(axis=0) < level, never, np.where(np.isnan(day), np.inf, day))


def _along_time(values: Array) -> Array:
    # Return the values in the order of time, shape (n m + 1, k). An interval starts where the one before ends, so that
    # only the first interval's start is kept.
    return np.concatenate([values[0, :1], values[:, 1:].reshape(-1, values.shape[-1])])


def _find_crossing(mesh: Mesh, values: Array, level: Array | float, first: Array | int, *, rising: bool) -> Array:
    # Return the first day on which each patient's values pass the level, NaN where they do not. The search begins at
    # the segment `first`; a segment lies between two neighbouring nodes of one interval.
    beyond = _along_time(values) >= level if rising else _along_time(values) < level
    passes = beyond[1:] & ~beyond[:-1]
    passes &= np.arange(len(passes))[:, None] >= first
    passes_at_all = passes.any(axis=0)
    patients = np.flatnonzero(passes_at_all)
    interval, node = np.divmod(passes[:, patients].argmax(axis=0), mesh.degree)
    levels = np.broadcast_to(level, passes_at_all.shape)[patients]
    day = np.full(passes_at_all.shape, np.nan)
    day[patients] = root(mesh, values[interval, :, patients], interval, node, levels)
    return day


def _read_visible(mesh: Mesh, visible: Array, days: Array) -> Array:
    # Return each patient's visible effect on that patient's day; on the first day of the mesh where the day is NaN.
    days = np.where(np.isnan(days), mesh.edges[0], days)
    return at_own_day(mesh, visible, days)
