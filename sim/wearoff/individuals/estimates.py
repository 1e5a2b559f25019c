"""The tables of a fit to patients: the numbers with their errors, the patients, shrinkage, and how well it fits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from ..evidence.numbers import find_number
from ..forecasts.posterior import weighted_quantiles
from ..labels import CONFIDENCE
from ..model.equations import Constants
from ..parameters import from_symbols
from ..patients.draws import OF_PATIENT
from .bounds import find_upper_end
from .effects import SIGNS
from .numbers import OMEGAS, Numbers
from .solution import AT_BOUND, Problem, Solution

Array = npt.NDArray[np.float64]

STEP = 1e-5
PATIENT_SHARES = (0.05, 0.5, 0.95)


def tabulate_estimates(problem: Problem, solution: Solution) -> pd.DataFrame:
    """Return the estimates, as `result.IndividualFit.estimates` describes them."""
    numbers = solution.likelihood.numbers
    reach = float(ndtri((1 + CONFIDENCE) / 2))
    with np.errstate(invalid="ignore"):
        errors = np.sqrt(np.diag(solution.covariance))
        share = np.sqrt(np.diag(solution.monte_carlo)) / np.where(errors > 0, errors, np.nan)
    estimates = numbers.values(solution.x)
    rows = []
    for i, (name, estimate) in enumerate(estimates.items()):
        x, error, bound = solution.x[i], errors[i], numbers.bounds[i]
        low, high = (_value(numbers, i, each) for each in np.clip([x - reach * error, x + reach * error], *bound))
        slope = (_value(numbers, i, x + STEP) - _value(numbers, i, x - STEP)) / (2 * STEP)
        known = not solution.at_bound[i]
        if name in OMEGAS and math.isfinite(error):
            low, high = max(0.0, estimate - reach * slope * error), estimate + reach * slope * error
        if name in OMEGAS and x - bound[0] < AT_BOUND:
            known, low, high = True, 0.0, find_upper_end(problem, solution, i)
        rows.append(
            {
                "name": name,
                "start": numbers.values(numbers.transform({}))[name],
                "estimate": estimate,
                "se": slope * error if error > 0 else math.nan,
                "low": low if known else math.nan,
                "high": high if known else math.nan,
                "at_bound": bool(solution.at_bound[i]),
                "monte_carlo": float(share[i]),
            }
        )
    return pd.DataFrame(rows)


def tabulate_correlations(solution: Solution) -> pd.DataFrame:
    """Return the correlations of the estimates on the transformed scale; NaN for one without a standard error."""
    names, errors = solution.likelihood.numbers.names, np.sqrt(np.diag(solution.covariance))
    scale = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
    return pd.DataFrame(solution.covariance / np.outer(scale, scale), names, names)


def tabulate_shrinkage(solution: Solution) -> pd.DataFrame:
    """Return the shrinkage of each way in which patients differ: ``name, omega, sd, shrinkage``.

    ``sd`` is the standard deviation over the patients of the means of their posteriors, and ``shrinkage`` is
    ``1 - sd / omega``.
    """
    weighed, population = solution.weighed, solution.point.population
    deviations = population.deviations(weighed.normals)
    means = np.einsum("nk,nkd->nd", weighed.weights, deviations)
    rows = []
    for place, name in enumerate(OMEGAS):
        columns = [place] if place < OF_PATIENT else range(OF_PATIENT, means.shape[1])
        own = means[:, columns][solution.likelihood.differing[:, columns]]
        if len(own) > 1:
            omega, spread = population.value(name), float(own.std(ddof=1))
            rows.append({"name": name, "omega": omega, "sd": spread, "shrinkage": 1 - spread / omega})
    return pd.DataFrame(rows)


def tabulate_patients(solution: Solution, ids: list[str]) -> pd.DataFrame:
    """Return what the data say of each patient, as `result.IndividualFit.patients` describes it."""
    weighed, looks = solution.weighed, solution.likelihood.courses.looks
    columns: dict[str, npt.NDArray[Any]] = {
        "treatments": np.array([len(each.days) for each in looks.treatments]),
        "looks": np.bincount(looks.patient),
        "log_likelihood": weighed.logs,
        "effective": weighed.effective,
    }
    quantiles = np.stack(
        [
            weighted_quantiles(_read_constants(solution, patient), weights, np.array(PATIENT_SHARES))
            for patient, weights in enumerate(weighed.weights)
        ]
    )
    for i, name in enumerate(SIGNS):
        columns |= {f"{name}_p{100 * share:g}": quantiles[:, i, j] for j, share in enumerate(PATIENT_SHARES)}
    return pd.DataFrame(columns, index=pd.Index(ids, name="id"))


def measure_goodness(solution: Solution) -> dict[str, float]:
    """Return how well the data are fitted, as `result.IndividualFit.goodness` describes it."""
    weighed, looks = solution.weighed, solution.likelihood.courses.looks
    total, count = float(weighed.logs.sum()), len(solution.x)
    variances, _ = solution.likelihood.find_errors(weighed, solution.point)
    return {
        "log_likelihood": total,
        "log_likelihood_error": math.sqrt(float(variances.sum())),
        "aic": -2 * total + 2 * count,
        "bic_patients": -2 * total + math.log(len(weighed.logs)) * count,
        "bic_looks": -2 * total + math.log(len(looks.patient)) * count,
        "numbers": float(count),
        "patients": float(len(weighed.logs)),
        "looks": float(len(looks.patient)),
        "least_effective": float(weighed.effective.min()),
    }


def _read_constants(solution: Solution, patient: int) -> Array:
    # Return the constants of the draws of a patient under the names of the user, shape (constants, k).
    deviations = solution.likelihood.sample.logs[patient].copy()
    population = solution.point.population
    deviations[:, :OF_PATIENT] -= population.centre
    constants: Constants = population.constants_of(deviations)
    return np.stack([np.asarray(values) for values in from_symbols(constants, SIGNS).values()])


def _value(numbers: Numbers, place: int, x: float) -> float:
    return find_number(numbers.names[place]).back(x) if place < len(numbers.free) else float(x)
