"""The residuals that a fit minimises: a smooth function of the fitted numbers.

The numbers are transformed by the logarithm, the logit or Fisher's z, so that they have no bounds. A range that is held
adds a residual: it is 0 within the range, and rises steeply outside.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..checks import check_number, check_type
from ..errors import InputError
from ..model.equations import MODEL, Model
from ..patients.population import Population, limits_of, plausible
from ..patients.treated import Treated
from ..sensitivity.quantities import read_quantity
from ..simulation import simulate
from ..timeline import Timeline
from ..treatment.visit import UNITS
from .observations import MEDIANS
from .prediction import Prediction, Treatment, plan_treatments, predict

Array = npt.NDArray[np.float64]

# The step of central differences, on the transformed scale. It is so large that the errors of the grids are negligible,
# and so small that the curvature of the residuals is.
STEP = 1e-3
# Grids are chosen again until the estimates move by less than `SETTLED` on the transformed scale, at most `ROUNDS`
# times.
SETTLED, ROUNDS = 2e-3, 6
TYPICAL_DAYS = 400  # last day of the simulation of the typical patient, for ranges that are held
HELD_WEIGHT = 0.3  # standard deviations for each hundredth of its width by which a quantity is outside its range


class Held(NamedTuple):
    """A range in which a quantity must stay: a landmark of the typical patient, or a median day of a treatment.

    Parameters
    ----------
    quantity : str
        A landmark such as ``onset_day``, ``effect_on_day_180``; or ``return_to_baseline`` and the other medians.
    units : float
        The dose of onabotulinumtoxinA in the glabella, in U.
    low, high : float
        Ends of the range: days, or fractions.
    """

    quantity: str
    units: float
    low: float
    high: float


class Solution(NamedTuple):
    """The least squares: the transformed numbers, the slopes of the residuals, the prediction, the residuals."""

    transformed: Array
    jacobian: Array
    prediction: Prediction
    residuals: Array


class Problem:
    """The residuals as a function of the transformed numbers (log, logit or Fisher's z)."""

    def __init__(
        self,
        rows: pd.DataFrame,
        free: tuple[str, ...],
        start: Population,
        held: tuple[Held, ...],
        normal: Array,
        progress: Callable[[int], None] | None,
        model: Model = MODEL,
    ) -> None:
        _check_held(held)
        self.rows, self.free, self.start, self.held, self.model = rows, free, start, held, model
        self.normal, self.progress, self.evaluations = normal, progress, 0
        self.observed, self.n = rows["value"].to_numpy(float), rows["n"].to_numpy(float)
        self.median = rows["endpoint"].isin(MEDIANS).to_numpy()
        self.low, self.high = np.array([[self.to(name, end) for end in plausible(name)] for name in free]).T
        self.begin = np.array([self.to(name, start.value(name)) for name in free])
        medians = _list_held_medians(held)
        self.predicted_rows = pd.concat([rows, medians], ignore_index=True) if len(medians) else rows

    def population(self, transformed: Array) -> Population:
        """Return the population with these numbers."""
        return self.start.replace(**{name: self.back(name, x) for name, x in zip(self.free, transformed, strict=True)})

    def plan(self, transformed: Array) -> dict[Treatment, Treated]:
        """Return the patients of every treatment, on grids that are accurate for these numbers."""
        return plan_treatments(self.predicted_rows, self.population(transformed), self.model)

    def predict(self, transformed: Array, treated: Mapping[Treatment, Treated]) -> Prediction:
        """Return the prediction for the rows, then for the medians that are held."""
        self.evaluations += 1
        if self.progress is not None:
            self.progress(self.evaluations)
        return predict(self.predicted_rows, self.population(transformed), self.normal, treated)

    def residuals(self, transformed: Array, treated: Mapping[Treatment, Treated]) -> Array:
        """Return the residual of each row in standard deviations, then one for each range that is held."""
        prediction = self.predict(transformed, treated)
        count = len(self.rows)
        values, variance = prediction.means[:count], np.diag(prediction.covariance)[:count]
        rates = _compute_deviances(self.observed / 100, values / 100, self.n)
        self._refuse_unreached(values, variance)
        medians = (self.observed - values) / np.sqrt(np.where(self.median, variance, 1.0))
        return np.append(
            np.where(self.median, medians, rates), self._compute_penalties(transformed, prediction.means[count:])
        )

    def _refuse_unreached(self, values: Array, variance: Array) -> None:
        for place in np.flatnonzero(self.median & ~(np.isfinite(values + variance) & (variance > 0))):
            endpoint = self.rows["endpoint"][place]
            raise InputError(
                endpoint,
                problem="has no median among the patients with these constants",
                allowed="constants with which most patients come to it",
                where=f"observations, row {place + 1}",
            )

    def quantities(self, transformed: Array, medians: Array) -> Array:
        """Return the value of each quantity that is held; `medians` are those among them that are medians of days."""
        days = iter(medians)
        doses = dict.fromkeys(h.units for h in self.held if h.quantity not in MEDIANS)
        typical = self.population(transformed).parameters
        courses = {
            units: simulate(units=units, parameters=typical, days=TYPICAL_DAYS, model=self.model) for units in doses
        }
        return np.array(
            [next(days) if h.quantity in MEDIANS else _read_landmark(h, courses[h.units]) for h in self.held]
        )

    def _compute_penalties(self, transformed: Array, medians: Array) -> Array:
        if not self.held:
            return np.empty(0)
        values = self.quantities(transformed, medians)
        low, high = np.array([[h.low, h.high] for h in self.held]).T
        result: Array = 100 * HELD_WEIGHT * (np.maximum(low - values, 0) + np.maximum(values - high, 0)) / (high - low)
        return result

    def solve(self) -> Solution:
        """Return the least squares; the grids are chosen again until the numbers settle."""
        x, all_numbers = np.array(self.begin), np.arange(len(self.free))
        for _ in range(ROUNDS):
            estimate = self.least_squares(x, all_numbers, self.plan(x))
            moved, x = np.abs(estimate - x).max(), estimate
            if moved < SETTLED:
                break
        treated = self.plan(x)
        return Solution(x, self.jacobian(x, treated), self.predict(x, treated), self.residuals(x, treated))

    def least_squares(self, x: Array, moving: npt.NDArray[np.intp], treated: Mapping[Treatment, Treated]) -> Array:
        """Return the transformed numbers with the least squares; only those at the places `moving` change."""
        from scipy.optimize import least_squares

        def insert(part: Array) -> Array:
            numbers = x.copy()
            numbers[moving] = part
            return numbers

        low, high = self.low[moving], self.high[moving]
        optimum = least_squares(
            lambda part: self.residuals(insert(part), treated),
            np.clip(x[moving], low + 1e-9, high - 1e-9),
            lambda part: self.jacobian(insert(part), treated, moving),
            bounds=(low, high),
            x_scale="jac",
            ftol=1e-9,
            xtol=1e-8,
            max_nfev=100,
        )
        return insert(optimum.x)

    def jacobian(
        self, transformed: Array, treated: Mapping[Treatment, Treated], moving: npt.NDArray[np.intp] | None = None
    ) -> Array:
        """Return the slopes of the residuals, a column a number, from central differences with one grid."""
        columns = []
        for i in range(len(transformed)) if moving is None else moving:
            up, down = transformed.copy(), transformed.copy()
            up[i], down[i] = up[i] + STEP, down[i] - STEP
            columns.append((self.residuals(up, treated) - self.residuals(down, treated)) / (2 * STEP))
        return np.stack(columns, axis=1)

    def to(self, name: str, value: float) -> float:
        """Return a number on the transformed scale."""
        return float(_choose_transform(name)[0](value))

    def back(self, name: str, value: float) -> float:
        """Return a number from its transformed value, clipped to the possible range."""
        limits = limits_of(name)
        return float(np.clip(_choose_transform(name)[1](value), limits.low, limits.high))


def _choose_transform(name: str) -> tuple[Callable[[float], float], Callable[[float], float]]:
    if name.startswith("correlation"):
        return math.atanh, math.tanh
    if limits_of(name).high <= 1 or name == "release_at_half_force":
        return lambda p: math.log(p / (1 - p)), lambda x: 1 / (1 + math.exp(-x))
    return math.log, math.exp


def _check_held(held: Sequence[Held]) -> None:
    for item in held:
        check_type(item, Held, "held")
        if item.quantity not in MEDIANS:
            read_quantity(item.quantity, MEDIANS)
        check_number(item.units, UNITS)
        if not item.low < item.high:
            problem = f"has {item.quantity} from {item.low:g} to {item.high:g}"
            raise InputError("held", item, "the first end lower", problem=problem)


def _list_held_medians(held: Sequence[Held]) -> pd.DataFrame:
    # The medians that are held, in the form of observations.
    fields = {
        "source": "held",
        "product": "onabotulinumtoxinA",
        "arm": "treated",
        "day": math.nan,
        "unit": "day",
        "n": 1.0,
    }
    rows = [{**fields, "units": h.units, "endpoint": h.quantity} for h in held if h.quantity in MEDIANS]
    return pd.DataFrame(rows, columns=[*fields, "units", "endpoint"])


def _read_landmark(held: Held, timeline: Timeline) -> float:
    value = float(read_quantity(held.quantity).read(timeline.course))
    # A landmark that is not reached counts as below the range, by the width of the range.
    return value if math.isfinite(value) else held.low - (held.high - held.low)


def _compute_deviances(observed: Array, predicted: Array, n: Array) -> Array:
    # The signed root of twice the difference of the binomial log likelihood from its maximum.
    p = np.clip(predicted, 1e-9, 1 - 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.where(observed > 0, observed * np.log(observed / p), 0.0)
        down = np.where(observed < 1, (1 - observed) * np.log((1 - observed) / (1 - p)), 0.0)
    result: Array = np.sign(observed - p) * np.sqrt(2 * n * np.maximum(up + down, 0.0))
    return result
