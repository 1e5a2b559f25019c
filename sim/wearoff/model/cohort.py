"""The course of many patients at once, within a given accuracy, on one grid that is chosen once for all of them.

The equations are those of `course`, and the grid differs. It is chosen with pilots: patients whose constants lie among
those of the cohort and around them. The pilots are solved on the grid and on a grid twice as fine, and the grid is
refined until the two solutions agree. A patient's course depends on the grid and the patient's constants alone, and not
on the other patients who are solved at the same time.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from . import Array
from .carried import Carried, Path
from .chain import chain_derivatives, longest_rise, rates_of
from .course import mesh_starts
from .doses import Doses, select_patients
from .equations import MODEL, Constants, Model
from .hermite import Slopes, follow, quintic, slopes, stack_derivatives, steps
from .mesh import Mesh, Reading, graded_mesh, pieces_needed
from .radau import Following, FollowingRead
from .refinement import INTERVALS, ROUNDS, STEPS, unresolved
from .response import units_taken_up, weakness

# The number of pilots that are solved at a time. Each group starts from the grid of the group before it: the first one
# takes most rounds.
PILOTS_AT_ONCE = 128
# The first tolerances of the steps and of the mesh's coefficients, as multiples of the accuracy. If the error is above
# ENOUGH of it (the finer grid errs too), the tolerance that contributes more is multiplied by AIM times the accuracy
# over the error, and by at least LEAST_FACTOR.
STEP_TOLERANCE, COEFFICIENT_TOLERANCE = 0.3, 300.0
AIM, ENOUGH, LEAST_FACTOR = 0.5, 0.8, 0.2
MIDDLE_TOLERANCE = 3.0  # the allowed error of the weakness within a step, as a multiple of the step's tolerance


class Grid(NamedTuple):
    """The grid of time on which a cohort is solved.

    Parameters
    ----------
    edges : ndarray, shape (c,)
        Ends of the steps for the cleaved fraction, in days.
    mesh : Mesh
        The mesh for weakness, visible effect and crease: n intervals of degree m.
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
        Weakness at the mesh's nodes, without the first node of each interval.
    visible : ndarray, shape (n, m + 1, k)
        Visible effect at the mesh's nodes.
    k_crease : float
        The rate of the crease, 1/day.
    first_weak, first_crease : ndarray, shape (k,), or float
        Weakness and crease at the beginning.
    rise : ndarray, shape (k,) or ()
        The days after a dose in which its light chain may rise.
    path : Path or None
        What is needed to go on from a day; None where it was forgotten.
    """

    mesh: Mesh
    points: Array
    visible: Array
    k_crease: float
    first_weak: Array | float
    first_crease: Array | float
    rise: Array
    path: Path | None

    @property
    def weak(self) -> Array:
        """Weakness at the mesh's nodes, shape (n, m + 1, k)."""
        # Most callers need the visible effect alone, so that this is computed only here.
        first = np.broadcast_to(self.first_weak, self.points.shape[-1:])
        starts = np.concatenate([first[None], self.points[:-1, -1]])
        return np.concatenate([starts[:, None], self.points], axis=1)

    @property
    def crease(self) -> Array:
        """Crease at the mesh's nodes, a fraction of baseline, shape (n, m + 1, k)."""
        # The healed share, 1 - C, follows the visible effect. Like the weakness, it is computed only here.
        crease: Array = 1 - Following.at(self.mesh, self.k_crease)(self.visible[:, 1:], 1 - self.first_crease)
        return crease

    def visible_at(self, times: Array) -> Array:
        """Return the visible effect at `times`, shape (times, k)."""
        return self.read_visible(Reading(self.mesh, times))

    def read_visible(self, reading: Reading) -> Array:
        """Return the visible effect at the times of a reading of the mesh, shape (times, k)."""
        read = reading.of_many(self.visible)
        return np.clip(read, 0.0, 1.0, out=read)

    def crease_at(self, times: Array) -> Array:
        """Return the crease at `times`, a fraction of baseline, shape (times, k)."""
        return self.read_crease(plan_crease(self.mesh, self.k_crease, times))

    def read_crease(self, plan: FollowingRead) -> Array:
        """Return the crease on the days of `plan_crease`, a fraction of baseline, shape (times, k)."""
        read = 1 - plan(self.visible, 1 - self.first_crease)
        return np.clip(read, 0.0, 1.0, out=read)

    def carry(self, days: Array) -> Carried:
        """Return the state of each patient on a day of its own, shape (k,), after one dose on day 0."""
        assert self.path is not None
        return self.path.carry(self.mesh, self.visible, self.crease, days)

    def forget_path(self) -> Cohort:
        """Return the solution without what `carry` needs, which takes half of the memory."""
        return self._replace(path=None)


