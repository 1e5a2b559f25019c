"""The course of many patients at once, within an accuracy asked for, on one grid that is chosen once for all of them.

The equations are those of `course`; the grid is what differs. It is tried on pilot patients, who stand among the cohort
and around it: they are solved on the grid and on one twice as fine, and the grid is refined until both agree. A
patient's course depends on the grid and on nothing else, so that it is the same in whatever company it is solved.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import Array
from .chain import chain_derivatives, rates_of
from .course import mesh_starts
from .doses import Doses
from .equations import MODEL, Constants, Model
from .hermite import Slopes, follow, quintic, slopes, steps
from .mesh import Mesh, Reading, graded_mesh, pieces_needed
from .radau import Following
from .refinement import INTERVALS, ROUNDS, STEPS, unresolved
from .response import weakness

# Number of pilots solved at a time. Each group starts from the grid that the groups before it left.
TOGETHER = 256
# The tolerance of a step, and that of the coefficients of the mesh, against the accuracy asked for: where to begin. If
# the error is too large, the one that contributes more is multiplied by AIM times the accuracy over the error, but by
# LEAST at least.
STEP, COEFFICIENTS = 0.3, 300.0
AIM, LEAST = 0.5, 0.2
# What the weakness within a step may be off by, against the tolerance of the step.
WITHIN = 3.0


class Grid(NamedTuple):
    """Where a cohort is solved.

    Parameters
    ----------
    edges : ndarray, shape (c,)
        Ends of the steps of the cleaved fraction, in days.
    mesh : Mesh
        Of weakness and visible effect: n intervals of degree m.
    """

    edges: Array
    mesh: Mesh


class Cohort(NamedTuple):
    """The solution for k patients.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    points : ndarray, shape (n, m, k)
        Weakness at the mesh's nodes, but for the first of each interval.
    visible : ndarray, shape (n, m + 1, k)
        Visible effect at the mesh's nodes.
    """

    mesh: Mesh
    points: Array
    visible: Array

    @property
    def weak(self) -> Array:
        """Weakness at the mesh's nodes, shape (n, m + 1, k): put together when asked for, not for the effect alone."""
        starts = np.concatenate([np.zeros_like(self.points[:1, -1]), self.points[:-1, -1]])
        return np.concatenate([starts[:, None], self.points], axis=1)

    def visible_at(self, times: Array) -> Array:
        """Return the visible effect at `times`, shape (times, k)."""
        reading = Reading(self.mesh, times).matrix()
        read: Array = reading @ self.visible.reshape(reading.shape[1], -1)
        return np.clip(read, 0.0, 1.0, out=read)


def choose_grid(doses: Doses, pilots: Constants, end: float, accuracy: float, model: Model = MODEL) -> Grid:
    """Return a grid on which the pilots' visible effect is within `accuracy` of that on a grid twice as fine.

    Parameters
    ----------
    doses : Doses
        In one zone.
    pilots : Constants
        Patients of whom there is one near every patient of the cohort, arrays of shape (k,) or numbers; the last step's
        rate is a number.
    end : float
        The last day.
    accuracy : float
        Of the visible effect, a fraction of full.
    model : Model

    Raises
    ------
    InputError
        The refinement does not reach the accuracy.
    """
    starts = mesh_starts(doses.days, end)
    fastest = max(float(np.max(rate)) for rate in rates_of(pilots))
    grid = Grid(graded_mesh(starts, end, fastest).edges, graded_mesh(starts, end, float(pilots.k_line)))
    step, coefficients = STEP * accuracy, COEFFICIENTS * accuracy
    for first in range(0, max(np.size(each) for each in pilots), TOGETHER):
        few = Constants(*(each[first : first + TOGETHER] if isinstance(each, np.ndarray) else each for each in pilots))
        problem = _Problem(doses, few, model)
        for _ in range(ROUNDS):
            grid = problem.halved_mesh(problem.halved_steps(grid, step), coefficients)
            by_steps, by_mesh, error = problem.errors(grid)
            if error <= accuracy:
                break
            cut = float(np.clip(AIM * accuracy / error, LEAST, 1))
            step *= cut if by_steps >= by_mesh else 1
            coefficients *= cut if by_mesh >= by_steps else 1
        else:
            raise unresolved("the visible effect", accuracy)
    return grid


def solve_cohort(grid: Grid, doses: Doses, constants: Constants, model: Model = MODEL) -> Cohort:
    """Solve the model for many patients on a grid.

    Parameters
    ----------
    grid : Grid
    doses : Doses
        In one zone; on the days for which the grid was chosen.
    constants : Constants
        Arrays of shape (k,), or numbers; the last step's rate is a number.
    model : Model
    """
    return _Problem(doses, constants, model).solve(grid)


