"""One-line errors: every refusal names the field, the value and what is allowed."""

from __future__ import annotations

import datetime
import math
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, NamedTuple


class InputError(ValueError):
    """What was given cannot be used; the message is one line fit for a terminal."""


class UnusualWarning(UserWarning):
    """What was given is possible but unusual; the message says why."""


class Limits(NamedTuple):
    """What a number may be: its name, unit and range."""

    name: str
    low: float
    high: float
    unit: str = ""
    above: bool = False  # True: the lower end itself is not allowed

    def __str__(self) -> str:
        unit = f" {self.unit}" if self.unit else ""
        if math.isinf(self.high):
            return f"{'above' if self.above else 'at least'} {self.low:g}{unit}"
        return f"{'above' if self.above else 'from'} {self.low:g} to {self.high:g}{unit}"


def number(value: Any, limits: Limits) -> float:
    """Return `value` as a float inside `limits`, or raise `InputError`.

    Examples
    --------
    >>> number("20", Limits("units", 0, 10_000, "U", above=True))
    20.0
    >>> number(-3, Limits("units", 0, 10_000, "U", above=True))
    Traceback (most recent call last):
    ...
    wearoff.checks.InputError: units is -3; allowed: above 0 to 10000 U
    """
    try:
        found = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{limits.name} is {value!r}, not a number; allowed: {limits}") from None
    inside = limits.low < found if limits.above else limits.low <= found
    if not (inside and found <= limits.high):
        raise InputError(f"{limits.name} is {found:.15g}; allowed: {limits}")
    return found


def whole(value: Any, limits: Limits) -> int:
    """Return `value` as an int inside `limits`, or raise `InputError`."""
    found = number(value, limits)
    if not found.is_integer():
        raise InputError(f"{limits.name} is {found:.15g}, not a whole number; allowed: {limits}")
    return int(found)


def day_of_calendar(value: Any, name: str) -> datetime.date:
    """Return `value`, a date or its text in ISO 8601, as a date that leaves room for a century of days.

    Examples
    --------
    >>> day_of_calendar("2027-01-04", "start")
    datetime.date(2027, 1, 4)
    """
    allowed = "a date from 1900-01-01 to 2199-12-31, such as 2027-01-04"
    try:
        found = datetime.datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise InputError(f"{name} is {str(value)!r}, not a date; allowed: {allowed}") from None
    if found.time() != datetime.time() or found.tzinfo is not None or not 1900 <= found.year < 2200:
        raise InputError(f"{name} is {str(value)!r}; allowed: {allowed}")
    return found.date()


def member(value: Any, known: Iterable[str], name: str) -> str:
    """Return `value` if it is one of `known`, or raise `InputError` with the nearest name.

    Examples
    --------
    >>> member("glabela", ["glabella", "forehead"], "muscle")
    Traceback (most recent call last):
    ...
    wearoff.checks.InputError: muscle is 'glabela'; did you mean 'glabella'? Allowed: glabella, forehead
    """
    names = list(known)
    if value in names:
        return str(value)
    folded = {each.casefold(): each for each in names}
    near = get_close_matches(str(value).casefold(), folded, n=1, cutoff=0.5)
    hint = f"; did you mean '{folded[near[0]]}'? Allowed: " if near else "; allowed: "
    raise InputError(f"{name} is {value!r}{hint}{', '.join(names)}")
