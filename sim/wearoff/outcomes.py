"""The outcomes of a question, such as "reached" and "never reached": members of enumerations, each with a message.

In tables and arrays a number says the same. A finite day is a day on which the level is reached. ``inf`` says that the
level is not reached within the days computed, and may be reached later. NaN says that it is never reached.
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
        """Return the outcome that a day stands for: NaN for never, infinite for not yet.

        Examples
        --------
        >>> Outcome.of(7.5).name, Outcome.of(float("inf")).name, Outcome.of(float("nan")).name
        ('REACHED', 'NOT_YET', 'NEVER')
        """
        return cls.NEVER if math.isnan(day) else cls.NOT_YET if math.isinf(day) else cls.REACHED


class Attainment(_Messages):
    """Whether there are visits that keep a level of the effect; if not, the reason."""

    ATTAINABLE = "the level can be kept"
    LABEL_TOO_LONG = "the level is lost before the shortest interval that the label allows has passed"
    ABOVE_PEAK = "the level is above the largest effect of one visit"
    TOO_FAR_APART = "visits as far apart as the step do not keep the level"
    TOO_FEW_PATIENTS = "at the shortest interval that is tried, the level is kept in fewer patients than the share"
    TOO_MANY_UNITS = "keeping the level takes more units a year than the limit"
    NOT_REACHED = "the effect does not reach the level after the last visit"
    NOT_NEEDED = "the effect stays at the level for ten years without a next visit"
    TOO_LATE = "no whole day after the last visit keeps the level"
