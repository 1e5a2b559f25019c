"""Sobol's indices of a function: the share of its variance that each input explains, alone and with interactions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from ..checks import Limits, check_integer, check_mapping, check_number, check_numbers, checked_arguments
from ..defaults import SEED
from ..errors import InputError
from ..patients.draws import seed_of

Array = npt.NDArray[np.float64]

SAMPLES = Limits("samples", 2, 65536)
CONFIDENCE = Limits("confidence", 0, 0.9999, above=True)
RESAMPLES = 200  # of the bootstrap; the error of an interval is then a twentieth of its width


@checked_arguments()
def sobol_indices(
    function: Callable[[Array], Array],
    ranges: Mapping[str, tuple[float, float]],
    *,
    samples: int = 1024,
    confidence: float = 0.95,
    rng: int | np.random.Generator | None = SEED,
) -> pd.DataFrame:
    """Return Sobol's first-order and total indices of a function.

    Parameters
    ----------
    function : callable
        Takes points, shape (n, d), and returns values, shape (n,); it is called once.
    ranges : mapping of str to (low, high)
        The range of each of the d inputs, which are independent and uniform.
    samples : int
        A power of two; the function is evaluated at ``n = samples (d + 2)`` points.
    confidence : float
        Confidence of the intervals, which come from a bootstrap.
    rng : int or numpy.random.Generator, optional
        The seed, or a generator from which it is drawn; None: another one in every call.

    Returns
    -------
    pandas.DataFrame
        One row an input, in the order of `ranges`: ``name``, ``S1``, ``S1_conf``, ``ST``, ``ST_conf``; the intervals
        are ``S1 +- S1_conf`` and ``ST +- ST_conf``.

    Raises
    ------
    InputError
        A value is not possible, or the function is constant, or it is not finite in some sample.

    Notes
    -----
    `scipy.stats.sobol_indices` computes them from two matrices of samples, A and B. For each input it also uses AB: A
    with the column of that input from B. Its estimators are ``mean(f(B) (f(AB) - f(A))) / variance`` for the first
    order and ``mean((f(A) - f(AB))^2) / (2 variance)`` for the total: (b) and (f) in table 2 of [1]_. The variance is
    that of ``f(A)`` and ``f(B)`` together.

    References
    ----------
    .. [1] Saltelli et al. 2010, Comput Phys Commun 181:259.

    Examples
    --------
    >>> from wearoff.sensitivity.sobol import sobol_indices
    >>> indices = sobol_indices(lambda x: 3 * x[:, 0] + x[:, 1], {"a": (0, 1), "b": (0, 1)}, rng=1)
    >>> indices.set_index("name")["S1"].round(2).to_dict()  # 9 and 1 parts of 10
    {'a': 0.9, 'b': 0.1}
    """
    design = Design.draw(ranges, samples, confidence, rng)
    return design.analyse(np.asarray(function(design.points), dtype=float), "function")


class Design(NamedTuple):
    """The points at which a function is evaluated, and the settings of the analysis of its values.

    Parameters
    ----------
    names : tuple of str
        The d inputs.
    points : ndarray, shape (samples (d + 2), d)
        The rows of A; the rows of B; then for each input the rows of A with its column from B.
    samples : int
    confidence : float
    seed : int
        Seed of the bootstrap.
    """

    names: tuple[str, ...]
    points: Array
    samples: int
    confidence: float
    seed: int

    @classmethod
    def draw(
        cls,
        ranges: Mapping[str, tuple[float, float]],
        samples: int,
        confidence: float,
        rng: int | np.random.Generator | None,
    ) -> Self:
        """Return a design with checked arguments and with points from a scrambled Sobol sequence."""
        count = check_integer(samples, SAMPLES)
        if count & (count - 1):
            raise InputError("samples", count, f"a power of two, such as {2 ** round(math.log2(count))}")
        level = check_number(confidence, CONFIDENCE)
        check_mapping(ranges, "ranges")
        if not ranges:
            raise InputError("ranges", ranges, "at least 1 input", problem="is empty")
        ends = [_check_range(name, each) for name, each in ranges.items()]
        # The import takes half of the time that `import wearoff` may take.
        from scipy.stats import qmc

        seed, d = seed_of(rng), len(ranges)
        unit = qmc.Sobol(2 * d, bits=64, rng=np.random.default_rng(seed)).random(count)
        a, b = unit[:, :d], unit[:, d:]
        exchanged = np.tile(a, (d, 1, 1))
        exchanged[np.arange(d), :, np.arange(d)] = b.T
        low, high = np.array(ends).T
        points = low + (high - low) * np.concatenate([a, b, exchanged.reshape(-1, d)])
        return cls(tuple(ranges), points, count, level, seed)

    def analyse(self, values: Array, what: str) -> pd.DataFrame:
        """Return the indices, given the values at the points, shape (n,); errors call them `what`."""
        if values.shape != (len(self.points),):
            allowed = f"({len(self.points)},)"
            raise InputError(what, values, allowed, problem=f"gives values of shape {values.shape}")
        if not np.isfinite(values).all():
            share = f"{np.mean(~np.isfinite(values)):.1%}"
            raise InputError(what, values, "finite values", problem=f"is not finite in {share} of the samples")
        # The variance is that of the values at A and at B. If they are constant, the indices are undefined.
        at_a, at_b, at_ab = np.split(values, [self.samples, 2 * self.samples])
        independent = values[: 2 * self.samples]
        if np.ptp(independent) <= np.finfo(float).eps * np.std(values):
            raise InputError(
                what,
                independent[0],
                "inputs on which it depends, and samples enough to see it",
                problem=f"is {independent[0]:g} in every sample, and its indices are undefined",
            )
        estimates, resampled = self._estimate_indices(at_a, at_b, at_ab.reshape(len(self.names), -1))
        first, total = estimates
        # Half an interval is the standard deviation of the bootstrap times this normal quantile.
        width = float(ndtri((1 + self.confidence) / 2))
        first_conf, total_conf = width * resampled.std(axis=-1, ddof=1)
        columns = {"S1": first, "S1_conf": first_conf, "ST": total, "ST_conf": total_conf}
        return pd.DataFrame({"name": list(self.names)} | columns)

    def _estimate_indices(self, at_a: Array, at_b: Array, at_ab: Array) -> tuple[Array, Array]:
        # Return first and total indices, shape (2, d), and the same for each resample, shape (2, d, RESAMPLES).
        from scipy.stats import bootstrap
        from scipy.stats import sobol_indices as indices_of

        # An input that changes nothing is added, because scipy fails on a single input.
        at_ab_and_a = np.concatenate([at_ab, at_a[None]])

        def statistic(rows: npt.NDArray[np.intp]) -> Array:
            chosen = {"f_A": at_a[None, rows], "f_B": at_b[None, rows], "f_AB": at_ab_and_a[:, None, rows]}
            # A resample may have no variance; scipy then returns 0 for its indices.
            with np.errstate(divide="ignore", invalid="ignore"):
                indices = indices_of(func=chosen, n=len(rows))
            return np.stack([indices.first_order, indices.total_order])[:, : len(at_ab)]

        rows = np.arange(self.samples)
        # The method `bootstrap` of scipy's result takes no seed.
        resampled = bootstrap(
            (rows,), statistic, n_resamples=RESAMPLES, vectorized=False, method="percentile",
            rng=np.random.default_rng([self.seed, 1]),
        )  # fmt: skip
        return statistic(rows), resampled.bootstrap_distribution


def _check_range(name: str, ends: Any) -> tuple[float, float]:
    numbers = check_numbers(ends, Limits(name, -math.inf, math.inf))
    if len(numbers) != 2:
        raise InputError(name, ends, "two numbers, the ends of its range", problem=f"has {len(numbers)}")
    low, high = numbers
    if not (math.isfinite(low) and math.isfinite(high) and low < high):
        problem = f"has the range {low:g} to {high:g}"
        raise InputError(name, numbers, "finite, and the first end lower", problem=problem)
    return low, high
