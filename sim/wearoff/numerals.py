"""Numbers, yes and no that are written as text: on the command line, in the cells of a user's table or file.

Only these places take text for a number. The Python interface takes numbers, which `checks` checks.
"""

from __future__ import annotations

import math
from typing import Any

from .checks import Limits, check_integer, check_name, check_number, not_a_number

# Python refuses to turn a text of many digits, zeros among them, into an int: some thousand, or fewer if so set.
MOST_DIGITS = 600

YES_OR_NO = {"yes": True, "true": True, "1": True, "1.0": True, "no": False, "false": False, "0": False, "0.0": False}


def read_number(text: str, limits: Limits) -> float:
    """Return the number that a text is, inside `limits`, or raise `InputError`.

    The text is in ASCII and without the underscores that Python allows. ``inf`` stands for infinity; a number with
    more digits than a float can hold is refused.

    Examples
    --------
    >>> read_number(" 2e1 ", Limits("units", 0, 10_000, "U", above=True))
    20.0
    >>> read_number("twenty", Limits("units", 0, 10_000, "U", above=True))
    Traceback (most recent call last):
    ...
    wearoff.errors.InputError: units is 'twenty', not a number; allowed: above 0 to 10000 U
    """
    if not text.strip().isascii() or "_" in text:
        raise not_a_number(text, limits)
    try:
        number = float(text)
    except ValueError:
        raise not_a_number(text, limits) from None
    if math.isinf(number) and "inf" not in text.casefold():
        raise not_a_number(text, limits)
    return check_number(number, limits)


def read_integer(text: str, limits: Limits) -> int:
    """Return the whole number that a text is, inside `limits` and with all its digits, or raise `InputError`.

    Examples
    --------
    >>> read_integer("12345678901234567890", Limits("seed", 0, 1e100))
    12345678901234567890
    """
    number = check_integer(read_number(text, limits), limits)
    digits = text.strip().removeprefix("+")
    # Written in full, so that no digit is lost in a float.
    return int(digits) if digits.isdecimal() and len(digits) < MOST_DIGITS else number


def read_yes_or_no(text: str, name: str) -> bool:
    """Return what a text says, yes or no, or raise `InputError`.

    Examples
    --------
    >>> read_yes_or_no("Yes", "at_rest"), read_yes_or_no("0", "at_rest")
    (True, False)
    """
    return YES_OR_NO[check_name(text.casefold(), YES_OR_NO, name)]


def read_if_text(value: Any, limits: Limits) -> Any:
    """Return the number that a text is, as `read_number` reads it; any other value is returned as it is.

    For values of files such as JSON, in which infinity is a text.
    """
    return read_number(value, limits) if isinstance(value, str) else value
