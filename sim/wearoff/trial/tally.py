"""The counts that a trial keeps of its patients.

Counts are whole numbers, so their sum does not depend on the order. Memory does not grow with the number of patients.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Self

import numpy as np
import numpy.typing as npt

from ..patients.draws import REPLICATES, monte_carlo_error

Array = npt.NDArray[np.float64]
Counts = npt.NDArray[np.int64]
# A year has 367,000 bins of the effect: with half of the memory more of them stay in the processor's cache. They have
# room for as many patients as `UNIT` leaves to chances.
BinCounts = npt.NDArray[np.int32]

# Chances are added as whole multiples of this unit, because a sum of floats depends on the order. The sum has room for
# fewer than 2^31 patients.
UNIT = 2.0**-32
EFFECT_BINS = 1000
DAY_BINS = 8000


@dataclasses.dataclass
class Histogram:
    """Counts of values in equal bins from 0 to `top`, one row a quantity. Infinite and missing values have own counts.

    Parameters
    ----------
    top : float
    counts : ndarray of int, shape (rows, bins)
    beyond : ndarray of int, shape (rows,)
        Number of infinite values: the day is after the end.
    missing : ndarray of int, shape (rows,)
        Number of NaN: the day is never reached.
    """

    top: float
    counts: BinCounts
    beyond: Counts
    missing: Counts

    @classmethod
    def empty(cls, rows: int, bins: int, top: float) -> Self:
        """Return a histogram without values."""
        return cls(top, np.zeros((rows, bins), np.int32), np.zeros(rows, np.int64), np.zeros(rows, np.int64))

    def add(self, values: Array, first: int = 0) -> None:
        """Count values, shape (rows, k), in the rows from `first` on."""
        rows = slice(first, first + len(values))
        counts = self.counts[rows]
        bins = counts.shape[1]
        per_unit = bins / self.top
        # Mostly all values are below the top. NaN is not below it.
        finite = None if values.max(initial=0.0) * per_unit < bins else np.isfinite(values)
        if finite is not None:
            self.beyond[rows] += np.isposinf(values).sum(axis=1)
            self.missing[rows] += np.isnan(values).sum(axis=1)
            values = np.where(finite, values, 0.0)
        index = np.multiply(values, per_unit, out=np.empty(values.shape, np.int64), casting="unsafe")
        index += bins * np.arange(len(counts))[:, None]
        if finite is not None:
            np.minimum(index, bins * np.arange(1, len(counts) + 1)[:, None] - 1, out=index)
            index = index[finite]
        np.add.at(counts.reshape(-1), index.ravel(), np.int32(1))  # an int is slow

    def merge(self, other: Self) -> None:
        """Add the counts of another histogram."""
        self.counts += other.counts
        self.beyond += other.beyond
        self.missing += other.missing

    def quantiles(self, shares: Array, mix: Array | None = None) -> Array:
        """Return quantiles of the values that are not missing, in the unit of the values.

        Within a bin values count as even. A quantile among the infinite values is infinite. A quantile of no value is
        NaN.

        Parameters
        ----------
        shares : ndarray, shape (q,)
            From 0 to 1.
        mix : ndarray, shape (m, rows), optional
            Weights with which rows are added before; default: each row by itself.

        Returns
        -------
        ndarray, shape (m, q)
        """
        counts, beyond = (self.counts, self.beyond) if mix is None else (mix @ self.counts, mix @ self.beyond)
        result: Array = self.top / counts.shape[1] * _find_quantiles(counts, beyond, shares)
        return result


def _find_quantiles(counts: Array | BinCounts, beyond: Array | Counts, shares: Array) -> Array:
    # The bins have width 1. The distribution is a straight line across each bin that is not empty.
    below: Array = np.cumsum(counts, axis=1, dtype=np.float64)
    finite = below[:, -1:]
    total = finite + beyond[:, None]
    wanted = shares * total
    # The bin of a quantile is the first by whose end more values have been counted, or the last that is not empty.
    place = np.stack([np.searchsorted(row, each, side="right") for row, each in zip(below, wanted, strict=True)])
    place = np.minimum(place, np.sum(below < finite, axis=1, keepdims=True))
    own: Array = np.take_along_axis(counts, place, axis=1).astype(np.float64)
    after = np.take_along_axis(below, place, axis=1)
    with np.errstate(divide="ignore", invalid="ignore"):  # where all values are infinite or missing
        within = place + 1 - (after - wanted) / own
    result: Array = np.where(total == 0, np.nan, np.where((wanted <= finite) & (finite > 0), within, np.inf))
    return result


@dataclasses.dataclass
class Tally:
    """The counts of an arm's patients.

    Parameters
    ----------
    patients : ndarray of int, shape (REPLICATES,)
        Patients of each replicate.
    effect : Histogram
        The visible effect, one row a day; the last row is the peak.
    landmarks : Histogram
        Days, one row a landmark.
    chances : ndarray of int, shape (rows, REPLICATES)
        Sums of the chances of a response in `UNIT`, one row an endpoint, assessor and day.
    """

    patients: Counts
    effect: Histogram
    landmarks: Histogram
    chances: Counts

    @classmethod
    def empty(cls, days: int, landmarks: int, chances: int, end: float) -> Self:
        """Return a tally without patients."""
        return cls(
            np.zeros(REPLICATES, np.int64),
            Histogram.empty(days, EFFECT_BINS, 1.0),
            Histogram.empty(landmarks, DAY_BINS, end),
            np.zeros((chances, REPLICATES), np.int64),
        )

    def add(self, effect: Iterable[Array], landmarks: Array, chances: Array) -> None:
        """Add k patients. The first patient belongs to the first replicate.

        Parameters
        ----------
        effect : iterable of ndarray, shape (rows, k)
            Their rows follow one another. Each is counted before the next one is asked for.
        landmarks, chances : ndarray, shape (rows, k)
        """
        row = 0
        for values in effect:
            self.effect.add(values, row)
            row += len(values)
        self.landmarks.add(landmarks)
        # A float holds a sum of a block's multiples exactly, whatever their order.
        multiples = chances / UNIT
        np.rint(multiples, out=multiples)
        for replicate in range(REPLICATES):
            part = multiples[:, replicate::REPLICATES]
            self.patients[replicate] += part.shape[1]
            self.chances[:, replicate] += part.sum(axis=1).astype(np.int64)

    def merge(self, other: Self) -> None:
        """Add the patients of another tally."""
        self.patients += other.patients
        self.effect.merge(other.effect)
        self.landmarks.merge(other.landmarks)
        self.chances += other.chances

    def rates(self) -> tuple[Array, Array]:
        """Return the mean of each row's chances and its Monte Carlo error, from the spread of the replicates."""
        mean = self.chances.sum(axis=1) * UNIT / self.patients.sum()
        filled = self.patients > 0
        replicate_means = self.chances[:, filled] * UNIT / self.patients[filled]
        return mean, monte_carlo_error(replicate_means)
