"""What is given on each day: sums of the same day, products in the units of the first, days in order."""

import pytest

from wearoff import Schedule, Visit
from wearoff.treatment.doses import even_doses
from wearoff.treatment.products import find_product


def test_one_visit_is_one_dose():
    doses = even_doses(Schedule.once(units=20))
    assert (doses.days.tolist(), doses.units.tolist(), doses.relative_potency) == ([0.0], [20.0], 1.0)


def test_the_same_day_adds_up_wherever_the_sites_are():
    plan = Schedule((Visit(units=12, sites=3), Visit(units=8), Visit(day=90, units=5), Visit(day=90, units=5, sites=1)))
    doses = even_doses(plan)
    assert doses.days.tolist() == [0, 90]
    assert doses.units.tolist() == [20, 10]


def test_products_are_counted_in_units_of_the_first():
    # data/products.csv: a unit of abobotulinumtoxinA is taken for 0.4 of onabotulinumtoxinA.
    assert find_product("abobotulinumtoxinA").relative_potency == 0.4
    ona, abo = Visit(units=20), Visit(day=90, units=50, product="abobotulinumtoxinA")
    doses = even_doses(Schedule((ona, abo)))
    assert doses.units == pytest.approx([20, 20])
    assert doses.relative_potency == 1.0
    abo, ona = Visit(units=50, product="abobotulinumtoxinA"), Visit(day=90, units=20)
    doses = even_doses(Schedule((abo, ona)))
    assert doses.units == pytest.approx([50, 50])
    assert doses.relative_potency == 0.4


def test_products_of_one_day_add_up_too():
    doses = even_doses(Schedule((Visit(units=10), Visit(units=25, product="abobotulinumtoxinA"))))
    assert doses.days.tolist() == [0]
    assert doses.units == pytest.approx([20])


def test_days_are_distinct_and_ascending():
    plan = Schedule.every(90, visits=4, units=20).touch_up(4, after=2).touch_up(3, days=90)
    doses = even_doses(plan)
    assert doses.days.tolist() == [0, 90, 104, 180, 270]
    assert doses.units.tolist() == [20, 23, 4, 20, 20]
