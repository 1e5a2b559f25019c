"""The marginal likelihood of each patient: the mean over her weighted draws; and its slopes.

For patient i with draws u of constants, drawn with the density q, the likelihood is the mean of
``p(seen | u) p(u | numbers) / q(u)``. Its slope in a number is the weighted mean of the slopes of
``log p(seen | u) + log p(u | numbers)`` (Fisher's identity), with the terms of the mean as weights.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.special import logsumexp

from ..forecasts.likelihood import LEAST, find_ends, subtract_tails
from ..patients.draws import OF_PATIENT, REPLICATES
from ..patients.grades import WORST, Raters, find_severity
from ..patients.population import Population
from .courses import Courses
from .effects import SIGNS, place_of
from .looks import RATERS, Looks, Terms
from .numbers import CORRELATION, ERRORS, KIND_SHARES, OMEGAS, Numbers, Point
from .sampling import Sample, log_scale, whiten

Array = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

# Draws of all patients, or of a part of them, that are computed at a time: the arrays of a part stay in the processor's
# cache, and memory grows by what is kept alone.
DRAWS_AT_ONCE = 2**15


class Seen(NamedTuple):
    """How likely it is to see what was seen, for g groups of a patient and a kind, and k draws.

    Parameters
    ----------
    logs : ndarray, shape (g, k)
        Logarithms of the likelihoods.
    slopes : ndarray, shape (raters, g, k)
        Their slopes in the logarithms of the errors of some raters.
    """

    logs: Array
    slopes: Array


class Weighed(NamedTuple):
    """The weighted draws of n patients at a point.

    Parameters
    ----------
    logs : ndarray, shape (n,)
        Logarithms of the marginal likelihoods.
    weights : ndarray, shape (n, k)
        They add up to 1 in each patient.
    normals : ndarray, shape (n, k, OF_PATIENT + v)
        The standard normal numbers of the draws.
    kinds : ndarray, shape (g, k)
        The chance of each kind, given the draw and what was seen.
    seen : Seen
    """

    logs: Array
    weights: Array
    normals: Array
    kinds: Array
    seen: Seen

    @property
    def effective(self) -> Array:
        """The number of equally weighted draws that those of each patient are worth, shape (n,)."""
        result: Array = 1 / (self.weights**2).sum(axis=1)
        return result


class Likelihood:
    """The marginal likelihood of each patient as a function of the numbers, with draws that stay the same.

    Parameters
    ----------
    numbers : Numbers
    courses : Courses
    terms : Terms
    differing : ndarray of bool, shape (n, OF_PATIENT + v)
    sample : Sample
    """

    def __init__(self, numbers: Numbers, courses: Courses, terms: Terms, differing: Flags, sample: Sample) -> None:
        self.numbers, self.courses, self.terms = numbers, courses, terms
        self.differing, self.sample = differing, sample
        names = [number.name for number in numbers.free]
        self._rated = tuple(place for place, name in enumerate(ERRORS) if name in names)
        self._kept: tuple[tuple[float, ...], Seen] | None = None

    def weigh(self, point: Point, *, slopes: bool = False) -> Weighed:
        """Return the weighted draws at a point, with the slopes in the raters' errors if asked for."""
        terms, population = self.terms, point.population
        seen = self._see(population.raters, slopes)
        with np.errstate(divide="ignore"):
            shares = np.log([kind.share for kind in population.raters.kinds()])
        of_groups = seen.logs + shares[terms.kind][:, None]
        likelihoods = np.logaddexp.reduceat(of_groups, terms.first, axis=0)
        normals = whiten(self.sample, point)
        logs = likelihoods + self._weigh_normals(normals, population)
        totals = logsumexp(logs, axis=1)
        kinds = np.exp(of_groups - likelihoods[terms.patient])
        return Weighed(totals - np.log(logs.shape[1]), np.exp(logs - totals[:, None]), normals, kinds, seen)

    def weigh_population(self, point: Point) -> Array:
        """Return the logarithms of the weights, shape (n, k), with which the draws are people of the population."""
        return self._weigh_normals(whiten(self.sample, point), point.population)

    def find_scores(self, weighed: Weighed, point: Point) -> Array:
        """Return the slopes of each patient's logarithm in the transformed numbers, shape (n, f)."""
        parts = [
            np.einsum("nk,nkf->nf", weighed.weights[part], self._find_slopes(weighed, point, part))
            for part in split_patients(*weighed.weights.shape)
        ]
        return np.concatenate(parts)

    def find_errors(self, weighed: Weighed, point: Point) -> tuple[Array, Array]:
        """Return the Monte Carlo variances: of each patient's logarithm, and of the sum of the scores.

        Draws of different replicates are independent; those of one are even, and so are not.

        Returns
        -------
        (ndarray, ndarray), shapes (n,) and (f, f)
        """
        variances, of_scores = [], []
        for part in split_patients(*weighed.weights.shape):
            weights, slopes = weighed.weights[part], self._find_slopes(weighed, point, part)
            means = np.einsum("nk,nkf->nf", weights, slopes)
            off = weights[..., None] * (slopes - means[:, None])
            replicates = weights.reshape(len(off), -1, REPLICATES).sum(axis=1)
            variances.append(((replicates - 1 / REPLICATES) ** 2).sum(axis=1))
            of_scores.append(off.reshape(len(off), -1, REPLICATES, off.shape[2]).sum(axis=1))
        factor, sums = REPLICATES / (REPLICATES - 1), np.concatenate(of_scores)
        return factor * np.concatenate(variances), factor * np.einsum("nrf,nrg->fg", sums, sums)

    def _weigh_normals(self, normals: Array, population: Population) -> Array:
        # A dose that a patient did not get is 0 here, as is a number in which patients do not differ.
        targets = -0.5 * np.einsum("nkd,nkd->nk", normals, normals) - log_scale(population, self.differing)[:, None]
        result: Array = targets - self.sample.densities
        return result

    def _see(self, raters: Raters, slopes: bool) -> Seen:
        # The chances of what was seen depend on the raters' errors alone, so that they are kept until these change.
        key = (raters.investigator_error, raters.subject_error, float(slopes))
        if self._kept is None or self._kept[0] != key:
            rated = self._rated if slopes else ()
            self._kept = key, see(self.courses.looks, self.terms, self.sample.depths, raters, rated)
        return self._kept[1]

    def _find_slopes(self, weighed: Weighed, point: Point, part: slice) -> Array:
        # Return the slopes of each draw of n patients who follow one another, shape (n, k, f).
        means, omegas, correlation = slopes_of_normals(weighed.normals[part], point.population, self.differing[part])
        columns = []
        for number in self.numbers.free:
            if number.name in SIGNS:
                columns.append(SIGNS[number.name] * means[..., list(SIGNS).index(number.name)])
            elif number.name in OMEGAS:
                columns.append(omegas[..., OMEGAS.index(number.name)])
            elif number.name == CORRELATION:
                columns.append(correlation)
            else:
                columns.append(self._sum_kinds(weighed, point.population, number.name, part))
        for i, effect in enumerate(self.numbers.effects):
            place, sign = place_of(effect)
            columns.append(sign * self.numbers.covariates[part, i, None] * means[..., place])
        return np.stack(columns, axis=-1)

    def _sum_kinds(self, weighed: Weighed, population: Population, name: str, part: slice) -> Array:
        # Return the slopes of each draw in a number of the raters, shape (n, k): the mean over the kinds of patients.
        terms, groups = self.terms.of_patients(part), self.terms.find_groups(part)
        if name in ERRORS:
            slopes = weighed.seen.slopes[self._rated.index(ERRORS.index(name)), groups]
        else:
            # The logarithm of a share has the slope 1 - share in the logit of the share, and that of the others -share.
            has = terms.baseline == WORST if name == KIND_SHARES[0] else terms.placebo
            slopes = np.subtract(has, population.value(name), dtype=float)[:, None]
        return np.add.reduceat(weighed.kinds[groups] * slopes, terms.first, axis=0)


