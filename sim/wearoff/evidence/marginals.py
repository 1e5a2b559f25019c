"""The distribution of a deviation between patients, as rows and priors leave it.

The rows depend on the square of a deviation that is small, and less and less on one that is large. Between the two they
are about linear in the deviation itself. So its likelihood is not normal on the scale of the logarithm, on which its
prior is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .likelihood import Problem
from .solution import Solution

Array = npt.NDArray[np.float64]

POINTS = 401  # at which a distribution is computed


class Marginal(NamedTuple):
    """A distribution on the transformed scale: ascending values, and the share of it that is below each."""

    values: Array
    below: Array

    @classmethod
    def of(cls, values: Array, squares: Array, freedom: float) -> Marginal:
        """Return the distribution of which `squares` are minus twice the logarithm of the density, less a constant.

        With finite degrees of freedom the root of the squares has Student's t distribution.
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

    The residuals of the rows are linear in it, and linear in the other numbers. These follow it: for each value they
    are the most probable ones. The estimate stays the most probable value where the rows scatter more than they should,
    so that they count less beside the priors.
    """
    linear = solution.linear
    rows, slopes = (solution.weights @ each / solution.scatter**0.5 for each in (linear.residuals, linear.slopes))
    values = np.linspace(problem.low[place], problem.high[place], POINTS)
    moved = values - linear.x[place]
    # The slopes are by the logarithm, and the change of the deviation itself, by its value, is exp(moved) - 1.
    of_rows, of_prior = np.outer(slopes[:, place], np.expm1(moved)), np.outer(linear.prior_slopes[:, place], moved)
    slopes = np.concatenate([slopes, linear.prior_slopes])
    others = np.delete(slopes, place, axis=1)
    begin, own, change = (
        each - others @ np.linalg.lstsq(others, each, rcond=None)[0]
        for each in (np.append(rows, linear.of_priors), slopes[:, place], np.concatenate([of_rows, of_prior]))
    )
    squares = ((begin[:, None] + change) ** 2).sum(axis=0) - 2 * (begin @ own) * moved
    return Marginal.of(values, squares, solution.freedom)
