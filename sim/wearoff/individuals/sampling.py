"""Draws of each patient: from the population, and from a normal distribution around what the data say of her.

The draws are kept as constants of patients. Where the numbers of the population change, the same patients have other
standard normal numbers, and so another density; their courses stay the same. The population's own draws in the mixture
limit the weights.

References
----------
Cornuet, Marin, Mira, Robert 2012, Scand J Stat 39:798 (adaptive multiple importance sampling).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from ..forecasts.posterior import fit_normal, log_density
from ..patients.draws import OF_PATIENT, draw
from ..patients.population import Population
from .courses import Courses
from .numbers import Point

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

SHARE_OF_POPULATION = 0.25  # of the draws
DRAWS_A_DIMENSION = 8  # which carry the weight of a normal distribution
WIDER = 1.2  # times the variance that the data say, for that distribution; it gives more effective draws than 1.5 and 2


class Sample(NamedTuple):
    """Draws of n patients, k of each.

    Parameters
    ----------
    logs : ndarray, shape (n, k, OF_PATIENT + v)
        Logarithms of their constants (a logit for the crease share) and of the factors of their v doses.
    densities : ndarray, shape (n, k)
        Logarithm of the density with which they were drawn, for `logs`, less a constant of the number of dimensions.
    depths : ndarray, shape (looks, k)
        The depth of the line in each look.
    """

    logs: Array
    densities: Array
    depths: Array


def draw_normals(patients: int, draws: int, visits: int, seed: list[int]) -> Array:
    """Return standard normal numbers, shape (n, k, OF_PATIENT + v), other ones for each patient."""
    seeds = np.random.SeedSequence(seed).generate_state(patients, np.uint64) >> np.uint64(1)
    return np.stack([draw(draws, int(own), visits) for own in seeds])


def find_differing(population: Population, courses: Courses) -> Flags:
    """Return in which dimensions each patient can differ from the typical one, shape (n, OF_PATIENT + v)."""
    visits = courses.looks.most_treatments
    treated = np.array([len(each.days) for each in courses.looks.treatments])
    differs = population.omegas(visits) > 0
    result: Flags = (np.arange(-OF_PATIENT, visits) < treated[:, None]) & differs
    return result


def whiten(sample: Sample, point: Point) -> Array:
    """Return the standard normal numbers that give the draws in a population, shape of `Sample.logs`."""
    deviations = sample.logs.copy()
    deviations[..., :OF_PATIENT] -= (point.population.centre + point.shifts)[:, None]
    return point.population.normals_of(deviations)


def log_scale(population: Population, differing: Flags) -> Array:
    """Return the logarithm of the volume by which standard normal numbers are stretched, shape (n,)."""
    omegas = population.omegas(differing.shape[1] - OF_PATIENT)
    logs = np.log(np.where(omegas > 0, omegas, 1.0))
    logs[1] += 0.5 * np.log1p(-(population.correlation_potency_light_chain**2))
    result: Array = differing.astype(float) @ logs
    return result


def sample_population(courses: Courses, point: Point, differing: Flags, normals: Array) -> Sample:
    """Return draws from the population alone."""
    normals = np.where(differing[:, None], normals, 0.0)
    return _solve(courses, point, differing, normals, -0.5 * (normals**2).sum(axis=2))


def sample_again(
    courses: Courses, point: Point, differing: Flags, normals: Array, before: Sample, logs: Array
) -> Sample:
    """Return draws from the population and from a normal distribution around the weighted draws of before.

    Parameters
    ----------
    courses : Courses
    point : Point
    differing : ndarray of bool, shape (n, OF_PATIENT + v)
    normals : ndarray, shape (n, k, OF_PATIENT + v)
        From `draw_normals`.
    before : Sample
    logs : ndarray, shape (n, k)
        Logarithms of the weights of its draws at `point`.
    """
    earlier = whiten(before, point)
    own, densities = np.zeros_like(normals), np.empty(normals.shape[:2])
    first = int(SHARE_OF_POPULATION * normals.shape[1])
    shares = np.log([SHARE_OF_POPULATION, 1 - SHARE_OF_POPULATION])[:, None]
    for patient, columns in enumerate(map(np.flatnonzero, differing)):
        mean, covariance = fit_normal(earlier[patient][:, columns], logs[patient], DRAWS_A_DIMENSION, WIDER)
        points = normals[patient][:, columns]
        points[first:] = mean + points[first:] @ np.linalg.cholesky(covariance).T
        own[patient][:, columns] = points
        of_both = [-0.5 * (points**2).sum(axis=1), log_density(points, mean, covariance)]
        densities[patient] = logsumexp(shares + of_both, axis=0)
    return _solve(courses, point, differing, own, densities)


def _solve(courses: Courses, point: Point, differing: Flags, normals: Array, densities: Array) -> Sample:
    # Return the draws with standard normal numbers and with the logarithms of their densities.
    logs = point.population.deviations(normals)
    logs[..., :OF_PATIENT] += point.shifts[:, None]
    depths = np.empty((len(courses.looks.patient), logs.shape[1]))
    for patient, own in enumerate(logs):
        depths[courses.looks.patient == patient] = courses.read_depths(patient, point.population, own)
    logs[..., :OF_PATIENT] += point.population.centre
    return Sample(logs, densities - log_scale(point.population, differing)[:, None], depths)
