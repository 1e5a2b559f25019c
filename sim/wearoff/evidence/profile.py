"""The ends of the profile interval of a number: how far it may go, with all others fitted again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ..errors import InputError
from .likelihood import Problem
from .observations import CONFIDENCE
from .solution import Solution, Spread, minimise

Array = npt.NDArray[np.float64]

# The search for an end starts at 1.5 standard errors and doubles its step. A few doublings reach any plausible end; so
# many raise an error.
DOUBLINGS = 60


def find_profile(problem: Problem, solution: Solution, place: int) -> tuple[float, float]:
    """Return the ends of the 95 % profile interval of the number at `place`; see `fitting.Fit.profile`."""
    from scipy.optimize import brentq

    allowed = float(ndtri((1 + CONFIDENCE) / 2)) ** 2
    linear, others = solution.linear, np.delete(np.arange(len(problem.numbers)), place)
    centre, least = float(linear.x[place]), solution.squares
    deviation = float(np.sqrt(Spread.of(solution.information(with_priors=True)).covariance[place, place]))
    # The grids and the weights of the estimates are accurate enough near them.
    problem.plan(linear.x)

    def fit_others(value: float, begin: Array) -> Array:
        x = begin.copy()
        x[place] = value
        return minimise(problem, linear._replace(x=x), solution.weights, others, 60) if len(others) else x

    def excess(x: Array) -> float:
        # How far the rise of the squares is above the allowed one: 0 at an end of the interval.
        of_rows = solution.weights @ problem.residuals_near(linear, x)
        difference: float = (of_rows**2).sum() + (problem.of_priors(x) ** 2).sum() - least - allowed
        return difference

    ends: list[float] = []
    for sign, bound in ((-1, problem.low[place]), (1, problem.high[place])):
        inner, outer, step = linear.x, centre, 1.5 * deviation
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
