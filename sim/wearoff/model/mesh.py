"""A mesh of time, with a polynomial through Radau points on each of its intervals.

The polynomials can be evaluated and differentiated, and the mesh can be refined.
"""

from __future__ import annotations

import itertools
import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial.chebyshev import chebvander
from numpy.polynomial.legendre import legvander
from scipy.special import roots_jacobi

from . import Array
from .refinement import INTERVALS

# The lowest degree with which the steep parts of the force need few intervals.
DEGREE = 12
# Length of the first interval after a dose, in time constants of the fastest step. This is a first guess: refinement
# cuts the interval where needed.
TIME_CONSTANTS = 16
# Values below this are taken for 0. Near the smallest number that a computer has, numbers have few digits, and no mesh
# is fine enough.
SMALLEST_VALUE = 1e-280

# The number of polynomials whose coefficients are computed at a time, and of days that are read at a time. For larger
# products BLAS starts threads, which are slow where other processes use the processors.
POLYNOMIALS, ROWS = 512, 32


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
        result: Array = self.edges[:-1, None] + np.diff(self.edges)[:, None] * radau_tables(self.degree).points
        return result

    def split(self, pieces: Array) -> Mesh:
        """Return the mesh with interval i cut into ``pieces[i]`` equal ones."""
        start = np.repeat(self.edges[:-1], pieces)
        width = np.repeat(np.diff(self.edges) / pieces, pieces)
        place = np.arange(len(start)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
        return Mesh(np.append(start + width * place, self.edges[-1]), self.degree)


def graded_mesh(starts: Array, end: float, fastest: float) -> Mesh:
    """Return a mesh that is fine after each start; each interval is twice as long as the one before.

    After a dose the solution is a mixture of exponentials, and functions of it. If intervals grow in proportion to the
    time since the dose, the mesh resolves an exponential of any rate equally well.

    Parameters
    ----------
    starts : ndarray, shape (v,)
        Days of the doses, ascending and distinct.
    end : float
        The last day.
    fastest : float
        The fastest rate in 1/day. The first interval is at most `TIME_CONSTANTS` of its time constants long.
    """
    pieces = []
    for start, stop in zip(starts, np.append(starts[1:], end), strict=True):
        length = stop - start
        count = math.ceil(math.log2(length * fastest / TIME_CONSTANTS + 1))
        pieces.append(start + length * (2.0 ** np.arange(count) - 1) / (2.0**count - 1))
    return Mesh(np.append(np.concatenate(pieces), end))


class Reading:
    """Evaluates the polynomials of a mesh at some times, for any values at the mesh's nodes.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    times : ndarray, shape (k,)
        Days within the mesh.

    Attributes
    ----------
    interval : ndarray of int, shape (k,)
        The interval of each time.
    weights : ndarray, shape (k, m + 1)
        The weights of the values at this interval's nodes.
    """

    def __init__(self, mesh: Mesh, times: Array) -> None:
        self.interval = np.clip(np.searchsorted(mesh.edges, times, side="right") - 1, 0, len(mesh.edges) - 2)
        self.weights = _weights(mesh.degree, (times - mesh.edges[self.interval]) / np.diff(mesh.edges)[self.interval])
        # Neighbouring times in one interval, at most `ROWS` of them, with that interval.
        edges = np.flatnonzero(np.diff(self.interval, prepend=-1, append=-1))
        self._parts = [
            (int(self.interval[start]), slice(start, min(start + ROWS, after)))
            for first, after in itertools.pairwise(edges)
            for start in range(first, after, ROWS)
        ]

    def __call__(self, values: Array) -> Array:
        """Return the values at the times, shape (..., k), from `values` at the nodes, shape (..., n, m + 1)."""
        result: Array = np.einsum("...ki,ki->...k", values[..., self.interval, :], self.weights)
        return result

    def of_many(self, values: Array) -> Array:
        """Return the values at the times, shape (times, k), from those of k patients, shape (n, m + 1, k)."""
        result = np.empty((len(self.interval), values.shape[-1]))
        for interval, part in self._parts:
            np.matmul(self.weights[part], values[interval], out=result[part])
        return result


def at_own_day(mesh: Mesh, values: Array, days: Array) -> Array:
    """Return the values of k patients, each on a day of the patient, shape (k,).

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    values : ndarray, shape (n, m + 1, k)
        Values at the mesh's nodes.
    days : ndarray, shape (k,)
    """
    interval = np.clip(np.searchsorted(mesh.edges, days, side="right") - 1, 0, len(mesh.edges) - 2)
    place = (days - mesh.edges[interval]) / np.diff(mesh.edges)[interval]
    result: Array = (values[interval, :, np.arange(len(days))] * _weights(mesh.degree, place)).sum(axis=1)
    return result


def nodes_within(mesh: Mesh) -> Array:
    """Return the places of an interval's nodes within it, from 0 to 1, shape (degree + 1,)."""
    return radau_tables(mesh.degree).points


def coefficients(mesh: Mesh, values: Array) -> Array:
    """Return the Chebyshev coefficients of polynomials, for which each interval is [-1, 1], shape (m + 1, k).

    Parameters
    ----------
    mesh : Mesh
        Of degree m.
    values : ndarray, shape (k, m + 1)
        Values at the nodes of an interval, one row a polynomial.
    """
    result = np.empty(values.T.shape)
    for first in range(0, len(values), POLYNOMIALS):
        part = slice(first, first + POLYNOMIALS)
        result[:, part] = radau_tables(mesh.degree).chebyshev @ values[part].T
    return result


def evaluate(polynomials: Array, places: Array) -> Array:
    """Return the value of each polynomial at one place, shape (k,).

    Parameters
    ----------
    polynomials : ndarray, shape (m + 1, k)
        Chebyshev coefficients, as `coefficients` returns them.
    places : ndarray, shape (k,)
        From -1 to 1 in each polynomial's interval.

    Examples
    --------
    >>> evaluate(np.array([[1.0], [0.0], [2.0]]), np.array([0.5])).tolist()  # 1 + 2 (2 x^2 - 1)
    [0.0]
    """
    # Clenshaw's recurrence, in three buffers: for few polynomials a new array takes more time than a sum.
    twice, last, before, buffer = 2 * places, polynomials[-1].copy(), np.zeros(len(places)), np.empty(len(places))
    for coefficient in polynomials[-2:0:-1]:
        np.multiply(twice, last, out=buffer)
        buffer -= before
        buffer += coefficient
        last, before, buffer = buffer, last, before
    result: Array = polynomials[0] + places * last - before
    return result


def read_within(mesh: Mesh, values: Array, interval: Array, days: Array) -> Array:
    """Return values on days within given intervals, shape (k,), from the values at the nodes, shape (k, m + 1)."""
    places = (days - mesh.edges[interval]) / np.diff(mesh.edges)[interval]
    return evaluate(coefficients(mesh, values), 2 * places - 1)


def pieces_needed(mesh: Mesh, values: Array, tolerance: float, largest: Array | None = None) -> Array:
    """Return the number of pieces into which each interval must be cut to hold `values` within `tolerance`.

    The error is estimated by the sum of the two highest Legendre coefficients, the largest over the leading axes. This
    is more than a polynomial of one degree more would add. A cut aims at a tenth of the tolerance, so that one round
    of cutting is mostly enough.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    values : ndarray, shape (..., n, m + 1)
        Values at the mesh's nodes.
    tolerance : float
        As a fraction of `largest`.
    largest : ndarray, shape (..., n) or (..., 1), optional
        Values against which errors are measured; default: the largest of `values`.

    Returns
    -------
    ndarray of int, shape (n,)
        1 where the interval is fine enough.
    """
    if largest is None:
        largest = np.abs(values).max(axis=(-2, -1))[..., None]
    tail = np.abs(values @ radau_tables(mesh.degree).tail.T).sum(axis=-1) / np.maximum(largest, SMALLEST_VALUE)
    error = tail.reshape(-1, tail.shape[-1]).max(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        pieces = np.ceil((10 * error / tolerance) ** (1 / (mesh.degree - 3)))
    # The callers refuse a mesh with more than `INTERVALS` pieces for each dose.
    return np.where(error > tolerance, np.clip(pieces, 2, 2 * INTERVALS), 1).astype(int)


class RadauTables(NamedTuple):
    """Points and matrices for polynomials through the Radau points of [0, 1].

    Parameters
    ----------
    points : ndarray, shape (m + 1,)
        0 and the Radau points in (0, 1].
    barycentric : ndarray, shape (m + 1,)
        Weights of Lagrange's formula at these points.
    derivative : ndarray, shape (m + 1, m + 1)
        The matrix that gives derivatives at the points from values at the points.
    chebyshev : ndarray, shape (m + 1, m + 1)
        The matrix that gives Chebyshev coefficients from values at the points.
    tail : ndarray, shape (2, m + 1)
        The matrix that gives the two highest Legendre coefficients from values at the points.
    """

    points: Array
    barycentric: Array
    derivative: Array
    chebyshev: Array
    tail: Array


@cache
def radau_tables(degree: int) -> RadauTables:
    """Return the tables for polynomials of a degree."""
    # The Radau points within (0, 1) are the zeros of P_degree - P_(degree - 1), without its zero at 1. They are also
    # the zeros of a Jacobi polynomial.
    inner, _ = roots_jacobi(degree - 1, 1.0, 0.0)
    points = np.concatenate([[0.0], (inner + 1) / 2, [1.0]])
    gaps = points[:, None] - points
    np.fill_diagonal(gaps, 1.0)
    barycentric = 1 / gaps.prod(axis=1)
    derivative = barycentric / barycentric[:, None] / gaps
    np.fill_diagonal(derivative, 0.0)
    np.fill_diagonal(derivative, -derivative.sum(axis=1))
    to_chebyshev = np.linalg.inv(chebvander(2 * points - 1, degree))
    tail = np.linalg.inv(legvander(2 * points - 1, degree))[-2:]
    return RadauTables(points, barycentric, derivative, to_chebyshev, tail)


def _weights(degree: int, place: Array) -> Array:
    # Return Lagrange's polynomials at places within an interval, shape (k, degree + 1), by the barycentric formula.
    radau = radau_tables(degree)
    gaps = place - radau.points[:, None]
    # A smaller gap is taken for 0: its inverse would be more than the largest number.
    exact = np.abs(gaps) < 1e-200
    gaps[exact] = 1.0
    weights: Array = radau.barycentric[:, None] / gaps
    at_node = exact.any(axis=0)
    weights[:, at_node] = exact[:, at_node]
    weights /= weights.sum(axis=0)
    return weights.T
