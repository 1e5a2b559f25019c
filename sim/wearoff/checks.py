"""Checks of single values. Each returns the value as it is used, or raises an `InputError` with what is allowed."""

from __future__ import annotations

import datetime
import functools
import inspect
import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, TypeVar, cast

from .errors import InputError, format_value, nearest_name

Kind = TypeVar("Kind")
Row = TypeVar("Row")
Call = TypeVar("Call", bound=Callable[..., Any])

# The first and the last date that day 0 may have. Days go on for a century after day 0.
FIRST_START, LAST_START = datetime.date(1900, 1, 1), datetime.date(2199, 12, 31)


class Limits(NamedTuple):
    """The name, range and unit of a number."""

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

    A number is an int, a float, a number of numpy, a Fraction or a Decimal. Text and bool are no numbers; `numerals`
    reads numbers from text.

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
        number = float(value) if _is_number(value) else None
    except (TypeError, ValueError, OverflowError):
        number = None
    if number is None:
        raise not_a_number(value, limits)
    inside = limits.low < number if limits.above else limits.low <= number
    if not (inside and number <= limits.high):
        raise InputError(limits.name, number, str(limits))
    return number


def check_numbers(value: Any, limits: Limits, most: int | None = None) -> tuple[float, ...]:
    """Return a number, or the first `most` of several, as floats inside `limits`, or raise `InputError`.

    Examples
    --------
    >>> check_numbers(20, Limits("units", 0, 100)), check_numbers([20, 40], Limits("units", 0, 100))
    ((20.0,), (20.0, 40.0))
    """
    try:
        items = (value,) if isinstance(value, str | bytes) else tuple(itertools.islice(value, most))
    except TypeError:
        items = (value,)
    return tuple(check_number(item, limits) for item in items)


def not_a_number(value: Any, limits: Limits) -> InputError:
    """Return the error for a value that is not a number."""
    return InputError(limits.name, value, str(limits), problem=f"is {format_value(value)}, not a number")


def _is_number(value: Any) -> bool:
    # `float` also takes text, True, b"20", an array of one number and a masked value. These are no numbers here.
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
    """Return `value` if it is of the class `kind`, or raise `InputError`.

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


def check_mapping(value: Any, name: str) -> Mapping[Any, Any]:
    """Return `value` if it is a dict or another mapping, or raise `InputError`.

    Examples
    --------
    >>> check_mapping(3, "ranges")
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: ranges is 3; allowed: Mapping
    """
    if not isinstance(value, Mapping):
        raise InputError(name, value, "Mapping")
    return value


def one_or_many(value: Any, one: type[Kind] | tuple[type[Kind], ...], name: str) -> tuple[Any, ...]:
    """Return a tuple of the items of `value`, or of `value` itself if it is one item; else raise `InputError`.

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
        words = " or ".join(kind.__name__ for kind in (one if isinstance(one, tuple) else (one,)))
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
        moment = datetime.datetime.fromisoformat(str(value).strip())
    except ValueError:
        raise InputError(name, value, allowed, problem=f"is {format_value(value)}, not a date") from None
    if moment.time() != datetime.time() or moment.tzinfo is not None or not FIRST_START <= moment.date() <= last:
        raise InputError(name, str(value), allowed)
    return moment.date()


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


def check_path(value: Any, name: str = "path") -> Path:
    """Return `value`, a path or its text, as a path, or raise `InputError`.

    Examples
    --------
    >>> check_path(3)
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: path is 3; allowed: a path
    """
    try:
        return Path(value)
    except TypeError:
        raise InputError(name, value, "a path") from None


def check_ending(path: Path, endings: Sequence[str]) -> str:
    """Return the ending of a file's name in lower case if it is one of `endings`, or raise `InputError`.

    Examples
    --------
    >>> check_ending(Path("page.HTML"), (".html", ".htm"))
    '.html'
    >>> check_ending(Path("page"), (".html", ".htm"))
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: file is 'page'; allowed: a name that ends in .html or .htm
    """
    ending = path.suffix.lower()
    if ending not in endings:
        raise InputError("file", str(path), f"a name that ends in {' or '.join(endings)}")
    return ending


def check_row(value: Any, rows: Mapping[str, Row], name: str) -> Row:
    """Return the row of a table that `value` names; a row itself is returned if the table has it.

    Parameters
    ----------
    value : str or Row
    rows : mapping of str to Row
        Each row has its key as its ``name``.
    name : str
        What a row is, for the error.

    Raises
    ------
    InputError
        The name is not known, and the nearest is named; or the row differs from the row of that name.
    """
    is_row = isinstance(value, type(next(iter(rows.values()))))
    row = rows[check_name(value.name if is_row else value, rows, name)]
    if is_row and value != row:
        raise InputError(name, value, str(row))
    return row


def checked_arguments(*passed_on: str) -> Callable[[Call], Call]:
    """Return a decorator: a function or a class then refuses unknown arguments in one line, with the nearest name.

    Parameters
    ----------
    *passed_on : str
        Names of the arguments that a function takes by ``**`` and passes on.

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
        # The type is Any, since mypy follows neither a class whose `__init__` is replaced, nor `wraps`.
        decorated: Any = call
        function: Callable[..., Any] = decorated.__init__ if isinstance(call, type) else call
        signature = inspect.signature(function)
        names = [
            parameter.name
            for parameter in signature.parameters.values()
            if parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        ]
        known = [*(name for name in names if name not in ("self", "cls")), *passed_on]

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            for name in kwargs:
                if name not in known:
                    check_name(name, known, f"argument of {call.__name__}")
            try:
                return function(*args, **kwargs)
            except TypeError:
                # The message of Python itself differs between versions.
                _check_call(call.__name__, signature, args, kwargs, known)
                raise

        if isinstance(call, type):
            decorated.__init__ = checked
            return call
        return cast(Call, checked)

    return decorate


def _check_call(
    name: str, signature: inspect.Signature, args: tuple[Any, ...], kwargs: dict[str, Any], known: list[str]
) -> None:
    # Raise `InputError` if there are too many arguments without a name, or if an argument is missing.
    parameters = signature.parameters.values()
    positional = [parameter.name for parameter in parameters if parameter.kind == parameter.POSITIONAL_OR_KEYWORD]
    if len(args) > len(positional):
        allowed = [argument for argument in positional if argument in known]  # without self or cls
        count = len(args) - (len(positional) - len(allowed))
        problem = f"has {count} argument{'s' * (count > 1)} without a name"
        raise InputError(name, count, f"{len(allowed)}, and by name {', '.join(known)}", problem=problem)
    for parameter in parameters:
        can_have_name = parameter.kind in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY)
        required = parameter.default is parameter.empty and can_have_name
        if required and parameter.name not in kwargs and parameter.name not in positional[: len(args)]:
            raise InputError(parameter.name, allowed=", ".join(known), where=name)
