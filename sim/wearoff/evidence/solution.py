"""The most probable numbers of a fit, and how uncertain they are.

The residuals are weighted with their covariance, which depends on the numbers themselves. So the solution goes in
rounds: the covariance is computed at the numbers of the round before, the deviations of the trials' effects are
estimated by restricted maximum likelihood, the weighted squares are minimised, and the leniencies of the trials are
found.

Where the deviations between trials are estimated, only few trials say how much trials differ. So the errors are those
of Knapp and Hartung: the variance of the rows is multiplied by chi-squared over its degrees of freedom where that is
above 1, and intervals are those of Student's t distribution. Where priors determine a part of the numbers, the number
of parameters is the effective one.

References
----------
Knapp, Hartung 2003, Stat Med 22:2693 (meta-regression with random effects).
IntHout, Ioannidis, Borm 2014, BMC Med Res Methodol 14:25 (intervals that hold where few trials are pooled).
Spiegelhalter, Best, Carlin, van der Linde 2002, J R Stat Soc B 64:583 (the effective number of parameters).
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri, stdtrit

from ..labels import CONFIDENCE
from .deviations import LEAST_INFORMATION, deviance_of, find_deviations, find_leniencies, insert, locate, weigh
from .likelihood import Linear, Problem
from .numbers import Number

Array = npt.NDArray[np.float64]

# The rounds end when the numbers move by less than `SETTLED` on the transformed scale. A round makes a few steps only,
# because the covariance is then computed again. After the first rounds all numbers go half of the way only: whole steps
# swing from round to round, and the numbers at the end would depend on where the fit starts.
SETTLED, ROUNDS, WHOLE_ROUNDS, STEPS_OF_A_ROUND = 1e-3, 40, 3, 2
STEP_OF_DEVIATION = 0.05  # on the scale of the logarithm, for the curvature of the likelihood


class Solution(NamedTuple):
    """The most probable numbers.

    Parameters
    ----------
    linear : Linear
    deviations : ndarray, shape (2,)
        Standard deviations of the trials' two effects.
    weights : ndarray, shape (n, n)
        The matrix by which the residuals of the rows become independent, each with variance 1.
    of_trials : tuple of Number
        Those of `numbers.TRIAL_NUMBERS` that were estimated.
    """

    linear: Linear
    deviations: Array
    weights: Array
    of_trials: tuple[Number, ...]

    @property
    def determined(self) -> float:
        """How many numbers the rows determine, and not the priors: the effective number of parameters."""
        of_rows, of_priors = self._informations()
        return float(np.trace(of_rows @ Spread.of(of_rows + of_priors).covariance))

    @property
    def dof(self) -> float:
        """The degrees of freedom of `chi2`: the number of rows less the number of numbers that they determine."""
        return len(self.linear.residuals) - self.determined - len(self.of_trials)

    @property
    def scatter(self) -> float:
        """The factor by which the variance of the rows is larger than their likelihood says, at least 1."""
        return max(self.chi2 / self.dof, 1.0) if self._pools_trials and self.dof >= 1 else 1.0

    @property
    def freedom(self) -> float:
        """The degrees of freedom of the estimates: the number of trials less `determined`.

        At least 1; infinite, that is a normal distribution, where no trials are pooled.
        """
        return max(len(self.linear.leniencies) - self.determined, 1.0) if self._pools_trials else math.inf

    @property
    def reach(self) -> float:
        """Half of an interval's width, in standard errors."""
        return float(find_standard_quantiles(self.freedom, (1 + CONFIDENCE) / 2))

    @property
    def _pools_trials(self) -> bool:
        return len(self.of_trials) > 0 and len(self.linear.leniencies) > 1

    @property
    def squares(self) -> float:
        """The weighted squares of the residuals of rows and priors."""
        return float((self._weighted() ** 2).sum() + (self.linear.of_priors**2).sum())

    @property
    def chi2(self) -> float:
        """The weighted squares of the residuals of the rows."""
        return float((self._weighted() ** 2).sum())

    @property
    def criterion_of_rows(self) -> float:
        """Minus twice the log likelihood of the rows, less a constant of the rows."""
        # The determinant of the weights, squared, is one over the determinant of the covariance.
        return self.chi2 - 2 * float(np.linalg.slogdet(self.weights)[1])

    @property
    def criterion(self) -> float:
        """The same of the rows and the priors."""
        return self.criterion_of_rows + float((self.linear.of_priors**2).sum())

    def information(self) -> Array:
        """Return the information of rows and priors about the numbers on the transformed scale, shape (f, f)."""
        of_rows, of_priors = self._informations()
        result: Array = of_rows / self.scatter + of_priors
        return result

    @property
    def errors_of_rows(self) -> Array:
        """The standard errors from the rows alone, infinite where they say nothing, shape (f,)."""
        # What the rows determine does not depend on their scatter.
        result: Array = self.scatter**0.5 * Spread.of(self._informations()[0]).deviations
        return result

    def _informations(self) -> tuple[Array, Array]:
        slopes = self.weights @ self.linear.slopes
        return slopes.T @ slopes, self.linear.prior_slopes.T @ self.linear.prior_slopes

    def _weighted(self) -> Array:
        result: Array = self.weights @ self.linear.residuals
        return result


