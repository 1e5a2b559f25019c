"""Warnings of what is possible but unusual in a schedule, each in one line with its reason."""

from __future__ import annotations

import math
from bisect import bisect_right
from functools import cache
from itertools import pairwise

from .. import tables
from .schedule import Schedule
from .visit import Visit

CUSTOM_DAYS = 84  # days between visits that are usual in practice; the labels' limits are in data/products.csv
# Below this number of days between two doses, the model is not trusted: it takes up each dose as if it were alone.
SPLIT_DAYS = 7
LABEL_DAYS = 90  # days in the "3 months" of a label's limit


def cautions(schedule: Schedule) -> list[str]:
    """Return the warnings: visits close together, units over the label's limit, mixed products, doses not observed.

    Examples
    --------
    >>> cautions(Schedule.every(90, visits=4, units=20))
    []
    >>> cautions(Schedule.every(90, visits=2, units=10))  # doctest: +ELLIPSIS
    ['10 U of onabotulinumtoxinA in the glabella is outside the doses observed (20 to 80 U): an extrapolation']
    """
    return [
        *_warn_of_close_visits(schedule),
        *_warn_of_units_over_limit(schedule),
        *_warn_of_mixed_products(schedule),
        *_warn_of_doses_not_observed(schedule),
    ]


def _warn_of_close_visits(schedule: Schedule) -> list[str]:
    pairs = [(a, b) for a, b in pairwise(schedule.visits) if b.day > a.day]
    warnings = []
    split = [(a, b) for a, b in pairs if b.day - a.day < SPLIT_DAYS]
    if split:
        warnings.append(
            f"{_name_first_pair(split)} less than {SPLIT_DAYS} days apart: each dose is taken up as if it were alone, "
            "which says nothing about a dose split over hours"
        )
    near = [(a, b) for a, b in pairs if SPLIT_DAYS <= b.day - a.day < CUSTOM_DAYS]
    if near:
        product = near[0][1].product
        warnings.append(
            f"{_name_first_pair(near)} less than {CUSTOM_DAYS} days apart: custom is 12 weeks, and "
            f"{product.label_in_words} asks for {product.min_interval_days:g} days"
        )
    return warnings


def _name_first_pair(pairs: list[tuple[Visit, Visit]]) -> str:
    before, after = pairs[0]
    more = f" (and {len(pairs) - 1} more pairs)" if len(pairs) > 2 else " (and 1 more pair)" if len(pairs) == 2 else ""
    return f"visits on days {before.day:g} and {after.day:g}{more} are"


def _warn_of_units_over_limit(schedule: Schedule) -> list[str]:
    for product in dict.fromkeys(visit.product for visit in schedule):
        limit = product.max_units_in_90_days
        if limit is None:
            continue
        visits = [visit for visit in schedule if visit.product == product]
        days, doses = [visit.day for visit in visits], [visit.units for visit in visits]
        for day in days:
            units = sum(doses[bisect_right(days, day - LABEL_DAYS) : bisect_right(days, day)])
            if units > limit:
                return [
                    f"{units:g} U of {product.name} in the {LABEL_DAYS} days up to day {day:g}: over the label's limit "
                    f"of {limit:g} U in 3 months"
                ]
    return []


def _warn_of_mixed_products(schedule: Schedule) -> list[str]:
    products = list(dict.fromkeys(visit.product.name for visit in schedule))
    if len(products) < 2:
        return []
    return [
        f"products are mixed ({', '.join(products)}): their units are not interchangeable, and the ratios in "
        "data/products.csv are assumed"
    ]


def _warn_of_doses_not_observed(schedule: Schedule) -> list[str]:
    # The units of a day are added up: three doses of 20 U on one day are 60 U.
    units_of_day: dict[tuple[int, str, str], float] = {}
    for visit in schedule:
        key = (math.floor(visit.day), visit.product.name, visit.muscle.name)
        units_of_day[key] = units_of_day.get(key, 0.0) + visit.units
    warnings = []
    for product, muscle, units in dict.fromkeys(
        (product, muscle, units) for (_, product, muscle), units in units_of_day.items()
    ):
        low, high = _doses_observed().get((product, muscle), (None, None))
        dose = f"{units:g} U of {product} in the {muscle.replace('_', ' ')}"
        if low is None or high is None:
            warnings.append(f"{dose}: no dose there is among the observations, an extrapolation")
        elif not low <= units <= high:
            doses = f"{low:g} U" if low == high else f"{low:g} to {high:g} U"
            warnings.append(f"{dose} is outside the doses observed ({doses}): an extrapolation")
    return warnings


@cache
def _doses_observed() -> dict[tuple[str, str], tuple[float, float]]:
    # Return the smallest and the largest dose in the published observations, for each product and muscle.
    doses: dict[tuple[str, str], list[float]] = {}
    for row in tables.rows("observations"):
        if row["arm"] == "treated" and row["units"]:
            doses.setdefault((row["product"], row["muscle"]), []).append(float(row["units"]))
    return {product_and_muscle: (min(units), max(units)) for product_and_muscle, units in doses.items()}
