"""The likelihood of rows of observations, as residuals that a fit minimises.

A row has a residual in standard deviations: the signed root of its binomial deviance. Rows of one arm have the same
patients. Trials differ: in the potency of the product in their hands, and in the leniency of their raters. Both are
random effects. They enter by the slopes of the residuals, as in a model-based meta-analysis to the first order. The
covariance of the residuals follows from both, and the residuals are weighted with it.

The slopes by potency are those of a trial without effects, the slopes by leniency those at the most probable leniency
of each trial. Rates near 0, as with placebo, are far from linear in leniency, and they tell each trial's own well. They
do not tell its potency: at the most probable potency of each trial half-lives came out a fifth too long, in fits to
rows that were simulated from known numbers.

References
----------
Beal, Sheiner 1982, Crit Rev Biomed Eng 8:195 (the first-order method).
Lindstrom, Bates 1990, Biometrics 46:673 (slopes at the most probable effects).
Mandema, Gibbs, Boyd, Wada, Pfister 2011, Clin Pharmacol Ther 90:766 (model-based meta-analysis).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..checks import Limits, check_number, check_type
from ..errors import InputError
from ..model.equations import MODEL, Model
from ..sensitivity.quantities import Landmark, read_quantity
from ..simulation import simulate
from ..treatment.visit import UNITS
from .numbers import TRIAL_NUMBERS, Number, change
from .observations import MEDIANS
from .prediction import Prediction, Predictor, Setting

Array = npt.NDArray[np.float64]

# The step of differences, on the transformed scale. It is so large that the errors of the grids are negligible, and so
# small that the curvature of the residuals is.
STEP = 1e-3
TYPICAL_DAYS = 400  # last day of the simulation of the typical patient, for priors of landmarks
LARGEST = 1e4  # of the mean and the standard deviation of a prior, in days
ASSUMED_PATIENTS = 50  # number of patients of a median that is published without it
# The correlation of two rows is multiplied by this: each row also has a variance of its own, such as that of rounding.
# How large that is, is assumed.
LARGEST_CORRELATION = 0.95
CLOSEST = 1e-9  # a predicted rate is at least this far from 0 and from 1


class Prior(NamedTuple):
    """A normal prior of a quantity of the typical patient.

    Parameters
    ----------
    quantity : str
        A landmark such as ``onset_day``, or ``effect_on_day_180``.
    mean, sd : float
        Days, or fractions.
    units : float
        The dose of onabotulinumtoxinA in the glabella, in U.
    """

    quantity: str
    mean: float
    sd: float
    units: float


class Linear(NamedTuple):
    """The residuals near some transformed numbers x.

    Parameters
    ----------
    x : ndarray, shape (f,)
    leniencies : ndarray, shape (t,)
        Of the raters of each trial.
    residuals : ndarray, shape (n,)
        Of the rows, in standard deviations, less the part of the leniencies.
    slopes : ndarray, shape (n, f)
    of_priors : ndarray, shape (p,)
        Residuals of the priors.
    prior_slopes : ndarray, shape (p, f)
    prediction : Prediction
    alike : ndarray, shape (n, n)
        Correlations of the rows of one arm.
    by_leniency : ndarray, shape (n, t)
        Slopes of the residuals by the leniency of each trial.
    of_trial : ndarray, shape (2, n, n)
        Products of the slopes of two rows of one trial, by the trial's potency and by its leniency.
    """

    x: Array
    leniencies: Array
    residuals: Array
    slopes: Array
    of_priors: Array
    prior_slopes: Array
    prediction: Prediction
    alike: Array
    by_leniency: Array
    of_trial: Array

    def covariance(self, deviations: Array) -> Array:
        """Return the covariance of the residuals for the standard deviations of the trials' two effects."""
        result: Array = self.alike + np.tensordot(deviations**2, self.of_trial, 1)
        return result


