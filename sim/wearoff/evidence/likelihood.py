"""What a fit minimises: the residuals of observations, a smooth function of the numbers that are fitted.

The numbers go transformed: by the logarithm, the logit or Fisher's z, on which a step means the same everywhere. Ranges
that must be kept whatever the rows say are residuals too, zero within the range and steep outside.
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

# Central differences over this much of a transformed number: far above the grids' error, far below what bends.
STEP = 1e-3
# Grids are chosen anew until the estimates move by less than this.
SETTLED, ROUNDS = 2e-3, 6
# The typical patient of a range held is followed so long.
TYPICAL_DAYS = 400
# Outside the range held, a quantity counts as so many standard deviations for each part in a hundred of the range.
HELD_WEIGHT = 0.3


class Held(NamedTuple):
    """A range in which a quantity must stay: a landmark of the typical patient, or a median of days of a treatment.

    Parameters
    ----------
    quantity : str
        A landmark such as ``onset_day``, ``effect_on_day_180``; or ``return_to_baseline`` and the other medians.
    units : float
        Of onabotulinumtoxinA in the glabella.
    low, high : float
        Days, or a fraction.
    """

    quantity: str
    units: float
    low: float
    high: float


class Solution(NamedTuple):
    """Where the residuals are least: the transformed numbers, the slopes, what is predicted and the residuals."""

    transformed: Array
    jacobian: Array
    prediction: Prediction
    residuals: Array


class Problem:
    """The residuals, a smooth function of the transformed numbers: log, logit or Fisher's z, which have no bounds."""

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
        events = _events(held)
        self.everything = pd.concat([rows, events], ignore_index=True) if len(events) else rows

    def population(self, transformed: Array) -> Population:
        """Return the population with these numbers in place."""
        return self.start.replace(**{name: self.back(name, x) for name, x in zip(self.free, transformed, strict=True)})

    def plan(self, transformed: Array) -> dict[Treatment, Treated]:
        """Return the patients of every treatment, on grids fit for these numbers."""
        return plan_treatments(self.everything, self.population(transformed), self.model)

    def predict(self, transformed: Array, treated: Mapping[Treatment, Treated]) -> Prediction:
        """Return what is predicted for the rows, then for the medians held."""
        self.evaluations += 1
        if self.progress is not None:
            self.progress(self.evaluations)
        return predict(self.everything, self.population(transformed), self.normal, treated)

    def residuals(self, transformed: Array, treated: Mapping[Treatment, Treated]) -> Array:
        """Return the residual of each row in standard deviations, then what lies outside the ranges held."""
        found = self.predict(transformed, treated)
        count = len(self.rows)
        values, variance = found.means[:count], np.diag(found.covariance)[:count]
        rates = _deviance(self.observed / 100, values / 100, self.n)
        self._refuse_unreached(values, variance)
        medians = (self.observed - values) / np.sqrt(np.where(self.median, variance, 1.0))
        return np.append(np.where(self.median, medians, rates), self._outside(transformed, found.means[count:]))

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
        """Return the quantities held; the medians of days are given."""
        days = iter(medians)
        doses = dict.fromkeys(h.units for h in self.held if h.quantity not in MEDIANS)
        typical = self.population(transformed).parameters
        courses = {
            units: simulate(units=units, parameters=typical, days=TYPICAL_DAYS, model=self.model) for units in doses
        }
        return np.array([next(days) if h.quantity in MEDIANS else _landmark(h, courses[h.units]) for h in self.held])

    def _outside(self, transformed: Array, medians: Array) -> Array:
        if not self.held:
            return np.empty(0)
        found = self.quantities(transformed, medians)
        low, high = np.array([[h.low, h.high] for h in self.held]).T
        result: Array = 100 * HELD_WEIGHT * (np.maximum(low - found, 0) + np.maximum(found - high, 0)) / (high - low)
        return result

    def solve(self) -> Solution:
        """Return the least squares, on grids that are chosen anew until the numbers settle."""
        x, everything = np.array(self.begin), np.arange(len(self.free))
        for _ in range(ROUNDS):
            found = self.least_squares(x, everything, self.plan(x))
            moved, x = np.abs(found - x).max(), found
            if moved < SETTLED:
                break
        treated = self.plan(x)
        return Solution(x, self.jacobian(x, treated), self.predict(x, treated), self.residuals(x, treated))

    def least_squares(self, x: Array, moving: npt.NDArray[np.intp], treated: Mapping[Treatment, Treated]) -> Array:
        """Return the transformed numbers where the residuals are least, only the `moving` ones moved."""
        from scipy.optimize import least_squares

        def full(part: Array) -> Array:
            moved = x.copy()
            moved[moving] = part
            return moved

        low, high = self.low[moving], self.high[moving]
        found = least_squares(
            lambda part: self.residuals(full(part), treated),
            np.clip(x[moving], low + 1e-9, high - 1e-9),
            lambda part: self.jacobian(full(part), treated, moving),
            bounds=(low, high),
            x_scale="jac",
            ftol=1e-9,
            xtol=1e-8,
            max_nfev=100,
        )
        return full(found.x)

    def jacobian(
        self, transformed: Array, treated: Mapping[Treatment, Treated], moving: npt.NDArray[np.intp] | None = None
    ) -> Array:
        """Return the slopes of the residuals, by central differences on the same grids and draws; a column a number."""
        columns = []
        for i in range(len(transformed)) if moving is None else moving:
            up, down = transformed.copy(), transformed.copy()
            up[i], down[i] = up[i] + STEP, down[i] - STEP
            columns.append((self.residuals(up, treated) - self.residuals(down, treated)) / (2 * STEP))
        return np.stack(columns, axis=1)

    def to(self, name: str, value: float) -> float:
        """Return a number transformed."""
        return float(_transform(name)[0](value))

    def back(self, name: str, value: float) -> float:
        """Return a number from its transformed value, never outside what is possible."""
        limits = limits_of(name)
        return float(np.clip(_transform(name)[1](value), limits.low, limits.high))


