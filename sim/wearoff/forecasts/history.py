"""One patient's history: the visits, and what was seen of the line since."""

from __future__ import annotations

import dataclasses

from ..checks import Limits, check_integer, check_name, check_number, check_type, checked_arguments, one_or_many
from ..errors import InputError
from ..patients.grades import BASELINES, RATERS_OF, WORST
from ..treatment.schedule import Schedule
from ..treatment.visit import DAY

GRADE = Limits("grade", 0, WORST)
# One rater sees a grade: those of a composite see one each.
SINGLE = tuple(assessor for assessor, raters in RATERS_OF.items() if len(raters) == 1)


@checked_arguments()
@dataclasses.dataclass(frozen=True)
class Grade:
    """A grade that a rater saw on a day.

    Parameters
    ----------
    day : float
        Days since day 0 of the visits. On the day of a visit the grade is that before its effect.
    grade : int
        None 0, mild 1, moderate 2, severe 3.
    at_rest : bool
        Whether the line was seen at rest; default: at maximum frown.
    assessor : {"investigator", "subject", "rater"}
        Who saw it.

    Raises
    ------
    InputError
        A value is not possible.
    """

    day: float
    grade: int
    at_rest: bool = False
    assessor: str = "investigator"

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", check_number(self.day, DAY))
        object.__setattr__(self, "grade", check_integer(self.grade, GRADE))
        object.__setattr__(self, "at_rest", check_type(self.at_rest, bool, "at_rest"))
        check_name(self.assessor, SINGLE, "assessor")


@checked_arguments()
@dataclasses.dataclass(frozen=True)
class Gone:
    """The effect was seen to be gone: at maximum frown the line was as severe as before any treatment.

    Parameters
    ----------
    day : float
        The day on which it was seen to be gone, from day 0 of the visits.
    since : float, optional
        The last day before on which the line was still seen to be better; default: not known.
    assessor : {"subject", "investigator", "rater"}
        Who saw it.

    Raises
    ------
    InputError
        A value is not possible, or `since` is not before `day`.
    """

    day: float
    since: float | None = None
    assessor: str = "subject"

    def __post_init__(self) -> None:
        object.__setattr__(self, "day", check_number(self.day, DAY))
        if self.since is not None:
            object.__setattr__(self, "since", check_number(self.since, DAY._replace(name="since")))
            if self.since >= self.day:
                raise InputError("since", self.since, f"before day {self.day:g}, on which the effect was gone")
        check_name(self.assessor, SINGLE, "assessor")

    @property
    def days(self) -> tuple[float, ...]:
        """The days on which the line was looked at."""
        return (self.day,) if self.since is None else (self.since, self.day)


@checked_arguments()
@dataclasses.dataclass(frozen=True)
class History:
    """The visits of one patient, and what was seen.

    Parameters
    ----------
    visits : Schedule
        The visits that were made, with their dates if they are known.
    seen : Grade, Gone, or sequence of both
        What was seen, in any order; default: nothing.
    baseline : {2, 3}, optional
        The grade before the first treatment; default: not known.

    Raises
    ------
    InputError
        A value is not possible, or something was seen before the first visit.

    Examples
    --------
    >>> visits = Schedule.every(100, visits=2, units=20, start="2027-01-04")
    >>> history = History(visits, [Grade(30, 0), Gone(95, since=70), Grade(130, 1)], baseline=3)
    >>> history.last_day
    130.0
    """

    visits: Schedule
    seen: tuple[Grade | Gone, ...] = ()
    baseline: int | None = None

    def __post_init__(self) -> None:
        check_type(self.visits, Schedule, "visits")
        object.__setattr__(self, "seen", one_or_many(self.seen, (Grade, Gone), "seen"))
        for each in self.seen:
            if not isinstance(each, Grade | Gone):
                raise InputError("seen", each, "Grade or Gone")
            if each.day < self.visits.visits[0].day:
                allowed = f"from day {self.visits.visits[0].day:g}, the first visit"
                raise InputError("seen", each.day, allowed, problem=f"has day {each.day:g}")
        if self.baseline is not None and self.baseline not in BASELINES:
            raise InputError("baseline", self.baseline, " or ".join(map(str, BASELINES)))

    @property
    def last_visit(self) -> float:
        """The day of the last visit."""
        return self.visits.visits[-1].day

    @property
    def last_day(self) -> float:
        """The last day of which anything is known."""
        return max([self.last_visit, *(each.day for each in self.seen)])
