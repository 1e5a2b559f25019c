"""A treatment in words: what is said is what was given."""

import pytest

import wearoff as wo
from wearoff.treatment.description import describe_treatment, name_treatment

VISIT = wo.Visit
CASES = {
    "20 U onabotulinumtoxinA, glabella": (VISIT(units=20),),
    "20 U onabotulinumtoxinA, glabella, 1 site": (VISIT(units=20, sites=1),),
    "22.5 U onabotulinumtoxinA, crows feet": (VISIT(units=22.5, muscle="crows_feet"),),
    "2 visits of 20 U onabotulinumtoxinA every 90 days, glabella": (VISIT(units=20), VISIT(units=20, day=90)),
    "3 visits of 20 U onabotulinumtoxinA, glabella": tuple(VISIT(units=20, day=day) for day in (0, 90, 200)),
    "2 visits of 10 to 20 U onabotulinumtoxinA every 14 days, glabella": (VISIT(units=20), VISIT(units=10, day=14)),
    "2 visits of onabotulinumtoxinA and abobotulinumtoxinA every 90 days, glabella": (
        VISIT(units=20),
        VISIT(units=50, product="abobotulinumtoxinA", day=90),
    ),
    "2 visits of 20 U onabotulinumtoxinA every 90 days, glabella, numbers of sites differ": (
        VISIT(units=20, sites=3),
        VISIT(units=20, day=90),
    ),
}


@pytest.mark.parametrize("words", CASES)
def test_a_schedule_in_words(words):
    assert describe_treatment(wo.Schedule(CASES[words])) == words


def test_an_interval_that_is_no_binary_fraction():
    # 0.1 is none: the differences of the days are not equal to the last bit.
    plan = wo.Schedule.every(90.1, visits=7, units=20)
    assert describe_treatment(plan) == "7 visits of 20 U onabotulinumtoxinA every 90.1 days, glabella"


def test_the_name_of_an_arm_is_that_of_its_treatment():
    plan = wo.Schedule.every(90, visits=3, units=20)
    assert wo.Arm(plan).name == name_treatment(plan) == "20 U onabotulinumtoxinA, 3 visits"
