"""The random numbers of patients: blocks of independent standard normals.

The seed and the number of a block determine its numbers; the process does not matter. A block has `BLOCK` patients. It
has the same number of patients from each of `REPLICATES` independent sequences. The spread of the means of these
sequences estimates the Monte Carlo error, also for quasi-random numbers.
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
DIMENSIONS = 3
BITS = 30  # binary digits of a coordinate of a Sobol point


def seed_of(rng: np.random.Generator | int | None) -> int:
    """Return a seed that is drawn from `rng`: a generator, a seed, or None for another seed in every call."""
    try:
        return int(np.random.default_rng(rng).integers(2**63))
    except (TypeError, ValueError):
        raise InputError("rng", rng, "a Generator, a whole number from 0, or None") from None


def normals(sampler: str, seed: int, block: int) -> Array:
    """Return the standard normal numbers of one block of patients.

    Parameters
    ----------
    sampler : {"sobol", "random"}
        Scrambled Sobol sequences, or pseudo-random numbers.
    seed : int
    block : int
        The number of the block, from 0.

    Returns
    -------
    ndarray, shape (BLOCK, DIMENSIONS)
        Independent standard normals; rows i and i + `REPLICATES` belong to one replicate.
    """
    if check_name(sampler, SAMPLERS, "sampler") == "random":
        return np.random.default_rng([seed, block]).standard_normal((BLOCK, DIMENSIONS))
    points = BLOCK // REPLICATES
    uniform = np.stack(
        [_draw_sobol(seed, replicate, block * points, points) for replicate in range(REPLICATES)], axis=1
    )
    # Half a cell is added to each point, so that no point is 0 and `ndtri` is finite.
    result: Array = ndtri(uniform.reshape(BLOCK, DIMENSIONS) + 0.5**BITS / 2)
    return result


def draw(patients: int, seed: int) -> Array:
    """Return the standard normal numbers of the first patients of a seed (Sobol), shape (patients, DIMENSIONS)."""
    return np.concatenate([normals("sobol", seed, block) for block in range(-(-patients // BLOCK))])[:patients]


def _draw_sobol(seed: int, replicate: int, first: int, count: int) -> Array:
    engine = _make_engine(seed, replicate, threading.get_ident())
    if engine.num_generated > first:
        engine.reset()
    if engine.num_generated < first:
        engine.fast_forward(first - engine.num_generated)
    result: Array = engine.random(count)
    return result


@lru_cache(maxsize=64 * REPLICATES)
def _make_engine(seed: int, replicate: int, thread: int) -> Any:
    # An engine has a position in its sequence, so each thread needs its own engine. The import takes half of the time
    # that `import wearoff` may take; therefore the first draw makes it.
    from scipy.stats import qmc

    return qmc.Sobol(DIMENSIONS, scramble=True, bits=BITS, rng=np.random.default_rng([seed, replicate]))
