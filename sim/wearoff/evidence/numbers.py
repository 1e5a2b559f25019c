"""The numbers that a fit may change, on a scale without bounds, and what is known of them before the rows.

They are the constants of the typical patient, the population's own numbers, and the relative potencies of products.
Each has a plausible range in its table. Where a fit uses priors, the prior of a number is normal on the transformed
scale, and its plausible range is the middle 95 %.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .. import tables
from ..checks import check_name
from ..patients.population import limits_of, names, plausible
from .prediction import Setting

Array = npt.NDArray[np.float64]

POTENCY = "relative_potency_"
DEVIATION = "omega_"
TRIAL_NUMBERS = ("omega_trial_potency", "omega_trial_leniency")
# A plausible range is 4 standard deviations of the prior wide. A fit with priors searches over twice the range.
DEVIATIONS_IN_RANGE = 4


class Number(NamedTuple):
    """A number that a fit may change.

    Parameters
    ----------
    name : str
    low, high : float
        The plausible range.
    least, most : float
        The possible range.
    """

    name: str
    low: float
    high: float
    least: float
    most: float

    def to(self, value: float) -> float:
        """Return a value on the transformed scale."""
        return float(_choose_transform(self)[0](value))

    def back(self, transformed: float) -> float:
        """Return a value from its transformed value, clipped to the possible range."""
        return float(np.clip(_choose_transform(self)[1](transformed), self.least, self.most))

    @property
    def is_deviation(self) -> bool:
        """Whether it is a standard deviation between patients, visits or trials, whose values are on a log scale."""
        return self.name.startswith(DEVIATION)

    @property
    def prior(self) -> tuple[float, float]:
        """The mean and the standard deviation of the prior on the transformed scale."""
        low, high = self.to(self.low), self.to(self.high)
        return (low + high) / 2, (high - low) / DEVIATIONS_IN_RANGE


def find_number(name: str) -> Number:
    """Return a number by its name: a name of `population.names`, or ``relative_potency_`` and a product.

    Raises
    ------
    InputError
        The name is not known; the error suggests the nearest one.

    Examples
    --------
    >>> find_number("relative_potency_abobotulinumtoxinA").low < 0.4
    True
    """
    products = {f"{POTENCY}{name}": row for name, row in tables.column("products", "product").items()}
    known = [*names(), *(each for each, row in products.items() if row["potency_low"])]
    check_name(name, known, "free")
    if name in products:
        row = products[name]
        return Number(name, float(row["potency_low"]), float(row["potency_high"]), 1e-3, 1e3)
    limits = limits_of(name)
    return Number(name, *plausible(name), limits.low, limits.high)


def read_value(name: str, setting: Setting) -> float:
    """Return the value of a number in a setting."""
    if name.startswith(POTENCY):
        return setting.potency(name.removeprefix(POTENCY))
    return setting.population.value(name)


def change(setting: Setting, values: Mapping[str, float]) -> Setting:
    """Return a setting with other values of some numbers."""
    potencies = {name.removeprefix(POTENCY): value for name, value in values.items() if name.startswith(POTENCY)}
    others = {name: value for name, value in values.items() if not name.startswith(POTENCY)}
    return setting._replace(
        population=setting.population.replace(**others), potencies={**setting.potencies, **potencies}
    )


def transform(numbers: Sequence[Number], setting: Setting) -> Array:
    """Return the transformed values of some numbers in a setting."""
    return np.array([number.to(read_value(number.name, setting)) for number in numbers])


def _choose_transform(number: Number) -> tuple[Callable[[float], float], Callable[[float], float]]:
    if number.name.startswith("correlation"):
        return math.atanh, math.tanh
    if number.most <= 1 or number.name == "release_at_half_force":
        return lambda p: math.log(p / (1 - p)), lambda x: 1 / (1 + math.exp(-x))
    return math.log, math.exp
