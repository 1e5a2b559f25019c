"""The two things that are said about an input: it cannot be used, or it is unusual."""

from __future__ import annotations

import enum
import inspect
import warnings
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Any, Self

# Characters of a message, and of a value in it. What is longer is shown by its two ends.
LONGEST, LONGEST_VALUE = 600, 80


class Missing(enum.Enum):
    """Stands for a value that was not given, since None may be a value."""

    MISSING = enum.auto()


MISSING = Missing.MISSING


class InputError(ValueError):
    """An input cannot be used: its field, its value, and what is allowed. The message is one line.

    Parameters
    ----------
    field : str
        Name of the argument, option or column.
    value : Any, optional
        What was given; left out where nothing was given.
    allowed : str
        What is allowed instead.
    problem : str, optional
        What is wrong, as it follows the field; default: "is" and the value, or "is missing". A problem that says the
        way out itself needs no `allowed`.
    nearest : str, optional
        The allowed name that is most like the value.
    where : str, optional
        Where the field stands, such as ``"plan.csv, line 3"``.

    Examples
    --------
    >>> error = InputError("units", -3, "above 0 to 10000 U")
    >>> print(error)
    units is -3; allowed: above 0 to 10000 U
    >>> print(error.renamed("amt").at("plan.csv, line 3"))
    plan.csv, line 3: amt is -3; allowed: above 0 to 10000 U
    """

    def __init__(
        self,
        field: str,
        value: Any = MISSING,
        allowed: str = "",
        *,
        problem: str = "",
        nearest: str = "",
        where: str = "",
    ) -> None:
        super().__init__(field, value, allowed)
        self.field, self.value, self.allowed = field, value, allowed
        self.problem, self.nearest, self.where = problem, nearest, where

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        problem = self.problem or ("is missing" if self.value is MISSING else f"is {format_value(self.value)}")
        hint = f"; did you mean {self.nearest!r}? Allowed: " if self.nearest else "; allowed: "
        return on_one_line(f"{place}{self.field} {problem}{hint if self.allowed else ''}{self.allowed}", LONGEST)

    def renamed(self, field: str) -> Self:
        """Return the same error under the name that the field has elsewhere."""
        return self._changed(field=field)

    def at(self, where: str) -> Self:
        """Return the same error with the place where the field stands, in front of the place that it has."""
        return self._changed(where=f"{where}: {self.where}" if self.where else where)

    def or_allowed(self, more: str) -> Self:
        """Return the same error where something else is allowed too."""
        return self._changed(allowed=f"{self.allowed}, {more}")

    def _changed(self, **changes: Any) -> Self:
        parts = {name: getattr(self, name) for name in ("problem", "nearest", "where")}
        return type(self)(**{"field": self.field, "value": self.value, "allowed": self.allowed} | parts | changes)


def not_installed(what: str, package: str, extra: str) -> InputError:
    """Return the error for an optional package that is not installed: what needs it, and how it is installed.

    Examples
    --------
    >>> print(not_installed("SBML", "python-libsbml", "exchange"))
    SBML needs python-libsbml; install it: pip install "wearoff[exchange]"
    """
    return InputError(what, problem=f'needs {package}; install it: pip install "wearoff[{extra}]"')


class UnusualWarning(UserWarning):
    """An input is possible but unusual; the message says why."""


def warn(reason: str) -> None:
    """Warn of an unusual input, at the line outside this package that gave it."""
    package = __name__.partition(".")[0]
    frame, depth = inspect.currentframe(), 0
    while frame is not None and str(frame.f_globals.get("__name__")).partition(".")[0] == package:
        frame, depth = frame.f_back, depth + 1
    warnings.warn(reason, UnusualWarning, stacklevel=depth + 1)


def format_value(value: Any) -> str:
    """Return a value as an error names it: as Python writes it, on one line; a long one by its two ends.

    A float has at most 15 digits.

    Examples
    --------
    >>> format_value("ten"), format_value(-3.0), len(format_value("9" * 10_000))
    ("'ten'", '-3', 80)
    """
    try:
        text = f"{float(value):.15g}" if isinstance(value, float) else repr(value)
    except Exception:  # of any object: a whole number of 5,000 digits has no text
        text = f"of type {type(value).__name__}"
    return on_one_line(" ".join(text.split()), LONGEST_VALUE)


def nearest_name(value: Any, names: Iterable[str]) -> str:
    """Return the name that is most like `value`, or "" where none is.

    Examples
    --------
    >>> nearest_name("glabela", ["glabella", "forehead"])
    'glabella'
    """
    folded = {each.casefold(): each for each in names}
    # A long text is near no name, and to find that out takes long.
    typed = value[:LONGEST_VALUE].casefold() if isinstance(value, str) else ""
    near = get_close_matches(typed, folded, n=1, cutoff=0.5)
    return folded[near[0]] if near else ""


def on_one_line(text: str, longest: int) -> str:
    """Return a text as one line of at most `longest` characters that every terminal can show."""
    # Ends of lines, colours of a terminal and halves of characters are written as Python writes them.
    written = "".join(each if each.isprintable() else ascii(each)[1:-1] for each in _ends(text, longest))
    return _ends(written, longest)


def _ends(text: str, longest: int) -> str:
    half = (longest - 5) // 2
    return text if len(text) <= longest else f"{text[: longest - 5 - half]} ... {text[-half:]}"
