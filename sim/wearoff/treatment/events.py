"""Event tables, as pharmacometrics has them: one row an event. They are read into doses and observations.

The columns are mrgsolve's, with its defaults where a column is absent:

    time   day of the event                evid   1 a dose, 0 an observation
    amt    units of a dose, required       ii     days between additional doses, 0
    cmt    1, the depot; 1                 addl   number of additional doses, 0

and our own: ``date`` beside ``time`` or instead of it, and ``product``, ``muscle`` and ``sites`` of a dose. One of
``time`` and ``date`` is required. A row with ``addl`` stands for doses at ``time + j ii``, j = 0 to ``addl``. In a
table without ``evid``, a row with units is a dose and a row without units is an observation. Other columns of a table
for a fit are passed over: ``dv`` and ``mdv``; ``id`` if all rows have the same; ``ss`` and ``rate`` if they are 0. An
observation on the day of a dose is after the dose, in any order of the rows (NONMEM goes by the order of the records).
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import pandas as pd

from ..checks import LAST_START, Limits, check_date, check_number
from ..errors import InputError
from ..numerals import read_integer, read_number
from ..user_tables import Row, UserTable, check_columns
from .muscles import SITES
from .visit import DAY, UNITS, Visit, check_order

TIME = DAY._replace(name="time")
LAST_DATE = LAST_START + datetime.timedelta(days=TIME.high)
INTERVAL = DAY._replace(name="ii", above=True)
ADDITIONAL = Limits("addl", 0, 999)
DEPOT = Limits("cmt", 1, 1)

COLUMNS = ("time", "date", "amt", "ii", "addl", "evid", "cmt", "product", "muscle", "sites")
# Columns that may be 0 or blank; anything else in them is refused for this reason.
NOT_SUPPORTED = {
    "ss": "steady state cannot be assumed, since SNAP-25 and the visible effect are not linear: give the visits",
    "rate": "a dose is an injection, not an infusion",
}
# Columns of patients' data, which have nothing to do with the treatment.
PASSED_OVER = ("id", "dv", "mdv")
READ = (*COLUMNS, *NOT_SUPPORTED, *PASSED_OVER)
KINDS = {0: "observation", 1: "dose", 2: "other event", 3: "reset", 4: "reset and dose"}
# A duration as pandas writes it.
DURATION = re.compile(r"\d+ days?( \d\d:\d\d:\d\d(\.\d+)?)?")


class Dose(NamedTuple):
    """One dose of a table: its row in words, its day, and its filled cells by column."""

    where: str
    time: float
    cells: dict[str, str]


class Observation(NamedTuple):
    """One day of observation: its row in words, and its day."""

    where: str
    time: float


class Events(NamedTuple):
    """The content of a table: doses in the order of their days, days of observation, the date of day 0 if known."""

    doses: list[Dose]
    observed: list[Observation]
    start: datetime.date | None


def read_events(table: UserTable) -> Events:
    """Return the content of a table; an `InputError` names the file, the line and the column of a mistake."""
    check_columns(table, COLUMNS, passed_over=READ)
    if "amt" not in table.columns:
        raise InputError("column 'amt'", allowed=", ".join(COLUMNS), where=table.name)
    if "time" not in table.columns and "date" not in table.columns:
        columns = "columns 'time' and 'date'"
        raise InputError(columns, allowed="at least one of them", problem="are missing", where=table.name)
    refuse_several(table, "the visits of one patient")
    times, start = read_times(table.rows)
    doses: list[Dose] = []
    observed: list[Observation] = []
    for (where, row), time in zip(table.rows, times, strict=True):
        try:
            check_supported(row)
            if is_dose(row):
                doses += read_doses(where, time, row)
            else:
                check_observation(row)
                observed.append(Observation(where, time))
        except InputError as error:
            raise error.at(where) from None
    if not doses:
        raise InputError(table.name, allowed="at least 1", problem="has no visit below the header")
    # The rows ascend in time, but additional doses of one row may come after the next row.
    return Events(sorted(doses, key=lambda dose: dose.time), observed, start)


def refuse_several(table: UserTable, allowed: str) -> None:
    """Raise `InputError` if the table has several patients; the message says how many, and 1 is `allowed`."""
    patients = len({row["id"] for _, row in table.rows if "id" in row})
    if patients > 1:
        raise InputError("id", patients, f"1, {allowed}", problem=f"has {patients} patients", where=table.name)


def read_times(rows: list[Row], first: int = 0, limits: Limits = TIME) -> tuple[list[float], datetime.date | None]:
    """Return the day of each row, and the date of day 0 if it is known.

    Parameters
    ----------
    rows : list of Row
        With ``time``, ``date`` or both. If a table has only ``time``, it may have dates in it.
    first : int
        The place of the row whose date is day 0, if rows have no days.
    limits : Limits
        Of the days.

    Raises
    ------
    InputError
        A day or a date is not possible, they do not agree, or days do not ascend.
    """
    moved = _move_dates(rows)
    times: list[float] = []
    start: datetime.date | None = None
    for where, row in [*moved[first : first + 1], *moved]:
        try:
            time, start = _read_time(row, start, limits)
        except InputError as error:
            raise error.at(where) from None
        times.append(time)
    del times[:1]  # of the row that set day 0
    for (before, after), (where, _) in zip(pairwise(times), rows[1:], strict=False):
        if after < before:
            problem = f"is {after:.15g} after {before:.15g}"
            raise InputError("time", after, "ascending times", problem=problem, where=where)
    return times, start


def read_visits(doses: list[Dose]) -> tuple[Visit, ...]:
    """Return the visits of doses, which were read in a table; an `InputError` names the row and the column."""
    visits: list[Visit] = []
    for where, time, cells in doses:
        try:
            visits.append(_read_visit(time, cells))
            for before, after in pairwise(visits[-2:]):
                check_order(before, after)
        except InputError as error:
            # In a table the day of a visit is in the column `time`.
            raise error.renamed("time" if error.field == "day" else error.field).at(where) from None
    return tuple(visits)


def _read_visit(day: float, cells: Mapping[str, str]) -> Visit:
    # `cells` are the filled cells of a row; `amt` is always among them.
    names = {column: cells[column] for column in ("product", "muscle") if column in cells}
    sites = read_integer(cells["sites"], SITES) if "sites" in cells else None
    return Visit(day=day, units=read_number(cells["amt"], UNITS._replace(name="amt")), sites=sites, **names)


def _move_dates(rows: list[Row]) -> list[Row]:
    # Return the rows; where a table without a column `date` has dates in the column `time`, they are moved to `date`.
    if not rows or "date" in rows[0].cells or not is_date(rows[0].cells["time"]):
        return rows
    return [Row(where, {"date": row["time"], **{k: v for k, v in row.items() if k != "time"}}) for where, row in rows]


def is_date(cell: str) -> bool:
    """Return whether a cell is a date; 20270104 is one in ISO 8601, but is also a number, and is taken for a number."""
    try:
        return "-" in cell[1:] and bool(check_date(cell, "time", LAST_DATE))
    except InputError:
        return False


def _read_time(row: dict[str, str], start: datetime.date | None, limits: Limits) -> tuple[float, datetime.date | None]:
    # Return the day of a row, and the date of day 0. The first row's date sets day 0, and later rows must agree.
    if "date" not in row:
        return read_days(_require_cell(row, "time", limits), limits), None
    date = check_date(_require_cell(row, "date", "a date"), "date", LAST_DATE)
    if "time" not in row:
        start = start or check_date(date, "start")
        return check_number((date - start).days, limits), start
    time = read_days(_require_cell(row, "time", limits), limits)
    first = date - datetime.timedelta(days=math.floor(time))
    if start is not None and first != start:
        expected = start + datetime.timedelta(days=math.floor(time))
        allowed = f"{expected}, as the rows before say"
        raise InputError("date", date, allowed, problem=f"is {date} on day {time:g}")
    return time, first


def read_days(cell: str, limits: Limits) -> float:
    """Return the days of a cell, which is a number of days or a duration."""
    if DURATION.fullmatch(cell):
        return check_number(pd.Timedelta(cell) / pd.Timedelta(days=1), limits)
    return read_number(cell, limits)


def check_supported(row: dict[str, str]) -> None:
    """Raise `InputError` for a row with a steady state or an infusion."""
    for column, reason in NOT_SUPPORTED.items():
        cell = row.get(column, "")
        if cell and read_number(cell, Limits(column, -math.inf, math.inf)) != 0:
            problem = f"is {cell}, which is not supported: {reason}"
            raise InputError(column, cell, "0 or blank", problem=problem)


def is_dose(row: dict[str, str]) -> bool:
    """Return whether a row is a dose; it is one by ``evid``, or without that column if it has units."""
    if "evid" not in row:
        return not _is_zero(row["amt"])
    kind = read_integer(_require_cell(row, "evid", "0 or 1"), Limits("evid", 0, math.inf))
    if kind > 1:
        word = f" ({KINDS[kind]})" if kind in KINDS else ""
        problem = f"is {kind}{word}, which is not supported"
        raise InputError("evid", kind, "0 (observation) or 1 (dose)", problem=problem)
    return kind == 1


def _is_zero(cell: str) -> bool:
    try:
        return read_number(cell or "0", Limits("amt", 0, 0)) == 0
    except InputError:
        return False


def read_doses(where: str, time: float, row: dict[str, str]) -> list[Dose]:
    """Return the dose of a row and its additional doses."""
    for column in ("amt", "product", "muscle"):
        if column in row:
            _require_cell(row, column, "the units of a dose" if column == "amt" else "a name")
    read_integer(row.get("cmt") or "1", DEPOT)
    additional = read_integer(row.get("addl") or "0", ADDITIONAL)
    if additional and not row.get("ii"):
        raise InputError("ii", allowed=str(INTERVAL), problem=f"is missing and addl is {additional}")
    interval = read_days(row.get("ii") or "0", INTERVAL if additional else INTERVAL._replace(above=False))
    cells = {column: row[column] for column in ("amt", "product", "muscle", "sites") if row.get(column)}
    return [Dose(where, check_number(time + j * interval, TIME), cells) for j in range(additional + 1)]


def check_observation(row: dict[str, str]) -> None:
    """Raise `InputError` for a row that is no dose and has units or additional doses."""
    for column in ("amt", "ii", "addl"):
        name, cell = f"{column} of an observation", row.get(column)
        if cell and read_number(cell, Limits(name, 0, math.inf)) != 0:
            raise InputError(name, cell, "0 or blank", problem=f"is {cell}")


def _require_cell(row: dict[str, str], column: str, allowed: Any) -> str:
    # Return the cell of a column, which must not be blank.
    if not row[column]:
        raise InputError(column, row[column], str(allowed), problem="is blank")
    return row[column]
