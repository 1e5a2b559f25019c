"""What became of what was asked for: outcomes as members of an enumeration, each with a message.

In tables and arrays a day says the same as a number: a finite number is reached, ``inf`` is not reached within the days
computed but may be later, and NaN is never reached.
"""

from __future__ import annotations

import enum
import math
from typing import Self


class _Messages(enum.Enum):
    @property
    def message(self) -> str:
        """The outcome in words."""
        return str(self.value)


class Outcome(_Messages):
    """Whether a landmark, or a level of the effect, is reached."""

    REACHED = "reached"
    NEVER = "never reached"
    NOT_YET = "not reached within the days computed"

    @classmethod
    def of(cls, day: float) -> Self:
        """Return the outcome that a number stands for: NaN is never, infinite is not yet.

        Examples
        --------
        >>> Outcome.of(7.5).name, Outcome.of(float("inf")).name, Outcome.of(float("nan")).name
        ('REACHED', 'NOT_YET', 'NEVER')
        """
        return cls.NEVER if math.isnan(day) else cls.NOT_YET if math.isinf(day) else cls.REACHED


class Attainment(_Messages):
    """Whether visits can be found that keep a level of the effect, or why not."""

    ATTAINABLE = "the level can be kept"
    ABOVE_PEAK = "the level is above the largest effect of one visit"
    TOO_FAR_APART = "visits as far apart as the step do not keep the level"
    TOO_MANY_UNITS = "keeping the level takes more units a year than the limit"
    NOT_REACHED = "the effect does not reach the level after the last visit"
    NOT_NEEDED = "the effect stays at the level for ten years without a next visit"
    TOO_LATE = "no whole day after the last visit keeps the level"
