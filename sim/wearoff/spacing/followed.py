"""When patients are treated again, at an interval or on need, and what each has had of the visits so far."""

from __future__ import annotations

import math
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt

from ..model import Array

# Days after a visit on which the effect is read every `FINE` days, because it may turn in between; later every day.
TURNS, FINE = 14.0, 1 / 12
FAINT = 1e-6  # a smaller effect is not resolved, and its fall is no peak


class OnDays(NamedTuple):
    """Visits on given days, the same for all patients."""

    days: tuple[float, ...]

    def count_visits(self, horizon: int) -> int:
        """Return the largest number of visits of a patient."""
        return len(self.days)

    def find_latest(self, visit: int) -> float:
        """Return the largest number of days to the visit after `visit`, which is a number from 0; inf for no limit."""
        return self.days[visit + 1] - self.days[visit] if visit + 1 < len(self.days) else math.inf

    def find_waits(self, visit: int, times: Array, effect: Array) -> Array:
        """Return the days from a visit to the next, shape (k,); inf where there is no next visit.

        Parameters
        ----------
        visit : int
            The number of the visit, from 0.
        times : ndarray, shape (t,)
            Days after the visit.
        effect : ndarray, shape (t, k)
            The visible effect of k patients if no other visit follows.
        """
        return np.full(effect.shape[1], self.find_latest(visit))


class OnNeed(NamedTuple):
    """A visit on the first whole day on which the effect is below a level, and at least `shortest` days have passed."""

    keep: float
    shortest: int

    def count_visits(self, horizon: int) -> int:
        """Return the largest number of visits of a patient."""
        return math.ceil(horizon / self.shortest)

    def find_latest(self, visit: int) -> float:
        """Return inf, since the effect may stay at the level; see `OnDays`."""
        return math.inf

    def find_waits(self, visit: int, times: Array, effect: Array) -> Array:
        """Return the days from a visit to the next; see `OnDays`."""
        looks = np.flatnonzero((times >= self.shortest) & (times % 1 == 0))
        # After the last look nobody is looked at again.
        below = np.concatenate([effect[looks] < self.keep, np.ones((1, effect.shape[1]), dtype=bool)])
        waits: Array = np.append(times[looks], np.inf)[below.argmax(axis=0)]
        return waits


Policy = OnDays | OnNeed


class Followed(NamedTuple):
    """What k patients have had so far, each an array of shape (k,).

    Parameters
    ----------
    peaked : ndarray of bool
        Whether the effect has passed its first peak.
    last : ndarray
        The effect at the end.
    lowest : ndarray
        The lowest effect after the first peak; inf before it.
    days_above : ndarray
        Number of days with the effect at the level or above.
    visits, last_visit : ndarray
        The number of visits, and the day of the last.
    """

    peaked: npt.NDArray[np.bool_]
    last: Array
    lowest: Array
    days_above: Array
    visits: Array
    last_visit: Array

    @classmethod
    def begin(cls, patients: int) -> Self:
        """Return patients before their first visit."""
        last, days_above, visits, last_visit = np.zeros((4, patients))
        return cls(np.zeros(patients, bool), last, np.full(patients, np.inf), days_above, visits, last_visit)

    @property
    def lowest_after_peak(self) -> Array:
        """The lowest effect after the first peak; the effect at the end of a patient without a peak."""
        return np.where(self.peaked, self.lowest, self.last)

    def select(self, patients: npt.NDArray[np.intp]) -> Self:
        """Return some of the patients."""
        return type(self)(*(values[patients] for values in self))

    def update(self, patients: npt.NDArray[np.intp], some: Self) -> None:
        """Change what some of the patients have had."""
        for values, changed in zip(self, some, strict=True):
            values[patients] = changed

    def go_on(self, times: Array, effect: Array, ends: Array, keep: float) -> Self:
        """Return the same patients after one more visit.

        Parameters
        ----------
        times : ndarray, shape (t,)
            Days after the visit; each of `ends` is among them.
        effect : ndarray, shape (t, k)
            The visible effect.
        ends : ndarray, shape (k,)
            The day after the visit up to which each patient is followed.
        keep : float
            The level.
        """
        at_end = effect[np.searchsorted(times, ends), np.arange(len(ends))]
        times = times[:, None]
        if (ends < times[-1]).any():
            effect = np.where(times < ends, effect, at_end)
            times = np.minimum(times, ends)
        lowest, peaked = effect.min(axis=0), self.peaked.copy()
        # Most patients have passed their first peak after the first visit.
        rest = np.flatnonzero(~peaked)
        past_peak = find_past_peak(np.concatenate([self.last[None, rest], effect[:, rest]]))
        lowest[rest], peaked[rest] = np.where(past_peak, effect[:, rest], np.inf).min(axis=0), past_peak[-1]
        return self._replace(
            peaked=peaked,
            last=at_end,
            lowest=np.minimum(self.lowest, lowest),
            days_above=self.days_above + count_days_above(times, effect, keep),
            visits=self.visits + 1,
        )


def find_past_peak(effect: Array) -> npt.NDArray[np.bool_]:
    """Return whether the effect has passed a peak, at each reading after the first.

    Parameters
    ----------
    effect : ndarray, shape (t, k)

    Returns
    -------
    ndarray of bool, shape (t - 1, k)
    """
    falls = (np.diff(effect, axis=0) < 0) & (effect[:-1] > FAINT)
    past_peak: npt.NDArray[np.bool_] = np.logical_or.accumulate(falls, axis=0)
    return past_peak


def count_days_above(times: Array, effect: Array, keep: float) -> Array:
    """Return the number of days with the effect at a level or above, shape (k,).

    Between two readings the effect is taken as a straight line.

    Parameters
    ----------
    times : ndarray, shape (t, k) or (t, 1)
        The days of the readings.
    effect : ndarray, shape (t, k)
    keep : float
        The level.

    Examples
    --------
    >>> count_days_above(np.array([[0.0], [4.0], [6.0]]), np.array([[0.2], [0.6], [0.6]]), 0.5)
    array([3.])
    """
    above, widths = effect >= keep, np.diff(times, axis=0)
    days: Array = (widths * (above[1:] & above[:-1])).sum(axis=0)
    first, patients = np.nonzero(above[1:] != above[:-1])
    one, other = effect[first, patients] - keep, effect[first + 1, patients] - keep
    part = np.maximum(one, other) / np.abs(other - one)
    width = np.broadcast_to(widths, above[1:].shape)[first, patients]
    days += np.bincount(patients, part * width, minlength=len(days))
    return days


def choose_times(end: float) -> Array:
    """Return the days after a visit on which the effect is read, up to day `end`."""
    early = np.arange(0, min(TURNS, end), FINE)
    return np.concatenate([early, np.arange(TURNS, end), [end]])
