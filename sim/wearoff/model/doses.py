"""The doses that the model takes, and those of some of many patients."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from . import Array
from .equations import Constants


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


def select_patients(doses: Doses, constants: Constants, rows: slice | npt.NDArray[np.intp]) -> tuple[Doses, Constants]:
    """Return the doses and the constants of some of k patients; what is the same in all stays as it is.

    Parameters
    ----------
    doses : Doses
        Of all patients, or of each: ``units`` then has the shape (k, z, v).
    constants : Constants
        Arrays of shape (k,) or numbers.
    rows : slice or ndarray of int
        The places of the patients.

    Examples
    --------
    >>> doses = Doses(np.zeros(1), np.full((1, 1), 20.0), np.ones(1))
    >>> constants = Constants(*np.ones((12, 3)), np.array([0.1, 0.2, 0.3]))
    >>> select_patients(doses, constants, slice(1, None))[1].q.tolist()
    [0.2, 0.3]
    """
    own = doses._replace(units=doses.units[rows]) if doses.units.ndim > 2 else doses
    return own, Constants(*(each[rows] if isinstance(each, np.ndarray) else each for each in constants))
