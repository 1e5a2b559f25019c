"""The march: ``x' = source - rate x`` on a mesh, for any stiffness, by collocation at Radau points.

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

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial import legendre
from scipy.linalg.blas import dtbsv
from scipy.sparse import csr_array
from scipy.special import roots_jacobi

from . import Array
from .refinement import INTERVALS

# High enough that the force's steep parts need few intervals, and no higher.
DEGREE = 12
# What the fastest step of the chain does is a small part of what follows: a first guess, that refinement mends.
TIME_CONSTANTS = 16
# Numbers near the smallest there is have few digits, and no mesh is fine enough for these: they are as good as 0.
NOTHING = 1e-280
# The number of small systems, one an interval and a row, solved at a time: each takes 1 kB, and as much to solve.
SYSTEMS = 8192


class Mesh(NamedTuple):
    """Intervals of time, each with its start and its Radau points.

    Parameters
    ----------
    edges : ndarray, shape (n + 1,)
        Ends of the intervals in days, ascending.
    degree : int
        Degree of the polynomial on each interval.
    """

    edges: Array
    degree: int = DEGREE

    @property
    def nodes(self) -> Array:
        """Times of every interval's start and points, shape (n, degree + 1)."""
        result: Array = self.edges[:-1, None] + np.diff(self.edges)[:, None] * _radau(self.degree).points
        return result

    def split(self, pieces: Array) -> Mesh:
        """Return the mesh with interval i cut into ``pieces[i]`` equal ones."""
        start = np.repeat(self.edges[:-1], pieces)
        width = np.repeat(np.diff(self.edges) / pieces, pieces)
        place = np.arange(len(start)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        return Mesh(np.append(start + width * place, self.edges[-1]), self.degree)


def graded_mesh(starts: Array, end: float, fastest: float) -> Mesh:
    """Return a mesh that is fine after each start and twice as coarse with every interval.

    After a dose everything is a mixture of exponentials and of what follows from them, and a mesh whose intervals grow
    in proportion to the time elapsed resolves an exponential of any rate equally well.

    Parameters
    ----------
    starts : ndarray, shape (v,)
        Days of the doses, ascending and distinct.
    end : float
        The last day.
    fastest : float
        The fastest rate, 1/day: the first interval is at most `TIME_CONSTANTS` of its time constants long.
    """
    pieces = []
    for start, stop in zip(starts, np.append(starts[1:], end), strict=True):
        length = stop - start
        count = math.ceil(math.log2(length * fastest / TIME_CONSTANTS + 1))
        pieces.append(start + length * (2.0 ** np.arange(count) - 1) / (2.0**count - 1))
    return Mesh(np.append(np.concatenate(pieces), end))


def march(mesh: Mesh, rate: Array, source: Array) -> Array:
    """Solve ``x' = source - rate x`` from x = 0.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    rate, source : ndarray, shape (..., n, m + 1)
        Values at the mesh's nodes, 1/day; leading axes broadcast.

    Returns
    -------
    ndarray, shape (..., n, m + 1)
        x at the mesh's nodes.
    """
    shape = np.broadcast_shapes(rate.shape, source.shape)
    width = np.diff(mesh.edges)[:, None]
    x = np.empty(shape)
    start = np.zeros(shape[:-2])
    intervals = max(1, SYSTEMS // max(1, start.size))
    for first in range(0, shape[-2], intervals):
        part = slice(first, first + intervals)
        scaled, given = width[part] * rate[..., part, 1:], width[part] * source[..., part, 1:]
        particular, homogeneous = _on_intervals(mesh.degree, scaled, given)
        edges = _recurrence(homogeneous[..., -1], particular[..., -1], start)
        x[..., part, 0] = edges[..., :-1]
        x[..., part, 1:] = particular + homogeneous * edges[..., :-1, None]
        start = edges[..., -1]
    return x


def _on_intervals(degree: int, rate: Array, source: Array) -> tuple[Array, Array]:
    # x at the points of each interval, taken as 1 long: from x = 0 at its start, and from x = 1 with no source.
    derivative = _radau(degree).derivative
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
        derivative = _radau(mesh.degree).derivative
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


class Reading:
    """Reads values at a mesh's nodes at other times: the polynomials through them, evaluated there.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    times : ndarray, shape (k,)
        Days within the mesh.
    """

    def __init__(self, mesh: Mesh, times: Array) -> None:
        self._interval = np.clip(np.searchsorted(mesh.edges, times, side="right") - 1, 0, len(mesh.edges) - 2)
        self._weights = _weights(
            mesh.degree, (times - mesh.edges[self._interval]) / np.diff(mesh.edges)[self._interval]
        )
        self._size = (len(mesh.edges) - 1) * (mesh.degree + 1)

    def __call__(self, values: Array) -> Array:
        """Return what `values`, shape (..., n, m + 1), are at the times, shape (..., k)."""
        result: Array = np.einsum("...ki,ki->...k", values[..., self._interval, :], self._weights)
        return result

    def matrix(self) -> csr_array:
        """Return the weights by which a matrix of nodes and patients is multiplied, shape (k, n (m + 1))."""
        times, nodes = self._weights.shape
        columns = self._interval[:, None] * nodes + np.arange(nodes)
        return csr_array(
            (self._weights.ravel(), columns.ravel(), np.arange(0, times * nodes + 1, nodes)), shape=(times, self._size)
        )


def within(mesh: Mesh, values: Array, place: Array) -> Array:
    """Evaluate polynomials, each at a `place` in its interval, 0 its start and 1 its end.

    Parameters
    ----------
    mesh : Mesh
        Of degree m.
    values : ndarray, shape (..., k, m + 1)
        Values at the nodes of an interval, one row a polynomial.
    place : ndarray, shape (k,)

    Returns
    -------
    ndarray, shape (..., k)
    """
    weights = _weights(mesh.degree, place).T
    result: Array = (np.moveaxis(values, -1, 0) * weights[(slice(None), *[None] * (values.ndim - 2))]).sum(axis=0)
    return result


def nodes_within(mesh: Mesh) -> Array:
    """Return the places of an interval's nodes within it, from 0 to 1, shape (degree + 1,)."""
    return _radau(mesh.degree).points


def slopes_within(mesh: Mesh, values: Array) -> Array:
    """Return the derivatives of polynomials at their nodes, an interval taken as 1; shapes as in `within`."""
    result: Array = values @ _radau(mesh.degree).derivative.T
    return result


def pieces_needed(mesh: Mesh, values: Array, tolerance: float) -> Array:
    """Return into how many parts each interval must be cut to hold `values` within `tolerance` of their largest.

    The error is taken for the size of the two highest Legendre coefficients, the largest over the leading axes: they
    are larger than what a polynomial of one degree more would add. A cut aims at a tenth of the tolerance, so that
    one round of cutting does.

    Returns
    -------
    ndarray of int, shape (n,)
        1 where the interval is fine enough.
    """
    largest = np.maximum(np.abs(values).max(axis=(-2, -1))[..., None], NOTHING)
    tail = np.abs(values @ _radau(mesh.degree).tail.T).sum(axis=-1) / largest
    error = tail.reshape(-1, tail.shape[-1]).max(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        pieces = np.ceil((10 * error / tolerance) ** (1 / (mesh.degree - 3)))
    # More pieces than `INTERVALS` are refused by those who ask.
    return np.where(error > tolerance, np.clip(pieces, 2, 2 * INTERVALS), 1).astype(int)


class _Radau(NamedTuple):
    points: Array  # 0 and the Radau points in (0, 1]
    barycentric: Array  # weights of Lagrange's formula at these points
    derivative: Array  # values at the points -> derivatives at the points
    tail: Array  # values at the points -> the two highest Legendre coefficients


@cache
def _radau(degree: int) -> _Radau:
    # The Radau points within (0, 1): the zeros of P_degree - P_(degree - 1) but for its zero at 1, which are those of
    # a Jacobi polynomial.
    inner, _ = roots_jacobi(degree - 1, 1.0, 0.0)
    points = np.concatenate([[0.0], (inner + 1) / 2, [1.0]])
    gaps = points[:, None] - points
    np.fill_diagonal(gaps, 1.0)
    barycentric = 1 / gaps.prod(axis=1)
    derivative = barycentric / barycentric[:, None] / gaps
    np.fill_diagonal(derivative, 0.0)
    np.fill_diagonal(derivative, -derivative.sum(axis=1))
    tail = np.linalg.inv(legendre.legvander(2 * points - 1, degree))[-2:]
    return _Radau(points, barycentric, derivative, tail)


def _weights(degree: int, place: Array) -> Array:
    # Lagrange's polynomials at places within an interval, shape (k, degree + 1): barycentric formula.
    radau = _radau(degree)
    gaps = place - radau.points[:, None]
    # So near a node that nothing lies between, and that its inverse would be past the largest number.
    exact = np.abs(gaps) < 1e-200
    gaps[exact] = 1.0
    weights: Array = radau.barycentric[:, None] / gaps
    at_node = exact.any(axis=0)
    weights[:, at_node] = exact[:, at_node]
    weights /= weights.sum(axis=0)
    return weights.T


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
