"""The one door from a treatment to the model: sums of the same day, products, sites, patients whose spread differs."""

import numpy as np
import pytest

from wearoff import Schedule, Visit
from wearoff.treatment.muscles import find_muscle, relative_dose, zones
from wearoff.treatment.products import find_product

SPREAD = 6.0


def even(plan):
    """Days and units of a treatment without sites."""
    doses = plan.doses(SPREAD)
    assert doses.weights.tolist() == [1.0]
    assert doses.units.shape == (1, len(doses.days))
    return doses.days.tolist(), doses.units[0].tolist()


def test_one_visit_is_one_dose():
    assert even(Schedule.once(units=20)) == ([0.0], [20.0])


def test_the_same_day_adds_up():
    plan = Schedule((Visit(units=12), Visit(units=8), Visit(day=90, units=5), Visit(day=90, units=5)))
    assert even(plan) == ([0, 90], [20, 10])


def test_products_are_counted_in_units_of_onabotulinumtoxin():
    relative = find_product("abobotulinumtoxinA").relative_potency
    ona, abo = Visit(units=20), Visit(day=90, units=50, product="abobotulinumtoxinA")
    assert even(Schedule((ona, abo))) == ([0, 90], pytest.approx([20, 50 * relative]))
    abo, ona = Visit(units=50, product="abobotulinumtoxinA"), Visit(day=90, units=20)
    assert even(Schedule((abo, ona))) == ([0, 90], pytest.approx([50 * relative, 20]))


def test_products_of_one_day_add_up_too():
    units = 10 + 25 * find_product("abobotulinumtoxinA").relative_potency
    assert even(Schedule((Visit(units=10), Visit(units=25, product="abobotulinumtoxinA")))) == (
        [0],
        [pytest.approx(units)],
    )


def test_days_are_distinct_and_ascending():
    plan = Schedule.every(90, visits=4, units=20).touch_up(4, after=2).touch_up(3, days=90)
    assert even(plan) == ([0, 90, 104, 180, 270], [20, 23, 4, 20, 20])


def test_sites_bring_their_relative_dose_to_every_zone():
    plan = Schedule((Visit(units=12, sites=3), Visit(units=8), Visit(day=90, units=5, sites=1)))
    doses, length = plan.doses(SPREAD), find_muscle("glabella").length
    places, weights = zones(length, SPREAD)
    np.testing.assert_array_equal(doses.weights, weights)
    np.testing.assert_allclose(doses.units[:, 0], 8 + 12 * relative_dose(places, length, 3, SPREAD), rtol=1e-15)
    np.testing.assert_allclose(doses.units[:, 1], 5 * relative_dose(places, length, 1, SPREAD), rtol=1e-15)


def test_every_patient_has_a_spread_of_their_own():
    # The zones are enough for the least spread, and the same for all.
    plan, spreads = Schedule.once(units=20, sites=2), np.array([8.0, 4.0, 8.0])
    doses, length = plan.doses(spreads), find_muscle("glabella").length
    places, _ = zones(length, 4.0)
    assert doses.units.shape == (3, len(places), 1)
    for units, spread in zip(doses.units[..., 0], spreads, strict=True):
        np.testing.assert_allclose(units, 20 * relative_dose(places, length, 2, spread), rtol=1e-15)
    np.testing.assert_array_equal(Schedule.once(units=20).doses(spreads).units, [[20.0]])
