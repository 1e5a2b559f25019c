"""How sure a fit is of its estimates: their covariance, and intervals from the profile of the likelihood.

The estimates take every row as if it stood alone (a composite likelihood); their spread takes account of what rows of
one arm have in common (Godambe's sandwich).

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

# Where the rows leave a standard deviation of 5 on the transformed scale, a factor of over a hundred, they say nothing.
FLAT = 1 / 5**2
# The search for an end of a profile starts at 1.5 standard errors and doubles: a few doublings reach any plausible end.
DOUBLINGS = 60


class Spread(NamedTuple):
    """How sure the rows are of k transformed estimates.

    Parameters
    ----------
    covariance : ndarray, shape (k, k)
        Of the estimates, from the sandwich.
    naive : ndarray, shape (k, k)
        The same with every row alone.
    correlation : ndarray, shape (n, n)
        Of the residuals.
    flat : ndarray, shape (directions, k)
        Directions that the rows say nothing about.
    """

    covariance: Array
    naive: Array
    correlation: Array
    flat: Array


def find_spread(solution: Solution, count: int) -> Spread:
    """Return how sure the first `count` residuals, those of the rows, are of the estimates."""
    jacobian = solution.jacobian
    deviation = np.sqrt(np.diag(solution.prediction.covariance)[:count])
    correlation = np.eye(len(jacobian))
    correlation[:count, :count] = solution.prediction.covariance[:count, :count] / np.outer(deviation, deviation)
    values, vectors = np.linalg.eigh(jacobian.T @ jacobian)
    known = values > FLAT
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
    # Near the estimates, their grids will do.
    treated, others = problem.plan(solution.transformed), np.delete(np.arange(len(problem.free)), place)

    def fitted(value: float, begin: Array) -> Array:
        x = begin.copy()
        x[place] = value
        return problem.least_squares(x, others, treated) if len(others) else x

    def drop(x: Array) -> float:
        more: float = (problem.residuals(x, treated) ** 2).sum() - least - allowed
        return more

    ends: list[float] = []
    for sign, bound in ((-1, problem.low[place]), (1, problem.high[place])):
        inner, outer, step = solution.transformed, centre, 1.5 * deviation
        for _ in range(DOUBLINGS):
            if sign * (bound - outer) <= 0:
                break
            outer = sign * min(sign * outer + step, sign * bound)
            x = fitted(outer, inner)
            if drop(x) > 0:
                # Every fit starts at the inner end, so that the drop has one value at a place, whatever came before,
                # and stays negative there.
                outer = brentq(
                    lambda value, inner=inner: drop(fitted(value, inner)), inner[place], outer, xtol=0.02 * deviation
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