class Problem:
    """The residuals of rows and priors as a function of transformed numbers.

    Parameters
    ----------
    rows : pandas.DataFrame
        Observations that the model predicts.
    numbers : tuple of Number
        The numbers to fit, but those of `TRIAL_NUMBERS`.
    start : Setting
    priors : tuple of Prior
    with_ranges : bool
        Whether the plausible range of each number is a prior.
    patients, seed : int
    progress : callable or None
    model : Model
    """

    def __init__(
        self,
        rows: pd.DataFrame,
        numbers: tuple[Number, ...],
        start: Setting,
        priors: tuple[Prior, ...],
        with_ranges: bool,
        patients: int,
        seed: int,
        progress: Callable[[int], None] | None,
        model: Model = MODEL,
    ) -> None:
        self.rows, self.numbers, self.start, self.priors, self.model = rows, numbers, start, priors, model
        self.with_ranges, self.progress, self.evaluations = with_ranges, progress, 0
        self.predictor = Predictor(rows, patients, seed, model)
        self.median = rows["endpoint"].isin(MEDIANS).to_numpy()
        self.n = rows["n"].fillna(ASSUMED_PATIENTS).to_numpy(float)
        self.observed = np.where(self.median, 0.5, rows["value"].to_numpy(float) / 100)
        middle, width = np.array([number.prior for number in numbers]).reshape(-1, 2).T
        self.prior_mean, self.prior_sd = middle, width
        reach = 4 if with_ranges else 2
        self.low, self.high = (np.clip(middle + side * reach * width, *self._possible()) for side in (-1, 1))
        trial = rows["trial"].to_numpy()
        self.trials = sorted(set(trial) - {""})
        self.in_trial = trial[:, None] == np.array(self.trials, dtype=object)
        study = np.where(trial == "", rows["source"], trial)
        names = ["arm", "product", "units", "total_units", "cycle"]
        arm = rows[names].assign(study=study).astype(str).agg("|".join, axis=1).to_numpy()
        self.one_arm = arm[:, None] == arm

    def _possible(self) -> tuple[Array, Array]:
        tiny = 1e-9
        least = [number.to(max(number.least, tiny) if number.least >= 0 else number.least) for number in self.numbers]
        most = [number.to(min(number.most, 1 - tiny) if number.most == 1 else number.most) for number in self.numbers]
        return np.array(least), np.array(most)

    def setting(self, x: Array, leniencies: Sequence[float] | Array = ()) -> Setting:
        """Return the numbers for transformed ones, and for the leniencies of all trials; default: 0."""
        values = {number.name: number.back(value) for number, value in zip(self.numbers, x, strict=True)}
        own = zip(self.trials, map(float, leniencies), strict=len(leniencies) > 0)
        return change(self.start, values)._replace(leniencies=dict(own))

    def plan(self, x: Array) -> None:
        """Choose the grids anew, accurate near these numbers."""
        self.predictor.plan(self.setting(x).population)

    def evaluate(self, setting: Setting) -> tuple[Array, Prediction]:
        """Return the residuals of the rows, and the prediction."""
        self.evaluations += 1
        if self.progress is not None:
            self.progress(self.evaluations)
        prediction = self.predictor.predict(setting)
        return self.residuals(prediction.shares, prediction.steps), prediction

    def residuals(self, shares: Array, steps: Array) -> Array:
        """Return the residuals of the rows for predicted shares and steps, which are as in `Prediction`."""
        # A median is somewhere between two visits: the share between them is even, and adds to the variance.
        widening = np.sqrt(1 + steps**2 / 12 * self.n / 0.25)
        result: Array = compute_deviances(self.observed, shares, self.n) / widening
        return result

    def of_priors(self, x: Array) -> Array:
        """Return the residuals of the priors: of the numbers, then of the quantities of the typical patient."""
        of_numbers = (x - self.prior_mean) / self.prior_sd if self.with_ranges else np.empty(0)
        values = self.quantities(self.setting(x))
        means, deviations = np.array([(prior.mean, prior.sd) for prior in self.priors]).reshape(-1, 2).T
        return np.append(of_numbers, (values - means) / deviations)

    def quantities(self, setting: Setting) -> Array:
        """Return the value of each quantity that has a prior."""
        typical = setting.population.parameters
        doses = dict.fromkeys(prior.units for prior in self.priors)
        courses = {
            units: simulate(units=units, parameters=typical, days=TYPICAL_DAYS, model=self.model).course
            for units in doses
        }
        values = [float(read_quantity(prior.quantity).read(courses[prior.units])) for prior in self.priors]
        # A landmark that is not reached counts as on the first day or on the last: far from any prior.
        result: Array = np.nan_to_num(np.array(values), nan=0.0, posinf=TYPICAL_DAYS)
        return result

    def linearise(self, x: Array, leniencies: Array) -> Linear:
        """Return the residuals near x and near some leniencies of trials, with slopes from differences to one side."""
        setting = self.setting(x, leniencies)
        residuals, prediction = self.evaluate(setting)
        of_priors = self.of_priors(x)
        slopes, prior_slopes = np.empty((len(residuals), len(x))), np.empty((len(of_priors), len(x)))
        for i in range(len(x)):
            moved = x.copy()
            moved[i] += STEP if x[i] + STEP <= self.high[i] else -STEP
            slopes[:, i] = (self.evaluate(self.setting(moved, leniencies))[0] - residuals) / (moved[i] - x[i])
            prior_slopes[:, i] = (self.of_priors(moved) - of_priors) / (moved[i] - x[i])
        potency = setting.population.parameters.potency * np.exp(STEP)
        near = (change(setting, {"potency": potency}), self.setting(x, leniencies + STEP))
        by_effect = [((self.evaluate(each)[0] - residuals) / STEP)[:, None] * self.in_trial for each in near]
        return Linear(
            x,
            leniencies,
            residuals - by_effect[1] @ leniencies,
            slopes,
            of_priors,
            prior_slopes,
            prediction,
            self._correlate(prediction),
            by_effect[1],
            np.stack([each @ each.T for each in by_effect]),
        )

    def residuals_near(self, linear: Linear, x: Array) -> Array:
        """Return the residuals at other transformed numbers, as those of `linear` are."""
        return self.evaluate(self.setting(x, linear.leniencies))[0] - linear.by_leniency @ linear.leniencies

    def _correlate(self, prediction: Prediction) -> Array:
        # The correlations of the rows of one arm: their patients are the same, and the errors of raters independent.
        size = len(self.rows)
        result = np.eye(size)
        for i in range(size):
            for j in range(i):
                if self.one_arm[i, j]:
                    result[i, j] = result[j, i] = _correlate_rows(prediction, self.n, i, j)
        return result

    def deviations(self, setting: Setting) -> Array:
        """Return the standard deviations of the trials' two effects."""
        return np.array([setting.population.value(name) for name in TRIAL_NUMBERS])