def plan_crease(mesh: Mesh, k_crease: float, times: Array) -> FollowingRead:
    """Return what reads the crease of any cohort on a mesh at `times`: it is computed once for many cohorts."""
    return Following.at(mesh, k_crease).read(Reading(mesh, times))


def choose_grid(doses: Doses, pilots: Constants, end: float, accuracy: float, model: Model = MODEL) -> Grid:
    """Return a grid on which the pilots' visible effect is within `accuracy` of that on a grid twice as fine.

    Parameters
    ----------
    doses : Doses
        In one zone: of all pilots, or of each.
    pilots : Constants
        Arrays of shape (k,) or numbers; ``k_line`` and ``k_crease`` are numbers. There must be a pilot near every
        patient of the cohort.
    end : float
        The last day.
    accuracy : float
        Error of the visible effect, a fraction of a full effect.
    model : Model

    Raises
    ------
    InputError
        The refinement does not reach the accuracy.
    """
    starts = mesh_starts(doses.days, end)
    fastest = max(float(np.max(rate)) for rate in rates_of(pilots))
    follows = float(max(pilots.k_line, pilots.k_crease))
    grid = Grid(graded_mesh(starts, end, fastest).edges, graded_mesh(starts, end, follows))
    step_tolerance, coefficient_tolerance = STEP_TOLERANCE * accuracy, COEFFICIENT_TOLERANCE * accuracy
    for first in range(0, max(np.size(constant) for constant in pilots), PILOTS_AT_ONCE):
        problem = _Problem(*select_patients(doses, pilots, slice(first, first + PILOTS_AT_ONCE)), model)
        for _ in range(ROUNDS):
            coarse, fine = problem.halve_steps(grid.edges, step_tolerance)
            solved = problem.halve_intervals(grid.mesh, coarse, coefficient_tolerance)
            grid = Grid(coarse.edges, solved.mesh)
            error, by_steps, by_mesh = problem.estimate_errors(solved, fine, ENOUGH * accuracy)
            if error <= ENOUGH * accuracy:
                break
            factor = float(np.clip(AIM * accuracy / error, LEAST_FACTOR, 1))
            step_tolerance *= factor if by_steps >= by_mesh else 1
            coefficient_tolerance *= factor if by_mesh >= by_steps else 1
        else:
            raise unresolved("the visible effect", accuracy)
    return grid


def solve_cohort(
    grid: Grid, doses: Doses, constants: Constants, model: Model = MODEL, start: Carried | None = None
) -> Cohort:
    """Return the solution for many patients on a grid.

    Parameters
    ----------
    grid : Grid
    doses : Doses
        In one zone, of all patients or of each; on the days for which the grid was chosen.
    constants : Constants
        Arrays of shape (k,) or numbers; ``k_line`` and ``k_crease`` are numbers.
    model : Model
    start : Carried, optional
        What the patients carry from earlier treatments into day 0, on which they have a dose; default: nothing.
    """
    return _Problem(doses, constants, model, start).solve(grid)


class _Cleavage(NamedTuple):
    # The edges of steps, the units taken up from each dose, and at the edges the light chain with its derivatives, the
    # slopes of the cleaved fraction, and the cleaved fraction.
    edges: Array
    taken: Array
    chain: Array
    slope: Slopes
    cleaved: Array


