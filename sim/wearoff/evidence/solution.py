"""The most probable numbers of a fit, and how uncertain they are.

The residuals are weighted with their covariance, which depends on the numbers themselves. So the solution goes in
rounds: the covariance is computed at the numbers of the round before, the deviations of the trials' effects are
estimated by restricted maximum likelihood, the weighted squares are minimised, and the leniencies of the trials are
found.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .likelihood import Linear, Problem
from .numbers import TRIAL_NUMBERS, Number

Array = npt.NDArray[np.float64]

# The rounds end when the numbers move by less than `SETTLED` on the transformed scale. A round makes a few steps only,
# because the covariance is then computed again.
SETTLED, ROUNDS, STEPS_OF_A_ROUND = 2e-3, 30, 2
# If the standard deviation in a direction is 5 or more on the transformed scale (a factor of over a hundred), the rows
# do not determine that direction. An eigenvalue of the information is 1 / variance.
LEAST_INFORMATION = 1 / 5**2
LEAST_VARIANCE = 1e-3  # of a direction of the residuals, whose usual variance is 1
LEAST_DEVIATION = 1e-6  # of a trial's effect that is estimated
STEP_OF_DEVIATION = 0.05  # on the scale of the logarithm, for the curvature of the likelihood


class Solution(NamedTuple):
    """The most probable numbers.

    Parameters
    ----------
    linear : Linear
        The residuals near the numbers.
    deviations : ndarray, shape (2,)
        Standard deviations of the trials' two effects.
    weights : ndarray, shape (n, n)
        The matrix by which the residuals of the rows become independent, each with variance 1.
    """

    linear: Linear
    deviations: Array
    weights: Array

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

    def information(self, *, with_priors: bool) -> Array:
        """Return the information about the numbers on the transformed scale, shape (f, f)."""
        slopes = self.weights @ self.linear.slopes
        result: Array = slopes.T @ slopes
        return result + self.linear.prior_slopes.T @ self.linear.prior_slopes if with_priors else result

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
        # Only half of the way: with whole steps deviations and leniencies can swing from round to round.
        deviations = np.sqrt(deviations * found) if turn else found
        estimate = minimise(problem, linear, weigh(linear.covariance(deviations)), np.arange(len(x)))
        likely = find_leniencies(linear, deviations, estimate)
        moved = max(np.abs(estimate - x).max(initial=0.0), np.abs(likely - leniencies).max(initial=0.0))
        x, leniencies = estimate, likely
        if moved < SETTLED:
            break
    problem.plan(x)
    linear = problem.linearise(x, leniencies)
    return Solution(linear, deviations, weigh(linear.covariance(deviations)))


def weigh(covariance: Array) -> Array:
    """Return the matrix that makes residuals with a covariance independent, each with variance 1."""
    # Correlations near 1 can give a direction next to no variance, or one below 0 by a rounding.
    values, vectors = np.linalg.eigh(covariance)
    result: Array = (vectors / np.sqrt(np.maximum(values, LEAST_VARIANCE))).T
    return result


def find_leniencies(linear: Linear, deviations: Array, x: Array) -> Array:
    """Return the most probable leniency of each trial, shape (t,), for transformed numbers near those of `linear`."""
    weights = weigh(linear.covariance(deviations))
    weighted = weights.T @ (weights @ (linear.residuals + linear.slopes @ (x - linear.x)))
    result: Array = -(deviations[1] ** 2) * (linear.by_leniency.T @ weighted)
    return result


def find_deviations(problem: Problem, linear: Linear, begin: Array, of_trials: tuple[Number, ...]) -> Array:
    """Return the most probable deviations of the trials' effects; those not in `of_trials` keep their value."""
    from scipy.optimize import minimize

    places = locate(of_trials)
    if not places:
        return begin
    found = minimize(
        lambda logs: deviance_of(problem, linear, _insert(begin, places, logs), of_trials),
        np.log(begin[places]),
        method="Nelder-Mead",
        bounds=[(np.log(max(number.least, LEAST_DEVIATION)), np.log(number.most)) for number in of_trials],
        options={"xatol": 1e-3, "fatol": 1e-4},
    )
    return _insert(begin, places, found.x)


def deviance_of(problem: Problem, linear: Linear, deviations: Array, of_trials: tuple[Number, ...]) -> float:
    """Return minus twice the log likelihood of the deviations of the trials' effects, with their priors.

    The other numbers are integrated out (restricted likelihood): at their most probable values alone, trials would seem
    to differ less than they do. The residuals are linear in them.
    """
    weights = weigh(linear.covariance(deviations))
    slopes = np.concatenate([weights @ linear.slopes, linear.prior_slopes])
    residuals = np.concatenate([weights @ linear.residuals, linear.of_priors])
    if slopes.shape[1]:
        step = np.linalg.lstsq(slopes, -residuals, rcond=None)[0]
        # A linear step that is longer than the priors are wide leaves the region in which it means anything.
        step = np.clip(step, -2 * problem.prior_sd, 2 * problem.prior_sd)
        residuals = residuals + slopes @ step
    logs = np.log(deviations)
    of_priors = [
        (logs[place] - number.prior[0]) / number.prior[1]
        for place, number in zip(locate(of_trials), of_trials, strict=True)
    ]
    information = np.linalg.eigvalsh(slopes.T @ slopes)
    determinants = np.log(np.maximum(information, LEAST_INFORMATION)).sum() - 2 * np.linalg.slogdet(weights)[1]
    return float(determinants + residuals @ residuals + np.sum(np.square(of_priors)))


def find_errors_of_deviations(problem: Problem, solution: Solution, of_trials: tuple[Number, ...]) -> Array:
    """Return the standard errors of the logarithms of the deviations, with their priors and without, shape (2, d)."""
    places = locate(of_trials)
    errors = np.empty((2, len(places)))
    for i, (place, number) in enumerate(zip(places, of_trials, strict=True)):
        near = [
            deviance_of(problem, solution.linear, _insert(solution.deviations, [place], logs), of_trials)
            for logs in np.log(solution.deviations[place]) + STEP_OF_DEVIATION * np.array([[-1.0], [0.0], [1.0]])
        ]
        information = max((near[0] - 2 * near[1] + near[2]) / (2 * STEP_OF_DEVIATION**2), 0.0)
        alone = information - 1 / number.prior[1] ** 2
        errors[:, i] = [each**-0.5 if each > LEAST_INFORMATION else np.inf for each in (information, alone)]
    return errors


def locate(of_trials: tuple[Number, ...]) -> list[int]:
    """Return the places of some numbers in `numbers.TRIAL_NUMBERS`."""
    return [TRIAL_NUMBERS.index(number.name) for number in of_trials]


def _insert(values: Array, places: list[int], logs: Array) -> Array:
    result = values.copy()
    result[places] = np.exp(logs)
    return result


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