def split_patients(patients: int, draws: int) -> Iterator[slice]:
    """Yield the places of patients who are computed at a time, each with a number of draws.

    Examples
    --------
    >>> list(split_patients(40, DRAWS_AT_ONCE // 16))
    [slice(0, 16, None), slice(16, 32, None), slice(32, 40, None)]
    """
    size = max(1, DRAWS_AT_ONCE // draws)
    for first in range(0, patients, size):
        yield slice(first, min(first + size, patients))


def find_term_ends(looks: Looks, terms: Terms, depths: Array, raters: Raters) -> tuple[Array, Array]:
    """Return the errors between which the raters see what they saw, as `find_ends` does, each of shape (terms, k)."""
    group = np.repeat(np.arange(len(terms.starts)), np.diff(np.append(terms.starts, len(terms.look))))
    baseline, placebo = terms.baseline[group][:, None], terms.placebo[group][:, None]
    severity = find_severity(depths[terms.look], baseline, placebo) - raters.leniency
    errors = np.array([raters.errors(name)[0] for name in RATERS])[looks.rater[terms.look]][:, None]
    return find_ends(terms.low[:, None], terms.high[:, None], severity, errors)


def see(looks: Looks, terms: Terms, depths: Array, raters: Raters, rated: Sequence[int]) -> Seen:
    """Return how likely it is to see what was seen.

    The slopes are those in the logarithms of the errors of the raters at the places `rated` of `RATERS`.
    """
    parts = (terms.of_patients(part) for part in split_patients(len(terms.first), depths.shape[1]))
    logs, slopes = zip(*(_see_some(looks, part, depths, raters, rated) for part in parts), strict=True)
    return Seen(np.concatenate(logs), np.concatenate(slopes, axis=1))


def _see_some(looks: Looks, terms: Terms, depths: Array, raters: Raters, rated: Sequence[int]) -> Seen:
    below, above = find_term_ends(looks, terms, depths, raters)
    chances = np.maximum(subtract_tails(below, above), LEAST)
    logs = np.add.reduceat(np.log(chances), terms.starts, axis=0)
    if not rated:
        return Seen(logs, np.empty((0, *logs.shape)))
    change = (_slope_of_end(below) - _slope_of_end(above)) / chances
    own = [np.where((looks.rater[terms.look] == place)[:, None], change, 0.0) for place in rated]
    return Seen(logs, np.stack([np.add.reduceat(each, terms.starts, axis=0) for each in own]))


def slopes_of_normals(normals: Array, population: Population, differing: Flags) -> tuple[Array, Array, Array]:
    """Return the slopes of the logarithm of the density of draws in the numbers of their distribution.

    Parameters
    ----------
    normals : ndarray, shape (n, k, OF_PATIENT + v)
    population : Population
    differing : ndarray of bool, shape (n, OF_PATIENT + v)

    Returns
    -------
    (ndarray, ndarray, ndarray), shapes (n, k, OF_PATIENT), (n, k, OF_PATIENT + 1) and (n, k)
        In the centre of each constant; in the logarithm of each omega, the last one that of all visits; in Fisher's z
        of the correlation.
    """
    together = population.correlation_potency_light_chain
    rest = np.sqrt(1 - together**2)
    of_patient, first, second = normals[..., :OF_PATIENT], normals[..., 0], normals[..., 1]
    # The slopes in the deviations, as multiples of omega: only potency and loss are correlated.
    pulls = of_patient.copy()
    pulls[..., 1] /= rest
    pulls[..., 0] -= together * pulls[..., 1]
    deviations = of_patient.copy()
    deviations[..., 1] = together * first + rest * second
    omegas = population.omegas(normals.shape[-1] - OF_PATIENT)
    means = pulls / np.where(omegas[:OF_PATIENT] > 0, omegas[:OF_PATIENT], np.inf)
    visits, count = normals[..., OF_PATIENT:], differing[:, OF_PATIENT:].sum(axis=1)
    of_visits = (visits**2).sum(axis=-1) - count[:, None]
    spread = np.concatenate([pulls * deviations - 1, of_visits[..., None]], axis=-1)
    return means, spread, rest * first * second - together * second**2 + together


def _slope_of_end(end: Array) -> Array:
    # Return the end times the standard normal density there.
    finite = np.where(np.isfinite(end), end, 0.0)
    result: Array = finite * np.exp(-0.5 * finite**2) / np.sqrt(2 * np.pi)
    return result
