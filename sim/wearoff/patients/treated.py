"""Many patients under one treatment: the one way in which they are solved."""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..model.cohort import Cohort, Grid, choose_grid, solve_cohort
from ..model.doses import Doses
from ..model.equations import MODEL, Model
from .population import Population


class Treated(NamedTuple):
    """Patients of a population under one treatment; small enough to be sent to another process with each piece of work.

    Parameters
    ----------
    population : Population
    doses : Doses
        In one zone.
    grid : Grid
        Fit for this population and others near it.
    model : Model
    """

    population: Population
    doses: Doses
    grid: Grid
    model: Model

    @classmethod
    def plan(cls, population: Population, doses: Doses, end: float, accuracy: float, model: Model = MODEL) -> Self:
        """Choose the grid: up to a day, within an accuracy of the visible effect."""
        return cls(population, doses, choose_grid(doses, population.pilots(), end, accuracy, model), model)

    def solve(self, normals: npt.NDArray[np.float64]) -> Cohort:
        """Solve the patients of some standard normal draws, shape (k, 3)."""
        return solve_cohort(self.grid, self.doses, self.population.constants(normals), self.model)
