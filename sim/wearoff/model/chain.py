"""From the depot to the light chain: the chain of `equations.CHAIN`, linear and solved exactly for any rates.

Of one unit in step j, the amount that a time t later is in step n is the product of the rates from j to before n,
t^(n-j), and the divided difference of exp over -t times the rates from j to n: the Bateman sum, without its division by
zero where rates are equal.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from . import Array
from .equations import CHAIN, COMPARTMENTS, Constants
from .exponentials import exp_divided_differences

# A Bateman sum is used where none of its terms is more than LARGE times the dose. Where rates are close to each other
# the terms are larger and cancel, and the sum loses more digits than a cohort can spare.
LARGE = 1e3
# A step that never holds more than this share of the largest amount is not a source: far below rounding.
NEGLIGIBLE = 1e-20
# exp(-50) is far below rounding.
VANISHED = 50.0

SIZE = len(CHAIN)
# Each step with each step that it takes from, itself included: (step, source).
PAIRS = tuple((step, source) for step in range(SIZE) for source in range(step + 1))


def rates_of(constants: Constants) -> list[Array]:
    """Return the rate of each step in 1/day: a number, or an array over patients."""
    return [np.asarray(getattr(constants, step.rate), dtype=float) for step in CHAIN]


class Steps(NamedTuple):
    """What passes along the chain by itself: of one unit in a step, how much is in a later one after some days.

    Parameters
    ----------
    rates : ndarray, shape (n, ...)
        Rates of the n steps of the chain in 1/day, of each patient.
    falling : ndarray, shape (n, ...)
        Minus the rates, ascending.
    sets : ndarray of int, shape (n, n, ...)
        For a step and a source before it: which of `falling` are of the steps between them, both included, as a binary
        number.
    products : ndarray, shape (n, n, ...)
        For the same: the product of the rates from the source to before the step.
    """

    rates: Array
    falling: Array
    sets: Array
    products: Array

    @classmethod
    def at(cls, rates: Array) -> Steps:
        """Return the steps of these rates."""
        order = np.argsort(-rates, axis=0)
        bits = 1 << np.argsort(order, axis=0)
        sets = np.zeros((len(rates), *rates.shape), dtype=int)
        products = np.ones((len(rates), *rates.shape))
        for step in range(len(rates)):
            sets[step:, : step + 1] += bits[step]
            products[step + 1 :, : step + 1] *= rates[step]
        return cls(rates, np.sort(-rates, axis=0), sets, products)

    def passed(self, elapsed: Array, pairs: Sequence[tuple[int, int]]) -> Array:
        """Return units in a step of one unit that was in a source some days before, for pairs of (step, source).

        Parameters
        ----------
        elapsed : ndarray, shape (k,)
            Days, from 0.
        pairs : sequence of (int, int)
            Places of step and source in `COMPARTMENTS`, the source not after the step.

        Returns
        -------
        ndarray, shape (pairs, ..., k)
        """
        steps, sources = np.array(pairs).T
        sets = self.sets[steps, sources].reshape(len(pairs), -1)
        distinct = sorted(set(sets.ravel().tolist()))
        nodes = (self.falling[..., None] * elapsed).reshape(len(self.falling), -1)
        differences = exp_divided_differences(nodes, tuple(distinct)).reshape(
            len(distinct), sets.shape[1], len(elapsed)
        )
        found = differences[np.searchsorted(distinct, sets), np.arange(sets.shape[1])]
        found *= self.products[steps, sources].reshape(*sets.shape, 1)
        powers = np.ones((len(self.rates), len(elapsed)))
        for lower, power in itertools.pairwise(powers):
            np.multiply(lower, elapsed, out=power)
        found *= powers[steps - sources][:, None]
        result: Array = found.reshape(len(pairs), *self.rates.shape[1:], len(elapsed))
        return result


class Chain(NamedTuple):
    """The chain of one patient or many after doses: its amounts at each dose, from which those at any time follow.

    The chain is linear and remembers nothing but its amounts. They are carried from dose to dose, so that time and
    memory grow with the number of doses plus the number of times, not with their product.

    Parameters
    ----------
    steps : Steps
        Of each patient.
    days : ndarray, shape (v,)
        Days of the doses, ascending.
    held : ndarray, shape (n, ..., z, v + 1)
        Units in each compartment in each of z zones: nothing before the first dose, then just after each dose.
    """

    steps: Steps
    days: Array
    held: Array

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
            A day not after the first dose, and the amounts on it; default: no toxin before the first dose.
        """
        steps = Steps.at(rates)
        if start is not None:
            # What is there already is carried on like what a dose of nothing left.
            days = np.append(start[0], days)
            taken = np.concatenate([np.zeros((*taken.shape[:-1], 1)), taken], axis=-1)
        zones = np.broadcast_shapes((*rates.shape[1:], 1), taken.shape[:-1])
        held = np.zeros((len(rates), *zones, len(days) + 1))
        held[0, ..., 1:] = taken
        if start is not None:
            held[..., 1] += start[1]
        if len(days) > 1:
            passed = np.zeros((len(rates), *rates.shape, len(days) - 1))
            passed[tuple(np.array(PAIRS).T)] = steps.passed(np.diff(days), PAIRS)
            for i in range(1, len(days)):
                held[..., i + 1] += np.einsum("ij...,j...z->i...z", passed[..., i - 1], held[..., i])
        return cls(steps, days, held)

    def before(self, day: float) -> Chain:
        """Return the chain without the doses after `day`."""
        kept = int(np.searchsorted(self.days, day, side="right"))
        return self._replace(days=self.days[:kept], held=self.held[..., : kept + 1])

    def mean(self, weights: Array) -> Chain:
        """Return the chain of the whole muscle as one zone, from the weight of each zone, shape (z,)."""
        return self._replace(held=(weights @ self.held)[..., None, :])

    def at(self, times: Array, compartments: tuple[str, ...] = COMPARTMENTS) -> dict[str, Array]:
        """Return the amounts in the compartments, exact for any rates.

        Parameters
        ----------
        times : ndarray, shape (k,)
            Days, in any order; at a dose's own day the dose is in the depot.
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
        # After a single dose everything comes from the depot; after some weeks the steps between hold next to nothing.
        largest = self.held.reshape(SIZE, -1).max(axis=1)
        sources = set(np.flatnonzero(largest >= NEGLIGIBLE * largest.max()).tolist())
        pairs = [(step, source) for step, source in PAIRS if step in wanted and source in sources]
        found = np.zeros((len(wanted), *self.held.shape[1:-1], len(times)))
        for (step, source), share in zip(pairs, self.steps.passed(elapsed, pairs), strict=True):
            found[wanted.index(step)] += share[..., None, :] * self.held[source][..., last]
        return dict(zip(compartments, found, strict=True))


def chain_derivatives(times: Array, days: Array, taken: Array, rates: Sequence[Array]) -> Array:
    """Return the light chain of many patients in one zone with its first two derivatives, as a cohort needs them.

    By a Bateman sum, an exponential for each rate, with an error of `LARGE` roundings at most; for patients with rates
    close to each other, by the exact amounts and the equations of the chain.

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
    before = np.prod(np.broadcast_arrays(*rates[:-1]), axis=0)
    apart = [[other - rate for j, other in enumerate(rates) if j != i] for i, rate in enumerate(rates)]
    with np.errstate(divide="ignore", invalid="ignore"):
        weights = [before / np.prod(np.broadcast_arrays(*each), axis=0) for each in apart]
        result = _bateman(times, days, taken, rates, weights)
    near = ~(np.max(np.abs(np.broadcast_arrays(*weights)), axis=0) <= LARGE)
    if near.any():
        every = np.stack(np.broadcast_arrays(*rates))
        result[..., near] = _by_the_equations(
            times, days, np.broadcast_to(taken, (len(days), len(near)))[:, near], every[:, near]
        )
    return result


