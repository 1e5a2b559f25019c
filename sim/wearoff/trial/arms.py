"""The arms of a trial: the treatment of each group of patients."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

from ..checks import check_type, checked_arguments
from ..errors import InputError
from ..treatment.description import name_treatment
from ..treatment.schedule import Schedule
from ..treatment.visit import VISIT


@checked_arguments()
@dataclasses.dataclass(frozen=True)
class Arm:
    """One arm of a trial: a schedule, or None for placebo.

    Parameters
    ----------
    schedule : Schedule or None
    label : str, optional
        The name in tables and pictures; default: first dose, product and number of visits.

    Examples
    --------
    >>> Arm.treated(units=20).name, Arm.placebo().name
    ('20 U onabotulinumtoxinA', 'placebo')
    >>> Arm(Schedule.every(84, visits=4, units=20), "every 12 weeks").name
    'every 12 weeks'
    """

    schedule: Schedule | None
    label: str | None = None

    def __post_init__(self) -> None:
        if self.schedule is not None:
            check_type(self.schedule, Schedule, "schedule")
        for visit in self.schedule or ():
            if visit.sites is not None:
                raise InputError("sites", visit.sites, "not given, a trial takes the dose as even")

    @classmethod
    @checked_arguments(*VISIT)
    def treated(cls, **visit: Any) -> Self:
        """Return an arm with one visit on day 0; the arguments are those of `Visit`."""
        return cls(Schedule.once(**visit))

    @classmethod
    def placebo(cls) -> Self:
        """Return an arm that gets no toxin."""
        return cls(None)

    @property
    def name(self) -> str:
        """The name in tables and pictures."""
        if self.label is not None:
            return self.label
        if self.schedule is None:
            return "placebo"
        return name_treatment(self.schedule)
