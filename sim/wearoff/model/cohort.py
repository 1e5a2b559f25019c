"""The course of many patients at once, within an accuracy asked for, on one grid that is chosen once for all of them.

The equations are those of `course`; the grid is what differs. Pilot patients, who span the cohort, are solved to far
more than the accuracy asked for; then the grid is refined until the cohort's march agrees with them. A patient's
course depends on the grid and on nothing else, so that it is the same in whatever company it is solved.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.sparse import csr_array

from . import Array
from .course import Constants, Course, solve
from .hermite import Slopes, follow, quintic, slopes, steps
from .kinetics import chain_derivatives, uptake
from .march import Following, Mesh, Reading, graded_mesh, pieces_needed
from .response import weakness

# Of the polynomials between the nodes: high enough that the force's steep parts need few intervals, and no higher.
DEGREE = 9
# The first tolerance tried, of the error of a step and of the coefficients of the mesh, as parts of the accuracy asked
# for; each is cut by a factor TIGHTER until the pilots agree.
STEP, COEFFICIENTS, TIGHTER = 0.5, 200.0, 3.0


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


class Cohort(NamedTuple):
    """The solution for k patients.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    weak, visible : ndarray, shape (n, m + 1, k)
        Weakness and visible effect at the mesh's nodes.
    """

    mesh: Mesh
    weak: Array
    visible: Array


def choose_grid(days: Array, units: Array, pilots: Constants, end: float, accuracy: float) -> Grid:
    """Return a grid on which the pilots' visible effect is within `accuracy` of the truth everywhere.

    Parameters
    ----------
    days, units : ndarray, shape (v,)
        Days of the doses, ascending and distinct, from 0, and their units: an even treatment.
    pilots : Constants
        Patients who span the cohort, arrays of shape (k,) or numbers; the last step's rate is a number.
    end : float
        The last day.
    accuracy : float
        Of the visible effect, a fraction of full.
    """
    truth = solve(days, units[None], pilots, end, tolerance=0.01 * accuracy)
    starts, follows = np.unique(np.append(0.0, days[days < end])), float(pilots.k_visible)
    edges = graded_mesh(starts, end, float(np.max(pilots.rates))).edges
    mesh = graded_mesh(starts, end, follows)._replace(degree=DEGREE)
    step, coefficients = STEP * accuracy, COEFFICIENTS * accuracy
    while True:
        edges = _halved_steps(edges, days, units, pilots, step)
        mesh = _halved_mesh(mesh, truth, coefficients)
        points = mesh.nodes[:, 1:]
        grid = Grid(days, units, edges, mesh, quintic(edges, points.ravel()), Following.at(mesh, follows), follows)
        found = solve_cohort(grid, pilots).visible[:, 1:].reshape(points.size, -1).T
        if np.abs(found - Reading(truth.mesh, points.ravel())(truth.visible)).max() <= accuracy:
            return grid
        step, coefficients = step / TIGHTER, coefficients / TIGHTER


def solve_cohort(grid: Grid, constants: Constants) -> Cohort:
    """Solve the model for many patients on a grid.

    Parameters
    ----------
    grid : Grid
    constants : Constants
        Arrays of shape (k,), or numbers; the last step's rate is the grid's.
    """
    slope, factor, term = _steps(grid.edges, grid.days, grid.units, constants)
    cleaved = follow(factor, term)
    derivatives = [
        constant - own * cleaved for constant, own in zip(slope.constants[:2], slope.factors[:2], strict=True)
    ]
    points = grid.reading @ np.concatenate([cleaved, *derivatives])
    intervals, degree = len(grid.mesh.edges) - 1, grid.mesh.degree
    weak = weakness(points.reshape(intervals, degree, -1), constants.A50, constants.h)
    starts = np.concatenate([np.zeros_like(weak[:1, -1]), weak[:-1, -1]])
    return Cohort(grid.mesh, np.concatenate([starts[:, None], weak], axis=1), grid.following(weak))


def _steps(edges: Array, days: Array, units: Array, constants: Constants) -> tuple[Slopes, Array, Array]:
    rates = [np.atleast_1d(np.asarray(rate, dtype=float)) for rate in constants[:5]]
    chain = chain_derivatives(edges, days, uptake(units, constants.U50), rates)
    slope = slopes(constants.k_cleave * chain, constants.k_turnover)
    return slope, *steps(slope, edges)


def _halved_steps(edges: Array, days: Array, units: Array, pilots: Constants, tolerance: float) -> Array:
    # Halve the steps that two halves do not bear out.
    while True:
        middles = (edges[1:] + edges[:-1]) / 2
        halves = np.sort(np.append(edges, middles))
        x = follow(*_steps(halves, days, units, pilots)[1:])[::2]
        _, factor, term = _steps(edges, days, units, pilots)
        apart = np.abs(factor * x[:-1] + term - x[1:]).max(axis=1)
        if apart.max() <= tolerance:
            return edges
        edges = np.sort(np.append(edges, middles[apart > tolerance]))


def _halved_mesh(mesh: Mesh, truth: Course, tolerance: float) -> Mesh:
    # Halve the intervals whose polynomials do not hold the pilots' weakness.
    while True:
        weak = Reading(truth.mesh, mesh.nodes.ravel())(truth.weak).reshape(-1, *mesh.nodes.shape)
        pieces = np.minimum(pieces_needed(mesh, weak, tolerance), 2)
        if pieces.max() == 1:
            return mesh
        mesh = mesh.split(pieces)