class Spread(NamedTuple):
    """The covariance of f estimates on the transformed scale, and the directions that are not determined.

    Parameters
    ----------
    covariance : ndarray, shape (f, f)
    flat : ndarray, shape (directions, f)
    """

    covariance: Array
    flat: Array

    @classmethod
    def of(cls, information: Array) -> Spread:
        """Return the spread for an information."""
        values, vectors = np.linalg.eigh(information)
        known = values > LEAST_INFORMATION
        covariance = (vectors[:, known] / values[known]) @ vectors[:, known].T
        return cls(covariance, vectors[:, ~known].T)

    @property
    def deviations(self) -> Array:
        """The standard errors; infinite for a number with a large part in a direction that is not determined."""
        result = np.sqrt(np.diag(self.covariance))
        result[np.abs(self.flat).max(axis=0, initial=0.0) > 0.3] = np.inf
        return result


def solve(problem: Problem, begin: Array, of_trials: tuple[Number, ...]) -> Solution:
    """Return the most probable numbers.

    Parameters
    ----------
    problem : Problem
    begin : ndarray, shape (f,)
        Transformed numbers to start from.
    of_trials : tuple of Number
        Those of `numbers.TRIAL_NUMBERS` that are estimated; the others keep their value.
    """
    x, leniencies, deviations = begin, np.zeros(len(problem.trials)), problem.deviations(problem.start)
    problem.plan(x)
    for turn in range(ROUNDS):
        linear = problem.linearise(x, leniencies)
        found = find_deviations(problem, linear, deviations, of_trials)
        deviations = np.sqrt(deviations * found) if turn else found
        estimate = minimise(problem, linear, weigh(linear.covariance(deviations)), np.arange(len(x)))
        likely = find_leniencies(linear, deviations, estimate)
        moved = max(np.abs(estimate - x).max(initial=0.0), np.abs(likely - leniencies).max(initial=0.0))
        part = 1.0 if turn < WHOLE_ROUNDS else 0.5
        x, leniencies = x + part * (estimate - x), leniencies + part * (likely - leniencies)
        if moved < SETTLED:
            break
    problem.plan(x)
    linear = problem.linearise(x, leniencies)
    return Solution(linear, deviations, weigh(linear.covariance(deviations)), of_trials)


def find_standard_quantiles(freedom: float, shares: npt.ArrayLike) -> Array:
    """Return quantiles of Student's t distribution; it is normal where the degrees of freedom are infinite."""
    result: Array = ndtri(shares) if math.isinf(freedom) else stdtrit(freedom, shares)
    return result


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


def minimise(
    problem: Problem, linear: Linear, weights: Array, moving: npt.NDArray[np.intp], steps: int = STEPS_OF_A_ROUND
) -> Array:
    """Return the numbers with fewer weighted squares after some steps; only those at the places `moving` change."""
    from scipy.optimize import least_squares

    def insert(part: Array) -> Array:
        numbers = linear.x.copy()
        numbers[moving] = part
        return numbers

    def residuals(part: Array) -> Array:
        x = insert(part)
        return np.append(weights @ problem.residuals_near(linear, x), problem.of_priors(x))

    def slopes(part: Array) -> Array:
        x = insert(part)
        near = linear if (x == linear.x).all() else problem.linearise(x, linear.leniencies)
        result: Array = np.concatenate([weights @ near.slopes, near.prior_slopes])[:, moving]
        return result

    if not len(moving):
        return linear.x
    low, high = problem.low[moving], problem.high[moving]
    begin = np.clip(linear.x[moving], low + 1e-9, high - 1e-9)
    found = least_squares(
        residuals,
        begin,
        slopes,
        bounds=(low, high),
        x_scale=problem.prior_sd[moving],
        ftol=1e-9,
        xtol=1e-8,
        max_nfev=1 + steps,
    )
    return insert(found.x)
