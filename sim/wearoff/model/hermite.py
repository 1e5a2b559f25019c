"""``x' = source - rate x`` for many patients, by Hermite's two-point formula.

Collocation (`radau.march`) solves a small linear system on every interval for every patient. Here the rate and its
derivatives are known in closed form, from those of the light chain. A formula of order 6 then needs no system. It takes
two derivatives of the slope at both ends of a step of length h:

    x1 - x0 = h/2 (x0' + x1') + h^2/10 (x0'' - x1'') + h^3/120 (x0''' + x1''').

Every derivative is ``a + b x`` with a and b known, so that a step is one product and one sum. The formula is A-stable:
the growth of x in a step is the diagonal Pade approximation of exp. Within a step, x is read from the polynomial of
degree 5 that has the value and two derivatives of x at both ends.

There are two methods because neither does the work of both. For 512 patients, four visits and a year at 1e-6,
collocation takes 17 to 28 times as long as this formula on a grid that is there already. For one patient at 1e-8 the
two take the same time, but the grid must be chosen first, which takes 33 times as long as collocation with its mesh.

References
----------
Hairer, Norsett, Wanner, *Solving Ordinary Differential Equations I*, section II.13 (Obreschkoff's methods).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from . import Array, Number


class Slopes(NamedTuple):
    """The first three derivatives of x, each as ``constant - factor x``, at nodes of time and for patients.

    Parameters
    ----------
    constants, factors : tuple of ndarray, shape (n, patients)
    """

    constants: tuple[Array, Array, Array]
    factors: tuple[Array, Array, Array]

    def every_other(self) -> Slopes:
        """Return the slopes at every other node, beginning with the first."""
        (c1, c2, c3), (f1, f2, f3) = self
        return Slopes((c1[::2], c2[::2], c3[::2]), (f1[::2], f2[::2], f3[::2]))


def slopes(cleavage: Array, turnover: Number) -> Slopes:
    """Return the derivatives of the cleaved fraction x, for which ``x' = c - (turnover + c) x`` with the cleavage c.

    Parameters
    ----------
    cleavage : ndarray, shape (3, n, patients)
        c and its first two derivatives in time.
    turnover : float or ndarray, shape (patients,)
        1/day.
    """
    c, c1, c2 = cleavage
    rate = c + turnover
    factor2 = c1 - rate * rate
    constant2 = c1 - rate * c
    factor3 = c2 - 2 * rate * c1 - rate * factor2
    constant3 = c2 - 2 * c1 * c - rate * constant2
    return Slopes((c, constant2, constant3), (rate, factor2, factor3))


def steps(slope: Slopes, edges: Array) -> tuple[Array, Array]:
    """Return factor and term of each step, ``x1 = factor x0 + term``: two arrays of shape (n - 1, patients)."""
    h = np.diff(edges)[:, None]
    a, b, c = h / 2, h * h / 10, h**3 / 120
    (c1, c2, c3), (f1, f2, f3) = slope
    # The sums are made in place: for many patients a new array takes more time than a sum.
    after = c * f3[1:]
    after -= b * f2[1:]
    after += a * f1[1:]
    after += 1
    before = -c * f3[:-1]
    before -= b * f2[:-1]
    before -= a * f1[:-1]
    before += 1
    term = c * (c3[:-1] + c3[1:])
    term += b * (c2[:-1] - c2[1:])
    term += a * (c1[:-1] + c1[1:])
    before /= after
    term /= after
    return before, term


def follow(factor: Array, term: Array, start: Number = 0.0) -> Array:
    """Return x at every edge, shape (n, patients), step by step from its value at the first edge."""
    x = np.empty((len(term) + 1, *term.shape[1:]))
    x[0] = start
    for i in range(len(term)):
        np.multiply(factor[i], x[i], out=x[i + 1])
        x[i + 1] += term[i]
    return x


def stack_derivatives(slope: Slopes, x: Array) -> Array:
    """Return x, x' and x'' at n edges from x, shape (n, patients), as `quintic` takes them: shape (3 n, patients)."""
    stacked = np.empty((3, *x.shape))
    stacked[0] = x
    for derivative, constant, factor in zip(stacked[1:], slope.constants[:2], slope.factors[:2], strict=True):
        np.multiply(factor, x, out=derivative)
        np.subtract(constant, derivative, out=derivative)
    return stacked.reshape(-1, x.shape[1])


def quintic(edges: Array, times: Array) -> csr_array:
    """Return the weights that give x at `times` from x, x' and x'' at the edges, stacked in this order.

    Returns
    -------
    csr_array, shape (k, 3 n)
    """
    n = len(edges)
    step, weights = _weigh(edges, times)
    columns = np.stack([step + i * n + end for end in (0, 1) for i in range(3)], axis=-1)
    rows = np.arange(0, 6 * len(times) + 1, 6)
    return csr_array((np.stack(weights, axis=-1).ravel(), columns.ravel(), rows), shape=(len(times), 3 * n))


def quintic_at(edges: Array, derivatives: Array, days: Array) -> Array:
    """Return x of each patient on a day of its own, shape (patients,), from x, x' and x'' at the edges.

    Parameters
    ----------
    edges : ndarray, shape (n,)
    derivatives : ndarray, shape (3, n, patients)
    days : ndarray, shape (patients,)
    """
    step, weights = _weigh(edges, days)
    patients = np.arange(len(days))
    ends = [derivatives[i, step + end, patients] for end in (0, 1) for i in range(3)]
    return sum((weight * value for weight, value in zip(weights, ends, strict=True)), start=np.zeros(len(days)))


def _weigh(edges: Array, times: Array) -> tuple[npt.NDArray[np.intp], list[Array]]:
    # Return the step in which each time is, and the weights of x, x' and x'' at its two ends.
    step = np.clip(np.searchsorted(edges, times, side="right") - 1, 0, len(edges) - 2)
    h = np.diff(edges)[step]
    u = (times - edges[step]) / h
    v = 1 - u
    return step, [_value(v), h * _slope(v), h * h * _curvature(v), _value(u), -h * _slope(u), h * h * _curvature(u)]


# Each of these polynomials of degree 5 has one of value, slope and curvature equal to 1 at u = 1, and the other two
# equal to 0 there; all three are 0 at u = 0. The slope is counted from u = 1 towards u = 0.


def _value(u: Array) -> Array:
    result: Array = u**3 * (10 - 15 * u + 6 * u**2)
    return result


def _slope(u: Array) -> Array:
    result: Array = u**3 * (1 - u) * (4 - 3 * u)
    return result


def _curvature(u: Array) -> Array:
    result: Array = u**3 * (1 - u) ** 2 / 2
    return result
