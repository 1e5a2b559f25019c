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
DEGREE = 10
# What the weakness may be off by for the steps, and the effect for the mesh, against the accuracy asked for: of the
# first little is left in the effect, which follows it, and the two are seldom largest together.
STEPS, MESH = 3.0, 1.5
# The first tolerance tried, of the error of a step and of the coefficients of the mesh, against these; each is cut by a
# factor TIGHTER until the pilots agree.
STEP, COEFFICIENTS, TIGHTER = 1.0, 500.0, 2.0


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
    times, expected = _at_points(truth, truth.visible)
    share = 1.0
    while True:
        edges = _choose_edges(starts, days, units, pilots, truth, share * STEPS * accuracy)
        mesh = _choose_mesh(starts, follows, truth, share * MESH * accuracy)
        reading = quintic(edges, mesh.nodes[:, 1:].ravel())
        grid = Grid(days, units, edges, mesh, reading, Following.at(mesh, follows), follows)
        found = Reading(mesh, times).matrix() @ solve_cohort(grid, pilots).visible.reshape(mesh.nodes.size, -1)
        if np.abs(found - expected).max() <= accuracy:
            return grid
        share /= TIGHTER


def solve_cohort(grid: Grid, constants: Constants) -> Cohort:
    """Solve the model for many patients on a grid.

    Parameters
    ----------
    grid : Grid
    constants : Constants
        Arrays of shape (k,), or numbers; the last step's rate is the grid's.
    """
    points = _weak(grid.edges, grid.reading, grid.days, grid.units, constants)
    weak = points.reshape(len(grid.mesh.edges) - 1, grid.mesh.degree, -1)
    starts = np.concatenate([np.zeros_like(weak[:1, -1]), weak[:-1, -1]])
    return Cohort(grid.mesh, np.concatenate([starts[:, None], weak], axis=1), grid.following(weak))


def _weak(edges: Array, reading: csr_array, days: Array, units: Array, constants: Constants) -> Array:
    # The weakness at the times that `reading` reads, one row a time.
    slope, factor, term = _steps(edges, days, units, constants)
    cleaved = follow(factor, term)
    known = np.empty((3, *cleaved.shape))
    known[0] = cleaved
    for place, constant, own in zip(known[1:], slope.constants, slope.factors, strict=False):
        np.multiply(own, cleaved, out=place)
        np.subtract(constant, place, out=place)
    return weakness(reading @ known.reshape(-1, cleaved.shape[1]), constants.A50, constants.h)


def _steps(edges: Array, days: Array, units: Array, constants: Constants) -> tuple[Slopes, Array, Array]:
    rates = [np.atleast_1d(np.asarray(rate, dtype=float)) for rate in constants[:5]]
    chain = chain_derivatives(edges, days, uptake(units, constants.U50), rates)
    slope = slopes(constants.k_cleave * chain, constants.k_turnover)
    return slope, *steps(slope, edges)


def _choose_edges(starts: Array, days: Array, units: Array, pilots: Constants, truth: Course, accuracy: float) -> Array:
    # Halve the steps that two halves do not bear out, more strictly until the pilots' weakness is within the accuracy,
    # and so the effect that follows it.
    edges = graded_mesh(starts, float(truth.mesh.edges[-1]), float(np.max(pilots.rates))).edges
    times, expected = _at_points(truth, truth.weak)
    tolerance = STEP * accuracy
    while True:
        middles = (edges[1:] + edges[:-1]) / 2
        x = follow(*_steps(np.sort(np.append(edges, middles)), days, units, pilots)[1:])[::2]
        _, factor, term = _steps(edges, days, units, pilots)
        apart = np.abs(factor * x[:-1] + term - x[1:]).max(axis=1)
        if apart.max() > tolerance:
            edges = np.sort(np.append(edges, middles[apart > tolerance]))
        elif np.abs(_weak(edges, quintic(edges, times), days, units, pilots) - expected).max() > accuracy:
            tolerance /= TIGHTER
        else:
            return edges


def _choose_mesh(starts: Array, follows: float, truth: Course, accuracy: float) -> Mesh:
    # Halve the intervals whose polynomials do not hold the pilots' weakness, more strictly until the effect that
    # follows it is within the accuracy, at the nodes of the truth.
    mesh = graded_mesh(starts, float(truth.mesh.edges[-1]), follows)._replace(degree=DEGREE)
    times, expected = _at_points(truth, truth.visible)
    tolerance = COEFFICIENTS * accuracy
    while True:
        weak = Reading(truth.mesh, mesh.nodes.ravel())(truth.weak).reshape(-1, *mesh.nodes.shape)
        # An error of the weakness that lasts a short while leaves a small part of it in the effect.
        lasting = np.minimum(1.0, follows * np.diff(mesh.edges))[:, None]
        pieces = np.minimum(pieces_needed(mesh, lasting * weak, tolerance), 2)
        if pieces.max() > 1:
            mesh = mesh.split(pieces)
            continue
        visible = Following.at(mesh, follows)(np.moveaxis(weak[..., 1:], 0, -1))
        found = Reading(mesh, times).matrix() @ visible.reshape(mesh.nodes.size, -1)
        if np.abs(found - expected).max() <= accuracy:
            return mesh
        tolerance /= TIGHTER


def _at_points(course: Course, values: Array) -> tuple[Array, Array]:
    # The times of a course's points, and values there, one row a time.
    times = course.mesh.nodes[:, 1:].ravel()
    return times, values[..., 1:].reshape(-1, len(times)).T
