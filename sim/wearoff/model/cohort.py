"""The course of many patients at once, within an accuracy asked for, on one grid that is chosen once for all of them.

The equations are those of `course`; the grid is what differs. Pilot patients, who stand among the cohort and around it,
are solved on a grid and on its halves, and the grid is refined until the two agree. A patient's course depends on the
grid and on nothing else, so that it is the same in whatever company it is solved.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from . import Array
from .chain import chain_derivatives, uptake
from .course import mesh_starts
from .equations import Constants
from .hermite import Slopes, follow, quintic, slopes, steps
from .radau import Following, Mesh, Reading, graded_mesh, pieces_needed
from .refinement import INTERVALS, ROUNDS, STEPS, unresolved
from .response import weakness

# Pilots go by so many at a time, each lot on the grid that the ones before left.
TOGETHER = 256
# The first tolerances tried, of the error of a step and of the coefficients of the mesh, against the accuracy asked
# for: of both little is left in the effect. Whichever weighs more is then cut by as much as the error is too large, to
# AIM of the accuracy, but to no less than LEAST of itself.
STEP, COEFFICIENTS = 0.3, 300.0
AIM, LEAST = 0.5, 0.2
# What the weakness within a step may be off by, against the tolerance of the step.
WITHIN = 3.0


class Grid(NamedTuple):
    """Where a cohort is solved, and what every patient's solution is multiplied by.

    Parameters
    ----------
    days, units : ndarray, shape (v,)
        Days of the doses and their units.
    edges : ndarray, shape (c,)
        Ends of the steps of the cleaved fraction.
    mesh : Mesh
        Of weakness and visible effect: n intervals of degree m.
    reading : csr_array, shape (n m, 3 c)
        From the cleaved fraction at the edges, with two derivatives, to its values at the mesh's points.
    following : Following
        From weakness to visible effect.
    rate : float
        At which the effect follows, 1/day.
    """

    days: Array
    units: Array
    edges: Array
    mesh: Mesh
    reading: csr_array
    following: Following
    rate: float

    @classmethod
    def on(cls, days: Array, units: Array, edges: Array, mesh: Mesh, rate: float) -> Grid:
        """Return the grid of these steps and this mesh."""
        reading = quintic(edges, mesh.nodes[:, 1:].ravel())
        return cls(days, units, edges, mesh, reading, Following.at(mesh, rate), rate)

    @property
    def recipe(self) -> tuple[Array, Array, Array, Mesh, float]:
        """What `on` makes this grid from: small enough to be sent with every piece of work."""
        return self.days, self.units, self.edges, self.mesh, self.rate


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


def choose_grid(days: Array, units: Array, pilots: Constants, end: float, accuracy: float) -> Grid:
    """Return a grid on which the pilots' visible effect is within `accuracy` of that on a grid twice as fine.

    Parameters
    ----------
    days, units : ndarray, shape (v,)
        Days of the doses, ascending and distinct, from 0, and their units: an even treatment.
    pilots : Constants
        Patients of whom there is one near every patient of the cohort, arrays of shape (k,) or numbers; the last step's
        rate is a number.
    end : float
        The last day.
    accuracy : float
        Of the visible effect, a fraction of full.

    Raises
    ------
    InputError
        The refinement does not reach the accuracy.
    """
    starts, follows = mesh_starts(days, end), float(pilots.k_line)
    edges = graded_mesh(starts, end, float(np.max(pilots.rates))).edges
    grid = Grid.on(days, units, edges, graded_mesh(starts, end, follows), follows)
    step, coefficients = STEP * accuracy, COEFFICIENTS * accuracy
    for first in range(0, max(np.size(each) for each in pilots), TOGETHER):
        few = Constants(*(each[first : first + TOGETHER] if isinstance(each, np.ndarray) else each for each in pilots))
        for _ in range(ROUNDS):
            grid = _halved_mesh(_halved_steps(grid, few, step), few, coefficients)
            by_steps, by_mesh, error = _errors(grid, few)
            if error <= accuracy:
                break
            cut = float(np.clip(AIM * accuracy / error, LEAST, 1))
            step *= cut if by_steps >= by_mesh else 1
            coefficients *= cut if by_mesh >= by_steps else 1
        else:
            raise unresolved("the visible effect", accuracy)
    return grid


def _errors(grid: Grid, pilots: Constants) -> tuple[float, float, float]:
    # Against steps and intervals half as long: what is due to the steps, what to the intervals, and both together.
    finer, intervals = _halves(grid.edges), grid.mesh.split(np.full(len(grid.mesh.edges) - 1, 2))
    halved_steps, halved_both = (
        Grid.on(grid.days, grid.units, finer, mesh, grid.rate) for mesh in (grid.mesh, intervals)
    )
    found, between, exact = (_effect(each, pilots, intervals.nodes) for each in (grid, halved_steps, halved_both))
    by_steps, by_mesh, error = (np.abs(a - b).max() for a, b in ((found, between), (between, exact), (found, exact)))
    return float(by_steps), float(by_mesh), float(error)


def solve_cohort(grid: Grid, constants: Constants) -> Cohort:
    """Solve the model for many patients on a grid.

    Parameters
    ----------
    grid : Grid
    constants : Constants
        Arrays of shape (k,), or numbers; the last step's rate is the grid's.
    """
    slope = _slopes(grid, grid.edges, constants)
    known = _known(slope, follow(*steps(slope, grid.edges)))
    lost = weakness(grid.reading @ known, constants.A50, constants.h)
    points = lost.reshape(len(grid.mesh.edges) - 1, grid.mesh.degree, -1)
    return Cohort(grid.mesh, points, grid.following(points))


def _slopes(grid: Grid, edges: Array, constants: Constants) -> Slopes:
    rates = [np.atleast_1d(np.asarray(rate, dtype=float)) for rate in constants[:5]]
    chain = chain_derivatives(edges, grid.days, uptake(grid.units, constants.U50), rates)
    return slopes(constants.k_cleave * chain, constants.k_snap25)


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


def _halved_steps(grid: Grid, pilots: Constants, tolerance: float) -> Grid:
    # Halve the steps that two halves do not bear out: not at the end, or not the weakness read in the middle.
    edges = grid.edges
    for _ in range(ROUNDS):
        halves = _halves(edges)
        finer = _slopes(grid, halves, pilots)
        cleaved = follow(*steps(finer, halves))
        slope = finer.every_other()
        start, middle, end = cleaved[:-1:2], cleaved[1::2], cleaved[2::2]
        factor, term = steps(slope, edges)
        read = quintic(edges, halves[1::2]) @ _known(slope, cleaved[::2])
        apart = [weakness(each, pilots.A50, pilots.h) for each in (read, middle)]
        lasting = _lasting(edges, grid.rate)[:, None]
        error = np.maximum(np.abs(factor * start + term - end), lasting * np.abs(apart[0] - apart[1]) / WITHIN)
        coarse = error.max(axis=1) > tolerance
        if not coarse.any():
            return Grid.on(grid.days, grid.units, edges, grid.mesh, grid.rate)
        edges = np.sort(np.append(edges, halves[1::2][coarse]))
        if len(edges) > STEPS * len(mesh_starts(grid.days, edges[-1])):
            break
    raise unresolved("the cleaved fraction", tolerance)


def _halved_mesh(grid: Grid, pilots: Constants, tolerance: float) -> Grid:
    # Halve the intervals whose polynomials do not hold the pilots' weakness.
    for _ in range(ROUNDS):
        weak = np.moveaxis(solve_cohort(grid, pilots).weak, -1, 0)
        pieces = np.minimum(
            pieces_needed(grid.mesh, _lasting(grid.mesh.edges, grid.rate)[:, None] * weak, tolerance), 2
        )
        if pieces.max() == 1:
            return grid
        if pieces.sum() > INTERVALS * len(mesh_starts(grid.days, grid.edges[-1])):
            break
        grid = Grid.on(grid.days, grid.units, grid.edges, grid.mesh.split(pieces), grid.rate)
    raise unresolved("the weakness", tolerance)


def _lasting(edges: Array, rate: float) -> Array:
    # How much of an error of the weakness is left in the effect, which follows it, if it lasts for one step.
    return np.minimum(1.0, rate * np.diff(edges))


def _effect(grid: Grid, pilots: Constants, times: Array) -> Array:
    reading = Reading(grid.mesh, times.ravel()).matrix()
    result: Array = reading @ solve_cohort(grid, pilots).visible.reshape(grid.mesh.nodes.size, -1)
    return result
