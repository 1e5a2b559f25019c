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
    if all(visit.sites is None for visit in visits):
        even: dict[float, float] = {}
        for visit in visits:
            even[visit.day] = even.get(visit.day, 0.0) + visit.units * visit.product.relative_potency
        return Doses(np.array(list(even)), np.array([list(even.values())]), np.ones(1))
    length, spreads = visits[0].muscle.length, np.unique(spread)
    places, weights = zones(length, float(spreads[0]))
    local: dict[float, npt.NDArray[np.float64]] = {}
    for visit in visits:
        units = np.full(len(places), visit.units) * visit.product.relative_potency
        if visit.sites is not None:
            relative = np.stack([relative_dose(places, length, visit.sites, float(value)) for value in spreads])
            units = units * relative[np.searchsorted(spreads, spread)]
        local[visit.day] = local.get(visit.day, 0.0) + units
    return Doses(np.array(list(local)), np.stack(np.broadcast_arrays(*local.values()), axis=-1), weights)
