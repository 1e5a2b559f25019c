"""What was seen of a patient: as a table for pictures, and as rows of a result, from which it is read back."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pandas as pd

from ..checks import check_name
from ..errors import InputError
from ..labels import words
from ..treatment.schedule import Schedule
from .history import History
from .seen import Gone, Grade

COLUMNS = ("day", "since", "grade", "at_rest", "assessor")
# What is said of a look that a history has more than once.
REPEATED = "every row counts, each with an error of its own; if one look was written twice, delete a row"


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


def describe_repeats(history: History) -> str:
    """Return the first look that a history has more than once, in words; empty if there is none.

    A rater looks once on a day at maximum frown, once at rest, and says once that the effect is gone: as in a table for
    NONMEM, a second row of the same time and ``DVID`` is a repeat, whether the grade is the same or not.

    Examples
    --------
    >>> describe_repeats(History(Schedule.once(units=20), [Grade(30, 0), Grade(60, 1), Grade(30, 0)]))
    'a grade at maximum frown 2 times by the investigator on day 30'
    """
    looks = Counter((_name_look(each), each.assessor, each.day) for each in history.seen)
    repeats = [(look, times) for look, times in looks.items() if times > 1]
    if not repeats:
        return ""
    ((what, assessor, day), times), *others = repeats
    more = f" (and {len(others)} more looks)" if len(others) > 1 else " (and 1 more look)" if others else ""
    return f"{what} {times} times by {words(assessor)} on day {day:g}{more}"


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


def _name_look(seen: Grade | Gone) -> str:
    if isinstance(seen, Gone):
        return "that the effect is gone"
    return "a grade at rest" if seen.at_rest else "a grade at maximum frown"


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
