"""Checks of one value each: it is returned as it is used, or an `InputError` says what is allowed."""

from __future__ import annotations

import datetime
import functools
import inspect
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, TypeVar, cast

from .errors import InputError, format_value, nearest_name

Kind = TypeVar("Kind")
Call = TypeVar("Call", bound=Callable[..., Any])

# The dates that day 0 may have: a century of days may follow the last.
FIRST_START, LAST_START = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)


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


def check_number(value: Any, limits: Limits) -> float:
    """Return `value` as a float inside `limits`, or raise `InputError`.

    A number is an int, a float, a number of numpy, a Fraction or a Decimal. Text and bool are not: `numerals` reads
    text.

    Examples
    --------
    >>> check_number(20, Limits("units", 0, 10_000, "U", above=True))
    20.0
    >>> check_number(-3, Limits("units", 0, 10_000, "U", above=True))
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: units is -3; allowed: above 0 to 10000 U
    """
    try:
        number = float(value) if _is_a_number(value) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None:
        raise not_a_number(value, limits)
    inside = limits.low < number if limits.above else limits.low <= number
    if not (inside and number <= limits.high):
        raise InputError(limits.name, number, str(limits))
    return number


def not_a_number(value: Any, limits: Limits) -> InputError:
    """Return the error for a value that is no number."""
    return InputError(limits.name, value, str(limits), problem=f"is {format_value(value)}, not a number")


def _is_a_number(value: Any) -> bool:
    # `float` also takes text, True, b"20", an array of one number and a masked value; none of them is a number here.
    if isinstance(value, str | bool | bytes | bytearray | memoryview) or getattr(value, "ndim", 0) != 0:
        return False
    if getattr(value, "mask", False):
        return False
    return getattr(getattr(value, "dtype", None), "kind", "f") in "iuf"


def check_integer(value: Any, limits: Limits) -> int:
    """Return `value` as an int inside `limits`, or raise `InputError`."""
    number = check_number(value, limits)
    if not number.is_integer():
        problem = f"is {format_value(number)}, not a whole number"
        raise InputError(limits.name, number, str(limits), problem=problem)
    return int(number)


def check_type(value: Any, kind: type[Kind], name: str) -> Kind:
    """Return `value` if it is of a class of this package, or raise `InputError`.

    Examples
    --------
    >>> check_type(20, InputError, "problem")
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: problem is 20; allowed: InputError
    """
    if not isinstance(value, kind):
        raise InputError(name, value, kind.__name__)
    return value


def one_or_many(value: Any, one: type[Kind] | tuple[type[Kind], ...], name: str) -> tuple[Any, ...]:
    """Return several things as a tuple, and one thing alone as a tuple of one; what is neither raises `InputError`.

    Examples
    --------
    >>> one_or_many("potency", str, "free"), one_or_many(["potency", "spread"], str, "free")
    (('potency',), ('potency', 'spread'))
    """
    if isinstance(value, one):
        return (value,)
    try:
        return tuple(value)
    except TypeError:
        words = " or ".join(each.__name__ for each in (one if isinstance(one, tuple) else (one,)))
        raise InputError(name, value, f"one or several of {words}") from None


def check_date(value: Any, name: str, last: datetime.date = LAST_START) -> datetime.date:
    """Return `value`, a date or its text in ISO 8601, as a date from `FIRST_START` to `last`.

    Examples
    --------
    >>> check_date("2027-01-04", "start")
    datetime.date(2027, 1, 4)
    """
    allowed = f"a date from {FIRST_START} to {last}, such as 2027-01-04"
    try:
        found = datetime.datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise InputError(name, value, allowed, problem=f"is {format_value(value)}, not a date") from None
    if found.time() != datetime.time() or found.tzinfo is not None or not FIRST_START <= found.date() <= last:
        raise InputError(name, str(value), allowed)
    return found.date()


def check_name(value: Any, known: Iterable[str], name: str) -> str:
    """Return `value` if it is one of `known`, or raise `InputError` with the nearest name.

    Examples
    --------
    >>> check_name("glabela", ["glabella", "forehead"], "muscle")
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: muscle is 'glabela'; did you mean 'glabella'? Allowed: glabella, forehead
    """
    names = list(known)
    if isinstance(value, str) and value in names:
        return str(value)
    raise InputError(name, value, ", ".join(names), nearest=nearest_name(value, names))


def checked_arguments(*handed_on: str) -> Callable[[Call], Call]:
    """Make a function or a class refuse arguments that it does not have in one line, with the nearest name.

    Parameters
    ----------
    *handed_on : str
        Names of the arguments that a function with ``**`` hands on.

    Examples
    --------
    >>> @checked_arguments()
    ... def twice(units):
    ...     return 2 * units
    >>> twice(unit=20)
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: argument of twice is 'unit'; did you mean 'units'? Allowed: units
    """

    def decorate(call: Call) -> Call:
        # Taken as Any, since the checker of types follows neither a class whose `__init__` is replaced, nor `wraps`.
        given: Any = call
        function: Callable[..., Any] = given.__init__ if isinstance(call, type) else call
        signature = inspect.signature(function)
        named = [
            each.name
            for each in signature.parameters.values()
            if each.kind not in (each.VAR_POSITIONAL, each.VAR_KEYWORD)
        ]
        known = [*(name for name in named if name not in ("self", "cls")), *handed_on]

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            for name in kwargs:
                if name not in known:
                    check_name(name, known, f"argument of {call.__name__}")
            try:
                return function(*args, **kwargs)
            except TypeError:
                # Python's own message differs from version to version.
                _check_call(call.__name__, signature, args, kwargs, known)
                raise

        if isinstance(call, type):
            given.__init__ = checked
            return call
        return cast(Call, checked)

    return decorate


def _check_call(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any], known: list[str]
) -> None:
    # Refuse too many arguments without a name, and one that is missing; anything else is right.
    parameters = signature.parameters.values()
    places = [each.name for each in parameters if each.kind == each.POSITIONAL_OR_KEYWORD]
    if len(args) > len(places):
        own = [place for place in places if place in known]
        count = len(args) - (len(places) - len(own))
        problem = f"has {count} argument{'s' * (count > 1)} without a name"
        raise InputError(name, count, f"{len(own)}, and by name {', '.join(known)}", problem=problem)
    for each in parameters:
        required = each.default is each.empty and each.kind in (each.POSITIONAL_OR_KEYWORD, each.KEYWORD_ONLY)
        if required and each.name not in kwargs and each.name not in places[: len(args)]:
            raise InputError(each.name, allowed=", ".join(known), where=name)
