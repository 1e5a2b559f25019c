"""The distribution of a deviation between patients or between trials, as rows and priors leave it.

The rows depend on the square of a deviation: they hardly change any more where it is small. So its likelihood has a
long flat tail towards 0, and is not normal on the scale of the logarithm.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .deviations import LEAST_INFORMATION, deviance_of, insert, locate
from .likelihood import Problem
from .numbers import Number
from .solution import Solution

Array = npt.NDArray[np.float64]

POINTS = 161  # at which a distribution is computed
STEP_OF_DEVIATION = 0.05  # on the scale of the logarithm, for the curvature of the likelihood


class Marginal(NamedTuple):
    """A distribution on the transformed scale: ascending values, and the share of it that is below each."""

    values: Array
    below: Array

    @classmethod
    def of(cls, values: Array, squares: Array, freedom: float) -> Marginal:
        """Return the distribution of which `squares` are minus twice the logarithm of the density, less a constant.

        With finite degrees of freedom the density is that of Student's t distribution of the root of the squares.
        """
        above = squares - squares.min()
        logs = -above / 2 if np.isinf(freedom) else -(freedom + 1) / 2 * np.log1p(above / freedom)
        density = np.exp(logs)
        below = np.append(0.0, np.cumsum((density[1:] + density[:-1]) / 2 * np.diff(values)))
        return cls(values, below / below[-1])

    def find_quantiles(self, shares: Array) -> Array:
        """Return the values below which some shares of the distribution are, in the shape of `shares`."""
        result: Array = np.interp(shares, self.below, self.values)
        return result


def find_marginal(problem: Problem, solution: Solution, place: int) -> Marginal:
    """Return the distribution of the deviation between patients that is at `place` among the numbers of the problem.

    The residuals of the rows are linear in its square, and linear in the other numbers. These follow it: for each value
    they are the most probable ones.
    """
    linear = solution.linear
    rows, slopes = (solution.weights @ each / solution.scatter**0.5 for each in (linear.residuals, linear.slopes))
    values = np.linspace(problem.low[place], problem.high[place], POINTS)
    moved = values - linear.x[place]
    of_rows = rows[:, None] + np.outer(slopes[:, place], np.expm1(2 * moved) / 2)
    of_priors = linear.of_priors[:, None] + np.outer(linear.prior_slopes[:, place], moved)
    residuals = np.concatenate([of_rows, of_priors])
    others = np.delete(np.concatenate([slopes, linear.prior_slopes]), place, axis=1)
    residuals -= others @ np.linalg.lstsq(others, residuals, rcond=None)[0]
    return Marginal.of(values, (residuals**2).sum(axis=0), solution.freedom)


def find_marginal_of_trials(problem: Problem, solution: Solution, number: Number, low: float, high: float) -> Marginal:
    """Return the distribution of a deviation between trials, over a range of its logarithm."""
    values = np.linspace(low, high, POINTS)
    middle, width = number.prior
    of_prior = ((values - middle) / width) ** 2
    of_rows = _find_deviances(problem, solution, number, values) - of_prior
    return Marginal.of(values, of_rows / solution.scatter + of_prior, solution.freedom)


def find_errors_of_deviations(problem: Problem, solution: Solution) -> Array:
    """Return the standard errors of the logarithms of the deviations, with their priors and without, shape (2, d)."""
    errors = np.empty((2, len(solution.of_trials)))
    for i, number in enumerate(solution.of_trials):
        logs = np.log(solution.deviations[locate([number])]) + STEP_OF_DEVIATION * np.array([-1.0, 0.0, 1.0])
        near = _find_deviances(problem, solution, number, logs)
        of_both = max((near[0] - 2 * near[1] + near[2]) / (2 * STEP_OF_DEVIATION**2), 0.0)
        of_prior = 1 / number.prior[1] ** 2
        alone = (of_both - of_prior) / solution.scatter
        errors[:, i] = [each**-0.5 if each > LEAST_INFORMATION else np.inf for each in (alone + of_prior, alone)]
    return errors


def _find_deviances(problem: Problem, solution: Solution, number: Number, logs: Array) -> Array:
    # Return `deviance_of` for some logarithms of one deviation; the other one is that of the solution.
    places = locate([number])
    return np.array(
        [
            deviance_of(problem, solution.linear, insert(solution.deviations, places, each), solution.of_trials)
            for each in logs[:, None]
        ]
    )
