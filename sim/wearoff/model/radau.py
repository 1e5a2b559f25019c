"""Collocation at Radau points: ``x' = source - rate x`` on a mesh, for any stiffness.

On each interval x is a polynomial of degree `DEGREE` that satisfies the equation at the Radau points. The equation is
linear, so an interval maps the value at its start to the values at its points by one small linear solve, many intervals
at once; the values at the starts then follow from one bidiagonal solve. Nothing is exponentiated, so nothing overflows,
and a rate far above one over the interval (a potent dose, a quick last step) asks for no smaller interval: the method
is L-stable. Its order is ``2 DEGREE - 1`` at the edges of the mesh and ``DEGREE + 1`` between them.

References
----------
Hairer, Wanner, *Solving Ordinary Differential Equations II*, section IV.5 (Radau IIA) and II.7 (collocation).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.linalg.blas import dtbsv

from . import Array
from .mesh import Mesh, radau_tables

# The number of small systems, one an interval and a row, solved at a time: each takes 1 kB, and as much to solve.
SYSTEMS = 8192


def march(mesh: Mesh, rate: Array, source: Array, start: Array | float = 0.0) -> Array:
    """Solve ``x' = source - rate x`` from a start.

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
        particular, homogeneous = _on_intervals(
            mesh.degree, width[part] * rate[..., part, 1:], width[part] * source[..., part, 1:]
        )
        edges = _recurrence(homogeneous[..., -1], particular[..., -1], x_left)
        x[..., part, 0] = edges[..., :-1]
        x[..., part, 1:] = particular + homogeneous * edges[..., :-1, None]
        x_left = edges[..., -1]
    return x


def _on_intervals(degree: int, rate: Array, source: Array) -> tuple[Array, Array]:
    # x at the points of each interval, taken as 1 long: from x = 0 at its start, and from x = 1 with no source.
    derivative = radau_tables(degree).derivative
    system = derivative[1:, 1:] + rate[..., None] * np.eye(degree)
    given = np.empty((*np.broadcast_shapes(rate.shape, source.shape), 2))
    given[..., 0] = source
    given[..., 1] = -derivative[1:, 0]
    solved = np.linalg.solve(system, given)
    return solved[..., 0], solved[..., 1]


class Following(NamedTuple):
    """What follows a course at one rate, ``x' = rate (course - x)``: a map for each interval, the same for any course.

    Parameters
    ----------
    particular : ndarray, shape (n, m, m)
        From the course at the points of an interval to x there, from x = 0 at its start.
    homogeneous : ndarray, shape (n, m)
        From x at the start of an interval to x at its points, for a course of zero.
    """

    particular: Array
    homogeneous: Array

    @classmethod
    def at(cls, mesh: Mesh, rate: float) -> Following:
        """Return the maps of `mesh` for a rate in 1/day."""
        derivative = radau_tables(mesh.degree).derivative
        scaled = (np.diff(mesh.edges) * rate)[:, None, None]
        inverse = np.linalg.inv(derivative[1:, 1:] + scaled * np.eye(mesh.degree))
        return cls(scaled * inverse, -inverse @ derivative[1:, 0])

    def __call__(self, course: Array) -> Array:
        """Return x, shape (n, m + 1, k), for k courses at the points alone, shape (n, m, k)."""
        n, m, k = course.shape
        result = np.empty((n, m + 1, k))
        start = np.zeros(k)
        for x, own, left in zip(result, self.particular @ course, self.homogeneous, strict=True):
            x[0] = start
            np.multiply(left[:, None], start, out=x[1:])
            x[1:] += own
            start = x[m]
        return result


def _recurrence(factor: Array, term: Array, start: Array) -> Array:
    # x[i + 1] = factor[i] x[i] + term[i] from x[0] = start, along the last axis: one bidiagonal system for all rows,
    # which a zero keeps apart, since a loop over the intervals costs more than the solve itself.
    rows, n = start.size, term.shape[-1] + 1
    band = np.zeros((2, rows * n), order="F")
    band[1].reshape(rows, n)[:, :-1] = -factor.reshape(rows, -1)
    given = np.empty((rows, n))
    given[:, 0] = start.ravel()
    given[:, 1:] = term.reshape(rows, -1)
    result: Array = dtbsv(1, band, given.ravel(), lower=1, diag=1, overwrite_x=1).reshape(*start.shape, n)
    return result
