"""Rules of a trial: when patients are treated again, and how they come to their visits."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from ..checks import Limits, check_integer, check_name, check_number, check_numbers, checked_arguments, one_or_many
from ..errors import InputError, format_value
from ..patients.grades import ASSESSORS, WORST
from ..timeline import LEVEL
from ..times import TEN_YEARS, YEAR
from ..treatment.visit import UNITS

Array = npt.NDArray[np.float64]

GRADE = Limits("grade", 1, WORST)
MIN_INTERVAL = Limits("min_interval", 1, TEN_YEARS, "day")
EVERY = Limits("every", 1, TEN_YEARS, "day")
TREATMENTS = Limits("treatments", 1, 1000)
WINDOW = Limits("window", 0, 365, "day")
MISSED = Limits("missed", 0, 1)
DROP_OUT = Limits("drop_out", 0, 1)
LEAVE = Limits("leave_without_effect", 0, 1)


@checked_arguments()
@dataclasses.dataclass(frozen=True, kw_only=True)
class Retreat:
    """When the patients of an arm are treated again: by default when the grade at baseline is back.

    A patient is looked at every `every` days; a treatment is first possible at the visit `min_interval` days after the
    last one. No visit is less than half of `every` after a treatment, unless a treatment is possible then. What is seen
    at a visit decides at this visit, with the error of the rater.

    Parameters
    ----------
    grade : int, optional
        Treated again when this grade (1 to 3) or a worse one is seen, instead of the grade at baseline.
    level : float, optional
        Treated again on request, when the visible effect itself is below this fraction of a full effect; no rater.
    always : bool
        Treated again at the first visit at which it is possible, whatever is seen.
    min_interval : int
        The fewest days between two treatments.
    every : int
        Days between the visits.
    treatments : int, optional
        The largest number of treatments, the first one among them; default: no limit.
    units : float or sequence of float, optional
        Units of the second treatment, the third and so on; the last number stays. Default: those of the first.
    assessor : str
        Who must see the grade: investigator, subject, composite or rater.

    Raises
    ------
    InputError
        A value is not possible, or the rules contradict each other.

    Examples
    --------
    >>> Retreat(grade=2, min_interval=90, every=30).criterion
    'at grade 2'
    >>> Retreat(grade=2, level=0.5)
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: level is 0.5, beside grade; allowed: one of grade, level, always
    """

    grade: int | None = None
    level: float | None = None
    always: bool = False
    min_interval: int = 84
    every: int = 28
    treatments: int | None = None
    units: float | tuple[float, ...] | None = None
    assessor: str = "investigator"

    def __post_init__(self) -> None:
        if not isinstance(self.always, bool):
            raise InputError("always", self.always, "True or False")
        given = {"grade": self.grade, "level": self.level, "always": self.always or None}
        names = [name for name, value in given.items() if value is not None]
        if len(names) > 1:
            problem = f"is {format_value(given[names[1]])}, beside {names[0]}"
            raise InputError(names[1], given[names[1]], f"one of {', '.join(given)}", problem=problem)
        if self.grade is not None:
            self._set("grade", check_integer(self.grade, GRADE))
        if self.level is not None:
            self._set("level", check_number(self.level, LEVEL._replace(name="level")))
        self._set("min_interval", check_integer(self.min_interval, MIN_INTERVAL))
        self._set("every", check_integer(self.every, EVERY))
        if self.treatments is not None:
            self._set("treatments", check_integer(self.treatments, TREATMENTS))
        if self.units is not None:
            units = check_numbers(self.units, UNITS)
            if not units or (self.treatments is not None and len(units) >= self.treatments):
                allowed = "one number, or one for each treatment after the first"
                raise InputError("units", units, allowed, problem=f"has {len(units)} numbers")
            self._set("units", units)
        check_name(self.assessor, ASSESSORS, "assessor")

    def _set(self, name: str, value: Any) -> None:
        object.__setattr__(self, name, value)

    @property
    def criterion(self) -> str:
        """When patients are treated again, in a few words."""
        if self.always:
            return f"every {self.min_interval} days"
        if self.level is not None:
            return f"below {self.level:g}"
        return "at the baseline grade" if self.grade is None else f"at grade {self.grade}"

    def describe(self) -> dict[str, Any]:
        """Return the rules that are given, by their names."""
        return {name: value for name, value in dataclasses.asdict(self).items() if value is not None}

    @property
    def later_units(self) -> tuple[float, ...]:
        """Units of the treatments after the first; empty if they are those of the first."""
        return () if self.units is None else one_or_many(self.units, float, "units")


@checked_arguments()
@dataclasses.dataclass(frozen=True, kw_only=True)
class Attendance:
    """How patients come to the visits of a trial: by default to all of them, on the day.

    Parameters
    ----------
    window : int
        A visit is up to this number of days early or late, each day with the same chance. With `Retreat`, a treatment
        is never less than `min_interval` days after the last one.
    missed : float
        The chance that a visit is missed, from 0 to below 1. What was planned for it is not done.
    drop_out : float
        The share of patients who leave within a year, from 0 to below 1, with the same chance on every day.
    leave_without_effect : float
        The chance that a patient leaves at a visit if no visit since the last treatment has shown the investigator a
        grade better than at baseline.

    Raises
    ------
    InputError
        A value is not possible.

    Examples
    --------
    >>> Attendance(drop_out=1)
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: drop_out is 1; allowed: from 0 to below 1
    """

    window: int = 0
    missed: float = 0.0
    drop_out: float = 0.0
    leave_without_effect: float = 0.0

    def __post_init__(self) -> None:
        object.__setattr__(self, "window", check_integer(self.window, WINDOW))
        for limits in (MISSED, DROP_OUT, LEAVE):
            value = check_number(getattr(self, limits.name), limits)
            if value == 1 and limits != LEAVE:  # nobody would be seen
                raise InputError(limits.name, value, "from 0 to below 1")
            object.__setattr__(self, limits.name, value)

    def find_staying(self, days: Array) -> Array:
        """Return the share of patients who have not dropped out by each day of the trial."""
        staying: Array = (1 - self.drop_out) ** (days / YEAR)
        return staying
