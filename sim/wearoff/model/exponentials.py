"""Divided differences of the exponential: what a chain of first-order steps is made of.

A Bateman sum divides by differences of rates and fails where two of them are equal. The divided difference
``exp[z0, ..., zn]`` is the same quantity, defined for any nodes: the mean of ``exp`` over their convex hull, divided by
``n!``. It is computed by McCurdy, Ng and Parlett's rule: nodes wide apart by recursion, nodes close together by series.
"""

from __future__ import annotations

from math import factorial

import numpy as np

from . import Array

# Nodes within NEAR of each other go by series. Recursion loses about a factor 2 n / NEAR an order, harmless for the
# five nodes of the chain; the series' terms fall at least as fast as (NEAR / 2)^k / k!, below rounding at TERMS.
NEAR = 1.0
TERMS = 14


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
    function".

    Examples
    --------
    >>> exp_divided_difference(np.array([[0.0], [0.0], [0.0]]))  # exp(0) / 2!
    array([0.5])
    """
    table = np.exp(nodes)
    for order in range(1, len(nodes)):
        width = nodes[order:] - nodes[:-order]
        near = width < NEAR
        width[near] = 1.0
        table = (table[1:] - table[:-1]) / width
        if near.any():
            table[near] = _series(*(nodes[i : len(nodes) - order + i][near] for i in range(order + 1)))
    result: Array = table[0]
    return result


def _series(*nodes: Array) -> Array:
    # exp[z0, ..., zn] = e^c sum over k of h_k(z - c) / (n + k)!, h_k the complete homogeneous symmetric polynomial,
    # of which h_k(d0 .. dj) = h_k(d0 .. d(j-1)) + dj h_(k-1)(d0 .. dj).
    order = len(nodes) - 1
    centre = (nodes[0] + nodes[-1]) / 2
    if order == 1:
        pair: Array = np.exp(centre) * _sinhc((nodes[1] - nodes[0]) / 2)
        return pair
    offsets = [node - centre for node in nodes]
    polynomial = [np.ones_like(centre) for _ in nodes]
    total = np.full_like(centre, 1 / factorial(order))
    for k in range(1, TERMS):
        polynomial[0] *= offsets[0]
        for j in range(1, order + 1):
            polynomial[j] *= offsets[j]
            polynomial[j] += polynomial[j - 1]
        total += polynomial[-1] / factorial(order + k)
    total *= np.exp(centre)
    return total


def _sinhc(x: Array) -> Array:
    result: Array = np.sinh(x) / np.where(x == 0, 1.0, x) + (x == 0)
    return result
