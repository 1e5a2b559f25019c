"""A few hundred patients, solved within 1e-4 of a full effect: for shares and percentiles beside a result."""

from __future__ import annotations

from ..checks import Limits
from ..model.cohort import choose_grid
from ..model.doses import Doses
from ..model.equations import MODEL, Model
from ..treatment.schedule import Schedule
from .draws import draw
from .population import WIDENING, Population
from .treated import Treated, vary_doses

SAMPLE = 512  # patients, if no number is given
PATIENTS = Limits("patients", 1, 100_000)
# The grid is tested on a few pilots, drawn from a population that is wider than the patients.
PILOTS, PILOT_SEED, ACCURACY = 64, 0, 1e-4


def plan_few(schedule: Schedule, population: Population, end: float, model: Model = MODEL) -> Treated:
    """Return the patients of a population under a treatment, on a grid that is chosen in a tenth of a second.

    Parameters
    ----------
    schedule : Schedule
        Every dose is even along the muscle.
    population : Population
    end : float
        The last day.
    model : Model
    """
    return plan_few_doses(schedule.doses(population.parameters.spread), population, end, model)


def plan_few_doses(doses: Doses, population: Population, end: float, model: Model = MODEL) -> Treated:
    """Return the patients of `plan_few` for doses in one zone of the muscle."""
    pilots = WIDENING * draw(PILOTS, PILOT_SEED, len(doses.days))
    grid = choose_grid(vary_doses(population, doses, pilots), population.constants(pilots), end, ACCURACY, model)
    return Treated(population, doses, grid, model)
