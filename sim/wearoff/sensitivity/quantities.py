"""The quantities of a sensitivity analysis, as objects: a landmark, or the visible effect on a day.

`read_quantity` is the only place where text such as ``effect_on_day_90`` becomes one of them.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt

from ..checks import check_name, check_number
from ..errors import InputError
from ..labels import COLUMNS, LANDMARKS
from ..model.course import SHORTEST, Course
from ..model.landmarks import FALLS, landmarks_of
from ..numerals import read_number
from ..treatment.visit import DAY

Array = npt.NDArray[np.float64]

PREFIX = "effect_on_day_"
EFFECT_DAY = DAY._replace(name="effect_on_day", low=SHORTEST)


@dataclasses.dataclass(frozen=True)
class Landmark:
    """A landmark of the course after one visit.

    Parameters
    ----------
    name : str
        ``onset_day``, ``full_effect_day``, ``peak_day``, ``peak_effect``, ``half_effect_day`` or ``wear_off_day``.

    Raises
    ------
    InputError
        The name is not known; the error suggests the nearest one.

    Examples
    --------
    >>> Landmark("wear_off_day").label, Landmark("wear_off_day").unit
    ('wear-off', 'day')
    """

    name: str

    def __post_init__(self) -> None:
        check_name(self.name, LANDMARKS, "quantity")

    @property
    def label(self) -> str:
        """What it is called."""
        return LANDMARKS[self.name].label

    @property
    def unit(self) -> str:
        """Its unit."""
        return LANDMARKS[self.name].unit

    @property
    def is_fall(self) -> bool:
        """Whether it is a day on which the effect falls through a level."""
        return self.name in FALLS

    @property
    def last_day(self) -> float:
        """The day up to which a course must be solved to find the landmark: a century."""
        return DAY.high

    def read(self, course: Course) -> Array:
        """Return the landmark of each of k patients, shape (k,), or of one patient, shape ().

        The course has one dose, on day 0. The day is ``inf`` if the landmark may be reached after the end of the
        course, and NaN if it is never reached.
        """
        landmark: Array = getattr(landmarks_of(course), self.name)
        return landmark


@dataclasses.dataclass(frozen=True)
class EffectOnDay:
    """The visible effect on a day.

    Parameters
    ----------
    day : float
        Days after the visit, above 0.

    Raises
    ------
    InputError
        The day is not possible.

    Examples
    --------
    >>> EffectOnDay(90).name, EffectOnDay(90).label, EffectOnDay(90).unit
    ('effect_on_day_90', 'visible effect on day 90', 'fraction of full')
    """

    day: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", check_number(self.day, EFFECT_DAY))

    @property
    def name(self) -> str:
        """The text that `read_quantity` reads."""
        return f"{PREFIX}{self.day:.15g}"

    @property
    def label(self) -> str:
        """What it is called."""
        return f"{COLUMNS['visible'].label} on day {self.day:g}"

    @property
    def unit(self) -> str:
        """Its unit."""
        return LANDMARKS["peak_effect"].unit

    @property
    def is_fall(self) -> bool:
        """Whether it is a day on which the effect falls through a level."""
        return False

    @property
    def last_day(self) -> float:
        """The day up to which a course must be solved."""
        return self.day

    def read(self, course: Course) -> Array:
        """Return the effect in each of k patients, shape (k,), or in one patient, shape ().

        Raises
        ------
        InputError
            The day is after the end of the course.
        """
        # The last edge of the mesh may differ from the end by a rounding error.
        end = float(course.mesh.edges[-1])
        if self.day > end * (1 + 1e-12):
            raise InputError("effect_on_day", self.day, f"up to {end:g} day, the end of the course")
        effect: Array = course.visible_at(np.array([min(self.day, end)]))[..., 0]
        return effect


Quantity = Landmark | EffectOnDay


def read_quantity(value: Any, others: Iterable[str] = ()) -> Quantity:
    """Return the quantity that a text names, such as ``half_effect_day`` or ``effect_on_day_90``; or `value` itself.

    Parameters
    ----------
    value : str or Quantity
    others : iterable of str
        Other texts that are allowed where this text comes from; an error lists them.

    Raises
    ------
    InputError
        The text names no quantity.

    Examples
    --------
    >>> read_quantity("effect_on_day_2.5")
    EffectOnDay(day=2.5)
    """
    if isinstance(value, Landmark | EffectOnDay):
        return value
    if isinstance(value, str) and value.startswith(PREFIX):
        return EffectOnDay(read_number(value.removeprefix(PREFIX), EFFECT_DAY))
    return Landmark(check_name(value, (*LANDMARKS, f"{PREFIX}90", *others), "quantity"))
