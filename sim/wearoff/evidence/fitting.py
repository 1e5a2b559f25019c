"""Fits to observations: what the rows say about chosen numbers, and how sure they are of it.

Responders are fitted by their binomial likelihood, medians by the distribution of a sample's median. Rows of one arm
have the same patients: the estimates take every row as if it stood alone (a composite likelihood), and the standard
errors take account of what the rows have in common, which the model itself predicts (Godambe's sandwich).

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
# A number at an end of its plausible range: within this of it, on its transformed scale.
AT_BOUND = 1e-3


@dataclasses.dataclass(frozen=True, eq=False)
class Fit:
    """A fit and its report.

    Parameters
    ----------
    population : Population
        With the estimates in place.
    estimates : pandas.DataFrame
        ``name, start, estimate, se_percent, low, high, at_bound``: the standard error in per cent of the estimate (for
        correlations, in hundredths), and the 95 % interval from it, or where it is infinite the plausible range;
        ``at_bound`` if it stands at an end of its plausible range, where neither means much.
    correlations : pandas.DataFrame
        Of the estimates, names on both axes; NaN for those without a standard error.
    rows : pandas.DataFrame
        The observations with ``observed, low, high, predicted, residual``: the residual in standard deviations.
    goodness : dict of str to float
        ``deviance`` of the rows taken alone; ``chi2``, ``dof`` and ``p`` with what they have in common.
    not_identifiable : tuple of str
        What the rows do not tell apart, and why.
    held : pandas.DataFrame
        The ranges held, with the value of each quantity.
    """

    population: Population
    estimates: pd.DataFrame
    correlations: pd.DataFrame
    rows: pd.DataFrame
    goodness: dict[str, float]
    not_identifiable: tuple[str, ...]
    held: pd.DataFrame
    _problem: Problem = dataclasses.field(repr=False)
    _solution: Solution = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        return notebook.show(f"fit to {len(self.rows)} observed rows", notebook.format_table(self.estimates))

    def profile(self, name: str) -> tuple[float, float]:
        """Return the 95 % profile interval of one number: the others are fitted anew on the way to its ends.

        The likelihood is that of the rows taken alone, and its drop is scaled by how much wider the sandwich makes the
        interval (Varin 2011, section 2.3); an end beyond the plausible range is that end of the range. A number without
        a standard error has the whole of its plausible range, as in `estimates`.

        Raises
        ------
        InputError
            The number is not one of those fitted.
        """
        place = list(self._problem.free).index(check_name(name, self._problem.free, "name"))
        row = self.estimates.iloc[place]
        if math.isinf(row["se_percent"]):
            return float(row["low"]), float(row["high"])
        return find_profile(self._problem, self._solution, place)

    def figure(self, *, title: str | None = AUTO) -> Figure:
        """Draw the rows beside what is predicted, and the estimates with their intervals.

        `title` is written over the figure; default: what was fitted to how many rows. None leaves it out.
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
    """Fit chosen numbers of a population to observations.

    Parameters
    ----------
    observations : pandas.DataFrame
        As of `read_observations`; each needs its number of patients, ``n``.
    free : str or sequence of str
        What is fitted, each in its plausible range: constants of the typical patient, numbers of the population.
    population : Population, optional
        Where the fit starts, in the plausible ranges of what is fitted; and all that is not fitted.
    held : Held or sequence of Held
        Ranges that must be kept whatever the rows say.
    patients : int
        Virtual patients of each treatment; the same draws at every step, so that the likelihood is smooth.
    rng : Generator or int, optional
        Where the seed of the draws comes from; the same by default.
    progress : callable, optional
        Called with the number of evaluations so far.
    model : Model, optional
        With functions of one's own for uptake or force; default: the built-in ones.

    Returns
    -------
    Fit

    Raises
    ------
    InputError
        Fewer rows than numbers to fit, a row without n or that the model does not cover, a number that no row informs
        or that starts outside its plausible range, a range held of what is no quantity.
    """
    start = Population() if population is None else check_type(population, Population, "population")
    asked = list(dict.fromkeys(check_name(name, names(), "free") for name in one_or_many(free, str, "free")))
    if not asked:
        raise InputError("free", free, "at least 1 name", problem="is empty")
    for name in asked:
        check_number(start.value(name), Limits(f"{name}, where the fit starts,", *plausible(name)))
    refuse_incomplete(observations)
    rows = observations.reset_index(drop=True)
    _check_rows(rows, asked)
    normal = draw(check_integer(patients, PATIENTS), seed_of(rng))
    pieces = read_model(model, start.parameters.constants())
    problem = Problem(rows, tuple(asked), start, one_or_many(held, Held, "held"), normal, progress, pieces)
    solution = problem.solve()
    return _report(problem, solution)


