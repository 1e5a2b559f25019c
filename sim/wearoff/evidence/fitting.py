"""Fits to observations: estimates of chosen numbers, and their standard errors.

Responders are fitted by their binomial likelihood, medians by the distribution of a sample's median. Rows of one arm
have the same patients. The estimates treat all rows as independent (a composite likelihood). The standard errors use
the correlations of the rows, which the model predicts (Godambe's sandwich).

References
----------
Varin, Reid, Firth 2011, Statistica Sinica 21:5, "An overview of composite likelihood methods".
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import chdtrc, ndtri

from .. import notebook
from ..checks import Limits, check_integer, check_name, check_number, check_type, checked_arguments, one_or_many
from ..defaults import SEED
from ..errors import InputError
from ..figures.fit import draw_fit
from ..figures.style import AUTO
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import draw, seed_of
from ..patients.population import Population, names, plausible
from .intervals import Spread, find_profile, find_spread
from .likelihood import STEP, Held, Problem, Solution
from .observations import CONFIDENCE, intervals, refuse_incomplete, why_not

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = npt.NDArray[np.float64]

PATIENTS = Limits("patients", 64, 1_000_000)
# An estimate this near to an end of its plausible range, on the transformed scale, counts as at the end.
AT_BOUND = 1e-3


@dataclasses.dataclass(frozen=True, eq=False)
class Fit:
    """The results of a fit.

    Parameters
    ----------
    population : Population
        The population with the estimates.
    estimates : pandas.DataFrame
        ``name, start, estimate, se_percent, low, high, at_bound``. ``se_percent`` is the standard error in per cent of
        the estimate (for correlations, in hundredths). ``low`` and ``high`` are the 95 % interval from it; the
        plausible range if it is infinite. ``at_bound`` says that the estimate is at an end of its plausible range; then
        standard error and interval mean little.
    correlations : pandas.DataFrame
        Correlations of the estimates; NaN for an estimate without a standard error.
    rows : pandas.DataFrame
        The observations with ``observed, low, high, predicted, residual``; the residual is in standard deviations.
    goodness : dict of str to float
        ``deviance`` with the rows as independent; ``chi2``, ``dof`` and ``p`` with their correlations.
    not_identifiable : tuple of str
        Sentences on the numbers that the rows do not determine.
    held : pandas.DataFrame
        The ranges that were held, with the fitted value of each quantity.
    problem, solution : Problem, Solution
        The function that was minimised, and its minimum. `profile` uses both.
    """

    population: Population
    estimates: pd.DataFrame
    correlations: pd.DataFrame
    rows: pd.DataFrame
    goodness: dict[str, float]
    not_identifiable: tuple[str, ...]
    held: pd.DataFrame
    problem: Problem = dataclasses.field(repr=False)
    solution: Solution = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        return notebook.show(f"fit to {len(self.rows)} observed rows", notebook.format_table(self.estimates))

    def profile(self, name: str) -> tuple[float, float]:
        """Return the ends of the 95 % profile interval of one number.

        The other numbers are fitted again for each value of it. The likelihood treats the rows as independent. Its drop
        is multiplied by a ratio of two variances: the variance from the sandwich, and the variance for independent rows
        (Varin 2011, section 2.3). An end outside the plausible range becomes the end of that range. For a number
        without a standard error the interval is its plausible range, as in `estimates`.

        Raises
        ------
        InputError
            The number was not fitted.
        """
        place = list(self.problem.free).index(check_name(name, self.problem.free, "name"))
        row = self.estimates.iloc[place]
        if math.isinf(row["se_percent"]):
            return float(row["low"]), float(row["high"])
        return find_profile(self.problem, self.solution, place)

    def figure(self, *, title: str | None = AUTO) -> Figure:
        """Draw the residuals of the rows, and the estimates with their intervals.

        `title` is written over the figure; default: the names fitted and the number of rows. None leaves it out.
        """
        shown = f"fit of {', '.join(self.estimates['name'])} to {len(self.rows)} observed rows"
        return draw_fit(self.rows, self.estimates, shown=shown, title=title)


@checked_arguments()
def fit(
    observations: pd.DataFrame,
    free: str | Sequence[str],
    *,
    population: Population | None = None,
    held: Held | Sequence[Held] = (),
    patients: int = 1024,
    rng: np.random.Generator | int | None = SEED,
    progress: Callable[[int], None] | None = None,
    model: Model | None = None,
) -> Fit:
    """Return a fit of chosen numbers of a population to observations.

    Parameters
    ----------
    observations : pandas.DataFrame
        A table from `read_observations`; each row needs its number of patients, ``n``.
    free : str or sequence of str
        Names to fit: constants of the typical patient, numbers of the population. Each stays in its plausible range.
    population : Population, optional
        The start of the fit, in the plausible ranges; numbers that are not fitted keep their value.
    held : Held or sequence of Held
        Ranges in which quantities must stay, whatever the rows say.
    patients : int
        Number of virtual patients in each arm. All steps of the fit have the same patients, so that the likelihood is
        smooth.
    rng : Generator or int, optional
        The seed, or a generator from which it is drawn; the default is a fixed seed.
    progress : callable, optional
        Called with the number of evaluations so far.
    model : Model, optional
        A model with your own function for uptake or force; default: the built-in model.

    Returns
    -------
    Fit

    Raises
    ------
    InputError
        There are fewer rows than numbers to fit; a row has no n, or the model does not cover it; no row depends on a
        number; a number starts outside its plausible range; or a range is held of an unknown quantity.
    """
    start = Population() if population is None else check_type(population, Population, "population")
    fitted = list(dict.fromkeys(check_name(name, names(), "free") for name in one_or_many(free, str, "free")))
    if not fitted:
        raise InputError("free", free, "at least 1 name", problem="is empty")
    for name in fitted:
        check_number(start.value(name), Limits(f"{name}, where the fit starts,", *plausible(name)))
    refuse_incomplete(observations)
    rows = observations.reset_index(drop=True)
    _check_rows(rows, fitted)
    normal = draw(check_integer(patients, PATIENTS), seed_of(rng))
    model = read_model(model, start.parameters.constants())
    problem = Problem(rows, tuple(fitted), start, one_or_many(held, Held, "held"), normal, progress, model)
    solution = problem.solve()
    return _make_report(problem, solution)


def _check_rows(rows: pd.DataFrame, free: list[str]) -> None:
    for i, row in enumerate(rows.to_dict("records"), start=1):
        reason = why_not(row)
        if reason:
            problem = f"has no prediction: {reason}"
            raise InputError(f"observations, row {i}", problem=problem, allowed="rows that the model predicts")
        if not row["n"] > 0:
            raise InputError(
                "n", problem="is blank", allowed="a number, the weight of the row", where=f"observations, row {i}"
            )
    if len(rows) < len(free):
        problem = f"has {len(rows)} rows for {len(free)} numbers"
        raise InputError("observations", problem=problem, allowed="at least as many rows")


def _make_report(problem: Problem, solution: Solution) -> Fit:
    count = len(problem.rows)
    for name, column in zip(problem.free, solution.jacobian.T, strict=True):
        if np.abs(column).max() < 1e-6:
            reason = f"has {name}, which no row informs"
            raise InputError("free", name, "left out, or rows that depend on it", problem=reason)
    spread = find_spread(solution, count)
    population = problem.population(solution.transformed)
    deviation = np.sqrt(np.diag(spread.covariance))
    scale = np.where(deviation > 0, deviation, 1.0)
    correlations = pd.DataFrame(spread.covariance / np.outer(scale, scale), problem.free, problem.free)
    # A number with a large part in a direction that the rows do not determine has no standard error or correlation.
    unknown = np.abs(spread.flat).max(axis=0, initial=0.0) > 0.3
    deviation[unknown] = np.inf
    correlations.iloc[unknown, :], correlations.iloc[:, unknown] = np.nan, np.nan
    return Fit(
        population,
        _tabulate_estimates(problem, solution, deviation),
        correlations,
        _tabulate_rows(problem, solution),
        _measure_goodness(problem, solution, spread),
        _explain_unidentified(problem, spread, correlations),
        _tabulate_held(problem, solution),
        problem,
        solution,
    )


def _tabulate_estimates(problem: Problem, solution: Solution, deviation: Array) -> pd.DataFrame:
    records = []
    reach = float(ndtri((1 + CONFIDENCE) / 2)) * deviation
    for i, name in enumerate(problem.free):
        x = solution.transformed[i]
        estimate, slope = (
            problem.back(name, x),
            (problem.back(name, x + STEP) - problem.back(name, x - STEP)) / 2 / STEP,
        )
        size = 1.0 if name.startswith("correlation") else abs(estimate)
        at_bound = min(x - problem.low[i], problem.high[i] - x) < AT_BOUND
        near, far = (x - reach[i], x + reach[i]) if math.isfinite(reach[i]) else (problem.low[i], problem.high[i])
        ends = problem.back(name, near), problem.back(name, far)
        records.append(
            (name, problem.start.value(name), estimate, 100 * slope * deviation[i] / size, *ends, bool(at_bound))
        )
    return pd.DataFrame(records, columns=["name", "start", "estimate", "se_percent", "low", "high", "at_bound"])


def _tabulate_rows(problem: Problem, solution: Solution) -> pd.DataFrame:
    count = len(problem.rows)
    rows = problem.rows.rename(columns={"value": "observed"})
    response = ~problem.median
    low, high = intervals(rows["observed"].where(response), rows["n"].where(response))
    columns = ["source", "product", "units", "arm", "endpoint", "assessor", "day", "n", "unit", "status", "observed"]
    return rows[columns].assign(
        low=low, high=high, predicted=solution.prediction.means[:count], residual=solution.residuals[:count]
    )


def _measure_goodness(problem: Problem, solution: Solution, spread: Spread) -> dict[str, float]:
    count = len(problem.rows)
    residuals = solution.residuals[:count]
    chi2 = float(residuals @ np.linalg.pinv(spread.correlation[:count, :count], rcond=1e-10) @ residuals)
    dof = count - len(problem.free)
    p = float(chdtrc(dof, chi2)) if dof > 0 else math.nan
    return {"deviance": float(residuals @ residuals), "chi2": chi2, "dof": float(dof), "p": p}


def _explain_unidentified(problem: Problem, spread: Spread, correlations: pd.DataFrame) -> tuple[str, ...]:
    sentences = []
    for direction in spread.flat:
        parts = [f"{x:+.2f} {name}" for name, x in zip(problem.free, direction, strict=True) if abs(x) > 0.3]
        sentences.append(
            f"the rows say nothing about {' '.join(parts)} (on the transformed scale): fix all but one of them"
        )
    for i, one in enumerate(problem.free):
        for other in problem.free[i + 1 :]:
            shared = correlations.to_numpy()[i, problem.free.index(other)]
            if abs(shared) > 0.95:
                sentences.append(
                    f"{one} and {other} hardly differ in what they do to the rows: correlation {shared:+.3f}"
                )
    return tuple(sentences)


def _tabulate_held(problem: Problem, solution: Solution) -> pd.DataFrame:
    frame = pd.DataFrame(problem.held, columns=list(Held._fields))
    return frame.assign(value=problem.quantities(solution.transformed, solution.prediction.means[len(problem.rows) :]))