def _transform(name: str) -> tuple[Callable[[float], float], Callable[[float], float]]:
    if name.startswith("correlation"):
        return math.atanh, math.tanh
    if limits_of(name).high <= 1 or name == "release_at_half_force":
        return lambda p: math.log(p / (1 - p)), lambda x: 1 / (1 + math.exp(-x))
    return math.log, math.exp


def _check_held(held: Sequence[Held]) -> None:
    for each in held:
        check_type(each, Held, "held")
        if each.quantity not in MEDIANS:
            read_quantity(each.quantity, MEDIANS)
        check_number(each.units, UNITS)
        if not each.low < each.high:
            problem = f"has {each.quantity} from {each.low:g} to {each.high:g}"
            raise InputError("held", each, "the first end lower", problem=problem)


def _events(held: Sequence[Held]) -> pd.DataFrame:
    # The medians held as rows to predict.
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


def _landmark(held: Held, course: Timeline) -> float:
    found = float(read_quantity(held.quantity).read(course.course))
    # What is not reached is as far outside the range as it is wide.
    return found if math.isfinite(found) else held.low - (held.high - held.low)


def _deviance(observed: Array, predicted: Array, n: Array) -> Array:
    # Signed roots of twice the drop of the binomial log likelihood from its largest.
    p = np.clip(predicted, 1e-9, 1 - 1e-9)
    with np.errstate(divide="ignore", invalid="ignore"):
        up = np.where(observed > 0, observed * np.log(observed / p), 0.0)
        down = np.where(observed < 1, (1 - observed) * np.log((1 - observed) / (1 - p)), 0.0)
    result: Array = np.sign(observed - p) * np.sqrt(2 * n * np.maximum(up + down, 0.0))
    return result
