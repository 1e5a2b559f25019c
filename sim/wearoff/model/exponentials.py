"""Divided differences of the exponential: what a chain of first-order steps is made of.

A Bateman sum divides by differences of rates and fails where two of them are equal. The divided difference
``exp[z0, ..., zn]`` is the same quantity, defined for any nodes: the mean of ``exp`` over their convex hull, divided by
``n!``. Nodes wide apart go by recursion, nodes close together by Cauchy's formula on a circle around them.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import NamedTuple

import numpy as np

from . import Array

# Nodes within NEAR of each other go by Cauchy's formula. Recursion loses about a factor 2 n / NEAR an order, harmless
# for the five nodes of the chain.
NEAR = 1.5

# The upper half of a circle of radius 4 with 32 points: the trapezoidal rule on it errs by (NEAR / 2 / 4)^32 and by
# 4^32 / (32 + n)!, both below rounding.
RADIUS, POINTS = 4.0, 32
_CIRCLE = RADIUS * np.exp(1j * np.pi * (2 * np.arange(POINTS // 2)[:, None] + 1) / POINTS)
_WEIGHTS = 2 / POINTS * _CIRCLE * np.exp(_CIRCLE)

# The number of columns worked on at a time: Cauchy's formula takes 256 bytes for each node of each column.
COLUMNS = 1024


def exp_divided_differences(nodes: Array, sets: tuple[int, ...]) -> Array:
    """Return divided differences of ``exp`` over some sets of `nodes`, the same sets in every column.

    Parameters
    ----------
    nodes : ndarray, shape (n, k)
        The nodes in ascending order along the first axis, equal ones included, finite.
    sets : tuple of int, length s
        Each a set of nodes as a binary number: 0b101 is the set of the nodes 0 and 2.

    Returns
    -------
    ndarray, shape (s, k)
        ``exp[z, ...]`` over the nodes z of each set, positive, with a relative error near rounding.

    References
    ----------
    McCurdy, Ng, Parlett 1984, Math Comput 43:501, "Accurate computation of divided differences of the exponential
    function": when recursion may be trusted. Trefethen, Weideman 2014, SIAM Rev 56:385: the trapezoidal rule on a
    circle.

    Examples
    --------
    >>> nodes = np.zeros((3, 1))  # exp(0), and exp(0) / 2!
    >>> exp_divided_differences(nodes, (0b001, 0b111)).round(12).tolist()
    [[1.0], [0.5]]
    """
    alone, levels, asked = _plan(sets)
    result = np.empty((len(sets), nodes.shape[1]))
    for first in range(0, nodes.shape[1], COLUMNS):
        part = slice(first, first + COLUMNS)
        result[:, part] = _table(nodes[:, part], alone, levels)[asked]
    return result


class _Level(NamedTuple):
    # The sets of one size. They follow one another in the table from the row `first` on; each has the rows of the sets
    # without its last and without its first node, and its nodes, shape (nodes in a set, sets).
    first: int
    without_last: Array
    without_first: Array
    nodes: Array


@cache
def _plan(sets: tuple[int, ...]) -> tuple[Array, list[_Level], Array]:
    # The nodes needed alone, the larger sets level by level, and the rows of what is asked for.
    asked = [tuple(i for i in range(each.bit_length()) if each >> i & 1) for each in sets]
    needed = set(asked)
    for size in range(max(map(len, asked)), 1, -1):
        for each in [each for each in needed if len(each) == size]:
            needed |= {each[1:], each[:-1]}
    ordered = sorted(needed, key=lambda each: (len(each), each))
    row = {each: i for i, each in enumerate(ordered)}
    levels = []
    for _, own in itertools.groupby((each for each in ordered if len(each) > 1), key=len):
        level = list(own)
        without_last, without_first = ([row[each[part]] for each in level] for part in (slice(-1), slice(1, None)))
        levels.append(_Level(row[level[0]], np.array(without_last), np.array(without_first), np.array(level).T))
    alone = np.array([each[0] for each in ordered if len(each) == 1])
    return alone, levels, np.array([row[each] for each in asked])


def _table(nodes: Array, alone: Array, levels: list[_Level]) -> Array:
    table = np.empty((len(alone) + sum(level.nodes.shape[1] for level in levels), nodes.shape[1]))
    # Below its range exp is slow, and what it gives there is nothing: the least it is asked for is 1e-304.
    np.exp(np.maximum(nodes.take(alone, axis=0), -700.0), out=table[: len(alone)])
    for level in levels:
        # `take` is several times as fast as an index, which counts where there are few columns.
        own = nodes.take(level.nodes, axis=0)
        width = own[-1] - own[0]
        near = np.flatnonzero(width < NEAR)
        width.ravel()[near] = 1.0
        found = table.take(level.without_first, axis=0)
        found -= table.take(level.without_last, axis=0)
        found /= width
        if len(near):
            found.ravel()[near] = _close(own.reshape(len(own), -1).take(near, axis=1))
        table[level.first : level.first + len(found)] = found
    return table


def _close(nodes: Array) -> Array:
    # exp[z0, ..., zn] = 1 / (2 pi i) times the integral of exp(z) / ((z - z0) ... (z - zn)) around the nodes.
    centre = (nodes[0] + nodes[-1]) / 2
    if len(nodes) == 2:
        pair: Array = np.exp(centre) * _sinhc((nodes[1] - nodes[0]) / 2)
        return pair
    apart = nodes - centre
    product = _CIRCLE - apart[0]
    for each in apart[1:]:
        product *= _CIRCLE - each
    result: Array = np.exp(centre) * (_WEIGHTS / product).real.sum(axis=0)
    return result


def _sinhc(x: Array) -> Array:
    result: Array = np.sinh(x) / np.where(x == 0, 1.0, x) + (x == 0)
    return result
