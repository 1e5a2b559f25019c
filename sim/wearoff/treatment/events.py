"""Event tables, the tables of pharmacometrics: one row an event, read into doses and observations.

The columns are mrgsolve's, with its defaults where a column is absent:

    time   day of the event, 0             evid   1 a dose, 0 an observation; 1
    amt    units of a dose, required       ii     days between additional doses, 0
    cmt    1, the depot; 1                 addl   number of additional doses, 0

and ours: ``date`` beside ``time`` or instead of it, and ``product, muscle, sites`` of a dose. A row with ``addl``
stands for doses at ``time + j ii``, j = 0 to ``addl``. A blank cell or a ``.`` is a missing value.
"""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from ..checks import LAST_START, InputError, Limits, day_of_calendar, member, number, whole
from ..files import csv_lines, frame_lines

DAY = Limits("time", 0, 36525, "day")
LAST_DATE = LAST_START + datetime.timedelta(days=DAY.high)
BETWEEN = Limits("ii", 0, 36525, "day", above=True)
ADDITIONAL = Limits("addl", 0, 999)
DEPOT = Limits("cmt", 1, 1)

COLUMNS = ("time", "date", "amt", "ii", "addl", "evid", "cmt", "product", "muscle", "sites")
REFUSED = {
    "ss": "steady state cannot be assumed, since SNAP-25 and the visible effect are not linear: give the visits",
    "rate": "a dose is an injection, not an infusion",
}
KINDS = {0: "observation", 1: "dose", 2: "other event", 3: "reset", 4: "reset and dose"}

Record = dict[str, str]


class Dose(NamedTuple):
    """One dose of a table: where it stands, its day, and the cells that are given under the names of their columns."""

    where: str
    time: float
    cells: Record


class Events(NamedTuple):
    """What a table holds: doses in the order of their days, days of observation, and the date of day 0 if known."""

    doses: list[Dose]
    observed: list[float]
    start: datetime.date | None


def read_csv(path: str | Path) -> Events:
    """Read a CSV file with a header; an `InputError` names file, line and column of what is wrong."""
    name = Path(path).name
    header, lines = csv_lines(Path(path))
    rows = ((f"{name}, line {line}", dict(zip(header, cells, strict=True))) for line, cells in lines)
    return _events(name, header, rows)


def read_frame(frame: pd.DataFrame) -> Events:
    """Read a table; an `InputError` names row and column of what is wrong."""
    header, lines = frame_lines(frame, "schedule")
    rows = ((f"schedule, row {i}", dict(zip(header, cells, strict=True))) for i, cells in lines)
    return _events("schedule", header, rows)


def _events(name: str, header: list[str], rows: Iterable[tuple[str, Record]]) -> Events:
    for column in header:
        if column in REFUSED:
            raise InputError(
                f"{name}: column {column!r} is not supported: {REFUSED[column]}; allowed: {', '.join(COLUMNS)}"
            )
        member(column, COLUMNS, f"{name}: column")
    if "amt" not in header:
        raise InputError(f"{name}: column 'amt' is missing; allowed: {', '.join(COLUMNS)}")
    doses: list[Dose] = []
    observed: list[float] = []
    places: list[tuple[str, float]] = []
    start: datetime.date | None = None
    for where, row in rows:
        try:
            time, start = _time(row, start)
            places.append((where, time))
            given = {column: cell for column, cell in row.items() if cell not in ("", ".")}
            if _kind(row):
                doses += _doses(where, time, row, given)
            else:
                _check_observation(given)
                observed.append(time)
        except InputError as error:
            raise InputError(f"{where}: {error}") from None
    if not doses:
        raise InputError(f"{name}: no visit below the header; allowed: at least 1")
    for (_, before), (where, after) in pairwise(places):
        if after < before:
            raise InputError(f"{where}: time is {after:.15g} after {before:.15g}; allowed: ascending times")
    # The rows ascend; what a row's additional doses reach past the next row is put in its place.
    return Events(sorted(doses, key=lambda dose: dose.time), observed, start)


def _time(row: Record, start: datetime.date | None) -> tuple[float, datetime.date | None]:
    # The day of a row, and the date of day 0: the first row's date fixes it, and later ones must agree.
    if "date" not in row:
        return number(_filled(row, "time", DAY), DAY) if "time" in row else 0.0, None
    date = day_of_calendar(_filled(row, "date", "a date"), "date", LAST_DATE)
    if "time" not in row:
        start = start or date
        return number((date - start).days, DAY), start
    time = number(_filled(row, "time", DAY), DAY)
    first = date - datetime.timedelta(days=math.floor(time))
    if start is not None and first != start:
        expected = start + datetime.timedelta(days=math.floor(time))
        raise InputError(f"date is {date} on day {time:g}; allowed: {expected}, as the rows before say")
    return time, first


def _kind(row: Record) -> bool:
    # True for a dose, False for an observation.
    if "evid" not in row:
        return True
    kind = whole(_filled(row, "evid", "0 or 1"), Limits("evid", 0, math.inf))
    if kind > 1:
        word = f" ({KINDS[kind]})" if kind in KINDS else ""
        raise InputError(f"evid is {kind}{word}, which is not supported; allowed: 0 (observation) or 1 (dose)")
    return kind == 1


def _doses(where: str, time: float, row: Record, given: Record) -> list[Dose]:
    for column in ("amt", "product", "muscle"):
        if column in row:
            _filled(row, column, "the units of a dose" if column == "amt" else "a name")
    whole(given.get("cmt", 1), DEPOT)
    additional = whole(given.get("addl", 0), ADDITIONAL)
    between = number(given.get("ii", 0), BETWEEN if additional else BETWEEN._replace(above=False))
    cells = {column: cell for column, cell in given.items() if column in ("amt", "product", "muscle", "sites")}
    return [Dose(where, number(time + j * between, DAY), cells) for j in range(additional + 1)]


def _check_observation(given: Record) -> None:
    for column in ("amt", "ii", "addl"):
        nothing = Limits(f"{column} of an observation", 0, 0)
        if column in given and number(given[column], nothing._replace(high=math.inf)) != 0:
            raise InputError(f"{nothing.name} is {given[column]}; allowed: 0 or blank")


def _filled(row: Record, column: str, allowed: Any) -> str:
    if row[column] in ("", "."):
        raise InputError(f"{column} is blank; allowed: {allowed}")
    return row[column]
