"""The numbers that a fit to patients may change, on a scale without bounds."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..checks import Limits, check_name, check_number
from ..errors import InputError
from ..evidence.numbers import Number, find_number
from ..forecasts.histories import Histories
from ..patients.draws import OF_PATIENT
from ..patients.population import Population, limits_of
from .effects import SIGNS, Effect, place_of

Array = npt.NDArray[np.float64]

# The omegas in the order of `Population.omegas`; the last one is of all visits.
OMEGAS = ("omega_potency", "omega_light_chain", "omega_depot", "omega_crease_share", "omega_visit")
CORRELATION = "correlation_potency_light_chain"
ERRORS = ("investigator_error", "subject_error")
KIND_SHARES = ("severe_share", "placebo_share")
# These act on a patient's likelihood without a new solution of the equations.
POSSIBLE = (*SIGNS, *OMEGAS, CORRELATION, *ERRORS, *KIND_SHARES)
# The least that a fit tries: patients hardly differ. Where a constant differs by less, draws of patients cannot be
# weighted again for another typical constant. Doses have no such constant.
LEAST_OMEGA, LEAST_OMEGA_OF_VISITS = 0.1, 0.02
LARGEST_CORRELATION = 0.99
LARGEST_EFFECT = 5.0  # a factor of 150 per unit of the covariate
ANY_EFFECT = Limits("effect", -math.inf, math.inf)


class Point(NamedTuple):
    """A population, and by how much the typical patient of each patient's covariates differs from its own.

    Parameters
    ----------
    population : Population
    shifts : ndarray, shape (patients, OF_PATIENT)
        On the scale of `Population.deviations`.
    """

    population: Population
    shifts: Array


class Numbers(NamedTuple):
    """The numbers of a fit.

    Parameters
    ----------
    free : tuple of Number
    effects : tuple of Effect
    covariates : ndarray, shape (patients, effects)
        The covariate of each effect, less its reference.
    start : Population
        Numbers that are not fitted keep its values.
    """

    free: tuple[Number, ...]
    effects: tuple[Effect, ...]
    covariates: Array
    start: Population

    @classmethod
    def of(cls, names: list[str], effects: tuple[Effect, ...], data: Histories, start: Population) -> Self:
        """Return the numbers with some names, checked.

        Raises
        ------
        InputError
            A name cannot be fitted; a number starts where it cannot move; or there is nothing to fit.
        """
        if not names and not effects:
            raise InputError("free", names, "at least 1 name", problem="is empty")
        free = tuple(find_number(check_name(name, list(POSSIBLE), "free")) for name in dict.fromkeys(names))
        for number in free:
            low, high = _limits(number)
            check_number(start.value(number.name), Limits(f"{number.name}, where the fit starts,", low, high))
        table = data.covariates
        columns = [table[each.covariate].to_numpy(float) - each.reference for each in effects]
        covariates = np.stack(columns, axis=1) if columns else np.empty((len(table), 0))
        _check_omegas(free, effects, start)
        return cls(free, effects, covariates, start)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all numbers: first those of the population, then the effects."""
        return (*(number.name for number in self.free), *(effect.name for effect in self.effects))

    @property
    def bounds(self) -> Array:
        """The range that a fit searches, on the transformed scale, shape (f, 2)."""
        own = [[number.to(limit) for limit in _limits(number)] for number in self.free]
        return np.array([*own, *[[-LARGEST_EFFECT, LARGEST_EFFECT]] * len(self.effects)])

    @property
    def priors(self) -> Array:
        """Mean and standard deviation of the plausible ranges on the transformed scale, shape (f, 2); inf for none."""
        return np.array([*(number.prior for number in self.free), *[(0.0, math.inf)] * len(self.effects)])

    def transform(self, values: Mapping[str, float]) -> Array:
        """Return values by their names on the transformed scale, shape (f,); one that is missing has its start."""
        for name in values:
            check_name(name, list(self.names), "theta")
        own = [
            number.to(check_number(values.get(number.name, self.start.value(number.name)), limits_of(number.name)))
            for number in self.free
        ]
        effects = [
            check_number(values.get(effect.name, 0.0), ANY_EFFECT._replace(name=effect.name)) for effect in self.effects
        ]
        return np.array([*own, *effects])

    def values(self, x: Array) -> dict[str, float]:
        """Return transformed numbers, shape (f,), as values by their names."""
        own = [number.back(each) for number, each in zip(self.free, x, strict=False)]
        return dict(zip(self.names, [*own, *map(float, x[len(own) :])], strict=True))

    def point(self, x: Array) -> Point:
        """Return what transformed numbers, shape (f,), are for each patient."""
        values = self.values(x)
        shifts = np.zeros((len(self.covariates), OF_PATIENT))
        for i, effect in enumerate(self.effects):
            column, sign = place_of(effect)
            shifts[:, column] += sign * values[effect.name] * self.covariates[:, i]
        return Point(self.start.replace(**{number.name: values[number.name] for number in self.free}), shifts)


def _limits(number: Number) -> tuple[float, float]:
    # Return the range of a number that a fit searches: all that is possible, less what is infinite when transformed.
    if number.name in OMEGAS:
        return (LEAST_OMEGA_OF_VISITS if number.name == OMEGAS[-1] else LEAST_OMEGA), number.most
    if number.name == CORRELATION:
        return -LARGEST_CORRELATION, LARGEST_CORRELATION
    if number.name in KIND_SHARES or number.name == "crease_share":
        return max(number.least, 1e-4), min(number.most, 1 - 1e-4)
    return max(number.least, 1e-6), min(number.most, 1e6)


def _check_omegas(free: tuple[Number, ...], effects: tuple[Effect, ...], start: Population) -> None:
    # A constant that is the same in all patients cannot be given other weights.
    names = [number.name for number in free]
    moving = {*names, *(effect.constant for effect in effects)}
    for constant, omega in zip(SIGNS, OMEGAS, strict=False):
        together = omega == "omega_potency" and (CORRELATION in moving or start.value(CORRELATION) != 0)
        if start.value(omega) == 0 and omega not in moving and (constant in moving or together):
            raise InputError(omega, 0.0, "above 0", problem=f"is 0, and {constant} of single patients is fitted")
    if CORRELATION in moving and start.omega_light_chain == 0:
        raise InputError("omega_light_chain", 0.0, "above 0 where its correlation is fitted")
