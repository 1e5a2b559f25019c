"""The treated muscles, their injection sites, and how the dose spreads.

A muscle is a strip of length l with endplates along it. Its n sites are evenly spaced, at (i + 1/2) l / n. Each site
has the same share of the dose, which spreads as a Gaussian with the standard deviation `spread`. The relative dose w(x)
is the dose per length at x, divided by that of an even treatment with the same units; for an even treatment it is 1.
The spill is the share of the dose that falls beyond the ends of the strip.
"""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .. import tables
from ..checks import Limits, check_row

SITES = Limits("sites", 1, 1000)


class Muscle(NamedTuple):
    """A muscle: one row of ``data/muscles.csv``, which has the sources.

    Parameters
    ----------
    name : str
    length : float
        In mm.
    sides : int
        How many such muscles the published units of a treatment are for: 2 for crow's feet, left and right, else 1.
    """

    name: str
    length: float
    sides: int


class Zones(NamedTuple):
    """The places along the strip, in mm, at which the model is solved, and the share of the muscle of each.

    The shares add up to 1. The sites are symmetrical, so that the places are in one half of the strip only; each also
    stands for its mirror image in the other half.
    """

    places: npt.NDArray[np.float64]
    weights: npt.NDArray[np.float64]


def find_muscle(muscle: str | Muscle) -> Muscle:
    """Return the muscle of a name; an unknown name raises `InputError` with the nearest.

    A `Muscle` itself is returned if it is one of the table's; another one raises `InputError`.

    Examples
    --------
    >>> find_muscle("glabella")
    Muscle(name='glabella', length=50.0, sides=1)
    """
    return check_row(muscle, _muscles(), "muscle")


@cache
def _muscles() -> dict[str, Muscle]:
    return {
        name: Muscle(name, float(row["length"]), int(row["sides"]))
        for name, row in tables.column("muscles", "muscle").items()
    }


def zones(length: float, spread: float) -> Zones:
    """Return the Gauss-Legendre points in half of a strip, and their weights.

    The whole strip has 16 points for each standard deviation, and 8 more. Twice the number of points changes the mean
    effect by less than 1e-8 (tests/treatment/test_muscles.py).

    Parameters
    ----------
    length, spread : float
        In mm.

    Returns
    -------
    Zones
    """
    half = 4 + math.ceil(8 * length / spread)
    points, weights = np.polynomial.legendre.leggauss(2 * half)
    return Zones((points[:half] + 1) * length / 2, weights[:half])


def site_places(length: float, sites: int) -> npt.NDArray[np.float64]:
    """Return the places of the sites along a strip, in mm from one end.

    Examples
    --------
    >>> site_places(length=50, sites=5).tolist()
    [5.0, 15.0, 25.0, 35.0, 45.0]
    """
    result: npt.NDArray[np.float64] = (np.arange(sites) + 0.5) * length / sites
    return result


def relative_dose(places: npt.NDArray[np.float64], length: float, sites: int, spread: float) -> npt.NDArray[np.float64]:
    """Return w(x), the local dose divided by that of an even treatment with the same units.

    Parameters
    ----------
    places : ndarray, shape (z,)
        In mm from one end of the strip.
    length, spread : float
        In mm.
    sites : int

    Returns
    -------
    ndarray, shape (z,)
        ``l / n`` times the sum over the sites of the normal density at x.
    """
    distance = (places[:, None] - site_places(length, sites)) / spread
    density = np.exp(-(distance**2) / 2) / (spread * math.sqrt(2 * math.pi))
    result: npt.NDArray[np.float64] = length * density.mean(axis=1)
    return result


def spill(length: float, sites: int, spread: float) -> float:
    """Return the share of the dose that falls beyond the ends of the strip, ``1 - mean of w``, in closed form.

    Examples
    --------
    >>> round(spill(length=50, sites=1, spread=6), 6)  # 2 (1 - Phi(25 / 6))
    3.1e-05
    """
    beyond = 0.0
    for i in range(sites):
        site = (i + 0.5) * length / sites
        for distance in (site, length - site):
            beyond += math.erfc(distance / spread / math.sqrt(2)) / 2
    return beyond / sites
