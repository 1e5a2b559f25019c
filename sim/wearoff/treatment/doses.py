"""The one door from a treatment to the model: visits become local doses in units of onabotulinumtoxinA."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..model.doses import Doses
from .muscles import relative_dose, zones
from .visit import Visit


def local_doses(visits: Sequence[Visit], spread: float | npt.NDArray[np.float64]) -> Doses:
    """Return what visits bring to each zone of the muscle; doses of the same day add up.

    Parameters
    ----------
    visits : sequence of Visit
        In one muscle, in the order of their days.
    spread : float or ndarray, shape (k,)
        Standard deviation in mm in which one site's dose spreads, of one patient or of k.

    Returns
    -------
    Doses
        In one zone where every dose is even along the muscle; ``units`` has the shape (z, v), and (k, z, v) where the
        spread is an array and there are sites.
    """
    length = visits[0].muscle.length
    each_spread = np.unique(spread)
    sited = any(visit.sites is not None for visit in visits)
    places, weights = zones(length, float(each_spread[0])) if sited else (np.zeros(1), np.ones(1))
    doses: dict[float, npt.NDArray[np.float64]] = {}
    for visit in visits:
        units = np.full(len(places), visit.units) * visit.product.relative_potency
        if visit.sites is not None:
            relative = np.stack([relative_dose(places, length, visit.sites, float(each)) for each in each_spread])
            units = units * relative[np.searchsorted(each_spread, spread)]
        doses[visit.day] = doses.get(visit.day, 0.0) + units
    return Doses(np.array(list(doses)), np.stack(np.broadcast_arrays(*doses.values()), axis=-1), weights)
