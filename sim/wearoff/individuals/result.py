"""The results of a fit to patients: tables, the likelihood, residuals, and a visual predictive check."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from .. import notebook
from ..checks import Limits, check_integer, check_mapping, check_name, check_number
from ..defaults import SEED
from ..errors import InputError
from ..figures.check import check_figure, draw_check
from ..figures.style import AUTO
from ..forecasts.histories import Histories
from ..forecasts.seen import GRADE, Grade
from ..patients.draws import seed_of
from ..patients.population import Population
from .checking import find_residuals, tabulate_check
from .looks import order
from .numbers import Numbers
from .solution import Solution

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Array = npt.NDArray[np.float64]

BINS = Limits("bins", 1, 1000)
REPEATS = Limits("repeats", 20, 100_000)


@dataclasses.dataclass(frozen=True, eq=False)
class IndividualFit:
    """The results of a fit to patients.

    Parameters
    ----------
    population : Population
        The population with the estimates. Its typical patient has the reference of each covariate.
    estimates : pandas.DataFrame
        ``name, start, estimate, se, low, high, at_bound, monte_carlo``. ``se`` is the standard error, from the observed
        information; infinite where the data say nothing. ``low`` and ``high`` are the 95 % interval. It is even around
        an omega or an effect, and for others on the transformed scale (logarithm, logit or Fisher's z). ``at_bound``
        says that the estimate is at an end of what is tried (an omega of 0.1, and 0.02 of the visits: patients hardly
        differ); it then has no standard error, and the errors of the others are those with it fixed. The interval of
        such an omega is from 0 to the upper end of its profile. ``monte_carlo`` is the Monte Carlo error, in standard
        errors. An effect such as ``sex_on_potency`` is the difference of the constant's logarithm (of the crease
        share's logit) for one more of the covariate.
    correlations : pandas.DataFrame
        Correlations of the estimates on the transformed scale; NaN for an estimate without a standard error.
    references : dict of str to float
        The value of each covariate for which the constants are those of the typical patient: the median over the
        patients, and of two values the smaller one.
    patients : pandas.DataFrame
        A row for each patient, by ID: ``treatments, looks, log_likelihood, effective`` (draws), and the percentiles 5,
        50 and 95 of potency, half-lives and crease share, given what was seen of her, such as ``potency_p50``.
    shrinkage : pandas.DataFrame
        ``name, omega, sd, shrinkage`` for each way in which patients differ: ``sd`` is the standard deviation over the
        patients of the means of their posteriors, and ``shrinkage`` is ``1 - sd / omega``.
    goodness : dict of str to float
        ``log_likelihood`` with its Monte Carlo error ``log_likelihood_error``; ``aic``; ``bic_patients`` and
        ``bic_looks``, which count patients or looks; ``numbers``, ``patients``, ``looks``; ``least_effective``, the
        effective draws of the patient with the fewest.
    provenance : dict
        How the fit was made: versions, arguments, seed, the constants and population it started from. It does not have
        the patients' data.
    data : Histories
    solution : Solution
    """

    population: Population
    estimates: pd.DataFrame
    correlations: pd.DataFrame
    references: dict[str, float]
    patients: pd.DataFrame
    shrinkage: pd.DataFrame
    goodness: dict[str, float]
    provenance: dict[str, Any] = dataclasses.field(repr=False)
    data: Histories = dataclasses.field(repr=False)
    solution: Solution = dataclasses.field(repr=False)

    def _repr_html_(self) -> str:
        return notebook.show(f"fit to {len(self.patients)} patients", notebook.format_table(self.estimates))

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the numbers, in the order of an array of them."""
        return self._numbers.names

    def transform(self, values: Mapping[str, float]) -> Array:
        """Return values by their names as an array on the transformed scale, shape (f,).

        A number that is missing has the value from which the fit started, and an effect 0. A name that is not known, or
        a value that is no number, raises `InputError`.
        """
        return self._numbers.transform(values)

    def values(self, theta: npt.ArrayLike) -> dict[str, float]:
        """Return the values, by their names, of an array on the transformed scale, shape (f,)."""
        return self._numbers.values(self._check_theta(theta))

    def log_likelihood(
        self, theta: Mapping[str, float] | npt.ArrayLike | None = None, *, pointwise: bool = False
    ) -> float | Array:
        """Return the logarithm of the likelihood of all patients; minus infinity outside of what is possible.

        Parameters
        ----------
        theta : mapping of str to float, or array_like of shape (f,), optional
            Values by their names; or numbers on the transformed scale, in the order of `names`; default: the estimates.
        pointwise : bool
            Whether to return the logarithm for each patient, an array of shape (patients,).

        Raises
        ------
        InputError
            A name is not known, or something is not a number.

        Notes
        -----
        The draws are those of the estimates. They serve for numbers within a few standard errors of them.
        """
        given = self.solution.x if theta is None else theta
        x = self.transform(given) if isinstance(given, Mapping) else self._check_theta(given)
        low, high = self._numbers.bounds.T
        if (x < low).any() or (x > high).any():
            logs = np.full(len(self.patients), -np.inf)
        else:
            logs = self.solution.likelihood.weigh(self._numbers.point(x)).logs
        return logs if pointwise else float(logs.sum())

    def population_of(self, covariates: Mapping[str, float]) -> Population:
        """Return the population of people with some values of covariates; others have their reference."""
        check_mapping(covariates, "covariates")
        for name in covariates:
            check_name(name, list(self.references), "covariate")
        values = self._numbers.values(self.solution.x)
        changed: dict[str, float] = {}
        for effect in self._numbers.effects:
            value = check_number(
                covariates.get(effect.covariate, effect.reference), Limits(effect.covariate, -np.inf, np.inf)
            )
            before = changed.get(effect.constant, self.population.value(effect.constant))
            changed[effect.constant] = effect.shift(before, values[effect.name] * (value - effect.reference))
        return self.population.replace(**changed)

    def residuals(self, *, rng: np.random.Generator | int | None = SEED) -> pd.DataFrame:
        """Return the residual of each grade: ``id, day, treatment, since, at_rest, assessor, grade, residual``.

        They are randomised quantile residuals (Dunn and Smyth 1996), each given the earlier grades of the patient: if
        the model is right, they are independent standard normal numbers. ``day`` counts from day 0 of the visits, and
        ``since`` from the treatment with the number ``treatment``.
        """
        looks = self.solution.likelihood.courses.looks
        frame = self._tabulate_looks().assign(residual=find_residuals(self.solution, seed_of(rng)))
        return frame[looks.is_grade].reset_index(drop=True)

    def check(self, *, bins: int = 6, repeats: int = 500, rng: np.random.Generator | int | None = SEED) -> pd.DataFrame:
        """Return the shares of grades beside those of simulated data (a visual predictive check).

        Each simulated data set has the same patients' treatments, days, covariates and grades at baseline. Where
        patients were treated when they asked for it, the check is biased: late looks come from patients in whom the
        effect lasted long, and the simulated patients do not know this.

        Parameters
        ----------
        bins : int
            Number of bins of the days since the last treatment, with nearly the same number of looks each.
        repeats : int
            Number of simulated data sets.
        rng : Generator or int, optional
            The seed, or a generator from which it is drawn; the default is a fixed seed.

        Returns
        -------
        pandas.DataFrame
            One row a bin and grade: ``at_rest, from_day, to_day, day`` (median), ``n`` (looks), ``grade``;
            ``observed`` with its exact binomial 95 % interval ``low, high``; ``predicted`` with the middle 95 % of the
            simulated data sets ``predicted_low, predicted_high``. Shares are fractions. Looks of one patient count as
            independent in the binomial interval; they are not in the predicted one.
        """
        seen = np.array([-1 if each is None else each for each in self._tabulate_looks()["grade"].tolist()])
        count, several = check_integer(bins, BINS), check_integer(repeats, REPEATS)
        return tabulate_check(self.solution, seen, count, several, seed_of(rng))

    def check_figure(self, *, at_rest: bool = False, title: str | None = AUTO, **options: Any) -> Figure:
        """Draw `check`, an Axes for each grade; `options` are its arguments."""
        return check_figure(self._check_of(at_rest, options), shown=self._describe(), title=title)

    def plot_check(
        self,
        grade: int,
        *,
        at_rest: bool = False,
        ax: Axes | None = None,
        title: str | None = AUTO,
        **options: Any,
    ) -> Axes:
        """Draw `check` of one grade and return the Axes; `options` are its arguments."""
        frame = self._check_of(at_rest, options)
        frame = frame[frame["grade"] == check_integer(grade, GRADE)]
        return draw_check(frame, shown=self._describe(), ax=ax, title=title)

    @property
    def _numbers(self) -> Numbers:
        return self.solution.likelihood.numbers

    def _check_theta(self, theta: npt.ArrayLike) -> Array:
        try:
            x = np.asarray(theta, dtype=float)
        except (TypeError, ValueError):
            x = np.empty(0)
        if x.shape != (len(self.names),) or np.isnan(x).any():
            raise InputError("theta", theta, f"{len(self.names)} numbers: {', '.join(self.names)}")
        return x

    def _check_of(self, at_rest: bool, options: Mapping[str, Any]) -> pd.DataFrame:
        frame = self.check(**options)
        chosen = frame[frame["at_rest"] == at_rest]
        if not len(chosen):
            raise InputError("at_rest", at_rest, f"{not at_rest}: no grade was seen otherwise")
        return chosen

    def _describe(self) -> str:
        return f"{len(self.patients)} patients: shares of grades, and those of simulated data"

    def _tabulate_looks(self) -> pd.DataFrame:
        looks = self.solution.likelihood.courses.looks
        rows = []
        for patient, history in self.data.items():
            for each in order(history):
                grade = each.grade if isinstance(each, Grade) else None
                rows += [(patient, day, each.assessor, grade) for day in sorted(each.days)]
        frame = pd.DataFrame(rows, columns=["id", "day", "assessor", "grade"])
        frame.insert(2, "treatment", looks.treatment + 1)
        frame.insert(3, "since", looks.since)
        frame.insert(4, "at_rest", looks.at_rest)
        frame["grade"] = frame["grade"].astype("Int64").astype(object).where(frame["grade"].notna(), None)
        return frame
