"""The doses that the model takes."""

from __future__ import annotations

from typing import NamedTuple

from . import Array


class Doses(NamedTuple):
    """What is injected, where and when.

    Parameters
    ----------
    days : ndarray, shape (v,)
        Days of the doses, ascending and distinct, from 0.
    units : ndarray, shape (..., z, v)
        Local dose of each in each of z zones of the muscle, in U of onabotulinumtoxinA; leading axes are patients.
    weights : ndarray, shape (z,)
        Share of the muscle in each zone; they add up to 1.
    """

    days: Array
    units: Array
    weights: Array
