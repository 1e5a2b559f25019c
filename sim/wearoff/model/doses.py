"""The doses that the model takes."""

from __future__ import annotations

from typing import NamedTuple

from . import Array


class Doses(NamedTuple):
    """The doses of all visits.

    Parameters
    ----------
    days : ndarray, shape (v,)
        Days of the visits, ascending and distinct, from 0.
    units : ndarray, shape (..., z, v)
        Local dose in each of z zones of the muscle at each visit, in U of onabotulinumtoxinA; leading axes are
        patients.
    weights : ndarray, shape (z,)
        Share of the muscle in each zone; the shares add up to 1.
    """

    days: Array
    units: Array
    weights: Array
