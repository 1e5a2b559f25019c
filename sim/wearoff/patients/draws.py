"""Which patients are drawn: blocks of independent standard normals, the same wherever and whenever they are made.

Patients come in blocks of `BLOCK`, and every block holds the same number from each of `REPLICATES` independent
sequences: the spread of their means tells the Monte Carlo error, for quasi-random sequences too.
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
BITS = 30  # of a Sobol point


def seed_of(rng: np.random.Generator | int | None) -> int:
    """Return a seed drawn from `rng`, which may be a seed itself, or None for one that nobody chose."""
    try:
        return int(np.random.default_rng(rng).integers(2**63))
    except (TypeError, ValueError):
        raise InputError("rng", rng, "a Generator, a whole number from 0, or None") from None


def normals(sampler: str, seed: int, block: int) -> Array:
    """Return the draws of one block.

    Parameters
    ----------
    sampler : {"sobol", "random"}
        Scrambled Sobol sequences, or pseudo-random numbers.
    seed : int
    block : int
        Which block, from 0.

    Returns
    -------
    ndarray, shape (BLOCK, DIMENSIONS)
        Independent standard normals; rows i and i + `REPLICATES` are of one replicate.
    """
    if check_name(sampler, SAMPLERS, "sampler") == "random":
        return np.random.default_rng([seed, block]).standard_normal((BLOCK, DIMENSIONS))
    points = BLOCK // REPLICATES
    uniform = np.stack([_sobol(seed, replicate, block * points, points) for replicate in range(REPLICATES)], axis=1)
    # The middle of the cell of a point: none is 0 or 1.
    result: Array = ndtri(uniform.reshape(BLOCK, DIMENSIONS) + 0.5**BITS / 2)
    return result


def draw(patients: int, seed: int) -> Array:
    """Return the draws of the first patients of a seed's Sobol sequences, shape (patients, DIMENSIONS)."""
    return np.concatenate([normals("sobol", seed, block) for block in range(-(-patients // BLOCK))])[:patients]


def _sobol(seed: int, replicate: int, first: int, count: int) -> Array:
    engine = _engine(seed, replicate, threading.get_ident())
    if engine.num_generated > first:
        engine.reset()
    if engine.num_generated < first:
        engine.fast_forward(first - engine.num_generated)
    result: Array = engine.random(count)
    return result


@lru_cache(maxsize=64 * REPLICATES)
def _engine(seed: int, replicate: int, thread: int) -> Any:
    # An engine goes from point to point, so that two threads must not have the same one. The import takes half of the
    # time that `import wearoff` may take, and is left to the first draw.
    from scipy.stats import qmc

    return qmc.Sobol(DIMENSIONS, scramble=True, bits=BITS, rng=np.random.default_rng([seed, replicate]))
