"""Fits to observations: the most probable values of chosen numbers, and how uncertain they are.

Responders are fitted by their binomial likelihood, medians by the share of patients who had been seen back between two
visits of the trial. Rows of one arm have the same patients, and rows of one trial its effects. What is known before the
rows enters as priors; an interval from rows and priors is a posterior interval. The report says beside it what the rows
alone say.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_name, check_number, check_type, checked_arguments, one_or_many
from ..defaults import SEED
from ..errors import InputError
from ..figures.fit import draw_fit
from ..figures.style import AUTO
from ..model.equations import Model
from ..model.response import read_model
from ..patients.draws import given_seed, seed_of
from ..patients.population import Population
from ..patients.uncertainty import Draws
from ..provenance import make_block, name_functions, warn_of_potencies
from .estimates import explain_unidentified, measure_goodness, tabulate_estimates, tabulate_priors, tabulate_rows
from .likelihood import Prior, Problem, check_priors
from .numbers import TRIAL_NUMBERS, find_number, read_value, transform
from .observations import MEDIANS, refuse_incomplete, why_not
from .posterior import Posterior, draw_populations
from .prediction import Setting
from .profile import find_profile
from .solution import Solution, Spread, solve

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Array = npt.NDArray[np.float64]

PATIENTS = Limits("patients", 64, 1_000_000)
DRAWS = Limits("n", 1, 100_000)


@dataclasses.dataclass(frozen=True, eq=False)
class Fit:
    """The results of a fit.

    Parameters
    ----------
    population : Population
        The population with the estimates.
    potencies : dict of str to float
        The estimates of relative potencies, by product.
    estimates : pandas.DataFrame
        ``name, start, prior_low, prior_high, rows_se_percent, estimate, se_percent, low, high, at_bound``.
        ``prior_low`` and ``prior_high`` are the middle 95 % of the prior. ``se_percent`` is the standard error in per
        cent of the estimate (for correlations, in hundredths), from rows and priors; ``rows_se_percent`` that from
        the rows alone, infinite where they say nothing. ``low`` and ``high`` are the 95 % interval from rows and
        priors, cut at the range that was searched; that range if ``se_percent`` is infinite. Where trials are pooled it
        is computed as Knapp and Hartung (2003) do. ``at_bound`` says that the estimate is at an end of the range that
        was searched; then standard error and interval mean little.
    correlations : pandas.DataFrame
        Correlations of the estimates; NaN for an estimate without a standard error.
    rows : pandas.DataFrame
        The observations with ``observed, low, high, predicted, residual``; the residual is in standard deviations, with
        the rows as independent.
    goodness : dict of str to float
        ``deviance`` with the rows as independent; ``chi2``, ``dof`` and ``p`` with their correlations and the trials'
        effects. ``dof`` is the number of rows less the number of numbers that they determine; ``p`` is NaN if it is
        below 1; ``scatter``: the factor on the variance of the rows in all errors; ``criterion``: minus twice the log
        of the likelihood and the priors, less a constant of the rows.
    not_identifiable : tuple of str
        Sentences on the numbers that rows and priors do not determine.
    priors : pandas.DataFrame
        The priors of quantities, with the fitted value of each quantity.
    provenance : dict
        How the fit was made: versions, arguments, seed, the constants and population it started from, and the rows.
    problem, solution : Problem, Solution
        The function that was minimised, and its minimum. `profile` uses both.
    """

    population: Population
    potencies: dict[str, float]
    estimates: pd.DataFrame
    correlations: pd.DataFrame
    rows: pd.DataFrame
    goodness: dict[str, float]
    not_identifiable: tuple[str, ...]
    priors: pd.DataFrame
    provenance: dict[str, Any] = dataclasses.field(repr=False)
    problem: Problem = dataclasses.field(repr=False)
    solution: Solution = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        return notebook.show(f"fit to {len(self.rows)} observed rows", notebook.format_table(self.estimates))

    def draws(self, n: int, *, rng: np.random.Generator | int | None = SEED) -> Draws:
        """Return `n` populations drawn from what rows and priors leave open.

        The fitted numbers are drawn together on the transformed scale (logarithm, logit or Fisher's z), with the
        intervals of `estimates` and their correlations (a Gaussian copula). A draw outside the range that the fit
        searched is drawn again; ``redrawn`` says how often. The distribution is the better an approximation, the more
        the rows say.

        Parameters
        ----------
        n : int
            Number of populations, from 1 to 100,000.
        rng : Generator or int, optional
            The seed, or a generator from which it is drawn; the default is a fixed seed. The first draws of a seed do
            not depend on `n`.

        Returns
        -------
        Draws

        Raises
        ------
        InputError
            `n` is not possible; rows and priors do not determine a number, which a fit with ``ranges=False`` allows;
            only relative potencies were fitted; or next to no draw is inside the range that was searched.

        Warns
        -----
        UnusualWarning
            A relative potency was fitted: it is not of the population, and is not drawn.
        """
        count, seed = check_integer(n, DRAWS), seed_of(rng)
        drawn = draw_populations(Posterior.of(self.problem, self.solution), self.population, count, seed)
        warn_of_potencies(self.potencies)
        return drawn

    def profile(self, name: str) -> tuple[float, float]:
        """Return the ends of the 95 % profile interval of one number.

        The other numbers are fitted again for each value of it. An end outside the range that was searched becomes the
        end of that range. For a number without a standard error the interval is that range, as in `estimates`; for a
        deviation between trials it is the interval of `estimates`.

        Raises
        ------
        InputError
            The number was not fitted.
        """
        fitted = list(self.estimates["name"])
        row = self.estimates.iloc[fitted.index(check_name(name, fitted, "name"))]
        if math.isinf(row["se_percent"]) or name in TRIAL_NUMBERS:
            return float(row["low"]), float(row["high"])
        return find_profile(self.problem, self.solution, [number.name for number in self.problem.numbers].index(name))

    def figure(self, *, title: str | None = AUTO) -> Figure:
        """Draw the residuals of the rows, and the estimates with their intervals.

        `title` is written over the figure; default: the names fitted and the number of rows. None leaves it out.
        """
        names = self.estimates["name"]
        fitted = ", ".join(names) if len(names) < 6 else f"{len(names)} numbers"
        return draw_fit(
            self.rows, self.estimates, shown=f"fit of {fitted} to {len(self.rows)} observed rows", title=title
        )


@checked_arguments()
def fit(
    observations: pd.DataFrame,
    free: str | Sequence[str],
    *,
    population: Population | None = None,
    priors: Prior | Sequence[Prior] = (),
    ranges: bool = True,
    patients: int = 1024,
    rng: np.random.Generator | int | None = SEED,
    progress: Callable[[int], None] | None = None,
    model: Model | None = None,
) -> Fit:
    """Return a fit of chosen numbers to observations.

    Parameters
    ----------
    observations : pandas.DataFrame
        A table from `read_observations`. Each rate needs its number of patients, ``n``; a median without it counts as
        one of 50 patients. Rows with the same ``trial`` share the trial's effects; rows without one have none.
    free : str or sequence of str
        Names to fit: constants of the typical patient, numbers of the population, and ``relative_potency_`` with a
        product.
    population : Population, optional
        The start of the fit, in the plausible ranges; numbers that are not fitted keep their value.
    priors : Prior or sequence of Prior
        Priors of quantities of the typical patient.
    ranges : bool
        Whether the plausible range of each number is its prior: normal on the logarithmic scale (logit for fractions,
        Fisher's z for correlations), with the range as its middle 95 %. If not, the fit stays within the ranges.
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
        There is no row, or there are no priors and fewer rows than numbers to fit; a rate has no n, or the model does
        not cover a row; no row depends on a number and no prior speaks of it; a number starts outside its plausible
        range; or a prior is of an unknown quantity.
    """
    people = Population() if population is None else check_type(population, Population, "population")
    start = Setting(people)
    numbers = [find_number(name) for name in dict.fromkeys(one_or_many(free, str, "free"))]
    if not numbers:
        raise InputError("free", free, "at least 1 name", problem="is empty")
    for number in numbers:
        limits = Limits(f"{number.name}, where the fit starts,", number.low, number.high)
        check_number(read_value(number.name, start), limits)
    refuse_incomplete(observations)
    rows = observations.reset_index(drop=True)
    _check_rows(rows, 0 if ranges else len(numbers))
    of_quantities = one_or_many(priors, Prior, "priors")
    check_priors(of_quantities)
    model = read_model(model, people.parameters.constants())
    of_trials = tuple(number for number in numbers if number.name in TRIAL_NUMBERS)
    others = tuple(number for number in numbers if number.name not in TRIAL_NUMBERS)
    count, seed = check_integer(patients, PATIENTS), seed_of(rng)
    problem = Problem(rows, others, start, tuple(of_quantities), ranges, count, seed, progress, model)
    solution = solve(problem, transform(others, start), of_trials)
    arguments = {
        "free": [number.name for number in numbers],
        "priors": [prior._asdict() for prior in of_quantities],
        "ranges": ranges,
        "patients": count,
        **name_functions(model),
    }
    block = make_block("fit", arguments, people, seed=given_seed(rng), sampler="sobol", observations=rows)
    return _make_report(problem, solution, block)


def _check_rows(rows: pd.DataFrame, least: int) -> None:
    if not len(rows):
        raise InputError("observations", problem="has no row", allowed="at least 1 row")
    for i, row in enumerate(rows.to_dict("records"), start=1):
        reason = why_not(row)
        if not reason and row["unit"] not in ("%", "day", "week"):
            reason = f"a value in {row['unit']} has no likelihood"
        if not reason and row["endpoint"] == "onset":
            reason = "a median onset has no likelihood; give the share of patients who report it on a day"
        if reason:
            problem = f"has no prediction: {reason}"
            raise InputError(f"observations, row {i}", problem=problem, allowed="rows that the model predicts")
        if not row["n"] > 0 and row["endpoint"] not in MEDIANS:
            raise InputError(
                "n", problem="is blank", allowed="a number, the weight of the row", where=f"observations, row {i}"
            )
    if len(rows) < least:
        problem = f"has {len(rows)} rows for {least} numbers"
        raise InputError("observations", problem=problem, allowed="at least as many rows")


def _make_report(problem: Problem, solution: Solution, provenance: dict[str, Any]) -> Fit:
    linear = solution.linear
    together = np.concatenate([linear.slopes, linear.prior_slopes])
    for number, column in zip(problem.numbers, together.T, strict=True):
        if np.abs(column).max(initial=0.0) < 1e-6:
            reason = f"has {number.name}, which no row informs"
            raise InputError("free", number.name, "left out, or rows that depend on it", problem=reason)
    spread = Spread.of(solution.information())
    setting = problem.setting(linear.x)
    deviations = dict(zip(TRIAL_NUMBERS, solution.deviations, strict=True))
    population = setting.population.replace(**{n.name: float(deviations[n.name]) for n in solution.of_trials})
    names = [number.name for number in problem.numbers]
    rows = tabulate_rows(problem, solution)
    errors = spread.deviations
    scale = np.where(np.isfinite(errors) & (errors > 0), errors, np.nan)
    correlations = pd.DataFrame(spread.covariance / np.outer(scale, scale), names, names)
    return Fit(
        population,
        dict(setting.potencies),
        tabulate_estimates(problem, solution),
        correlations,
        rows,
        measure_goodness(solution, rows["residual"].to_numpy(float)),
        explain_unidentified(names, spread, correlations),
        tabulate_priors(problem, linear.x),
        provenance,
        problem,
        solution,
    )
