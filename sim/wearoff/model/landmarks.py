"""Onset, full effect, peak, half effect and wear-off: a bracket between nodes, then a root inside it.

The landmarks are places on the solution, not on the days at which it happens to be printed.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import Array
from .march import Mesh, within
from .roots import root

ONSET = 0.20
FULL = 0.95  # of the peak
HALF = 0.50
WEAR_OFF = 0.20


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
    visible, weak : ndarray, shape (k, n, m + 1)
        Visible effect and weakness at the mesh's nodes.
    """
    k = len(visible)
    everywhere = np.zeros(k, dtype=int)
    onset = _crossing(mesh, visible, np.full(k, ONSET), everywhere, rising=True)
    # V rises where W > V and falls where W < V: its largest value stands where W - V falls through zero.
    largest = visible[..., 1:].reshape(k, -1).argmax(axis=1)
    peak = _crossing(mesh, weak - visible, np.zeros(k), largest, rising=False)
    height = np.where(np.isnan(peak), np.nan, _at(mesh, visible, peak))
    full = _crossing(mesh, visible, FULL * height, everywhere, rising=True)
    after = np.where(np.isnan(peak), visible[..., 1:].shape[-1] * visible.shape[-2], largest)
    half = _crossing(mesh, visible, np.full(k, HALF), after, rising=False)
    wear_off = _crossing(mesh, visible, np.full(k, WEAR_OFF), after, rising=False)
    return Landmarks(onset, full, peak, height, half, wear_off)


def _crossing(mesh: Mesh, values: Array, level: Array, first: np.ndarray, *, rising: bool) -> Array:
    # The first day on which each patient's values pass the level, searched from the segment `first` on; a segment
    # lies between two neighbouring nodes of one interval.
    sign = 1.0 if rising else -1.0
    above = sign * (values - level[:, None, None])
    bracket = ((above[..., :-1] < 0) & (above[..., 1:] >= 0)).reshape(len(values), -1)
    bracket &= np.arange(bracket.shape[1]) >= first[:, None]
    interval, node = np.divmod(bracket.argmax(axis=1), mesh.degree)
    day = root(mesh, values[np.arange(len(values)), interval], interval, node, level)
    return np.where(bracket.any(axis=1), day, np.nan)


def _at(mesh: Mesh, values: Array, days: Array) -> Array:
    days = np.where(np.isnan(days), mesh.edges[0], days)
    interval = np.clip(np.searchsorted(mesh.edges, days, side="right") - 1, 0, len(mesh.edges) - 2)
    chosen = values[np.arange(len(values)), interval]
    return within(mesh, chosen, (days - mesh.edges[interval]) / np.diff(mesh.edges)[interval])
