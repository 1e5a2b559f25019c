"""What a history says of a patient: the people of the population, weighted by how likely they make what was seen.

The first draws are the population's own. If few of them carry the weight, more are drawn from a normal distribution
around those, wider than they are; and so on until enough draws carry it. All draws of all rounds are kept, and weighted
as drawn from the mixture of all rounds (deterministic mixture). The population's own draws in the mixture limit the
weights.

References
----------
Cornuet, Marin, Mira, Robert 2012, Scand J Stat 39:798 (adaptive multiple importance sampling).
Vehtari, Simpson, Gelman, Yao, Gabry 2024, J Mach Learn Res 25:72 (the Pareto shape of the weights' tail).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import chdtrc, logsumexp

from ..model.cohort import Cohort
from ..model.equations import Model
from ..patients.draws import OF_PATIENT, draw
from ..patients.few import plan_few
from ..patients.grades import Line
from ..patients.population import Population
from .history import History
from .likelihood import count_looks, find_days, find_likelihoods

Array = npt.NDArray[np.float64]

DRAWS, ROUNDS = 1024, 8
ENOUGH = 400  # effective draws, after which no more are made
HORIZON = 540  # days after the last day of which anything is known, over which the effect is followed
# A round's normal distribution has the covariance of the draws so far times this.
WIDER = 1.5
LEAST_VARIANCE = 1e-4  # of a direction of that distribution
DAYS_AT_ONCE = 512
VALUES_AT_ONCE = 2**22  # of courses at the nodes of their mesh, which are solved at a time: a limit on memory
STEPS_TO_BEST = 4  # patients from the mean of the draws to the most likely draw


class Posterior(NamedTuple):
    """Weighted draws of a patient.

    Parameters
    ----------
    population : Population
    normals : ndarray, shape (k, OF_PATIENT + visits)
        Standard normal numbers, as `Population.constants` takes them.
    weights : ndarray, shape (k,)
        Adds up to 1.
    cohorts : list of Cohort
        The courses of the draws, in their order; they cannot be carried on.
    end : float
        The last day of the courses.
    surprise : float
        The chance of a history that is as unlikely for the best of patients and raters, from the chi-squared
        distribution with as many degrees of freedom as there were looks; 1 where nothing was seen.
    """

    population: Population
    normals: Array
    weights: Array
    cohorts: list[Cohort]
    end: float
    surprise: float

    @property
    def effective(self) -> float:
        """The number of equally weighted draws that are worth as much."""
        return float(1 / (self.weights**2).sum())

    @property
    def pareto_k(self) -> float:
        """The shape of the tail of the weights: up to 0.7 the weights can be trusted."""
        return fit_tail(self.weights)

    def visible_at(self, days: npt.ArrayLike) -> Array:
        """Return the visible effect of each draw, shape (days, k)."""
        times = np.atleast_1d(np.asarray(days, dtype=float))
        return np.concatenate([cohort.visible_at(times) for cohort in self.cohorts], axis=1)

    def visible_quantiles(self, days: Array, shares: npt.ArrayLike) -> Array:
        """Return weighted quantiles of the visible effect on d days, for q shares, shape (d, q)."""
        # In parts: a history of years has many days.
        parts = np.array_split(days, -(-len(days) // DAYS_AT_ONCE))
        return np.concatenate([self.quantiles(self.visible_at(part), shares) for part in parts])

    def quantiles(self, values: Array, shares: npt.ArrayLike) -> Array:
        """Return weighted quantiles of the values of the draws, shape (..., k), for q shares: shape (..., q)."""
        return weighted_quantiles(values, self.weights, np.asarray(shares, dtype=float))


def find_posterior(history: History, population: Population, seed: int, model: Model) -> Posterior:
    """Return the weighted draws of a patient with a history; every dose counts as even along the muscle."""
    end = history.last_day + HORIZON
    treated = plan_few(history.visits.evenly(), population, end, model)
    days, size = find_days(history), OF_PATIENT + len(treated.doses.days)
    rng = np.random.default_rng([seed, size])
    normals, proposals = np.empty((0, size)), [(np.zeros(size), np.eye(size))]
    cohorts: list[Cohort] = []
    found: list[Array] = []

    def solve(own: Array) -> Iterator[tuple[Cohort, Array]]:
        for part in np.array_split(own, -(-len(own) * treated.grid.mesh.nodes.size // VALUES_AT_ONCE)):
            cohort = treated.solve(part).forget_path()
            lines = Line.of(cohort.visible_at(days), cohort.crease_at(days), population.constants(part))
            yield cohort, find_likelihoods(history, days, lines, population.raters)

    for turn in range(ROUNDS):
        own = draw(DRAWS, seed, size - OF_PATIENT) if turn == 0 else _draw_normal(rng, *proposals[-1])
        normals = np.concatenate([normals, own])
        for cohort, likelihoods in solve(own):
            cohorts.append(cohort)
            found.append(likelihoods)
        likelihood = logsumexp(np.concatenate(found, axis=1), axis=0)
        drawn = logsumexp([log_density(normals, *each) for each in proposals], axis=0) - np.log(len(proposals))
        logs = likelihood + log_density(normals, *proposals[0]) - drawn
        weights = np.exp(logs - logsumexp(logs))
        if 1 / (weights**2).sum() >= ENOUGH:
            break
        proposals.append(fit_normal(normals, logs))
    surprise = 1.0
    if history.seen:
        # With many visits every draw is far from the most likely patient, and their mean is near.
        unlikely = (normals**2).sum(axis=1) - 2 * likelihood
        mean, best = weights @ normals, normals[unlikely.argmin()]
        between = mean + np.linspace(0, 1, STEPS_TO_BEST, endpoint=False)[:, None] * (best - mean)
        likelihoods_between = np.concatenate([each for _, each in solve(between)], axis=1)
        nearer = (between**2).sum(axis=1) - 2 * logsumexp(likelihoods_between, axis=0)
        surprise = float(chdtrc(count_looks(history), min(unlikely.min(), nearer.min())))
    return Posterior(population, normals, weights, cohorts, end, surprise)


def weighted_quantiles(values: Array, weights: Array, shares: Array) -> Array:
    """Return the smallest values below or at which the weights add up to the shares, shape (..., q)."""
    order = np.argsort(values, axis=-1)
    below = np.cumsum(weights[order], axis=-1)
    places = np.minimum((below[..., None] < shares * below[..., -1:, None]).sum(axis=-2), values.shape[-1] - 1)
    result: Array = np.take_along_axis(np.take_along_axis(values, order, axis=-1), places, axis=-1)
    return result


def resample(weights: Array, number: int, rng: np.random.Generator) -> npt.NDArray[np.intp]:
    """Return the places of draws with equal weights, in random order, by systematic resampling.

    A draw of weight w occurs ``number * w`` times, rounded up or down.
    """
    at = (rng.random() + np.arange(number)) / number
    ends = np.cumsum(weights)
    places = np.searchsorted(ends / ends[-1], at, side="right")
    result: npt.NDArray[np.intp] = rng.permutation(places)
    return result


def fit_tail(weights: Array) -> float:
    """Return the shape of a generalised Pareto distribution, fitted to the largest weights.

    Examples
    --------
    >>> from scipy.stats import genpareto
    >>> drawn = genpareto(0.5).rvs(20_000, random_state=np.random.default_rng(1))
    >>> abs(fit_tail(drawn) - 0.5) < 0.15
    True
    """
    from scipy.stats import genpareto

    largest = np.sort(weights)[-int(min(0.2 * len(weights), 3 * np.sqrt(len(weights)))) - 1 :]
    above = (largest[1:] - largest[0]) / (largest[-1] - largest[0] or 1.0)
    return float(genpareto.fit(above[above > 0], floc=0)[0]) if (above > 0).any() else -np.inf


def log_density(points: Array, mean: Array, covariance: Array) -> Array:
    """Return the logarithm of the normal density at k points, less a constant of the number of dimensions."""
    factor = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(factor, (points - mean).T)
    result: Array = -0.5 * (scaled**2).sum(axis=0) - np.log(np.diag(factor)).sum()
    return result


def fit_normal(points: Array, logs: Array, draws_a_dimension: int = 20, wider: float = WIDER) -> tuple[Array, Array]:
    """Return mean and covariance of a normal distribution around weighted draws, with `wider` times their variance.

    Where few draws carry the weight, weights are flattened until `draws_a_dimension` for each of d dimensions do.

    Parameters
    ----------
    points : ndarray, shape (k, d)
    logs : ndarray, shape (k,)
        Logarithms of the weights, up to a constant.
    """
    least = draws_a_dimension * points.shape[1]
    for power in 2.0 ** -np.arange(0, 12, 0.5):
        weights = np.exp(power * (logs - logs.max()))
        weights /= weights.sum()
        if 1 / (weights**2).sum() >= least:
            break
    mean = weights @ points
    spread = points - mean
    values, vectors = np.linalg.eigh(wider * (spread.T * weights) @ spread)
    return mean, (vectors * np.maximum(values, LEAST_VARIANCE)) @ vectors.T


def _draw_normal(rng: np.random.Generator, mean: Array, covariance: Array) -> Array:
    return rng.multivariate_normal(mean, covariance, DRAWS, method="eigh")
