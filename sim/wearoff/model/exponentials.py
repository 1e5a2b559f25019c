"""Divided differences of the exponential, which give the amounts in a chain of first-order steps.

A Bateman sum divides by differences of rates and fails where two rates are equal. The divided difference
``exp[z0, ..., zn]`` is the same quantity, and is defined for any nodes. It is a mean of ``exp`` between the smallest
and the largest node, divided by ``n!``. It is computed by recursion where nodes are far apart, and by Cauchy's formula
on a circle around the nodes where they are close together.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import NamedTuple

import numpy as np

from . import Array

# Cauchy's formula is used for nodes within NEAR of each other. The error of the recursion grows by a factor of about
# 2 n / NEAR with each order, which is harmless for the five nodes of the chain.
NEAR = 1.5

# The upper half of a circle of radius 4 with 32 points. The trapezoidal rule on it has errors of (NEAR / 2 / 4)^32 and
# 4^32 / (32 + n)!, both below rounding.
RADIUS, POINTS = 4.0, 32
_CIRCLE = RADIUS * np.exp(1j * np.pi * (2 * np.arange(POINTS // 2)[:, None] + 1) / POINTS)
_WEIGHTS = 2 / POINTS * _CIRCLE * np.exp(_CIRCLE)

# The number of columns computed at a time. Cauchy's formula takes 256 bytes for each node of each column.
COLUMNS_AT_ONCE = 1024


def exp_divided_differences(nodes: Array, sets: tuple[int, ...]) -> Array:
    """Return the divided differences of ``exp`` over sets of `nodes`; the sets are the same in every column.

    Parameters
    ----------
    nodes : ndarray, shape (n, k)
        The nodes, finite, in ascending order along the first axis; nodes may be equal.
    sets : tuple of int, length s
        Sets of nodes as binary numbers: 0b101 is the set of the nodes 0 and 2.

    Returns
    -------
    ndarray, shape (s, k)
        ``exp[z, ...]`` over the nodes z of each set. It is positive, with a relative error near rounding.

    References
    ----------
    McCurdy, Ng, Parlett 1984, Math Comput 43:501, "Accurate computation of divided differences of the exponential
    function": the accuracy of the recursion. Trefethen, Weideman 2014, SIAM Rev 56:385: the trapezoidal rule on a
    circle.

    Examples
    --------
    >>> nodes = np.zeros((3, 1))  # exp(0), and exp(0) / 2!
    >>> exp_divided_differences(nodes, (0b001, 0b111)).round(12).tolist()
    [[1.0], [0.5]]
    """
    singles, levels, rows = _plan_table(sets)
    result = np.empty((len(sets), nodes.shape[1]))
    for first in range(0, nodes.shape[1], COLUMNS_AT_ONCE):
        part = slice(first, first + COLUMNS_AT_ONCE)
        result[:, part] = _fill_table(nodes[:, part], singles, levels)[rows]
    return result


class _Level(NamedTuple):
    # The sets of one size. Their differences are rows of the table, one below the other, from the row `first` on.
    # `without_last` and `without_first` are the rows of the sets without their last or first node. `nodes` has the
    # nodes of the sets, shape (nodes in a set, sets).
    first: int
    without_last: Array
    without_first: Array
    nodes: Array


@cache
def _plan_table(sets: tuple[int, ...]) -> tuple[Array, list[_Level], Array]:
    # Return the nodes of the sets of one, the larger sets level by level, and the rows of `sets` in the table.
    wanted = [tuple(i for i in range(number.bit_length()) if number >> i & 1) for number in sets]
    needed = set(wanted)
    for size in range(max(map(len, wanted)), 1, -1):
        for members in [members for members in needed if len(members) == size]:
            needed |= {members[1:], members[:-1]}
    ordered = sorted(needed, key=lambda members: (len(members), members))
    row = {members: i for i, members in enumerate(ordered)}
    levels = []
    for _, of_one_size in itertools.groupby((members for members in ordered if len(members) > 1), key=len):
        level = list(of_one_size)
        without_last = np.array([row[members[:-1]] for members in level])
        without_first = np.array([row[members[1:]] for members in level])
        levels.append(_Level(row[level[0]], without_last, without_first, np.array(level).T))
    singles = np.array([members[0] for members in ordered if len(members) == 1])
    return singles, levels, np.array([row[members] for members in wanted])


def _fill_table(nodes: Array, singles: Array, levels: list[_Level]) -> Array:
    table = np.empty((len(singles) + sum(level.nodes.shape[1] for level in levels), nodes.shape[1]))
    # exp is slow where its result is below the range of numbers. Here it is at least exp(-700) = 1e-304, which is as
    # good as 0.
    np.exp(np.maximum(nodes.take(singles, axis=0), -700.0), out=table[: len(singles)])
    for level in levels:
        # With few columns, `take` is several times as fast as an index.
        level_nodes = nodes.take(level.nodes, axis=0)
        width = level_nodes[-1] - level_nodes[0]
        near = np.flatnonzero(width < NEAR)
        width.ravel()[near] = 1.0
        differences = table.take(level.without_first, axis=0)
        differences -= table.take(level.without_last, axis=0)
        differences /= width
        if len(near):
            differences.ravel()[near] = _integrate_circle(level_nodes.reshape(len(level_nodes), -1).take(near, axis=1))
        table[level.first : level.first + len(differences)] = differences
    return table


def _integrate_circle(nodes: Array) -> Array:
    # exp[z0, ..., zn] = 1 / (2 pi i) times the integral of exp(z) / ((z - z0) ... (z - zn)) around the nodes. For two
    # nodes there is a closed form.
    centre = (nodes[0] + nodes[-1]) / 2
    if len(nodes) == 2:
        pair: Array = np.exp(centre) * _sinhc((nodes[1] - nodes[0]) / 2)
        return pair
    shifted = nodes - centre
    product = _CIRCLE - shifted[0]
    for node in shifted[1:]:
        product *= _CIRCLE - node
    result: Array = np.exp(centre) * (_WEIGHTS / product).real.sum(axis=0)
    return result


def _sinhc(x: Array) -> Array:
    result: Array = np.sinh(x) / np.where(x == 0, 1.0, x) + (x == 0)
    return result
