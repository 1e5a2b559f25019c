"""The days on which a piecewise polynomial passes a level.

First two neighbouring nodes are found between which the values pass the level; then the root between them is found.
"""

from __future__ import annotations

import numpy as np
from numpy.polynomial.chebyshev import chebval

from . import Array
from .mesh import Mesh, coefficients, nodes_within

# Roots are found within about this part of an interval. Intervals last some days, so that this is far less than a
# second. The search for a root ends with two steps in a row that are shorter than the square root of it.
NARROW = 1e-12
# The search also ends when the distance from the level is less than this, which is a rounding error.
ROUNDING = 1e-15
# The largest number of steps of a search. Halving the bracket alone would take 40.
SECANT_STEPS = 60


def crossings(mesh: Mesh, values: Array, level: float) -> Array:
    """Return every day on which `values` pass `level`, ascending.

    Parameters
    ----------
    mesh : Mesh
        n intervals of degree m.
    values : ndarray, shape (n, m + 1)
        One patient's values at the mesh's nodes.
    level : float

    Returns
    -------
    ndarray, shape (c,)
        Days. Two crossings between the same two neighbouring nodes are not seen. Neighbouring nodes are a small part of
        a day apart just after a visit, and some days later on.
    """
    # The value at an interval's start is left out: up to a rounding it is that at the end of the interval before.
    above = np.append(values[0, 0], values[:, 1:]) >= level
    interval, node = np.divmod(np.flatnonzero(above[1:] != above[:-1]), mesh.degree)
    return root(mesh, values[interval], interval, node, np.full(len(interval), level))


def root(mesh: Mesh, values: Array, interval: Array, node: Array, level: Array) -> Array:
    """Return the day on which `values` pass `level` between a node and the next of an interval.

    Parameters
    ----------
    mesh : Mesh
    values : ndarray, shape (k, m + 1)
        Values at the nodes of the root's interval, one row a root.
    interval, node : ndarray of int, shape (k,)
        The interval of each root, and the node before the root.
    level : ndarray, shape (k,)

    Returns
    -------
    ndarray, shape (k,)
        Days.
    """
    places = nodes_within(mesh)
    low, high = places[node], places[node + 1]
    before, after = (np.take_along_axis(values, each[:, None], axis=1)[:, 0] for each in (node, node + 1))
    rising = before < level
    polynomials = coefficients(mesh, values)
    searching = np.ones(len(low), dtype=bool)
    # The next place is the root of the secant through the last two places. If it is outside of the bracket, the next
    # place is the middle of the bracket. A root that is found stays while the search for others goes on.
    last_place, last_height, place, height = high, after - level, low, before - level
    for _ in range(SECANT_STEPS):
        rise = height - last_height
        secant = place - height * (place - last_place) / np.where(rise == 0, np.inf, rise)
        next_place = np.where((secant >= low) & (secant <= high), secant, (low + high) / 2)
        searching &= np.abs(height) > ROUNDING
        last_step, last_place, last_height = place - last_place, place, height
        place = np.where(searching, next_place, place)
        # The error after two short steps is about their product. After one it need not be small: the secant of a short
        # step can be through a distant place.
        searching &= np.maximum(np.abs(place - last_place), np.abs(last_step)) ** 2 > NARROW
        if not searching.any():
            break
        height = chebval(2 * place - 1, polynomials, tensor=False) - level
        passed = (height >= 0) == rising
        low, high = np.where(passed, low, place), np.where(passed, place, high)
    result: Array = mesh.edges[interval] + np.diff(mesh.edges)[interval] * place
    return result