def _bateman(times: Array, days: Array, taken: Array, rates: Sequence[Array], weights: Sequence[Array]) -> Array:
    # For each rate the doses so far, each decayed at that rate, are one sum, which is carried from dose to dose.
    result = np.zeros((3, len(times), len(weights[0])))
    decayed = [np.zeros(np.broadcast_shapes(rate.shape, taken.shape[1:])) for rate in rates]
    firsts = np.append(np.searchsorted(times, days, side="right"), len(times))
    for day, following, units, first, stop in zip(
        days, np.append(days[1:], np.inf), taken, firsts, firsts[1:], strict=False
    ):
        since = times[first:stop] - day
        for total, rate, weight in zip(decayed, rates, weights, strict=True):
            total += units
            left = slice(first, first + np.count_nonzero(since * rate.min() < VANISHED))
            term = np.exp(np.multiply.outer(-since[: left.stop - first], rate)) * (total * weight)
            for derivative in result:
                derivative[left] += term
                term *= -rate
            total *= np.exp(-rate * (following - day))
    return result


def _by_the_equations(times: Array, days: Array, taken: Array, rates: Array) -> Array:
    chain = Chain.after(days, taken.T[:, None], rates)
    last, one_before, two_before = (amount[:, 0].T for amount in chain.at(times, COMPARTMENTS[:-4:-1]).values())
    k_two_before, k_one_before, k_last = rates[-3:]
    slope = k_one_before * one_before - k_last * last
    bend = k_one_before * (k_two_before * two_before - k_one_before * one_before) - k_last * slope
    return np.stack([last, slope, bend])
