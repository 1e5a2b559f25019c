"""What was seen of one patient's line on a day: a grade, or that the effect was gone."""

from __future__ import annotations

import dataclasses

from ..checks import Limits, check_integer, check_name, check_number, check_type, checked_arguments
from ..errors import InputError
from ..patients.grades import RATERS_OF, WORST
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

    @property
    def days(self) -> tuple[float, ...]:
        """The day on which the line was looked at."""
        return (self.day,)


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
