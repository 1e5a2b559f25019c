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
from .course import SHORTEST, Constants
from .hermite import Slopes, follow, quintic, slopes, steps
from .kinetics import chain_derivatives, uptake
from .march import Following, Mesh, Reading, graded_mesh, pieces_needed
from .response import weakness

# Of the polynomials between the nodes: high enough that the force's steep parts need few intervals, and no higher.
DEGREE = 12
# The first tolerances tried, of the error of a step and of the coefficients of the mesh, against the accuracy asked
# for: of both little is left in the effect. Whichever weighs more is then cut by as much as the error is too large, to
# AIM of the accuracy, but to no less than LEAST of itself.
STEP, COEFFICIENTS = 0.2, 300.0
AIM, LEAST = 0.5, 0.2


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
    weak, visible : ndarray, shape (n, m + 1, k)
        Weakness and visible effect at the mesh's nodes.
    """

    mesh: Mesh
    weak: Array
    visible: Array


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
    """
    starts = np.append(0.0, days[days < end - SHORTEST])
    starts = starts[np.diff(starts, prepend=-np.inf) > SHORTEST]
    edges = graded_mesh(starts, end, float(np.max(pilots.rates))).edges
    follows = float(pilots.k_visible)
    mesh = graded_mesh(starts, end, follows)._replace(degree=DEGREE)
    step, coefficients = STEP * accuracy, COEFFICIENTS * accuracy
    while True:
        edges = _halved_steps(edges, days, units, pilots, step)
        mesh = _halved_mesh(mesh, _halves(edges), days, units, pilots, coefficients)
        grid = Grid.on(days, units, edges, mesh, follows)
        visible = solve_cohort(grid, pilots).visible
        finer_steps = solve_cohort(Grid.on(days, units, _halves(edges), mesh, follows), pilots).visible
        twice = mesh.split(np.full(len(mesh.edges) - 1, 2))
        finest = solve_cohort(Grid.on(days, units, _halves(edges), twice, follows), pilots).visible
        reading = Reading(mesh, twice.nodes.ravel()).matrix()
        error, by_mesh = (
            np.abs(reading @ found.reshape(mesh.nodes.size, -1) - finest.reshape(twice.nodes.size, -1)).max()
            for found in (visible, finer_steps)
        )
        if error <= accuracy:
            return grid
        by_steps = np.abs(visible - finer_steps).max()
        cut = np.clip(AIM * accuracy / error, LEAST, 1)
        if by_steps >= by_mesh:
            step *= cut
        if by_mesh >= by_steps:
            coefficients *= cut


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
    known = np.empty((3, *cleaved.shape))
    known[0] = cleaved
    for place, constant, own in zip(known[1:], slope.constants, slope.factors, strict=False):
        np.multiply(own, cleaved, out=place)
        np.subtract(constant, place, out=place)
    points = weakness(grid.reading @ known.reshape(-1, cleaved.shape[1]), constants.A50, constants.h)
    weak = points.reshape(len(grid.mesh.edges) - 1, grid.mesh.degree, -1)
    starts = np.concatenate([np.zeros_like(weak[:1, -1]), weak[:-1, -1]])
    return Cohort(grid.mesh, np.concatenate([starts[:, None], weak], axis=1), grid.following(weak))


def _steps(edges: Array, days: Array, units: Array, constants: Constants) -> tuple[Slopes, Array, Array]:
    rates = [np.atleast_1d(np.asarray(rate, dtype=float)) for rate in constants[:5]]
    chain = chain_derivatives(edges, days, uptake(units, constants.U50), rates)
    slope = slopes(constants.k_cleave * chain, constants.k_turnover)
    return slope, *steps(slope, edges)


def _halves(edges: Array) -> Array:
    return np.sort(np.append(edges, (edges[1:] + edges[:-1]) / 2))


def _halved_steps(edges: Array, days: Array, units: Array, pilots: Constants, tolerance: float) -> Array:
    # Halve the steps that two halves do not bear out.
    while True:
        x = follow(*_steps(_halves(edges), days, units, pilots)[1:])[::2]
        _, factor, term = _steps(edges, days, units, pilots)
        apart = np.abs(factor * x[:-1] + term - x[1:]).max(axis=1)
        if apart.max() <= tolerance:
            return edges
        edges = np.sort(np.append(edges, ((edges[1:] + edges[:-1]) / 2)[apart > tolerance]))


def _halved_mesh(mesh: Mesh, edges: Array, days: Array, units: Array, pilots: Constants, tolerance: float) -> Mesh:
    # Halve the intervals whose polynomials do not hold the pilots' weakness.
    follows = float(pilots.k_visible)
    while True:
        weak = np.moveaxis(solve_cohort(Grid.on(days, units, edges, mesh, follows), pilots).weak, -1, 0)
        # An error of the weakness that lasts a short while leaves a small part of it in the effect.
        lasting = np.minimum(1.0, follows * np.diff(mesh.edges))[:, None]
        pieces = np.minimum(pieces_needed(mesh, lasting * weak, tolerance), 2)
        if pieces.max() == 1:
            return mesh
        mesh = mesh.split(pieces)
