"""Refusals: one line of bounded length whatever was given, and what a number is."""

import decimal
import fractions

import numpy as np
import pandas as pd
import pytest

from wearoff import InputError
from wearoff.checks import Limits, check_date, check_integer, check_name, check_number
from wearoff.errors import LONGEST, format_value

ANY = Limits("units", 0, float("inf"), "U")


def refusal(function, *arguments):
    with pytest.raises(InputError) as stop:
        function(*arguments)
    return str(stop.value)


@pytest.mark.parametrize(
    "value",
    ["a\nb", "a\r\u2028\x85b", "\x1b[31mred", "\u202eleft", "\udcff", "\0", "x" * 10_000, 10**5000],
    ids=format_value,
)
def test_a_refusal_is_one_line_that_names_the_value_by_its_ends(value):
    for function in (check_number, check_integer):
        message = refusal(function, value, ANY)
        assert message.isprintable()
        assert len(message) < 150
        assert message.startswith("units is ")
        assert message.endswith("not a number; allowed: at least 0 U")
    for function, allowed in ((check_name, ["glabella", "forehead"]), (check_date, "start")):
        message = refusal(function, value, *([allowed, "muscle"] if function is check_name else [allowed]))
        assert message.isprintable()
        assert len(message) < 200
        assert "allowed: " in message


def test_any_refusal_is_one_line():
    message = str(InputError("file", allowed="a place", problem=f"is 'first\nsecond {'x' * 10_000}'"))
    assert message.isprintable()
    assert len(message) == LONGEST
    assert message.startswith("file is 'first\\nsecond x")
    assert message.endswith("'; allowed: a place")


def test_what_has_no_text_is_named_by_its_type():
    assert format_value(10**5000) == "of type int"


@pytest.mark.parametrize(
    "value",
    [True, np.True_, "20", np.str_("20"), b"20", bytearray(b"20"), 10**400, 1j, np.complex128(1),
     None, np.array([5.0]), np.array(1j), np.timedelta64(5, "D"), pd.NA, pd.NaT, pd.Series([5.0]), [5], {}, object],
    ids=lambda value: f"{type(value).__name__} {format_value(value)[:10]}",
)  # fmt: skip
def test_what_is_no_number(value):
    assert "not a number" in refusal(check_number, value, ANY)


@pytest.mark.parametrize(
    "value", [20, 20.0, np.float32(20), np.int8(20), np.array(20),
              fractions.Fraction(20), decimal.Decimal(20)],
)  # fmt: skip
def test_what_is_a_number(value):
    assert check_number(value, ANY) == 20


def test_a_name_is_text():
    assert "muscle is ['glabella']" in refusal(check_name, ["glabella"], ["glabella"], "muscle")
    assert "muscle is " in refusal(check_name, np.array(["glabella", "a"]), ["glabella"], "muscle")
