"""Sobol's indices of any function: the share of its variance that each input explains, alone and with interactions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..checks import Limits, check_integer, check_number
from ..errors import InputError, not_installed
from ..patients.draws import seed_of

Array = npt.NDArray[np.float64]

SAMPLES = Limits("samples", 2, 65536)
CONFIDENCE = Limits("confidence", 0, 0.9999, above=True)
# Of the bootstrap: the intervals are then good to a twentieth of their width.
RESAMPLES = 200


def sobol_indices(
    function: Callable[[Array], Array],
    ranges: Mapping[str, tuple[float, float]],
    *,
    samples: int | str = 1024,
    confidence: float | str = 0.95,
    rng: int | np.random.Generator | None = None,
) -> pd.DataFrame:
    """Return Sobol's first-order and total indices of any function.

    Parameters
    ----------
    function : callable
        From points, shape (n, d), to values, shape (n,); called once.
    ranges : mapping of str to (low, high)
        The d inputs, independent and uniform.
    samples : int
        A power of two; the function is evaluated at ``n = samples (d + 2)`` points.
    confidence : float
        Of the intervals, which are the bootstrap's.
    rng : int or numpy.random.Generator, optional
        Where the randomness comes from; default: fresh.

    Returns
    -------
    pandas.DataFrame
        One row an input, in the order given: ``name``, ``S1``, ``S1_conf``, ``ST``, ``ST_conf``; the intervals are
        ``S1 +- S1_conf`` and ``ST +- ST_conf``.

    Raises
    ------
    InputError
        A value is not possible, the function is the same in every sample or not finite somewhere, or SALib is not
        installed.

    References
    ----------
    Saltelli et al. 2010, Comput Phys Commun 181:259 (the estimators); SALib, Iwanaga et al. 2022, SESMO 4:18155.

    Examples
    --------
    >>> from wearoff.sensitivity.sobol import sobol_indices
    >>> found = sobol_indices(lambda x: 3 * x[:, 0] + x[:, 1], {"a": (0, 1), "b": (0, 1)}, rng=1)
    >>> found.set_index("name")["S1"].round(2).to_dict()  # 9 and 1 parts of 10
    {'a': 0.9, 'b': 0.1}
    """
    design = Design.drawn(ranges, samples, confidence, rng)
    return design.analysed(np.asarray(function(design.points), dtype=float), "function")


class Design(NamedTuple):
    """Saltelli's sample, and what is needed to analyse what a function gives on it."""

    problem: dict[str, Any]
    points: Array
    confidence: float
    seed: int

    @classmethod
    def drawn(cls, ranges: Mapping[str, Any], samples: Any, confidence: Any, rng: Any) -> Self:
        """Check what is asked for, and draw the points."""
        count = check_integer(samples, SAMPLES)
        if count & (count - 1):
            raise InputError(f"samples is {count}; allowed: a power of two, such as {2 ** round(math.log2(count))}")
        level = check_number(confidence, CONFIDENCE)
        if not ranges:
            raise InputError("ranges is empty; allowed: at least 1 input")
        for name, (low, high) in ranges.items():
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                raise InputError(f"{name} has the range {low:g} to {high:g}; allowed: finite, and the first end lower")
        seed = seed_of(rng)
        bounds = [[float(low), float(high)] for low, high in ranges.values()]
        problem = {"num_vars": len(ranges), "names": list(ranges), "bounds": bounds}
        points = _salib("sample").sample(problem, count, calc_second_order=False, seed=seed)
        return cls(problem, points, level, seed)

    def analysed(self, values: Array, what: str) -> pd.DataFrame:
        """Return the indices of the values at the points, shape (n,); `what` they are is named in errors."""
        if values.shape != (len(self.points),):
            raise InputError(f"{what} gives values of shape {values.shape}; allowed: ({len(self.points)},)")
        if not np.isfinite(values).all():
            raise InputError(f"{what} is not finite in {np.mean(~np.isfinite(values)):.1%} of the samples")
        # The variance that is shared out is that of a sample's first and last points; between them, one input at a time
        # goes from one to the other. What varies only between them has no indices.
        independent = values.reshape(-1, self.problem["num_vars"] + 2)[:, [0, -1]]
        if np.ptp(independent) <= np.finfo(float).eps * np.std(values):
            raise InputError(
                f"{what} is {independent[0, 0]:g} in every sample, and its indices are undefined; allowed: inputs on "
                "which it depends, and samples enough to see it"
            )
        found = _salib("analyze").analyze(
            self.problem, values, calc_second_order=False, num_resamples=RESAMPLES, conf_level=self.confidence,
            seed=self.seed + 1,  # 0 would be no seed, and the global generator
        )  # fmt: skip
        columns = ("S1", "S1_conf", "ST", "ST_conf")
        return pd.DataFrame({"name": self.problem["names"]} | {column: found[column] for column in columns})


def _salib(part: str) -> Any:
    # Imported by what uses it: it is optional, and slow to import.
    try:
        if part == "sample":
            from SALib.sample import sobol
        else:
            from SALib.analyze import sobol
    except ImportError:
        raise not_installed("sensitivity", "SALib", "study") from None
    return sobol
