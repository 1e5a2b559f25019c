"""Schedules of visits. A schedule is made from visits, from an interval, or from a table of events."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from ..checks import (
    Limits,
    check_date,
    check_integer,
    check_number,
    check_numbers,
    check_path,
    check_type,
    checked_arguments,
    one_or_many,
)
from ..errors import InputError
from ..files import written_whole
from ..model.doses import Doses
from ..times import CENTURY, read_days
from ..user_tables import Source, UserTable, read_csv, read_frame
from .doses import local_doses
from .events import READ, read_events, read_visits
from .visit import DAY, UNITS, VISIT, Visit, check_order

INTERVAL = DAY._replace(name="every", above=True)
VISITS = Limits("visits", 1, 1000)
# The days that can be written as dates, whatever the date of day 0.
DATED = Limits("days", -10 * CENTURY, 10 * CENTURY, "day")


@checked_arguments()
@dataclasses.dataclass(frozen=True)
class Schedule:
    """Visits in the order of their days, with the date of day 0 and days of observation if they are known.

    Parameters
    ----------
    visits : tuple of Visit
        At least one. All are of the same muscle. Their days ascend, and may be equal.
    start : date, optional
        The date of day 0, or its text such as ``"2027-01-04"``. Days are then shown with their dates.
    times : tuple of float, optional
        Days of observation, ascending. `simulate` reports these days instead of a daily grid. Default: none.

    Raises
    ------
    InputError
        There is no visit, days do not ascend, muscles differ, or `start` is not a date.

    Examples
    --------
    >>> plan = Schedule.every(90, visits=3, units=20, start="2027-01-04")
    >>> [(visit.day, str(plan.date(visit.day)), visit.units) for visit in plan]
    [(0.0, '2027-01-04', 20.0), (90.0, '2027-04-04', 20.0), (180.0, '2027-07-03', 20.0)]
    """

    visits: tuple[Visit, ...]
    start: datetime.date | None = None
    times: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "visits", one_or_many(self.visits, Visit, "visits"))
        if not self.visits:
            raise InputError("schedule", self.visits, "at least 1", problem="has no visit")
        for visit in self.visits:
            check_type(visit, Visit, "visits")
        for before, after in pairwise(self.visits):
            check_order(before, after)
        if self.start is not None:
            object.__setattr__(self, "start", check_date(self.start, "start"))
        times = check_numbers(self.times, DAY._replace(name="times"))
        for earlier, later in pairwise(times):
            if later < earlier:
                raise InputError("times", times, "ascending days", problem=f"has {later:g} after {earlier:g}")
        if times and times[-1] == 0:
            raise InputError("times", times, "a last day of observation after day 0", problem="ends on day 0")
        object.__setattr__(self, "times", times)

    def __iter__(self) -> Iterator[Visit]:
        return iter(self.visits)

    def __len__(self) -> int:
        return len(self.visits)

    def date(self, day: float) -> datetime.date | None:
        """Return the date on which `day` falls, or None where `start` is not known, or the day is infinite or NaN.

        Examples
        --------
        >>> Schedule.once(start="2027-01-04").date(90.5)
        datetime.date(2027, 4, 4)
        """
        if self.start is None:
            return None
        (date,) = self.dates([day])
        return None if pd.isna(date) else date.date()

    def dates(self, days: npt.ArrayLike) -> pd.DatetimeIndex:
        """Return the dates of many days, as `date` does of one; where `start` is not known, raise `InputError`."""
        if self.start is None:
            raise InputError("start", allowed="a schedule with the date of day 0", problem="is not known")
        numbers = read_days(days, DATED.name, str(DATED), self.start)
        known = np.isfinite(numbers)
        for number in numbers[known & (np.abs(numbers) > DATED.high)]:
            raise InputError(DATED.name, number, str(DATED))
        whole_days = np.floor(np.where(known, numbers, 0)).astype("timedelta64[D]")
        whole_days[~known] = np.timedelta64("NaT", "D")
        return pd.DatetimeIndex(np.datetime64(self.start, "s") + whole_days)

    def starting(self, start: datetime.date | str) -> Self:
        """Return the schedule with the date of day 0; where it has another date, raise `InputError`.

        Examples
        --------
        >>> str(Schedule.every(90, visits=2).starting("2027-01-04").date(90))
        '2027-04-04'
        """
        date = check_date(start, "start")
        if self.start not in (None, date):
            allowed = f"{self.start}, as the dates of the visits say"
            raise InputError("start", date, allowed, problem=f"is {date}")
        return dataclasses.replace(self, start=date)

    @classmethod
    @checked_arguments(*VISIT)
    def once(cls, *, start: datetime.date | str | None = None, **visit: Any) -> Self:
        """Return a schedule of one visit on day 0, with the arguments of `Visit` except its day."""
        return cls((Visit(**visit),), None if start is None else check_date(start, "start"))

    @classmethod
    @checked_arguments(*VISIT)
    def every(cls, days: float, *, visits: int, start: datetime.date | str | None = None, **visit: Any) -> Self:
        """Return a schedule of visits at an equal interval, the first on day 0.

        Parameters
        ----------
        days : float
            Days between visits.
        visits : int
            Number of visits.
        start : date, optional
            The date of day 0.
        **visit
            Arguments of `Visit` except its day, the same at every visit.

        Raises
        ------
        InputError
            A value is not possible.
        """
        interval, count = check_number(days, INTERVAL), check_integer(visits, VISITS)
        date = None if start is None else check_date(start, "start")
        return cls(tuple(Visit(day=i * interval, **visit) for i in range(count)), date)

    def doses(self, spread: float | npt.NDArray[np.float64]) -> Doses:
        """Return the doses that the model takes, in units of onabotulinumtoxinA.

        Parameters
        ----------
        spread : float or ndarray, shape (k,)
            Standard deviation in mm with which the dose of a site spreads, of one patient or of k; see `Parameters`.

        Examples
        --------
        >>> doses = Schedule.every(90, visits=2, units=20).doses(spread=6)
        >>> doses.days.tolist(), doses.units.tolist(), doses.weights.tolist()
        ([0.0, 90.0], [[20.0, 20.0]], [1.0])
        """
        return local_doses(self.visits, spread)

    def touch_up(self, units: float, *, days: float = 14, after: int = 1) -> Self:
        """Return the schedule with a smaller visit added some days after one of its visits.

        Parameters
        ----------
        units : float
            Units of the touch-up; product, muscle and sites are those of the visit that it follows.
        days : float
            Days after that visit.
        after : int
            Number of the visit that it follows, counted from 1. If there is no such visit, `InputError` is raised.

        Examples
        --------
        >>> [(visit.day, visit.units) for visit in Schedule.every(90, visits=2, units=20).touch_up(5)]
        [(0.0, 20.0), (14.0, 5.0), (90.0, 20.0)]
        """
        followed = self.visits[self._find_index(after, "after")]
        later = followed.day + check_number(days, INTERVAL._replace(name="days"))
        added = dataclasses.replace(followed, day=later, units=check_number(units, UNITS))
        return dataclasses.replace(self, visits=tuple(sorted((*self.visits, added), key=lambda visit: visit.day)))

    def skip(self, visit: int) -> Self:
        """Return the schedule without one of its visits, counted from 1; the others keep their days.

        If there is no such visit, or no other, `InputError` is raised.

        Examples
        --------
        >>> [visit.day for visit in Schedule.every(90, visits=4).skip(2)]
        [0.0, 180.0, 270.0]
        """
        index = self._find_index(visit, "visit")
        return dataclasses.replace(self, visits=self.visits[:index] + self.visits[index + 1 :])

    def _find_index(self, number: int, name: str) -> int:
        # Return the place in `visits` of a visit that is counted from 1.
        return check_integer(number, Limits(name, 1, len(self))) - 1

    @classmethod
    def from_csv(cls, source: Source) -> Self:
        """Return the schedule in a CSV file, or in an open file; see `from_frame` for the columns.

        The first line is a header. The separator is ``,``, ``;`` or a tab; with ``;`` numbers may have decimal commas.
        Lines that begin with ``#`` are passed over. An `InputError` names the file, the line and the column of a
        mistake.
        """
        return cls._from_table(read_csv(source, READ))

    @classmethod
    def from_frame(cls, frame: pd.DataFrame | Mapping[str, Any]) -> Self:
        """Return the schedule in a table of visits or events, which has one row for each, in the order of time.

        Parameters
        ----------
        frame : pandas.DataFrame or mapping of columns
            ``amt`` (units) is required, and so is ``time`` (days) or ``date``; if both are there, they must agree.
            ``product``, ``muscle`` and ``sites`` are as in `Visit`; a missing value in ``sites`` is an even dose.
            ``addl`` is the number of additional doses, ``ii`` the days between them. ``evid`` is 1 for a dose and 0 for
            a day of observation; without it a row without units is an observation. ``cmt`` is 1, the depot. ``id`` (of
            one patient), ``dv``, ``mdv``, and ``ss`` and ``rate`` of 0 are passed over. Names may be in capitals, and
            columns may be in the index. Any other column is refused. An `InputError` names row and column of a mistake.

        Examples
        --------
        >>> table = pd.DataFrame({"time": [0], "amt": [20], "ii": [90], "addl": [3], "evid": [1], "cmt": [1]})
        >>> Schedule.from_frame(table) == Schedule.every(90, visits=4, units=20)
        True
        """
        return cls._from_table(read_frame(frame, "schedule", READ))

    @classmethod
    def _from_table(cls, table: UserTable) -> Self:
        events = read_events(table)
        visits = read_visits(events.doses)
        try:
            return cls(visits, events.start, tuple(observation.time for observation in events.observed))
        except InputError as error:
            raise error.at(events.observed[-1].where) from None

    def evenly(self) -> Self:
        """Return the schedule with every dose even along the muscle, without sites.

        Examples
        --------
        >>> Schedule.once(units=20, sites=5).evenly() == Schedule.once(units=20)
        True
        """
        return dataclasses.replace(self, visits=tuple(dataclasses.replace(visit, sites=None) for visit in self.visits))

    def to_frame(self) -> pd.DataFrame:
        """Return the visits as a table: ``time, amt, product, muscle, sites``, and ``date`` if `start` is known."""
        frame = pd.DataFrame(
            {
                "time": [visit.day for visit in self],
                "amt": [visit.units for visit in self],
                "product": [visit.product.name for visit in self],
                "muscle": [visit.muscle.name for visit in self],
                "sites": pd.array([visit.sites for visit in self], dtype="Int64"),
            }
        )
        if self.start is not None:
            frame.insert(1, "date", self.dates(frame["time"]))
        return frame

    def to_events(self) -> pd.DataFrame:
        """Return visits and days of observation as an event table, from which `from_frame` makes the same schedule.

        Every visit is a row with ``evid`` 1, and with ``ii`` and ``addl`` 0. Every day of observation is a row with
        ``evid`` 0.
        """
        frame = self.to_frame().assign(ii=0.0, addl=0, evid=1, cmt=1)
        observed = pd.DataFrame({"time": self.times, "evid": 0}).astype({"time": float, "evid": int})
        if self.start is not None:
            observed.insert(1, "date", self.dates(observed["time"]))
        if self.times:
            # A dose comes before an observation of the same day, as in the model.
            frame = pd.concat([frame, observed.assign(amt=0.0, ii=0.0, addl=0, cmt=1)], ignore_index=True)
            frame = frame.sort_values("time", kind="stable", ignore_index=True)
        order = ("time", "date", "amt", "ii", "addl", "evid", "cmt", "product", "muscle", "sites")
        return frame[[column for column in order if column in frame]]

    def to_csv(self, path: str | Path) -> None:
        """Write `to_events` as a CSV file, from which `from_csv` makes the same schedule.

        The file is written as a whole: if that fails, nothing is changed.
        """
        content = self.to_events().to_csv(index=False, lineterminator="\n")
        with written_whole(check_path(path)) as temporary:
            temporary.write_bytes(content.encode())
