"""Tables of patients' histories, read row by row into visits and what was seen.

Days, dates, doses and their defaults are those of event tables (`treatment/events.py`). A patient may be named by an
ID, so that a message names file and line, and no ID.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from ..checks import Limits, check_date, check_name
from ..errors import InputError, warn
from ..numerals import read_integer, read_number, read_yes_or_no
from ..patients.grades import BASELINE, BASELINES, WORST
from ..treatment import events
from ..treatment.schedule import Schedule
from ..treatment.visit import DAY
from ..user_tables import Row, UserTable, check_columns
from .seen import GRADE, SINGLE, Gone, Grade

# Names of a clinic, and the names of event tables for them.
CLINIC = {"units": "amt", "day": "time"}
OF_LOOKS = ("grade", "grade_at_rest", "dv", "at_rest", "assessor", "seen", "since", "note", "baseline")
OTHERS = ("id", "mdv")
COLUMNS = (*CLINIC, *events.COLUMNS, *OF_LOOKS, *OTHERS)
READ = (*COLUMNS, *events.NOT_SUPPORTED)
# Of each of these, a table must have a column.
REQUIRED = (("units", "amt"), ("date", "day", "time"))
# Columns of which a table may have one.
ONE_OF = (*CLINIC.items(), ("grade", "dv"), ("grade_at_rest", "at_rest"))
GONE = ("gone", "came back")
UNKNOWN = "unknown"  # a grade before treatment that is not the grade on the day of the first visit either
# A grade before treatment may have been seen before the first visit, which is day 0 or later.
TIME = events.TIME._replace(low=-events.TIME.high)


class Record(NamedTuple):
    """What a table has of one patient: the visits, what was seen, the grade before treatment, and other numbers."""

    visits: Schedule
    seen: tuple[Grade | Gone, ...]
    baseline: int | None
    covariates: dict[str, float]


def read_record(table: UserTable) -> Record:
    """Return what a table has of its one patient; an `InputError` names the file, the line and the column."""
    events.refuse_several(table, "the history of one patient; Histories reads several")
    _check_columns(table, ())
    with _named_as_in(table):
        return _read_patient(_rename(table), table.name, ())


def read_records(table: UserTable, covariates: Sequence[str]) -> dict[str, Record]:
    """Return what a table has of each patient by ID, in the order in which patients begin in it.

    Parameters
    ----------
    table : UserTable
        With a column ``id``. The rows of a patient ascend in time; those of others may be among them.
    covariates : sequence of str
        Columns of numbers, one a patient, in every row or once.

    Raises
    ------
    InputError
        With the file, the line and the column of a mistake.
    """
    _check_columns(table, covariates)
    if "id" not in table.columns:
        raise InputError("column 'id'", allowed="the patients; History reads one without an id", where=table.name)
    patients: dict[str, list[Row]] = {}
    for row in _rename(table):
        if not row.cells["id"]:
            raise InputError("id", allowed="the patient of every row", problem="is blank", where=row.where)
        patients.setdefault(row.cells["id"], []).append(row)
    if not patients:
        raise InputError(table.name, allowed="at least 1", problem="has no patient below the header")
    with _named_as_in(table):
        return {patient: _read_patient(rows, table.name, covariates) for patient, rows in patients.items()}


def _check_columns(table: UserTable, covariates: Collection[str]) -> None:
    if not set(table.columns) & set(READ):
        # The first line may be a patient's, and is not in the message.
        raise InputError("the header", allowed=", ".join(COLUMNS), problem="has no known column", where=table.name)
    check_columns(table, COLUMNS, passed_over=[*READ, *covariates])
    for columns in REQUIRED:
        if not set(columns) & set(table.columns):
            raise InputError(f"column {columns[0]!r}", allowed=f"one of {', '.join(columns)}", where=table.name)
    for pair in ONE_OF:
        if set(pair) <= set(table.columns):
            both = "columns {!r} and {!r}".format(*pair)
            raise InputError(both, allowed="one of them", problem="are both there", where=table.name)
    for column in covariates:
        if column not in table.columns:
            raise InputError(f"column {column!r}", allowed="a column for each covariate", where=table.name)
    _warn_of_notes(table)


def _warn_of_notes(table: UserTable) -> None:
    # A note may name a patient, so that it is not in the message.
    rows = [where for where, row in table.rows if row.get("note") and row["note"].casefold() not in GONE]
    if rows:
        more = f" and {len(rows) - 1} more" if len(rows) > 1 else ""
        warn(f"{rows[0]}{more}: note is not {' or '.join(map(repr, GONE))}, so it is passed over")


def _rename(table: UserTable) -> list[Row]:
    # Return the rows with the names of event tables.
    return [Row(where, {CLINIC.get(name, name): cell for name, cell in cells.items()}) for where, cells in table.rows]


def _read_patient(rows: list[Row], name: str, covariates: Sequence[str]) -> Record:
    if not any(row.get("date") for _, row in rows):
        rows = [Row(where, {k: v for k, v in row.items() if k != "date" or "time" not in row}) for where, row in rows]
    is_dose = []
    for where, row in rows:
        with _located(where):
            is_dose.append(events.is_dose(row))
    if True not in is_dose:
        where = rows[0].where if rows else name
        raise InputError("the patient", allowed="at least 1", problem="has no visit", where=where)
    first = is_dose.index(True)
    times, start = events.read_times(rows, first, TIME)
    baseline = _Baseline.read(rows, times[first])
    doses: list[events.Dose] = []
    seen: list[Grade | Gone] = []
    for (where, row), time, dose in zip(rows, times, is_dose, strict=True):
        with _located(where):
            events.check_supported(row)
            looks = list(_read_looks(row, time, dose, start, baseline))
            if dose:
                doses += events.read_doses(where, time, row)
            else:
                events.check_observation(row)
                _check_content(row)
            seen += looks
    visits = Schedule(events.read_visits(sorted(doses, key=lambda each: each.time)), start)
    return Record(visits, tuple(seen), baseline.grade, {name: _read_covariate(rows, name) for name in covariates})


class _Baseline:
    """The grade before treatment: from the column ``baseline``, or a grade seen up to the first visit."""

    def __init__(self, first_visit: float) -> None:
        self.first_visit = first_visit
        self.grade: int | None = None
        self.is_given = False

    @classmethod
    def read(cls, rows: list[Row], first_visit: float) -> _Baseline:
        """Return what the column ``baseline`` says; all rows that say something must agree."""
        baseline, given = cls(first_visit), ""
        for where, row in rows:
            cell = row.get("baseline", "").casefold()
            with _located(where):
                if cell and cell != UNKNOWN:
                    baseline.set(read_integer(cell, BASELINE), "baseline")
                if cell and given and (cell == UNKNOWN) != (given == UNKNOWN):
                    raise InputError("baseline", cell, f"{given}, as before")
            given = cell or given
        baseline.is_given = bool(given)
        return baseline

    def set(self, grade: int, column: str) -> None:
        """Take a grade for the one before treatment, or raise `InputError` if it is another one."""
        if grade not in BASELINES:
            raise InputError(column, grade, f"{' or '.join(map(str, BASELINES))}, as it is the grade before treatment")
        if self.grade not in (None, grade):
            raise InputError(column, grade, f"{self.grade}, as the grade before treatment is elsewhere")
        self.grade = grade

    def includes(self, time: float, at_rest: bool) -> bool:
        """Return whether a grade is the one before treatment; on the day of the first visit it may be a look."""
        return time < self.first_visit or (time == self.first_visit and not at_rest and not self.is_given)


def _read_looks(
    row: dict[str, str], time: float, is_dose: bool, start: datetime.date | None, baseline: _Baseline
) -> Iterator[Grade | Gone]:
    # Yield what was seen on the day of a row; a grade before treatment goes to `baseline` instead.
    who = check_name(row["assessor"].casefold(), SINGLE, "assessor") if row.get("assessor") else None
    for column, grade, at_rest in _read_grades(row, is_dose):
        if not baseline.includes(time, at_rest):
            yield Grade(time, grade, at_rest, who or "investigator")
        elif at_rest:
            raise InputError(column, grade, "grades at rest from the first visit on")
        else:
            baseline.set(grade, column)
    cell, note = (row.get(column, "").casefold() for column in ("seen", "note"))
    if cell:
        check_name(cell, GONE, "seen")
    if cell or note in GONE:
        if time < baseline.first_visit:
            raise InputError("seen", cell or note, "from the first visit on")
        yield Gone(time, _read_since(row, start, baseline.first_visit), who or "subject")
    elif row.get("since"):
        raise InputError("since", row["since"], "blank if 'seen' is not gone")


def _read_grades(row: Mapping[str, str], is_dose: bool) -> Iterator[tuple[str, int, bool]]:
    # Yield the column, the grade, and whether it was seen at rest.
    at_rest = _read_flag(row.get("at_rest", ""))
    missing = read_integer(row.get("mdv") or "0", Limits("mdv", 0, 1)) == 1
    for column in ("grade", "grade_at_rest", "dv"):
        cell = row.get(column, "")
        if not cell or missing:
            continue
        if column == "dv" and is_dose:
            # Other programs write 0 there, which is no grade.
            if read_number(cell, GRADE._replace(name="dv of a dose")) != 0:
                raise InputError(
                    "dv of a dose", cell, "0 or blank, or mdv 1; a grade on a visit is in a column 'grade'"
                )
            continue
        yield column, read_integer(cell, GRADE._replace(name=column)), at_rest or column == "grade_at_rest"


def _read_flag(cell: str) -> bool:
    return cell != "" and read_yes_or_no(cell, "at_rest")


def _read_since(row: Mapping[str, str], start: datetime.date | None, first_visit: float) -> float | None:
    cell, limits = row.get("since", ""), DAY._replace(name="since", low=first_visit)
    if not cell:
        return None
    if not events.is_date(cell):
        return events.read_days(cell, limits)
    if start is None:
        raise InputError("since", cell, "a day, as the visits have no dates")
    return events.read_days(str((check_date(cell, "since", events.LAST_DATE) - start).days), limits)


def _check_content(row: Mapping[str, str]) -> None:
    # Refuse a row that is no visit, and on which nothing was seen.
    columns = ("grade", "grade_at_rest", "dv", "seen", "note")
    if not any(row.get(column) for column in columns) and row.get("mdv", "") in ("", "0"):
        raise InputError("the row", allowed=f"units, a grade from 0 to {WORST}, or seen", problem="has no content")


def _read_covariate(rows: list[Row], name: str) -> float:
    found: float | None = None
    for where, row in rows:
        if row[name]:
            with _located(where):
                number = read_number(row[name], Limits(name, -math.inf, math.inf))
                if math.isinf(number) or found not in (None, number):
                    allowed = "finite numbers" if found is None else f"{found:.15g}, as before: one number a patient"
                    raise InputError(name, number, allowed)
            found = number
    if found is None:
        raise InputError(name, allowed="a number for each patient", problem="is blank", where=rows[0].where)
    return found


@contextmanager
def _named_as_in(table: UserTable) -> Iterator[None]:
    # An `InputError` inside names a column as the table does.
    try:
        yield
    except InputError as error:
        names = {CLINIC[column]: column for column in table.columns if column in CLINIC}
        raise error.renamed(names.get(error.field, error.field)) from None


@contextmanager
def _located(where: str) -> Iterator[None]:
    # An `InputError` inside says where the row is.
    try:
        yield
    except InputError as error:
        raise error.at(where) from None
