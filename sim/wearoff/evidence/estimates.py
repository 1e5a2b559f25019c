"""The tables of a fit: estimates with their errors, rows with their residuals, priors, and how well it fits."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc

from ..labels import CONFIDENCE
from .likelihood import STEP, Prior, Problem
from .numbers import Number, read_value
from .observations import intervals
from .posterior import Posterior, describe_direction
from .prediction import Setting
from .solution import Solution, Spread, find_errors_of_deviations

Array = npt.NDArray[np.float64]

# An estimate this near to an end of the range that is searched, on the transformed scale, counts as at the end.
AT_BOUND = 1e-3


def tabulate_estimates(problem: Problem, solution: Solution) -> pd.DataFrame:
    """Return the estimates with their errors, as `fitting.Fit.estimates` describes them."""
    posterior = Posterior.of(problem, solution)
    alone = np.append(
        solution.errors_of_rows,
        find_errors_of_deviations(problem, solution)[1],
    )
    tails = np.array([[(1 - CONFIDENCE) / 2], [(1 + CONFIDENCE) / 2]])
    ends = posterior.find_quantiles(np.broadcast_to(tails, (2, len(posterior.mean))))
    intervals = np.clip(ends, posterior.low, posterior.high).T
    room = np.minimum(posterior.mean - posterior.low, posterior.high - posterior.mean)
    records = [
        _describe(number, problem.start, *each)
        for number, *each in zip(
            posterior.numbers, posterior.mean, posterior.errors, alone, intervals, room, strict=True
        )
    ]
    columns = ["name", "start", "prior_low", "prior_high", "rows_se_percent", "estimate", "se_percent", "low", "high"]
    return pd.DataFrame(records, columns=[*columns, "at_bound"])


def _describe(
    number: Number, start: Setting, x: float, error: float, alone: float, interval: Array, room: float
) -> tuple[object, ...]:
    estimate = number.back(x)
    slope = (number.back(x + STEP) - number.back(x - STEP)) / (2 * STEP)
    percent = 100 * slope / (1.0 if number.name.startswith("correlation") else abs(estimate))
    return (
        number.name,
        read_value(number.name, start),
        number.low,
        number.high,
        percent * alone,
        estimate,
        percent * error,
        *map(number.back, interval),
        bool(room < AT_BOUND),
    )


def tabulate_rows(problem: Problem, solution: Solution) -> pd.DataFrame:
    """Return the rows with their predictions and residuals."""
    rows = problem.rows.rename(columns={"value": "observed"})
    response = ~problem.median
    low, high = intervals(rows["observed"].where(response), rows["n"].where(response))
    columns = [
        "source",
        "trial",
        "product",
        "units",
        "arm",
        "endpoint",
        "assessor",
        "day",
        "cycle",
        "n",
        "unit",
        "status",
        "observed",
    ]
    residuals, prediction = problem.evaluate(problem.setting(solution.linear.x))
    return rows[columns].assign(low=low, high=high, predicted=prediction.values, residual=residuals)


def measure_goodness(solution: Solution, residuals: Array) -> dict[str, float]:
    """Return how well the rows are fitted, as `fitting.Fit.goodness` describes it."""
    dof = solution.dof
    p = float(chdtrc(dof, solution.chi2)) if dof >= 1 else math.nan
    return {
        "deviance": float(residuals @ residuals),
        "chi2": solution.chi2,
        "dof": dof,
        "p": p,
        "scatter": solution.scatter,
        "criterion": solution.criterion,
    }


def explain_unidentified(names: list[str], spread: Spread, correlations: pd.DataFrame) -> tuple[str, ...]:
    """Return sentences on what rows and priors do not determine."""
    sentences = []
    for direction in spread.flat:
        parts = describe_direction(names, direction)
        sentences.append(f"the rows say nothing about {parts} (on the transformed scale): fix all but one of them")
    for i, one in enumerate(names):
        for j, other in enumerate(names[i + 1 :], start=i + 1):
            shared = correlations.to_numpy()[i, j]
            if abs(shared) > 0.95:
                sentences.append(
                    f"{one} and {other} hardly differ in what they do to the rows: correlation {shared:+.3f}"
                )
    return tuple(sentences)


def tabulate_priors(problem: Problem, x: Array) -> pd.DataFrame:
    """Return the priors of quantities with their fitted values."""
    frame = pd.DataFrame(problem.priors, columns=list(Prior._fields))
    return frame.assign(value=problem.quantities(problem.setting(x)))
