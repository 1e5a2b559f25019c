"""Numbers as text: what is read, what is refused, and that a whole number keeps its digits."""

import pytest

from wearoff import InputError
from wearoff.checks import Limits
from wearoff.errors import format_value
from wearoff.numerals import read_integer, read_number

ANY = Limits("units", 0, float("inf"), "U")


@pytest.mark.parametrize("text", ["20", " 20 ", "2e1", "+20", "20.", "020", "\t20\n"])
def test_what_is_a_number(text):
    assert read_number(text, ANY) == read_integer(text, ANY) == 20
    assert type(read_integer(text, ANY)) is int


@pytest.mark.parametrize(
    "text",
    ["", "ten", "1_0", "٢٠", "２０", "²", "0x10", "1j", "2 0", "1,5", "20U", "True", "1e309", "9" * 400, "1" * 5000],
    ids=format_value,
)
def test_what_is_no_number(text):
    for read in (read_number, read_integer):
        with pytest.raises(InputError) as stop:
            read(text, ANY)
        assert (stop.value.field, stop.value.value, stop.value.allowed) == ("units", text, "at least 0 U")
        assert "not a number" in str(stop.value)


def test_infinity_is_said_in_words():
    assert read_number("inf", ANY) == read_number(" Infinity ", ANY) == float("inf")
    with pytest.raises(InputError, match="units is inf, not a whole number"):
        read_integer("inf", ANY)


def test_what_is_outside_the_limits_is_refused():
    limits = Limits("sites", 1, 1000)
    for text, shown in (("0", "0"), ("1e9", "1000000000"), ("nan", "nan"), ("-1", "-1")):
        with pytest.raises(InputError, match=rf"^sites is {shown}; allowed: from 1 to 1000$"):
            read_integer(text, limits)
    with pytest.raises(InputError, match=r"sites is 2\.5, not a whole number"):
        read_integer("2.5", limits)


def test_a_whole_number_keeps_all_its_digits():
    # 2^53 + 1 is the first whole number that no float is.
    assert read_integer(str(2**53 + 1), ANY) == 2**53 + 1
    assert read_integer("0" * 5000 + "7", ANY) == 7
