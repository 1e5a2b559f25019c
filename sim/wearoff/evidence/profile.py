"""The ends of the profile interval of a number: how far it may go, with all others fitted again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..errors import InputError
from .likelihood import Problem
from .solution import Solution, Spread, minimise

Array = npt.NDArray[np.float64]

# The search for an end starts at 1.5 standard errors and doubles its step. A few doublings reach any plausible end; so
# many raise an error.
DOUBLINGS = 60
STEPS = 60  # of each fit of the other numbers, at most


def find_profile(problem: Problem, solution: Solution, place: int) -> tuple[float, float]:
    """Return the ends of the 95 % profile interval of the number at `place`; see `fitting.Fit.profile`."""
    from scipy.optimize import brentq

    linear, others = solution.linear, np.delete(np.arange(len(problem.numbers)), place)
    weights = solution.weights / solution.scatter**0.5
    deviation = float(np.sqrt(Spread.of(solution.information()).covariance[place, place]))
    # The grids and the weights of the estimates are accurate enough near them.
    problem.plan(linear.x)

    def fit_others(value: float, begin: Array) -> Array:
        x = begin.copy()
        x[place] = value
        return minimise(problem, linear._replace(x=x), weights, others, STEPS) if len(others) else x

    def find_squares(x: Array) -> float:
        of_rows = weights @ problem.residuals_near(linear, x)
        return float((of_rows**2).sum() + (problem.of_priors(x) ** 2).sum())

    # With more scatter the rows count less beside the priors, and the most probable numbers are others.
    every = np.arange(len(problem.numbers))
    middle = minimise(problem, linear, weights, every, STEPS) if solution.scatter > 1 else linear.x
    allowed = find_squares(middle) + solution.reach**2

    def excess(x: Array) -> float:
        # How far the squares are above the allowed ones: 0 at an end of the interval.
        return find_squares(x) - allowed

    ends: list[float] = []
    for sign, bound in ((-1, problem.low[place]), (1, problem.high[place])):
        inner, outer, step = middle, float(middle[place]), 1.5 * deviation
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
            name = problem.numbers[place].name
            raise InputError(
                f"the profile of {name}",
                problem=f"has no end after {DOUBLINGS} doublings of its standard error",
                allowed="more patients, or a start nearer to the estimate",
            )
        ends.append(problem.numbers[place].back(float(outer)))
    return ends[0], ends[1]
