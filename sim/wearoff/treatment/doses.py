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
    length, sited = visits[0].muscle.length, any(visit.sites is not None for visit in visits)
    places, weights = zones(length, float(np.min(spread))) if sited else (np.zeros(1), np.ones(1))
    doses: dict[float, npt.NDArray[np.float64]] = {}
    for visit in visits:
        units = np.full(1, visit.units * visit.product.relative_potency)
        if visit.sites is not None:
            units = units * _relative_doses(places, length, visit.sites, spread)
        doses[visit.day] = doses.get(visit.day, 0.0) + units
    shape = np.broadcast_shapes(places.shape, *(units.shape for units in doses.values()))
    units_of_day = [np.broadcast_to(units, shape) for units in doses.values()]
    return Doses(np.array(list(doses)), np.stack(units_of_day, axis=-1), weights)


def _relative_doses(
    places: npt.NDArray[np.float64], length: float, sites: int, spread: float | npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    # Return `relative_dose` for each spread; it is computed once for patients with the same spread.
    spreads, patients = np.unique(spread, return_inverse=True)
    relative = np.stack([relative_dose(places, length, sites, float(value)) for value in spreads])
    return relative[patients.reshape(np.shape(spread))]
