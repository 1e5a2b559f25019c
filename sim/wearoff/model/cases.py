"""Many cases, solved together. Each case has its own constants and units. The days of the doses are the same in all."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from .cohort import Cohort, choose_grid, solve_cohort
from .course import TOLERANCE, Course, solve
from .doses import Doses, select_patients
from .equations import MODEL, Constants, Model

# Number of cases times zones of the muscle that `solve_courses` solves at once: less than 100 MB.
ZONES_AT_ONCE = 256
# Number of cases that are solved at once as a cohort.
CASES_AT_ONCE = 1024


def solve_courses(
    doses: Doses, constants: Constants, end: float, *, model: Model = MODEL, tolerance: float = TOLERANCE
) -> Iterator[Course]:
    """Solve any cases, in their order; each course has several of them.

    Parameters
    ----------
    doses : Doses
        Of all cases, or of each of k cases.
    constants : Constants
        Arrays of shape (k,).
    end : float
        The last day.
    model : Model
    tolerance : float
        As in `course.solve`.
    """
    size = max(1, ZONES_AT_ONCE // len(doses.weights))
    for first in range(0, len(constants.k_depot), size):
        some = select_patients(doses, constants, slice(first, first + size))
        yield solve(*some, end, model=model, tolerance=tolerance)


def solve_cases(
    doses: Doses, constants: Constants, pilots: npt.NDArray[np.intp], end: float, accuracy: float, model: Model = MODEL
) -> Iterator[Course | Cohort]:
    """Solve cases in their order, as cohorts where this is possible, else as courses.

    A cohort takes a seventh of the time. All its cases have one zone of the muscle, and the same rates of the line and
    of the crease.

    Parameters
    ----------
    doses : Doses
        Of each of k cases: ``units`` has the shape (k, z, v).
    constants : Constants
        Arrays of shape (k,).
    pilots : ndarray of int
        Cases with which the grid of a cohort is chosen; there must be one near every case.
    end : float
        The last day.
    accuracy : float
        Error of the visible effect, a fraction of a full effect.
    model : Model
    """
    k_line, k_crease = constants.k_line, constants.k_crease
    if len(doses.weights) > 1 or np.ptp(k_line) or np.ptp(k_crease):
        yield from solve_courses(doses, constants, end, model=model, tolerance=accuracy)
        return
    alike = constants._replace(k_line=float(k_line[0]), k_crease=float(k_crease[0]))
    grid = choose_grid(*select_patients(doses, alike, pilots), end, accuracy, model)
    for first in range(0, len(k_line), CASES_AT_ONCE):
        yield solve_cohort(grid, *select_patients(doses, alike, slice(first, first + CASES_AT_ONCE)), model)
