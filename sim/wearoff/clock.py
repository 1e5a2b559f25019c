"""The clock of the film: which day it shows at each moment, and back."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

SLOW_DAYS = 10.0  # days after the first visit that are shown in the first half of the film


class Clock(NamedTuple):
    """The day that is shown at each time of the film: slow in the first half, then faster and faster.

    Let s be the share of the film that has passed. In the first half the day is ``first + 2 SLOW_DAYS s``. In the
    second half ``c (s - 1/2)^2`` is added; c is such that the film ends on day `last`. So the speed is continuous. A
    film of up to twice `SLOW_DAYS` has constant speed.
    """

    first: float
    last: float

    @property
    def slow(self) -> bool:
        """Whether the first days pass more slowly than those after them."""
        return self.last - self.first > 2 * SLOW_DAYS

    def day(self, share: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the day at a share of the film, from 0 to 1."""
        s = np.asarray(share, dtype=float)
        length = self.last - self.first
        if not self.slow:
            return self.first + length * s
        later = 4 * (length - 2 * SLOW_DAYS) * np.maximum(s - 0.5, 0) ** 2
        # A rounding error may bring the sum above the last day.
        return np.minimum(self.first + 2 * SLOW_DAYS * s + later, self.last)

    def share(self, day: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Return the share of the film at which a day is shown, from 0 to 1: the inverse of `day`."""
        since = np.asarray(day, dtype=float) - self.first
        length = self.last - self.first
        if not self.slow:
            return since / length
        # The root of c x^2 + 2 SLOW_DAYS x = rest, in the form that keeps its digits for small x.
        rest = np.maximum(since - SLOW_DAYS, 0)
        x = 2 * rest / (2 * SLOW_DAYS + np.sqrt(4 * SLOW_DAYS**2 + 16 * (length - 2 * SLOW_DAYS) * rest))
        return np.minimum(since, SLOW_DAYS) / (2 * SLOW_DAYS) + x
