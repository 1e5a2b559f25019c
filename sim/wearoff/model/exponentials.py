"""Divided differences of the exponential: what a chain of first-order steps is made of.

A Bateman sum divides by differences of rates and fails where two of them are equal. The divided difference
``exp[z0, ..., zn]`` is the same quantity, defined for any nodes: the mean of ``exp`` over their convex hull, divided by
``n!``. Nodes wide apart go by recursion, nodes close together by Cauchy's formula on a circle around them.
"""

from __future__ import annotations

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


def exp_divided_difference(nodes: Array) -> Array:
    """Return the divided difference of ``exp`` over the first axis of `nodes`.

    Parameters
    ----------
    nodes : ndarray, shape (n, k)
        The nodes in ascending order along the first axis, equal ones included, finite.

    Returns
    -------
    ndarray, shape (k,)
        ``exp[nodes[0], ..., nodes[n - 1]]``, positive, with a relative error near rounding.

    References
    ----------
    McCurdy, Ng, Parlett 1984, Math Comput 43:501, "Accurate computation of divided differences of the exponential
    function": when recursion may be trusted. Trefethen, Weideman 2014, SIAM Rev 56:385: the trapezoidal rule on a
    circle.

    Examples
    --------
    >>> exp_divided_difference(np.array([[0.0], [0.0], [0.0]])).round(12).tolist()  # exp(0) / 2!
    [0.5]
    """
    # Below its range exp is slow, and what it gives there is nothing: the least it is asked for is 1e-304.
    table = np.exp(np.maximum(nodes, -700.0))
    for order in range(1, len(nodes)):
        width = nodes[order:] - nodes[:-order]
        near = width < NEAR
        width[near] = 1.0
        table = (table[1:] - table[:-1]) / width
        if near.any():
            table[near] = _close(*(nodes[i : len(nodes) - order + i][near] for i in range(order + 1)))
    result: Array = table[0]
    return result


def _close(*nodes: Array) -> Array:
    # exp[z0, ..., zn] = 1 / (2 pi i) times the integral of exp(z) / ((z - z0) ... (z - zn)) around the nodes.
    centre = (nodes[0] + nodes[-1]) / 2
    if len(nodes) == 2:
        pair: Array = np.exp(centre) * _sinhc((nodes[1] - nodes[0]) / 2)
        return pair
    product = _CIRCLE - (nodes[0] - centre)
    for node in nodes[1:]:
        product *= _CIRCLE - (node - centre)
    result: Array = np.exp(centre) * (_WEIGHTS / product).real.sum(axis=0)
    return result


def _sinhc(x: Array) -> Array:
    result: Array = np.sinh(x) / np.where(x == 0, 1.0, x) + (x == 0)
    return result
