"""The only way from a treatment to the model: visits become local doses in units of onabotulinumtoxinA."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from ..model.doses import Doses
from .muscles import relative_dose, zones
from .visit import Visit


def local_doses(visits: Sequence[Visit], spread: float | npt.NDArray[np.float64]) -> Doses:
    """Return the local doses of visits, in U of onabotulinumtoxinA, in zones of the muscle.

    Doses of the same day are added up. There is one zone if every dose is even along the muscle.

    Parameters
    ----------
    visits : sequence of Visit
        In one muscle, in the order of their days.
    spread : float or ndarray, shape (k,)
        Standard deviation in mm with which the dose of a site spreads, of one patient or of k.

    Returns
    -------
    Doses
        ``units`` has the shape (z, v), or (k, z, v) if the spread is an array and there are sites.
    """
    length = visits[0].muscle.length
    spreads = np.unique(spread)
    sited = any(visit.sites is not None for visit in visits)
    places, weights = zones(length, float(spreads[0])) if sited else (np.zeros(1), np.ones(1))
    doses: dict[float, npt.NDArray[np.float64]] = {}
    for visit in visits:
        units = np.full(len(places), visit.units) * visit.product.relative_potency
        if visit.sites is not None:
            relative = np.stack([relative_dose(places, length, visit.sites, float(value)) for value in spreads])
            units = units * relative[np.searchsorted(spreads, spread)]
        doses[visit.day] = doses.get(visit.day, 0.0) + units
    return Doses(np.array(list(doses)), np.stack(np.broadcast_arrays(*doses.values()), axis=-1), weights)
