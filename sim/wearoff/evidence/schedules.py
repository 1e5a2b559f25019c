"""The cells of an observation that say when patients were treated, and which patients were counted.

Each cell has one form, such as:

    visit_days    0 120 210                     days of all visits up to the treatment that the row is about
    visit_units   20 20 40                      units at each of these visits, or one number for all of them
    retreat       return_to_baseline from 84    treated again when the grade is that at baseline, from day 84 on
                  grade 2 from 90               treated again when the grade is 2 or worse, from day 90 on
    among         none_or_mild investigator 28  only patients who responded so after the first treatment
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, NamedTuple

from ..checks import Limits, check_integer, check_name
from ..errors import InputError, format_value
from ..numerals import read_integer, read_number
from ..patients.grades import ASSESSORS, ENDPOINTS
from ..treatment.visit import UNITS, Visit
from ..trial.policies import Retreat

LAST_DAY = 730.0  # the last day that is simulated; a later observation cannot be compared
VISIT_DAY = Limits("visit_days", 0, LAST_DAY, "day")
EARLIEST_DAY = Limits("retreat", 1, LAST_DAY, "day")
LOOK_DAYS = Limits("look_days", 1, 365, "day")
AMONG_DAY = Limits("among", 0, LAST_DAY, "day")
CYCLE = Limits("cycle", 1, 100)

# What must be seen before a treatment on need, as the grade of a `Retreat`; None is that at baseline.
EVENTS = {"return_to_baseline": None, "grade 1": 1, "grade 2": 2, "grade 3": 3}
_RETREAT_FORM = f"{', '.join(EVENTS)}, each followed by 'from' and a day, such as grade 2 from 90"
_AMONG_FORM = "an endpoint, an assessor and a day, such as none_or_mild investigator 28"


class Visits(NamedTuple):
    """The days of the visits that are known beforehand, ascending from 0, and the units at each."""

    days: tuple[float, ...]
    units: tuple[float, ...]


class Among(NamedTuple):
    """The patients who are counted: those with this response on this day after the first treatment."""

    endpoint: str
    assessor: str
    day: float


def read_retreat(text: str, look_days: float = math.nan) -> Retreat | None:
    """Return what a cell of ``retreat`` says; None for a blank one, which is a fixed schedule.

    Parameters
    ----------
    text : str
    look_days : float
        Whole days between the visits; NaN where the row does not say.

    Examples
    --------
    >>> found = read_retreat("grade 2 from 90")
    >>> found.grade, found.min_interval
    (2, 90)
    >>> read_retreat("when needed")
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: retreat is 'when needed'; allowed: return_to_baseline, grade 1, grade 2, grade 3, each
    followed by 'from' and a day, such as grade 2 from 90
    """
    if not text:
        return None
    words = text.split()
    if words[-2:-1] != ["from"]:
        raise InputError("retreat", text, _RETREAT_FORM)
    event = check_name(" ".join(words[:-2]), EVENTS, "retreat")
    earliest = read_integer(words[-1], EARLIEST_DAY)
    every = Retreat.every if math.isnan(look_days) else check_integer(look_days, LOOK_DAYS)
    return Retreat(grade=EVENTS[event], min_interval=earliest, every=every)


def read_among(text: str) -> Among | None:
    """Return what a cell of ``among`` says; None for a blank one: all treated patients are counted.

    Examples
    --------
    >>> read_among("none_or_mild investigator 28")
    Among(endpoint='none_or_mild', assessor='investigator', day=28.0)
    """
    if not text:
        return None
    words = text.split()
    if len(words) != 3:
        raise InputError("among", text, _AMONG_FORM)
    endpoint, assessor = check_name(words[0], ENDPOINTS, "among"), check_name(words[1], ASSESSORS, "among")
    return Among(endpoint, assessor, read_number(words[2], AMONG_DAY))


def read_visits(row: Mapping[Any, Any]) -> Visits:
    """Return the visits of a row of observations.

    Parameters
    ----------
    row : mapping
        ``visit_days`` and ``visit_units`` as text, ``units`` as a number or as text. A row without ``visit_days`` has
        one visit, on day 0. A row without ``visit_units`` has ``units`` at each visit.

    Examples
    --------
    >>> read_visits({"visit_days": "0 120", "visit_units": "", "units": 20.0})
    Visits(days=(0.0, 120.0), units=(20.0, 20.0))
    """
    days = _read_days(row["visit_days"])
    units = _read_planned_units(row["visit_units"]) or (float(row["units"]),)
    if len(units) not in (1, len(days)):
        problem = f"has {len(units)} numbers for {len(days)} visit{'s' * (len(days) > 1)}"
        allowed = f"1 number, or {len(days)} as in visit_days" if len(days) > 1 else "1 number"
        raise InputError("visit_units", row["visit_units"], allowed, problem=problem)
    return Visits(days, units if len(units) == len(days) else units * len(days))


def read_cycle(row: Mapping[str, str]) -> int:
    """Return the number of the treatment that a row is about: 1 is the first.

    It is at most the number of visits. Patients who are treated on need have no days of visits that are known.
    """
    retreat, days = read_retreat(row["retreat"]), _read_days(row["visit_days"])
    if retreat is None:
        try:
            return read_integer(row["cycle"], CYCLE._replace(high=len(days)))
        except InputError as error:
            raise error.or_allowed("the number of visits in visit_days") from None
    if row["visit_days"]:
        raise InputError("visit_days", row["visit_days"], "a blank where retreat is filled")
    return read_integer(row["cycle"], CYCLE)


def read_units(row: Mapping[str, str]) -> dict[str, float]:
    """Return ``units`` and ``total_units`` of the treatment that a row of text is about.

    A placebo arm has 0 U. Without ``units`` a row has those in ``visit_units``, or else the labelled dose; without
    ``total_units`` nothing else was treated.
    """
    if row["arm"] == "placebo":
        if row["visit_units"]:
            raise InputError("visit_units", row["visit_units"], "a blank for placebo")
        return {"units": 0.0, "total_units": 0.0}
    units = read_number(row["units"], UNITS) if row["units"] else None
    if row["visit_units"]:
        cycle, planned = read_cycle(row), read_visits({**row, "units": "0"}).units
        own = planned[min(cycle, len(planned)) - 1]
        if units not in (None, own):
            allowed = f"{own:g} U, as visit_units say of treatment {cycle}, or a blank"
            raise InputError("units", units, allowed)
        units = own
    units = Visit(product=row["product"], muscle=row["muscle"], units=units).units
    total = Limits("total_units", units, UNITS.high, "U")
    return {"units": units, "total_units": read_number(row["total_units"], total) if row["total_units"] else units}


def _read_days(text: str) -> tuple[float, ...]:
    days = tuple(read_number(word, VISIT_DAY) for word in text.split()) or (0.0,)
    if days[0] != 0 or any(after <= before for before, after in pairwise(days)):
        allowed = "ascending days that begin with 0, separated by blanks, such as 0 120 210"
        raise InputError("visit_days", text, allowed, problem=f"is {format_value(text)}")
    return days


def _read_planned_units(text: str) -> tuple[float, ...]:
    return tuple(read_number(word, UNITS._replace(name="visit_units")) for word in text.split())
