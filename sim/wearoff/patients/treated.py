"""Many patients under one treatment, and their solution. Trials, fits and bands all use it."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..model.cohort import Cohort, Grid, choose_grid, solve_cohort
from ..model.doses import Doses
from ..model.equations import MODEL, Model
from .population import Population


class Treated(NamedTuple):
    """Patients of a population under one treatment; a small object, sent to a process with each piece of work.

    Parameters
    ----------
    population : Population
    doses : Doses
        The doses, in one zone of the muscle.
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
        return cls(population, doses, choose_grid(doses, population.pilots(), end, accuracy, model), model)

    def solve(self, normals: npt.NDArray[np.float64]) -> Cohort:
        """Return the courses of k patients, given their standard normal numbers, shape (k, 3)."""
        return solve_cohort(self.grid, self.doses, self.population.constants(normals), self.model)
