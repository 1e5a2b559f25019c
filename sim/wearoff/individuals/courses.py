"""The lines of many draws of one patient on the days of the looks.

Each treatment is solved in days after it, from what the treatments before have left behind. So one grid of time serves
all patients, although each is treated on days of her own.
"""

from __future__ import annotations

from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..model.carried import Carried
from ..model.cohort import Cohort, Grid, solve_cohort
from ..model.doses import Doses
from ..model.equations import Model
from ..patients.draws import OF_PATIENT
from ..patients.few import plan_few_doses
from ..patients.grades import Line
from ..patients.population import Population
from .looks import Looks

Array = npt.NDArray[np.float64]


class Courses(NamedTuple):
    """What solves draws of patients.

    Parameters
    ----------
    looks : Looks
    grid : Grid
        Of days after a treatment.
    model : Model
    """

    looks: Looks
    grid: Grid
    model: Model

    @classmethod
    def plan(cls, looks: Looks, population: Population, model: Model) -> Self:
        """Return the courses on a grid that is accurate for patients of a population, and near it."""
        largest = max(float(each.units.max()) for each in looks.treatments)
        doses = Doses(np.zeros(1), np.full((1, 1), largest), np.ones(1))
        return cls(looks, plan_few_doses(doses, population, looks.last_day, model).grid, model)

    def read_depths(self, patient: int, population: Population, deviations: Array) -> Array:
        """Return the depth of the line that is seen in each look of a patient, for k draws of her.

        Parameters
        ----------
        patient : int
            Her place.
        population : Population
        deviations : ndarray, shape (k, OF_PATIENT + visits)
            From the typical patient of `population`, as in `Population.deviations`.

        Returns
        -------
        ndarray, shape (looks of the patient, k)
        """
        treatments, own = self.looks.treatments[patient], np.flatnonzero(self.looks.patient == patient)
        constants = population.constants_of(deviations)
        start: Carried | None = None
        factors = np.exp(deviations[:, OF_PATIENT:])
        result = np.empty((len(own), len(deviations)))
        for place in range(self.looks.treatment[own].max() + 1):
            units = (treatments.units[place] * factors[:, place])[:, None, None]
            cohort = solve_cohort(self.grid, Doses(np.zeros(1), units, np.ones(1)), constants, self.model, start)
            here = self.looks.treatment[own] == place
            if here.any():
                days, at_rest = self.looks.since[own[here]], self.looks.at_rest[own[here]]
                line = Line.of(cohort.visible_at(days), cohort.crease_at(days), constants)
                result[here] = np.where(at_rest[:, None], line.rest, line.frown)
            start = _carry_on(cohort, treatments.days, place, len(deviations))
        return result


def _carry_on(cohort: Cohort, days: Array, place: int, draws: int) -> Carried | None:
    # Return what is left on the day of the next treatment.
    if place + 1 == len(days):
        return None
    return cohort.carry(np.full(draws, days[place + 1] - days[place]))
