"""The random numbers of patients: blocks of independent standard normals.

The seed and the number of a block determine its numbers; the process does not matter. A block has `BLOCK` patients. It
has the same number of patients from each of `REPLICATES` independent sequences. The spread of the means of these
sequences estimates the Monte Carlo error, also for quasi-random numbers.

A patient has `OF_PATIENT` numbers, and one more for each visit. A patient keeps these numbers when there are more
visits, so that the arms of a trial have the same patients. Each replicate is the same Sobol sequence, whose first
dimensions do not depend on the number of dimensions. A digital shift makes a replicate random: all points are combined
by exclusive or with one random point (Owen 2003, ACM TOMACS 13:363).
"""

from __future__ import annotations

import threading
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.special import ndtri

from ..checks import check_name
from ..errors import InputError

Array = npt.NDArray[np.float64]

SAMPLERS = ("sobol", "random")
REPLICATES = 8
BLOCK = 512
OF_PATIENT = 4  # columns: potency, loss of the light chain, release from the depot, crease share
# Visits whose numbers are from the Sobol sequence. Later visits have pseudo-random numbers: scipy's sequence has at
# most 21201 dimensions, each takes time and memory, and many dimensions are no more even than pseudo-random numbers.
SOBOL_VISITS = 60
BITS = 30  # binary digits of a coordinate of a Sobol point


def seed_of(rng: np.random.Generator | int | None) -> int:
    """Return a seed that is drawn from `rng`: a generator, a seed, or None for another seed in every call."""
    try:
        return int(np.random.default_rng(rng).integers(2**63))
    except (TypeError, ValueError):
        raise InputError("rng", rng, "a Generator, a whole number from 0, or None") from None


def given_seed(rng: np.random.Generator | int | None) -> int | None:
    """Return the seed that a user gave as a whole number; None for a generator and for None."""
    return int(rng) if isinstance(rng, int | np.integer) else None


def normals(sampler: str, seed: int, block: int, visits: int) -> Array:
    """Return the standard normal numbers of one block of patients.

    Parameters
    ----------
    sampler : {"sobol", "random"}
        Sobol sequences with random digital shifts, or pseudo-random numbers.
    seed : int
    block : int
        The number of the block, from 0.
    visits : int
        Number of visits, from 0. The columns of other visits do not depend on it.

    Returns
    -------
    ndarray, shape (BLOCK, OF_PATIENT + visits)
        Independent standard normals; rows i and i + `REPLICATES` belong to one replicate.
    """
    dimensions = OF_PATIENT + visits
    if check_name(sampler, SAMPLERS, "sampler") == "random":
        return _draw_columns(np.random.default_rng([seed, block]), dimensions)
    result = np.empty((BLOCK, dimensions))
    even = min(dimensions, OF_PATIENT + SOBOL_VISITS)
    result[:, :even] = _draw_sobol(seed, block, even)
    # The third number tells this generator from those of the shifts.
    result[:, even:] = _draw_columns(np.random.default_rng([seed, block, 1]), dimensions - even)
    return result


def draw(patients: int, seed: int, visits: int = 1) -> Array:
    """Return the standard normal numbers of the first patients of a seed (Sobol).

    Returns
    -------
    ndarray, shape (patients, OF_PATIENT + visits)
    """
    return np.concatenate([normals("sobol", seed, block, visits) for block in range(-(-patients // BLOCK))])[:patients]


def monte_carlo_error(means: Array) -> Array:
    """Return the error of a mean of all patients that comes from the draw; NaN for fewer than 2 replicates.

    Parameters
    ----------
    means : ndarray, shape (..., r)
        The means of r replicates, of which the mean is taken.

    Returns
    -------
    ndarray, shape (...)
    """
    count = means.shape[-1]
    if count < 2:
        return np.full(means.shape[:-1], np.nan)
    error: Array = means.std(axis=-1, ddof=1) / np.sqrt(count)
    return error


def _draw_columns(generator: np.random.Generator, columns: int) -> Array:
    # Return standard normals column by column, so that the first columns do not depend on their number.
    return generator.standard_normal((columns, BLOCK)).T


def _draw_sobol(seed: int, block: int, dimensions: int) -> Array:
    count = BLOCK // REPLICATES
    engine = _make_engine(dimensions, threading.get_ident())
    first = block * count
    if engine.num_generated > first:
        engine.reset()
    if engine.num_generated < first:
        engine.fast_forward(first - engine.num_generated)
    points = (engine.random(count) * 2.0**BITS).astype(np.int64)
    shifted = (points[:, None] ^ _draw_shifts(seed, dimensions)).reshape(BLOCK, dimensions)
    # Half a cell is added to each point, so that no point is 0 and `ndtri` is finite.
    result: Array = ndtri((shifted + 0.5) / 2.0**BITS)
    return result


@lru_cache(maxsize=64)
def _draw_shifts(seed: int, dimensions: int) -> npt.NDArray[np.int64]:
    # Return the point of each replicate with which all its points are combined, shape (REPLICATES, dimensions).
    generators = [np.random.default_rng([seed, replicate]) for replicate in range(REPLICATES)]
    return np.stack([generator.integers(2**BITS, size=dimensions) for generator in generators])


@lru_cache(maxsize=64)
def _make_engine(dimensions: int, thread: int) -> Any:
    # An engine has a position in its sequence, so each thread needs its own engine. The import takes half of the time
    # that `import wearoff` may take; therefore the first draw makes it.
    from scipy.stats import qmc

    return qmc.Sobol(dimensions, scramble=False, bits=BITS)
