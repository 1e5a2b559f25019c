"""What was seen of a patient: as a table for pictures, and as rows of a result, from which it is read back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..checks import check_name
from ..errors import InputError
from ..treatment.schedule import Schedule
from .history import History
from .seen import Gone, Grade

COLUMNS = ("day", "since", "grade", "at_rest", "assessor")


def tabulate_seen(history: History) -> pd.DataFrame:
    """Return what was seen as a table, in the order of its days.

    Returns
    -------
    pandas.DataFrame
        ``day, since, grade, at_rest, assessor``. A row without a grade says that the effect was gone on that day;
        ``since`` is the last day before on which it was not, NaN if that is not known.
    """
    rows = [
        (each.day, math.nan if each.since is None else each.since, math.nan, False, each.assessor)
        if isinstance(each, Gone)
        else (each.day, math.nan, float(each.grade), each.at_rest, each.assessor)
        for each in sorted(history.seen, key=lambda each: each.day)
    ]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def describe_seen(history: History) -> dict[str, Any]:
    """Return what was seen as rows, and the grade before any treatment if it is known, for `provenance.make_block`.

    Examples
    --------
    >>> history = History(Schedule.once(units=20), [Grade(30, 0), Gone(95)], baseline=3)
    >>> describe_seen(history)["baseline"], describe_seen(history)["seen"][0]
    (3, {'day': 30.0, 'assessor': 'investigator', 'grade': 0})
    """
    rows = [
        {"day": each.day, "assessor": each.assessor}
        | (_describe_gone(each) if isinstance(each, Gone) else _describe_grade(each))
        for each in history.seen
    ]
    return {"seen": rows} if history.baseline is None else {"seen": rows, "baseline": history.baseline}


def read_history(visits: Schedule, described: Mapping[str, Any], where: str) -> History:
    """Return the history of an object that has what `describe_seen` returns; an error names `where`."""
    rows = described.get("seen")
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise InputError(f"{where}.seen", rows, "a list of rows")
    return History(visits, tuple(_read_row(row, f"{where}.seen") for row in rows), described.get("baseline"))


def _describe_grade(grade: Grade) -> dict[str, Any]:
    return {"grade": grade.grade, **({"at_rest": True} if grade.at_rest else {})}


def _describe_gone(gone: Gone) -> dict[str, Any]:
    return {} if gone.since is None else {"since": gone.since}


def _read_row(row: dict[str, Any], where: str) -> Grade | Gone:
    known = ("day", "assessor", *(("grade", "at_rest") if "grade" in row else ("since",)))
    for key in row:
        check_name(key, known, f"key of {where}")
    if "day" not in row:
        raise InputError(f"{where}.day", allowed="the day on which it was seen")
    return Grade(**row) if "grade" in row else Gone(**row)
