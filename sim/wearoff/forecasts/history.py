"""One patient's history: the visits, and what was seen of the line since."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any, Self

import pandas as pd

from ..checks import check_integer, check_type, checked_arguments, one_or_many
from ..errors import InputError
from ..patients.grades import BASELINE
from ..treatment.schedule import Schedule
from ..user_tables import Source, read_csv, read_frame
from .records import READ, Record, read_record
from .seen import Gone, Grade


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
            earliest = each.days[0]
            if earliest < self.visits.visits[0].day:
                allowed = f"from day {self.visits.visits[0].day:g}, the first visit"
                raise InputError("seen", earliest, allowed, problem=f"has day {earliest:g}")
        if self.baseline is not None:
            object.__setattr__(self, "baseline", check_integer(self.baseline, BASELINE))

    @property
    def last_visit(self) -> float:
        """The day of the last visit."""
        return self.visits.visits[-1].day

    @property
    def last_day(self) -> float:
        """The last day of which anything is known."""
        return max([self.last_visit, *(each.day for each in self.seen)])

    @classmethod
    def from_csv(cls, source: Source) -> Self:
        """Return the history in a CSV file, or in an open file; see `from_frame` for the columns.

        The first line is a header. The separator is ``,``, ``;`` or a tab; with ``;`` numbers may have decimal commas.
        Lines that begin with ``#`` are passed over. An `InputError` names the file, the line and the column of a
        mistake.
        """
        return cls._from_record(read_record(read_csv(source, READ)))

    @classmethod
    def from_frame(cls, frame: pd.DataFrame | Mapping[str, Any]) -> Self:
        """Return the history in a table of one patient, one row a visit, a look or both, in the order of time.

        Parameters
        ----------
        frame : pandas.DataFrame or mapping of columns
            Names may be in any case, and columns may be in the index. Any other column is refused. See below.

        Returns
        -------
        History

        Raises
        ------
        InputError
            With the row and the column of a mistake. A table of several patients is refused; `Histories` reads it.

        Notes
        -----
        A table as a clinic writes it has these columns; ``units`` and one of ``date`` and ``day`` are required:

        - ``date``, or ``day`` in days: both may be there, and must agree. The date of the first visit is day 0.
        - ``units``: of a visit. A row without units, or with 0, is a look.
        - ``product`` (or a brand name), ``muscle`` and ``sites``: as in `Visit`.
        - ``grade``: 0 to 3 at maximum frown. On a visit it is the grade before its effect.
        - ``grade_at_rest``: 0 to 3 without a frown.
        - ``assessor``: ``investigator``, ``subject`` or ``rater``; default: the investigator for a grade, and the
          subject for ``gone``.
        - ``seen``: ``gone`` or ``came back``, if the effect was gone on this day.
        - ``since``: the last day or date before on which the line was still better, if it was seen to be gone.
        - ``baseline``: 2 or 3, once or in every row; ``unknown``.
        - ``note``: the words of ``seen`` are read; a warning says that other words are passed over.

        Without ``baseline``, a grade at maximum frown on the day of the first visit is the grade before treatment, and
        must be 2 or 3. A grade of an earlier day always is.

        An event table has ``time`` for ``day``, ``amt`` for ``units``, and ``dv`` for ``grade``, which is read where
        ``evid`` is 0 and ``mdv`` is not 1. ``at_rest`` (yes or no) says how that grade was seen. ``ii``, ``addl``,
        ``evid`` and ``cmt`` are as in `Schedule.from_frame`.

        Examples
        --------
        >>> table = {"date": ["2027-01-04", "2027-02-03", "2027-04-30"], "units": [20, None, 20], "grade": [3, 0, 2]}
        >>> history = History.from_frame(table)
        >>> history.baseline, [(grade.day, grade.grade) for grade in history.seen]
        (3, [(30.0, 0), (116.0, 2)])
        """
        return cls._from_record(read_record(read_frame(frame, "history", READ, by_place=True)))

    @classmethod
    def _from_record(cls, record: Record) -> Self:
        return cls(record.visits, record.seen, record.baseline)