def check_priors(priors: Sequence[Prior]) -> None:
    """Raise `InputError` for a prior of an unknown quantity, or with a number that is not possible."""
    for item in priors:
        check_type(item, Prior, "priors")
        quantity = read_quantity(item.quantity)
        if not isinstance(quantity, Landmark) and quantity.last_day > TYPICAL_DAYS:
            raise InputError("effect_on_day", quantity.last_day, f"up to {TYPICAL_DAYS} day in a prior")
        check_number(item.mean, Limits(f"mean of {item.quantity}", -LARGEST, LARGEST))
        check_number(item.sd, Limits(f"sd of {item.quantity}", 0, LARGEST, above=True))
        check_number(item.units, UNITS)


def compute_deviances(observed: Array, predicted: Array, n: Array) -> Array:
    """Return the signed root of twice the difference of the binomial log likelihood from its maximum."""
    p = np.clip(predicted, CLOSEST, 1 - CLOSEST)
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.where(observed > 0, observed * np.log(observed / p), 0.0)
        down = np.where(observed < 1, (1 - observed) * np.log((1 - observed) / (1 - p)), 0.0)
    result: Array = np.sign(observed - p) * np.sqrt(2 * n * np.maximum(up + down, 0.0))
    return result


def _correlate_rows(prediction: Prediction, n: Array, i: int, j: int) -> float:
    one, other = prediction.chances[i], prediction.chances[j]
    weights = [each for each in (prediction.weights[i], prediction.weights[j]) if each is not None]
    p, q = prediction.shares[i], prediction.shares[j]
    spread = np.sqrt(p * (1 - p) * q * (1 - q))
    # Rates near 0 or 1 have next to no variance, and their correlation has no digits.
    if one is None or other is None or spread <= CLOSEST:
        return 0.0
    # The patients of both rows are those of the row that counts fewer of them, such as those who were selected.
    counted = np.array([each.sum() for each in weights])
    own = weights[int(counted.argmin())] / counted.min()
    shared = (own * one * other).sum() - (own * one).sum() * (own * other).sum()
    size = n[[i, j]] / counted  # of the arm, in a common unit
    part = counted.min() / counted.max() * size.min() / size.max()
    return LARGEST_CORRELATION * float(np.sqrt(part) * shared / spread)
