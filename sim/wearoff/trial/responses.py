"""The responses that a trial reports: which endpoint, by whom, on which day."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from typing import Any

from ..checks import Limits, check_name, check_numbers
from ..errors import InputError, format_value
from ..patients.grades import ASSESSORS, ENDPOINTS
from ..times import TEN_YEARS
from .blocks import Response

DAYS = Limits("days", 1, TEN_YEARS, "day")
RESPONSES = tuple(
    itertools.product(("none_or_mild", "one_grade", "two_grades"), ("investigator", "subject", "composite"))
)
RESPONSE_DAYS = (1, 2, 3, 7, 14, 30, 60, 90, 120, 150, 180)


def check_responses(
    responses: Sequence[Any], response_days: float | Sequence[float], last: int
) -> tuple[Response, ...]:
    """Return the responses to report, up to the last day, from a user's pairs and days."""
    limits = Limits("response_days", 0, DAYS.high, "day")
    days = check_numbers(response_days, limits)
    allowed = "pairs such as ('none_or_mild', 'investigator')"
    if not isinstance(responses, Iterable):
        raise InputError("responses", responses, allowed)
    pairs = tuple(responses)
    one_pair = len(pairs) == 2 and all(isinstance(name, str) for name in pairs)
    checked = []
    for pair in [pairs] if one_pair else pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise InputError("responses", pair, allowed, problem=f"has {format_value(pair)}")
        endpoint, assessor = check_name(pair[0], ENDPOINTS, "endpoint"), check_name(pair[1], ASSESSORS, "assessor")
        checked += [Response(endpoint, assessor, day) for day in days if day <= last]
    return tuple(checked)


def check_whole_days(responses: tuple[Response, ...]) -> tuple[Response, ...]:
    """Return the responses if their days are whole."""
    for response in responses:
        if response.day != int(response.day):
            raise InputError("response_days", response.day, "whole days, where patients are followed one by one")
    return responses
