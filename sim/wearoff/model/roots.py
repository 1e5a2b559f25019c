"""The days on which a piecewise polynomial passes a level.

First two neighbouring nodes are found between which the values pass the level; then the root between them is found.
"""

from __future__ import annotations

import numpy as np

from . import Array
from .mesh import Mesh, coefficients, evaluate, nodes_within

# Roots are found within about this part of an interval. Intervals last some days, so that this is far less than a
# second. The search for a root ends with two short steps in a row whose product is less than this.
NARROW, SHORT = 1e-12, 1e-2
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


def root(mesh: Mesh, values: Array, interval: Array, node: Array, level: Array, narrow: float = NARROW) -> Array:
    """Return the day on which `values` pass `level` between a node and the next of an interval.

    Parameters
    ----------
    mesh : Mesh
    values : ndarray, shape (k, m + 1)
        Values at the nodes of the root's interval, one row a root.
    interval, node : ndarray of int, shape (k,)
        The interval of each root, and the node before the root.
    level : ndarray, shape (k,)
    narrow : float
        The part of an interval within which a root is found.

    Returns
    -------
    ndarray, shape (k,)
        Days.
    """
    places = nodes_within(mesh)
    low, high, rows = places[node], places[node + 1], np.arange(len(values))
    # Every polynomial is turned so that it rises through 0 at its root.
    sign = np.where(values[rows, node] < level, 1.0, -1.0)
    heights = values - level[:, None]
    heights *= sign[:, None]
    height, last_height = heights[rows, node], heights[rows, node + 1]
    polynomials = coefficients(mesh, heights)
    searching = np.ones(len(values), dtype=bool)
    # The next place is the root of the secant through the last two places. If it is outside of the bracket, the next
    # place is the middle of the bracket. A root that is found stays while the search for others goes on.
    place, step = low, low - high
    for _ in range(SECANT_STEPS):
        with np.errstate(divide="ignore", invalid="ignore"):  # a level secant has no root
            secant = place - height * step / (height - last_height)
        next_place = np.where((secant >= low) & (secant <= high), secant, (low + high) / 2)
        searching &= np.abs(height) > ROUNDING
        last_place, last_step, last_height = place, step, height
        place = np.where(searching, next_place, place)
        step = place - last_place
        # The error after two short steps is about their product. After one it need not be small: the secant of a short
        # step can be through a distant place.
        searching &= (np.abs(step * last_step) > narrow) | (np.maximum(np.abs(step), np.abs(last_step)) > SHORT)
        if not searching.any():
            break
        height = evaluate(polynomials, 2 * place - 1)
        passed = height >= 0
        low, high = np.where(passed, low, place), np.where(passed, place, high)
    result: Array = mesh.edges[interval] + np.diff(mesh.edges)[interval] * place
    return result
