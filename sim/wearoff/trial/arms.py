"""The arms of a trial: the treatment of each group of patients."""

from __future__ import annotations

import dataclasses
from typing import Any, Self

from ..checks import check_type, checked_arguments
from ..errors import InputError
from ..simulation import read_schedule
from ..treatment.description import name_treatment
from ..treatment.schedule import Schedule
from ..treatment.visit import VISIT, Visit
from .policies import Retreat


@checked_arguments(*VISIT)
@dataclasses.dataclass(frozen=True, init=False)
class Arm:
    """One arm of a trial: what its patients are given.

    Parameters
    ----------
    schedule : Schedule or Visit, optional
        The visits; default: one visit on day 0, as the other arguments say. None in an arm of placebo.
    label : str, optional
        What it is called in tables and pictures; default: its first dose, product and number of visits.
    retreat : Retreat, optional
        When patients are treated again after one visit, each on a day of its own; default: only as the schedule says.
    **visit
        Arguments of `Visit` except its day, instead of a schedule.

    Raises
    ------
    InputError
        A value is not possible, there are sites (a trial takes every dose as even along the muscle), or there are
        several visits beside `retreat`.

    Examples
    --------
    >>> Arm(units=20).name, Arm.placebo().name
    ('20 U onabotulinumtoxinA', 'placebo')
    >>> Arm(Schedule.every(84, visits=4, units=20), "every 12 weeks").name
    'every 12 weeks'
    >>> Arm(units=20, retreat=Retreat(grade=2)).name
    '20 U onabotulinumtoxinA, again at grade 2'
    """

    schedule: Schedule | None
    label: str | None
    retreat: Retreat | None

    def __init__(
        self,
        schedule: Schedule | Visit | None = None,
        label: str | None = None,
        *,
        retreat: Retreat | None = None,
        **visit: Any,
    ) -> None:
        schedule = read_schedule(schedule, **visit)
        for each in schedule:
            if each.sites is not None:
                raise InputError("sites", each.sites, "not given, a trial takes the dose as even")
        if retreat is not None:
            check_type(retreat, Retreat, "retreat")
            if len(schedule) > 1:
                problem = f"has {len(schedule)} visits beside retreat"
                raise InputError("schedule", len(schedule), "one visit, after which retreat decides", problem=problem)
        object.__setattr__(self, "schedule", schedule)
        object.__setattr__(self, "label", _check_label(label))
        object.__setattr__(self, "retreat", retreat)

    @classmethod
    def placebo(cls, label: str | None = None) -> Self:
        """Return an arm that gets no toxin."""
        arm = cls.__new__(cls)
        object.__setattr__(arm, "schedule", None)
        object.__setattr__(arm, "label", _check_label(label))
        object.__setattr__(arm, "retreat", None)
        return arm

    @property
    def name(self) -> str:
        """The name in tables and pictures."""
        if self.label is not None:
            return self.label
        if self.schedule is None:
            return "placebo"
        name = name_treatment(self.schedule)
        return name if self.retreat is None else f"{name}, again {self.retreat.criterion}"


def _check_label(label: str | None) -> str | None:
    return label if label is None else check_type(label, str, "label")
