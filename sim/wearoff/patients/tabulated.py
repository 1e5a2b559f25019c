"""Chances of raters read from tables: for many patients this takes less time than the normal distribution.

The raters, and the shares of the kinds of patients, are the same for all patients of a trial. The chance of a response
is then a function of one number, the depth of the line. The function is computed by `grades` and `seen` at some depths,
and is read as a polynomial of degree 3 between them. Many functions of one depth share the search for its place in the
table.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from .grades import AT_REST, BASELINES, Line, Raters, mean_chances, mean_over_kinds, weigh_views
from .seen import RESPONSE_OF, accumulate_visits, chances_not_seen

Array = npt.NDArray[np.float64]

# The number of intervals while the severity, at the worst baseline, passes by one error of the most exact rater. The
# error of a polynomial is then below 1e-10, also for a product of two raters' chances.
INTERVALS_PER_ERROR = 54
# The places within an interval at which a function is computed: Chebyshev's, which give the smallest error.
POINTS = (1 - np.cos(np.pi * (np.arange(4) + 0.5) / 4)) / 2


class Places(NamedTuple):
    """The places of depths in a table.

    Parameters
    ----------
    interval : ndarray of int
        The interval of each depth.
    offset : ndarray
        Its place within the interval, from 0 to 1.
    """

    interval: npt.NDArray[np.intp]
    offset: Array


class ChanceTable(NamedTuple):
    """Chances as functions of the depth of a line, from 0 to 1.

    Parameters
    ----------
    coefficients : ndarray, shape (4, functions, intervals)
        Of the powers of the place within an interval, the highest first.
    """

    coefficients: Array

    @classmethod
    def of(cls, chances: Callable[[Array], Array], raters: Raters) -> Self:
        """Return the table of some functions.

        Parameters
        ----------
        chances : callable
            Returns the chances at depths of shape (k,), shape (functions, k).
        raters : Raters
            Those on whose errors the chances depend.
        """
        most_exact = min(raters.investigator_error, raters.subject_error)
        count = math.ceil(INTERVALS_PER_ERROR * max(BASELINES) / most_exact)
        depths = (np.arange(count) + POINTS[:, None]) / count
        values = chances(depths.ravel())
        by_interval = values.reshape(len(values), len(POINTS), count)
        return cls(np.einsum("cp,fpi->cfi", np.linalg.inv(np.vander(POINTS)), by_interval))

    def find(self, depths: Array) -> Places:
        """Return the places of depths."""
        offset = depths * self.coefficients.shape[-1]
        interval = offset.astype(np.intp)
        np.minimum(interval, self.coefficients.shape[-1] - 1, out=interval)
        offset -= interval
        return Places(interval, offset)

    def read(self, function: int, places: Places, out: Array) -> None:
        """Write the values of one function into `out`, from 0 to 1, of the shape of the depths."""
        first, *others = self.coefficients[:, function]
        first.take(places.interval, out=out, mode="clip")
        term = np.empty_like(out)
        for coefficients in others:
            out *= places.offset
            out += coefficients.take(places.interval, out=term, mode="clip")
        np.clip(out, 0.0, 1.0, out=out)


class ResponseTable:
    """Gives `grades.mean_chances` of any lines, for some endpoints, each with its assessor.

    Parameters
    ----------
    pairs : sequence of (str, str)
        Endpoints and assessors.
    raters : Raters

    Examples
    --------
    >>> table = ResponseTable([("none_or_mild", "investigator")], Raters(0.0, 0.0, 0.3, 0.3))
    >>> table(Line(np.array([0.75]), np.array([0.25]))).round(9).tolist()  # the severity is 1.5
    [[0.5]]
    """

    def __init__(self, pairs: Sequence[tuple[str, str]], raters: Raters) -> None:
        self._at_rest = [endpoint == AT_REST for endpoint, _ in pairs]
        self._table = ChanceTable.of(lambda depths: mean_chances(Line(depths, depths), pairs, raters), raters)

    def __call__(self, line: Line) -> Array:
        """Return the chances, shape (pairs, ..., k), from lines of shape (..., k)."""
        result = np.empty((len(self._at_rest), *line.frown.shape))
        for at_rest, depths in ((False, line.frown), (True, line.rest)):
            if at_rest in self._at_rest:
                places = self._table.find(depths)
                for row, values in enumerate(result):
                    if self._at_rest[row] == at_rest:
                        self._table.read(row, places, out=values)
        return result


class SeenBackTable:
    """Gives `seen.mean_chances_seen_back` of any lines; the parameters are the same."""

    def __init__(self, durations: Sequence[str], assessor: str, raters: Raters, missed: float = 0.0) -> None:
        self._views, self._weights = weigh_views(tuple(RESPONSE_OF[duration] for duration in durations), raters)
        self._table = ChanceTable.of(
            lambda depths: chances_not_seen(Line(depths, depths), self._views, assessor, raters, missed), raters
        )

    def __call__(self, lines: Line) -> Array:
        """Return the chances, shape (durations, visits, k), from lines of shape (visits, k)."""
        places = self._table.find(lines.frown)
        not_seen = np.empty((len(self._views), *lines.frown.shape))
        for view, values in enumerate(not_seen):
            self._table.read(view, places, out=values)
        return mean_over_kinds(list(accumulate_visits(not_seen)), self._weights)
