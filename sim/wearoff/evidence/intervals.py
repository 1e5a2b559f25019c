"""The covariance of the estimates of a fit, and intervals from the profile of the likelihood.

The estimates treat all rows as independent (a composite likelihood). Their covariance uses the correlations of the rows
of one arm (Godambe's sandwich).

References
----------
Varin, Reid, Firth 2011, Statistica Sinica 21:5, "An overview of composite likelihood methods".
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ..errors import InputError
from .likelihood import Problem, Solution
from .observations import CONFIDENCE

Array = npt.NDArray[np.float64]

# If the standard deviation in a direction is 5 or more on the transformed scale (a factor of over a hundred), the rows
# do not determine that direction. An eigenvalue of the information is 1 / variance.
LEAST_INFORMATION = 1 / 5**2
# The search for an end of a profile starts at 1.5 standard errors and doubles its step. A few doublings reach any
# plausible end; this many raise an error.
DOUBLINGS = 60


class Spread(NamedTuple):
    """The covariance of k estimates on the transformed scale.

    Parameters
    ----------
    covariance : ndarray, shape (k, k)
        Covariance of the estimates, from the sandwich.
    naive : ndarray, shape (k, k)
        The same as if the rows were independent.
    correlation : ndarray, shape (n, n)
        Correlation of the residuals.
    flat : ndarray, shape (directions, k)
        Directions that the rows do not determine.
    """

    covariance: Array
    naive: Array
    correlation: Array
    flat: Array


def find_spread(solution: Solution, count: int) -> Spread:
    """Return the covariance of the estimates; the first `count` residuals are those of the rows."""
    jacobian = solution.jacobian
    deviation = np.sqrt(np.diag(solution.prediction.covariance)[:count])
    correlation = np.eye(len(jacobian))
    correlation[:count, :count] = solution.prediction.covariance[:count, :count] / np.outer(deviation, deviation)
    values, vectors = np.linalg.eigh(jacobian.T @ jacobian)
    known = values > LEAST_INFORMATION
    naive = (vectors[:, known] / values[known]) @ vectors[:, known].T
    meat = jacobian.T @ correlation @ jacobian
    return Spread(naive @ meat @ naive, naive, correlation, vectors[:, ~known].T)


def find_profile(problem: Problem, solution: Solution, place: int) -> tuple[float, float]:
    """Return the ends of the 95 % profile interval of the number at `place`; see `Fit.profile`."""
    from scipy.optimize import brentq

    spread = find_spread(solution, len(problem.rows))
    widening = spread.covariance[place, place] / spread.naive[place, place]
    allowed = float(ndtri((1 + CONFIDENCE) / 2)) ** 2 * widening
    least, centre = float(solution.residuals @ solution.residuals), float(solution.transformed[place])
    deviation = math.sqrt(spread.covariance[place, place])
    # The grids of the estimates are accurate enough near them.
    treated, others = problem.plan(solution.transformed), np.delete(np.arange(len(problem.free)), place)

    def fit_others(value: float, begin: Array) -> Array:
        x = begin.copy()
        x[place] = value
        return problem.least_squares(x, others, treated) if len(others) else x

    def excess(x: Array) -> float:
        # How far the rise of the squares is above the allowed one: 0 at an end of the interval.
        difference: float = (problem.residuals(x, treated) ** 2).sum() - least - allowed
        return difference

    ends: list[float] = []
    for sign, bound in ((-1, problem.low[place]), (1, problem.high[place])):
        inner, outer, step = solution.transformed, centre, 1.5 * deviation
        for _ in range(DOUBLINGS):
            if sign * (bound - outer) <= 0:
                break
            outer = sign * min(sign * outer + step, sign * bound)
            x = fit_others(outer, inner)
            if excess(x) > 0:
                # Every fit starts at the inner end. So the excess depends on the value alone, and is negative there.
                outer = brentq(
                    lambda value, inner=inner: excess(fit_others(value, inner)),
                    inner[place],
                    outer,
                    xtol=0.02 * deviation,
                )
                break
            inner, step = x, 2 * step
        else:
            raise InputError(
                f"the profile of {problem.free[place]}",
                problem=f"has no end after {DOUBLINGS} doublings of its standard error",
                allowed="more patients, or a start nearer to the estimate",
            )
        ends.append(problem.back(problem.free[place], float(outer)))
    return ends[0], ends[1]
