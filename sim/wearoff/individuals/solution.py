"""The most probable numbers: rounds of drawing and maximising, until the numbers settle.

In each round the logarithm of the likelihood is maximised with the draws of the round, within a box around the numbers
at which they were drawn. Then new draws are made at the maximum. When the numbers have settled, all draws are made, and
the likelihood is maximised a last time. It is the likelihood of the answer. Each round has other random numbers: a
normal distribution that is fitted to the very numbers that it then serves gives likelihoods that are too small.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..model.equations import Model
from .courses import Courses
from .likelihood import Likelihood, Weighed
from .looks import Looks, Terms
from .numbers import Numbers, Point
from .sampling import draw_normals, find_differing, sample_again, sample_population

Array = npt.NDArray[np.float64]

FIRST_ROUNDS = 3  # times that draws are made at the start, each from those before
ROUNDS = 30
EARLY_DRAWS = 512  # of each patient, in the rounds before the last one
SETTLED = 0.5  # standard errors; draws that were made at most this far away serve as well as those made there
BOX = 0.7  # the longest way in a round, on the transformed scale: a factor of 2 for a logarithm
STEP = 0.1  # of the differences of the scores, in standard errors
LEAST_INFORMATION = 1 / 5**2  # a standard error of 5 on the transformed scale is not determined
AT_BOUND = 1e-3


class Problem(NamedTuple):
    """The data, the numbers, and the random numbers of the draws.

    Parameters
    ----------
    numbers : Numbers
    looks : Looks
    terms : Terms
    draws : int
        Of each patient, in the last round.
    seed : int
    ranges : bool
        Whether the plausible ranges are priors.
    model : Model
    progress : callable or None
        Called with the number of the round.
    """

    numbers: Numbers
    looks: Looks
    terms: Terms
    draws: int
    seed: int
    ranges: bool
    model: Model
    progress: Callable[[int], None] | None

    def sample(self, x: Array, turn: int, before: Likelihood | None = None, *, all_draws: bool = False) -> Likelihood:
        """Return the likelihood with draws made at transformed numbers, around the weighted draws of `before`.

        `turn` counts the times that draws were made.
        """
        point, looks = self.numbers.point(x), self.looks
        draws = self.draws if all_draws else min(self.draws, EARLY_DRAWS)
        normals = draw_normals(len(looks.treatments), draws, looks.most_treatments, [self.seed, turn])
        if before is None or all_draws:
            courses = Courses.plan(self.looks, point.population, self.model)
        else:
            courses = before.courses
        differing = find_differing(point.population, courses)
        if before is None:
            drawn = sample_population(courses, point, differing, normals)
        else:
            weighed = before.weigh(point)
            with np.errstate(divide="ignore"):
                logs = np.log(weighed.weights)
            drawn = sample_again(courses, point, differing, normals, before.sample, logs)
        return Likelihood(self.numbers, courses, self.terms, differing, drawn)

    def of_priors(self, x: Array) -> tuple[float, Array, Array]:
        """Return the logarithm of the priors, its slopes and minus its curvatures."""
        if not self.ranges:
            return 0.0, np.zeros(len(x)), np.zeros(len(x))
        mean, deviation = self.numbers.priors.T
        scaled = (x - mean) / deviation
        return float(-0.5 * (scaled**2).sum()), -scaled / deviation, deviation**-2.0


class Solution(NamedTuple):
    """The most probable numbers.

    Parameters
    ----------
    x : ndarray, shape (f,)
        On the transformed scale.
    likelihood : Likelihood
        With draws made at `x`.
    weighed : Weighed
        The draws, weighted at `x`.
    covariance : ndarray, shape (f, f)
        Of the numbers; 0 for a number at its bound, infinite variance for one that the data do not determine.
    monte_carlo : ndarray, shape (f, f)
        The covariance that comes from the draws alone.
    at_bound : ndarray of bool, shape (f,)
    rounds : int
    moved : float
        The way of the last round, in standard errors.
    """

    x: Array
    likelihood: Likelihood
    weighed: Weighed
    covariance: Array
    monte_carlo: Array
    at_bound: npt.NDArray[np.bool_]
    rounds: int
    moved: float

    @property
    def point(self) -> Point:
        """What the numbers are for each patient."""
        return self.likelihood.numbers.point(self.x)


def solve(problem: Problem, x: Array) -> Solution:
    """Return the most probable numbers, from transformed numbers to start from."""
    likelihood = problem.sample(x, 0)
    for turn in range(1, FIRST_ROUNDS):
        likelihood = problem.sample(x, turn, likelihood)
    moved, last = np.inf, False
    for turn in range(1, ROUNDS + 1):
        if problem.progress is not None:
            problem.progress(turn)
        x, moved = maximise(problem, likelihood, x)
        if moved < SETTLED and last:
            break
        last = last or moved < SETTLED
        likelihood = problem.sample(x, FIRST_ROUNDS + turn, likelihood, all_draws=last)
    return describe(problem, likelihood, x, turn, moved)


def maximise(problem: Problem, likelihood: Likelihood, x: Array, fixed: int | None = None) -> tuple[Array, float]:
    """Return the numbers with the largest likelihood (and priors) within a box around `x`; and the way there.

    The number at the place `fixed` stays. The way is the largest one of all numbers, in rough standard errors.
    """
    from scipy.optimize import minimize

    errors, scale = find_widths(problem, likelihood, x)
    low, high = problem.numbers.bounds.T
    box = BOX * (np.arange(len(x)) != fixed)
    low, high = np.maximum(low, x - box), np.minimum(high, x + box)

    def evaluate(scaled: Array) -> tuple[float, Array]:
        value, slopes = evaluate_all(problem, likelihood, x + scale * scaled)
        return -value, -scale * slopes

    bounds = np.stack([(low - x) / scale, (high - x) / scale], axis=1)
    found = minimize(
        evaluate, np.zeros(len(x)), jac=True, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-8, "gtol": 5e-3}
    )
    result: Array = np.clip(x + scale * found.x, low, high)
    return result, float(np.abs((result - x) / errors).max())


def evaluate_all(problem: Problem, likelihood: Likelihood, x: Array) -> tuple[float, Array]:
    """Return the logarithm of the likelihood of all patients, with the priors, and its slopes."""
    point = problem.numbers.point(x)
    weighed = likelihood.weigh(point, slopes=True)
    value, slopes, _ = problem.of_priors(x)
    return float(weighed.logs.sum()) + value, likelihood.find_scores(weighed, point).sum(axis=0) + slopes


def find_widths(problem: Problem, likelihood: Likelihood, x: Array) -> tuple[Array, Array]:
    """Return rough standard errors of the numbers: with all others free, and with all others fixed.

    They are from the products of the patients' scores.
    """
    point = problem.numbers.point(x)
    scores = likelihood.find_scores(likelihood.weigh(point, slopes=True), point)
    information = scores.T @ scores + np.diag(problem.of_priors(x)[2])
    alone: Array = 1 / np.sqrt(np.maximum(np.diag(information), LEAST_INFORMATION))
    together: Array = np.sqrt(np.diag(np.linalg.inv(information + LEAST_INFORMATION * np.eye(len(x)))))
    return together, alone


def describe(problem: Problem, likelihood: Likelihood, x: Array, rounds: int, moved: float) -> Solution:
    """Return the solution at `x`, with its errors from the observed information: differences of the scores."""
    low, high = problem.numbers.bounds.T
    at_bound = (x - low < AT_BOUND) | (high - x < AT_BOUND)
    widths = STEP * find_widths(problem, likelihood, x)[1]
    information = np.empty((len(x), len(x)))
    for i, width in enumerate(widths):
        ends = x + np.array([[-width], [width]]) * (np.arange(len(x)) == i)
        first, last = (evaluate_all(problem, likelihood, np.clip(end, low, high))[1] for end in ends)
        information[i] = (first - last) / (np.clip(ends[1], low, high)[i] - np.clip(ends[0], low, high)[i])
    point = problem.numbers.point(x)
    weighed = likelihood.weigh(point, slopes=True)
    inner = np.flatnonzero(~at_bound)
    covariance, monte_carlo = np.zeros((2, len(x), len(x)))
    own = np.ix_(inner, inner)
    values, vectors = np.linalg.eigh((information[own] + information[own].T) / 2)
    covariance[own] = (vectors / np.maximum(values, LEAST_INFORMATION)) @ vectors.T
    flat = np.abs(vectors[:, values < LEAST_INFORMATION]).max(axis=1, initial=0.0) > 0.3
    monte_carlo[own] = covariance[own] @ likelihood.find_errors(weighed, point)[1][own] @ covariance[own]
    covariance[inner[flat], inner[flat]] = np.inf
    return Solution(x, likelihood, weighed, covariance, monte_carlo, at_bound, rounds, moved)
