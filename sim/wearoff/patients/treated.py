"""Many patients under one treatment, and their solution. Trials, fits and bands all use it."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..model.carried import Carried
from ..model.cohort import Cohort, Grid, choose_grid, solve_cohort
from ..model.doses import Doses
from ..model.equations import MODEL, Model
from .population import Population

Array = npt.NDArray[np.float64]


class Treated(NamedTuple):
    """Patients of a population under one treatment; a small object, sent to a process with each piece of work.

    Parameters
    ----------
    population : Population
    doses : Doses
        The doses that are given, in one zone of the muscle, the same for every patient.
    grid : Grid
        The days on which courses are solved; accurate for this population and for others near it.
    model : Model
    """

    population: Population
    doses: Doses
    grid: Grid
    model: Model

    @classmethod
    def plan(cls, population: Population, doses: Doses, end: float, accuracy: float, model: Model = MODEL) -> Self:
        """Return the patients on a grid up to day `end`, chosen for an accuracy of the visible effect."""
        pilots = population.pilots(len(doses.days))
        grid = choose_grid(vary_doses(population, doses, pilots), population.constants(pilots), end, accuracy, model)
        return cls(population, doses, grid, model)

    def solve(self, normals: Array, start: Carried | None = None) -> Cohort:
        """Return the courses of k patients.

        Parameters
        ----------
        normals : ndarray, shape (k, OF_PATIENT + visits)
            Their standard normal numbers.
        start : Carried, optional
            What they carry from earlier treatments; default: nothing.
        """
        doses = vary_doses(self.population, self.doses, normals)
        return solve_cohort(self.grid, doses, self.population.constants(normals), self.model, start)


def vary_doses(population: Population, doses: Doses, normals: Array) -> Doses:
    """Return the doses of k patients: each dose is multiplied by the factor of the patient and the visit.

    Parameters
    ----------
    population : Population
    doses : Doses
        The doses that are given, on v days, the same for every patient.
    normals : ndarray, shape (k, OF_PATIENT + visits)
        Standard normal numbers, of at least v visits.

    Returns
    -------
    Doses
        ``units`` has the shape (k, z, v); it is that of `doses` if doses do not vary between visits.
    """
    if population.omega_visit == 0:
        return doses
    factors = population.dose_factors(normals)[:, None, : len(doses.days)]
    return doses._replace(units=doses.units * factors)
