"""Onset, full effect, peak, half effect and wear-off: a bracket between nodes, then a root inside it.

The landmarks are places on the solution, not on the days at which it happens to be printed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from ..levels import FULL, HALF, ONSET, WEAR_OFF
from . import Array
from .march import Mesh, within
from .roots import root

# The landmarks on which the effect falls through a level.
FALLS = {"half_effect_day": HALF, "wear_off_day": WEAR_OFF}


class Landmarks(NamedTuple):
    """Days (and one effect) that sum up a course; each an array over k patients, NaN where not reached.

    Parameters
    ----------
    onset_day : ndarray
        First day with V at least 0.20.
    full_effect_day : ndarray
        First day with V at least 0.95 of the peak.
    peak_day, peak_effect : ndarray
        Day and size of the largest V.
    half_effect_day, wear_off_day : ndarray
        Day after the peak on which V falls through 0.50 and through 0.20.
    """

    onset_day: Array
    full_effect_day: Array
    peak_day: Array
    peak_effect: Array
    half_effect_day: Array
    wear_off_day: Array


def find_landmarks(mesh: Mesh, visible: Array, weak: Array) -> Landmarks:
    """Locate the landmarks of k patients.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    visible, weak : ndarray, shape (n, m + 1, k)
        Visible effect and weakness at the mesh's nodes.
    """
    path = _path(visible)
    # V rises where W > V and falls where W < V: its largest value stands where W - V falls through zero.
    largest = path[1:].argmax(axis=0)
    peak = _crossing(mesh, weak - visible, 0.0, largest, rising=False)
    height = np.where(np.isnan(peak), np.nan, _at(mesh, visible, peak))
    after = np.where(np.isnan(peak), len(path), largest)
    return Landmarks(
        _crossing(mesh, visible, ONSET, 0, rising=True),
        _crossing(mesh, visible, FULL * height, 0, rising=True),
        peak,
        height,
        _crossing(mesh, visible, HALF, after, rising=False),
        _crossing(mesh, visible, WEAR_OFF, after, rising=False),
    )


def last_day_above(mesh: Mesh, visible: Array, level: float) -> Array:
    """Return the day of k patients on which V falls through `level` after its largest value.

    0 where V never reaches the level, and ``inf`` where it is still above it at the end; `visible` as in
    `find_landmarks`.
    """
    path = _path(visible)
    largest = path[1:].argmax(axis=0)
    day = _crossing(mesh, visible, level, largest, rising=False)
    return np.where(path.max(axis=0) < level, 0.0, np.where(np.isnan(day), np.inf, day))


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


def explain_missing(landmarks: Mapping[Any, float], highest: float, end: float) -> dict[str, str]:
    """Return why a landmark is missing, under the landmark's name.

    Parameters
    ----------
    landmarks : mapping of str to float
        The fields of `Landmarks`; NaN where not reached.
    highest : float
        The largest visible effect.
    end : float
        The last day.
    """
    no_peak = "no effect" if highest == 0 else f"the effect still rises on day {end:g}, the end of the simulation"

    def falling(level: float) -> str:
        if np.isnan(landmarks["peak_day"]):
            return no_peak
        if landmarks["peak_effect"] < level:
            return f"the effect never rises above {level:g}; its peak is {landmarks['peak_effect']:.3f}"
        return f"the effect is still above {level:g} on day {end:g}, the end of the simulation"

    reasons = {
        "onset_day": f"the effect stays below {ONSET:g}; its largest value is {highest:.3f}",
        "full_effect_day": f"{FULL:g} of the peak: {no_peak}",
        "peak_day": no_peak,
        "peak_effect": no_peak,
        "half_effect_day": falling(HALF),
        "wear_off_day": falling(WEAR_OFF),
    }
    return {name: reason for name, reason in reasons.items() if np.isnan(landmarks[name])}
