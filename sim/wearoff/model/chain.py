"""From the depot to the light chain: the chain of `equations.CHAIN`, which is linear, solved exactly for any rates.

One unit is in step j at first. The amount that is in step n a time t later is a product of three factors: the rates of
the steps from j up to n, without n; t^(n-j); and the divided difference of exp at -t times the rates of the steps from
j to n. This is the Bateman sum, but it does not divide by zero where rates are equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from . import Array
from .equations import CHAIN, COMPARTMENTS, Constants
from .exponentials import exp_divided_differences

# A Bateman sum is used where none of its terms is more than LARGEST_TERM times the dose. Where rates are close to each
# other the terms are larger and cancel each other, and the sum loses too many digits.
LARGEST_TERM = 1e3
# A step that never holds more than this share of the largest amount is left out as a source: it is far below rounding.
NEGLIGIBLE_SHARE = 1e-20
# A dose is left out after this number of time constants: exp(-50) is far below rounding.
VANISHED = 50.0

SIZE = len(CHAIN)
# Every pair of a step and a source: a step from which toxin comes to it, itself included.
PAIRS = tuple((step, source) for step in range(SIZE) for source in range(step + 1))


def rates_of(constants: Constants) -> list[Array]:
    """Return the rate of each step in 1/day: an array without axes, or over patients."""
    return [np.asarray(getattr(constants, step.rate), dtype=float) for step in CHAIN]


def longest_rise(constants: Constants) -> Any:
    """Return the days after a dose from which its light chain only falls, at the latest: a number, array or symbol.

    It is the mean time that toxin spends in the chain, the light chain included. The light chain of one dose rises and
    falls as the chance density of this time, whose largest value comes before its mean.
    """
    with np.errstate(divide="ignore"):
        return sum(1 / np.asarray(getattr(constants, step.rate)) for step in CHAIN)


class Steps(NamedTuple):
    """The passage along the chain between doses: what a unit in one step becomes after some days.

    Parameters
    ----------
    rates : ndarray, shape (n, ...)
        Rates of the n steps of the chain in 1/day, of each patient.
    exponents : ndarray, shape (n, ...)
        Minus the rates, ascending.
    sets : ndarray of int, shape (n, n, ...)
        For each step and source: a binary number that says which `exponents` belong to the steps from the source to the
        step, both included.
    products : ndarray, shape (n, n, ...)
        For each step and source: the product of the rates from the source up to the step, without the step's own.
    """

    rates: Array
    exponents: Array
    sets: Array
    products: Array

    @classmethod
    def with_rates(cls, rates: Array) -> Steps:
        """Return the steps with these rates."""
        order = np.argsort(-rates, axis=0)
        bits = 1 << np.argsort(order, axis=0)
        sets = np.zeros((len(rates), *rates.shape), dtype=int)
        products = np.ones((len(rates), *rates.shape))
        for step in range(len(rates)):
            sets[step:, : step + 1] += bits[step]
            products[step + 1 :, : step + 1] *= rates[step]
        return cls(rates, np.sort(-rates, axis=0), sets, products)

    def passed(self, elapsed: Array, pairs: Sequence[tuple[int, int]]) -> Array:
        """Return the share of an amount that has passed from a source to a step, for pairs of step and source.

        Parameters
        ----------
        elapsed : ndarray, shape (k,)
            Days, from 0, since the amount was in the source.
        pairs : sequence of (int, int)
            Places of step and source in `COMPARTMENTS`; the source is the step or comes before it.

        Returns
        -------
        ndarray, shape (pairs, ..., k)
        """
        steps, sources = np.array(pairs).T
        sets = self.sets[steps, sources].reshape(len(pairs), -1)
        distinct = sorted(set(sets.ravel().tolist()))
        nodes = (self.exponents[..., None] * elapsed).reshape(len(self.exponents), -1)
        differences = exp_divided_differences(nodes, tuple(distinct)).reshape(
            len(distinct), sets.shape[1], len(elapsed)
        )
        shares = differences[np.searchsorted(distinct, sets), np.arange(sets.shape[1])]
        shares *= self.products[steps, sources].reshape(*sets.shape, 1)
        powers = np.ones((len(self.rates), len(elapsed)))
        for lower, power in itertools.pairwise(powers):
            np.multiply(lower, elapsed, out=power)
        shares *= powers[steps - sources][:, None]
        result: Array = shares.reshape(len(pairs), *self.rates.shape[1:], len(elapsed))
        return result


class Chain(NamedTuple):
    """The amounts along the chain of one patient or many, just after each dose; `at` returns them at any time.

    What comes next depends only on the present amounts. They are carried from dose to dose, so that time and memory
    grow with the number of doses plus the number of times, not with their product.

    Parameters
    ----------
    steps : Steps
        Of each patient.
    days : ndarray, shape (v,)
        Days of the doses, ascending.
    amounts : ndarray, shape (n, ..., z, v + 1)
        Units in each compartment in each of z zones: first 0, for the days before the first dose, then the units just
        after each dose.
    """

    steps: Steps
    days: Array
    amounts: Array

    @classmethod
    def after(cls, days: Array, taken: Array, rates: Array, start: tuple[float, Array] | None = None) -> Chain:
        """Return the chain after doses.

        Parameters
        ----------
        days : ndarray, shape (v,)
            Days of the doses, ascending.
        taken : ndarray, shape (..., z, v)
            Units taken up from each dose, in each of z zones.
        rates : ndarray, shape (n, ...)
            As in `Steps`.
        start : (float, ndarray of shape (n, ..., z)), optional
            The amounts on a day, and that day, which is not after the first dose; default: no toxin before the first
            dose.
        """
        steps = Steps.with_rates(rates)
        if start is not None:
            # The amounts at the start are treated like those just after a dose of 0 U.
            days = np.append(start[0], days)
            taken = np.concatenate([np.zeros((*taken.shape[:-1], 1)), taken], axis=-1)
        zones = np.broadcast_shapes((*rates.shape[1:], 1), taken.shape[:-1])
        amounts = np.zeros((len(rates), *zones, len(days) + 1))
        amounts[0, ..., 1:] = taken
        if start is not None:
            amounts[..., 1] += start[1]
        if len(days) > 1:
            passed = np.zeros((len(rates), *rates.shape, len(days) - 1))
            passed[tuple(np.array(PAIRS).T)] = steps.passed(np.diff(days), PAIRS)
            for i in range(1, len(days)):
                amounts[..., i + 1] += np.einsum("ij...,j...z->i...z", passed[..., i - 1], amounts[..., i])
        return cls(steps, days, amounts)

    def before(self, day: float) -> Chain:
        """Return the chain without the doses after `day`."""
        doses = int(np.searchsorted(self.days, day, side="right"))
        return self._replace(days=self.days[:doses], amounts=self.amounts[..., : doses + 1])

    def mean(self, weights: Array) -> Chain:
        """Return the chain of the whole muscle as one zone, from the weight of each zone, shape (z,)."""
        return self._replace(amounts=(weights @ self.amounts)[..., None, :])

    def at(self, times: Array, compartments: tuple[str, ...] = COMPARTMENTS) -> dict[str, Array]:
        """Return the amounts in the compartments in units, exact for any rates.

        Parameters
        ----------
        times : ndarray, shape (k,)
            Days, in any order. On the day of a dose, the dose is in the depot.
        compartments : tuple of str
            Which of `COMPARTMENTS` to return.

        Returns
        -------
        dict of ndarray, shape (..., z, k)
            Units.
        """
        last = np.searchsorted(self.days, times, side="right")  # 0 before the first dose
        elapsed = np.maximum(times - self.days[np.maximum(last - 1, 0)], 0.0)
        wanted = [COMPARTMENTS.index(name) for name in compartments]
        # After a single dose the depot is the only source. Some weeks after it the depot and the steps behind it hold
        # next to nothing.
        largest = self.amounts.reshape(SIZE, -1).max(axis=1)
        sources = set(np.flatnonzero(largest >= NEGLIGIBLE_SHARE * largest.max()).tolist())
        pairs = [(step, source) for step, source in PAIRS if step in wanted and source in sources]
        amounts = np.zeros((len(wanted), *self.amounts.shape[1:-1], len(times)))
        for (step, source), share in zip(pairs, self.steps.passed(elapsed, pairs), strict=True):
            amounts[wanted.index(step)] += share[..., None, :] * self.amounts[source][..., last]
        return dict(zip(compartments, amounts, strict=True))


def chain_derivatives(times: Array, days: Array, taken: Array, rates: Sequence[Array]) -> Array:
    """Return the light chain of many patients in one zone in units, and its first two derivatives per day.

    They are computed by a Bateman sum, which has one exponential for each rate; its error is at most `LARGEST_TERM`
    roundings. For patients with rates close to each other they are computed from the exact amounts and the equations of
    the chain.

    Parameters
    ----------
    times : ndarray, shape (k,)
        Days, ascending.
    days : ndarray, shape (v,)
        Days of the doses, ascending.
    taken : ndarray, shape (v, patients) or (v, 1)
        Units taken up from each dose.
    rates : sequence of n ndarray, shape (patients,) or (1,)
        As `rates_of` gives them.

    Returns
    -------
    ndarray, shape (3, k, patients)
        U, U/day, U/day^2.
    """
    earlier_rates = np.prod(np.broadcast_arrays(*rates[:-1]), axis=0)
    differences = [[other - rate for j, other in enumerate(rates) if j != i] for i, rate in enumerate(rates)]
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = [earlier_rates / np.prod(np.broadcast_arrays(*row), axis=0) for row in differences]
        derivatives = _sum_bateman(times, days, taken, rates, weights)
    near = ~(np.max(np.abs(np.broadcast_arrays(*weights)), axis=0) <= LARGEST_TERM)
    if near.any():
        all_rates = np.stack(np.broadcast_arrays(*rates))
        derivatives[..., near] = _solve_exactly(
            times, days, np.broadcast_to(taken, (len(days), len(near)))[:, near], all_rates[:, near]
        )
    return derivatives


def _sum_bateman(times: Array, days: Array, taken: Array, rates: Sequence[Array], weights: Sequence[Array]) -> Array:
    # For each rate, the sum of all doses so far, each decayed at that rate, is carried from dose to dose.
    derivatives = np.zeros((3, len(times), len(weights[0])))
    totals = [np.zeros(np.broadcast_shapes(rate.shape, taken.shape[1:])) for rate in rates]
    firsts = np.append(np.searchsorted(times, days, side="right"), len(times))
    for day, next_day, units, first, stop in zip(
        days, np.append(days[1:], np.inf), taken, firsts[:-1], firsts[1:], strict=True
    ):
        since = times[first:stop] - day
        for total, rate, weight in zip(totals, rates, weights, strict=True):
            total += units
            part = slice(first, first + np.count_nonzero(since * rate.min() < VANISHED))
            term = np.exp(np.multiply.outer(-since[: part.stop - first], rate)) * (total * weight)
            for derivative in derivatives:
                derivative[part] += term
                term *= -rate
            total *= np.exp(-rate * (next_day - day))
    return derivatives


def _solve_exactly(times: Array, days: Array, taken: Array, rates: Array) -> Array:
    # The derivatives follow from the amounts by the equations of the last steps.
    chain = Chain.after(days, taken.T[:, None], rates)
    last, one_before, two_before = (amount[:, 0].T for amount in chain.at(times, COMPARTMENTS[:-4:-1]).values())
    k_two_before, k_one_before, k_last = rates[-3:]
    slope = k_one_before * one_before - k_last * last
    bend = k_one_before * (k_two_before * two_before - k_one_before * one_before) - k_last * slope
    return np.stack([last, slope, bend])
