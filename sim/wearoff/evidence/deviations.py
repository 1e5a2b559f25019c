"""How much trials differ, as the residuals near some numbers say: their leniencies, and the deviations between them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from .likelihood import Linear, Problem
from .numbers import TRIAL_NUMBERS, Number

Array = npt.NDArray[np.float64]

# If the standard deviation in a direction is 5 or more on the transformed scale (a factor of over a hundred), the rows
# do not determine that direction. An eigenvalue of the information is 1 / variance.
LEAST_INFORMATION = 1 / 5**2
LEAST_VARIANCE = 1e-3  # of a direction of the residuals, whose usual variance is 1
LEAST_DEVIATION = 1e-6  # of a trial's effect that is estimated


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
        lambda logs: deviance_of(problem, linear, insert(begin, places, logs), of_trials),
        np.log(begin[places]),
        method="Nelder-Mead",
        bounds=[(np.log(max(number.least, LEAST_DEVIATION)), np.log(number.most)) for number in of_trials],
        options={"xatol": 1e-4, "fatol": 1e-5},
    )
    return insert(begin, places, found.x)


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


def weigh(covariance: Array) -> Array:
    """Return the matrix that makes residuals with a covariance independent, each with variance 1."""
    # Correlations near 1 can give a direction next to no variance, or one below 0 by a rounding.
    values, vectors = np.linalg.eigh(covariance)
    result: Array = (vectors / np.sqrt(np.maximum(values, LEAST_VARIANCE))).T
    return result


def locate(of_trials: Sequence[Number]) -> list[int]:
    """Return the places of some numbers in `numbers.TRIAL_NUMBERS`."""
    return [TRIAL_NUMBERS.index(number.name) for number in of_trials]


def insert(values: Array, places: list[int], logs: Array) -> Array:
    """Return the deviations with those at some places from their logarithms."""
    result = values.copy()
    result[places] = np.exp(logs)
    return result