def _check_rows(rows: pd.DataFrame, free: list[str]) -> None:
    for i, row in enumerate(rows.to_dict("records"), start=1):
        reason = why_not(row)
        if reason:
            raise InputError(f"observations, row {i},", problem=f"is not covered: {reason}", allowed="rows that are")
        if not row["n"] > 0:
            raise InputError(
                "n", problem="is blank", allowed="a number, the weight of the row", where=f"observations, row {i}"
            )
    if len(rows) < len(free):
        problem = f"has {len(rows)} rows for {len(free)} numbers"
        raise InputError("observations", problem=problem, allowed="at least as many rows")


def _report(problem: Problem, solution: Solution) -> Fit:
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
    # What stands in an open direction has no standard error, and no correlation with anything.
    unknown = np.abs(spread.flat).max(axis=0, initial=0.0) > 0.3
    deviation[unknown] = np.inf
    correlations.iloc[unknown, :], correlations.iloc[:, unknown] = np.nan, np.nan
    return Fit(
        population,
        _estimates(problem, solution, deviation),
        correlations,
        _rows(problem, solution),
        _goodness(problem, solution, spread),
        _not_identifiable(problem, spread, correlations),
        _held(problem, solution),
        problem,
        solution,
    )


def _estimates(problem: Problem, solution: Solution, deviation: Array) -> pd.DataFrame:
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


def _rows(problem: Problem, solution: Solution) -> pd.DataFrame:
    count = len(problem.rows)
    rows = problem.rows.rename(columns={"value": "observed"})
    response = ~problem.median
    low, high = intervals(rows["observed"].where(response), rows["n"].where(response))
    kept = ["source", "product", "units", "arm", "endpoint", "assessor", "day", "n", "unit", "status", "observed"]
    return rows[kept].assign(
        low=low, high=high, predicted=solution.prediction.means[:count], residual=solution.residuals[:count]
    )


def _goodness(problem: Problem, solution: Solution, spread: Spread) -> dict[str, float]:
    count = len(problem.rows)
    own = solution.residuals[:count]
    chi2 = float(own @ np.linalg.pinv(spread.correlation[:count, :count], rcond=1e-10) @ own)
    dof = count - len(problem.free)
    p = float(chdtrc(dof, chi2)) if dof > 0 else math.nan
    return {"deviance": float(own @ own), "chi2": chi2, "dof": float(dof), "p": p}


def _not_identifiable(problem: Problem, spread: Spread, correlations: pd.DataFrame) -> tuple[str, ...]:
    found = []
    for direction in spread.flat:
        parts = [f"{x:+.2f} {name}" for name, x in zip(problem.free, direction, strict=True) if abs(x) > 0.3]
        found.append(
            f"the rows say nothing about {' '.join(parts)} (on the transformed scale): fix all but one of them"
        )
    for i, one in enumerate(problem.free):
        for other in problem.free[i + 1 :]:
            shared = correlations.to_numpy()[i, problem.free.index(other)]
            if abs(shared) > 0.95:
                found.append(f"{one} and {other} hardly differ in what they do to the rows: correlation {shared:+.3f}")
    return tuple(found)


def _held(problem: Problem, solution: Solution) -> pd.DataFrame:
    frame = pd.DataFrame(problem.held, columns=list(Held._fields))
    return frame.assign(value=problem.quantities(solution.transformed, solution.prediction.means[len(problem.rows) :]))
