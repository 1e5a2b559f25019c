"""A mesh of time: on each interval a polynomial through Radau points, which can be read, differentiated and refined."""

from __future__ import annotations

import math
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.polynomial import legendre
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
    return radau_tables(mesh.degree).points


def slopes_within(mesh: Mesh, values: Array) -> Array:
    """Return the derivatives of polynomials at their nodes, an interval taken as 1; shapes as in `within`."""
    result: Array = values @ radau_tables(mesh.degree).derivative.T
    return result


def pieces_needed(mesh: Mesh, values: Array, tolerance: float, largest: Array | None = None) -> Array:
    """Return into how many parts each interval must be cut to hold `values` within `tolerance`.

    The error is taken for the size of the two highest Legendre coefficients, the largest over the leading axes: they
    are larger than what a polynomial of one degree more would add. A cut aims at a tenth of the tolerance, so that
    one round of cutting does.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    values : ndarray, shape (..., n, m + 1)
        At the mesh's nodes.
    tolerance : float
        Against `largest`.
    largest : ndarray, shape (..., n) or (..., 1), optional
        Default: the largest of the values.

    Returns
    -------
    ndarray of int, shape (n,)
        1 where the interval is fine enough.
    """
    if largest is None:
        largest = np.abs(values).max(axis=(-2, -1))[..., None]
    tail = np.abs(values @ radau_tables(mesh.degree).tail.T).sum(axis=-1) / np.maximum(largest, NOTHING)
    error = tail.reshape(-1, tail.shape[-1]).max(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        pieces = np.ceil((10 * error / tolerance) ** (1 / (mesh.degree - 3)))
    # More pieces than `INTERVALS` are refused by those who ask.
    return np.where(error > tolerance, np.clip(pieces, 2, 2 * INTERVALS), 1).astype(int)


class RadauTables(NamedTuple):
    """What polynomials through the Radau points of [0, 1] are worked with.

    Parameters
    ----------
    points : ndarray, shape (m + 1,)
        0 and the Radau points in (0, 1].
    barycentric : ndarray, shape (m + 1,)
        Weights of Lagrange's formula at these points.
    derivative : ndarray, shape (m + 1, m + 1)
        From values at the points to derivatives there.
    tail : ndarray, shape (2, m + 1)
        From values at the points to the two highest Legendre coefficients.
    """

    points: Array
    barycentric: Array
    derivative: Array
    tail: Array


@cache
def radau_tables(degree: int) -> RadauTables:
    """Return the tables of a degree."""
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
    return RadauTables(points, barycentric, derivative, tail)


def _weights(degree: int, place: Array) -> Array:
    # Lagrange's polynomials at places within an interval, shape (k, degree + 1): barycentric formula.
    radau = radau_tables(degree)
    gaps = place - radau.points[:, None]
    # So near a node that nothing lies between, and that its inverse would be past the largest number.
    exact = np.abs(gaps) < 1e-200
    gaps[exact] = 1.0
    weights: Array = radau.barycentric[:, None] / gaps
    at_node = exact.any(axis=0)
    weights[:, at_node] = exact[:, at_node]
    weights /= weights.sum(axis=0)
    return weights.T