class _Problem(NamedTuple):
    # Who is solved: what stays the same while a grid is sought.
    doses: Doses
    constants: Constants
    model: Model

    def solve(self, grid: Grid) -> Cohort:
        slope = self._slopes(grid.edges)
        known = _known(slope, follow(*steps(slope, grid.edges)))
        lost = self._weakness(quintic(grid.edges, grid.mesh.nodes[:, 1:].ravel()) @ known)
        points = lost.reshape(len(grid.mesh.edges) - 1, grid.mesh.degree, -1)
        return Cohort(grid.mesh, points, Following.at(grid.mesh, float(self.constants.k_line))(points))

    def errors(self, grid: Grid) -> tuple[float, float, float]:
        # Against steps and intervals half as long: what is due to the steps, what to the intervals, and both together.
        finer, intervals = _halves(grid.edges), grid.mesh.split(np.full(len(grid.mesh.edges) - 1, 2))
        times = intervals.nodes.ravel()
        found, between, exact = (
            self.solve(each).visible_at(times) for each in (grid, Grid(finer, grid.mesh), Grid(finer, intervals))
        )
        by_steps, by_mesh, error = (
            float(np.abs(a - b).max()) for a, b in ((found, between), (between, exact), (found, exact))
        )
        return by_steps, by_mesh, error

    def halved_steps(self, grid: Grid, tolerance: float) -> Grid:
        # Halve the steps that two halves do not bear out: not at the end, or not the weakness read in the middle.
        edges = grid.edges
        for _ in range(ROUNDS):
            halves = _halves(edges)
            finer = self._slopes(halves)
            cleaved = follow(*steps(finer, halves))
            slope = finer.every_other()
            start, middle, end = cleaved[:-1:2], cleaved[1::2], cleaved[2::2]
            factor, term = steps(slope, edges)
            read = quintic(edges, halves[1::2]) @ _known(slope, cleaved[::2])
            apart = np.abs(self._weakness(read) - self._weakness(middle))
            error = np.maximum(np.abs(factor * start + term - end), self._lasting(edges)[:, None] * apart / WITHIN)
            coarse = error.max(axis=1) > tolerance
            if not coarse.any():
                return grid._replace(edges=edges)
            edges = np.sort(np.append(edges, halves[1::2][coarse]))
            if len(edges) > STEPS * len(mesh_starts(self.doses.days, edges[-1])):
                break
        raise unresolved("the cleaved fraction", tolerance)

    def halved_mesh(self, grid: Grid, tolerance: float) -> Grid:
        # Halve the intervals whose polynomials do not hold the pilots' weakness.
        for _ in range(ROUNDS):
            weak = np.moveaxis(self.solve(grid).weak, -1, 0)
            lasting = self._lasting(grid.mesh.edges)[:, None]
            pieces = np.minimum(pieces_needed(grid.mesh, lasting * weak, tolerance), 2)
            if pieces.max() == 1:
                return grid
            if pieces.sum() > INTERVALS * len(mesh_starts(self.doses.days, grid.edges[-1])):
                break
            grid = grid._replace(mesh=grid.mesh.split(pieces))
        raise unresolved("the weakness", tolerance)

    def _slopes(self, edges: Array) -> Slopes:
        # Patients are the last axis here, doses and times the first.
        taken = np.atleast_2d(self.model.uptake(self.doses.units[0, :, None], self.constants))
        rates = [np.atleast_1d(rate) for rate in rates_of(self.constants)]
        chain = chain_derivatives(edges, self.doses.days, taken, rates)
        return slopes(self.constants.k_cleave * chain, self.constants.k_snap25)

    def _weakness(self, cleaved: Array) -> Array:
        return weakness(cleaved, self.constants, self.model)

    def _lasting(self, edges: Array) -> Array:
        # How much of an error of the weakness is left in the effect, which follows it, if it lasts for one step.
        result: Array = np.minimum(1.0, self.constants.k_line * np.diff(edges))
        return result


def _known(slope: Slopes, cleaved: Array) -> Array:
    # The cleaved fraction at the edges, and below it its first two derivatives: what `quintic` reads.
    known = np.empty((3, *cleaved.shape))
    known[0] = cleaved
    for place, constant, own in zip(known[1:], slope.constants, slope.factors, strict=False):
        np.multiply(own, cleaved, out=place)
        np.subtract(constant, place, out=place)
    return known.reshape(-1, cleaved.shape[1])


def _halves(edges: Array) -> Array:
    result = np.empty(2 * len(edges) - 1)
    result[::2] = edges
    result[1::2] = (edges[1:] + edges[:-1]) / 2
    return result