class _Problem(NamedTuple):
    # The patients and their doses, which stay the same while a grid is chosen.
    doses: Doses
    constants: Constants
    model: Model
    start: Carried | None = None

    def solve(self, grid: Grid) -> Cohort:
        return self._respond(grid.mesh, self._integrate(grid.edges))

    def _integrate(self, edges: Array) -> _Cleavage:
        taken, chain = self._chain(edges)
        return self._follow(edges, taken, chain, slopes(self.constants.k_cleave * chain, self.constants.k_snap25))

    def _follow(self, edges: Array, taken: Array, chain: Array, slope: Slopes) -> _Cleavage:
        cleaved = follow(*steps(slope, edges), 0.0 if self.start is None else self.start.cleaved)
        return _Cleavage(edges, taken, chain, slope, cleaved)

    def _respond(self, mesh: Mesh, cleavage: _Cleavage) -> Cohort:
        visible, crease = (0.0, 1.0) if self.start is None else self.start[3:]
        edges, derivatives = cleavage.edges, stack_derivatives(cleavage.slope, cleavage.cleaved)
        weak = self._weakness(quintic(edges, mesh.nodes[:, 1:].ravel()) @ derivatives)
        points = weak.reshape(len(mesh.edges) - 1, mesh.degree, -1)
        seen = Following.at(mesh, float(self.constants.k_line))(points, visible)
        first_weak = 0.0 if self.start is None else self._weakness(self.start.cleaved)
        by_edge = derivatives.reshape(3, len(edges), -1)
        path = Path(edges, cleavage.chain, by_edge, cleavage.taken[0], np.atleast_1d(self.constants.k_depot))
        k_crease, rise = float(self.constants.k_crease), longest_rise(self.constants)
        return Cohort(mesh, points, seen, k_crease, first_weak, crease, rise, path)

    def estimate_errors(self, solved: Cohort, half_steps: _Cleavage, accuracy: float) -> tuple[float, float, float]:
        # Return the errors of the solution, of its steps and of its mesh. Where the first is small, the others are NaN.
        fine_mesh = solved.mesh.split(np.full(len(solved.mesh.edges) - 1, 2))
        reading = Reading(solved.mesh, fine_mesh.nodes.ravel())
        coarse = solved.read_visible(reading)
        fine = np.clip(self._respond(fine_mesh, half_steps).visible, 0.0, 1.0).reshape(coarse.shape)
        if (error := float(np.abs(coarse - fine).max())) <= accuracy:
            return error, np.nan, np.nan
        fine_steps = self._respond(solved.mesh, half_steps).read_visible(reading)
        return error, float(np.abs(coarse - fine_steps).max()), float(np.abs(fine - fine_steps).max())

    def halve_steps(self, edges: Array, tolerance: float) -> tuple[_Cleavage, _Cleavage]:
        # Halve each step whose result differs from that of two half steps: in the cleaved fraction at the end of the
        # step, or in the weakness in its middle. Return the solutions on the steps and on half steps.
        for _ in range(ROUNDS):
            fine = self._integrate(_add_middles(edges))
            slope = fine.slope.every_other()
            start, middle, end = fine.cleaved[:-1:2], fine.cleaved[1::2], fine.cleaved[2::2]
            factor, term = steps(slope, edges)
            read = quintic(edges, fine.edges[1::2]) @ stack_derivatives(slope, fine.cleaved[::2])
            difference = np.abs(self._weakness(read) - self._weakness(middle))
            share = self._share_in_effect(edges)[:, None]
            error = np.maximum(np.abs(factor * start + term - end), share * difference / MIDDLE_TOLERANCE)
            coarse = error.max(axis=1) > tolerance
            if not coarse.any():
                return self._follow(edges, fine.taken, fine.chain[:, ::2], slope), fine
            edges = np.sort(np.append(edges, fine.edges[1::2][coarse]))
            if len(edges) > STEPS * len(mesh_starts(self.doses.days, edges[-1])):
                break
        raise unresolved("the cleaved fraction", tolerance)

    def halve_intervals(self, mesh: Mesh, cleavage: _Cleavage, tolerance: float) -> Cohort:
        # Halve each interval whose polynomial is not close enough to the pilots' weakness. Return the solution.
        for _ in range(ROUNDS):
            solved = self._respond(mesh, cleavage)
            weak = np.moveaxis(solved.weak, -1, 0)
            share = self._share_in_effect(mesh.edges)[:, None]
            pieces = np.minimum(pieces_needed(mesh, share * weak, tolerance), 2)
            if pieces.max() == 1:
                return solved
            if pieces.sum() > INTERVALS * len(mesh_starts(self.doses.days, mesh.edges[-1])):
                break
            mesh = mesh.split(pieces)
        raise unresolved("the weakness", tolerance)

    def _chain(self, edges: Array) -> tuple[Array, Array]:
        # Return the units taken up, and the light chain with its derivatives. Here patients are the last axis, and
        # doses or times are the first.
        taken = units_taken_up(np.atleast_2d(self.doses.units[..., 0, :]).T, self.constants, self.model)
        if self.start is not None:
            taken = taken + np.append(self.start.depot[None], np.zeros((len(taken) - 1, len(self.start.depot))), axis=0)
        rates = [np.atleast_1d(rate) for rate in rates_of(self.constants)]
        chain = chain_derivatives(edges, self.doses.days, taken, rates)
        if self.start is not None:
            left = self.start.light_chain * np.exp(-np.multiply.outer(edges, rates[-1]))
            chain += np.stack([left, -rates[-1] * left, rates[-1] ** 2 * left])
        return taken, chain

    def _weakness(self, cleaved: Array) -> Array:
        return weakness(cleaved, self.constants, self.model)

    def _share_in_effect(self, edges: Array) -> Array:
        # Return the share of an error of the weakness, lasting one step, that passes to the visible effect.
        result: Array = np.minimum(1.0, self.constants.k_line * np.diff(edges))
        return result


def _add_middles(edges: Array) -> Array:
    # Return the edges and the middle of each step.
    result = np.empty(2 * len(edges) - 1)
    result[::2], result[1::2] = edges, (edges[1:] + edges[:-1]) / 2
    return result
