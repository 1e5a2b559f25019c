"""Collocation at Radau points: ``x' = source - rate x`` on a mesh, for any stiffness.

On each interval x is a polynomial of degree `DEGREE` that satisfies the equation at the Radau points. The equation is
linear. One small linear system for each interval gives the values at its points from the value at its start; many of
these systems are solved at once. One bidiagonal system then gives the values at all starts. The method computes no
exponentials, so that nothing overflows. It is L-stable: a large rate, such as that of a potent dose or of a quick last
step, needs no short interval. Its order is ``2 DEGREE - 1`` at the edges of the mesh and ``DEGREE + 1`` between them.

References
----------
Hairer, Wanner, *Solving Ordinary Differential Equations II*, section IV.5 (Radau IIA) and II.7 (collocation).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.linalg.blas import dtbsv
from scipy.sparse import csr_array

from . import Array
from .hermite import follow
from .mesh import Mesh, Reading, radau_tables

# The number of small linear systems that are solved at a time. Each takes 1 kB, and another 1 kB while it is solved.
SYSTEMS = 8192


def march(mesh: Mesh, rate: Array, source: Array, start: Array | float = 0.0) -> Array:
    """Return the solution of ``x' = source - rate x`` from a start.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    rate, source : ndarray, shape (..., n, m + 1)
        Values at the mesh's nodes, 1/day; leading axes broadcast.
    start : ndarray, shape (...)
        x at the mesh's first edge.

    Returns
    -------
    ndarray, shape (..., n, m + 1)
        x at the mesh's nodes.
    """
    shape = np.broadcast_shapes(rate.shape, source.shape)
    width = np.diff(mesh.edges)[:, None]
    x = np.empty(shape)
    x_left = np.broadcast_to(start, shape[:-2])
    intervals = max(1, SYSTEMS // max(1, x_left.size))
    for first in range(0, shape[-2], intervals):
        part = slice(first, first + intervals)
        particular, homogeneous = _solve_intervals(
            mesh.degree, width[part] * rate[..., part, 1:], width[part] * source[..., part, 1:]
        )
        edges = _solve_recurrence(homogeneous[..., -1], particular[..., -1], x_left)
        x[..., part, 0] = edges[..., :-1]
        x[..., part, 1:] = particular + homogeneous * edges[..., :-1, None]
        x_left = edges[..., -1]
    return x


def _solve_intervals(degree: int, rate: Array, source: Array) -> tuple[Array, Array]:
    # Return two solutions at the points of intervals of length 1: from x = 0 at the start with the source, and from
    # x = 1 at the start without it.
    derivative = radau_tables(degree).derivative
    system = derivative[1:, 1:] + rate[..., None] * np.eye(degree)
    right_side = np.empty((*np.broadcast_shapes(rate.shape, source.shape), 2))
    right_side[..., 0] = source
    right_side[..., 1] = -derivative[1:, 0]
    solutions = np.linalg.solve(system, right_side)
    return solutions[..., 0], solutions[..., 1]


class Following(NamedTuple):
    """Solves ``x' = rate (course - x)`` on a mesh for one rate: x follows the course. It serves any course.

    Parameters
    ----------
    particular : ndarray, shape (n, m, m)
        For each interval the matrix that gives x at its points from the course at its points, where x = 0 at the start.
    homogeneous : ndarray, shape (n, m)
        For each interval x at its points where x = 1 at the start and the course is 0.
    """

    particular: Array
    homogeneous: Array

    @classmethod
    def at(cls, mesh: Mesh, rate: float) -> Following:
        """Return the matrices of `mesh` for a rate in 1/day."""
        derivative = radau_tables(mesh.degree).derivative
        scaled = (np.diff(mesh.edges) * rate)[:, None, None]
        inverse = np.linalg.inv(derivative[1:, 1:] + scaled * np.eye(mesh.degree))
        return cls(scaled * inverse, -inverse @ derivative[1:, 0])

    def __call__(self, course: Array, start: Array | float = 0.0) -> Array:
        """Return x at the nodes, shape (n, m + 1, k), from k courses at the points, shape (n, m, k), and x at first."""
        n, m, k = course.shape
        result = np.empty((n, m + 1, k))
        start = np.broadcast_to(start, k)
        for x, particular, homogeneous in zip(result, self.particular @ course, self.homogeneous, strict=True):
            x[0] = start
            np.multiply(homogeneous[:, None], start, out=x[1:])
            x[1:] += particular
            start = x[m]
        return result

    def read(self, reading: Reading) -> FollowingRead:
        """Return what gives x on the days of `reading` alone, in less time than x at all nodes."""
        n, nodes = self.homogeneous.shape[0], reading.weights.shape[1]
        # First come the ends of all intervals, then the days.
        interval = np.append(np.arange(n), reading.interval)
        weights = np.concatenate([np.broadcast_to(np.eye(nodes)[-1], (n, nodes)), reading.weights])
        on_course = np.zeros_like(weights)
        on_course[:, 1:] = np.einsum("ti,tij->tj", weights[:, 1:], self.particular[interval])
        on_start = weights[:, 0] + np.einsum("ti,ti->t", weights[:, 1:], self.homogeneous[interval])
        columns, starts = interval[:, None] * nodes + np.arange(nodes), nodes * np.arange(len(interval) + 1)
        matrix = csr_array((on_course.ravel(), columns.ravel(), starts), shape=(len(interval), n * nodes))
        return FollowingRead(matrix, on_start[:, None], reading.interval)


class FollowingRead(NamedTuple):
    """Gives x of `Following` on k days; it serves any course.

    Parameters
    ----------
    on_course : csr_array, shape (n + k, n (m + 1))
        x at the end of each interval and on the days, from the course at the nodes, where x = 0 at the start of the
        interval.
    on_start : ndarray, shape (n + k, 1)
        The same, where x = 1 at the interval's start and the course is 0.
    interval : ndarray of int, shape (k,)
        The interval of each day.
    """

    on_course: csr_array
    on_start: Array
    interval: npt.NDArray[np.intp]

    def __call__(self, course: Array, start: Array | float = 0.0) -> Array:
        """Return x on the days, shape (days, k), from k courses at the nodes, shape (n, m + 1, k), and x at first."""
        n = len(self.on_start) - len(self.interval)
        terms = self.on_course @ course.reshape(-1, course.shape[-1])
        starts = follow(self.on_start[:n], terms[:n], start)
        result: Array = terms[n:] + self.on_start[n:] * starts[self.interval]
        return result


def _solve_recurrence(factor: Array, term: Array, start: Array) -> Array:
    # Return x along the last axis, where x[i + 1] = factor[i] x[i] + term[i] and x[0] = start. All rows are solved as
    # one bidiagonal system, in which a zero separates each row from the next: a loop over the intervals would take
    # more time than the solution of the small systems.
    rows, n = start.size, term.shape[-1] + 1
    band = np.zeros((2, rows * n), order="F")
    band[1].reshape(rows, n)[:, :-1] = -factor.reshape(rows, -1)
    right_side = np.empty((rows, n))
    right_side[:, 0] = start.ravel()
    right_side[:, 1:] = term.reshape(rows, -1)
    result: Array = dtbsv(1, band, right_side.ravel(), lower=1, diag=1, overwrite_x=1).reshape(*start.shape, n)
    return result
