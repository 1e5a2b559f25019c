"""Does the fitted population give what was seen? Residuals of grades, and shares of grades beside simulated ones.

References
----------
Dunn, Smyth 1996, J Comput Graph Stat 5:236 (randomised quantile residuals).
Rosenblatt 1952, Ann Math Stat 23:470 (residuals one after another, each given those before).
Bergstrand, Hooker, Wallin, Karlsson 2011, AAPS J 13:143 (visual predictive checks).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import logsumexp, ndtr, ndtri

from ..evidence.observations import intervals
from ..forecasts.likelihood import LEAST, subtract_tails
from ..labels import CONFIDENCE
from ..patients.grades import WORST, find_severity, round_grade
from .likelihood import find_term_ends
from .looks import RATERS
from .solution import Solution

Array = npt.NDArray[np.float64]
Whole = npt.NDArray[np.int64]

GRADES = range(WORST + 1)


def find_residuals(solution: Solution, seed: int) -> Array:
    """Return the residual of each look, shape (looks,); NaN for a look that gave no grade.

    The chance F of a smaller grade and the chance f of the grade that was seen are those given all earlier grades of
    the patient. The residual is the normal quantile of a random number between F and F + f. If the model is right,
    residuals are independent standard normal numbers.
    """
    likelihood, population = solution.likelihood, solution.point.population
    looks = likelihood.courses.looks
    logs = likelihood.weigh_population(solution.point)
    shares = np.log(np.maximum([kind.share for kind in population.raters.kinds()], LEAST))
    random, result = np.random.default_rng(seed).random(len(looks.patient)), np.full(len(looks.patient), np.nan)
    for patient, own in enumerate(logs):
        terms = likelihood.terms.of_patients(slice(patient, patient + 1))
        below, above = find_term_ends(looks, terms, likelihood.sample.depths, population.raters)
        smaller, seen = ndtr(below), np.maximum(subtract_tails(below, above), LEAST)
        weights = own + shares[terms.kind][:, None]
        # The looks are the same for every kind of patient. There is a row of places for each kind.
        for places in np.arange(len(terms.look)).reshape(len(terms.kind), -1).T:
            chances = np.exp(weights - logsumexp(weights))
            look = terms.look[places[0]]
            if looks.is_grade[look]:
                first, of_grade = float((chances * smaller[places]).sum()), float((chances * seen[places]).sum())
                result[look] = ndtri(first + random[look] * of_grade)
            weights = weights + np.log(seen[places])
    return result


def simulate_grades(solution: Solution, repeats: int, seed: int) -> npt.NDArray[np.int8]:
    """Return the grades of data sets that are drawn from the fitted population, shape (looks, repeats).

    Each data set has the same patients' treatments, looks, covariates and known grades at baseline.
    """
    likelihood, population = solution.likelihood, solution.point.population
    looks, terms, rng = likelihood.courses.looks, likelihood.terms, np.random.default_rng(seed)
    weights = np.exp(likelihood.weigh_population(solution.point))
    raters = population.raters
    shares = np.array([kind.share for kind in raters.kinds()])
    errors = np.array([raters.errors(name)[0] for name in RATERS])[looks.rater]
    result = np.empty((len(looks.patient), repeats), dtype=np.int8)
    for patient, own in enumerate(weights):
        rows, groups = np.flatnonzero(looks.patient == patient), np.flatnonzero(terms.patient == patient)
        draws = rng.choice(len(own), repeats, p=own / own.sum())
        of_kinds = shares[terms.kind[groups]]
        kinds = groups[rng.choice(len(groups), repeats, p=of_kinds / of_kinds.sum())]
        depths = likelihood.sample.depths[rows][:, draws]
        severity = find_severity(depths, terms.baseline[kinds], terms.placebo[kinds]) - raters.leniency
        result[rows] = round_grade(severity + errors[rows][:, None] * rng.standard_normal(depths.shape))
    return result


def tabulate_check(solution: Solution, seen: Whole, bins: int, repeats: int, seed: int) -> pd.DataFrame:
    """Return the shares of grades, as `result.IndividualFit.check` describes them.

    Parameters
    ----------
    solution : Solution
    seen : ndarray of int, shape (looks,)
        The grade of each look; -1 for a look that gave no grade.
    bins, repeats, seed : int
    """
    looks, simulated = solution.likelihood.courses.looks, simulate_grades(solution, repeats, seed)
    tail, rows = (1 - CONFIDENCE) / 2, []
    for at_rest in np.unique(looks.at_rest[seen >= 0]):
        own = np.flatnonzero((seen >= 0) & (looks.at_rest == at_rest))
        for places in split_bins(looks.since[own], bins):
            chosen = own[places]
            days, count = looks.since[chosen], len(chosen)
            for grade in GRADES:
                shares = (simulated[chosen] == grade).mean(axis=0)
                observed = float((seen[chosen] == grade).mean())
                low, high = intervals(pd.Series([100 * observed]), pd.Series([float(count)]))
                predicted = np.quantile(shares, [tail, 1 - tail])
                rows.append(
                    {
                        "at_rest": bool(at_rest), "from_day": days.min(), "to_day": days.max(), "day": np.median(days),
                        "n": count, "grade": grade, "observed": observed, "low": low[0] / 100, "high": high[0] / 100,
                        "predicted": shares.mean(), "predicted_low": predicted[0], "predicted_high": predicted[1],
                    }
                )  # fmt: skip
    return pd.DataFrame(rows)


def split_bins(days: Array, bins: int) -> list[Whole]:
    """Return the places of days in bins, which hold nearly the same number each; equal days are in one bin.

    Examples
    --------
    >>> [places.tolist() for places in split_bins(np.array([30.0, 7.0, 7.0, 7.0, 60.0, 90.0]), 2)]
    [[1, 2, 3], [0, 4, 5]]
    """
    edges = np.unique(np.quantile(days, np.arange(1, bins) / bins, method="higher"))
    own = np.searchsorted(edges, days, side="right")
    return [np.flatnonzero(own == each) for each in np.unique(own)]
