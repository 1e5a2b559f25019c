"""Where a piecewise polynomial passes a level: a bracket between neighbouring nodes, then a root inside it."""

from __future__ import annotations

import numpy as np

from . import Array
from .mesh import Mesh, nodes_within, slopes_within, within

# A root is found when a step moves it by less than this part of an interval: of some days, far below a second.
NARROW = 1e-12
# A height below this is rounding.
ROUNDING = 1e-15
STEPS = 60


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
        Days. Two crossings between the same two nodes, a small part of a day after a visit and some days at most
        later, are not seen.
    """
    # An interval's start stands for the end of the one before, from which it may differ by a rounding.
    above = np.append(values[0, 0], values[:, 1:]) >= level
    interval, node = np.divmod(np.flatnonzero(above[1:] != above[:-1]), mesh.degree)
    return root(mesh, values[interval], interval, node, np.full(len(interval), level))


def root(mesh: Mesh, values: Array, interval: Array, node: Array, level: Array) -> Array:
    """Return the day on which `values` pass `level` between a node and the next of an interval.

    Parameters
    ----------
    mesh : Mesh
    values : ndarray, shape (k, m + 1)
        Values at the nodes of the interval, one row a root.
    interval, node : ndarray of int, shape (k,)
        The interval, and the node before the root.
    level : ndarray, shape (k,)
    """
    places = nodes_within(mesh)
    low, high = places[node], places[node + 1]
    rising = np.take_along_axis(values, node[:, None], axis=1)[:, 0] < level
    both = np.stack([values, slopes_within(mesh, values)])
    place = (low + high) / 2
    wide = np.ones(len(place), dtype=bool)
    # Newton's steps, and the middle of the bracket where one would leave it. A root that is found stays as it is,
    # however long others take.
    for _ in range(STEPS):
        height, slope = within(mesh, both, place)
        height -= level
        passed = (height >= 0) == rising
        low, high = np.where(passed, low, place), np.where(passed, place, high)
        newton = place - height / np.where(slope == 0, np.inf, slope)
        following = np.where((newton >= low) & (newton <= high), newton, (low + high) / 2)
        wide &= (np.abs(following - place) > NARROW) & (np.abs(height) > ROUNDING)
        place = np.where(wide, following, place)
        if not wide.any():
            break
    result: Array = mesh.edges[interval] + np.diff(mesh.edges)[interval] * place
    return result
