"""Warnings: each with its reason, and none for what is usual."""

import warnings

import pytest

import wearoff as wo
from wearoff import Schedule, Visit
from wearoff.treatment.cautions import cautions


def test_labelled_treatment_at_the_labels_interval_is_usual():
    for product in ("onabotulinumtoxinA", "abobotulinumtoxinA", "incobotulinumtoxinA", "daxibotulinumtoxinA"):
        assert cautions(Schedule.every(90, visits=5, product=product)) == []


UNUSUAL = {
    "83 days": (Schedule.every(83, visits=3), "days 0 and 83 (and 1 more pair) are less than 84 days apart"),
    "touch-up": (Schedule.once().touch_up(20), "days 0 and 14 are less than 84 days apart: custom is 12 weeks"),
    "an hour": (Schedule((Visit(), Visit(day=1 / 24))), "less than 7 days apart: each dose is taken up as if"),
    "no label at hand": (
        Schedule.every(83, visits=2, product="relabotulinumtoxinA", units=50),
        "custom is 12 weeks, and the label assumed for relabotulinumtoxinA asks for 90 days",
    ),
    "label": (
        Schedule((Visit(units=250), Visit(day=89, units=151))),
        "401 U of onabotulinumtoxinA in the 90 days up to day 89: over the label's limit of 400 U in 3 months",
    ),
    "mixed": (
        Schedule((Visit(), Visit(day=90, product="abobotulinumtoxinA"))),
        "products are mixed (onabotulinumtoxinA, abobotulinumtoxinA): their units are not interchangeable",
    ),
    "above the doses observed": (Schedule.once(units=81), "outside the doses observed (20 to 80 U)"),
    "below the doses observed": (Schedule.once(units=19), "outside the doses observed (20 to 80 U)"),
    "one dose observed": (
        Schedule.once(product="daxibotulinumtoxinA", units=20),
        "outside the doses observed (40 U)",
    ),
    "none observed": (Schedule.once(muscle="platysma", units=31), "in the platysma: no dose there is among the obs"),
}


@pytest.mark.parametrize("case", UNUSUAL)
def test_what_is_unusual_says_why(case):
    plan, reason = UNUSUAL[case]
    assert any(reason in text for text in cautions(plan)), cautions(plan)
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        wo.simulate(plan, days=100)
    assert [str(each.message) for each in seen] == cautions(plan)
    assert {each.category for each in seen} == {wo.UnusualWarning}


def test_the_limit_counts_three_months_and_one_product():
    assert not any("limit" in text for text in cautions(Schedule((Visit(units=250), Visit(day=90, units=151)))))
    assert not any("limit" in text for text in cautions(Schedule.once(product="abobotulinumtoxinA", units=500)))
