"""Sobol's indices of any function: the share of its variance that each input explains, alone and with interactions."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.special import ndtri

from ..checks import Limits, check_integer, check_number
from ..defaults import SEED
from ..errors import InputError
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
    samples: int = 1024,
    confidence: float = 0.95,
    rng: int | np.random.Generator | None = SEED,
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
        A seed, or where one is drawn from; the same by default. None: another one in every call.

    Returns
    -------
    pandas.DataFrame
        One row an input, in the order given: ``name``, ``S1``, ``S1_conf``, ``ST``, ``ST_conf``; the intervals are
        ``S1 +- S1_conf`` and ``ST +- ST_conf``.

    Raises
    ------
    InputError
        A value is not possible, or the function is the same in every sample or not finite somewhere.

    Notes
    -----
    `scipy.stats.sobol_indices` computes them from two matrices of samples, A and B, and for each input from AB, which
    is A with that input's column taken from B. Its estimators are ``mean(f(B) (f(AB) - f(A))) / variance`` for the
    first order and ``mean((f(A) - f(AB))^2) / (2 variance)`` for the total: (b) and (f) in table 2 of [1]_. The
    variance is that of ``f(A)`` and ``f(B)`` together.

    References
    ----------
    .. [1] Saltelli et al. 2010, Comput Phys Commun 181:259.

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
    """The points at which a function is evaluated, and what is needed to analyse its values there.

    Parameters
    ----------
    names : tuple of str
        The d inputs.
    points : ndarray, shape (samples (d + 2), d)
        The rows of A, those of B, then for each input those of A with its column from B.
    samples : int
    confidence : float
    seed : int
        Of the bootstrap.
    """

    names: tuple[str, ...]
    points: Array
    samples: int
    confidence: float
    seed: int

    @classmethod
    def drawn(
        cls,
        ranges: Mapping[str, tuple[float, float]],
        samples: int,
        confidence: float,
        rng: int | np.random.Generator | None,
    ) -> Self:
        """Check what is asked for, and draw the points from a scrambled Sobol sequence."""
        count = check_integer(samples, SAMPLES)
        if count & (count - 1):
            raise InputError("samples", count, f"a power of two, such as {2 ** round(math.log2(count))}")
        level = check_number(confidence, CONFIDENCE)
        if not ranges:
            raise InputError("ranges", ranges, "at least 1 input", problem="is empty")
        for name, (low, high) in ranges.items():
            if not (math.isfinite(low) and math.isfinite(high) and low < high):
                problem = f"has the range {low:g} to {high:g}"
                raise InputError(name, (low, high), "finite, and the first end lower", problem=problem)
        # The import takes half of the time that `import wearoff` may take.
        from scipy.stats import qmc

        seed, d = seed_of(rng), len(ranges)
        unit = qmc.Sobol(2 * d, bits=64, rng=np.random.default_rng(seed)).random(count)
        a, b = unit[:, :d], unit[:, d:]
        exchanged = np.tile(a, (d, 1, 1))
        exchanged[np.arange(d), :, np.arange(d)] = b.T
        low, high = np.array(list(ranges.values()), dtype=float).T
        points = low + (high - low) * np.concatenate([a, b, exchanged.reshape(-1, d)])
        return cls(tuple(ranges), points, count, level, seed)

    def analysed(self, values: Array, what: str) -> pd.DataFrame:
        """Return the indices of the values at the points, shape (n,); `what` they are is named in errors."""
        if values.shape != (len(self.points),):
            allowed = f"({len(self.points)},)"
            raise InputError(what, values, allowed, problem=f"gives values of shape {values.shape}")
        if not np.isfinite(values).all():
            share = f"{np.mean(~np.isfinite(values)):.1%}"
            raise InputError(what, values, "finite values", problem=f"is not finite in {share} of the samples")
        # The variance that is shared out is that of A and B. What varies only between them has no indices.
        at_a, at_b, at_ab = np.split(values, [self.samples, 2 * self.samples])
        independent = values[: 2 * self.samples]
        if np.ptp(independent) <= np.finfo(float).eps * np.std(values):
            raise InputError(
                what,
                independent[0],
                "inputs on which it depends, and samples enough to see it",
                problem=f"is {independent[0]:g} in every sample, and its indices are undefined",
            )
        whole, resampled = self._indices(at_a, at_b, at_ab.reshape(len(self.names), -1))
        first, total = whole
        # The normal quantile by which the standard deviation of the bootstrap is multiplied.
        width = float(ndtri((1 + self.confidence) / 2))
        first_conf, total_conf = width * resampled.std(axis=-1, ddof=1)
        columns = {"S1": first, "S1_conf": first_conf, "ST": total, "ST_conf": total_conf}
        return pd.DataFrame({"name": list(self.names)} | columns)

    def _indices(self, at_a: Array, at_b: Array, at_ab: Array) -> tuple[Array, Array]:
        # First and total indices, shape (2, d), and those of the bootstrap's resamples, shape (2, d, RESAMPLES).
        from scipy.stats import bootstrap
        from scipy.stats import sobol_indices as indices_of

        # An input that changes nothing stands beside the others: scipy fails on an input alone.
        beside = np.concatenate([at_ab, at_a[None]])

        def statistic(rows: npt.NDArray[np.intp]) -> Array:
            chosen = {"f_A": at_a[None, rows], "f_B": at_b[None, rows], "f_AB": beside[:, None, rows]}
            # A resample may have no variance: scipy then gives 0 for its indices.
            with np.errstate(divide="ignore", invalid="ignore"):
                found = indices_of(func=chosen, n=len(rows))
            return np.stack([found.first_order, found.total_order])[:, : len(at_ab)]

        rows = np.arange(self.samples)
        # The result's own `bootstrap` takes no seed.
        resampled = bootstrap(
            (rows,), statistic, n_resamples=RESAMPLES, vectorized=False, method="percentile",
            rng=np.random.default_rng([self.seed, 1]),
        )  # fmt: skip
        return statistic(rows), resampled.bootstrap_distribution
