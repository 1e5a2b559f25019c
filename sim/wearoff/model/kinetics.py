"""From the depot to the active light chain: linear, solved exactly for any rates.

    depot        dD/dt = -k_release D                              + dose at each visit
    free         dF/dt =  k_release D     - k_bind F
    bound        dB/dt =  k_bind F        - k_endocytosis B
    endosome     dE/dt =  k_endocytosis B - k_translocation E
    light chain  dL/dt =  k_translocation E - k_loss L

After one unit into the depot, the amount in step n is the product of the rates before it, t^(n-1), and the divided
difference of exp over -t times the first n rates: the Bateman sum, without its division by zero where rates are equal.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from . import Array, Number
from .exponentials import exp_divided_difference

# Where rates are close to each other, the terms of a Bateman sum are large and cancel: so many times larger than the
# dose, and it loses as many digits as a cohort can spare.
LARGE = 1e3
# exp(-50) is far below rounding.
VANISHED = 50.0

COMPARTMENTS = ("depot", "free", "bound", "endosome", "light_chain")


def uptake(units: Array, half_uptake: Number) -> Array:
    """Return how much of a local dose the nerve endings take up: ``u U50 / (u + U50)``.

    Parameters
    ----------
    units : ndarray
        Local doses in U; doses given at the same moment are added up first.
    half_uptake : ndarray or float
        U50 in U, the dose of which half is taken up; ``inf`` for no saturation.

    Examples
    --------
    >>> uptake(np.array([20.0, 40.0]), 20.0).round(3).tolist()
    [10.0, 13.333]
    """
    return units / (1 + units / half_uptake)


def amounts(
    times: Array, days: Array, taken: Array, rates: Array, compartments: tuple[str, ...] = COMPARTMENTS
) -> dict[str, Array]:
    """Return the amounts in the compartments: the sum over the doses of each one's exact course.

    Parameters
    ----------
    times : ndarray, shape (k,)
        Days; at a dose's own day the dose is in the depot.
    days : ndarray, shape (v,)
        Days of the doses.
    taken : ndarray, shape (..., z, v)
        Units taken up from each dose, in each of z zones.
    rates : ndarray, shape (5, ...)
        ``k_release, k_bind, k_endocytosis, k_translocation, k_loss`` in 1/day, of each patient.
    compartments : tuple of str
        Which of `COMPARTMENTS` to return.

    Returns
    -------
    dict of ndarray, shape (..., z, k)
        Units.
    """
    elapsed = times - days[:, None]
    past = elapsed > 0
    since = elapsed[past]
    found = {}
    for name in compartments:
        unit = np.zeros((*rates.shape[1:], *elapsed.shape))
        unit[..., past] = _after_one_unit(COMPARTMENTS.index(name) + 1, since, rates)
        if name == "depot":
            unit[..., elapsed == 0] = 1.0
        found[name] = taken @ unit
    return found


def chain_derivatives(times: Array, days: Array, taken: Array, rates: Sequence[Array]) -> Array:
    """Return the light chain of many patients in one zone with its first two derivatives, as a cohort needs them.

    By a Bateman sum, an exponential for each rate, with an error of `LARGE` roundings at most; for patients with rates
    close to each other, by the exact amounts and the equations of the chain.

    Parameters
    ----------
    times, days : ndarray, shapes (k,), (v,)
        As in `amounts`, times ascending.
    taken : ndarray, shape (v,)
        Units taken up from each dose.
    rates : sequence of five ndarray, shape (patients,) or (1,)
        As in `amounts`, each over the patients, or one number for all of them.

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
        result[..., near] = _by_the_equations(times, days, taken, every[:, near])
    return result


def _bateman(times: Array, days: Array, taken: Array, rates: Sequence[Array], weights: Sequence[Array]) -> Array:
    result = np.zeros((3, len(times), len(weights[0])))
    for day, units in zip(days, taken, strict=True):
        first = np.searchsorted(times, day, side="right")
        since = times[first:] - day
        for rate, weight in zip(rates, weights, strict=True):
            left = slice(first, first + np.count_nonzero(since * rate.min() < VANISHED))
            term = np.exp(np.multiply.outer(-since[: left.stop - first], rate)) * (units * weight)
            for derivative in result:
                derivative[left] += term
                term *= -rate
    return result


def _by_the_equations(times: Array, days: Array, taken: Array, rates: Array) -> Array:
    found = amounts(times, days, np.tile(taken, (rates.shape[1], 1, 1)), rates, ("light_chain", "endosome", "bound"))
    light, endosome, bound = (amount[:, 0].T for amount in found.values())
    _, _, k_endocytosis, k_translocation, k_loss = rates
    slope = k_translocation * endosome - k_loss * light
    bend = k_translocation * (k_endocytosis * bound - k_translocation * endosome) - k_loss * slope
    return np.stack([light, slope, bend])


def _after_one_unit(steps: int, since: Array, rates: Array) -> Array:
    patients = rates.shape[1:]
    descending = -np.sort(-rates[:steps], axis=0)
    nodes = (-descending[..., None] * since).reshape(steps, -1)
    before = rates[: steps - 1].prod(axis=0)[..., None] * since ** (steps - 1)
    result: Array = before * exp_divided_difference(nodes).reshape(*patients, len(since))
    return result
