"""Onset, full effect, peak, half effect and wear-off: a bracket between nodes, then a root inside it.

The landmarks are places on the solution, not on the days at which it happens to be printed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ..levels import FULL, HALF, ONSET, WEAR_OFF
from . import Array
from .mesh import Mesh, within
from .roots import root

# The landmarks on which the effect falls through a level.
FALLS = {"half_effect_day": HALF, "wear_off_day": WEAR_OFF}


class Landmarks(NamedTuple):
    """Days (and one effect) that sum up a course; each an array over k patients.

    What is not reached by the end but may be later is ``inf``, what is never reached NaN.

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
    """Locate the landmarks of k patients.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    visible, weak : ndarray, shape (n, m + 1, k)
        Visible effect and weakness at the mesh's nodes.
    last_dose : float
        Day of the last dose, which may be after the end of the mesh.
    """
    peak = _peak_since(mesh, visible, weak, 0.0)
    height = np.where(np.isnan(peak), np.nan, _at(mesh, visible, peak))
    past = ~np.isnan(peak if last_dose <= 0 else _peak_since(mesh, visible, weak, last_dose))
    # After the last dose the effect only falls once it is past its peak, and what it has not reached it never reaches.
    no_effect = (last_dose < mesh.edges[-1]) & (weak == 0).all(axis=(0, 1))
    missing = np.where(past | no_effect, np.nan, np.inf)

    def filled(found: Array) -> Array:
        return np.where(np.isnan(found), missing, found)

    return Landmarks(
        filled(_crossing(mesh, visible, ONSET, 0, rising=True)),
        filled(_crossing(mesh, visible, FULL * height, 0, rising=True)),
        filled(peak),
        filled(height),
        _fall(mesh, visible, HALF, missing),
        _fall(mesh, visible, WEAR_OFF, missing),
    )


def last_day_above(mesh: Mesh, visible: Array, level: float) -> Array:
    """Return the day of k patients on which V falls through `level` after its largest value.

    0 where V never reaches the level, and ``inf`` where it is still above it at the end; `visible` as in
    `find_landmarks`.
    """
    return _fall(mesh, visible, level, 0.0)


def _peak_since(mesh: Mesh, visible: Array, weak: Array, day: float) -> Array:
    # The day of the largest value of V after a day; NaN where V is largest at the end, or only falls.
    # V rises where W > V and falls where W < V: its largest value stands where W - V falls through zero.
    if day >= mesh.edges[-1]:
        return np.full(visible.shape[-1], np.nan)
    first = int(np.searchsorted(_path(mesh.nodes[..., None])[1:-1, 0], day, side="right"))
    largest = first + _path(visible)[first + 1 :].argmax(axis=0)
    return _crossing(mesh, weak - visible, 0.0, largest, rising=False)


def _fall(mesh: Mesh, visible: Array, level: float, never: Array | float) -> Array:
    # The day on which V falls through a level after its largest value: inf where it has not fallen by the end, and
    # `never` where it has not been at the level.
    path = _path(visible)
    day = _crossing(mesh, visible, level, path[1:].argmax(axis=0), rising=False)
    return np.where(path.max(axis=0) < level, never, np.where(np.isnan(day), np.inf, day))


def _path(values: Array) -> Array:
    # Values along time, shape (n m + 1, k): an interval's start stands for the end of the one before.
    return np.concatenate([values[0, :1], values[:, 1:].reshape(-1, values.shape[-1])])


def _crossing(mesh: Mesh, values: Array, level: Array | float, first: Array | int, *, rising: bool) -> Array:
    # The first day on which each patient's values pass the level, searched from the segment `first` on; a segment
    # lies between two neighbouring nodes of one interval.
    above = _path(values) >= level if rising else _path(values) < level
    bracket = above[1:] & ~above[:-1]
    bracket &= np.arange(len(bracket))[:, None] >= first
    found = bracket.any(axis=0)
    patients = np.flatnonzero(found)
    interval, node = np.divmod(bracket[:, patients].argmax(axis=0), mesh.degree)
    sought = np.broadcast_to(level, found.shape)[patients]
    day = np.full(found.shape, np.nan)
    day[patients] = root(mesh, values[interval, :, patients], interval, node, sought)
    return day


def _at(mesh: Mesh, visible: Array, days: Array) -> Array:
    days = np.where(np.isnan(days), mesh.edges[0], days)
    interval = np.clip(np.searchsorted(mesh.edges, days, side="right") - 1, 0, len(mesh.edges) - 2)
    chosen = visible[interval, :, np.arange(len(days))]
    return within(mesh, chosen, (days - mesh.edges[interval]) / np.diff(mesh.edges)[interval])
